#include "geo/near_plane.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>

namespace haechi::geo {
namespace {

constexpr double kRadiansPerE7 = std::numbers::pi / 1.8e9;
constexpr int32_t kFarE7 = 5'000'000;
constexpr int32_t kPolarE7 = 800'000'000;

}  // namespace

NearPlane::NearPlane(Place origin) : origin_(origin) {
  if (std::abs(origin.lat_e7) > kPolarE7) {
    bend_ = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  // WGS84: half the long axis, and the square of the eccentricity.
  constexpr double kSemiMajorM = 6'378'137.0, kEccentricity2 = 6.694379990141316e-3;
  const double lat = origin.lat_e7 * kRadiansPerE7;
  const double sine = std::sin(lat), w2 = 1 - kEccentricity2 * sine * sine;
  const double prime_vertical_m = kSemiMajorM / std::sqrt(w2);
  north_m_ = prime_vertical_m * (1 - kEccentricity2) / w2 * kRadiansPerE7;
  east_m_ = prime_vertical_m * std::cos(lat) * kRadiansPerE7;
  bend_ = sine * kRadiansPerE7;
}

// A parallel is shorter farther from the equator, and bends towards the pole.
NearPlane::Point NearPlane::at(Place place) const {
  const int64_t north_e7 = int64_t{place.lat_e7} - origin_.lat_e7;
  const int64_t east_e7 = int64_t{place.lng_e7} - origin_.lng_e7;
  if (std::abs(north_e7) > kFarE7 || std::abs(east_e7) > kFarE7 || std::isnan(bend_)) {
    const Offset offset = offset_mm(origin_, place);
    return {static_cast<double>(offset.east_mm) / 1'000, static_cast<double>(offset.north_mm) / 1'000};
  }
  const auto north = static_cast<double>(north_e7), east = static_cast<double>(east_e7);
  return {east * (east_m_ - north_m_ * bend_ * north),
          north * north_m_ + 0.5 * east * east * east_m_ * bend_};
}

}  // namespace haechi::geo
