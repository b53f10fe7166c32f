#include "geo/zone.h"

#include <string>

#include "base/archive.h"
#include "geo/sphere.h"
#include "geo/zone_shape.h"

namespace haechi::geo {

Result<Zone> Zone::circle(Place centre, int64_t radius_mm) {
  if (!in_range(centre)) return invalid("centre", "is not a place on Earth");
  if (radius_mm < 1 || radius_mm > kCircleRadiusMmMax) {
    return invalid("radius_mm", "is outside 1.." + std::to_string(kCircleRadiusMmMax));
  }
  return Zone(circle_shape(centre, radius_mm));
}

Result<Zone> Zone::polygons(const std::vector<PolygonCorners>& polygons) {
  TRY(std::shared_ptr<const ZoneShape> shape, polygon_shape(polygons));
  return Zone(std::move(shape));
}

int64_t Zone::signed_distance_mm(Place place) const {
  return shape_->signed_distance_mm(point_of(place));
}

bool Zone::contains(Place place) const {
  return shape_->contains(point_of(place));
}

int64_t Zone::signed_distance_along_mm(Place from, Place to) const {
  return shape_->signed_distance_along_mm(point_of(from), point_of(to));
}

Place Zone::centre() const {
  return shape_->centre();
}
int64_t Zone::reach_mm() const {
  return shape_->reach_mm();
}

void write(Writer& out, const std::optional<Zone>& zone) {
  if (zone)
    zone->shape().save(out);
  else
    write(out, ShapeKind::kNone);
}

void read(Reader& in, std::optional<Zone>& zone) {
  zone.reset();
  ShapeKind kind{};
  read(in, kind);
  if (kind == ShapeKind::kCircle) {
    Place centre;
    int64_t radius_mm = 0;
    read(in, centre);
    read(in, radius_mm);
    const Result<Zone> circle = Zone::circle(centre, radius_mm);
    if (!circle.ok()) return in.fail();
    zone = *circle;
  } else if (kind == ShapeKind::kPolygon) {
    if (auto shape = read_polygon_shape(in)) zone = Zone(std::move(shape));
  } else if (kind != ShapeKind::kNone) {
    in.fail();
  }
}

}  // namespace haechi::geo
