// Sphere: places as unit vectors, and metres between them. For this room's own files only: it brings in S2.
//
// The one rule of distance is here. S2 finds angles on a sphere; distance_m() turns an angle into metres with
// the ellipsoid's radii at the midpoint. Because those radii differ by direction, the edge nearest by angle
// need not be nearest in metres; who searches by angle widens the search by kRadiusRatio and compares metres.
#pragma once

#include <s2/s1chord_angle.h>
#include <s2/s2point.h>

#include "geo/place.h"

namespace haechi::geo {

// The least and the largest radius of curvature of WGS84, in any direction anywhere.
inline constexpr double kRadiusMMin = 6'335'439.327;
inline constexpr double kRadiusMMax = 6'399'593.626;

S2Point point_of(Place place);
Place place_of(const S2Point& point);  // rounded to the nearest 1e-7 degree

double distance_m(const S2Point& a, const S2Point& b);
// The same, in half the time, of two places at most a degree apart each way as the numbers go, and not within
// a degree of a pole.
double near_distance_m(Place a, Place b);
// Square metres of ground to a steradian, around that point.
double m2_per_steradian(const S2Point& point);
// A metre value to whole millimetres: the only rounding of a distance.
int64_t mm_of(double metres);
// Every place within `metres` lies within this angle.
S1ChordAngle angle_holding(double metres);

// East and north at an origin. At a pole the place's own longitude says which way is south (north).
struct Frame {
  explicit Frame(Place origin);

  S2Point origin;
  S2Point east;
  S2Point north;
};
struct Plane {
  double east_m = 0;
  double north_m = 0;
};
Plane plane_of(const Frame& frame, const S2Point& point);
S2Point point_at(const Frame& frame, Plane at);

// The point of the great circle through a and b that is `angle` radians from a towards b. a and b differ.
S2Point point_along(const S2Point& a, const S2Point& b, double angle);

// A great circle's arc of under 90 degrees, made ready to be asked often. Its ends may coincide.
class Arc {
 public:
  Arc(const S2Point& a, const S2Point& b);

  const S2Point& a() const { return a_; }
  const S2Point& b() const { return b_; }
  // The square of the straight line through the Earth to the point of the arc nearest by angle; unit sphere.
  double chord2_to(const S2Point& point) const;
  // Metres to the point of the arc nearest in metres.
  double distance_m_to(const S2Point& point) const;

 private:
  bool passes(const S2Point& point) const {  // is the nearest point between the ends?
    return normal_.CrossProd(a_).DotProd(point) > 0 && b_.CrossProd(normal_).DotProd(point) > 0;
  }

  S2Point a_, b_;
  S2Point normal_;  // zero when the ends coincide
};

// What lies within `metres` lies within this straight line on the unit sphere.
inline double chord_holding(double metres) {
  return metres / kRadiusMMin * (1 + 1e-9) + 1e-14;
}

}  // namespace haechi::geo
