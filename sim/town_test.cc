#include "sim/town.h"

#include <gtest/gtest.h>

#include <set>

#include "geo/zone.h"
#include "sim/stations.h"
#include "sim/voronoi.h"

namespace haechi::sim {
namespace {

TownOptions options(uint64_t seed) {
  return {.seed = seed, .now = Time{1'773'446'112'000'000}, .outside_agency_id = {}};
}

TEST(Town, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const Town a = make_town(options(7)), b = make_town(options(7)), c = make_town(options(8));
  ASSERT_EQ(a.registrations.size(), b.registrations.size());
  for (size_t i = 0; i < a.registrations.size(); ++i)
    ASSERT_EQ(a.registrations[i].SerializeAsString(), b.registrations[i].SerializeAsString());
  EXPECT_NE(a.wearers[0].walker.place(), c.wearers[0].walker.place());
}

TEST(Town, HasFortyWearersFortyProtectedPersonsAndSixtyUnits) {
  const Town town = make_town(options(1));
  EXPECT_EQ(town.wearers.size(), 40u);
  EXPECT_EQ(town.protected_persons.size(), 40u);
  EXPECT_EQ(town.units.size(), 60u);
}

TEST(Town, KeepsEachPairApartForADay) {
  Town town = make_town(options(3));
  for (int minute = 0; minute < 24 * 60; ++minute) {
    for (size_t i = 0; i < town.wearers.size(); ++i) {
      town.wearers[i].walker.advance(Duration::seconds(60));
      town.protected_persons[i].walker.advance(Duration::seconds(60));
      ASSERT_GT(geo::distance_mm(town.wearers[i].walker.place(), town.protected_persons[i].walker.place()),
                2'500'000)
          << i << " at minute " << minute;
    }
  }
}

TEST(Voronoi, EveryPlaceOfTheLandBelongsToItsNearestStation) {
  std::vector<geo::Place> points;
  for (const Station& station : stations()) points.push_back(station.place());
  const auto areas = nearest_areas(points, land_outline());
  std::vector<geo::Zone> zones;
  for (const auto& outlines : areas) {
    std::vector<geo::PolygonCorners> polygons;
    for (const Outline& outline : outlines) polygons.push_back({outline, {}});
    auto zone = geo::Zone::polygons(polygons);
    ASSERT_TRUE(zone.ok()) << zone.error().text();
    zones.push_back(*zone);
  }
  Random random(5);
  int inside = 0;
  for (int i = 0; i < 2'000; ++i) {
    const geo::Place place{static_cast<int32_t>(random.between(370'000'000, 381'000'000)),
                           static_cast<int32_t>(random.between(1'266'000'000, 1'276'000'000))};
    size_t nearest = 0;
    std::set<int64_t> distances;
    for (size_t s = 0; s < points.size(); ++s) {
      distances.insert(geo::distance_mm(place, points[s]));
      if (geo::distance_mm(place, points[s]) < geo::distance_mm(place, points[nearest])) nearest = s;
    }
    // Near a border the plane's and the ellipsoid's answers may differ by a percent.
    if (*std::next(distances.begin()) - *distances.begin() < *distances.begin() / 50) continue;
    for (size_t s = 0; s < zones.size(); ++s) {
      if (!zones[s].contains(place)) continue;
      ++inside;
      EXPECT_EQ(s, nearest) << place.lat_e7 << ' ' << place.lng_e7;
    }
  }
  EXPECT_GT(inside, 800);
}

TEST(Voronoi, EveryStationStandsInItsOwnArea) {
  std::vector<geo::Place> points;
  for (const Station& station : stations()) points.push_back(station.place());
  const auto areas = nearest_areas(points, land_outline());
  for (size_t i = 0; i < areas.size(); ++i) {
    std::vector<geo::PolygonCorners> polygons;
    for (const Outline& outline : areas[i]) polygons.push_back({outline, {}});
    const auto zone = geo::Zone::polygons(polygons);
    ASSERT_TRUE(zone.ok()) << stations()[i].id << ' ' << zone.error().text();
    EXPECT_TRUE(zone->contains(points[i])) << stations()[i].id;
  }
}

TEST(Walker, GoesWhereItIsCalledAndStaysThere) {
  Walker walker({.home = {375'000'000, 1'270'000'000}}, Random(4));
  const geo::Place there = geo::moved({375'000'000, 1'270'000'000}, {3'000'000, 1'000'000});
  walker.go_to(there, 16'000);
  for (int second = 0; second < 600 && !walker.arrived(); ++second) walker.advance(Duration::seconds(1));
  ASSERT_TRUE(walker.arrived());
  walker.advance(Duration::seconds(600));
  EXPECT_LT(geo::distance_mm(walker.place(), there), 1'000);
}

}  // namespace
}  // namespace haechi::sim
