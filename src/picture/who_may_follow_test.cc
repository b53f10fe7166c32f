// What the rights of agencies and units are decided from: whose call it is, who was informed, who is sent to
// whom.
#include <gtest/gtest.h>

#include "picture/picture.h"

namespace haechi::picture {
namespace {

class WhoMayFollow : public testing::Test {
 protected:
  WhoMayFollow() {
    for (const auto& [id, role] : {std::pair("W1", v1::ROLE_WEARER), {"P1", v1::ROLE_PROTECTED_PERSON}}) {
      v1::Fact fact;
      fact.mutable_person_registered()->set_id(id);
      fact.mutable_person_registered()->set_role(role);
      fold(fact);
    }
  }
  void fold(const v1::Fact& fact, const std::vector<v1::Effect>& effects = {}) {
    Effects shared;
    for (const v1::Effect& effect : effects) shared.push_back(std::make_shared<const v1::Effect>(effect));
    ++no_;
    picture_.fold(no_, Time{static_cast<int64_t>(no_)}, fact, shared);
  }
  void tell(const v1::Effect& effect) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    fold(tick, {effect});
  }
  void incident(int64_t closed_at_us = 0) {
    v1::Effect effect;
    effect.mutable_update_incident()->set_id("I1");
    effect.mutable_update_incident()->set_wearer_id("W1");
    effect.mutable_update_incident()->add_protected_ids("P1");
    effect.mutable_update_incident()->set_closed_at_us(closed_at_us);
    tell(effect);
  }
  void hand_off(const std::string& agency_id, bool informative) {
    v1::Effect effect;
    effect.mutable_update_hand_off()->set_id("H-" + agency_id);
    effect.mutable_update_hand_off()->set_incident_id("I1");
    effect.mutable_update_hand_off()->set_agency_id(agency_id);
    effect.mutable_update_hand_off()->set_informative(informative);
    tell(effect);
  }
  void call(const std::string& agency_id) {
    v1::Effect effect;
    effect.mutable_open_call()->set_id("C-" + agency_id);
    effect.mutable_open_call()->set_incident_id("I1");
    effect.mutable_open_call()->set_agency_id(agency_id);
    effect.mutable_open_call()->set_state(v1::CALL_STATE_OPEN);
    tell(effect);
  }

