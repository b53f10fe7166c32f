#include "api/geojson.h"

#include <boost/json.hpp>
#include <cmath>
#include <string>

#include "haechi/v1/geo.pb.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

std::string at(const std::string& field, size_t index) {
  return field + "[" + std::to_string(index) + "]";
}

Result<const json::array*> array_of(const json::value& value, const std::string& field) {
  if (!value.is_array()) return invalid(field, "must be an array");
  return &value.get_array();
}

Result<double> number_of(const json::value& value, double limit, const std::string& field) {
  if (!value.is_number()) return invalid(field, "must be a number");
  const double number = value.is_double()  ? value.get_double()
                        : value.is_int64() ? static_cast<double>(value.get_int64())
                                           : static_cast<double>(value.get_uint64());
  if (!(number >= -limit && number <= limit)) return invalid(field, "is out of range");
  return number;
}

Status read_corner(const json::value& value, const std::string& field, v1::Place& place) {
  TRY(const json::array* pair, array_of(value, field));
  if (pair->size() < 2 || pair->size() > 3) return invalid(field, "must be [longitude, latitude]");
  TRY(const double lng, number_of((*pair)[0], 180.0, field));
  TRY(const double lat, number_of((*pair)[1], 90.0, field));
  place.set_lng_e7(static_cast<int32_t>(std::lround(lng * 1e7)));
  place.set_lat_e7(static_cast<int32_t>(std::lround(lat * 1e7)));
  return {};
}

Status read_ring(const json::value& value, const std::string& field, v1::Ring& ring) {
  TRY(const json::array* corners, array_of(value, field));
  if (corners->size() < 4)
    return invalid(field, "a ring has at least four positions, the last equal to the first");
  for (size_t i = 0; i < corners->size(); ++i) {
    TRY_STATUS(read_corner((*corners)[i], at(field, i), *ring.add_corners()));
  }
  const v1::Place& first = ring.corners(0);
  const v1::Place& last = ring.corners(ring.corners_size() - 1);
  if (first.lat_e7() != last.lat_e7() || first.lng_e7() != last.lng_e7()) {
    return invalid(field, "the last position must equal the first");
  }
  ring.mutable_corners()->RemoveLast();
  return {};
}

Status read_polygon(const json::value& value, const std::string& field, v1::Polygon& polygon) {
  TRY(const json::array* rings, array_of(value, field));
  if (rings->empty()) return invalid(field, "a polygon has at least one ring");
  for (size_t i = 0; i < rings->size(); ++i) {
    v1::Ring& ring = i == 0 ? *polygon.mutable_outer() : *polygon.add_holes();
    TRY_STATUS(read_ring((*rings)[i], at(field, i), ring));
  }
  return {};
}

}  // namespace

Status shape_from_geojson(std::string_view geometry, v1::Shape& shape) {
  json::error_code error;
  const json::value value = json::parse(json::string_view(geometry.data(), geometry.size()), error);
  if (error || !value.is_object()) return invalid("geometry", "must be a GeoJSON geometry object");
  const json::value* type = value.get_object().if_contains("type");
  const json::value* coordinates = value.get_object().if_contains("coordinates");
  if (type == nullptr || !type->is_string())
    return invalid("geometry.type", "must be Polygon or MultiPolygon");
  if (coordinates == nullptr) return invalid("geometry.coordinates", "is missing");
  const std::string field = "geometry.coordinates";
  shape.Clear();
  if (type->get_string() == "Polygon") return read_polygon(*coordinates, field, *shape.mutable_polygon());
  if (type->get_string() != "MultiPolygon")
    return invalid("geometry.type", "must be Polygon or MultiPolygon");
  TRY(const json::array* polygons, array_of(*coordinates, field));
  for (size_t i = 0; i < polygons->size(); ++i) {
    v1::Polygon& polygon = *shape.mutable_multi_polygon()->add_polygons();
    TRY_STATUS(read_polygon((*polygons)[i], at(field, i), polygon));
  }
  return {};
}

}  // namespace haechi::api
