// The polygon zone: which side of the border (exactly), how far from it, and how deep a way leads into it.
#include <s2/mutable_s2shape_index.h>
#include <s2/s2contains_point_query.h>
#include <s2/s2crossing_edge_query.h>
#include <s2/s2edge_crossings.h>
#include <s2/s2lax_polygon_shape.h>
#include <s2/s2pointutil.h>
#include <s2/s2region_coverer.h>
#include <s2/s2shape_index_region.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/archive.h"
#include "geo/polygon_rings.h"
#include "geo/sphere.h"
#include "geo/zone_shape.h"

namespace haechi::geo {
namespace {

// Edges that follow each other are near each other, so they are kept in runs and a run is looked into only
// when the ball around it is near enough. Faster here than S2ClosestEdgeQuery at every size a zone may have,
// and no hash table.
constexpr size_t kRunEdges = 24;
constexpr int kCoverCells = 8;
constexpr int kCoverLevelMax = 18;  // 35 m

struct Run {
  size_t begin, end;  // in edges_
  S2Point centre;
  double chord;  // holds the run's edges, as a straight line on the unit sphere
};

class PolygonShape final : public ZoneShape {
 public:
  explicit PolygonShape(const PolygonRings& rings) {
    draw(rings.rings);
    bound(rings.cap);
  }
  // As it was saved, its bounds included.
  PolygonShape(const std::vector<std::vector<S2Point>>& rings, Place centre, int64_t reach_mm,
               double cap_length2) {
    draw(rings);
    centre_ = centre;
    reach_mm_ = reach_mm;
    cap_ = S2Cap(point_of(centre), S1ChordAngle::FromLength2(cap_length2));
  }

  void save(Writer& out) const override;

  int64_t signed_distance_mm(const S2Point& point) const override {
    const int64_t border_mm = mm_of(border_m(point));
    return holds(point) ? -border_mm : border_mm;
  }

  bool contains(const S2Point& point) const override {
    return holds(point) || (is_by_border(point) && mm_of(border_m(point)) == 0);
  }

  int64_t signed_distance_along_mm(const S2Point& from, const S2Point& to) const override;

  std::vector<S2CellId> cover() const override {
    S2RegionCoverer::Options options;
    options.set_max_cells(kCoverCells);
    options.set_max_level(kCoverLevelMax);
    std::vector<S2CellId> cells;
    S2RegionCoverer(options).GetCovering(MakeS2ShapeIndexRegion(&index_), &cells);
    return cells;
  }

 private:
  // Part of a way between two touches of the border, in radians from its start.
  struct Stretch {
    double begin, end;
    double depth_m_max;  // it cannot be deeper: depth changes by no more than a metre per metre
  };

  void draw(const std::vector<std::vector<S2Point>>& rings);
  Run run_of(size_t begin, size_t end) const;
  void bound(const S2Cap& cap);
  bool holds(const S2Point& point) const {
    return MakeS2ContainsPointQuery(&index_, S2ContainsPointQueryOptions(S2VertexModel::CLOSED))
        .Contains(point);
  }
  double border_m(const S2Point& point) const;
  bool is_by_border(const S2Point& point) const;  // within a millimetre by angle
  double clear_way_m(const S2Point& from, const S2Point& to) const;
  std::vector<double> crossings(const S2Point& from, const S2Point& to, double length) const;
  double deepest_m(const S2Point& from, const S2Point& to, double length, std::vector<double> at) const;
  double deepest_m(const S2Point& from, const S2Point& to, const Stretch& stretch) const;

