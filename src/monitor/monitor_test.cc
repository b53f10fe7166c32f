#include "monitor/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

World pair_world() {
  World world;
  world.seoul_time();
  world.jurisdiction("j-1", "station-1", -50'000, 5'000);
  world.jurisdiction("j-2", "station-2", 5'000, 50'000);
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  return world;
}

// Both report every 15 s from where they are.
void stay(World& world, geo::Place his, geo::Place hers, int times) {
  for (int i = 0; i < times; ++i) {
    world.report("w-1", his);
    world.report("p-1", hers);
    world.pass(15);
  }
}

TEST(KeepAway, RingsWhenOnlySheMoves) {
  World world = pair_world();
  for (double d = 2'300; d > 1'800; d -= 60) stay(world, at_m(0, 0), at_m(d, 0), 1);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NEAR_WARN));
  EXPECT_EQ(world.raised()[0].wearer_id(), "w-1");
}

TEST(KeepAway, AWalkAcrossTheBorderRingsWithinTwoFixes) {
  World world = pair_world();
  stay(world, at_m(1'500, 0), at_m(0, 0), 2);
  double d = 1'045;
  int after = 0;
  while (world.raised().size() < 2 && after < 5) {
    stay(world, at_m(d, 0), at_m(0, 0), 1);
    after += d < 1'000 ? 1 : 0;
    d -= 21;
  }
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NEAR_WARN, v1::ALERT_KIND_NEAR_POLICE));
  EXPECT_LE(after, 2);
}

