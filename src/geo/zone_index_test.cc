#include "geo/zone_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "geo/zone_testing.h"

namespace haechi::geo {
namespace {

using Hits = std::vector<ZoneIndex::Hit>;

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
const Place kSeoul{375'665'000, 1'269'780'000};

Zone random_zone(Random& random, Place centre) {
  if (random.chance(0.4)) return *Zone::circle(centre, random.between(10'000, 3'000'000));
  const double size_m = random.chance(0.1) ? 8'000 : 300;
  const int corners = static_cast<int>(random.between(8, 60));
  PolygonCorners polygon{star(random, centre, corners, 0.4 * size_m, size_m), {}};
  if (random.chance(0.3)) polygon.holes.push_back(star(random, centre, 9, 0.04 * size_m, 0.09 * size_m));
  return *Zone::polygons({polygon});
}

Hits ask_all(const std::map<uint32_t, Zone>& zones, Place place) {
  Hits hits;
  for (const auto& [key, zone] : zones) hits.push_back({key, zone.signed_distance_mm(place)});
  return hits;
}

Hits at_most(Hits hits, int64_t limit_mm) {
  std::erase_if(hits, [&](const ZoneIndex::Hit& hit) { return hit.signed_distance_mm > limit_mm; });
  return hits;
}

int64_t least_between_mm(const Hits& hits, int64_t limit_mm, int64_t search_mm) {
  int64_t least_mm = kNone;
  for (const ZoneIndex::Hit& hit : hits) {
    const int64_t mm = hit.signed_distance_mm;
    if (mm > limit_mm && mm <= search_mm) least_mm = std::min(least_mm, mm);
  }
  return least_mm;
}

void compare(const ZoneIndex& index, const std::map<uint32_t, Zone>& zones, Place place, Random& random) {
  const Hits all = ask_all(zones, place);
  Hits hits;
  for (const int64_t limit_mm :
       {int64_t{-50'000}, int64_t{0}, int64_t{200'000}, random.between(0, 20'000'000)}) {
    index.within(place, limit_mm, hits);
    EXPECT_EQ(hits, at_most(all, limit_mm)) << limit_mm;
    for (const int64_t search_mm : {int64_t{300'000}, int64_t{40'000'000}}) {
      EXPECT_EQ(index.nearest_beyond_mm(place, limit_mm, search_mm),
                least_between_mm(all, limit_mm, search_mm))
          << limit_mm << ' ' << search_mm;
    }
  }
}

TEST(ZoneIndex, AgreesWithAskingEveryZone) {
  Random random(11);
  ZoneIndex index;
  std::map<uint32_t, Zone> zones;
  for (uint32_t i = 0; i < 400; ++i) {
    const uint32_t key = static_cast<uint32_t>(random.next());
    const Zone zone = random_zone(random, near(random, kSeoul, 15'000'000));
    index.put(key, zone);
    zones.insert_or_assign(key, zone);
  }
  ASSERT_EQ(index.size(), zones.size());
  for (int i = 0; i < 200; ++i) compare(index, zones, near(random, kSeoul, 17'000'000), random);
}

TEST(ZoneIndex, AgreesAfterZonesAreReplacedAndRemoved) {
  Random random(12);
  ZoneIndex index;
  std::map<uint32_t, Zone> zones;
  for (int i = 0; i < 600; ++i) {
    const uint32_t key = static_cast<uint32_t>(random.below(120));
    if (random.chance(0.4)) {
      index.remove(key);
      zones.erase(key);
    } else {
      const Zone zone = random_zone(random, near(random, kSeoul, 5'000'000));
      index.put(key, zone);
      zones.insert_or_assign(key, zone);
    }
    ASSERT_EQ(index.size(), zones.size());
    if (i % 10 == 0) compare(index, zones, near(random, kSeoul, 6'000'000), random);
  }
}

TEST(ZoneIndex, AnswersTheSameWhateverTheOrderOfPuts) {
  Random random(13);
  std::vector<Zone> zones;
  for (int i = 0; i < 100; ++i) zones.push_back(random_zone(random, near(random, kSeoul, 1'000'000)));
  ZoneIndex forwards, backwards;
  for (uint32_t i = 0; i < 100; ++i) forwards.put(i, zones[i]);
  for (uint32_t i = 100; i-- > 0;) backwards.put(i, zones[i]);
  Hits a, b;
  for (int i = 0; i < 100; ++i) {
    const Place place = near(random, kSeoul, 1'500'000);
    forwards.within(place, 500'000, a);
    backwards.within(place, 500'000, b);
    EXPECT_EQ(a, b);
    EXPECT_TRUE(std::is_sorted(a.begin(), a.end()));
  }
}

TEST(ZoneIndex, FindsAZoneExactlyAtTheLimit) {
  Random random(14);
  for (int i = 0; i < 200; ++i) {
    const Zone zone = random_zone(random, kSeoul);
    ZoneIndex index;
    index.put(7, zone);
    const Place place = near(random, kSeoul, 20'000'000);
    const int64_t mm = zone.signed_distance_mm(place);
    Hits hits;
    index.within(place, mm, hits);
    EXPECT_EQ(hits, (Hits{{7, mm}}));
    index.within(place, mm - 1, hits);
    EXPECT_TRUE(hits.empty());
    EXPECT_EQ(index.nearest_beyond_mm(place, mm - 1, kNone), mm);
    EXPECT_EQ(index.nearest_beyond_mm(place, mm, kNone), kNone);
  }
}

TEST(ZoneIndex, WorksAnywhereOnEarth) {
  Random random(15);
  ZoneIndex index;
  std::map<uint32_t, Zone> zones;
  const auto anywhere = [&] {
    return Place{static_cast<int32_t>(random.between(-kLatE7Max, kLatE7Max)),
                 static_cast<int32_t>(random.between(-kLngE7Max, kLngE7Max))};
  };
  for (uint32_t key = 0; key < 300; ++key) {
    const Zone zone = *Zone::circle(anywhere(), random.between(1, kCircleRadiusMmMax));
    index.put(key, zone);
    zones.insert_or_assign(key, zone);
  }
  std::vector<Place> polar;
  for (int32_t lng = -180; lng < 180; lng += 30) polar.push_back({700'000'000, lng * 10'000'000});
  zones.insert_or_assign(1'000, *Zone::polygons({{polar, {}}}));
  index.put(1'000, zones.at(1'000));
  Hits hits;
  for (int i = 0; i < 300; ++i) {
    const Place place = anywhere();
    for (const int64_t limit_mm : {int64_t{0}, int64_t{1'000'000'000}, int64_t{9'000'000'000}, kNone}) {
      index.within(place, limit_mm, hits);
      EXPECT_EQ(hits, at_most(ask_all(zones, place), limit_mm));
    }
  }
}

TEST(ZoneIndex, OfNothingFindsNothing) {
  ZoneIndex index;
  index.remove(3);
  Hits hits = {{1, 2}};
  index.within(kSeoul, kNone, hits);
  EXPECT_TRUE(hits.empty());
  EXPECT_EQ(index.nearest_beyond_mm(kSeoul, 0, kNone), kNone);
  EXPECT_EQ(index.size(), 0u);
}

}  // namespace
}  // namespace haechi::geo
