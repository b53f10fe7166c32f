#include "monitor/foresight.h"

#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using Change = Foresight::Change;

constexpr Duration kHorizon = Duration::seconds(300);

Course course(int64_t s, int64_t margin_m, int64_t closing_mmps, int64_t sigma_mmps = 300) {
  return {margin_m * 1'000, closing_mmps, sigma_mmps, Time{} + Duration::seconds(1'000 + s)};
}

TEST(Foresight, TimeToContactTakesTheFastSideOfADoubtfulSpeed) {
  EXPECT_EQ(time_to_contact(course(0, 1'000, 10'000, 0)), Duration::seconds(100));
  EXPECT_LT(*time_to_contact(course(0, 1'000, 10'000, 3'000)), Duration::seconds(81));
  EXPECT_EQ(time_to_contact(course(0, 0, -5'000)), Duration{}) << "he is there";
  EXPECT_FALSE(time_to_contact(course(0, 1'000, -5'000))) << "he moves away";
}

// Two courses are an approach: the second says how far he has come since the first.
Change approach(Foresight& foresight, int64_t s, int64_t margin_m, int64_t closing_mmps) {
  static_cast<void>(
      foresight.observe(course(s - 15, margin_m + closing_mmps * 15 / 1'000, closing_mmps), kHorizon, true));
  return foresight.observe(course(s, margin_m, closing_mmps), kHorizon, true);
}

TEST(Foresight, WarnsOfADriverThreeKilometresAwayAndNotOfAWalkerThere) {
  Foresight driver, walker;
  int opened = 0;
  for (int64_t s = 0; s <= 45; s += 15)
    opened +=
        driver.observe(course(s, 3'000 - s * 16'700 / 1'000, 16'700), kHorizon, true) == Change::kOpened;
  EXPECT_EQ(opened, 1);
  for (int64_t s = 0; s <= 60; s += 5)
    EXPECT_EQ(walker.observe(course(s, 3'000 - s, 1'400), kHorizon, true), Change::kNothing);
}

TEST(Foresight, OneDoubtfulStepIsNoApproach) {
  Foresight foresight;
  EXPECT_EQ(foresight.observe(course(0, 100, 900, 800), kHorizon, true), Change::kNothing);
  EXPECT_TRUE(foresight.watchful()) << "but it is looked at more closely";
  EXPECT_EQ(foresight.observe(course(5, 100, -200, 800), kHorizon, true), Change::kNothing);
  EXPECT_FALSE(foresight.watchful());
  EXPECT_EQ(foresight.observe(course(10, 95, 900, 800), kHorizon, true), Change::kNothing);
  EXPECT_EQ(foresight.observe(course(15, 75, 900, 800), kHorizon, true), Change::kOpened)
      << "he has come 20 m nearer";
}

TEST(Foresight, OneApproachIsOneWarning) {
  Foresight foresight;
  int opened = 0, cleared = 0;
  for (int64_t s = 0; s <= 200; s += 5) {
    // He dawdles, and takes a step back now and then.
    const Change change = foresight.observe(course(s, 300 - s, s % 20 == 15 ? -400 : 1'400), kHorizon, true);
    opened += change == Change::kOpened;
    cleared += change == Change::kCleared;
  }
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(cleared, 0);
}

TEST(Foresight, EndsWhenHeHasMovedAwayForAMinute) {
  Foresight foresight;
  ASSERT_EQ(approach(foresight, 0, 60, 1'400), Change::kOpened);
  for (int64_t s = 5; s < 65; s += 5)
    ASSERT_EQ(foresight.observe(course(s, 60 + s, -1'400), kHorizon, true), Change::kNothing) << s;
  EXPECT_EQ(foresight.observe(course(65, 130, -1'400), kHorizon, true), Change::kCleared);
  EXPECT_FALSE(foresight.open());
}

TEST(Foresight, EndsWhenHeHasComeNoNearerForFiveMinutes) {
  Foresight foresight;
  ASSERT_EQ(approach(foresight, 0, 60, 1'400), Change::kOpened);
  Change last = Change::kNothing;
  int64_t s = 5;
  for (; s <= 600 && last == Change::kNothing; s += 5)
    last = foresight.observe(course(s, 50, 0), kHorizon, true);
  EXPECT_EQ(last, Change::kCleared);
  EXPECT_GE(s, 300);
}

TEST(Foresight, SilenceMakesItUnknownAndNeverClearsIt) {
  Foresight foresight;
  ASSERT_EQ(approach(foresight, 0, 60, 1'400), Change::kOpened);
  EXPECT_TRUE(foresight.lose());
  EXPECT_FALSE(foresight.lose()) << "once is enough";
  EXPECT_TRUE(foresight.open());
  EXPECT_EQ(foresight.observe(course(900, 40, 1'400), kHorizon, true), Change::kRegained);
}

TEST(Foresight, SaysNothingWhereSomethingGraverHasBeenSaid) {
  Foresight foresight;
  EXPECT_EQ(foresight.observe(course(0, 300, 1'400), kHorizon, false), Change::kNothing);
  EXPECT_FALSE(foresight.watchful());
}

bool rang(const World& world, v1::AlertKind kind) {
  const auto kinds = world.raised_kinds();
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// A walk to her, a fix every 15 s.
void walk(World& world, double from_m, double to_m) {
  for (double east = from_m; east >= to_m; east -= 21) {
    world.pass(15);
    world.report("p-1", kHome);
    world.report("w-1", at_m(east, 0));
  }
}

World pair_world(uint32_t foresight_s = 300) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.mutable_policy()->set_foresight_s(foresight_s);
  world.submit_order(order);
  return world;
}

TEST(Approaching, RingsBeforeTheBanIsBrokenAndTellsHowLongIsLeft) {
  World world = pair_world();
  walk(world, 700, 200);
  ASSERT_TRUE(rang(world, v1::ALERT_KIND_APPROACHING));
  EXPECT_FALSE(rang(world, v1::ALERT_KIND_KEEP_AWAY));
  for (const v1::Alert& alert : world.raised()) {
    if (alert.kind() != v1::ALERT_KIND_APPROACHING) continue;
    EXPECT_GT(alert.time_to_contact_s(), 60u);
    EXPECT_LT(alert.time_to_contact_s(), 500u);
    EXPECT_GT(alert.proximity().closing_mmps(), 700);
    EXPECT_EQ(alert.basis(), v1::ALERT_BASIS_FIX);
  }
}

TEST(Approaching, IsNotForeseenWhereTheOrderSaysSo) {
  World world = pair_world(0);
  walk(world, 700, 200);
  EXPECT_FALSE(rang(world, v1::ALERT_KIND_APPROACHING));
}

TEST(Approaching, EndsWithTheOrder) {
  World world = pair_world();
  walk(world, 500, 200);
  ASSERT_TRUE(rang(world, v1::ALERT_KIND_APPROACHING));
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.set_withdrawn(true);
  world.submit_order(order);
  bool cleared = false;
  for (const v1::Alert& alert : world.cleared()) cleared |= alert.kind() == v1::ALERT_KIND_APPROACHING;
  EXPECT_TRUE(cleared);
}

TEST(Approaching, IsUnknownAndOpenWhileNobodyHearsHim) {
  World world = pair_world();
  walk(world, 500, 200);
  std::string id;
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() == v1::ALERT_KIND_APPROACHING) id = alert.id();
  ASSERT_FALSE(id.empty());
  world.pass(1'800);
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_UNKNOWN);
}

TEST(Approaching, AsksForFasterFixesOnTheWayToAZoneThatHeKnows) {
  World world;
  world.wearer("w-1");
  world.circle("school", kHome, 100'000);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("school");
  world.submit_order(order);
  walk(world, 450, 250);
  EXPECT_TRUE(rang(world, v1::ALERT_KIND_APPROACHING));
  EXPECT_FALSE(rang(world, v1::ALERT_KIND_EXCLUSION));
  bool asked = false;
  for (const v1::Effect& effect : world.of(v1::Effect::kCommandDevice))
    asked |= effect.command_device().device_id() == "d-w-1" && effect.command_device().interval_s() == 5;
  EXPECT_TRUE(asked);
}

TEST(Approaching, LeavesHisDeviceAloneWhenItIsHerWhomHeApproaches) {
  World world = pair_world();
  walk(world, 700, 60);
  ASSERT_TRUE(rang(world, v1::ALERT_KIND_APPROACHING));
  for (const v1::Effect& effect : world.of(v1::Effect::kCommandDevice))
    EXPECT_NE(effect.command_device().device_id(), "d-w-1");
}

// The same alert: first the control room watches, then a patrol is sent and she is told, though it was taken.
TEST(Approaching, RisesFromTheControlRoomToAPatrolAsHeComesNearer) {
  World world = pair_world();
  std::string id;
  const auto drive = [&](double from_m, double to_m) {
    for (double m = from_m; m >= to_m; m -= 250) {
      world.report("p-1", at_m(0, 0));
      world.report("w-1", at_m(m, 0));
      world.pass(15);
    }
  };
  drive(7'000, 4'000);
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() == v1::ALERT_KIND_APPROACHING) id = alert.id();
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(world.alert(id).code(), 3u);
  EXPECT_TRUE(world.of(v1::Effect::kNotifyProtected).empty());
  world.handle(id, v1::HANDLING_ACKNOWLEDGE, "kim");
  ASSERT_EQ(world.alert(id).handling(), v1::ALERT_HANDLING_ACKNOWLEDGED);
  world.forget_effects();
  drive(3'750, 2'500);
  EXPECT_EQ(world.alert(id).code(), 1u);
  EXPECT_EQ(world.alert(id).handling(), v1::ALERT_HANDLING_NEW) << "what was taken at code 3 was that";
  ASSERT_EQ(world.of(v1::Effect::kNotifyProtected).size(), 1u);
  EXPECT_EQ(world.of(v1::Effect::kNotifyProtected)[0].notify_protected().code(), 1u);
  EXPECT_TRUE(world.raised().empty()) << "it is no second alert";
}

}  // namespace
}  // namespace haechi::monitor
