// The three machines through one engine: the real Namyangju timeline, orders that measures make, duties that
// alerts open, and random histories.
#include "spine/legal.h"

#include <gtest/gtest.h>

#include "spine/legal_world.h"

namespace haechi::spine {
namespace {

constexpr Duration kHour = Duration::seconds(3'600);
constexpr const char* kAttack = "2026-03-14T08:58:00+09:00";

// Kim wears a device since his release for another crime, under an order that his agency registered; police
// know him under a record of their own. Known of the real case: that order, reports and police measures that
// probation did not hear of, no measure 3-2, and 14 March 2026, 08:58. The days between are set here.
LegalWorld namyangju() {
  LegalWorld world("2025-11-01T00:00:00+09:00");
  world.state_order("o-post", "w-1");
  world.supervise("w-1", "officer-lee");
  world.identify("w-1", "doc-kim");
  world.pass_to("2026-03-05T20:00:00+09:00", kHour * 24);
  world.identify("s-77", "doc-kim");
  world.open_case("c-1", "s-77", "p-1");
  return world;
}

TEST(Namyangju, TellsBothAgenciesNineDaysBeforeTheAttackThroughTheEngine) {
  LegalWorld world = namyangju();
  ASSERT_EQ(world.links().size(), 1u);
  const v1::CaseLink& link = world.links().begin()->second;
  EXPECT_TRUE(link.certain());
  EXPECT_EQ(link.wearer_id(), "w-1") << "whom the order of another agency named";
  EXPECT_EQ(link.step_kind(), "ST_PROV_3_2");
  bool probation = false, police = false;
  for (const auto& [id, one] : world.notifications()) {
    probation |= one.kind() == v1::NOTIFICATION_KIND_CASE_ON_WEARER && one.account() == "officer-lee";
    police |= one.kind() == v1::NOTIFICATION_KIND_SUBJECT_WEARS_DEVICE && one.agency_id() == "police-1";
  }
  EXPECT_TRUE(probation);
  EXPECT_TRUE(police);
  EXPECT_GT(at(kAttack) - world.now(), kHour * 24 * 8);
}

TEST(Namyangju, PassesTheMissingStepUpByTicksAloneAndIsAtTheTopFourDaysBefore) {
  LegalWorld world = namyangju();
  EXPECT_EQ(world.duty("LINK-STEP").level(), 0u);
  EXPECT_NE(world.duty("LINK-STEP").due_at_us(), 0);
  world.pass_to("2026-03-06T20:30:00+09:00", kHour);
  EXPECT_TRUE(world.duty("LINK-STEP").overdue());
  world.pass_to("2026-03-10T00:00:00+09:00", kHour);
  EXPECT_EQ(world.duty("LINK-STEP").level(), 5u);
  EXPECT_GT(at(kAttack) - world.now(), kHour * 24 * 4);
}

TEST(Namyangju, RingsAtHerDoorWhenSomebodyTookTheStep) {
  LegalWorld world = namyangju();
  world.device("d-w", "w-1", v1::DEVICE_KIND_ANKLE);
  world.device("d-p", "p-1", v1::DEVICE_KIND_PHONE);
  const std::string order_id = world.protect("c-1", "p-1", {.with_ban = true});
  ASSERT_NE(order_id, "");
  EXPECT_EQ(world.links().begin()->second.state(), v1::LINK_STATE_COVERED);
  world.pass_to("2026-03-14T08:40:00+09:00", kHour);
  world.report("d-p", 37.7000, 127.2000);
  world.report("d-w", 37.7300, 127.2000);
  EXPECT_EQ(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 0u);
  for (int step = 0; step < 12; ++step) {
    world.pass(Duration::seconds(15));
    world.report("d-p", 37.7000, 127.2000);
    world.report("d-w", 37.7300 - 0.0025 * (step + 1), 127.2000);
  }
  EXPECT_GE(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 1u);
  EXPECT_LT(world.now(), at(kAttack));
  for (const v1::Alert& alert : world.raised()) EXPECT_EQ(alert.order_id(), order_id);
}

// He wears an ankle unit, she has a phone, and the police have a case of the two.
void equip_and_open_case(LegalWorld& world) {
  world.device("d-w", "s-1", v1::DEVICE_KIND_ANKLE);
  world.device("d-p", "p-1", v1::DEVICE_KIND_PHONE);
  world.open_case("c-1", "s-1", "p-1");
}

v1::Order with_ban(const std::string& protected_id) {
  v1::Order order;
  order.add_conditions()->set_id("k");
  order.mutable_conditions(0)->mutable_keep_away()->set_protected_id(protected_id);
  return order;
}

TEST(Legal, MonitorsTheOrderOfAMeasureFromTheEntryInWhichItBecomesActiveUntilItEnds) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  world.device("d-w", "s-1", v1::DEVICE_KIND_ANKLE);
  world.device("d-p", "p-1", v1::DEVICE_KIND_PHONE);
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.raised().size(), 0u) << "nothing is forbidden yet";
  world.open_case("c-1", "s-1", "p-1");
  world.protect("c-1", "p-1", {.with_ban = true, .stop_before_data = true});
  EXPECT_EQ(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 0u)
      << "her data are not known: no distance can be judged";
  world.step("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA);
  EXPECT_EQ(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 1u) << "in the very entry: they are together";
  world.step("m-32", v1::CASE_STEP_CANCEL);
  EXPECT_EQ(world.open_alerts(v1::ALERT_KIND_KEEP_AWAY), 0u);
}

TEST(Legal, EndsWhatAMeasureOrderedWhenItsTermIsOverByATickAlone) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  equip_and_open_case(world);
  world.protect("c-1", "p-1", {.with_ban = true});
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.open_alerts(v1::ALERT_KIND_KEEP_AWAY), 1u);
  world.pass_to("2026-09-10T23:00:00+09:00", kHour * 12);
  EXPECT_FALSE(world.orders().empty()) << "three months, the first day not counted";
  world.pass_to("2026-09-11T00:00:00+09:00", kHour);
  EXPECT_EQ(world.open_alerts(v1::ALERT_KIND_KEEP_AWAY), 0u);
  EXPECT_EQ(world.measure("m-32").end(), v1::MEASURE_END_EXPIRED);
  EXPECT_TRUE(world.orders().empty());
}

