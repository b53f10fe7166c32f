// Ways that things seldom go, and still go somewhere defined.
#include "cases/test_world.h"

namespace haechi::cases {
namespace {

v1::CaseFact keys(const std::string& person, const std::string& name, const std::string& sound,
                  const std::string& building) {
  v1::CaseFact fact;
  auto& identity = *fact.mutable_identity_recorded();
  identity.set_person_id(person);
  identity.set_name_key(name);
  identity.add_sound_keys(sound);
  identity.set_born_key("b-kim");
  identity.set_address_key("a-of-" + person);
  identity.set_building_key(building);
  return fact;
}

v1::CaseFact decided(const std::string& link_id, bool accepted) {
  v1::CaseFact fact;
  fact.mutable_link_decided()->set_link_id(link_id);
  fact.mutable_link_decided()->set_accepted(accepted);
  if (!accepted) fact.mutable_link_decided()->set_reason_code("another_person");
  return fact;
}

// A name written in Latin letters, the same birth date, and a flat in the same building.
World alike() {
  World world("2026-03-05T20:00:00+09:00");
  EXPECT_EQ(world.wears("w-1", "o-post"), "");
  EXPECT_EQ(world.submit(keys("w-1", "kim min jun", "gimminjun", "house-7")), "");
  EXPECT_EQ(world.submit(keys("s-77", "n-kim", "gimminjun", "house-7")), "");
  EXPECT_EQ(world.open_case("c-1", "s-77"), "");
  return world;
}

TEST(Link, IsProposedWhereTheNameOnlySoundsTheSame) {
  World world = alike();
  ASSERT_EQ(world.links(), 1u);
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_IDENTITY);
  EXPECT_EQ(world.link().grounds_size(), 3);
  World apart("2026-03-05T20:00:00+09:00");
  apart.wears("w-1", "o-post");
  apart.submit(keys("w-1", "kim min jun", "gimminjun", "house-7"));
  apart.submit(keys("s-77", "n-kim", "gimseoyeon", "house-7"));
  apart.open_case("c-1", "s-77");
  EXPECT_EQ(apart.links(), 0u) << "a birth date and a house are no proposal without a name";
}

TEST(Link, ThatIsDeclinedAfterAllGivesTheOrderBackToTheSubjectHimself) {
  World world = alike();
  ASSERT_EQ(world.submit(decided(world.link().id(), true)), "");
  world.grant("m-2", "c-1", "ST_PROV_2");
  world.grant("m-32", "c-1", "ST_PROV_3_2", keep_away());
  world.fit("m-32");
  ASSERT_EQ(world.go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  ASSERT_EQ(world.active().size(), 1u);
  const v1::Order first = world.active().begin()->second;
  ASSERT_EQ(first.wearer_id(), "w-1");
  EXPECT_NE(world.submit(decided(world.link().id(), false)), "") << "it is covered: nothing waits";
  ASSERT_EQ(world.go("m-2", v1::CASE_STEP_CANCEL), "");  // her protection has a gap again, so it is open
  ASSERT_EQ(world.submit(decided(world.link().id(), false)), "");
  const auto ended = world.of(v1::CaseEffect::kEndOrder);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].end_order().reason(), "replaced");
  ASSERT_EQ(world.active().size(), 1u);
  EXPECT_EQ(world.active().begin()->second.wearer_id(), "s-77");
  EXPECT_NE(world.active().begin()->first, first.id())
      << "an order does not change its wearer: it is another";
  EXPECT_EQ(world.active().begin()->second.starts_at_us(), world.now().us);
}

TEST(Link, ThatIsClosedOrOfTheSameOfficerIsToldToNobodyAnew) {
  World world("2026-03-05T20:00:00+09:00");
  ASSERT_EQ(world.wears("s-1", "o-post"), "");
  ASSERT_EQ(world.supervises("officer-a", "s-1"), "");
  ASSERT_EQ(world.open_case("c-1", "s-1"), "");
  ASSERT_EQ(world.supervises("officer-a", "s-1"), "");
  EXPECT_TRUE(world.of(v1::CaseEffect::kQueueNotification).empty()) << "he knows";
  v1::CaseFact nobody;
  nobody.mutable_supervisor_assigned()->set_wearer_id("s-1");
  ASSERT_EQ(world.submit(nobody), "");
  EXPECT_TRUE(world.of(v1::CaseEffect::kQueueNotification).empty()) << "there is nobody to tell";
  ASSERT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
  ASSERT_EQ(world.supervises("officer-b", "s-1"), "");
  EXPECT_TRUE(world.of(v1::CaseEffect::kQueueNotification).empty()) << "the case is closed";
}

TEST(Wearer, IsNotSaidToWearForAnotherAgencyWhatAMeasureOfOursOrdered) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  const std::string order = world.active().begin()->first;
  EXPECT_EQ(world.wears("s-1", order), "conflict: order_id: is of a measure that is kept here");
  EXPECT_EQ(world.wears("s-1", "o-old"), "");
  EXPECT_EQ(world.wears("s-1", "o-old", "2027-01-01T00:00:00+09:00"), "") << "said again, with its end";
}

TEST(Notice, MayBeWrittenDownAsAStepOfTheMeasureToo) {
  World world("2027-05-03T10:00:00+09:00");
  ASSERT_EQ(world.open_case("c-1", "s-1"), "");
  ASSERT_EQ(world.begin("m-2", "c-1", "ST_PROV_2"), "");
  ASSERT_EQ(world.go("m-2", v1::CASE_STEP_DECLINE_TO_APPLY), "");
  v1::CaseFact petition;
  petition.mutable_petition_filed()->set_petition_id("pet-1");
  petition.mutable_petition_filed()->set_case_id("c-1");
  petition.mutable_petition_filed()->set_protected_id("p-1");
  petition.mutable_petition_filed()->add_kinds("ST_VPO_1");
  petition.mutable_petition_filed()->add_kinds("ST_VPO_2");
  EXPECT_NE(world.submit(petition), "") << "nobody has told her";
  v1::CaseFact told = world.stepped("m-2", v1::CASE_STEP_DONE);
  told.mutable_measure_stepped()->set_task(v1::CASE_TASK_TELL_DECLINED);
  ASSERT_EQ(world.submit(told), "");
  EXPECT_EQ(world.duty("N8-3").id(), "");
  const auto updates = world.of(v1::CaseEffect::kUpdateCase);
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].update_case().declined_told_at_us(), world.now().us);
  EXPECT_EQ(world.submit(petition), "");
  EXPECT_EQ(world.petition("pet-1").measure_ids_size(), 2);
}

TEST(Order, KeepsHowDoubtIsWeighedAndTheOffenceWhereADecisionDoesNotSay) {
  World world("2026-06-10T15:00:00+09:00");
  v1::Order stated = keep_away();
  stated.mutable_policy()->set_dwell_s(45);
  world.active_order(stated);
  EXPECT_EQ(world.active().begin()->second.policy().dwell_s(), 45u);
  v1::CaseFact change = world.stepped("m-32", v1::CASE_STEP_CHANGE);
  *change.mutable_measure_stepped()->mutable_stated() = keep_away();
  ASSERT_EQ(world.submit(change), "");
  EXPECT_FALSE(world.active().begin()->second.has_policy()) << "a decision states its conditions anew";
  EXPECT_EQ(world.active().begin()->second.version(), 2u);
}

}  // namespace
}  // namespace haechi::cases
