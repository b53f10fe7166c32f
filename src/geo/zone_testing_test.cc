#include "geo/zone_testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace haechi::geo {
namespace {

using Vector = std::array<double, 3>;

Vector vector_of(Place place) {
  const double lat = lat_degrees(place) * std::numbers::pi / 180;
  const double lng = lng_degrees(place) * std::numbers::pi / 180;
  return {std::cos(lat) * std::cos(lng), std::cos(lat) * std::sin(lng), std::sin(lat)};
}

}  // namespace

std::vector<Place> star(Random& random, Place centre, int corners, double radius_m_min, double radius_m_max) {
  std::vector<Place> ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * (i + 0.2 + 0.6 * random.unit()) / corners;
    const double radius_mm = 1000 * (radius_m_min + (radius_m_max - radius_m_min) * random.unit());
    ring.push_back(moved(
        centre, {std::llround(radius_mm * std::cos(angle)), std::llround(radius_mm * std::sin(angle))}));
  }
  return ring;
}

Place near(Random& random, Place place, int64_t reach_mm) {
  const int64_t east_mm = random.between(-reach_mm, reach_mm);
  return moved(place, {east_mm, random.between(-reach_mm, reach_mm)});
}

Place part_way(Place from, Place to, double fraction) {
  const Vector a = vector_of(from), b = vector_of(to);
  const double angle = std::acos(std::clamp(a[0] * b[0] + a[1] * b[1] + a[2] * b[2], -1.0, 1.0));
  // Chords of short ways: the arc and the chord differ by less than a millimetre in position along a 50 km
  // way.
  const double weight_a = angle < 1e-2 ? 1 - fraction : std::sin((1 - fraction) * angle) / std::sin(angle);
  const double weight_b = angle < 1e-2 ? fraction : std::sin(fraction * angle) / std::sin(angle);
  Vector p;
  for (size_t i = 0; i < 3; ++i) p[i] = weight_a * a[i] + weight_b * b[i];
  return {
      static_cast<int32_t>(std::lround(std::atan2(p[2], std::hypot(p[0], p[1])) * 1.8e9 / std::numbers::pi)),
      static_cast<int32_t>(std::lround(std::atan2(p[1], p[0]) * 1.8e9 / std::numbers::pi))};
}

int64_t slow_border_mm(const std::vector<std::vector<Place>>& rings, Place place, int steps) {
  int64_t best_mm = std::numeric_limits<int64_t>::max();
  for (const auto& ring : rings) {
    for (size_t i = 0; i < ring.size(); ++i) {
      const Place a = ring[i], b = ring[(i + 1) % ring.size()];
      const auto at_mm = [&](double fraction) { return distance_mm(place, part_way(a, b, fraction)); };
      int nearest = 0;
      for (int k = 1; k <= steps; ++k) {
        if (at_mm(double(k) / steps) < at_mm(double(nearest) / steps)) nearest = k;
      }
      best_mm = std::min(best_mm, at_mm(double(nearest) / steps));
      for (int k = -steps; k <= steps; ++k) {
        const double fraction = (nearest + double(k) / steps) / steps;
        if (fraction >= 0 && fraction <= 1) best_mm = std::min(best_mm, at_mm(fraction));
      }
    }
  }
  return best_mm;
}

bool slow_contains(const std::vector<std::vector<Place>>& rings, Place place) {
  bool inside = false;
  for (const auto& ring : rings) {
    for (size_t i = 0; i < ring.size(); ++i) {
      const Place a = ring[i], b = ring[(i + 1) % ring.size()];
      if ((a.lat_e7 > place.lat_e7) == (b.lat_e7 > place.lat_e7)) continue;
      const double lng = a.lng_e7 + (double(place.lat_e7) - a.lat_e7) * (double(b.lng_e7) - a.lng_e7) /
                                        (double(b.lat_e7) - a.lat_e7);
      if (place.lng_e7 < lng) inside = !inside;
    }
  }
  return inside;
}

TEST(SlowAnswers, KnowASquare) {
  const std::vector<std::vector<Place>> square = {{{0, 0}, {0, 10'000}, {10'000, 10'000}, {10'000, 0}}};
  EXPECT_TRUE(slow_contains(square, {5'000, 5'000}));
  EXPECT_FALSE(slow_contains(square, {5'000, 15'000}));
  EXPECT_NEAR(static_cast<double>(slow_border_mm(square, {1'000, 5'000}, 100)), 11'057, 12);
}

}  // namespace haechi::geo
