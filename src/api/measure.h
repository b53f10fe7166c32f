// Measuring for screens: lengths, bearings and areas are the server's, never a browser's.
#pragma once

#include "api/exchange.h"

namespace haechi::api {

inline constexpr int kMeasurePointsMax = 200;

// Of a closed way the last leg leads back to the first place, and the area is that inside. Distances and
// bearings by geo::distance_mm and geo::bearing_cdeg, to a whole degree; the area by geo::area_m2.
Result<Plan> measure(const Exchange& exchange);

}  // namespace haechi::api
