#include "geo/sphere.h"

#include <s2/s2edge_crossings.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace haechi::geo {
namespace {

constexpr double kSemiMajorM = 6'378'137.0;
constexpr double kEccentricity2 = 6.694379990141316e-3;  // f (2 - f), f = 1 / 298.257223563
constexpr double kRadiansPerE7 = std::numbers::pi / 1.8e9;

struct Radii {
  double meridian_m;
  double prime_vertical_m;
};

Radii radii_at(double sin2_lat) {
  const double w2 = 1.0 - kEccentricity2 * sin2_lat;
  const double prime_vertical_m = kSemiMajorM / std::sqrt(w2);
  return {prime_vertical_m * (1.0 - kEccentricity2) / w2, prime_vertical_m};
}

// Of two numbers that neither overflow nor vanish when squared, as all here do not.
double length_of(double x, double y) {
  return std::sqrt(x * x + y * y);
}

double angle_of_chord(double chord) {
  return 2.0 * std::asin(std::min(1.0, 0.5 * chord));
}

// Two points, and the ellipsoid halfway between them.
struct Between {
  Between(const S2Point& a, const S2Point& b)
      : chord(b - a), sum(a + b), chord2(chord.Norm2()), sum2(sum.Norm2()), radii(radii_at(sin2_lat())) {}

  double metres() const {
    constexpr double kMax = kDistanceMmMax / 1000.0;
    if (chord2 == 0) return 0;
    if (sum2 < 1e-18) return kMax;  // antipodes: there is no midpoint
    // At the midpoint the chord itself is the tangent, so the azimuth needs no trigonometry.
    const double cos2_lat = 1.0 - sin2_lat();
    const double cos2_azimuth =
        cos2_lat < 1e-12 ? 1.0 : std::min(1.0, chord.z() * chord.z() / (chord2 * cos2_lat));
    const double m2 = radii.meridian_m * radii.meridian_m;
    const double n2 = radii.prime_vertical_m * radii.prime_vertical_m;
    return std::min(kMax, angle_of_chord(std::sqrt(chord2)) * std::sqrt(n2 + (m2 - n2) * cos2_azimuth));
  }

  S2Point chord, sum;
  double chord2, sum2;
  Radii radii;

 private:
  double sin2_lat() const { return sum2 > 0 ? std::min(1.0, sum.z() * sum.z() / sum2) : 0.0; }
};

}  // namespace

S2Point point_of(Place place) {
  // Exact at the poles and on the one meridian with two names, so that equal places are equal points.
  if (place.lat_e7 == kLatE7Max) return {0, 0, 1};
  if (place.lat_e7 == -kLatE7Max) return {0, 0, -1};
  if (place.lng_e7 == kLngE7Max) place.lng_e7 = -kLngE7Max;
  const double lat = place.lat_e7 * kRadiansPerE7;
  const double lng = place.lng_e7 * kRadiansPerE7;
  const double cos_lat = std::cos(lat);
  return {cos_lat * std::cos(lng), cos_lat * std::sin(lng), std::sin(lat)};
}

Place place_of(const S2Point& point) {
  const double lat = std::atan2(point.z(), length_of(point.x(), point.y()));
  const double lng = std::atan2(point.y(), point.x());
  Place place{static_cast<int32_t>(std::lround(lat / kRadiansPerE7)),
              static_cast<int32_t>(std::lround(lng / kRadiansPerE7))};
  if (place.lng_e7 == kLngE7Max) place.lng_e7 = -kLngE7Max;
  return place;
}

double distance_m(const S2Point& a, const S2Point& b) {
  return Between(a, b).metres();
}

