#include "trust/coarse.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace haechi::trust {
namespace {

constexpr double kMetresPerE7 = 0.0111195;
constexpr int64_t kPoleE7 = 900'000'000, kHalfTurnE7 = 1'800'000'000;
constexpr double kNarrowest = 0.01;  // of a circle of latitude, beside the equator: nobody lives farther out

static_assert((kCoarseShiftMaxM + kCoarseCellM * std::numbers::sqrt2 / 2) * 1000 < kCoarseAccuracyMm);

// How one person's squares lie, and how he is moved.
struct Way {
  double east_m, north_m, shift_m, angle;
};

double unit(const Digest& digest, size_t part) {
  uint64_t bits = 0;
  std::memcpy(&bits, digest.data() + part * sizeof bits, sizeof bits);
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

Way way_of(const CoarseSecret& secret, const std::string& person_id) {
  const Digest digest = secret.hmac("coarse place of " + person_id);
  return {unit(digest, 0) * kCoarseCellM, unit(digest, 1) * kCoarseCellM,
          kCoarseShiftMinM + unit(digest, 2) * (kCoarseShiftMaxM - kCoarseShiftMinM),
          unit(digest, 3) * 2 * std::numbers::pi};
}

double middle_of(double value_m, double start_m) {
  return start_m + (std::floor((value_m - start_m) / kCoarseCellM) + 0.5) * kCoarseCellM;
}

}  // namespace

v1::Place CoarsePlaces::of(const std::string& person_id, const v1::Place& place) const {
  const Way way = way_of(secret_, person_id);
  const double north_m = middle_of(place.lat_e7() * kMetresPerE7, way.north_m);
  // One width for a whole row of squares, so that what is in one square stays in it.
  const double latitude = north_m / kMetresPerE7 / 1e7 * std::numbers::pi / 180;
  const double e7_m = kMetresPerE7 * std::max(std::cos(latitude), kNarrowest);
  const double east_m = middle_of(place.lng_e7() * e7_m, way.east_m);
  const int64_t lat = std::llround((north_m + way.shift_m * std::sin(way.angle)) / kMetresPerE7);
  int64_t lng = std::llround((east_m + way.shift_m * std::cos(way.angle)) / e7_m);
  if (lng > kHalfTurnE7) lng -= 2 * kHalfTurnE7;
  if (lng < -kHalfTurnE7) lng += 2 * kHalfTurnE7;
  v1::Place out;
  out.set_lat_e7(static_cast<int32_t>(std::clamp(lat, -kPoleE7, kPoleE7)));
  out.set_lng_e7(static_cast<int32_t>(lng));
  return out;
}

v1::Fix CoarsePlaces::of(const std::string& person_id, const v1::Fix& fix) const {
  v1::Fix out;
  out.set_fixed_at_us(fix.fixed_at_us());
  *out.mutable_place() = of(person_id, fix.place());
  out.set_accuracy_mm(std::max(fix.accuracy_mm(), kCoarseAccuracyMm));
  return out;
}

}  // namespace haechi::trust
