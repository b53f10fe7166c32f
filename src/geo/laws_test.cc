// Laws that geometry keeps whatever the places are: mirrors, turns of the globe, scale, and the odd places of
// the Earth where a formula forgets one of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "geo/segment.h"
#include "geo/sphere.h"
#include "geo/zone.h"
#include "geo/zone_testing.h"

namespace haechi::geo {
namespace {

using Ring = std::vector<Place>;

const Place kSeoul{375'665'000, 1'269'780'000};
const Place kSuva{-181'416'000, 1'784'419'000};       // Fiji, 1.6 degrees west of the antimeridian
const Place kUelen{661'594'000, -1'698'090'000};      // Chukotka, east of it
const Place kWrangel{712'333'000, 1'799'990'000};     // the island that it crosses
const Place kLongyearbyen{782'232'000, 156'267'000};  // nearer to the pole than most maps go
const Place kPointBarrow{713'875'000, -1'564'811'000};
const std::vector<Place> kAround{kSeoul, kSuva, kUelen, kWrangel, kLongyearbyen, kPointBarrow};

Place mirrored_east_west(Place place) {
  return {place.lat_e7, -place.lng_e7};
}
Place mirrored_north_south(Place place) {
  return {-place.lat_e7, place.lng_e7};
}
Place turned(Place place, int64_t by_e7) {
  int64_t lng = place.lng_e7 + by_e7;
  while (lng >= kLngE7Max) lng -= int64_t{2} * kLngE7Max;
  while (lng < -kLngE7Max) lng += int64_t{2} * kLngE7Max;
  return {place.lat_e7, static_cast<int32_t>(lng)};
}

template <typename Change>
Ring each(const Ring& ring, Change change) {
  Ring made;
  for (const Place place : ring) made.push_back(change(place));
  return made;
}

// What each law is tried on: people around one of the odd places, a zone with a hole, and ways through it.
struct Scene {
  Ring people;
  Ring outer, hole;
};

Scene scene(Random& random, Place centre) {
  Scene made;
  for (int i = 0; i < 8; ++i) made.people.push_back(near(random, centre, 2'500'000));
  made.outer = star(random, centre, static_cast<int>(random.between(8, 24)), 600, 1'500);
  made.hole = star(random, centre, 7, 100, 200);
  return made;
}

// Everything that is measured of a scene, in one list.
std::vector<int64_t> measured(const Scene& scene) {
  std::vector<int64_t> out;
  const Zone polygon = *Zone::polygons({{scene.outer, {scene.hole}}});
  const Zone circle = *Zone::circle(scene.people[0], 700'000);
  const Ring& p = scene.people;
  for (size_t i = 0; i + 3 < p.size(); ++i) {
    out.push_back(distance_mm(p[i], p[i + 1]));
    out.push_back(closest_approach(p[i], p[i + 1], p[i + 2], p[i + 3]).distance_mm);
    out.push_back(polygon.signed_distance_mm(p[i]));
    out.push_back(circle.signed_distance_mm(p[i]));
    out.push_back(circle.signed_distance_along_mm(p[i], p[i + 1]));
    // Inside, the depth of a way is searched and may be understated.
    out.push_back(std::max<int64_t>(0, polygon.signed_distance_along_mm(p[i], p[i + 1])));
  }
  return out;
}

template <typename Change>
void expect_unchanged(Change change) {
  Random random(71);
  for (int round = 0; round < 120; ++round) {
    const Scene one = scene(random, kAround[static_cast<size_t>(round) % kAround.size()]);
    Scene other;
    other.people = each(one.people, change);
    other.outer = each(one.outer, change);
    other.hole = each(one.hole, change);
    const std::vector<int64_t> before = measured(one), after = measured(other);
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i)
      ASSERT_LE(std::abs(before[i] - after[i]), 1) << round << ' ' << i;
  }
}

TEST(Law, AMirrorBetweenEastAndWestChangesNoDistance) {
  expect_unchanged(mirrored_east_west);
}

TEST(Law, AMirrorBetweenNorthAndSouthChangesNoDistance) {
  expect_unchanged(mirrored_north_south);
}

TEST(Law, ATurnOfTheGlobeChangesNoDistanceThoughItCarriesPlacesAcrossTheAntimeridian) {
  for (const int64_t by_e7 : {1LL, 530'000'000LL, 1'800'000'000LL, 2'718'281'828LL})
    expect_unchanged([by_e7](Place place) { return turned(place, by_e7); });
}

// Up to a few kilometres the ground is as good as flat: twice the offsets are twice the distance.
TEST(Law, ScalingTheOffsetsScalesDistances) {
  Random random(72);
  for (int i = 0; i < 400; ++i) {
    const Place centre = kAround[static_cast<size_t>(i) % kAround.size()];
    const auto offset = [&] {
      return Offset{random.between(-900'000, 900'000), random.between(-900'000, 900'000)};
    };
    const std::vector<Offset> offsets{offset(), offset(), offset(), offset()};
    for (const int64_t scale : {2, 3, 5}) {
      const auto at = [&](size_t k, int64_t by) {
        return moved(centre, {offsets[k].east_mm * by, offsets[k].north_mm * by});
      };
      // Places are rounded to 11 mm, and 4.5 km away the plane bends by a tenth of a millimetre per
      // kilometre.
      const auto room = static_cast<double>(16 * (scale + 1) + 2 * scale);
      const auto scaled = [scale](int64_t mm) { return static_cast<double>(mm * scale); };
      EXPECT_NEAR(static_cast<double>(distance_mm(at(0, scale), at(1, scale))),
                  scaled(distance_mm(at(0, 1), at(1, 1))), room);
      const Approach small = closest_approach(at(0, 1), at(1, 1), at(2, 1), at(3, 1));
      const Approach large = closest_approach(at(0, scale), at(1, scale), at(2, scale), at(3, scale));
      EXPECT_NEAR(static_cast<double>(large.distance_mm), scaled(small.distance_mm), 2 * room);
    }
  }
}

TEST(Law, ScalingAZoneAndAPlaceScalesTheDistanceBetweenThem) {
  Random random(73);
  for (int i = 0; i < 100; ++i) {
    const Place centre = kAround[static_cast<size_t>(i) % kAround.size()];
    const Ring ring = star(random, centre, 12, 300, 800);
    const Place place = near(random, centre, 1'000'000);
    const auto tripled = [centre](Place one) {
      const Offset offset = offset_mm(centre, one);
      return moved(centre, {offset.east_mm * 3, offset.north_mm * 3});
    };
    const int64_t small_mm = Zone::polygons({{ring, {}}})->signed_distance_mm(place);
    const int64_t large_mm = Zone::polygons({{each(ring, tripled), {}}})->signed_distance_mm(tripled(place));
    EXPECT_NEAR(static_cast<double>(large_mm), static_cast<double>(small_mm * 3), 60) << i;
  }
}

// Near places are measured by a shorter reckoning than far ones, without a seam between the two.
TEST(Law, NearPlacesAreMeasuredAsFarOnesAre) {
  Random random(78);
  for (int i = 0; i < 20'000; ++i) {
    const Place from{static_cast<int32_t>(random.between(-889'000'000, 889'000'000)),
                     static_cast<int32_t>(random.between(-1'700'000'000, 1'700'000'000))};
    const int64_t reach_e7 = i % 3 == 0 ? 9'990'000 : i % 3 == 1 ? 100'000 : 300;
    const Place to{static_cast<int32_t>(from.lat_e7 + random.between(-reach_e7, reach_e7)),
                   static_cast<int32_t>(from.lng_e7 + random.between(-reach_e7, reach_e7))};
    EXPECT_NEAR(near_distance_m(from, to), distance_m(point_of(from), point_of(to)), 1e-6);
  }
}

TEST(Law, AWayIsNeverFartherFromAZoneThanEitherOfItsEnds) {
  Random random(74);
  for (int i = 0; i < 120; ++i) {
    const Scene made = scene(random, kAround[static_cast<size_t>(i) % kAround.size()]);
    const Zone zone = *Zone::polygons({{made.outer, {made.hole}}});
    for (size_t k = 0; k + 1 < made.people.size(); ++k) {
      const Place from = made.people[k], to = made.people[k + 1];
      const int64_t ends_mm = std::min(zone.signed_distance_mm(from), zone.signed_distance_mm(to));
      EXPECT_LE(zone.signed_distance_along_mm(from, to), ends_mm + 1);
    }
  }
}

// A walk over the way, a metre at a time. The way through a hole is outside; through the ring around it, in.
TEST(Law, AWayThroughAZoneWithAHoleIsMeasuredAsAWalkMeasuresIt) {
  Random random(75);
  for (int i = 0; i < 24; ++i) {
    const Scene made = scene(random, kAround[static_cast<size_t>(i) % kAround.size()]);
    const Zone zone = *Zone::polygons({{made.outer, {made.hole}}});
    const Place from = made.people[0], to = made.people[1];
    const int64_t steps = std::max<int64_t>(10, distance_mm(from, to) / 1'000);
    int64_t walked_mm = INT64_MAX;
    for (int64_t k = 0; k <= steps; ++k) {
      const Place here = part_of_way(from, to, static_cast<double>(k) / static_cast<double>(steps));
      walked_mm = std::min(walked_mm, zone.signed_distance_mm(here));
    }
    const int64_t along_mm = zone.signed_distance_along_mm(from, to);
    if (along_mm > 0)
      EXPECT_NEAR(static_cast<double>(along_mm), static_cast<double>(walked_mm), 550) << i;
    else
      EXPECT_GE(along_mm, walked_mm - 550) << i;
    EXPECT_EQ(along_mm <= 0, walked_mm <= 20) << i;
  }
}

// A travel area may be as large as half the Earth: the inside of a ring is its smaller side, up to the
// equator.
TEST(Law, ATravelAreaMayBeNearlyHalfTheEarth) {
  const auto parallel = [](int32_t lat_e7) {
    Ring ring;
    for (int32_t lng = -180; lng < 180; lng += 20) ring.push_back({lat_e7, lng * 10'000'000});
    return ring;
  };
  const Zone north = *Zone::polygons({{parallel(20'000'000), {}}});
  for (const Place in : {kSeoul, kUelen, kWrangel, kLongyearbyen, Place{kLatE7Max, 0}}) {
    EXPECT_TRUE(north.contains(in));
    EXPECT_LT(north.signed_distance_mm(in), 0);
  }
  EXPECT_FALSE(north.contains(kSuva));
  // From Seoul the way out is due south, to two degrees north. The edges of a ring are great circles, which
  // run up to 0.03 degrees north of the parallel.
  EXPECT_NEAR(static_cast<double>(north.signed_distance_mm(kSeoul)),
              -static_cast<double>(distance_mm(kSeoul, {20'310'000, kSeoul.lng_e7})), 5e6);
  // South of the equator the smaller side is the southern one.
  const Zone south = *Zone::polygons({{parallel(-20'000'000), {}}});
  EXPECT_TRUE(south.contains(kSuva));
  EXPECT_FALSE(south.contains(kSeoul));
}

// A country as a travel area: the largest circle that is allowed, from far inside and from the other side.
TEST(Law, TheLargestCircleIsMeasuredFromEverywhere) {
  const Zone zone = *Zone::circle(kSuva, kCircleRadiusMmMax);
  EXPECT_EQ(zone.signed_distance_mm(kSuva), -kCircleRadiusMmMax);
  EXPECT_TRUE(zone.contains({-181'416'000, -1'750'000'000}));  // across the antimeridian
  EXPECT_EQ(zone.signed_distance_mm(kSeoul), distance_mm(kSuva, kSeoul) - kCircleRadiusMmMax);
  EXPECT_FALSE(zone.contains({181'416'000, -15'581'000}));  // opposite
}

TEST(Law, ARingThatCrossesItselfIsRefusedWhereverItLies) {
  Random random(76);
  for (int i = 0; i < 200; ++i) {
    const Place centre = kAround[static_cast<size_t>(i) % kAround.size()];
    // Nearly a circle, so that any two corners changed make edges cross.
    Ring ring = star(random, centre, static_cast<int>(random.between(6, 40)), 990, 1'000);
    ASSERT_TRUE(Zone::polygons({{ring, {}}}).ok());
    const size_t at = random.below(ring.size() - 1);
    std::swap(ring[at], ring[at + 1]);
    const Result<Zone> zone = Zone::polygons({{ring, {}}});
    ASSERT_FALSE(zone.ok()) << i;
    EXPECT_NE(zone.error().field.find("polygons[0].outer"), std::string::npos) << zone.error().field;
    EXPECT_NE(zone.error().reason.find("cross"), std::string::npos) << zone.error().reason;
  }
}

// Corners are rounded to a centimetre, so a line of ten metres encloses less than a square metre or nothing.
TEST(Law, ARingOfNothingButALineIsRefusedWhereverItLies) {
  for (const Place centre : kAround) {
    Ring line;
    for (int i = 0; i < 4; ++i) line.push_back(moved(centre, {i * 3'000, i * 1'500}));
    const Result<Zone> zone = Zone::polygons({{line, {}}});
    ASSERT_FALSE(zone.ok());
    EXPECT_FALSE(zone.error().reason.empty());
  }
}

TEST(Law, TenThousandCornersAreMeasuredToTheNearestOfTheirEdgesAnywhere) {
  Random random(77);
  for (const Place centre : {kSuva, kWrangel, kLongyearbyen}) {
    const Ring ring = star(random, centre, 10'000, 4'000, 4'100);
    const Zone zone = *Zone::polygons({{ring, {}}});
    for (int i = 0; i < 6; ++i) {
      const Place place = near(random, centre, 6'000'000);
      const int64_t signed_mm = zone.signed_distance_mm(place);
      EXPECT_NEAR(static_cast<double>(std::abs(signed_mm)),
                  static_cast<double>(slow_border_mm({ring}, place, 2)), 200);
      EXPECT_EQ(signed_mm <= 0, distance_mm(centre, place) < 4'050'000) << signed_mm;
    }
  }
}

}  // namespace
}  // namespace haechi::geo
