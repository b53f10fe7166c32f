// PolygonRings: corners of polygons, checked. For this room's own files only: it brings in S2.
#pragma once

#include <s2/s2cap.h>
#include <s2/s2point.h>

#include <vector>

#include "base/result.h"
#include "geo/zone.h"

namespace haechi::geo {

struct PolygonRings {
  std::vector<std::vector<S2Point>> rings;  // the zone lies to the left of every edge
  S2Cap cap;
};

// Refuses what Zone::polygons() says it refuses.
Result<PolygonRings> polygon_rings(const std::vector<PolygonCorners>& polygons);

}  // namespace haechi::geo