TEST(Legal, IgnoresWhatAnAgencyStatesAboutAnOrderOfAMeasure) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  equip_and_open_case(world);
  const std::string id = world.protect("c-1", "p-1", {.with_ban = true});
  v1::Fact fact;
  v1::Order& withdrawn = *fact.mutable_order_registered();
  withdrawn = world.orders().at(id);
  withdrawn.set_version(withdrawn.version() + 5);
  withdrawn.set_withdrawn(true);
  world.submit(fact);
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.open_alerts(v1::ALERT_KIND_KEEP_AWAY), 1u);
}

TEST(Legal, OpensTheDutyToTellThePoliceWithTheAlertAndClosesItWhenTheirDeskHasTakenTheHandOff) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  equip_and_open_case(world);
  world.protect("c-1", "p-1", {.with_ban = true});
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_NE(world.duty("K2").id(), "") << "no desk is there to take it";
  bool of_an_alert = false;
  for (const v1::Alert& alert : world.raised()) of_an_alert |= alert.id() == world.duty("K2").alert_id();
  EXPECT_TRUE(of_an_alert);

  LegalWorld with_desk("2026-06-10T15:00:00+09:00");
  with_desk.police_desk();
  equip_and_open_case(with_desk);
  with_desk.protect("c-1", "p-1", {.with_ban = true});
  with_desk.report("d-p", 37.7, 127.2);
  with_desk.report("d-w", 37.7, 127.2);
  EXPECT_GE(with_desk.alerts(v1::ALERT_KIND_KEEP_AWAY), 1u);
  EXPECT_EQ(with_desk.duty("K2").id(), "") << "their desk took it in the same entry";
  EXPECT_GE(with_desk.done("K2"), 1u);
}

TEST(Legal, DoesNothingAboutAViolationThatAnotherSystemJudged) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  world.police_desk();
  equip_and_open_case(world);
  const std::string order_id = world.protect("c-1", "p-1", {.with_ban = true});
  const std::string before = world.bytes();
  v1::Fact fact;
  v1::ViolationTakenOver& violation = *fact.mutable_violation_taken_over();
  violation.set_id("v-1");
  violation.set_source("old-system");
  violation.set_kind(v1::ALERT_KIND_KEEP_AWAY);
  violation.set_wearer_id("s-1");
  violation.set_protected_id("p-1");
  violation.set_order_id(order_id);
  violation.set_happened_at_us((world.now() - Duration::seconds(60)).us);
  world.submit(fact);
  EXPECT_EQ(world.bytes(), before) << "no alert, no duty, nobody told";
  EXPECT_EQ(world.raised().size(), 0u);
}

