#include "tools/zone_text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "api/geojson.h"
#include "base/ensure.h"
#include "tools/track_text.h"

namespace haechi::tools {
namespace {

namespace json = boost::json;

std::string position(const v1::Place& place) {
  return "[" + decimal(place.lng_e7(), 7) + "," + decimal(place.lat_e7(), 7) + "]";
}

// Twice the area in the plane of degrees: its sign tells the direction, which is all that is asked.
bool counterclockwise(const v1::Ring& ring) {
  double area = 0;
  const int count = ring.corners_size();
  for (int i = 0; i < count; ++i) {
    const v1::Place &a = ring.corners(i), &b = ring.corners((i + 1) % count);
    area += static_cast<double>(a.lng_e7()) * b.lat_e7() - static_cast<double>(b.lng_e7()) * a.lat_e7();
  }
  return area > 0;
}

std::string ring_text(const v1::Ring& ring, bool hole) {
  std::vector<std::string> corners;
  for (const v1::Place& corner : ring.corners()) corners.push_back(position(corner));
  if (counterclockwise(ring) == hole && !corners.empty()) std::reverse(corners.begin() + 1, corners.end());
  std::string out = "[";
  for (const std::string& corner : corners) out += corner + ",";
  return out + (corners.empty() ? "" : corners.front()) + "]";
}

std::string polygon_text(const v1::Polygon& polygon) {
  std::string out = "[" + ring_text(polygon.outer(), false);
  for (const v1::Ring& hole : polygon.holes()) out += "," + ring_text(hole, true);
  return out + "]";
}

Status read_circle(const json::object& geometry, const json::object& properties, v1::Circle& circle) {
  const json::value* radius = properties.if_contains("radius_m");
  if (radius == nullptr || !radius->is_number())
    return invalid("properties.radius_m", "is missing: a point is the centre of a circle");
  const double radius_mm = radius->to_number<double>() * 1'000;
  if (!(radius_mm >= 1 && radius_mm <= UINT32_MAX)) return invalid("properties.radius_m", "is out of range");
  circle.set_radius_mm(static_cast<uint32_t>(std::llround(radius_mm)));
  const json::value* coordinates = geometry.if_contains("coordinates");
  if (coordinates == nullptr || !coordinates->is_array() || coordinates->get_array().size() < 2 ||
      !coordinates->get_array()[0].is_number() || !coordinates->get_array()[1].is_number())
    return invalid("geometry.coordinates", "must be [longitude, latitude]");
  const double lng = coordinates->get_array()[0].to_number<double>();
  const double lat = coordinates->get_array()[1].to_number<double>();
  if (std::abs(lng) > 180 || std::abs(lat) > 90) return invalid("geometry.coordinates", "is out of range");
  circle.mutable_centre()->set_lng_e7(static_cast<int32_t>(std::llround(lng * 1e7)));
  circle.mutable_centre()->set_lat_e7(static_cast<int32_t>(std::llround(lat * 1e7)));
  return {};
}

Result<v1::Zone> zone_of(const json::value& value, const std::string& id_property) {
  if (!value.is_object()) return invalid("", "is no object");
  const json::value* found = value.get_object().if_contains("properties");
  const json::value* geometry = value.get_object().if_contains("geometry");
  if (found == nullptr || !found->is_object()) return invalid("properties", "is missing");
  if (geometry == nullptr || !geometry->is_object()) return invalid("geometry", "is missing");
  const json::object& properties = found->get_object();
  const json::value* id = properties.if_contains(id_property);
  if (id == nullptr || id->is_null()) return invalid("properties." + id_property, "is missing");
  v1::Zone zone;
  zone.set_id(id->is_string() ? std::string(id->get_string()) : json::serialize(*id));
  const json::value* type = geometry->get_object().if_contains("type");
  if (type != nullptr && *type == "Point") {
    TRY_STATUS(read_circle(geometry->get_object(), properties, *zone.mutable_shape()->mutable_circle()));
  } else {
    TRY_STATUS(api::shape_from_geojson(json::serialize(*geometry), *zone.mutable_shape()));
  }
  return zone;
}

}  // namespace

std::string zone_feature(const v1::Zone& zone) {
  std::string geometry, more;
  switch (zone.shape().kind_case()) {
    case v1::Shape::kCircle:
      geometry = R"("Point","coordinates":)" + position(zone.shape().circle().centre());
      more = R"(,"radius_m":)" + decimal(zone.shape().circle().radius_mm(), 3);
      break;
    case v1::Shape::kPolygon:
      geometry = R"("Polygon","coordinates":)" + polygon_text(zone.shape().polygon());
      break;
    case v1::Shape::kMultiPolygon:
      for (const v1::Polygon& polygon : zone.shape().multi_polygon().polygons())
        geometry += (geometry.empty() ? "" : ",") + polygon_text(polygon);
      geometry = R"("MultiPolygon","coordinates":[)" + geometry + "]";
      break;
    case v1::Shape::KIND_NOT_SET:
      ENSURE(false, zone.id());
  }
  return R"({"type":"Feature","geometry":{"type":)" + geometry + R"(},"properties":{"id":")" + zone.id() +
         "\"" + more + "}}";
}

Result<std::vector<ZoneRow>> read_zone_features(const std::string& text, const std::string& id_property) {
  json::error_code error;
  const json::value document = json::parse(text, error);
  if (error) return invalid("", "is not JSON: " + error.message());
  const json::value* features =
      document.is_object() ? document.get_object().if_contains("features") : nullptr;
  if (features == nullptr || !features->is_array())
    return invalid("features", "is no GeoJSON FeatureCollection");
  std::vector<ZoneRow> rows;
  size_t number = 0;
  for (const json::value& feature : features->get_array())
    rows.push_back({++number, zone_of(feature, id_property)});
  return rows;
}

}  // namespace haechi::tools
