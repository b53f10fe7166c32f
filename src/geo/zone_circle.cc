// The circle: all places within a radius of a centre.
#include "base/archive.h"
#include "geo/sphere.h"
#include "geo/zone_shape.h"

namespace haechi::geo {
namespace {

class CircleShape final : public ZoneShape {
 public:
  CircleShape(Place centre, int64_t radius_mm) : point_(point_of(centre)) {
    centre_ = centre;
    reach_mm_ = radius_mm;
    cap_ = S2Cap(point_, angle_holding(static_cast<double>(radius_mm + 1) / 1000.0));
  }

  int64_t signed_distance_mm(const S2Point& point) const override {
    return mm_of(distance_m(point_, point)) - reach_mm_;
  }

  int64_t signed_distance_along_mm(const S2Point& from, const S2Point& to) const override {
    return mm_of(Arc(from, to).distance_m_to(point_)) - reach_mm_;
  }

  bool contains(const S2Point& point) const override { return signed_distance_mm(point) <= 0; }

  void save(Writer& out) const override {
    write(out, ShapeKind::kCircle);
    write(out, centre_);
    write(out, reach_mm_);
  }

  std::vector<S2CellId> cover() const override {
    std::vector<S2CellId> cells;
    cap_.GetCellUnionBound(&cells);
    return cells;
  }

 private:
  S2Point point_;
};

}  // namespace

std::shared_ptr<const ZoneShape> circle_shape(Place centre, int64_t radius_mm) {
  return std::make_shared<CircleShape>(centre, radius_mm);
}

}  // namespace haechi::geo
