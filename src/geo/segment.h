// Segment: two people between two instants. How near did they come?
//
// Both are taken to move straight and at constant speed between the two instants. That is the least the two
// fixes say; without it, two people who pass each other between fixes never met.
#pragma once

#include <cstdint>

#include "geo/place.h"

namespace haechi::geo {

struct Approach {
  int64_t distance_mm = 0;
  double fraction =
      0;  // of the interval, 0 (first instant) to 1 (second); the earliest when several are nearest
};

// Never more than the distance at either instant; symmetric in the two people. Computed in one plane around
// the four places: within 1 mm of a walk along great circles when all lie within 5 km of each other.
Approach closest_approach(Place a0, Place a1, Place b0, Place b1);

// Where somebody was who went straight and at constant speed, at that fraction (0 to 1) of the time: on the
// great circle, rounded to 1e-7 degree. The two places are at most a quarter of the Earth apart, else it is
// `to`.
Place part_of_way(Place from, Place to, double fraction);

}  // namespace haechi::geo
