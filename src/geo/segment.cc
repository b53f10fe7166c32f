#include "geo/segment.h"

#include <algorithm>
#include <cmath>

#include "geo/sphere.h"

namespace haechi::geo {
namespace {

// What stands between the two at the first and at the last instant, as straight lines through the Earth. Most
// pairs are far apart and move little: then they are nearest at an end, which these lines show without a
// plane. They bend away from the ground's by less than the room left here, far beyond any distance that
// matters.
bool nearest_at_an_end(const S2Point& first, const S2Point& last) {
  constexpr double kRoom = 0.1;
  constexpr double kChordMax = 0.02;  // 127 km
  const S2Point change = last - first;
  const double change2 = change.Norm2();
  const double along = -first.DotProd(change);
  return first.Norm2() < kChordMax * kChordMax && (along < -kRoom * change2 || along > (1 + kRoom) * change2);
}

}  // namespace

Approach closest_approach(Place a0, Place a1, Place b0, Place b1) {
  const S2Point points[] = {point_of(a0), point_of(a1), point_of(b0), point_of(b1)};
  Approach best{mm_of(distance_m(points[0], points[2])), 0.0};
  const int64_t last_mm = mm_of(distance_m(points[1], points[3]));
  if (nearest_at_an_end(points[2] - points[0], points[3] - points[1])) {
    if (last_mm < best.distance_mm) best = {last_mm, 1.0};
    return best;
  }
  // The plane touches the Earth in the middle of the four, where it is truest. Summed so that swapping the
  // two people changes no bit.
  const S2Point middle = (points[0] + points[2]) + (points[1] + points[3]);
  const Frame frame(middle.Norm2() > 1e-12 ? place_of(middle.Normalize()) : a0);
  const auto difference = [&](const S2Point& a, const S2Point& b) {
    const Plane from = plane_of(frame, a);
    const Plane to = plane_of(frame, b);
    return Plane{to.east_m - from.east_m, to.north_m - from.north_m};
  };
  const Plane first = difference(points[0], points[2]);
  const Plane last = difference(points[1], points[3]);
  const Plane change{last.east_m - first.east_m, last.north_m - first.north_m};

  const double change2 = change.east_m * change.east_m + change.north_m * change.north_m;
  if (change2 > 0) {
    const double fraction =
        std::clamp(-(first.east_m * change.east_m + first.north_m * change.north_m) / change2, 0.0, 1.0);
    const double east_m = first.east_m + fraction * change.east_m;
    const double north_m = first.north_m + fraction * change.north_m;
    const int64_t between_mm = mm_of(std::sqrt(east_m * east_m + north_m * north_m));
    if (fraction > 0 && between_mm < best.distance_mm) best = {between_mm, fraction};
  }
  if (last_mm < best.distance_mm) best = {last_mm, 1.0};
  return best;
}

Place part_of_way(Place from, Place to, double fraction) {
  if (fraction <= 0) return from;
  const S2Point a = point_of(from), b = point_of(to);
  const double chord2 = (b - a).Norm2();
  if (fraction >= 1 || chord2 > 2) return to;
  // Up to 6 km a part of the straight line through the Earth is that part of the arc within a tenth of a
  // millimetre; beyond, the arc's angle says it.
  if (chord2 < 1e-6) return place_of(a + fraction * (b - a));
  return place_of(point_along(a, b, fraction * 2 * std::asin(0.5 * std::sqrt(chord2))));
}

}  // namespace haechi::geo
