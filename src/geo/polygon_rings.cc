#include "geo/polygon_rings.h"

#include <s2/s2error.h>
#include <s2/s2loop.h>

#include <algorithm>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "geo/sphere.h"

namespace haechi::geo {
namespace {

constexpr double kAreaM2Min = 1.0;

struct Ring {
  std::string field;
  std::unique_ptr<S2Loop> loop;  // its inside is the smaller side, also for a hole
};

struct Polygon {
  Ring outer;
  std::vector<Ring> holes;
};

std::string indexed(const std::string& field, size_t i) {
  return field + "[" + std::to_string(i) + "]";
}

std::optional<Error> corner_error(const std::vector<Place>& corners, const std::string& field) {
  if (corners.size() < 3) return invalid(field, "has fewer than 3 corners");
  for (size_t i = 0; i < corners.size(); ++i) {
    if (!in_range(corners[i])) return invalid(indexed(field, i), "is not a place on Earth");
  }
  return std::nullopt;
}

std::optional<Error> repeat_error(const std::vector<S2Point>& points, const std::string& field) {
  std::vector<std::pair<S2Point, size_t>> sorted;
  for (size_t i = 0; i < points.size(); ++i) sorted.emplace_back(points[i], i);
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].first != sorted[i - 1].first) continue;
    const size_t first = sorted[i - 1].second;
    const size_t second = sorted[i].second;
    if (first == 0 && second + 1 == points.size()) {
      return invalid(indexed(field, second), "repeats the first corner: rings close themselves");
    }
    return invalid(indexed(field, second), "repeats corner " + std::to_string(first));
  }
  return std::nullopt;
}

Result<Ring> ring_of(const std::vector<Place>& corners, std::string field) {
  if (auto error = corner_error(corners, field)) return *error;
  std::vector<S2Point> points;
  points.reserve(corners.size());
  for (const Place corner : corners) points.push_back(point_of(corner));
  if (auto error = repeat_error(points, field)) return *error;

  // Which way such an edge runs would hang on the last digit of its ends.
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].DotProd(points[(i + 1) % points.size()]) < 0) {
      return invalid(std::move(field), "has an edge longer than a quarter of the way round the Earth");
    }
  }

  auto loop = std::make_unique<S2Loop>(points, S2Debug::DISABLE);
  S2Error error;
  if (loop->FindValidationError(&error)) {
    return invalid(std::move(field), "crosses itself (" + error.text() + ")");
  }
  const double area = loop->GetArea();
  const double area_m2 = std::min(area, 4.0 * std::numbers::pi - area) * kRadiusMMin * kRadiusMMin;
  if (area_m2 < kAreaM2Min) return invalid(std::move(field), "encloses less than 1 square metre");
  loop->Normalize();
  return Ring{std::move(field), std::move(loop)};
}

Result<Polygon> polygon_of(const PolygonCorners& corners, const std::string& field) {
  TRY(Ring outer, ring_of(corners.outer, field + ".outer"));
  Polygon polygon{std::move(outer), {}};
  for (size_t i = 0; i < corners.holes.size(); ++i) {
    TRY(Ring hole, ring_of(corners.holes[i], indexed(field + ".holes", i)));
    if (!polygon.outer.loop->Contains(*hole.loop)) return invalid(hole.field, "is not inside its outer ring");
    for (const Ring& other : polygon.holes) {
      if (hole.loop->Intersects(*other.loop)) return invalid(hole.field, "overlaps " + other.field);
    }
    polygon.holes.push_back(std::move(hole));
  }
  return polygon;
}

// Apart, or one an island in a hole of the other.
bool are_disjoint(const Polygon& a, const Polygon& b) {
  const auto lies_in_a_hole = [](const Polygon& island, const Polygon& sea) {
    return std::any_of(sea.holes.begin(), sea.holes.end(),
                       [&](const Ring& hole) { return hole.loop->Contains(*island.outer.loop); });
  };
  return !a.outer.loop->Intersects(*b.outer.loop) || lies_in_a_hole(a, b) || lies_in_a_hole(b, a);
}

// An edge that two rings share is a border with the zone on both sides of it, or on neither.
std::optional<Error> shared_edge_error(const std::vector<const Ring*>& rings) {
  struct Edge {
    S2Point low, high;
    const Ring* ring;
    size_t order;
  };
  std::vector<Edge> edges;
  for (size_t r = 0; r < rings.size(); ++r) {
    const S2Loop& loop = *rings[r]->loop;
    for (int i = 0; i < loop.num_vertices(); ++i) {
      const auto [low, high] = std::minmax(loop.vertex(i), loop.vertex(i + 1));
      edges.push_back({low, high, rings[r], r});
    }
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.low, a.high, a.order) < std::tie(b.low, b.high, b.order);
  });
  for (size_t i = 1; i < edges.size(); ++i) {
    if (edges[i].low == edges[i - 1].low && edges[i].high == edges[i - 1].high) {
      return invalid(edges[i].ring->field, "shares an edge with " + edges[i - 1].ring->field);
    }
  }
  return std::nullopt;
}

std::vector<S2Point> points_of(const S2Loop& loop, bool reversed) {
  std::vector<S2Point> points;
  points.reserve(static_cast<size_t>(loop.num_vertices()));
  for (int i = 0; i < loop.num_vertices(); ++i) points.push_back(loop.vertex(i));
  if (reversed) std::reverse(points.begin(), points.end());
  return points;
}

size_t corner_count(const std::vector<PolygonCorners>& polygons) {
  size_t count = 0;
  for (const PolygonCorners& polygon : polygons) {
    count += polygon.outer.size();
    for (const auto& hole : polygon.holes) count += hole.size();
  }
  return count;
}

}  // namespace

Result<PolygonRings> polygon_rings(const std::vector<PolygonCorners>& corners) {
  if (corners.empty()) return invalid("polygons", "is empty");
  if (corner_count(corners) > kCornersMax) {
    return invalid("polygons", "has more than " + std::to_string(kCornersMax) + " corners");
  }
  std::vector<Polygon> polygons;
  for (size_t i = 0; i < corners.size(); ++i) {
    TRY(Polygon polygon, polygon_of(corners[i], indexed("polygons", i)));
    for (size_t j = 0; j < i; ++j) {
      if (!are_disjoint(polygon, polygons[j])) {
        return invalid(indexed("polygons", i), "overlaps " + indexed("polygons", j));
      }
    }
    polygons.push_back(std::move(polygon));
  }
  std::vector<const Ring*> rings;
  for (const Polygon& polygon : polygons) {
    rings.push_back(&polygon.outer);
    for (const Ring& hole : polygon.holes) rings.push_back(&hole);
  }
  if (auto error = shared_edge_error(rings)) return *error;

  PolygonRings out;
  for (const Polygon& polygon : polygons) {
    out.cap.AddCap(polygon.outer.loop->GetCapBound());
    out.rings.push_back(points_of(*polygon.outer.loop, false));
    for (const Ring& hole : polygon.holes) out.rings.push_back(points_of(*hole.loop, true));
  }
  return out;
}

}  // namespace haechi::geo
