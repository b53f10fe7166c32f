#include "geo/area.h"

#include <s2/s2loop.h>

#include <cmath>
#include <string_view>

#include "geo/polygon_rings.h"
#include "geo/sphere.h"

namespace haechi::geo {

Result<int64_t> area_m2(const std::vector<Place>& ring) {
  constexpr std::string_view kRing = "polygons[0].outer";
  const Result<PolygonRings> checked = polygon_rings({PolygonCorners{ring, {}}});
  if (!checked.ok()) {
    Error error = checked.error();
    error.field = error.field.starts_with(kRing) ? error.field.substr(kRing.size()) : "";
    return error;
  }
  const S2Loop loop(checked->rings.front(), S2Debug::DISABLE);
  return std::llround(loop.GetArea() * m2_per_steradian(loop.GetCentroid()));
}

}  // namespace haechi::geo