TEST(Legal, TakesNoOrderFromAnAgencyThatDoesNotSayWhatItRestsOn) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  world.device("d-w", "w-1", v1::DEVICE_KIND_ANKLE);
  world.device("d-p", "p-1", v1::DEVICE_KIND_PHONE);
  v1::Order order = with_ban("p-1");
  world.state_order("o-1", "w-1", order);
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.raised().size(), 0u);
  EXPECT_EQ(world.links().size(), 0u);
  order.set_legal_basis("EM Act 5, 2024-1");
  order.set_version(2);
  world.state_order("o-1", "w-1", order);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 1u);
}

TEST(Legal, ShowsHerWhomAnAgencysOrderKeepsAwayOnlyOnceSheAgreed) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  world.device("d-w", "w-1", v1::DEVICE_KIND_ANKLE);
  world.device("d-p", "p-1", v1::DEVICE_KIND_PHONE);
  v1::Order order = with_ban("p-1");
  order.set_legal_basis("EM Act 5, 2024-1");
  world.state_order("o-1", "w-1", order);
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 1u) << "it rings";
  EXPECT_EQ(world.views_open(), 0u) << "and shows her nothing";
  world.agree("p-1", true);
  EXPECT_EQ(world.views_open(), 1u);
  world.agree("p-1", false);
  EXPECT_EQ(world.views_open(), 0u);
}

TEST(Legal, SaysNothingWhereThereAreNoCaseFacts) {
  LegalWorld world("2026-06-10T15:00:00+09:00");
  world.police_desk();
  world.device("d-w", "w-1", v1::DEVICE_KIND_ANKLE);
  world.device("d-p", "p-1", v1::DEVICE_KIND_PHONE);
  v1::Order order;
  order.set_wearer_id("w-1");
  order.set_legal_basis("Stalking Act 9(1)3-2");
  order.set_kind("ST_PROV_3_2");
  order.add_conditions()->set_id("k");
  order.mutable_conditions(0)->mutable_keep_away()->set_protected_id("p-1");
  world.state_order("o-1", "w-1", order);
  world.report("d-p", 37.7, 127.2);
  world.report("d-w", 37.7, 127.2);
  EXPECT_EQ(world.alerts(v1::ALERT_KIND_KEEP_AWAY), 1u);
  EXPECT_EQ(world.case_effects(), 0u);
}

TEST(Legal, KnowsThatSomebodyNoLongerWearsWhatWasWithdrawnOrPassedOn) {
  for (const bool passed : {false, true}) {
    LegalWorld world("2026-06-10T15:00:00+09:00");
    world.state_order("o-1", "s-1");
    v1::Order again = LegalWorld::based();
    again.set_version(2);
    again.set_withdrawn(!passed);
    world.state_order("o-1", passed ? "w-9" : "s-1", again);
    world.open_case("c-1", "s-1", "p-1");
    EXPECT_TRUE(world.links().empty());
  }
}

TEST(Legal, GivesTheSameEffectsInAReplay) {
  EXPECT_EQ(namyangju().bytes(), namyangju().bytes());
}

// Case facts, reports, ticks and statements of agencies, at random. What LegalWorld checks after each entry:
// no alert is raised and no view shows anything under an order whose measure is not in force and active, or
// that no agency stated with what it rests on; and no view shows anything to whom has not agreed.
class RandomHistory : public testing::TestWithParam<uint64_t> {};

TEST_P(RandomHistory, HasNoAlertAndNoExposureWithoutALiveBasis) {
  const LegalWorld::Tally tally = LegalWorld::random_history(GetParam());
  EXPECT_GT(tally.alerts_under_measures, 10u);
  EXPECT_GT(tally.alerts_under_stated, 3u);
  EXPECT_GT(tally.views, 3u);
  EXPECT_GT(tally.orders_ended, 3u);
  EXPECT_GT(tally.checked, 1'000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, testing::Values(1, 2, 3, 4, 5, 6));

}  // namespace
}  // namespace haechi::spine
