// What geometry costs: a pair's distance, a zone's side and border, an index of many zones.
#include <benchmark/benchmark.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "geo/place.h"
#include "geo/segment.h"
#include "geo/zone.h"
#include "geo/zone_index.h"

namespace haechi::geo {
namespace {

const Place kSeoul{375'665'000, 1'269'780'000};
constexpr int64_t kRegionMm = 60'000'000;  // zones lie in a square of 120 km

Place random_place(Random& random, int64_t reach_mm) {
  const int64_t east_mm = random.between(-reach_mm, reach_mm);
  return moved(kSeoul, {east_mm, random.between(-reach_mm, reach_mm)});
}

std::vector<Place> places(int64_t reach_mm) {
  Random random(21);
  std::vector<Place> out;
  for (int i = 0; i < 4'096; ++i) out.push_back(random_place(random, reach_mm));
  return out;
}

Zone polygon(Random& random, Place centre, int corners, double radius_m) {
  std::vector<Place> ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * (i + 0.2 + 0.6 * random.unit()) / corners;
    const double radius_mm = radius_m * (700 + 300 * random.unit());
    ring.push_back(moved(
        centre, {std::llround(radius_mm * std::cos(angle)), std::llround(radius_mm * std::sin(angle))}));
  }
  return *Zone::polygons({{ring, {}}});
}

// Two of five a circle of 100 m, as around a school; the others polygons of 8 to 40 corners.
ZoneIndex index_of(int64_t zones) {
  Random random(22);
  ZoneIndex index;
  for (uint32_t key = 0; key < zones; ++key) {
    const Place centre = random_place(random, kRegionMm);
    const int corners = static_cast<int>(random.between(8, 40));
    index.put(key, random.chance(0.4) ? *Zone::circle(centre, 100'000)
                                      : polygon(random, centre, corners, 50 + 450 * random.unit()));
  }
  return index;
}

void Distance(benchmark::State& state) {
  const std::vector<Place> at = places(2'000'000);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(distance_mm(at[i & 4'095], at[(i + 1) & 4'095]));
    ++i;
  }
}
BENCHMARK(Distance);

void ClosestApproach(benchmark::State& state) {
  const std::vector<Place> at = places(2'000'000);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        closest_approach(at[i & 4'095], at[(i + 1) & 4'095], at[(i + 2) & 4'095], at[(i + 3) & 4'095]));
    ++i;
  }
}
BENCHMARK(ClosestApproach);

void PolygonSignedDistance(benchmark::State& state) {
  Random random(23);
  const Zone zone = polygon(random, kSeoul, static_cast<int>(state.range(0)), 1'000);
  const std::vector<Place> at = places(1'500'000);
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(zone.signed_distance_mm(at[i++ & 4'095]));
}
BENCHMARK(PolygonSignedDistance)->Arg(8)->Arg(40)->Arg(200)->Arg(10'000);

void PolygonContains(benchmark::State& state) {
  Random random(23);
  const Zone zone = polygon(random, kSeoul, static_cast<int>(state.range(0)), 1'000);
  const std::vector<Place> at = places(1'500'000);
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(zone.contains(at[i++ & 4'095]));
}
BENCHMARK(PolygonContains)->Arg(8)->Arg(40)->Arg(200)->Arg(10'000);

void PolygonAlong(benchmark::State& state) {
  Random random(23);
  const Zone zone = polygon(random, kSeoul, static_cast<int>(state.range(0)), 1'000);
  const std::vector<Place> at = places(3'000'000);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(zone.signed_distance_along_mm(at[i & 4'095], at[(i + 1) & 4'095]));
    ++i;
  }
}
BENCHMARK(PolygonAlong)->Arg(8)->Arg(40)->Arg(200);

void IndexWithin(benchmark::State& state) {
  const ZoneIndex index = index_of(state.range(0));
  const std::vector<Place> at = places(kRegionMm);
  std::vector<ZoneIndex::Hit> hits;
  size_t i = 0;
  size_t found = 0;
  for (auto _ : state) {
    index.within(at[i++ & 4'095], state.range(1), hits);
    found += hits.size();
  }
  state.counters["hits"] = static_cast<double>(found) / static_cast<double>(i);
}
BENCHMARK(IndexWithin)
    ->Args({10'000, 0})
    ->Args({10'000, 200'000})
    ->Args({100'000, 0})
    ->Args({100'000, 200'000});

void IndexNearestBeyond(benchmark::State& state) {
  const ZoneIndex index = index_of(state.range(0));
  const std::vector<Place> at = places(kRegionMm);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(index.nearest_beyond_mm(at[i++ & 4'095], 0, 20'000'000));
  }
}
BENCHMARK(IndexNearestBeyond)->Arg(10'000);

void IndexBuild(benchmark::State& state) {
  Random random(24);
  std::vector<Zone> zones;
  for (int64_t i = 0; i < state.range(0); ++i)
    zones.push_back(polygon(random, random_place(random, kRegionMm), 24, 300));
  for (auto _ : state) {
    ZoneIndex index;
    for (uint32_t key = 0; key < zones.size(); ++key) index.put(key, zones[key]);
    benchmark::DoNotOptimize(index.size());
  }
}
BENCHMARK(IndexBuild)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haechi::geo

BENCHMARK_MAIN();
