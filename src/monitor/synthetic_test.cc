// The wearer whom a watchdog moves: judged as anyone, and nobody's work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

const geo::Place kMiddle = at_m(0, 0), kOutside = at_m(110, 0);

// A wearer whose order bars him from a circle, as the watchdog's does; synthetic or not.
World round_world(bool synthetic) {
  World world;
  world.jurisdiction("j-1", "watchdog", -5'000, 5'000);
  world.circle("z-1", kMiddle, 60'000);
  v1::Fact fact;
  fact.mutable_person_registered()->set_id("w-1");
  fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
  fact.mutable_person_registered()->set_synthetic(synthetic);
  world.wearer("w-1");
  world.submit(fact);
  v1::Order order = world.order("o-1", "w-1");
  order.mutable_policy()->set_clear_hold_s(1);
  order.mutable_policy()->set_hysteresis_mm(1);
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
  world.submit_order(order);
  return world;
}

// In and out again, as the watchdog does it.
void one_round(World& world) {
  const auto exactly = [](v1::Report& report) { report.mutable_fix()->set_accuracy_mm(3'000); };
  for (int i = 0; i < 2; ++i) {
    world.report("w-1", kMiddle, exactly);
    world.pass(1);
  }
  world.pass(3);
  for (int i = 0; i < 3; ++i) {
    world.report("w-1", kOutside, exactly);
    world.pass(1);
  }
  world.pass(2);
}

TEST(Synthetic, EveryRoundRingsIsHandedOffAndClears) {
  World world = round_world(true);
  for (int i = 1; i <= 20; ++i) {
    one_round(world);
    ASSERT_THAT(world.raised(), SizeIs(i)) << "one alert a round, and nothing else";
    ASSERT_THAT(world.cleared(), SizeIs(i));
    ASSERT_THAT(world.hand_off_ids(), SizeIs(i));
    world.close_calls();
    ASSERT_THAT(world.of(v1::Effect::kCloseIncident), SizeIs(i));
  }
}

TEST(Synthetic, ItsAlertsSaySoAndCloseByThemselves) {
  World world = round_world(true);
  one_round(world);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_EXCLUSION));
  EXPECT_TRUE(world.raised()[0].synthetic());
  EXPECT_EQ(world.cleared()[0].handling(), v1::ALERT_HANDLING_CLOSED);
}

TEST(Synthetic, NobodyIsRemindedOfThem) {
  for (const bool synthetic : {true, false}) {
    World world = round_world(synthetic);
    world.report("w-1", kMiddle);
    world.close_calls();
    for (int i = 0; i < 40; ++i) {
      world.report("w-1", kMiddle);
      world.pass(15);
    }
    const auto is_reminder = [](const v1::Effect& effect) {
      return effect.raise_alarm().kind() == v1::ALARM_KIND_NOT_ACKNOWLEDGED;
    };
    EXPECT_EQ(std::ranges::count_if(world.effects(), is_reminder) == 0, synthetic);
  }
}

TEST(Synthetic, AWearerWhoIsNotIsUnmarkedAndStaysForPeopleToDealWith) {
  World world = round_world(false);
  one_round(world);
  ASSERT_THAT(world.cleared(), SizeIs(1));
  EXPECT_FALSE(world.cleared()[0].synthetic());
  EXPECT_EQ(world.cleared()[0].handling(), v1::ALERT_HANDLING_NEW);
}

}  // namespace
}  // namespace haechi::monitor
