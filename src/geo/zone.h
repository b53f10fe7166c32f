// Zone: a piece of the Earth with a border, and how far a place is from that border.
//
// A zone is a circle or a set of polygons with holes. It is checked when made and cannot change; copies share
// one shape and cost a pointer. Safe to read from many threads.
//
// 1. Signed distance is the shortest distance to the border by the rule of distance_mm(), rounded once;
// negative
//    inside. A place on the border, a corner included, is inside: its signed distance is 0.
// 2. contains(p) is signed_distance_mm(p) <= 0. The side comes from exact predicates, not from the sign of a
// double.
// 3. Edges are great circles. On a Mercator map a straight east-west edge of 10 km at 38 N is drawn up to 1.5
// m from
//    it, one of 1 km up to 15 mm.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "base/result.h"
#include "geo/place.h"

namespace haechi::geo {

inline constexpr int64_t kCircleRadiusMmMax = 1'000'000'000;  // 1,000 km
inline constexpr size_t kCornersMax = 20'000;                 // in all rings of one zone

// Rings close themselves: the first corner is not repeated at the end. Either winding.
struct PolygonCorners {
  std::vector<Place> outer;
  std::vector<std::vector<Place>> holes;
};

class ZoneShape;

class Zone {
 public:
  // Refuses a centre out of range ("centre") and a radius outside 1..kCircleRadiusMmMax ("radius_mm").
  static Result<Zone> circle(Place centre, int64_t radius_mm);

  // The inside of each ring is its smaller side, so a ring around a pole holds the pole. Refuses, naming the
  // ring
  // ("polygons[0].holes[1]") or corner ("polygons[0].outer[3]"): no polygon; fewer than 3 corners; a corner
  // out of range; a corner twice; an edge over 90 degrees long; edges that cross; an area under 1 square
  // metre; a hole not inside its outer ring or overlapping another; polygons that overlap or share an edge;
  // more than kCornersMax corners.
  static Result<Zone> polygons(const std::vector<PolygonCorners>& polygons);

  int64_t signed_distance_mm(Place place) const;
  bool contains(Place place) const;

  // The smallest signed distance on the way straight from one place to the other: what driving through a zone
  // between two fixes looks like. 0 or less exactly when the way touches the zone. For circles, and wherever
  // it is positive, it is exact as above; for polygons the depth (the negative side) is searched, is never
  // overstated, and is understated by at most 1/32 of the longest stretch inside. For ways up to 1,000 km.
  int64_t signed_distance_along_mm(Place from, Place to) const;

  // A circle that holds the zone.
  Place centre() const;
  int64_t reach_mm() const;

  const ZoneShape& shape() const { return *shape_; }  // for the zone index

 private:
  friend void read(Reader& in, std::optional<Zone>& zone);
  explicit Zone(std::shared_ptr<const ZoneShape> shape) : shape_(std::move(shape)) {}

  std::shared_ptr<const ZoneShape> shape_;
};

// Zones as bytes (base/archive.h). What was checked when a zone was made is not checked again, so that many
// are read in no time.
void write(Writer& out, const std::optional<Zone>& zone);
void read(Reader& in, std::optional<Zone>& zone);

}  // namespace haechi::geo
