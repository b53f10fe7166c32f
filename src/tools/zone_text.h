// Zones as GeoJSON (RFC 7946): polygons as they are, circles as a point with `radius_m`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::tools {

// A Feature with the property `id`; outer rings counterclockwise, holes clockwise, as the format asks.
// ENSURE: the zone has a shape.
std::string zone_feature(const v1::Zone& zone);

struct ZoneRow {
  size_t feature = 0;  // its place in the file, from 1
  Result<v1::Zone> zone = v1::Zone();
};

// Polygon, MultiPolygon, or Point with `radius_m`; the id is the property `id_property`. Shapes are read, not
// yet checked. kInvalid when the text is no FeatureCollection.
Result<std::vector<ZoneRow>> read_zone_features(const std::string& text, const std::string& id_property);

}  // namespace haechi::tools
