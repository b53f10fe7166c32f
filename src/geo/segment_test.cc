#include "geo/segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/random.h"

namespace haechi::geo {
namespace {

const Place kSeoul{375'665'000, 1'269'780'000};

// Where someone is a fraction of the way, moving along the great circle as far as a plane at the start can
// tell.
Place part_way(Place from, Place to, double fraction) {
  const Offset whole = offset_mm(from, to);
  return moved(from, {static_cast<int64_t>(static_cast<double>(whole.east_mm) * fraction),
                      static_cast<int64_t>(static_cast<double>(whole.north_mm) * fraction)});
}

TEST(ClosestApproach, FindsTwoPeopleWhoPassBetweenFixes) {
  const Place a1 = moved(kSeoul, {400'000, 0});
  const Place b0 = moved(kSeoul, {400'000, 10'000});
  const Place b1 = moved(kSeoul, {0, 10'000});
  const Approach approach = closest_approach(kSeoul, a1, b0, b1);
  EXPECT_NEAR(static_cast<double>(approach.distance_mm), 10'000, 12);
  EXPECT_NEAR(approach.fraction, 0.5, 0.001);
}

TEST(ClosestApproach, IsAtAnEndForPeopleWhoDriftApart) {
  const Place b0 = moved(kSeoul, {50'000, 0});
  const Place b1 = moved(kSeoul, {900'000, 0});
  const Approach apart = closest_approach(kSeoul, kSeoul, b0, b1);
  EXPECT_EQ(apart.distance_mm, distance_mm(kSeoul, b0));
  EXPECT_EQ(apart.fraction, 0.0);
  const Approach together = closest_approach(kSeoul, kSeoul, b1, b0);
  EXPECT_EQ(together.distance_mm, distance_mm(kSeoul, b0));
  EXPECT_NEAR(together.fraction, 1.0, 1e-6);
}

TEST(ClosestApproach, OfPeopleAtRestIsTheirDistanceAtTheFirstInstant) {
  const Place b = moved(kSeoul, {123'000, 45'000});
  const Approach approach = closest_approach(kSeoul, kSeoul, b, b);
  EXPECT_EQ(approach.distance_mm, distance_mm(kSeoul, b));
  EXPECT_EQ(approach.fraction, 0.0);
}

TEST(ClosestApproach, AgreesWithLookingEveryThousandth) {
  Random random(4);
  for (int i = 0; i < 200; ++i) {
    const auto near = [&] {
      return moved(kSeoul, {random.between(-2'500'000, 2'500'000), random.between(-2'500'000, 2'500'000)});
    };
    const Place a0 = near(), a1 = near(), b0 = near(), b1 = near();
    const Approach approach = closest_approach(a0, a1, b0, b1);
    int64_t seen_mm = std::numeric_limits<int64_t>::max();
    for (int k = 0; k <= 1'000; ++k) {
      seen_mm = std::min(seen_mm, distance_mm(part_way(a0, a1, k / 1e3), part_way(b0, b1, k / 1e3)));
    }
    // Between two looks they move up to 10 m against each other; places are rounded to a centimetre.
    EXPECT_LE(approach.distance_mm, seen_mm + 20) << i;
    const int64_t there_mm =
        distance_mm(part_way(a0, a1, approach.fraction), part_way(b0, b1, approach.fraction));
    EXPECT_NEAR(static_cast<double>(approach.distance_mm), static_cast<double>(there_mm), 20) << i;
  }
}

TEST(ClosestApproach, IsSymmetricAndNeverMoreThanAtEitherInstant) {
  Random random(5);
  for (int i = 0; i < 2'000; ++i) {
    const auto anywhere = [&] {
      return Place{static_cast<int32_t>(random.between(-kLatE7Max, kLatE7Max)),
                   static_cast<int32_t>(random.between(-kLngE7Max, kLngE7Max))};
    };
    const Place a0 = anywhere(), a1 = anywhere(), b0 = anywhere(), b1 = anywhere();
    const Approach ab = closest_approach(a0, a1, b0, b1);
    const Approach ba = closest_approach(b0, b1, a0, a1);
    EXPECT_EQ(ab.distance_mm, ba.distance_mm);
    EXPECT_EQ(ab.fraction, ba.fraction);
    EXPECT_LE(ab.distance_mm, std::min(distance_mm(a0, b0), distance_mm(a1, b1)));
    EXPECT_GE(ab.fraction, 0.0);
    EXPECT_LE(ab.fraction, 1.0);
  }
}

// The azimuthal plane is a second way to the same place.
TEST(PartOfWay, AgreesWithTheSamePartOfTheWayInThePlane) {
  Random random(35);
  for (int i = 0; i < 2'000; ++i) {
    const Place from{static_cast<int32_t>(random.between(-700'000'000, 700'000'000)),
                     static_cast<int32_t>(random.between(-kLngE7Max, kLngE7Max))};
    const int64_t reach_mm = i % 2 == 0 ? 3'000'000 : 20'000'000;
    const Offset way{random.between(-reach_mm, reach_mm), random.between(-reach_mm, reach_mm)};
    const Place to = moved(from, way);
    const double fraction = random.unit();
    const Offset part{std::llround(static_cast<double>(way.east_mm) * fraction),
                      std::llround(static_cast<double>(way.north_mm) * fraction)};
    EXPECT_LE(distance_mm(part_of_way(from, to, fraction), moved(from, part)), i % 2 == 0 ? 20 : 120) << i;
  }
}

TEST(PartOfWay, BeginsAtOneEndAndEndsAtTheOther) {
  const Place from{375'000'000, 1'270'000'000}, to{375'010'000, 1'270'020'000};
  EXPECT_EQ(part_of_way(from, to, 0), from);
  EXPECT_EQ(part_of_way(from, to, 1), to);
  EXPECT_EQ(part_of_way(from, from, 0.5), from);
}

TEST(PartOfWay, CrossesTheAntimeridianAndThePole) {
  EXPECT_EQ(part_of_way({-170'000'000, 1'799'990'000}, {-170'000'000, -1'799'990'000}, 0.5),
            (Place{-170'000'000, -1'800'000'000}));
  EXPECT_EQ(part_of_way({899'900'000, 0}, {899'900'000, 1'799'999'999}, 0.5).lat_e7, kLatE7Max);
}

TEST(ClosestApproach, WorksAcrossTheAntimeridian) {
  const Place west = {100'000'000, 1'799'990'000};
  const Place east = {100'000'000, -1'799'990'000};
  const Approach approach = closest_approach(west, east, east, west);
  EXPECT_LE(approach.distance_mm, 1);
  EXPECT_NEAR(approach.fraction, 0.5, 1e-6);
}

}  // namespace
}  // namespace haechi::geo
