// The link whose absence killed her: a police case against somebody who wears a device for another crime.
#include "cases/test_world.h"

namespace haechi::cases {
namespace {

constexpr Duration kHour = Duration::seconds(3'600);

v1::CaseFact decided(const v1::CaseLink& link, bool accepted, const std::string& reason = {}) {
  v1::CaseFact fact;
  fact.set_by("inspector-park");
  fact.mutable_link_decided()->set_link_id(link.id());
  fact.mutable_link_decided()->set_accepted(accepted);
  fact.mutable_link_decided()->set_reason_code(reason);
  return fact;
}

// Kim wears a device since his release for another crime; police know him under a record of their own. Known
// of the real case: that order, reports and police measures that probation did not hear of, no measure 3-2,
// and 14 March 2026, 08:58. The days between are set here nine and seven before it.
World namyangju() {
  World world("2025-11-01T00:00:00+09:00");
  EXPECT_EQ(world.wears("w-1", "o-post"), "");
  EXPECT_EQ(world.supervises("officer-lee", "w-1"), "");
  EXPECT_EQ(world.identity("w-1", "doc-kim", "n-kim", "b-kim", ""), "");
  world.pass_to("2026-03-05T20:00:00+09:00", kHour * 24);
  EXPECT_EQ(world.identity("s-77", "doc-kim", "n-kim", "b-kim", "a-kim"), "");
  EXPECT_EQ(world.open_case("c-1", "s-77"), "");
  return world;
}

TEST(Namyangju, TellsBothAgenciesNineDaysBeforeTheAttackInTheEntryOfTheReport) {
  const World world = namyangju();
  ASSERT_EQ(world.links(), 1u);
  const v1::CaseLink& link = world.link();
  EXPECT_EQ(link.state(), v1::LINK_STATE_OPEN);
  EXPECT_TRUE(link.certain());
  EXPECT_EQ(link.wearer_id(), "w-1");
  EXPECT_EQ(link.step(), v1::LINK_STEP_APPLY_FOR_DEVICE);
  EXPECT_EQ(link.step_kind(), "ST_PROV_3_2");
  ASSERT_EQ(link.worn_order_ids_size(), 1);
  EXPECT_EQ(link.worn_order_ids(0), "o-post");
  EXPECT_EQ(world.of(v1::CaseEffect::kProposeLink).size(), 1u);
  bool probation = false;
  bool police = false;
  for (const v1::CaseEffect& effect : world.of(v1::CaseEffect::kQueueNotification)) {
    const v1::Notification& one = effect.queue_notification();
    probation |= one.kind() == v1::NOTIFICATION_KIND_CASE_ON_WEARER && one.account() == "officer-lee" &&
                 one.agency_id() == "probation-1";
    police |=
        one.kind() == v1::NOTIFICATION_KIND_SUBJECT_WEARS_DEVICE && one.agency_id() == "police-namyangju";
  }
  EXPECT_TRUE(probation);
  EXPECT_TRUE(police);
  EXPECT_GT(at("2026-03-14T08:58:00+09:00") - world.now(), kHour * 24 * 8);
}

TEST(Namyangju, PassesTheMissingMeasureUpWhileNobodyAppliesForIt) {
  World world = namyangju();
  world.pass_to("2026-03-06T08:30:00+09:00");
  EXPECT_EQ(world.duty("LINK-STEP").level(), 1u);
  // What was done instead: an urgent measure, and measure 2, which no device watches over.
  EXPECT_EQ(world.begin("u-1", "c-1", "ST_URGENT_1"), "");
  EXPECT_EQ(world.go("u-1", v1::CASE_STEP_IMPOSE), "");
  world.pass_to("2026-03-07T10:00:00+09:00");
  world.grant("m-2", "c-1", "ST_PROV_2");
  EXPECT_EQ(world.measure("u-1").end(), v1::MEASURE_END_SUPERSEDED);
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_OPEN);
  EXPECT_EQ(world.duty("LINK-STEP").level(), 2u);
  EXPECT_TRUE(world.duty("LINK-STEP").overdue());
  world.pass_to("2026-03-07T21:00:00+09:00");
  EXPECT_EQ(world.duty("LINK-STEP").level(), 3u);
  EXPECT_GT(world.told(v1::NOTIFICATION_KIND_DUTY_ESCALATED, v1::CASE_PARTY_CONTROL_ROOM), 0u);
  world.pass_to("2026-03-10T00:00:00+09:00", kHour);
  EXPECT_EQ(world.duty("LINK-STEP").level(), 5u) << "four days before the attack nobody is left to be told";
}

TEST(Namyangju, PutsHerUnderTheDeviceHeWearsAlreadyWhenSomebodyActs) {
  World world = namyangju();
  EXPECT_EQ(world.submit(decided(world.link(), true)), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_ACCEPTED);
  EXPECT_NE(world.duty("LINK-ACT").id(), "");
  world.grant("m-2", "c-1", "ST_PROV_2");
  EXPECT_EQ(world.begin("m-32", "c-1", "ST_PROV_3_2", keep_away()), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_ACCEPTED);
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_APPLY), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_UNDER_WAY);
  EXPECT_EQ(world.duty("LINK-ACT").id(), "");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_PETITION), "");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_GRANT), "");
  world.fit("m-32");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  ASSERT_EQ(world.active().size(), 1u);
  EXPECT_EQ(world.active().begin()->second.wearer_id(), "w-1") << "the device knows him under that id";
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_COVERED);
  EXPECT_LT(world.now(), at("2026-03-14T08:58:00+09:00"));
}

