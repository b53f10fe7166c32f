// ZoneShape: what a Zone points to. For this room's own files only: it brings in S2.
#pragma once

#include <s2/s2cap.h>
#include <s2/s2cell_id.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "geo/zone.h"

namespace haechi::geo {

class ZoneShape {
 public:
  virtual ~ZoneShape() = default;

  // As in Zone.
  virtual int64_t signed_distance_mm(const S2Point& point) const = 0;
  virtual bool contains(const S2Point& point) const = 0;
  virtual int64_t signed_distance_along_mm(const S2Point& from, const S2Point& to) const = 0;
  // Cells that hold the zone and its border, at most a handful.
  virtual std::vector<S2CellId> cover() const = 0;
  // What read() of its kind makes the same shape of.
  virtual void save(Writer& out) const = 0;

  Place centre() const { return centre_; }
  int64_t reach_mm() const { return reach_mm_; }
  // A cap by angle that holds the zone and its border.
  const S2Cap& cap() const { return cap_; }

 protected:
  ZoneShape() = default;
  ZoneShape(const ZoneShape&) = delete;
  ZoneShape& operator=(const ZoneShape&) = delete;

  Place centre_;
  int64_t reach_mm_ = 0;
  S2Cap cap_;
};

enum class ShapeKind : uint8_t { kNone, kCircle, kPolygon };
std::shared_ptr<const ZoneShape> circle_shape(Place centre, int64_t radius_mm);
// null, and `in` has failed: it is no polygon.
std::shared_ptr<const ZoneShape> read_polygon_shape(Reader& in);
Result<std::shared_ptr<const ZoneShape>> polygon_shape(const std::vector<PolygonCorners>& polygons);

}  // namespace haechi::geo
