// Silence: who is not heard, when that rings, and where he may be meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/reach.h"
#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kNear = 100;  // the radius of the order, in metres

World pair_world() {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  return world;
}

// Both report each 15 s while he goes east at so many metres per second, and he is `end_m` away at the last
// report.
void drive(World& world, double mps, double end_m, int reports = 12) {
  for (int i = reports - 1; i >= 0; --i) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(end_m - mps * 15 * i, 0), [mps](v1::Report& report) {
      report.mutable_fix()->set_speed_mmps(static_cast<uint32_t>(mps * 1'000));
    });
    if (i > 0) world.pass(15);
  }
}

// She reports on, he does not. How many seconds later it rings; -1: not within the time given.
int64_t seconds_until(World& world, v1::AlertKind kind, int64_t most) {
  const Time from = world.now();
  while (world.now() - from < Duration::seconds(most)) {
    world.report("p-1", at_m(0, 0));
    world.pass(15);
    for (const v1::Alert& alert : world.raised())
      if (alert.kind() == kind) return (Time{alert.opened_at_us()} - from).s();
  }
  return -1;
}

int count(const World& world, v1::AlertKind kind) {
  int out = 0;
  for (const v1::AlertKind one : world.raised_kinds()) out += one == kind;
  return out;
}

TEST(Reach, OfADriverGrowsAtOnceAndOfAWalkerOnFootFirst) {
  LastSeen seen;
  seen.state = MotionState::kVehicle;
  seen.speed_mmps = 14'000;
  EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(60)), 1'002'000);
  seen.state = MotionState::kWalking;
  EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(60)), 120'000);
  EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(660)), 1'200'000 + 1'002'000);
  seen.state = MotionState::kResting;
  EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(660)), 1'320'000);
  seen.settled = true;
  EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(1'800)), 3'600'000);
}

TEST(Reach, OfWhoeverWasTamperedWithIsThatOfACarAtOnce) {
  LastSeen seen;
  seen.state = MotionState::kResting;
  seen.settled = true;
  seen.tampered = true;
  EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(60)), 1'980'000);
}

