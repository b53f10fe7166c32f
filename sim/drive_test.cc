#include "sim/drive.h"

#include <gtest/gtest.h>

namespace haechi::sim {
namespace {

constexpr geo::Place kStart{377'000'000, 1'272'000'000};
constexpr Time kNow{1'773'446'112'000'000};

geo::Place east_of(geo::Place place, int64_t metres) {
  return geo::moved(place, {metres * 1'000, 0});
}

TEST(Drive, StandsAtItsStartUntilToldToGo) {
  const Drive drive(kStart);
  EXPECT_EQ(drive.at(kNow).place, kStart);
  EXPECT_EQ(drive.at(kNow).speed_mmps, 0);
}

TEST(Drive, FollowsEachLegAtItsSpeedAndThenStands) {
  Drive drive(kStart);
  drive.go({{east_of(kStart, 200), 20'000}, {east_of(kStart, 250), 5'000}}, kNow);
  const Pose first = drive.at(kNow + Duration::seconds(5));
  EXPECT_NEAR(geo::distance_mm(kStart, first.place), 100'000, 50);
  EXPECT_EQ(first.speed_mmps, 20'000);
  EXPECT_NEAR(first.course_cdeg, 9'000, 2);
  const Pose second = drive.at(kNow + Duration::seconds(15));
  EXPECT_NEAR(geo::distance_mm(kStart, second.place), 225'000, 50);
  EXPECT_EQ(second.speed_mmps, 5'000);
  EXPECT_FALSE(drive.arrived(kNow + Duration::seconds(19)));
  EXPECT_TRUE(drive.arrived(kNow + Duration::seconds(21)));
  EXPECT_EQ(drive.at(kNow + Duration::seconds(60)).place, east_of(kStart, 250));
  EXPECT_EQ(drive.at(kNow + Duration::seconds(60)).speed_mmps, 0);
}

TEST(Drive, TakesANewRouteFromWhereItIs) {
  Drive drive(kStart);
  drive.go({{east_of(kStart, 200), 20'000}}, kNow);
  const Time turned = kNow + Duration::seconds(5);
  drive.go({{kStart, 10'000}}, turned);
  EXPECT_NEAR(geo::distance_mm(kStart, drive.at(turned).place), 100'000, 50);
  EXPECT_NEAR(geo::distance_mm(kStart, drive.at(turned + Duration::seconds(4)).place), 60'000, 50);
}

}  // namespace
}  // namespace haechi::sim
