#include "law/order.h"

#include <gtest/gtest.h>

#include <functional>

#include "haechi/v1/fact.pb.h"
#include "law/shapes.h"

namespace haechi::law {
namespace {

v1::Order sound() {
  v1::Order order;
  order.set_id("o-1");
  order.set_version(1);
  order.set_kind("ST_PROV_3_2");
  order.set_wearer_id("w-1");
  order.set_starts_at_us(1'000'000);
  order.set_ends_at_us(2'000'000);
  v1::Condition* condition = order.add_conditions();
  condition->set_id("c-1");
  condition->mutable_keep_away()->set_protected_id("p-1");
  return order;
}

TEST(Order, TakesTheDistancesOfTheCountryPackWhereItStatesNone) {
  const KeepAway rule = std::get<KeepAway>(order_from(sound())->conditions[0].rule);
  EXPECT_EQ(rule.ban_mm, 100'000);
  EXPECT_EQ(rule.map_mm, 600'000);
  EXPECT_EQ(rule.police_mm, 1'000'000);
  EXPECT_EQ(rule.warn_mm, 2'000'000);
}

TEST(Order, AWideBanPushesTheDefaultsOut) {
  v1::Order order = sound();
  order.mutable_conditions(0)->mutable_keep_away()->set_ban_mm(3'000'000);
  const KeepAway rule = std::get<KeepAway>(order_from(order)->conditions[0].rule);
  EXPECT_EQ(rule.map_mm, 3'000'000);
  EXPECT_EQ(rule.warn_mm, 3'000'000);
}

TEST(Order, IsInForceFromItsStartUntilBeforeItsEnd) {
  Order order = *order_from(sound());
  EXPECT_FALSE(in_force(order, Time{999'999}));
  EXPECT_TRUE(in_force(order, Time{1'000'000}));
  EXPECT_TRUE(in_force(order, Time{1'999'999}));
  EXPECT_FALSE(in_force(order, Time{2'000'000}));
  order.ends_at = Time{};
  EXPECT_TRUE(in_force(order, Time{4'000'000'000'000'000}));
  order.withdrawn = true;
  EXPECT_FALSE(in_force(order, Time{1'500'000}));
}

TEST(Order, IsRefusedWithTheFieldThatIsWrong) {
  const struct {
    const char* field;
    std::function<void(v1::Order&)> spoil;
  } kTable[] = {
      {"id", [](v1::Order& o) { o.set_id("o 1"); }},
      {"id", [](v1::Order& o) { o.clear_id(); }},
      {"wearer_id", [](v1::Order& o) { o.set_wearer_id(std::string(65, 'x')); }},
      {"version", [](v1::Order& o) { o.set_version(0); }},
      {"starts_at_us", [](v1::Order& o) { o.set_starts_at_us(0); }},
      {"starts_at_us", [](v1::Order& o) { o.set_starts_at_us(INT64_MAX); }},
      {"ends_at_us", [](v1::Order& o) { o.set_ends_at_us(INT64_MAX); }},
      {"ends_at_us", [](v1::Order& o) { o.set_ends_at_us(1'000'000); }},
      {"conditions[0].id", [](v1::Order& o) { o.mutable_conditions(0)->clear_id(); }},
      {"conditions[1].id", [](v1::Order& o) { *o.add_conditions() = o.conditions(0); }},
      {"conditions[0]", [](v1::Order& o) { o.mutable_conditions(0)->clear_kind(); }},
      {"conditions[0].keep_away.protected_id",
       [](v1::Order& o) { o.mutable_conditions(0)->mutable_keep_away()->set_protected_id("w-1"); }},
      {"conditions[0].keep_away.map_mm",
       [](v1::Order& o) { o.mutable_conditions(0)->mutable_keep_away()->set_map_mm(50'000); }},
      {"conditions[0].keep_away.warn_mm",
       [](v1::Order& o) { o.mutable_conditions(0)->mutable_keep_away()->set_warn_mm(900'000); }},
      {"conditions[0].exclusion.zone_id",
       [](v1::Order& o) { o.mutable_conditions(0)->mutable_exclusion()->set_zone_id(""); }},
      {"conditions[0].inclusion.schedule.windows[0].days",
       [](v1::Order& o) {
         o.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z");
         o.mutable_conditions(0)->mutable_inclusion()->mutable_schedule()->add_windows()->set_end_min(5);
       }},
  };
  ASSERT_TRUE(check_order(sound()).ok());
  for (const auto& row : kTable) {
    v1::Order order = sound();
    row.spoil(order);
    const Status status = check_order(order);
    ASSERT_FALSE(status.ok()) << row.field;
    EXPECT_EQ(status.error().field, row.field);
    EXPECT_FALSE(status.error().reason.empty());
  }
}

TEST(Check, NamesTheFieldOfARegistrationThatIsWrong) {
  v1::Fact fact;
  fact.mutable_person_registered()->set_id("p-1");
  EXPECT_EQ(check(fact).error().field, "role");
  fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
  EXPECT_TRUE(check(fact).ok());
  fact.mutable_device_registered()->set_id("d-1");
  EXPECT_EQ(check(fact).error().field, "kind");
  fact.mutable_zone_registered()->set_id("z-1");
  EXPECT_EQ(check(fact).error().field, "shape");
  fact.mutable_zone_registered()->mutable_shape()->mutable_circle()->set_radius_mm(0);
  EXPECT_EQ(check(fact).error().field, "shape.circle.radius_mm");
  v1::Jurisdiction& jurisdiction = *fact.mutable_jurisdiction_registered();
  jurisdiction.set_id("j-1");
  EXPECT_EQ(check(fact).error().field, "agency_id");
  fact.mutable_unit_registered()->set_id("u/1");
  EXPECT_EQ(check(fact).error().field, "id");
  fact.mutable_time_zone_registered()->set_name("");
  EXPECT_EQ(check(fact).error().field, "name");
  fact.mutable_agency_registered()->set_id("a");
  EXPECT_EQ(check(fact).error().field, "desk");
  fact.mutable_clock_ticked();
  EXPECT_TRUE(check(fact).ok());
}

}  // namespace
}  // namespace haechi::law