double near_distance_m(Place a, Place b) {
  // The sine of an angle of under a hundredth, to the last digit.
  const auto small_sine = [](double x) { return x * (1 - x * x / 6 * (1 - x * x / 20 * (1 - x * x / 42))); };
  const double north = small_sine(0.5 * kRadiansPerE7 * (int64_t{b.lat_e7} - a.lat_e7));
  const double east = small_sine(0.5 * kRadiansPerE7 * (int64_t{b.lng_e7} - a.lng_e7));
  const double middle = 0.5 * kRadiansPerE7 * (int64_t{a.lat_e7} + b.lat_e7);
  const double sine = std::sin(middle), cosine = std::cos(middle);
  // What Between finds with points, in latitudes and longitudes: all as quarters of squares.
  const double north2 = north * north;
  const double chord2 = north2 + (cosine * cosine - north2) * east * east;
  if (chord2 == 0) return 0;
  const double sin2_lat = sine * sine * (1 - north2) / (1 - chord2);
  const double cos2_azimuth = std::min(1.0, cosine * cosine * north2 / (chord2 * (1 - sin2_lat)));
  const Radii radii = radii_at(sin2_lat);
  const double m2 = radii.meridian_m * radii.meridian_m;
  const double n2 = radii.prime_vertical_m * radii.prime_vertical_m;
  const double half = std::sqrt(chord2);
  const double angle = 2 * half * (1 + chord2 / 6 * (1 + chord2 * 9 / 20 * (1 + chord2 * 25 / 42)));
  return angle * std::sqrt(n2 + (m2 - n2) * cos2_azimuth);
}

double m2_per_steradian(const S2Point& point) {
  const Radii radii = radii_at(std::min(1.0, point.z() * point.z() / point.Norm2()));
  return radii.meridian_m * radii.prime_vertical_m;
}

int64_t mm_of(double metres) {
  return std::llround(metres * 1000.0);
}

S1ChordAngle angle_holding(double metres) {
  const double radians = std::clamp(metres, 0.0, kDistanceMmMax / 1000.0) / kRadiusMMin;
  const S1ChordAngle angle = S1ChordAngle::Radians(std::min(radians, std::numbers::pi));
  return angle.PlusError(angle.GetS2PointConstructorMaxError() + 1e-20);
}

Frame::Frame(Place place) {
  if (place.lng_e7 == kLngE7Max) place.lng_e7 = -kLngE7Max;
  const double lat = place.lat_e7 * kRadiansPerE7;
  const double lng = place.lng_e7 * kRadiansPerE7;
  const double sin_lat = std::sin(lat), cos_lat = std::cos(lat);
  const double sin_lng = std::sin(lng), cos_lng = std::cos(lng);
  const bool pole = std::abs(place.lat_e7) == kLatE7Max;
  origin = pole ? point_of(place) : S2Point(cos_lat * cos_lng, cos_lat * sin_lng, sin_lat);
  east = {-sin_lng, cos_lng, 0};
  north = {-sin_lat * cos_lng, -sin_lat * sin_lng, cos_lat};
}

Plane plane_of(const Frame& frame, const S2Point& point) {
  // The origin has no part along east or north, so the difference loses no digits for near points.
  const Between between(frame.origin, point);
  const S2Point& chord = between.chord;
  const S2Point& sum = between.sum;
  const double east = chord.DotProd(frame.east);
  const double north = chord.DotProd(frame.north);
  const double length = length_of(east, north);
  if (length == 0) return {};
  const double metres = between.metres();
  const double rho = length_of(sum.x(), sum.y());
  if (rho < 1e-9) return {metres * east / length, metres * north / length};

  // The ellipsoid bends the direction as the radii at the midpoint stretch it there; the rest of the turn
  // from the midpoint's meridian to the origin's is the sphere's.
  const double mid_east = (sum.x() * chord.y() - sum.y() * chord.x()) / rho;
  const double mid_north = chord.z() * std::sqrt(between.sum2) / rho;
  const Radii& radii = between.radii;
  const double bent_east = mid_east * radii.prime_vertical_m;
  const double bent_north = mid_north * radii.meridian_m;
  const double bend_cos = bent_east * mid_east + bent_north * mid_north;
  const double bend_sin = bent_east * mid_north - bent_north * mid_east;  // clockwise
  const double scale = metres / (length * length_of(bend_cos, bend_sin));
  return {scale * (east * bend_cos + north * bend_sin), scale * (north * bend_cos - east * bend_sin)};
}