TEST(Link, OpensAgainWhenTheOrderNoLongerNamesHer) {
  World world = namyangju();
  world.grant("m-2", "c-1", "ST_PROV_2");
  world.grant("m-32", "c-1", "ST_PROV_3_2", keep_away());
  world.fit("m-32");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_COVERED);
  EXPECT_EQ(world.go("m-2", v1::CASE_STEP_CANCEL), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_OPEN);
}

TEST(Link, OpensAgainWhenTheMeasureIsDenied) {
  World world = namyangju();
  EXPECT_EQ(world.begin("m-32", "c-1", "ST_PROV_3_2", keep_away()), "");
  for (const v1::CaseStep step : {v1::CASE_STEP_APPLY, v1::CASE_STEP_PETITION, v1::CASE_STEP_DENY})
    EXPECT_EQ(world.go("m-32", step), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_OPEN);
  EXPECT_EQ(world.duty("LINK-STEP").level(), 0u);
}

TEST(Link, IsFoundWhicheverIsKnownLast) {
  for (const int last : {0, 1, 2}) {
    World world("2026-03-05T20:00:00+09:00");
    const auto learn = [&](int what) {
      if (what == 0) {
        EXPECT_EQ(world.wears("w-1", "o-post"), "");
      }
      if (what == 1) {
        EXPECT_EQ(world.identity("s-77", "doc-kim", "", "", ""), "");
      }
      if (what == 2) {
        EXPECT_EQ(world.open_case("c-1", "s-77"), "");
      }
    };
    EXPECT_EQ(world.identity("w-1", "doc-kim", "", "", ""), "");
    for (int what = 0; what < 3; ++what)
      if (what != last) learn(what);
    EXPECT_EQ(world.links(), 0u);
    learn(last);
    EXPECT_EQ(world.links(), 1u);
  }
}

