#include "sim/voronoi.h"

#include <boost/geometry.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/geometries/polygon.hpp>
#include <cmath>

namespace haechi::sim {
namespace {

namespace bg = boost::geometry;
using Point = bg::model::d2::point_xy<double>;
using Polygon = bg::model::polygon<Point>;

// The plane: metres east and north of the middle of Seoul; good to a percent over the province, and a border
// between stations is nobody's law here.
constexpr double kLat0 = 37.55, kLng0 = 127.0;
constexpr double kMetresPerDegree = 111'132.0;
const double kShrink = std::cos(kLat0 * 0.017453292519943295);

Point to_plane(geo::Place place) {
  return {(geo::lng_degrees(place) - kLng0) * kMetresPerDegree * kShrink,
          (geo::lat_degrees(place) - kLat0) * kMetresPerDegree};
}

geo::Place to_place(const Point& point) {
  const double lat = kLat0 + point.y() / kMetresPerDegree;
  const double lng = kLng0 + point.x() / (kMetresPerDegree * kShrink);
  return {static_cast<int32_t>(std::llround(lat * 1e7)), static_cast<int32_t>(std::llround(lng * 1e7))};
}

// The part of a convex polygon that is nearer to `mine` than to `other`.
std::vector<Point> nearer_part(const std::vector<Point>& convex, const Point& mine, const Point& other) {
  const double dx = other.x() - mine.x(), dy = other.y() - mine.y();
  const double middle =
      (other.x() * other.x() - mine.x() * mine.x() + other.y() * other.y() - mine.y() * mine.y()) / 2;
  const auto side = [&](const Point& p) {
    return middle - (p.x() * dx + p.y() * dy);
  };  // positive: nearer to mine
  std::vector<Point> out;
  for (size_t i = 0; i < convex.size(); ++i) {
    const Point& a = convex[i];
    const Point& b = convex[(i + 1) % convex.size()];
    const double at_a = side(a), at_b = side(b);
    if (at_a >= 0) out.push_back(a);
    if ((at_a >= 0) != (at_b >= 0)) {
      const double t = at_a / (at_a - at_b);
      out.emplace_back(a.x() + (b.x() - a.x()) * t, a.y() + (b.y() - a.y()) * t);
    }
  }
  return out;
}

}  // namespace

std::vector<std::vector<Outline>> nearest_areas(const std::vector<geo::Place>& points, const Outline& land) {
  Polygon land_polygon;
  for (const geo::Place& corner : land) bg::append(land_polygon.outer(), to_plane(corner));
  bg::correct(land_polygon);
  std::vector<Point> sites;
  for (const geo::Place& point : points) sites.push_back(to_plane(point));
  std::vector<std::vector<Outline>> out;
  for (size_t i = 0; i < sites.size(); ++i) {
    constexpr double kFar = 300'000;
    std::vector<Point> cell = {{-kFar, -kFar}, {kFar, -kFar}, {kFar, kFar}, {-kFar, kFar}};
    for (size_t j = 0; j < sites.size(); ++j)
      if (j != i) cell = nearer_part(cell, sites[i], sites[j]);
    Polygon cell_polygon;
    for (const Point& corner : cell) bg::append(cell_polygon.outer(), corner);
    bg::correct(cell_polygon);
    std::vector<Polygon> parts;
    bg::intersection(land_polygon, cell_polygon, parts);
    std::vector<Outline>& outlines = out.emplace_back();
    for (const Polygon& part : parts) {
      if (bg::area(part) < 10'000) continue;  // a sliver under a hectare
      Outline& outline = outlines.emplace_back();
      for (size_t corner = 0; corner + 1 < part.outer().size(); ++corner)
        outline.push_back(to_place(part.outer()[corner]));
    }
  }
  return out;
}

}  // namespace haechi::sim
