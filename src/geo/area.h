// How much ground a ring of places encloses.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "geo/place.h"

namespace haechi::geo {

// Square metres, rounded, of the smaller side of the ring, whose edges are great circles; either winding.
// Takes the ellipsoid's radii at the ring's centroid: within 1 part in 100,000 of Karney's geodesic polygons
// up to 100 km across (area_test.cc). Refuses what Zone::polygons() refuses of one ring; the field is the
// corner at fault, "[3]", or empty for the ring as a whole.
Result<int64_t> area_m2(const std::vector<Place>& ring);

}  // namespace haechi::geo