TEST(Link, ByNameBirthDateAndAddressTellsNobodyAnythingBeforeAHumanDecides) {
  World world("2026-03-05T20:00:00+09:00");
  world.wears("w-1", "o-post");
  world.identity("w-1", "", "n-kim", "b-kim", "a-kim");
  world.identity("s-77", "", "n-kim", "b-kim", "a-kim");
  EXPECT_EQ(world.open_case("c-1", "s-77"), "");
  ASSERT_EQ(world.links(), 1u);
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_IDENTITY);
  EXPECT_EQ(world.link().score(), 99);
  EXPECT_EQ(world.link().grounds_size(), 3);
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_CASE_ON_WEARER, v1::CASE_PARTY_PROBATION), 0u);
  world.grant("m-2", "c-1", "ST_PROV_2");
  world.grant("m-32", "c-1", "ST_PROV_3_2", keep_away());
  world.fit("m-32");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  EXPECT_EQ(world.active().begin()->second.wearer_id(), "s-77") << "not linked by it";
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_IDENTITY);
  world.pass_to(world.now() + kHour * 24);
  EXPECT_EQ(world.duty("LINK-IDENTITY").level(), 2u);
  EXPECT_EQ(world.submit(decided(world.link(), true)), "");
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_CASE_ON_WEARER, v1::CASE_PARTY_PROBATION), 1u);
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_SUBJECT_WEARS_DEVICE, v1::CASE_PARTY_POLICE), 1u);
  EXPECT_EQ(world.link().decided_by(), "inspector-park");
}

TEST(Link, IsDeclinedOnlyWithAReasonAndStaysDeclinedUntilADocumentSaysOtherwise) {
  World world("2026-03-05T20:00:00+09:00");
  world.wears("w-1", "o-post");
  world.identity("w-1", "doc-kim", "n-kim", "b-kim", "");
  world.identity("s-77", "", "n-kim", "b-kim", "");
  EXPECT_EQ(world.open_case("c-1", "s-77"), "");
  EXPECT_NE(world.submit(decided(world.link(), false)), "");
  EXPECT_EQ(world.submit(decided(world.link(), false, "another_person")), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_DECLINED);
  EXPECT_EQ(world.duty("LINK-IDENTITY").id(), "");
  world.wears("w-1", "o-second");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_DECLINED);
  EXPECT_EQ(world.links(), 1u);
  world.identity("s-77", "doc-kim", "n-kim", "b-kim", "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_OPEN);
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_CASE_ON_WEARER, v1::CASE_PARTY_PROBATION), 1u);
}

TEST(Link, IsNotMadeForSomebodyWhoseDeviceCameOff) {
  World world("2026-03-05T20:00:00+09:00");
  world.wears("s-1", "o-post", "2026-03-06T00:00:00+09:00");
  world.pass_to("2026-03-06T00:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.links(), 0u);
}

TEST(Link, ClosesWhenTheDeviceComesOff) {
  World world("2026-03-05T20:00:00+09:00");
  world.wears("s-1", "o-post", "2026-03-08T00:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_OPEN);
  world.pass_to("2026-03-08T00:00:00+09:00");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_CLOSED);
  EXPECT_EQ(world.duty("LINK-STEP").id(), "");
}

TEST(Link, IsNotMadeByTheCasesOwnDevice) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  EXPECT_EQ(world.links(), 0u);
  EXPECT_EQ(world.open_case("c-2", "s-1", "p-2"), "");
  ASSERT_EQ(world.links(), 1u) << "but by that of another case";
  EXPECT_EQ(world.link().case_id(), "c-2");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_CANCEL), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_CLOSED);
}

TEST(Link, IsCoveredWhenTheOrderHeWearsItForNamesHerToo) {
  World world("2026-03-05T20:00:00+09:00");
  v1::CaseFact known;
  known.mutable_wearer_known()->set_wearer_id("s-1");
  known.mutable_wearer_known()->set_order_id("o-post");
  known.mutable_wearer_known()->set_kind("EM_POST");
  EXPECT_EQ(world.submit(known), "");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_OPEN);
  known.mutable_wearer_known()->add_protected_ids("p-1");
  EXPECT_EQ(world.submit(known), "");
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_COVERED);
}

TEST(Link, ReachesWhoeverTakesTheWearerOver) {
  World world = namyangju();
  EXPECT_EQ(world.supervises("officer-new", "w-1"), "");
  const auto told = world.of(v1::CaseEffect::kQueueNotification);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].queue_notification().account(), "officer-new");
  EXPECT_EQ(told[0].queue_notification().kind(), v1::NOTIFICATION_KIND_CASE_ON_WEARER);
}

}  // namespace
}  // namespace haechi::cases