  std::vector<Arc> edges_;
  std::vector<Run> runs_;
  MutableS2ShapeIndex index_;
};

void PolygonShape::draw(const std::vector<std::vector<S2Point>>& rings) {
  for (const auto& ring : rings) {
    for (size_t i = 0; i < ring.size(); ++i) edges_.emplace_back(ring[i], ring[(i + 1) % ring.size()]);
  }
  for (size_t begin = 0; begin < edges_.size(); begin += kRunEdges) {
    runs_.push_back(run_of(begin, std::min(begin + kRunEdges, edges_.size())));
  }
  index_.Add(std::make_unique<S2LaxPolygonShape>(rings));
  index_.ForceBuild();  // now, so that readers share it without writing
}

void PolygonShape::save(Writer& out) const {
  write(out, ShapeKind::kPolygon);
  write(out, centre_);
  write(out, reach_mm_);
  write(out, cap_.radius().length2());
  const auto& drawn = static_cast<const S2LaxPolygonShape&>(*index_.shape(0));
  write(out, static_cast<uint32_t>(drawn.num_loops()));
  for (int ring = 0; ring < drawn.num_loops(); ++ring) {
    write(out, static_cast<uint32_t>(drawn.num_loop_vertices(ring)));
    for (int i = 0; i < drawn.num_loop_vertices(ring); ++i) {
      const S2Point& corner = drawn.loop_vertex(ring, i);
      for (const double part : {corner.x(), corner.y(), corner.z()}) write(out, part);
    }
  }
}

void PolygonShape::bound(const S2Cap& cap) {
  centre_ = place_of(cap.center());
  const S2Point centre = point_of(centre_);
  cap_ = S2Cap(centre, (cap.radius() + S1ChordAngle(centre, cap.center())).PlusError(1e-20));
  // The corner furthest from the centre bounds a zone of ordinary size; its edges bulge past it by less than
  // the ellipsoid differs from a sphere. For continents the cap is bound enough.
  double reach_m = 0;
  for (const Arc& edge : edges_) reach_m = std::max(reach_m, distance_m(centre, edge.a()));
  const double loose_m = std::min(cap_.radius().ToAngle().radians() * kRadiusMMax, kDistanceMmMax / 1000.0);
  reach_m = reach_m < 1e6 ? std::min(reach_m * (1 + 1e-5), loose_m) : loose_m;
  reach_mm_ = static_cast<int64_t>(std::ceil(reach_m * 1000.0)) + 1;
}

Run PolygonShape::run_of(size_t begin, size_t end) const {
  S2Point sum(0, 0, 0);
  for (size_t i = begin; i < end; ++i) sum += edges_[i].a() + edges_[i].b();
  Run run{begin, end, sum.Norm2() > 1e-6 ? sum.Normalize() : edges_[begin].a(), 0};
  for (size_t i = begin; i < end; ++i) {
    run.chord =
        std::max({run.chord, (edges_[i].a() - run.centre).Norm(), (edges_[i].b() - run.centre).Norm()});
  }
  // A cap smaller than a hemisphere that holds both ends of an arc holds the arc. A larger one may not.
  run.chord = run.chord < 1.4 ? run.chord + 1e-14 : 2.0;
  return run;
}

// The nearest edge by angle of the most promising run first; then whatever may be nearer in metres.
double PolygonShape::border_m(const S2Point& point) const {
  const auto gap = [&](const Run& run) { return (point - run.centre).Norm() - run.chord; };
  const Run* first = &runs_[0];
  double first_gap = gap(*first);
  for (const Run& run : runs_) {
    const double run_gap = gap(run);
    if (run_gap < first_gap) std::tie(first, first_gap) = std::pair(&run, run_gap);
  }
  size_t nearest = first->begin;
  double nearest2 = edges_[nearest].chord2_to(point);
  for (size_t i = first->begin + 1; i < first->end; ++i) {
    const double chord2 = edges_[i].chord2_to(point);
    if (chord2 < nearest2) std::tie(nearest, nearest2) = std::pair(i, chord2);
  }

  double best_m = edges_[nearest].distance_m_to(point);
  double limit = chord_holding(best_m);
  for (const Run& run : runs_) {
    if (gap(run) > limit) continue;
    for (size_t i = run.begin; i < run.end; ++i) {
      if (i == nearest || edges_[i].chord2_to(point) > limit * limit) continue;
      const double edge_m = edges_[i].distance_m_to(point);
      if (edge_m < best_m) std::tie(best_m, limit) = std::pair(edge_m, chord_holding(edge_m));
    }
  }
  return best_m;
}

bool PolygonShape::is_by_border(const S2Point& point) const {
  const double limit = chord_holding(0.001);
  for (const Run& run : runs_) {
    if ((point - run.centre).Norm() - run.chord > limit) continue;
    for (size_t i = run.begin; i < run.end; ++i) {
      if (edges_[i].chord2_to(point) <= limit * limit) return true;
    }
  }
  return false;
}

// The distance between the border and a way that does not touch it: at an end of the way or at a corner.
double PolygonShape::clear_way_m(const S2Point& from, const S2Point& to) const {
  const Arc way(from, to);
  const S2Point middle = (from + to).Normalize();
  const double half = (from - middle).Norm();
  double best_m = std::min(border_m(from), border_m(to));
  double limit = chord_holding(best_m);
  for (const Run& run : runs_) {
    if ((middle - run.centre).Norm() - run.chord - half > limit) continue;
    for (size_t i = run.begin; i < run.end; ++i) {
      if (way.chord2_to(edges_[i].a()) > limit * limit) continue;
      const double corner_m = way.distance_m_to(edges_[i].a());
      if (corner_m < best_m) std::tie(best_m, limit) = std::pair(corner_m, chord_holding(corner_m));
    }
  }
  return best_m;
}

std::vector<double> PolygonShape::crossings(const S2Point& from, const S2Point& to, double length) const {
  std::vector<double> at;
  S2CrossingEdgeQuery query(&index_);
  for (const auto& found : query.GetCrossingEdges(from, to, s2shapeutil::CrossingType::ALL)) {
    const S2Point a = found.v0();
    const S2Point b = found.v1();
    // Sign 0: the way and the edge have an end in common.
    const S2Point touch = S2::CrossingSign(from, to, a, b) > 0 ? S2::GetIntersection(from, to, a, b)
                          : a == from || a == to               ? a
                                                               : b;
    at.push_back(std::min(length, from.Angle(touch)));
  }
  return at;
}

int64_t PolygonShape::signed_distance_along_mm(const S2Point& from, const S2Point& to) const {
  const int64_t ends_mm = std::min(signed_distance_mm(from), signed_distance_mm(to));
  if (from == to) return ends_mm;
  const double length = from.Angle(to);
  std::vector<double> at = crossings(from, to, length);
  if (at.empty() && !holds(from)) return std::min(ends_mm, mm_of(clear_way_m(from, to)));
  return std::min({int64_t{0}, ends_mm, -mm_of(deepest_m(from, to, length, std::move(at)))});
}

double PolygonShape::deepest_m(const S2Point& from, const S2Point& to, double length,
                               std::vector<double> at) const {
  at.push_back(0);
  at.push_back(length);
  std::sort(at.begin(), at.end());
  // On the border depth is 0; only the two ends of the way may be off it.
  const auto end_depth_m = [&](double t) {
    return t == 0 ? border_m(from) : t == length ? border_m(to) : 0.0;
  };
  std::vector<Stretch> inside;
  for (size_t i = 1; i < at.size(); ++i) {
    const double begin = at[i - 1];
    const double end = at[i];
    if (end - begin <= 0 || !holds(point_along(from, to, 0.5 * (begin + end)))) continue;
    const double length_m = (end - begin) * kRadiusMMax;
    inside.push_back({begin, end, 0.5 * (length_m + end_depth_m(begin) + end_depth_m(end))});
  }
  std::sort(inside.begin(), inside.end(), [](const Stretch& a, const Stretch& b) {
    return std::pair(-a.depth_m_max, a.begin) < std::pair(-b.depth_m_max, b.begin);
  });
  double best_m = 0;
  for (const Stretch& stretch : inside) {
    if (stretch.depth_m_max <= best_m) break;
    best_m = std::max(best_m, deepest_m(from, to, stretch));
  }
  return best_m;
}

// Sixteen samples, each standing for the 1/32 of the stretch on either side of it, then a golden-section
// search around the deepest. In a convex zone depth along a way has one peak, and this finds it.
double PolygonShape::deepest_m(const S2Point& from, const S2Point& to, const Stretch& stretch) const {
  constexpr int kSamples = 16;
  constexpr double kGolden = 0.6180339887498949;
  const double step = (stretch.end - stretch.begin) / kSamples;
  const auto depth_m = [&](double t) { return border_m(point_along(from, to, t)); };
  double best_m = 0;
  double best_t = stretch.begin;
  for (int i = 0; i < kSamples; ++i) {
    const double t = stretch.begin + (i + 0.5) * step;
    const double m = depth_m(t);
    if (m > best_m) std::tie(best_m, best_t) = std::pair(m, t);
  }
  double low = std::max(stretch.begin, best_t - step);
  double high = std::min(stretch.end, best_t + step);
  double t1 = high - kGolden * (high - low);
  double t2 = low + kGolden * (high - low);
  double m1 = depth_m(t1);
  double m2 = depth_m(t2);
  while ((high - low) * kRadiusMMax > 0.001) {
    best_m = std::max({best_m, m1, m2});
    if (m1 < m2) {
      low = std::exchange(t1, t2);
      m1 = m2;
      t2 = low + kGolden * (high - low);
      m2 = depth_m(t2);
    } else {
      high = std::exchange(t2, t1);
      m2 = m1;
      t1 = high - kGolden * (high - low);
      m1 = depth_m(t1);
    }
  }
  return std::max({best_m, m1, m2});
}

}  // namespace

Result<std::shared_ptr<const ZoneShape>> polygon_shape(const std::vector<PolygonCorners>& polygons) {
  TRY(const PolygonRings rings, polygon_rings(polygons));
  return std::shared_ptr<const ZoneShape>(std::make_shared<PolygonShape>(rings));
}

std::shared_ptr<const ZoneShape> read_polygon_shape(Reader& in) {
  Place centre;
  int64_t reach_mm = 0;
  double cap_length2 = 0;
  uint32_t ring_count = 0, corner_count = 0;
  read(in, centre);
  read(in, reach_mm);
  read(in, cap_length2);
  read(in, ring_count);
  if (!in_range(centre) || !(cap_length2 >= 0 && cap_length2 <= 4) || ring_count == 0) in.fail();
  std::vector<std::vector<S2Point>> rings;
  for (uint32_t ring = 0; ring < ring_count && !in.failed(); ++ring) {
    read(in, corner_count);
    if (corner_count < 3 || corner_count > kCornersMax) in.fail();
    rings.emplace_back();
    for (uint32_t i = 0; i < corner_count && !in.failed(); ++i) {
      double x = 0, y = 0, z = 0;
      read(in, x);
      read(in, y);
      read(in, z);
      rings.back().emplace_back(x, y, z);
      if (!S2::IsUnitLength(rings.back().back())) in.fail();
    }
  }
  if (in.failed()) return nullptr;
  return std::make_shared<PolygonShape>(rings, centre, reach_mm, cap_length2);
}

}  // namespace haechi::geo
