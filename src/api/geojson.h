// GeoJSON geometries (RFC 7946), Polygon and MultiPolygon, as shapes of the schema.
#pragma once

#include <string_view>

#include "base/result.h"

namespace haechi::v1 {
class Shape;
}

namespace haechi::api {

// Coordinates are [longitude, latitude] in degrees; rings are closed (the first corner comes again at the
// end). kInvalid with the position at fault, "geometry.coordinates[0][3]".
Status shape_from_geojson(std::string_view geometry, v1::Shape& shape);

}  // namespace haechi::api
