// What a device says of itself: its strap and its battery.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Device, StrapRingsUnderAnOrderOnlyAndClosingItEndsTheConditionOnly) {
  World world;
  world.wearer("w-1");
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  EXPECT_THAT(world.raised(), IsEmpty());
  world.submit_order(world.order("o-1", "w-1"));
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_STRAP_CUT));
  EXPECT_EQ(world.raised()[0].code(), 2u);
  EXPECT_EQ(world.raised()[0].order_id(), "o-1");
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CLOSED);
  const v1::Alert alert = world.alert(world.raised()[0].id());
  EXPECT_EQ(alert.state(), v1::ALERT_STATE_CLEARED);
  EXPECT_EQ(alert.handling(), v1::ALERT_HANDLING_NEW);
}

TEST(Device, BatteryRingsLowAndClearsOnlyWhenWell) {
  World world;
  world.wearer("w-1");
  world.submit_order(world.order("o-1", "w-1"));
  const auto battery = [&](uint32_t percent) {
    world.report("w-1", at_m(0, 0), [percent](v1::Report& report) { report.set_battery_percent(percent); });
  };
  for (const uint32_t percent : {16u, 15u, 10u, 29u, 14u}) battery(percent);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_LOW_BATTERY));
  EXPECT_EQ(world.raised()[0].code(), 4u);
  EXPECT_TRUE(world.of(v1::Effect::kOpenIncident).empty());
  battery(30);
  EXPECT_EQ(world.cleared().size(), 1u);
}

}  // namespace
}  // namespace haechi::monitor