TEST(Reach, IsBoundByWhatTheOrderSays) {
  LastSeen seen;
  seen.state = MotionState::kVehicle;
  seen.speed_mmps = 30'000;
  EXPECT_EQ(reach_mm(his_pace(seen, 5'000), Duration::seconds(100)), 500'000);
  EXPECT_EQ(reach_mm(his_pace(seen, 1'000), Duration::seconds(100)), 100'000);
}

TEST(Reach, NeverShrinks) {
  for (const MotionState state : {MotionState::kUnknown, MotionState::kResting, MotionState::kVehicle}) {
    LastSeen seen;
    seen.state = state;
    int64_t last = 0;
    for (int64_t s = 0; s < 10'000; s += 7) {
      const int64_t now = reach_mm(his_pace(seen, {}), Duration::seconds(s));
      EXPECT_GE(now, last);
      last = now;
    }
    EXPECT_EQ(reach_mm(his_pace(seen, {}), Duration::seconds(-5)), 0);
  }
}

TEST(UnaccountedNear, RingsAfterAboutThreeMinutesForADriverLastSeenThreeKilometresAway) {
  World world = pair_world();
  drive(world, -15, 3'000);
  const int64_t after = seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600);
  EXPECT_GE(after, 150);
  EXPECT_LE(after, 200);
  v1::Alert alert;
  for (const v1::Alert& one : world.raised())
    if (one.kind() == v1::ALERT_KIND_UNACCOUNTED_NEAR) alert = one;
  EXPECT_EQ(alert.code(), 1u);
  EXPECT_EQ(alert.basis(), v1::ALERT_BASIS_REACH);
  EXPECT_EQ(alert.order_id(), "o-1");
  EXPECT_EQ(alert.condition_id(), "c-1");
  EXPECT_NEAR(static_cast<double>(alert.wearer_age_s()), static_cast<double>(after), 2);
  EXPECT_LE(alert.protected_age_s(), 16u);
  EXPECT_NEAR(alert.reach_mm(), (3'000 - kNear) * 1'000, 40'000);
  EXPECT_NEAR(static_cast<double>(alert.proximity().distance_mm()), 3'000'000, 1'000);
}

TEST(UnaccountedNear, RingsAfterHoursForADriverInAnotherProvince) {
  World world = pair_world();
  drive(world, -15, 200'000);
  const int64_t after = seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 4 * 3'600);
  EXPECT_GE(after, 2 * 3'600);
  EXPECT_LE(after, 3 * 3'600);
}

TEST(UnaccountedNear, GrantsAWalkerTheTimeThatABasementTakes) {
  World world = pair_world();
  drive(world, 1.2, 5'000);
  const int64_t after = seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 3'600);
  EXPECT_GE(after, 12 * 60);
  EXPECT_LE(after, 15 * 60);
}

TEST(UnaccountedNear, IsRungAtOnceToTheProtectedPersonButOpensHerNoView) {
  World world = pair_world();
  drive(world, -15, 5'000);
  ASSERT_GT(seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 900), 0);
  const v1::ProtectedNotice told = world.of(v1::Effect::kNotifyProtected).back().notify_protected();
  EXPECT_EQ(told.protected_id(), "p-1");
  EXPECT_EQ(world.alert(told.alert_id()).kind(), v1::ALERT_KIND_UNACCOUNTED_NEAR);
  EXPECT_EQ(told.reason(), v1::ProtectedNotice::REASON_UNSPECIFIED);
  EXPECT_THAT(world.of(v1::Effect::kOpenView), IsEmpty());
}

TEST(UnaccountedNear, AsksNothingOfHisDevice) {
  World world = pair_world();
  drive(world, -15, 3'000);
  ASSERT_GT(seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600), 0);
  for (const v1::Effect& effect : world.of(v1::Effect::kCommandDevice))
    EXPECT_NE(effect.command_device().device_id(), "d-w-1");
}

TEST(UnaccountedNear, StaysOpenWhileHeIsNotHeardAndRingsOnce) {
  World world = pair_world();
  drive(world, -15, 3'000);
  seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600);
  for (int i = 0; i < 200; ++i) {
    world.report("p-1", at_m(0, 0));
    world.pass(15);
  }
  EXPECT_EQ(count(world, v1::ALERT_KIND_UNACCOUNTED_NEAR), 1);
  for (const v1::Alert& alert : world.cleared()) EXPECT_NE(alert.kind(), v1::ALERT_KIND_UNACCOUNTED_NEAR);
}

TEST(UnaccountedNear, IsOverWhenBothAreSeenApart) {
  World world = pair_world();
  drive(world, -15, 3'000);
  seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600);
  world.forget_effects();
  drive(world, 0, 6'000, 4);
  std::vector<v1::AlertKind> over;
  for (const v1::Alert& alert : world.cleared()) over.push_back(alert.kind());
  EXPECT_THAT(over, Contains(v1::ALERT_KIND_UNACCOUNTED_NEAR));
}

TEST(UnaccountedNear, WhoTurnsUpNearHerRingsAsAnyone) {
  World world = pair_world();
  drive(world, -15, 3'000);
  seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600);
  world.forget_effects();
  drive(world, 0, 40, 4);
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  for (const v1::Alert& alert : world.cleared()) EXPECT_NE(alert.kind(), v1::ALERT_KIND_UNACCOUNTED_NEAR);
}

TEST(UnaccountedNear, EndsWithTheOrder) {
  World world = pair_world();
  drive(world, -15, 3'000);
  seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600);
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.set_withdrawn(true);
  world.submit_order(order);
  bool ended = false;
  for (const v1::Alert& alert : world.cleared())
    ended = ended ||
            (alert.kind() == v1::ALERT_KIND_UNACCOUNTED_NEAR && alert.clear_reason() == "order_withdrawn");
  EXPECT_TRUE(ended);
}

TEST(UnaccountedNear, AnAmendedOrderGoesOnWithIt) {
  World world = pair_world();
  drive(world, -15, 3'000);
  seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600);
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  world.submit_order(order);
  world.pass(600);
  EXPECT_EQ(count(world, v1::ALERT_KIND_UNACCOUNTED_NEAR), 1);
}

TEST(UnaccountedNear, DoesNotRingForEveryoneBecauseWeWereDown) {
  World world = pair_world();
  drive(world, -15, 3'000);
  world.be_down(7'200);
  world.pass(30);
  EXPECT_THAT(world.raised_kinds(), Not(Contains(v1::ALERT_KIND_UNACCOUNTED_NEAR)));
  // What he had left of his time when we went down, he has now.
  EXPECT_GT(seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 600), 0);
}

TEST(UnaccountedNear, GrantsNoTimeToADeviceThatWasTamperedWith) {
  World world = pair_world();
  drive(world, 0, 5'000);
  world.event("w-1", v1::DEVICE_EVENT_POWER_OFF);
  const int64_t after = seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 900);
  EXPECT_GE(after, 120);
  EXPECT_LE(after, 180);
}

// He is at home, 5 km from her, where only the beacon hears him.
World home_world() {
  World world = pair_world();
  world.circle("z-1", at_m(5'000, 0), 50'000);
  v1::Fact fact;
  v1::Device& beacon = *fact.mutable_device_registered();
  beacon.set_id("d-home");
  beacon.set_kind(v1::DEVICE_KIND_HOME_BEACON);
  beacon.set_zone_id("z-1");
  world.submit(fact);
  v1::Order order = world.order("o-2", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z-1");
  world.submit_order(order);
  drive(world, 0, 5'000);
  for (int i = 0; i < 480; ++i) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", kHome, [](v1::Report& report) {
      report.clear_fix();
      report.add_contacts()->set_device_id("d-home");
      report.mutable_contacts(0)->set_rssi_dbm(-60);
    });
    world.pass(15);
  }
  return world;
}

TEST(UnaccountedNear, WhoIsHeardByHisHomeIsAccountedFor) {
  World world = home_world();
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(UnaccountedNear, CountsFromWhenHisHomeHeardHimLast) {
  World world = home_world();
  const int64_t after = seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 3'600);
  EXPECT_GE(after, 15 * 60);
  EXPECT_LE(after, 35 * 60);
}

TEST(UnaccountedNear, HersIsAWalkAndNotADrive) {
  World world = pair_world();
  drive(world, 0, 10'000);
  for (int i = 0; i < 240; ++i) {
    world.report("w-1", at_m(10'000, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.raised_kinds(), Not(Contains(v1::ALERT_KIND_UNACCOUNTED_NEAR)));
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_PROTECTED_SILENCE));
}

// When the silence of w-1 rings, after the last that was heard of him. `down_at`: the seconds after that at
// which we are gone for three and start again from what was kept.
Duration rings_after(const std::vector<int64_t>& down_at) {
  World world = pair_world();
  drive(world, 0, 30'000);
  const Time from = world.now();
  for (int64_t s = 1; s < 300; ++s) {
    if (std::count(down_at.begin(), down_at.end(), s) > 0) {
      world.take_up_what_was_kept();
      world.be_down(3);
    }
    world.report("p-1", at_m(0, 0));
    world.pass(1);
    for (const v1::Alert& alert : world.raised())
      if (alert.kind() == v1::ALERT_KIND_SILENCE && alert.wearer_id() == "w-1")
        return Time{alert.opened_at_us()} - from;
  }
  return {};
}

TEST(Silence, RingsAtItsSecondWheneverInTheCountdownWeAreKilled) {
  const Duration undisturbed = rings_after({});
  ASSERT_GT(undisturbed, Duration::seconds(40));
  ASSERT_LE(undisturbed, Duration::seconds(41));
  for (int64_t s = 1; s <= undisturbed.s(); ++s) {
    const Duration late = rings_after({s}) - undisturbed;
    EXPECT_GE(late, Duration::seconds(2)) << "killed after " << s;
    EXPECT_LE(late, Duration::seconds(4)) << "killed after " << s;
  }
}

TEST(Silence, RingsThoughWeAreKilledAgainAndAgain) {
  std::vector<int64_t> each_second;
  for (int64_t s = 1; s < 300; ++s) each_second.push_back(s);
  const Duration late = rings_after(each_second);
  EXPECT_GT(late, Duration::seconds(41));
  EXPECT_LE(late, Duration::seconds(41 + 3 * 41)) << "what we listened counts, however short each time";
}

TEST(Silence, OfADeviceThatWasSwitchedOffRingsAfterOneMissingReport) {
  World world = pair_world();
  drive(world, 0, 30'000);
  const Time last = world.now();
  world.event("w-1", v1::DEVICE_EVENT_POWER_OFF);
  EXPECT_GT(seconds_until(world, v1::ALERT_KIND_SILENCE, 60), 0);
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() == v1::ALERT_KIND_SILENCE) {
      EXPECT_LE(Time{alert.opened_at_us()} - last, Duration::seconds(22));
    }
}

TEST(Silence, OfADeviceThatWasJammedLongAgoAndIsHeardIsAsOfAnyOther) {
  World world = pair_world();
  drive(world, 0, 30'000, 4);
  world.event("w-1", v1::DEVICE_EVENT_JAMMED);
  for (int i = 0; i < 30; ++i) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(30'000, 0),
                 [](v1::Report& report) { report.mutable_fix()->set_source(v1::FIX_SOURCE_WIFI); });
    world.pass(i == 29 ? 0 : 30);
  }
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_JAMMED));
  world.forget_effects();
  const int64_t after = seconds_until(world, v1::ALERT_KIND_SILENCE, 60);
  EXPECT_GE(after, 39);
}

// His order bars the place where he is, so his device is told to report each 2 s.
World quick_world() {
  World world = pair_world();
  drive(world, 0, 30'000, 4);
  world.circle("z-1", at_m(30'000, 0), 200'000);
  v1::Order order = world.order("o-2", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
  world.submit_order(order);
  for (int i = 0; i < 4; ++i) {
    world.report("w-1", at_m(30'000, 0));
    world.report("p-1", at_m(0, 0));
    world.pass(15);
  }
  return world;
}

TEST(Silence, ADeviceThatObeysAShorterIntervalIsMissedSooner) {
  World world = quick_world();
  ASSERT_EQ(world.of(v1::Effect::kCommandDevice).back().command_device().interval_s(), 2u);
  for (int i = 0; i < 10; ++i) {
    world.report("w-1", at_m(30'000, 0));
    world.pass(2);
  }
  EXPECT_THAT(world.raised_kinds(), Not(Contains(v1::ALERT_KIND_SILENCE)));
  const int64_t after = seconds_until(world, v1::ALERT_KIND_SILENCE, 60);
  EXPECT_GE(after, 11);
  EXPECT_LE(after, 15);
}

TEST(Silence, ADeviceThatNeverObeysDoesNotRing) {
  World world = quick_world();
  for (int i = 0; i < 40; ++i) {
    world.report("w-1", at_m(30'000, 0));
    world.report("p-1", at_m(0, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.raised_kinds(), Not(Contains(v1::ALERT_KIND_SILENCE)));
}

TEST(Silence, ADeviceThatStopsObeyingRingsOnceAndIsThenHeldToItsOwnInterval) {
  World world = quick_world();
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 10; ++i) {
      world.report("w-1", at_m(30'000, 0));
      world.report("p-1", at_m(0, 0));
      world.pass(2);
    }
    for (int i = 0; i < 4; ++i) {
      world.report("w-1", at_m(30'000, 0));
      world.report("p-1", at_m(0, 0));
      world.pass(15);
    }
  }
  EXPECT_EQ(count(world, v1::ALERT_KIND_SILENCE), 1);
}

TEST(Silence, FarFromHerIsForTheControlRoomAndNotForAPatrol) {
  World world = pair_world();
  world.jurisdiction("j-1", "police", -50'000, 50'000);
  drive(world, 0, 30'000);
  ASSERT_GT(seconds_until(world, v1::ALERT_KIND_SILENCE, 60), 0);
  EXPECT_EQ(world.raised()[0].code(), 3u);
  EXPECT_THAT(world.of(v1::Effect::kSendHandOff), IsEmpty());
}

TEST(Silence, OfADriverWhoCouldBeNearHerWithinMinutesIsForAPatrol) {
  World world = pair_world();
  drive(world, -15, 6'000);
  ASSERT_GT(seconds_until(world, v1::ALERT_KIND_SILENCE, 60), 0);
  EXPECT_EQ(world.raised()[0].code(), 1u);
}

// Both are heard every 15 s, he `m` metres east of her. How many seconds until he is unaccounted for; -1: not
// at all.
int64_t heard_until_unaccounted(World& world, double m, int rounds) {
  const Time from = world.now();
  for (int i = 0; i < rounds; ++i) {
    world.pass(15);
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(m, 0));
  }
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() == v1::ALERT_KIND_UNACCOUNTED_NEAR) return (Time{alert.opened_at_us()} - from).s();
  return -1;
}

TEST(UnaccountedNear, CountsFromTheCutOfTheStrapThoughTheDeviceIsHeardOn) {
  World world = pair_world();
  drive(world, 0, 3'000, 30);
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  const int64_t after_s = heard_until_unaccounted(world, 3'000, 20);
  EXPECT_GE(after_s, 80);
  EXPECT_LE(after_s, 95);
}

TEST(UnaccountedNear, AStrapThatPeopleHaveSettledIsCutNoMore) {
  World world = pair_world();
  drive(world, 0, 3'000, 30);
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  world.settle(world.raised().back().id());
  world.close_calls();
  world.settle(world.raised().back().id());
  EXPECT_EQ(heard_until_unaccounted(world, 3'000, 20), -1);
}

TEST(UnaccountedNear, OfADeviceThatFallsSilentLaterCountsFromTheCutAllTheSame) {
  World world = pair_world();
  drive(world, 0, 1'500, 30);
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  ASSERT_EQ(heard_until_unaccounted(world, 1'500, 6), -1) << "the strap itself has rung that near";
  EXPECT_LE(seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 300), 30);
  EXPECT_EQ(count(world, v1::ALERT_KIND_UNACCOUNTED_NEAR), 1);
}

// She is 20 km from her school, he 1 km.
World school_world() {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.circle("school", at_m(20'000, 0), 200'000);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("school");
  order.mutable_conditions(0)->mutable_exclusion()->set_protected_id("p-1");
  world.submit_order(order);
  drive(world, 0, 21'200, 30);
  return world;
}

TEST(UnaccountedNear, IsAskedOfHerPlacesAsOfHer) {
  World world = school_world();
  const int64_t after_s = seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 3'600);
  EXPECT_GE(after_s, 300) << "a walk of a kilometre";
  EXPECT_LE(after_s, 700);
  const v1::Alert alert = world.raised().back();
  EXPECT_EQ(alert.zone_id(), "school");
  EXPECT_EQ(alert.protected_id(), "p-1");
  EXPECT_FALSE(alert.has_proximity()) << "it is not about where she is";
  EXPECT_EQ(count(world, v1::ALERT_KIND_UNACCOUNTED_NEAR), 1);
}

TEST(UnaccountedNear, OfAPlaceIsOverWhenHeIsSeenElsewhere) {
  World world = school_world();
  ASSERT_GT(seconds_until(world, v1::ALERT_KIND_UNACCOUNTED_NEAR, 3'600), 0);
  world.report("w-1", at_m(21'250, 0));
  ASSERT_FALSE(world.cleared().empty());
  EXPECT_EQ(world.cleared().back().kind(), v1::ALERT_KIND_UNACCOUNTED_NEAR);
  EXPECT_EQ(world.cleared().back().clear_reason(), "margin");
}

TEST(StrapCut, WithADoubtedFixNearHerIsAsUrgentAsNearHer) {
  for (const double leap_m : {300.0, 21'000.0}) {
    World world = pair_world();
    drive(world, 0, 20'000, 30);
    world.pass(15);
    world.report("p-1", at_m(0, 0));
    world.forget_effects();
    world.report("w-1", at_m(leap_m, 0),
                 [](v1::Report& report) { report.add_events(v1::DEVICE_EVENT_STRAP_CUT); });
    ASSERT_EQ(world.raised().size(), 1u);
    EXPECT_EQ(world.raised()[0].kind(), v1::ALERT_KIND_STRAP_CUT);
    if (leap_m < 1'000)
      EXPECT_EQ(world.raised()[0].code(), 0u);
    else
      EXPECT_GT(world.raised()[0].code(), 0u);
    EXPECT_EQ(world.of(v1::Effect::kNotifyProtected).empty(), leap_m > 1'000);
  }
}

}  // namespace
}  // namespace haechi::monitor