TEST(KeepAway, PassingByBetweenTwoFixesIsFound) {
  World world = pair_world();
  // 100 km/h all the way; of the minute in which he passes her nothing is heard of him.
  for (double east = -3'200; east <= -800; east += 400) stay(world, at_m(east, 0), at_m(0, 0), 1);
  world.pass(45);
  stay(world, at_m(800, 0), at_m(0, 0), 1);
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
}

TEST(KeepAway, ClearsAfterTheHoldAndClosesTheViewAndTheIncident) {
  World world = pair_world();
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NEAR_WARN));
  ASSERT_EQ(world.of(v1::Effect::kOpenView).size(), 1u);
  stay(world, at_m(2'400, 0), at_m(0, 0), 19);
  EXPECT_THAT(world.cleared(), IsEmpty()) << "not before 300 s";
  stay(world, at_m(2'400, 0), at_m(0, 0), 3);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "margin");
  EXPECT_EQ(world.of(v1::Effect::kCloseView).size(), 1u);
  EXPECT_EQ(world.of(v1::Effect::kCloseView)[0].close_view().reason(), "cleared");
  EXPECT_EQ(world.of(v1::Effect::kCloseIncident).size(), 1u);
  // The next episode is a new alert in a new incident, linked to the old one.
  stay(world, at_m(1'700, 0), at_m(0, 0), 2);
  ASSERT_EQ(world.raised().size(), 2u);
  EXPECT_EQ(world.raised()[1].previous_alert_id(), world.raised()[0].id());
  EXPECT_NE(world.raised()[1].incident_id(), world.raised()[0].incident_id());
}

TEST(KeepAway, LossOfSignalMakesAnAlertUnknownAndNeverClearsIt) {
  World world = pair_world();
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  const std::string id = world.raised()[0].id();
  world.pass(3'000);
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_UNKNOWN);
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_SILENCE));
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_PROTECTED_SILENCE));
  EXPECT_TRUE(world.of(v1::Effect::kUpdateView).back().update_view().degraded());
  EXPECT_EQ(world.of(v1::Effect::kUpdateView).back().update_view().trend(), v1::TREND_UNKNOWN);
  EXPECT_TRUE(world.of(v1::Effect::kCloseView).empty());
  stay(world, at_m(1'700, 0), at_m(0, 0), 2);
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_ACTIVE);
  EXPECT_EQ(world.cleared().size(), 3u) << "the two silences, and that he might have been near her";
}

TEST(KeepAway, ALateFixMayRingButMovesNothingBackwards) {
  World world = pair_world();
  stay(world, at_m(2'100, 0), at_m(0, 0), 8);
  const Time then = world.now();
  world.pass(15);  // nothing is heard of one fix of his until later
  stay(world, at_m(2'040, 0), at_m(0, 0), 2);
  world.report("w-1", at_m(1'960, 0),
               [&](v1::Report& report) { report.mutable_fix()->set_fixed_at_us(then.us); });
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NEAR_WARN));
  EXPECT_TRUE(world.raised()[0].late());
  EXPECT_EQ(world.raised()[0].happened_at_us(), then.us);
  EXPECT_TRUE(world.of(v1::Effect::kNotifyProtected).empty());
  // The live distance is still 2 km, and that is what she may see of him: a direction and a distance.
  for (const v1::Effect& effect : world.of(v1::Effect::kOpenView))
    EXPECT_EQ(effect.open_view().distance_m(), 2'000u);
  world.forget_effects();
  const Time older = world.now() - Duration::seconds(70);
  world.report("w-1", at_m(2'200, 0),
               [&](v1::Report& report) { report.mutable_fix()->set_fixed_at_us(older.us); });
  EXPECT_THAT(world.cleared(), IsEmpty());
}

TEST(KeepAway, ALateLeapOfOneWhoRestsBeforeAndAfterItRingsNothing) {
  World world = pair_world();
  stay(world, at_m(2'100, 0), at_m(0, 0), 8);
  const Time then = world.now();
  world.pass(15);
  stay(world, at_m(2'100, 0), at_m(0, 0), 2);
  world.report("w-1", at_m(1'900, 0),
               [&](v1::Report& report) { report.mutable_fix()->set_fixed_at_us(then.us); });
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(KeepAway, AFixFromTheFutureIsJudgedAsOfItsArrival) {
  World world = pair_world();
  stay(world, at_m(2'200, 0), at_m(0, 0), 2);
  for (const int east : {2'150, 2'050, 1'900}) {
    world.report("w-1", at_m(east, 0), [&](v1::Report& report) {
      report.mutable_fix()->set_fixed_at_us(world.now().us + 3'600'000'000);
    });
    world.pass(15);
  }
  ASSERT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_NEAR_WARN));
  for (const v1::Alert& alert : world.raised()) {
    if (alert.kind() != v1::ALERT_KIND_NEAR_WARN) continue;
    EXPECT_TRUE(alert.clock_ahead());
  }
  EXPECT_LE(world.raised()[0].happened_at_us(), world.now().us);
  for (int east = 1'700; east >= 800; east -= 225) {
    world.report("w-1", at_m(east, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_NEAR_POLICE)) << "the clock was not carried off";
}

TEST(KeepAway, RingsAsEverWhileOurOwnClockStandsBehind) {
  World world = pair_world();
  stay(world, at_m(2'200, 0), at_m(0, 0), 2);
  // Stamps go on, the clock that dates arrivals was set back by an hour, and devices know the true time.
  world.clock_behind = Duration::seconds(3'600);
  for (const int east : {2'150, 2'050, 1'900, 1'700}) {
    world.report("w-1", at_m(east, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_NEAR_WARN));
  for (const v1::Alert& alert : world.raised()) EXPECT_FALSE(alert.late());
}

TEST(KeepAway, ShowsHerNothingUntilSheAgreesAndNothingMoreOnceSheTakesItBack) {
  World world = pair_world();
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  ASSERT_EQ(world.of(v1::Effect::kOpenView).size(), 1u);
  world.agree("p-1", false);
  ASSERT_EQ(world.of(v1::Effect::kCloseView).size(), 1u);
  EXPECT_EQ(world.of(v1::Effect::kCloseView)[0].close_view().reason(), "consent_taken_back");
  stay(world, at_m(900, 0), at_m(0, 0), 2);
  EXPECT_EQ(world.of(v1::Effect::kOpenView).size(), 1u);
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_NEAR_POLICE)) << "it rings all the same";
  world.agree("p-1", true);
  EXPECT_EQ(world.of(v1::Effect::kOpenView).size(), 2u) << "at once, in the middle of the alert";
}

TEST(KeepAway, AnOrderWithoutAViewShowsNothing) {
  World world = pair_world();
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.mutable_conditions(0)->mutable_keep_away()->set_no_view(true);
  world.submit_order(order);
  stay(world, at_m(500, 0), at_m(0, 0), 3);
  EXPECT_EQ(world.raised().size(), 3u);
  EXPECT_TRUE(world.of(v1::Effect::kOpenView).empty());
}

TEST(KeepAway, TheWearersDeviceSpeedsUpOnlyWhereTheOrderWarnsHim) {
  World world = pair_world();
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.mutable_conditions(0)->mutable_keep_away()->set_warns_wearer(true);
  world.submit_order(order);
  stay(world, at_m(500, 0), at_m(0, 0), 2);
  std::vector<std::string> told;
  for (const v1::Effect& effect : world.of(v1::Effect::kCommandDevice))
    told.push_back(effect.command_device().device_id());
  EXPECT_THAT(told, Contains("d-w-1"));
  EXPECT_THAT(told, Contains("d-p-1"));
}

TEST(Order, ItsEndClearsTheAlertAndClosesTheViewInOneEntry) {
  World world = pair_world();
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.set_ends_at_us((world.now() + Duration::seconds(60)).us);
  world.submit_order(order);
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  ASSERT_EQ(world.raised().size(), 1u);
  world.pass(30);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "order_ended");
  const auto closed = world.of(v1::Effect::kCloseView);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].close_view().reason(), "order_ended");
  EXPECT_EQ(closed[0].entry_no(), world.of(v1::Effect::kClearAlert)[0].entry_no());
  stay(world, at_m(50, 0), at_m(0, 0), 3);
  EXPECT_EQ(world.raised().size(), 1u);
}

TEST(Order, WithdrawalEndsEverythingAndOlderVersionsChangeNothing) {
  World world = pair_world();
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(3);
  order.set_withdrawn(true);
  world.submit_order(order);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "order_withdrawn");
  order.set_version(2);
  order.set_withdrawn(false);
  world.submit_order(order);
  stay(world, at_m(500, 0), at_m(0, 0), 3);
  EXPECT_EQ(world.raised().size(), 1u);
}

TEST(Order, ANewVersionKeepsTheAlertsOfWhatItLeavesUnchanged) {
  World world = pair_world();
  stay(world, at_m(700, 0), at_m(0, 0), 3);
  ASSERT_EQ(world.raised().size(), 2u);
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.set_starts_at_us(order.starts_at_us() - 1'000'000'000);
  order.mutable_conditions(0)->mutable_keep_away()->set_police_mm(1'200'000);
  world.submit_order(order);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].kind(), v1::ALERT_KIND_NEAR_POLICE);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "order_replaced");
  stay(world, at_m(700, 0), at_m(0, 0), 2);
  EXPECT_EQ(world.raised().size(), 3u) << "the police distance again, as it is now";
  EXPECT_TRUE(world.of(v1::Effect::kCloseView).empty());
}

TEST(Order, AtItsStartJudgesWhatIsAlreadyKnown) {
  World world = pair_world();
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.set_starts_at_us((world.now() + Duration::seconds(20)).us);
  world.submit_order(order);
  stay(world, at_m(500, 0), at_m(0, 0), 1);
  ASSERT_THAT(world.raised(), IsEmpty());
  world.pass(6);
  EXPECT_EQ(world.raised().size(), 3u);
}

TEST(Silence, OfAPersonUnderNoOrderRingsNothing) {
  World world;
  world.wearer("w-1");
  world.report("w-1", at_m(0, 0));
  world.pass(1'000);
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(Silence, RingsAfterTwoIntervalsAndTenSecondsAndEndsWithTheNextReport) {
  World world = pair_world();
  stay(world, at_m(30'000, 0), at_m(0, 0), 1);
  for (int i = 0; i < 20; ++i) {
    world.report("p-1", at_m(0, 0));
    world.pass(1);
  }
  EXPECT_THAT(world.raised(), IsEmpty());
  for (int i = 0; i < 6; ++i) {
    world.report("p-1", at_m(0, 0));
    world.pass(1);
  }
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_SILENCE));
  world.event("w-1", v1::DEVICE_EVENT_FALL);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "report");
}

TEST(Silence, OurOwnOutageIsNotHeldAgainstADevice) {
  World world = pair_world();
  stay(world, at_m(30'000, 0), at_m(0, 0), 1);
  world.report("w-1", at_m(30'000, 0));
  world.report("p-1", at_m(0, 0));
  world.pass(10);
  world.be_down(3'600);
  world.pass(20);
  EXPECT_THAT(world.raised(), IsEmpty());
  world.report("p-1", at_m(0, 0));
  world.pass(15);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_SILENCE))
      << "he stays silent though we listen";
}

TEST(Sos, WithoutAnyOrderIsAnIncidentOfHerOwn) {
  World world;
  world.jurisdiction("j-1", "station-1", -50'000, 5'000);
  world.protected_person("p-1");
  world.report("p-1", at_m(0, 0), [](v1::Report& report) { report.add_events(v1::DEVICE_EVENT_SOS); });
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_SOS));
  EXPECT_EQ(world.raised()[0].code(), 0u);
  EXPECT_TRUE(world.raised()[0].wearer_id().empty());
  EXPECT_FALSE(world.raised()[0].incident_id().empty());
  ASSERT_EQ(world.hand_off_ids().size(), 1u);
  world.event("p-1", v1::DEVICE_EVENT_SOS);
  EXPECT_EQ(world.raised().size(), 1u) << "the same alert, told again";
  EXPECT_EQ(world.of(v1::Effect::kUpdateAlert).size(), 1u);
  const std::string id = world.raised()[0].id();
  world.settle(id);
  EXPECT_EQ(world.alert(id).handling(), v1::ALERT_HANDLING_IN_PROGRESS) << "the call is still open";
  world.close_calls();
  world.handle(id, v1::HANDLING_RESOLVE, "kim");
  EXPECT_EQ(world.alert(id).handling(), v1::ALERT_HANDLING_RESOLVED);
  EXPECT_EQ(world.of(v1::Effect::kCloseIncident).size(), 1u);
  world.event("p-1", v1::DEVICE_EVENT_SOS);
  EXPECT_EQ(world.raised().size(), 2u) << "pressed again after it was settled";
}

TEST(Sos, ThatMustStaySilentSaysSoToWhoeverAnswers) {
  World world;
  world.jurisdiction("j-1", "station-1", -50'000, 5'000);
  world.protected_person("p-1");
  const auto press = [&](bool silent) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_silent(silent);
    received.mutable_report()->set_device_id("d-p-1");
    received.mutable_report()->add_events(v1::DEVICE_EVENT_SOS);
    world.submit(fact);
  };
  press(false);
  const std::string id = world.raised()[0].id();
  EXPECT_FALSE(world.alert(id).silent());
  EXPECT_EQ(world.alert(id).sentence_en(), "Protected person p-1 pressed SOS.");
  press(true);
  EXPECT_TRUE(world.alert(id).silent());
  EXPECT_EQ(world.alert(id).sentence_en(),
            "Protected person p-1 pressed SOS silently: do not call her back.");
  press(false);
  EXPECT_TRUE(world.alert(id).silent()) << "what was asked for once holds";
}

TEST(Sos, ThatIsSilentKeepsHerPhoneDarkForEveryOtherAlertOfHers) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  world.event("p-1", v1::DEVICE_EVENT_SOS);
  world.report("p-1", at_m(0, 0));
  v1::Fact silently;
  silently.mutable_report_received()->set_silent(true);
  silently.mutable_report_received()->mutable_report()->set_device_id("d-p-1");
  silently.mutable_report_received()->mutable_report()->add_events(v1::DEVICE_EVENT_SOS);
  world.submit(silently);
  world.forget_effects();
  world.report("w-1", at_m(0, 50));
  const auto notices = world.of(v1::Effect::kNotifyProtected);
  ASSERT_FALSE(notices.empty());
  for (const v1::Effect& notice : notices) EXPECT_TRUE(notice.notify_protected().quiet());
}

TEST(Sos, UnderDuressSaysSo) {
  World world;
  world.protected_person("p-1");
  v1::Fact fact;
  v1::ReportReceived& received = *fact.mutable_report_received();
  received.set_silent(true);
  received.set_duress(true);
  received.mutable_report()->set_device_id("d-p-1");
  received.mutable_report()->add_events(v1::DEVICE_EVENT_SOS);
  world.submit(fact);
  ASSERT_EQ(world.raised().size(), 1u);
  EXPECT_EQ(world.raised()[0].code(), 0u);
  EXPECT_TRUE(world.raised()[0].duress());
  EXPECT_THAT(world.raised()[0].sentence_en(), HasSubstr("under duress"));
}

TEST(Unreached, PagesTheControlRoomWhileTheAlertRings) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  world.report("p-1", at_m(0, 0));
  world.report("w-1", at_m(0, 50));
  ASSERT_FALSE(world.raised().empty());
  const v1::Alert alert = world.raised()[0];
  const auto unreached = [&](const std::string& about) {
    v1::Fact fact;
    fact.mutable_contact_logged()->set_person_id("p-1");
    fact.mutable_contact_logged()->set_unreached_alert_id(about);
    world.submit(fact);
    std::vector<v1::Alarm> out;
    for (const v1::Effect& effect : world.effects())
      if (effect.raise_alarm().kind() == v1::ALARM_KIND_PROTECTED_UNREACHED)
        out.push_back(effect.raise_alarm());
    return out;
  };
  EXPECT_EQ(unreached("a-of-nobody").size(), 0u);
  const auto alarms = unreached(alert.id());
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].alert_id(), alert.id());
  EXPECT_EQ(alarms[0].incident_id(), alert.incident_id());
  EXPECT_EQ(alarms[0].person_id(), "p-1");
  EXPECT_EQ(unreached("").size(), 1u) << "an officer's own call that nobody answered pages nobody";
}

TEST(Node, TellsTheControlRoomWhatIsWrongWithItselfAndWhenItIsOver) {
  World world;
  v1::Fact fact;
  fact.mutable_node_condition()->set_kind(v1::NodeCondition::DISK_FILLING);
  fact.mutable_node_condition()->set_days_left(12);
  world.submit(fact);
  fact.mutable_node_condition()->set_over(true);
  world.submit(fact);
  fact.mutable_node_condition()->set_kind(v1::NodeCondition::PROCESS_ENDED);
  world.submit(fact);
  ASSERT_EQ(world.effects().size(), 2u) << "how the program ended is for who keeps it";
  EXPECT_EQ(world.effects()[0].raise_alarm().kind(), v1::ALARM_KIND_DISK_FILLING);
  EXPECT_EQ(world.effects()[0].raise_alarm().days_left(), 12u);
  EXPECT_FALSE(world.effects()[0].raise_alarm().over());
  EXPECT_TRUE(world.effects()[1].raise_alarm().over());
  fact.mutable_node_condition()->set_kind(v1::NodeCondition::LOG_HARMED);
  world.submit(fact);
  EXPECT_EQ(world.effects().back().raise_alarm().kind(), v1::ALARM_KIND_LOG_HARMED);
}

TEST(Handling, EscalatesUntilSomebodyTakesTheAlert) {
  World world = pair_world();
  stay(world, at_m(700, 0), at_m(0, 0), 3);
  const std::string id = world.raised()[1].id();
  ASSERT_EQ(world.raised()[1].code(), 1u);
  stay(world, at_m(700, 0), at_m(0, 0), 10);
  EXPECT_EQ(world.alert(id).escalation(), 3u);
  world.handle(id, v1::HANDLING_ACKNOWLEDGE, "kim");
  stay(world, at_m(700, 0), at_m(0, 0), 20);
  EXPECT_EQ(world.alert(id).escalation(), 3u);
  int alarms = 0;
  for (const v1::Effect& effect : world.of(v1::Effect::kRaiseAlarm))
    alarms += effect.raise_alarm().kind() == v1::ALARM_KIND_NOT_ACKNOWLEDGED ? 1 : 0;
  EXPECT_EQ(alarms, 3);
}

TEST(Handling, AllowsOnlyWhatTheNextPersonMayDo) {
  World world = pair_world();
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  const std::string id = world.raised()[0].id();
  const auto state = [&] { return world.alert(id).handling(); };
  world.handle(id, v1::HANDLING_ACT, "kim");
  world.handle(id, v1::HANDLING_RESOLVE, "kim");
  world.handle("a-none", v1::HANDLING_ACKNOWLEDGE, "kim");
  world.handle(id, v1::HANDLING_ACKNOWLEDGE, "");
  EXPECT_EQ(state(), v1::ALERT_HANDLING_NEW);
  world.handle(id, v1::HANDLING_ACKNOWLEDGE, "kim");
  world.handle(id, v1::HANDLING_SHELVE, "kim", "CALLED", (world.now() + Duration::seconds(48 * 3600)).us);
  EXPECT_EQ(state(), v1::ALERT_HANDLING_ACKNOWLEDGED) << "too long";
  world.handle(id, v1::HANDLING_SHELVE, "kim", "CALLED", (world.now() + Duration::seconds(30)).us);
  EXPECT_EQ(state(), v1::ALERT_HANDLING_SHELVED);
  world.handle(id, v1::HANDLING_ACKNOWLEDGE, "lee");
  EXPECT_EQ(state(), v1::ALERT_HANDLING_ACKNOWLEDGED) << "taken back before its time";
  world.handle(id, v1::HANDLING_SHELVE, "kim", "CALLED", (world.now() + Duration::seconds(30)).us);
  EXPECT_EQ(state(), v1::ALERT_HANDLING_SHELVED);
  stay(world, at_m(1'700, 0), at_m(0, 0), 3);
  EXPECT_EQ(state(), v1::ALERT_HANDLING_ACKNOWLEDGED);
  world.handle(id, v1::HANDLING_ACT, "kim");
  world.handle(id, v1::HANDLING_RESOLVE, "kim", "");
  EXPECT_EQ(state(), v1::ALERT_HANDLING_IN_PROGRESS) << "an outcome is needed";
  world.handle(id, v1::HANDLING_RESOLVE, "kim");
  EXPECT_EQ(state(), v1::ALERT_HANDLING_RESOLVED);
  EXPECT_EQ(world.of(v1::Effect::kCloseView).back().close_view().reason(), "resolved");
  world.handle(id, v1::HANDLING_CLOSE, "kim");
  EXPECT_EQ(state(), v1::ALERT_HANDLING_RESOLVED) << "nobody reviews his own work";
  world.handle(id, v1::HANDLING_CLOSE, "lee");
  EXPECT_EQ(state(), v1::ALERT_HANDLING_CLOSED);
}

TEST(HandOff, GoesToWhereTheWearerIsAndInformsTheNeighbourAcrossTheBorder) {
  World world = pair_world();
  stay(world, at_m(4'995, 0), at_m(4'200, 0), 3);
  ASSERT_EQ(world.hand_off_ids().size(), 2u);
  const auto sent = world.of(v1::Effect::kSendHandOff);
  EXPECT_EQ(sent[0].send_hand_off().to_agency_id(), "station-1");
  EXPECT_FALSE(sent[0].send_hand_off().alarm_new().informative());
  EXPECT_EQ(sent[1].send_hand_off().to_agency_id(), "station-2");
  EXPECT_TRUE(sent[1].send_hand_off().alarm_new().informative());
}

TEST(HandOff, IsOfWhatJustHappenedByTheClockThatTookItInAndNotByOneThatRunsAhead) {
  const auto cut = [](World& world, Duration stamps_ahead, Duration age) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    const Time at = world.now() - stamps_ahead;
    received.set_received_at_us(at.us);
    received.mutable_report()->set_device_id("d-w-1");
    received.mutable_report()->set_sent_at_us((at - age).us);
    received.mutable_report()->add_events(v1::DEVICE_EVENT_STRAP_CUT);
    world.submit(fact);
    return world.hand_off_ids().size();
  };
  const Duration hour = Duration::seconds(3'600), nothing;
  for (const auto& [ahead, age, handed_off] :
       {std::tuple(nothing, nothing, 1u), {hour, nothing, 1u}, {nothing, hour, 0u}}) {
    World world;
    world.jurisdiction("j-1", "station-1", -50'000, 5'000);
    world.wearer("w-1");
    v1::Order order = world.order("o-1", "w-1");
    order.set_starts_at_us(1);
    world.submit_order(order);
    world.report("w-1", at_m(0, 0));
    EXPECT_EQ(cut(world, ahead, age), handed_off) << ahead.s() << " " << age.s();
    EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_STRAP_CUT));
  }
}

TEST(HandOff, TheAgencyThatRunsTheCallKeepsItAcrossTheBorder) {
  World world = pair_world();
  stay(world, at_m(4'500, 0), at_m(5'200, 0), 2);
  ASSERT_EQ(world.hand_off_ids().size(), 1u);
  world.forget_effects();
  stay(world, at_m(5'150, 0), at_m(5'200, 0), 2);
  bool first_told = false, second_informed = false;
  for (const v1::Effect& effect : world.of(v1::Effect::kSendHandOff)) {
    const v1::HandOffMessage& message = effect.send_hand_off();
    first_told = first_told || (message.to_agency_id() == "station-1" && message.alarm_update().code() == 0);
    second_informed =
        second_informed || (message.to_agency_id() == "station-2" && message.alarm_new().informative());
  }
  EXPECT_TRUE(first_told);
  EXPECT_TRUE(second_informed);
}

TEST(HandOff, WithoutAJurisdictionAlarmsOncePerIncident) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  for (const double d : {900.0, 900.0, 500.0, 500.0, 50.0, 50.0}) stay(world, at_m(d, 0), at_m(0, 0), 1);
  EXPECT_EQ(world.raised().size(), 4u);
  int alarms = 0;
  for (const v1::Effect& effect : world.of(v1::Effect::kRaiseAlarm))
    alarms += effect.raise_alarm().kind() == v1::ALARM_KIND_NO_JURISDICTION ? 1 : 0;
  EXPECT_EQ(alarms, 1);
  world.jurisdiction("j-1", "station-1", -50'000, 50'000);
  stay(world, at_m(50, 0), at_m(0, 0), 1);
  EXPECT_EQ(world.hand_off_ids().size(), 1u) << "as soon as somebody answers for the place";
}

}  // namespace
}  // namespace haechi::monitor
