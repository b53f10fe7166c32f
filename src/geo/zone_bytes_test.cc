#include <gtest/gtest.h>

#include <limits>

#include "base/archive.h"
#include "geo/zone.h"

namespace haechi::geo {
namespace {

constexpr Place kSeoul{375'000'000, 1'270'000'000};

std::vector<Place> box(int32_t from_e7, int32_t until_e7) {
  const auto at = [](int32_t lat_e7, int32_t lng_e7) {
    return Place{kSeoul.lat_e7 + lat_e7, kSeoul.lng_e7 + lng_e7};
  };
  return {at(from_e7, from_e7), at(from_e7, until_e7), at(until_e7, until_e7), at(until_e7, from_e7)};
}

std::string bytes_of(const std::optional<Zone>& zone) {
  Writer out;
  write(out, zone);
  return out.take();
}

// Nothing where the bytes are refused.
std::optional<std::optional<Zone>> zone_in(const std::string& bytes) {
  Reader in(bytes);
  std::optional<Zone> zone;
  read(in, zone);
  if (in.failed()) return std::nullopt;
  return std::make_optional(zone);
}

std::string with(std::string bytes, size_t at, const auto& value) {
  Writer out;
  write(out, value);
  const std::string written = out.take();
  return bytes.replace(at, written.size(), written);
}

const Zone kRound = *Zone::circle(kSeoul, 100'000);
const Zone kAngled = *Zone::polygons({{box(0, 90'000), {box(10'000, 20'000), box(30'000, 40'000)}}});
constexpr size_t kKind = 1, kPlace = 8;  // bytes of what comes before the rest

TEST(ZoneBytes, GiveBackTheSameZone) {
  for (const Zone& zone : {kRound, kAngled}) {
    const auto again = zone_in(bytes_of(zone));
    ASSERT_TRUE(again && *again);
    EXPECT_EQ(bytes_of(*again), bytes_of(zone));
    for (const int32_t step : {-50'000, 5'000, 15'000, 35'000, 60'000, 100'000}) {
      const Place place{kSeoul.lat_e7 + step, kSeoul.lng_e7 + step};
      EXPECT_EQ((*again)->contains(place), zone.contains(place)) << step;
      EXPECT_EQ((*again)->signed_distance_mm(place), zone.signed_distance_mm(place)) << step;
    }
  }
  const auto none = zone_in(bytes_of(std::nullopt));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
}

TEST(ZoneBytes, AreRefusedWhereverTheyEndTooSoon) {
  for (const Zone& zone : {kRound, kAngled}) {
    const std::string whole = bytes_of(zone);
    for (size_t length = 0; length < whole.size(); ++length)
      EXPECT_FALSE(zone_in(whole.substr(0, length))) << length;
  }
}

TEST(ZoneBytes, AreRefusedWhereTheyAreNoZone) {
  const std::string round = bytes_of(kRound), angled = bytes_of(kAngled);
  constexpr size_t kReach = kKind + kPlace, kCap = kReach + 8, kRings = kCap + 8, kCorners = kRings + 4,
                   kCorner = kCorners + 4;
  EXPECT_FALSE(zone_in(with(round, 0, uint8_t{77}))) << "a kind of shape that there is not";
  EXPECT_FALSE(zone_in(with(round, kReach, int64_t{0}))) << "a circle without radius";
  EXPECT_FALSE(zone_in(with(angled, kKind, Place{kLatE7Max + 1, 0}))) << "a centre beyond the pole";
  EXPECT_FALSE(zone_in(with(angled, kKind, Place{-kLatE7Max - 1, 0})));
  EXPECT_FALSE(zone_in(with(angled, kKind, Place{0, kLngE7Max + 1})));
  EXPECT_FALSE(zone_in(with(angled, kKind, Place{0, -kLngE7Max - 1})));
  EXPECT_FALSE(zone_in(with(angled, kCap, -1.0)));
  EXPECT_FALSE(zone_in(with(angled, kCap, 4.5)));
  EXPECT_FALSE(zone_in(with(angled, kCap, std::numeric_limits<double>::quiet_NaN())));
  EXPECT_FALSE(zone_in(with(angled, kRings, uint32_t{0})));
  EXPECT_FALSE(zone_in(with(angled, kCorners, uint32_t{2})));
  EXPECT_FALSE(zone_in(with(angled, kCorners, uint32_t{20'001})));
  EXPECT_FALSE(zone_in(with(angled, kCorner, 7.0))) << "a corner that is not on the sphere";
}

}  // namespace
}  // namespace haechi::geo
