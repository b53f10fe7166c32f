#include "geo/place.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "geo/sphere.h"

namespace haechi::geo {

Result<Place> place_from_degrees(double lat, double lng) {
  if (!std::isfinite(lat)) return invalid("lat", "is not a number");
  if (!std::isfinite(lng)) return invalid("lng", "is not a number");
  if (lat < -90.0 || lat > 90.0) return invalid("lat", "is outside -90..90 degrees");
  if (lng < -180.0 || lng > 180.0) return invalid("lng", "is outside -180..180 degrees");
  if (lat == 0.0 && lng == 0.0) return invalid("", "(0, 0) is what a device without a position sends");
  Place place{static_cast<int32_t>(std::lround(lat * 1e7)), static_cast<int32_t>(std::lround(lng * 1e7))};
  if (place.lng_e7 == kLngE7Max) place.lng_e7 = -kLngE7Max;
  return place;
}

double lat_degrees(Place place) {
  return place.lat_e7 / 1e7;
}
double lng_degrees(Place place) {
  return place.lng_e7 / 1e7;
}

int64_t distance_mm(Place a, Place b) {
  constexpr int64_t kNearE7 = 10'000'000;
  constexpr int32_t kPolarE7 = 890'000'000;
  const int64_t north_e7 = int64_t{b.lat_e7} - a.lat_e7, east_e7 = int64_t{b.lng_e7} - a.lng_e7;
  if (std::abs(north_e7) < kNearE7 && std::abs(east_e7) < kNearE7 && std::abs(a.lat_e7) < kPolarE7)
    return mm_of(near_distance_m(a, b));
  return mm_of(distance_m(point_of(a), point_of(b)));
}

int64_t distance_mm_max(Place a, Place b) {
  const int64_t east_e7 = std::abs(int64_t{b.lng_e7} - a.lng_e7);
  return 12 * (std::abs(int64_t{b.lat_e7} - a.lat_e7) + std::min(east_e7, int64_t{2} * kLngE7Max - east_e7));
}

int32_t bearing_cdeg(Place from, Place to) {
  const Plane plane = plane_of(Frame(from), point_of(to));
  if (plane.east_m == 0 && plane.north_m == 0) return 0;
  const double degrees = std::atan2(plane.east_m, plane.north_m) * (180.0 / std::numbers::pi);
  const int32_t cdeg = static_cast<int32_t>(std::lround(degrees * 100.0));
  return (cdeg + 36'000) % 36'000;
}

Offset offset_mm(Place origin, Place place) {
  const Plane plane = plane_of(Frame(origin), point_of(place));
  return {mm_of(plane.east_m), mm_of(plane.north_m)};
}

Place moved(Place origin, Offset by) {
  const Plane at{static_cast<double>(by.east_mm) / 1000.0, static_cast<double>(by.north_mm) / 1000.0};
  return place_of(point_at(Frame(origin), at));
}

}  // namespace haechi::geo
