#include "geo/zone.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "geo/zone_testing.h"

namespace haechi::geo {
namespace {

using Rings = std::vector<std::vector<Place>>;

const Place kSeoul{375'665'000, 1'269'780'000};

Place at(int64_t east_m, int64_t north_m) {
  return moved(kSeoul, {east_m * 1000, north_m * 1000});
}

std::vector<Place> box(int64_t west_m, int64_t south_m, int64_t east_m, int64_t north_m) {
  return {at(west_m, south_m), at(east_m, south_m), at(east_m, north_m), at(west_m, north_m)};
}

std::vector<Place> reversed(std::vector<Place> ring) {
  std::reverse(ring.begin(), ring.end());
  return ring;
}

Zone zone_of(const std::vector<PolygonCorners>& polygons) {
  const Result<Zone> zone = Zone::polygons(polygons);
  ENSURE(zone.ok(), zone.error().text());
  return *zone;
}

std::string refusal(const std::vector<PolygonCorners>& polygons) {
  const Result<Zone> zone = Zone::polygons(polygons);
  return zone.ok() ? "taken" : zone.error().field + ": " + zone.error().reason;
}

double mm(int64_t value) {
  return static_cast<double>(value);
}

TEST(CircleZone, MeasuresFromItsRim) {
  const Zone zone = *Zone::circle(kSeoul, 100'000);
  EXPECT_EQ(zone.signed_distance_mm(kSeoul), -100'000);
  const Place outside = at(250, 0);
  EXPECT_EQ(zone.signed_distance_mm(outside), distance_mm(kSeoul, outside) - 100'000);
  EXPECT_TRUE(zone.contains(at(0, 99)));
  EXPECT_FALSE(zone.contains(at(0, 101)));
  EXPECT_EQ(zone.centre(), kSeoul);
  EXPECT_EQ(zone.reach_mm(), 100'000);
}

TEST(CircleZone, HoldsItsRim) {
  const Place rim = at(123, 45);
  EXPECT_TRUE(Zone::circle(kSeoul, distance_mm(kSeoul, rim))->contains(rim));
  EXPECT_FALSE(Zone::circle(kSeoul, distance_mm(kSeoul, rim) - 1)->contains(rim));
}

TEST(CircleZone, RefusesNoPlaceAndNoRadius) {
  EXPECT_EQ(Zone::circle({900'000'001, 0}, 1).error().field, "centre");
  EXPECT_EQ(Zone::circle(kSeoul, 0).error().field, "radius_mm");
  EXPECT_EQ(Zone::circle(kSeoul, -5).error().field, "radius_mm");
  EXPECT_EQ(Zone::circle(kSeoul, kCircleRadiusMmMax + 1).error().field, "radius_mm");
}

TEST(CircleZone, SeesAWayStraightThrough) {
  const Zone zone = *Zone::circle(kSeoul, 100'000);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-500, 0), at(500, 0))), -100'000, 12);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-500, 130), at(500, 130))), 30'000, 12);
  EXPECT_EQ(zone.signed_distance_along_mm(at(300, 0), at(300, 0)), zone.signed_distance_mm(at(300, 0)));
}

TEST(PolygonZone, HoldsItsCornersAndItsBorder) {
  const std::vector<Place> ring = box(-100, -100, 100, 100);
  const Zone zone = zone_of({{ring, {}}});
  for (const Place corner : ring) {
    EXPECT_EQ(zone.signed_distance_mm(corner), 0);
    EXPECT_TRUE(zone.contains(corner));
  }
  // The equator and meridians are great circles whose points are exact, so these lie on the border to the
  // last bit.
  const Zone on_equator = zone_of({{{{0, 0}, {0, 20'000}, {20'000, 20'000}, {20'000, 0}}, {}}});
  for (int32_t step = 0; step <= 20'000; step += 1'000) {
    EXPECT_EQ(on_equator.signed_distance_mm({0, step}), 0);
    EXPECT_EQ(on_equator.signed_distance_mm({step, 0}), 0);
    EXPECT_EQ(on_equator.signed_distance_mm({step, 20'000}), 0);
    EXPECT_TRUE(on_equator.contains({0, step}) && on_equator.contains({step, 0}));
    EXPECT_TRUE(on_equator.contains({step, 20'000}));
  }
  EXPECT_GT(on_equator.signed_distance_mm({-1, 500}), 0);
  EXPECT_LT(on_equator.signed_distance_mm({1, 500}), 0);
}

TEST(PolygonZone, HoldsTheBorderOfItsHoles) {
  const std::vector<Place> hole = box(-50, -50, 50, 50);
  const Zone zone = zone_of({{box(-100, -100, 100, 100), {hole}}});
  for (const Place corner : hole) EXPECT_TRUE(zone.contains(corner));
}

TEST(PolygonZone, MeasuresToTheNearestBorder) {
  const Zone zone = zone_of({{box(-100, -100, 100, 100), {}}});
  EXPECT_NEAR(mm(zone.signed_distance_mm(kSeoul)), -100'000, 12);
  EXPECT_NEAR(mm(zone.signed_distance_mm(at(90, 20))), -10'000, 15);
  EXPECT_NEAR(mm(zone.signed_distance_mm(at(350, 0))), 250'000, 15);
  EXPECT_NEAR(mm(zone.signed_distance_mm(at(130, 140))), 50'000, 15);
}

TEST(PolygonZone, IsOutsideInItsHolesAndInsideOnTheirIslands) {
  const Zone zone =
      zone_of({{box(-100, -100, 100, 100), {box(-50, -50, 50, 50)}}, {box(-10, -10, 10, 10), {}}});
  EXPECT_NEAR(mm(zone.signed_distance_mm(at(30, 0))), 20'000, 15);
  EXPECT_NEAR(mm(zone.signed_distance_mm(at(75, 0))), -25'000, 15);
  EXPECT_NEAR(mm(zone.signed_distance_mm(kSeoul)), -10'000, 15);
}

TEST(PolygonZone, IsTheSameForEitherWinding) {
  Random random(6);
  const std::vector<Place> outer = star(random, kSeoul, 30, 400, 900);
  const std::vector<Place> hole = star(random, kSeoul, 12, 100, 200);
  const Zone zones[] = {zone_of({{outer, {hole}}}), zone_of({{reversed(outer), {hole}}}),
                        zone_of({{outer, {reversed(hole)}}}), zone_of({{reversed(outer), {reversed(hole)}}})};
  for (int i = 0; i < 500; ++i) {
    const Place place = near(random, kSeoul, 1'200'000);
    for (const Zone& zone : zones) {
      EXPECT_EQ(zone.signed_distance_mm(place), zones[0].signed_distance_mm(place));
    }
  }
}

TEST(PolygonZone, AgreesWithSlowAnswers) {
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    const Place centre = {static_cast<int32_t>(random.between(-600'000'000, 600'000'000)),
                          static_cast<int32_t>(random.between(-1'700'000'000, 1'700'000'000))};
    const int corners = static_cast<int>(random.between(3, 70));
    PolygonCorners polygon{star(random, centre, corners, 400, 900), {}};
    Rings rings = {polygon.outer};
    // The chord between two corners of a triangle may pass the centre; more corners leave room for a hole.
    if (corners >= 8) {
      polygon.holes.push_back(star(random, centre, 9, 40, 90));
      rings.push_back(polygon.holes[0]);
    }
    const Zone zone = zone_of({polygon});
    for (int k = 0; k < 8; ++k) {
      const Place place = near(random, centre, 1'000'000);
      const int64_t border_mm = slow_border_mm(rings, place, 40);
      const int64_t signed_mm = zone.signed_distance_mm(place);
      // The slow one looks at places rounded to 11 mm.
      EXPECT_NEAR(mm(std::abs(signed_mm)), mm(border_mm), 12);
      EXPECT_EQ(zone.contains(place), signed_mm <= 0);
      if (border_mm > 100) {
        EXPECT_EQ(zone.contains(place), slow_contains(rings, place)) << i << ' ' << k;
      }
      EXPECT_LE(distance_mm(zone.centre(), place), zone.reach_mm() + std::max<int64_t>(0, signed_mm) + 1);
    }
  }
}

TEST(PolygonZone, FindsTheEdgeNearestInMetresNotInAngle) {
  // Seen from the middle, the northern edge is nearer by angle and the eastern one in metres, or the other
  // way round, because a radian of the meridian is shorter than one across it.
  Random random(8);
  for (int i = 0; i < 40; ++i) {
    const int64_t east_m = 5'000 + random.between(-40, 40);
    const std::vector<Place> ring = box(-5'000, -5'000, east_m, 5'000);
    const Place place = at(random.between(-30, 30), random.between(-30, 30));
    EXPECT_NEAR(mm(-zone_of({{ring, {}}}).signed_distance_mm(place)), mm(slow_border_mm({ring}, place, 300)),
                12);
  }
}

TEST(PolygonZone, MayLieAcrossTheAntimeridian) {
  const Zone zone = zone_of({{{{100'000'000, 1'790'000'000},
                               {100'000'000, -1'790'000'000},
                               {110'000'000, -1'790'000'000},
                               {110'000'000, 1'790'000'000}},
                              {}}});
  EXPECT_TRUE(zone.contains({105'000'000, 1'799'999'999}));
  EXPECT_TRUE(zone.contains({105'000'000, kLngE7Max}));
  EXPECT_TRUE(zone.contains({105'000'000, -1'795'000'000}));
  EXPECT_FALSE(zone.contains({105'000'000, 0}));
  EXPECT_FALSE(zone.contains({105'000'000, 1'780'000'000}));
  EXPECT_LT(zone.reach_mm(), 160'000'000);
  EXPECT_LT(zone.signed_distance_along_mm({105'000'000, 1'780'000'000}, {105'000'000, -1'780'000'000}),
            -50'000'000);
}

TEST(PolygonZone, MayHoldAPole) {
  std::vector<Place> ring;
  for (int32_t lng = -180; lng < 180; lng += 30) ring.push_back({-800'000'000, lng * 10'000'000});
  const Zone zone = zone_of({{ring, {}}});
  EXPECT_TRUE(zone.contains({-kLatE7Max, 0}));
  EXPECT_TRUE(zone.contains({-850'000'000, 1'234'567'890}));
  EXPECT_FALSE(zone.contains({-700'000'000, 1'234'567'890}));
  EXPECT_FALSE(zone.contains({kLatE7Max, 0}));
  EXPECT_LT(zone.signed_distance_mm({-kLatE7Max, 0}), -1'000'000'000);
}

TEST(PolygonZone, MayHaveTenThousandCorners) {
  Random random(9);
  const Rings rings = {star(random, kSeoul, 10'000, 4'000, 4'500)};
  const Zone zone = zone_of({{rings[0], {}}});
  for (int i = 0; i < 20; ++i) {
    const Place place = near(random, kSeoul, 5'000'000);
    const int64_t border_mm = slow_border_mm(rings, place, 1);
    EXPECT_LE(std::abs(zone.signed_distance_mm(place)), border_mm + 1);
    EXPECT_GE(std::abs(zone.signed_distance_mm(place)), border_mm - 300'000);
    EXPECT_EQ(zone.contains(place), slow_contains(rings, place));
  }
  EXPECT_TRUE(zone.contains(rings[0][5'000]));
}

TEST(PolygonZone, RefusesDegenerateRingsAndSaysWhy) {
  const std::vector<Place> good = box(-100, -100, 100, 100);
  EXPECT_EQ(refusal({}), "polygons: is empty");
  EXPECT_EQ(refusal({{{}, {}}}), "polygons[0].outer: has fewer than 3 corners");
  EXPECT_EQ(refusal({{good, {}}, {{kSeoul, at(500, 0)}, {}}}), "polygons[1].outer: has fewer than 3 corners");
  EXPECT_EQ(refusal({{{at(0, 0), {0, 1'800'000'001}, at(5, 5)}, {}}}),
            "polygons[0].outer[1]: is not a place on Earth");
  EXPECT_EQ(refusal({{{at(0, 0), at(9, 0), at(9, 9), at(0, 0)}, {}}}),
            "polygons[0].outer[3]: repeats the first corner: rings close themselves");
  EXPECT_EQ(refusal({{{at(0, 0), at(9, 0), at(9, 9), at(9, 0), at(0, 9)}, {}}}),
            "polygons[0].outer[3]: repeats corner 1");
  EXPECT_EQ(refusal({{{at(0, 0), at(9, 0), at(0, 0), at(0, 9)}, {}}}),
            "polygons[0].outer[2]: repeats corner 0");
  EXPECT_EQ(refusal({{{at(0, 0), at(9, 9), at(9, 0), at(0, 9)}, {}}}).substr(0, 33),
            "polygons[0].outer: crosses itself");
  EXPECT_EQ(refusal({{{{0, 0}, {0, 50'000}, {0, 90'000}}, {}}}),
            "polygons[0].outer: encloses less than 1 square metre");
  EXPECT_EQ(refusal({{{{0, 0}, {900'000, 900'000'001}, {900'000, 0}}, {}}}),
            "polygons[0].outer: has an edge longer than a quarter of the way round the Earth");
  EXPECT_EQ(refusal({{std::vector<Place>(kCornersMax + 1, kSeoul), {}}}),
            "polygons: has more than 20000 corners");
}

TEST(PolygonZone, RefusesHolesThatAreNone) {
  const std::vector<Place> outer = box(-100, -100, 100, 100);
  const std::vector<Place> hole = box(-50, -50, 0, 0);
  EXPECT_EQ(refusal({{outer, {hole, box(150, 150, 180, 180)}}}),
            "polygons[0].holes[1]: is not inside its outer ring");
  EXPECT_EQ(refusal({{outer, {box(50, 50, 150, 90)}}}), "polygons[0].holes[0]: is not inside its outer ring");
  EXPECT_EQ(refusal({{outer, {box(-200, -200, 200, 200)}}}),
            "polygons[0].holes[0]: is not inside its outer ring");
  EXPECT_EQ(refusal({{outer, {hole, box(-20, -20, 30, 30)}}}),
            "polygons[0].holes[1]: overlaps polygons[0].holes[0]");
  EXPECT_EQ(refusal({{outer, {hole, box(-40, -40, -10, -10)}}}),
            "polygons[0].holes[1]: overlaps polygons[0].holes[0]");
  EXPECT_EQ(refusal({{outer, {hole, hole}}}), "polygons[0].holes[1]: overlaps polygons[0].holes[0]");
  EXPECT_EQ(refusal({{outer, {outer}}}), "polygons[0].holes[0]: shares an edge with polygons[0].outer");
}

TEST(PolygonZone, MayHaveHolesThatAreApartAndIslandsInThem) {
  const std::vector<Place> outer = box(-100, -100, 100, 100), hole = box(-50, -50, 0, 0);
  const std::vector<Place> island = box(-40, -40, -10, -10);
  EXPECT_EQ(refusal({{outer, {hole, box(20, 20, 50, 50)}}}), "taken");
  EXPECT_EQ(refusal({{outer, {hole}}, {island, {}}}), "taken");
  EXPECT_EQ(refusal({{island, {}}, {outer, {hole}}}), "taken");
  EXPECT_EQ(refusal({{outer, {{at(0, 0), at(1, 1)}}}}), "polygons[0].holes[0]: has fewer than 3 corners");
}

TEST(PolygonZone, RefusesPolygonsThatOverlapOrShareAnEdge) {
  const std::vector<Place> left = box(-100, -100, 0, 100);
  EXPECT_EQ(refusal({{left, {}}, {box(-50, -50, 50, 50), {}}}), "polygons[1]: overlaps polygons[0]");
  EXPECT_EQ(refusal({{left, {}}, {box(-50, -50, -10, 50), {}}}), "polygons[1]: overlaps polygons[0]");
  const std::vector<Place> right = {left[1], at(100, -100), at(100, 100), left[2]};
  EXPECT_EQ(refusal({{left, {}}, {right, {}}}), "polygons[1].outer: shares an edge with polygons[0].outer");
  EXPECT_EQ(refusal({{left, {}}, {{left[1], at(100, -100), at(100, 0)}, {}}}), "taken");
}

TEST(PolygonZone, SeesAWayStraightThrough) {
  const Zone zone = zone_of({{box(-100, -100, 100, 100), {}}});
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-900, 0), at(900, 0))), -100'000, 30);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-900, 90), at(900, 90))), -10'000, 30);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-900, 140), at(900, 140))), 40'000, 30);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-900, -900), at(-130, -140))), 50'000, 30);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(at(-50, 0), at(70, 0))), -100'000, 30);
}

TEST(PolygonZone, SeesAWayThatCutsACornerByCentimetres) {
  const Zone zone = zone_of({{box(-100, -100, 100, 100), {}}});
  // The way crosses 5 cm (east and north) inside the corner; 10 km of it lie outside.
  const Place from = moved(kSeoul, {100'000 - 50 - 5'000'000, 100'000 - 50 + 5'000'000});
  const Place to = moved(kSeoul, {100'000 - 50 + 5'000'000, 100'000 - 50 - 5'000'000});
  const int64_t depth_mm = zone.signed_distance_along_mm(from, to);
  EXPECT_LT(depth_mm, 0);
  EXPECT_GT(depth_mm, -80);
}

TEST(PolygonZone, AgreesWithWalkingTheWay) {
  Random random(10);
  constexpr int kSteps = 2'000;
  for (int i = 0; i < 80; ++i) {
    const int corners = random.chance(0.5) ? 12 : 90;
    const Zone zone = zone_of({{star(random, kSeoul, corners, 300, 900), {star(random, kSeoul, 9, 40, 90)}}});
    const Place from = near(random, kSeoul, 1'500'000);
    const Place to = near(random, kSeoul, 1'500'000);
    int64_t walked_mm = std::numeric_limits<int64_t>::max();
    for (int k = 0; k <= kSteps; ++k) {
      walked_mm = std::min(walked_mm, zone.signed_distance_mm(part_way(from, to, double(k) / kSteps)));
    }
    const int64_t along_mm = zone.signed_distance_along_mm(from, to);
    const int64_t step_mm = distance_mm(from, to) / kSteps + 12;
    EXPECT_GE(along_mm, walked_mm - step_mm) << i;
    if (walked_mm > 0) {
      EXPECT_LE(along_mm, walked_mm + 8) << i;  // the places walked are rounded
    } else {
      EXPECT_LE(along_mm, 0) << i;
      EXPECT_LE(along_mm, walked_mm + distance_mm(from, to) / 32) << i;
    }
  }
}

TEST(PolygonZone, SeesAWayThatStartsAtACorner) {
  const std::vector<Place> ring = box(-100, -100, 100, 100);
  const Zone zone = zone_of({{ring, {}}});
  EXPECT_EQ(zone.signed_distance_along_mm(ring[0], at(-500, -500)), 0);
  EXPECT_NEAR(mm(zone.signed_distance_along_mm(ring[0], ring[2])), -100'000, 30);
}

}  // namespace
}  // namespace haechi::geo
