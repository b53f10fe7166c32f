// Place: where on the WGS84 ellipsoid, in whole 1e-7 degrees (11 mm north-south), and how far one is from
// another.
//
// Distances take their angle from the great circle through the two geodetic positions and their metres from
// the ellipsoid's two radii of curvature at the midpoint, along the azimuth there. Radii of the ellipsoid,
// not one radius for the Earth: a mean sphere reads 2.6 mm per metre too long north-south at 33 N and 2.4 mm
// too short east-west at 39 N: metres, on a one-kilometre order.
//
// Largest error against Karney's geodesic over 50,000 random pairs (place_test.cc holds a table of such
// pairs):
//   33-39 N, 124-132 E, up to 5 km             0.001 mm (then rounded to 1 mm)
//   latitudes to 70 degrees, up to 50 km        3 mm
//   latitudes to 70 degrees, up to 500 km       2 m
//   anywhere                                    0.5 % (the worst is near the opposite point of the Earth)
// and of bearings 0.006 degrees (half of it rounding) up to 50 km, 0.011 up to 500 km.
//
// Functions here take any Place and never fail; those made of numbers from outside go through
// place_from_degrees().
#pragma once

#include <compare>
#include <cstdint>

#include "base/result.h"

namespace haechi::geo {

inline constexpr int32_t kLatE7Max = 900'000'000;
inline constexpr int32_t kLngE7Max = 1'800'000'000;
// No two places are further apart.
inline constexpr int64_t kDistanceMmMax = 20'037'508'343;

struct Place {
  int32_t lat_e7 = 0;
  int32_t lng_e7 = 0;

  auto operator<=>(const Place&) const = default;
};

constexpr bool in_range(Place place) {
  return place.lat_e7 >= -kLatE7Max && place.lat_e7 <= kLatE7Max && place.lng_e7 >= -kLngE7Max &&
         place.lng_e7 <= kLngE7Max;
}

// Refuses NaN, infinity and what is out of range (field "lat" or "lng"), and (0, 0) to the last digit (no
// field): what a device without a fix sends. Longitude 180 becomes -180, so that one meridian has one name.
Result<Place> place_from_degrees(double lat, double lng);
double lat_degrees(Place place);
double lng_degrees(Place place);

// Symmetric; 0 only for the same point of the Earth.
int64_t distance_mm(Place a, Place b);
// Never less than distance_mm(), for a few additions: a step of 1e-7 degree is at most 11.2 mm either way. Of
// places near the equator it is at most half as much again, towards the poles ever more.
int64_t distance_mm_max(Place a, Place b);

// Initial bearing, hundredths of a degree clockwise from north, 0..35999. 0 when the places coincide.
int32_t bearing_cdeg(Place from, Place to);

// A point of the plane that touches the Earth at an origin: as far from it and in the same direction as on
// the ground (azimuthal equidistant), so an offset errs as distance_mm() does. The difference of two offsets
// is a distance too: measured within 0.11 mm per km when both places lie within 5 km of the origin, 11 mm per
// km within 50 km.
struct Offset {
  int64_t east_mm = 0;
  int64_t north_mm = 0;

  auto operator<=>(const Offset&) const = default;
};
Offset offset_mm(Place origin, Place place);
// The inverse: offset_mm(origin, moved(origin, by)) is `by`, to the 1e-7 degree the result is rounded to.
// Within 50 km.
Place moved(Place origin, Offset by);

}  // namespace haechi::geo
