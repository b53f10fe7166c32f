#include "law/jurisdictions.h"

#include <algorithm>
#include <tuple>

#include "base/archive.h"
#include "haechi/v1/dispatch.pb.h"
#include "law/shapes.h"

namespace haechi::law {
namespace {

constexpr int64_t kBorderMm = 10'000;

bool ring_reaches_into(const v1::Ring& ring, const geo::Zone& zone) {
  for (int i = 0; i < ring.corners_size(); ++i) {
    const geo::Place from = place_of(ring.corners(i));
    const geo::Place to = place_of(ring.corners((i + 1) % ring.corners_size()));
    if (zone.signed_distance_along_mm(from, to) < -kBorderMm) return true;
  }
  return false;
}

bool reaches_into(const v1::Shape& shape, const geo::Zone& own, const geo::Zone& zone) {
  if (shape.has_circle()) return zone.signed_distance_mm(own.centre()) < own.reach_mm() - kBorderMm;
  // Two of the same border do not reach into each other, but for their middles.
  if (own.contains(own.centre()) && zone.signed_distance_mm(own.centre()) < -kBorderMm) return true;
  if (shape.has_polygon()) return ring_reaches_into(shape.polygon().outer(), zone);
  const auto& polygons = shape.multi_polygon().polygons();
  return std::any_of(polygons.begin(), polygons.end(),
                     [&zone](const v1::Polygon& one) { return ring_reaches_into(one.outer(), zone); });
}

}  // namespace

bool takes_over(const v1::Jurisdiction& fresh, const v1::Jurisdiction& known) {
  if (fresh.removed() || known.removed() || fresh.agency_id() == known.agency_id()) return false;
  const Result<geo::Zone> own = zone_from(fresh.shape(), "shape"), other = zone_from(known.shape(), "shape");
  if (!own.ok() || !other.ok() || own->reach_mm() > other->reach_mm())
    return false;  // the smaller one runs a call
  if (geo::distance_mm(own->centre(), other->centre()) > own->reach_mm() + other->reach_mm()) return false;
  return reaches_into(fresh.shape(), *own, *other);
}

Status Jurisdictions::put(const v1::Jurisdiction& jurisdiction) {
  if (jurisdiction.removed()) {
    if (const auto key = ids_.find(jurisdiction.id())) {
      held_[*key].zone.reset();
      index_.remove(*key);
    }
    return {};
  }
  const Result<geo::Zone> zone = zone_from(jurisdiction.shape(), "shape");
  if (!zone.ok()) return zone.error();
  const uint32_t key = ids_.intern(jurisdiction.id());
  if (key >= held_.size()) held_.resize(key + 1);
  held_[key] = {*zone,
                jurisdiction.agency_id(),
                {jurisdiction.informed_agency_ids().begin(), jurisdiction.informed_agency_ids().end()},
                zone->reach_mm()};
  index_.put(key, *zone);
  return {};
}

std::vector<Responsible> Jurisdictions::at(geo::Place place, int64_t error_mm) const {
  std::vector<geo::ZoneIndex::Hit> hits;
  index_.within(place, std::max<int64_t>(error_mm, 0), hits);
  std::sort(hits.begin(), hits.end(), [this](const auto& a, const auto& b) {
    const auto rank = [this](const geo::ZoneIndex::Hit& hit) {
      const bool holds = hit.signed_distance_mm <= 0;
      return std::tuple(!holds, holds ? held_[hit.key].reach_mm : hit.signed_distance_mm, ids_.name(hit.key));
    };
    return rank(a) < rank(b);
  });
  std::vector<Responsible> told;
  const auto tell = [&told](const std::string& agency_id, const std::string& jurisdiction_id) {
    for (const Responsible& one : told)
      if (one.agency_id == agency_id) return;
    told.push_back({agency_id, jurisdiction_id, !told.empty()});
  };
  for (const geo::ZoneIndex::Hit& hit : hits) tell(held_[hit.key].agency_id, ids_.name(hit.key));
  for (const geo::ZoneIndex::Hit& hit : hits)
    for (const std::string& agency : held_[hit.key].informed_agency_ids) tell(agency, ids_.name(hit.key));
  return told;
}

void Jurisdictions::save(Writer& out) const {
  write(out, ids_);
  write(out, held_);
}

void Jurisdictions::load(Reader& in) {
  read(in, ids_);
  read(in, held_);
  index_ = geo::ZoneIndex();
  for (uint32_t key = 0; key < held_.size(); ++key)
    if (held_[key].zone) index_.put(key, *held_[key].zone);
}

}  // namespace haechi::law
