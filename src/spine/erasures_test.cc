#include "spine/erasures.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/engine.h"
#include "spine/spine.h"

namespace haechi::spine {
namespace {

using Effects = std::vector<std::shared_ptr<const v1::Effect>>;
constexpr int64_t kStartUs = 1'773'446'400'000'000;

v1::Fact person(const std::string& id, v1::Role role) {
  v1::Fact fact;
  fact.mutable_person_registered()->set_id(id);
  fact.mutable_person_registered()->set_role(role);
  return fact;
}

v1::Fact device(const std::string& id, const std::string& person_id) {
  v1::Fact fact;
  fact.mutable_device_registered()->set_id(id);
  fact.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
  fact.mutable_device_registered()->set_person_id(person_id);
  return fact;
}

v1::Fact zone(const std::string& id) {
  v1::Fact fact;
  fact.mutable_zone_registered()->set_id(id);
  v1::Circle& circle = *fact.mutable_zone_registered()->mutable_shape()->mutable_circle();
  circle.mutable_centre()->set_lat_e7(376'000'000);
  circle.mutable_centre()->set_lng_e7(1'272'000'000);
  circle.set_radius_mm(300'000);
  return fact;
}

// He may not enter the zone; it is hers unless `protected_id` is empty.
v1::Fact order(const std::string& id, const std::string& wearer_id, const std::string& zone_id,
               const std::string& protected_id, uint32_t version = 1, bool withdrawn = false) {
  v1::Fact fact;
  v1::Order& order = *fact.mutable_order_registered();
  order.set_id(id);
  order.set_version(version);
  order.set_kind("ST_PROV_3_2");
  order.set_legal_basis("Stalking Act 9(1)3-2");
  order.set_wearer_id(wearer_id);
  order.set_starts_at_us(kStartUs - 1);
  order.set_withdrawn(withdrawn);
  order.add_conditions()->set_id("c");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id(zone_id);
  order.mutable_conditions(0)->mutable_exclusion()->set_protected_id(protected_id);
  return fact;
}

v1::Fact inside(const std::string& device_id, uint64_t seq, int64_t at_us) {
  v1::Fact fact;
  v1::Report& report = *fact.mutable_report_received()->mutable_report();
  fact.mutable_report_received()->set_received_at_us(at_us);
  report.set_device_id(device_id);
  report.set_seq(seq);
  report.mutable_fix()->set_fixed_at_us(at_us);
  report.mutable_fix()->set_accuracy_mm(5'000);
  report.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
  report.mutable_fix()->mutable_place()->set_lat_e7(376'000'000);
  report.mutable_fix()->mutable_place()->set_lng_e7(1'272'000'000);
  return fact;
}

v1::Fact hold(const std::string& person_id, const std::string& by) {
  v1::Fact fact;
  fact.mutable_hold_placed()->set_person_id(person_id);
  fact.mutable_hold_placed()->set_by(by);
  fact.mutable_hold_placed()->set_reason("2026 no 17");
  return fact;
}

v1::Fact release(const std::string& person_id, const std::string& by) {
  v1::Fact fact;
  fact.mutable_hold_released()->set_person_id(person_id);
  fact.mutable_hold_released()->set_by(by);
  return fact;
}

v1::Fact erase(const std::string& person_id) {
  v1::Fact fact;
  fact.mutable_person_erased()->set_person_id(person_id);
  fact.mutable_person_erased()->set_by("officer");
  return fact;
}

class ErasuresTest : public testing::Test {
 protected:
  Effects step(const v1::Fact& fact) {
    now_us_ += 1'000'000;
    return engine_.step({++no_, Time{now_us_}, fact});
  }
  v1::ErasureOutcome settle(const v1::Fact& fact) {
    for (const auto& effect : step(fact))
      if (effect->has_settle_erasure()) return effect->settle_erasure();
    ADD_FAILURE() << "nothing was settled";
    return {};
  }

  Engine engine_{0};
  uint64_t no_ = 0;
  int64_t now_us_ = kStartUs;
};

TEST_F(ErasuresTest, AHoldStandsAgainstErasureWithItsReasonUntilSomebodyElseReleasesIt) {
  step(person("W-1", v1::ROLE_WEARER));
  settle(hold("W-1", "kim"));
  const v1::ErasureOutcome refused = settle(erase("W-1"));
  EXPECT_EQ(refused.refusal(), v1::ErasureOutcome::HELD);
  EXPECT_EQ(refused.hold_reason(), "2026 no 17");
  EXPECT_FALSE(refused.erased());
  EXPECT_EQ(settle(release("W-1", "kim")).refusal(), v1::ErasureOutcome::SAME_ACCOUNT);
  EXPECT_EQ(settle(erase("W-1")).refusal(), v1::ErasureOutcome::HELD);
  EXPECT_EQ(settle(release("W-1", "lee")).hold_by(), "");
  EXPECT_TRUE(settle(erase("W-1")).erased());
}

TEST_F(ErasuresTest, NobodyIsErasedWhomAnOrderInForceIsAbout) {
  for (const v1::Fact& fact : {person("W-1", v1::ROLE_WEARER), person("P-1", v1::ROLE_PROTECTED_PERSON),
                               zone("home"), order("O-1", "W-1", "home", "P-1")})
    step(fact);
  EXPECT_EQ(settle(erase("W-1")).refusal(), v1::ErasureOutcome::MONITORED);
  EXPECT_EQ(settle(erase("P-1")).refusal(), v1::ErasureOutcome::MONITORED);
  step(order("O-1", "W-1", "home", "P-1", 2, true));
  EXPECT_TRUE(settle(erase("W-1")).erased());
}

TEST_F(ErasuresTest, HerPlacesGoWithHerUnlessTheyAreSomebodyElsesToo) {
  for (const v1::Fact& fact : {zone("home"), zone("school"), zone("station"),
                               order("O-1", "W-1", "home", "P-1"), order("O-2", "W-1", "school", "P-1"),
                               order("O-3", "W-2", "school", "P-2"), order("O-4", "W-1", "station", "")})
    step(fact);
  for (const char* id : {"O-1", "O-2", "O-4"}) step(order(id, "W-1", "home", "P-1", 2, true));
  const v1::ErasureOutcome outcome = settle(erase("P-1"));
  EXPECT_TRUE(outcome.erased());
  ASSERT_EQ(outcome.zone_ids_size(), 1);
  EXPECT_EQ(outcome.zone_ids(0), "home");
  step(order("O-3", "W-2", "school", "P-2", 2, true));
  EXPECT_EQ(settle(erase("P-2")).zone_ids(0), "school");
}

TEST_F(ErasuresTest, APlaceThatAnOrderInForceNeedsStaysUntilItIsOver) {
  for (const v1::Fact& fact :
       {zone("home"), order("O-1", "W-1", "home", "P-1"), order("O-2", "W-2", "home", "")})
    step(fact);
  step(order("O-1", "W-1", "home", "P-1", 2, true));
  EXPECT_EQ(settle(erase("P-1")).zone_ids_size(), 0);
  step(order("O-2", "W-2", "home", "", 2, true));
  EXPECT_EQ(settle(erase("W-2")).zone_ids(0), "home");
}

TEST_F(ErasuresTest, ALogThatNamesBySubjectNamesWhatIsLeftAsBeforeAnErasure) {
  // Two enter the same zone in one report each; a tick later both are silent. One history has his places, the
  // other has not.
  std::vector<std::vector<std::string>> named;
  for (const bool erased : {false, true}) {
    Engine engine(0);
    uint64_t no = 0;
    int64_t at_us = kStartUs;
    std::vector<std::string> ids;
    const auto step = [&](v1::Fact fact) {
      for (const auto& effect : engine.step({++no, Time{at_us += 1'000'000}, fact}))
        if (effect->has_raise_alert() && effect->raise_alert().wearer_id() == "W-2")
          ids.push_back(effect->raise_alert().id());
    };
    v1::Fact started;
    started.mutable_process_started()->set_names_by_subject(true);
    for (const v1::Fact& fact : {started, person("W-1", v1::ROLE_WEARER), person("W-2", v1::ROLE_WEARER),
                                 device("D-1", "W-1"), device("D-2", "W-2"), zone("home"),
                                 order("O-1", "W-1", "home", ""), order("O-2", "W-2", "home", "")})
      step(fact);
    v1::Fact his = inside("D-1", 1, at_us);
    if (erased) his.mutable_report_received()->mutable_report()->clear_fix();
    step(his);
    step(inside("D-2", 1, at_us));
    v1::Fact tick;
    tick.mutable_clock_ticked();
    at_us += 3'600'000'000;
    step(tick);
    named.push_back(ids);
  }
  EXPECT_GE(named[0].size(), 2u);
  EXPECT_EQ(named[0], named[1]);
}

}  // namespace
}  // namespace haechi::spine
