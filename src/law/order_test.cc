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
  order.set_legal_basis("Stalking Act 9(1)3-2, 2026-17");
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

TEST(Order, IsWithdrawnWithoutSayingAgainWhatItRestedOn) {
  v1::Order order = sound();
  order.clear_legal_basis();
  order.set_withdrawn(true);
  EXPECT_TRUE(check_order(order).ok());
}

TEST(Order, IsRefusedWithTheFieldThatIsWrong) {
  const struct {
    const char* field;
    std::function<void(v1::Order&)> spoil;
  } kTable[] = {
      {"id", [](v1::Order& o) { o.set_id("o 1"); }},
      {"legal_basis", [](v1::Order& o) { o.clear_legal_basis(); }},
      {"basis_sha256", [](v1::Order& o) { o.set_basis_sha256("short"); }},
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

TEST(Order, StatesHowDoubtIsWeighedOrLeavesItToTheDefaults) {
  v1::Order order = sound();
  const Judgement none = order_from(order)->judgement;
  EXPECT_FALSE(none.band_mm || none.z_confirm || none.dwell || none.clear_hold || none.hysteresis_mm ||
               none.foresight || none.speed_max_mmps);
  v1::JudgementPolicy& policy = *order.mutable_policy();
  policy.set_band_mm(0);
  policy.set_confirm_ppm(950'000);
  policy.set_dwell_s(30);
  policy.set_clear_hold_s(600);
  policy.set_hysteresis_mm(25'000);
  policy.set_foresight_s(0);
  policy.set_speed_max_mmps(8'000);
  const Judgement stated = order_from(order)->judgement;
  EXPECT_EQ(stated.band_mm, 0) << "said, and not the same as not said";
  EXPECT_EQ(stated.z_confirm, 1'645) << "95 of 100";
  EXPECT_EQ(stated.dwell, Duration::seconds(30));
  EXPECT_EQ(stated.clear_hold, Duration::seconds(600));
  EXPECT_EQ(stated.hysteresis_mm, 25'000);
  EXPECT_EQ(stated.foresight, Duration::seconds(0));
  EXPECT_EQ(stated.speed_max_mmps, 8'000);
  policy.set_confirm_ppm(500'000);
  EXPECT_EQ(order_from(order)->judgement.z_confirm, 0) << "more likely than not";
}

TEST(Order, RefusesAPolicyOutOfRangeAndNamesTheNumber) {
  const struct {
    const char* field;
    std::function<void(v1::JudgementPolicy&)> spoil;
  } kTable[] = {
      {"policy.band_mm", [](v1::JudgementPolicy& p) { p.set_band_mm(1'000'001); }},
      {"policy.confirm_ppm", [](v1::JudgementPolicy& p) { p.set_confirm_ppm(499'999); }},
      {"policy.confirm_ppm", [](v1::JudgementPolicy& p) { p.set_confirm_ppm(1'000'000); }},
      {"policy.dwell_s", [](v1::JudgementPolicy& p) { p.set_dwell_s(0); }},
      {"policy.dwell_s", [](v1::JudgementPolicy& p) { p.set_dwell_s(3'601); }},
      {"policy.clear_hold_s", [](v1::JudgementPolicy& p) { p.set_clear_hold_s(0); }},
      {"policy.clear_hold_s", [](v1::JudgementPolicy& p) { p.set_clear_hold_s(86'401); }},
      {"policy.hysteresis_mm", [](v1::JudgementPolicy& p) { p.set_hysteresis_mm(1'000'001); }},
      {"policy.foresight_s", [](v1::JudgementPolicy& p) { p.set_foresight_s(3'601); }},
      {"policy.speed_max_mmps", [](v1::JudgementPolicy& p) { p.set_speed_max_mmps(0); }},
      {"policy.speed_max_mmps", [](v1::JudgementPolicy& p) { p.set_speed_max_mmps(100'001); }},
  };
  for (const auto& row : kTable) {
    v1::Order order = sound();
    row.spoil(*order.mutable_policy());
    const Status status = check_order(order);
    ASSERT_FALSE(status.ok()) << row.field;
    EXPECT_EQ(status.error().field, row.field);
    EXPECT_NE(status.error().reason.find("must be"), std::string::npos);
  }
}

TEST(Order, ForbidsContactWithinTheBanOfThePackUnlessItStatesARadius) {
  v1::Order order = sound();
  v1::NoContact& contact = *order.mutable_conditions(0)->mutable_no_contact();
  contact.set_person_id("w-2");
  EXPECT_EQ(std::get<NoContact>(order_from(order)->conditions[0].rule).radius_mm, 100'000);
  contact.set_radius_mm(25'000);
  EXPECT_EQ(std::get<NoContact>(order_from(order)->conditions[0].rule).radius_mm, 25'000);
  contact.set_radius_mm(100'000'001);
  EXPECT_EQ(check_order(order).error().field, "conditions[0].no_contact.radius_mm");
  contact.set_person_id("w-1");
  EXPECT_EQ(check_order(order).error().field, "conditions[0].no_contact.person_id");
  contact.clear_person_id();
  EXPECT_EQ(check_order(order).error().field, "conditions[0].no_contact.person_id");
}

TEST(Order, TellsApartAHomeATravelAreaAndAnInclusionOfNoStatedPurpose) {
  v1::Order order = sound();
  v1::Inclusion& inclusion = *order.mutable_conditions(0)->mutable_inclusion();
  inclusion.set_zone_id("z-1");
  const auto purpose = [&] { return std::get<Inclusion>(order_from(order)->conditions[0].rule).purpose; };
  EXPECT_EQ(purpose(), InclusionPurpose::kUnstated);
  inclusion.set_purpose(v1::Inclusion::RESIDENCE);
  EXPECT_EQ(purpose(), InclusionPurpose::kResidence);
  inclusion.set_purpose(v1::Inclusion::TRAVEL_AREA);
  EXPECT_EQ(purpose(), InclusionPurpose::kTravelArea);
}

TEST(Order, NamesEachHolidayCalendarOfItsSchedulesOnce) {
  v1::Order order = sound();
  for (const char* id : {"c-2", "c-3", "c-4"}) {
    v1::Condition& condition = *order.add_conditions();
    condition.set_id(id);
    v1::Schedule& schedule = id == std::string("c-2") ? *condition.mutable_exclusion()->mutable_schedule()
                                                      : *condition.mutable_inclusion()->mutable_schedule();
    (id == std::string("c-2") ? *condition.mutable_exclusion()->mutable_zone_id()
                              : *condition.mutable_inclusion()->mutable_zone_id()) = "z-1";
    schedule.add_windows()->set_days(127);
    schedule.mutable_windows(0)->set_end_min(60);
    if (id != std::string("c-4")) schedule.set_holiday_calendar("kr");
  }
  EXPECT_EQ(holiday_calendars(*order_from(order)), std::set<std::string>{"kr"});
}

TEST(Check, AHomeBeaconStandsInAZoneAndNoOtherDeviceDoes) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id("b-1");
  device.set_kind(v1::DEVICE_KIND_HOME_BEACON);
  device.set_zone_id("z-home");
  EXPECT_TRUE(check(fact).ok());
  device.set_zone_id("z home");
  EXPECT_EQ(check(fact).error().field, "zone_id");
  device.set_zone_id("z-home");
  device.set_kind(v1::DEVICE_KIND_ANKLE);
  EXPECT_EQ(check(fact).error().field, "zone_id");
}

TEST(Check, OnlyADeviceWithAKeyIsHeldToSignAndNoPhone) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id("d-1");
  device.set_kind(v1::DEVICE_KIND_ANKLE);
  device.set_signed_only(true);
  EXPECT_EQ(check(fact).error().field, "signed_only");
  device.set_signing_generation(1);
  EXPECT_TRUE(check(fact).ok());
  device.set_kind(v1::DEVICE_KIND_PHONE);
  EXPECT_EQ(check(fact).error().field, "signed_only") << "its app must be able to call for help";
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
  fact.mutable_holiday_calendar_registered()->set_name("kr");
  fact.mutable_holiday_calendar_registered()->add_dates("9 October");
  EXPECT_EQ(check(fact).error().field, "dates[0]");
  fact.mutable_agency_registered()->set_id("a");
  EXPECT_EQ(check(fact).error().field, "desk");
  v1::ViolationTakenOver& violation = *fact.mutable_violation_taken_over();
  violation.set_id("v-1");
  EXPECT_EQ(check(fact).error().field, "source");
  violation.set_source("old-system");
  violation.set_kind(v1::ALERT_KIND_STRAP_CUT);
  violation.set_wearer_id("w-1");
  EXPECT_EQ(check(fact).error().field, "happened_at_us");
  violation.set_happened_at_us(1);
  EXPECT_TRUE(check(fact).ok());
  fact.mutable_clock_ticked();
  EXPECT_TRUE(check(fact).ok());
}

}  // namespace
}  // namespace haechi::law