  Picture picture_;
  uint64_t no_ = 0;
};

TEST_F(WhoMayFollow, AnAgencyFindsItsOwnCallOfAnIncident) {
  incident();
  call("police");
  call("neighbour");
  EXPECT_EQ(picture_.call_of_incident("neighbour", "I1")->id(), "C-neighbour");
  EXPECT_EQ(picture_.call_of_incident("province", "I1"), nullptr);
  EXPECT_EQ(picture_.call_of_incident("police", "I2"), nullptr);
}

TEST_F(WhoMayFollow, AnAgencyThatWasInformedSeesTheIncidentWhileItIsOpen) {
  EXPECT_FALSE(picture_.informed("province", "I1")) << "nothing has happened";
  incident();
  hand_off("police", false);
  hand_off("province", true);
  EXPECT_TRUE(picture_.informed("province", "I1"));
  EXPECT_FALSE(picture_.informed("police", "I1")) << "it responds, so it has a call";
  EXPECT_FALSE(picture_.informed("neighbour", "I1"));
  EXPECT_TRUE(picture_.informed_about("province", "W1"));
  EXPECT_TRUE(picture_.informed_about("province", "P1"));
  EXPECT_FALSE(picture_.informed_about("province", "W2"));
  EXPECT_FALSE(picture_.informed_about("police", "P1"));
  incident(7);
  EXPECT_FALSE(picture_.informed("province", "I1"));
  EXPECT_FALSE(picture_.informed_about("province", "P1"));
}

TEST_F(WhoMayFollow, NobodyFollowsWhoIsNotRegisteredAnyMore) {
  v1::Effect effect;
  effect.mutable_grant_track()->set_unit_id("U1");
  effect.mutable_grant_track()->set_call_id("C1");
  effect.mutable_grant_track()->set_person_id("P1");
  effect.mutable_grant_track()->set_target(v1::TARGET_PROTECTED_PERSON);
  tell(effect);
  EXPECT_NE(picture_.following("U1", "P1"), nullptr) << "sent to her, it sees her";
  EXPECT_EQ(picture_.following("U1", "W1"), nullptr) << "and not him";
  EXPECT_EQ(picture_.following("U1", "a stranger"), nullptr);
  v1::Fact removed;
  removed.mutable_person_registered()->set_id("P1");
  removed.mutable_person_registered()->set_role(v1::ROLE_PROTECTED_PERSON);
  removed.mutable_person_registered()->set_removed(true);
  fold(removed);
  EXPECT_EQ(picture_.following("U1", "P1"), nullptr);
}

TEST_F(WhoMayFollow, AUnitIsShownWithItsStateAndWhereItIs) {
  EXPECT_EQ(picture_.unit_live("U1").unit().id(), "") << "no such unit";
  v1::Fact fact;
  fact.mutable_unit_registered()->set_id("U1");
  fact.mutable_unit_registered()->set_call_sign("Namyang 3");
  fold(fact);
  fact.mutable_device_registered()->set_id("D1");
  fact.mutable_device_registered()->set_unit_id("U1");
  fold(fact);
  v1::Effect effect;
  effect.mutable_update_unit()->set_unit_id("U1");
  effect.mutable_update_unit()->set_status(v1::UNIT_STATUS_EN_ROUTE);
  effect.mutable_update_unit()->set_call_id("C1");
  tell(effect);
  EXPECT_FALSE(picture_.unit_live("U1").has_position()) << "it has not been heard of";
  auto& report = *fact.mutable_report_received()->mutable_report();
  report.set_device_id("D1");
  report.set_charging(true);
  report.mutable_fix()->set_fixed_at_us(5);
  report.mutable_fix()->mutable_place()->set_lat_e7(370'000'000);
  fold(fact);
  const v1::UnitLive live = picture_.unit_live("U1");
  EXPECT_EQ(live.unit().call_sign(), "Namyang 3");
  EXPECT_EQ(live.status(), v1::UNIT_STATUS_EN_ROUTE);
  EXPECT_EQ(live.call_id(), "C1");
  EXPECT_EQ(live.position().unit_id(), "U1");
  EXPECT_TRUE(live.position().charging());
  EXPECT_EQ(live.position().fix().place().lat_e7(), 370'000'000);
  const uint32_t number = *picture_.positions().find_unit("U1");
  EXPECT_EQ(picture_.positions().track(number, Time{}).person_id(), "") << "a car is no person";
  EXPECT_EQ(picture_.positions().track(number, Time{}).points_size(), 1);
}

TEST_F(WhoMayFollow, AnOrderOfAMeasureChangesThroughItsMeasureOnly) {
  v1::Effect effect;
  v1::CaseEffect& of_case = *effect.mutable_case_effect();
  of_case.mutable_update_measure()->set_id("m");
  tell(effect);
  of_case.mutable_activate_order()->set_measure_id("m");
  of_case.mutable_activate_order()->mutable_order()->set_id("o");
  of_case.mutable_activate_order()->mutable_order()->set_version(1);
  tell(effect);
  v1::Fact stated;
  stated.mutable_order_registered()->set_id("o");
  stated.mutable_order_registered()->set_version(9);
  fold(stated);
  EXPECT_EQ(picture_.orders().find("o")->second.version(), 1u);
  of_case.mutable_end_order()->set_measure_id("m");
  of_case.mutable_end_order()->mutable_order()->set_id("o");
  of_case.mutable_end_order()->mutable_order()->set_version(2);
  of_case.mutable_end_order()->mutable_order()->set_withdrawn(true);
  tell(effect);
  EXPECT_TRUE(picture_.orders().find("o")->second.withdrawn());
}

}  // namespace
}  // namespace haechi::picture
