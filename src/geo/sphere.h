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

// Metres from a point to the nearest point of an edge (of length zero too), nearest in metres.
double distance_to_edge_m(const S2Point& point, const S2Point& a, const S2Point& b);

}  // namespace haechi::geo