S2Point point_at(const Frame& frame, Plane at) {
  const Radii radii = radii_at(frame.origin.z() * frame.origin.z());
  // plane_of() takes its radii halfway to the point; a few corrections find the point it maps to `at`. Each
  // gains more than three digits within 50 km, and nearer than 100 m the first is good enough: a place is
  // rounded to 11 mm.
  constexpr double kGoodM = 1e-5;
  Plane aim = at;
  S2Point point = frame.origin;
  for (int i = 0; i < 4; ++i) {
    const double east = aim.east_m / radii.prime_vertical_m;
    const double north = aim.north_m / radii.meridian_m;
    const double angle = length_of(east, north);
    if (angle == 0) return frame.origin;
    const S2Point direction = (frame.east * east + frame.north * north) / angle;
    point = (frame.origin * std::cos(angle) + direction * std::sin(angle)).Normalize();
    const Plane got = plane_of(frame, point);
    const double off_east_m = at.east_m - got.east_m, off_north_m = at.north_m - got.north_m;
    if (off_east_m * off_east_m + off_north_m * off_north_m < kGoodM * kGoodM) break;
    aim.east_m += off_east_m;
    aim.north_m += off_north_m;
  }
  return point;
}

S2Point point_along(const S2Point& a, const S2Point& b, double angle) {
  const S2Point direction = S2::RobustCrossProd(a, b).CrossProd(a).Normalize();
  return (a * std::cos(angle) + direction * std::sin(angle)).Normalize();
}

Arc::Arc(const S2Point& a, const S2Point& b)
    : a_(a), b_(b), normal_(a == b ? S2Point(0, 0, 0) : S2::RobustCrossProd(a, b).Normalize()) {}

double Arc::chord2_to(const S2Point& point) const {
  if (!passes(point)) return std::min((point - a_).Norm2(), (point - b_).Norm2());
  const double sine = point.DotProd(normal_);
  const double sine2 = std::min(1.0, sine * sine);
  return 2.0 * sine2 / (1.0 + std::sqrt(1.0 - sine2));
}

double Arc::distance_m_to(const S2Point& point) const {
  const S2Point near = passes(point) ? (point - normal_ * point.DotProd(normal_)).Normalize()
                       : (point - a_).Norm2() < (point - b_).Norm2() ? a_
                                                                     : b_;
  const double near_m = distance_m(point, near);
  const double rho = length_of(near.x(), near.y());
  if (near_m == 0 || rho < 1e-9 || a_ == b_) return near_m;  // at a pole both radii agree
  // `near` is nearest by angle. Slide along the arc to the foot of the perpendicular as the ellipsoid
  // measures it: up to 0.34 % of the distance to the side, so this correction of second order leaves nothing
  // to correct.
  const S2Point along = normal_.CrossProd(near);
  const S2Point east(-near.y() / rho, near.x() / rho, 0);
  const S2Point north = near.CrossProd(east);
  const S2Point chord = point - near;
  const Radii radii = Between(point, near).radii;
  const double m2 = radii.meridian_m * radii.meridian_m;
  const double n2 = radii.prime_vertical_m * radii.prime_vertical_m;
  const double along_east = along.DotProd(east);
  const double along_north = along.DotProd(north);
  const double slide = (n2 * chord.DotProd(east) * along_east + m2 * chord.DotProd(north) * along_north) /
                       (n2 * along_east * along_east + m2 * along_north * along_north);
  const double back = std::min(0.1, angle_of_chord((near - a_).Norm()));
  const double forth = std::min(0.1, angle_of_chord((near - b_).Norm()));
  const double angle = std::clamp(slide, -back, forth);
  return std::min(near_m, distance_m(point, (near + along * std::tan(angle)).Normalize()));
}

}  // namespace haechi::geo
