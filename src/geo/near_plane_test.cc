#include "geo/near_plane.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace haechi::geo {
namespace {

double apart_m(NearPlane::Point point, Offset offset) {
  return std::hypot(point.east_m - static_cast<double>(offset.east_mm) / 1'000,
                    point.north_m - static_cast<double>(offset.north_mm) / 1'000);
}

Place random_place(Random& random, int64_t lat_e7_max) {
  return {static_cast<int32_t>(random.between(-lat_e7_max, lat_e7_max)),
          static_cast<int32_t>(random.between(-kLngE7Max, kLngE7Max - 1))};
}

Place random_near(Random& random, Place origin, double reach_m) {
  const double angle = 6.283185307 * random.unit(), away_mm = reach_m * 1'000 * random.unit();
  return moved(origin, {std::llround(away_mm * std::cos(angle)), std::llround(away_mm * std::sin(angle))});
}

TEST(NearPlane, AgreesWithTheExactPlaneWithinMillimetresNearTheOrigin) {
  Random random(31);
  for (int i = 0; i < 20'000; ++i) {
    const Place origin = random_place(random, 700'000'000), place = random_near(random, origin, 1'000);
    EXPECT_LE(apart_m(NearPlane(origin).at(place), offset_mm(origin, place)), 0.002) << origin.lat_e7;
  }
}

TEST(NearPlane, AgreesWithTheExactPlaneWithinHalfAMetreAtTwentyKilometres) {
  Random random(32);
  for (int i = 0; i < 20'000; ++i) {
    const Place origin = random_place(random, 700'000'000), place = random_near(random, origin, 20'000);
    EXPECT_LE(apart_m(NearPlane(origin).at(place), offset_mm(origin, place)), 0.5) << origin.lat_e7;
  }
}

TEST(NearPlane, IsTheExactPlaneAcrossTheDateLineAtThePolesAndFarAway) {
  const auto same = [](Place origin, Place place) {
    return apart_m(NearPlane(origin).at(place), offset_mm(origin, place)) < 0.001;
  };
  EXPECT_TRUE(same({375'000'000, 1'799'990'000}, {375'000'000, -1'799'990'000}));
  EXPECT_TRUE(same({899'990'000, 0}, {899'990'000, 1'700'000'000}));
  EXPECT_TRUE(same({375'665'000, 1'269'780'000}, {351'796'000, 1'290'756'000}));
}

}  // namespace
}  // namespace haechi::geo
