// What she may ask the court for herself, from 2027-04-22.
#include "cases/test_world.h"

namespace haechi::cases {
namespace {

v1::CaseFact filed(const std::string& id = "pet-1", const std::string& kind = "ST_VPO_1") {
  v1::CaseFact fact;
  auto& one = *fact.mutable_petition_filed();
  one.set_petition_id(id);
  one.set_case_id("c-1");
  one.set_protected_id("p-1");
  one.add_kinds(kind);
  one.set_statement_id("st-1");
  one.set_attachments(2);
  return fact;
}

v1::CaseFact docketed() {
  v1::CaseFact fact;
  fact.mutable_petition_docketed()->set_petition_id("pet-1");
  fact.mutable_petition_docketed()->set_court_id("court-uijeongbu");
  fact.mutable_petition_docketed()->set_docket("2027-77");
  return fact;
}

v1::CaseFact decided(bool granted, const std::string& interim = {}) {
  v1::CaseFact fact;
  fact.mutable_petition_decided()->set_petition_id("pet-1");
  fact.mutable_petition_decided()->set_granted(granted);
  fact.mutable_petition_decided()->set_interim_kind(interim);
  return fact;
}

// The police did not apply, and told her so at `start`.
World declined(const std::string& start) {
  World world(start);
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.begin("m-2", "c-1", "ST_PROV_2"), "");
  EXPECT_EQ(world.go("m-2", v1::CASE_STEP_DECLINE_TO_APPLY), "");
  EXPECT_EQ(world.duty("N8-3").party(), v1::CASE_PARTY_POLICE);
  v1::CaseFact told;
  told.mutable_duty_done()->set_duty_id(world.duty("N8-3").id());
  EXPECT_EQ(world.submit(told), "");
  return world;
}

TEST(Petition, OpensWithTheNoticeAndClosesNinetyDaysLater) {
  World world = declined("2027-05-03T10:00:00+09:00");
  const v1::Duty right = world.duty(v1::CASE_TASK_PETITION_DIRECTLY, "m-2");
  EXPECT_TRUE(right.may());
  EXPECT_EQ(right.party(), v1::CASE_PARTY_PROTECTED_PERSON);
  // Day 1 is 4 May, day 90 is 1 August, a Sunday: acts run on to the end of Monday.
  EXPECT_EQ(iso8601(Time{right.due_at_us()}), "2027-08-02T15:00:00.000Z");
  world.pass_to(Time{right.due_at_us()} - Duration{2});
  EXPECT_EQ(world.submit(filed()), "");
  EXPECT_EQ(world.petition("pet-1").state(), v1::PETITION_STATE_FILED);
  world.pass_to(Time{right.due_at_us()});
  EXPECT_NE(world.submit(filed("pet-2")), "");
  EXPECT_EQ(world.duty(v1::CASE_TASK_PETITION_DIRECTLY, "m-2").id(), "");
}

TEST(Petition, IsRefusedBeforeTheLawIsInForceAndWithoutTheNotice) {
  World early = declined("2027-04-01T10:00:00+09:00");
  EXPECT_NE(early.submit(filed()).find("2027-04-22"), std::string::npos);
  early.pass_to("2027-04-22T00:00:00+09:00");
  EXPECT_EQ(early.submit(filed()), "");
  World untold("2027-05-03T10:00:00+09:00");
  EXPECT_EQ(untold.open_case("c-1", "s-1"), "");
  EXPECT_NE(untold.submit(filed()), "");
  EXPECT_NE(untold.submit(filed("pet-1", "ST_PROV_2")), "") << "not hers to ask for";
  EXPECT_NE(untold.submit(filed("pet-1", "ST_VPO_TMP")), "") << "the court's";
}

TEST(Petition, GoesFromDocketThroughTheInterimOrderToTheDecision) {
  World world = declined("2027-05-03T10:00:00+09:00");
  EXPECT_EQ(world.submit(filed()), "");
  EXPECT_EQ(world.duty("DOCKET").party(), v1::CASE_PARTY_COURT);
  EXPECT_NE(world.submit(decided(true)), "") << "it is not docketed";
  EXPECT_EQ(world.submit(docketed()), "");
  EXPECT_EQ(world.duty("DOCKET").id(), "");
  EXPECT_EQ(world.submit(decided(true, "ST_VPO_TMP")), "");
  const std::string interim = world.petition("pet-1").interim_measure_id();
  EXPECT_TRUE(world.measure(interim).in_force());
  EXPECT_NE(world.submit(decided(true, "ST_VPO_TMP")), "") << "once";
  EXPECT_EQ(world.submit(decided(true)), "");
  EXPECT_EQ(world.petition("pet-1").state(), v1::PETITION_STATE_GRANTED);
  EXPECT_EQ(world.measure(interim).end(), v1::MEASURE_END_PETITION_DECIDED);
  const std::string main = world.petition("pet-1").measure_ids(0);
  EXPECT_TRUE(world.measure(main).in_force());
  EXPECT_EQ(world.measure(main).petition_id(), "pet-1");
  EXPECT_EQ(world.go(main, v1::CASE_STEP_SERVE), "");
  EXPECT_EQ(world.measure(main).stage(), v1::MEASURE_STAGE_ACTIVE);
  EXPECT_TRUE(world.active().empty()) << "these carry no device";
}

TEST(Petition, DeniedEndsTheInterimOrderToo) {
  World world = declined("2027-05-03T10:00:00+09:00");
  EXPECT_EQ(world.submit(filed()), "");
  EXPECT_EQ(world.submit(docketed()), "");
  EXPECT_EQ(world.submit(decided(true, "ST_VPO_TMP")), "");
  EXPECT_EQ(world.submit(decided(false)), "");
  EXPECT_EQ(world.petition("pet-1").state(), v1::PETITION_STATE_DENIED);
  EXPECT_EQ(world.measure(world.petition("pet-1").interim_measure_id()).end(),
            v1::MEASURE_END_PETITION_DECIDED);
  EXPECT_EQ(world.measure(world.petition("pet-1").measure_ids(0)).end(), v1::MEASURE_END_DENIED);
  EXPECT_NE(world.submit(decided(true)), "");
}

// The other packs from end to end: she petitions, the court orders a device, it is fitted, monitored, and
// ends.
class Abroad : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Abroad, ADeviceThatSheAskedForIsOrderedFittedMonitoredAndEnds) {
  const auto& [country, kind] = GetParam();
  World world("2026-06-10T15:00:00+01:00");
  EXPECT_EQ(world.open_case("c-1", "s-1", "p-1", country), "");
  EXPECT_EQ(world.submit(filed("pet-1", kind)), "");
  EXPECT_EQ(world.submit(docketed()), "");
  v1::CaseFact granted = decided(true);
  *granted.mutable_petition_decided()->mutable_stated() = keep_away();
  EXPECT_EQ(world.submit(granted), "");
  const std::string measure = world.petition("pet-1").measure_ids(0);
  world.fit(measure);
  EXPECT_TRUE(world.active().empty()) << "her data are not known";
  EXPECT_EQ(world.go(measure, v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  ASSERT_EQ(world.active().size(), 1u);
  const v1::Order& order = world.active().begin()->second;
  EXPECT_EQ(order.kind(), kind);
  EXPECT_NE(order.legal_basis(), "");
  EXPECT_EQ(order.conditions_size(), 1);
  EXPECT_EQ(world.measure(measure).left_out_ids_size(), 0);
  EXPECT_EQ(world.go(measure, v1::CASE_STEP_CANCEL), "");
  EXPECT_TRUE(world.active().empty());
}

INSTANTIATE_TEST_SUITE_P(Packs, Abroad,
                         testing::Values(std::pair("es", "ES_COMETA"), std::pair("us", "US_DVPO")));

}  // namespace
}  // namespace haechi::cases
