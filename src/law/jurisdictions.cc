#include "law/jurisdictions.h"

#include <algorithm>
#include <tuple>

#include "base/archive.h"
#include "haechi/v1/dispatch.pb.h"
#include "law/shapes.h"

namespace haechi::law {

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
      return std::tuple(!holds, holds ? held_[hit.key].reach_mm : hit.signed_distance_mm,
                        std::cref(ids_.name(hit.key)));
    };
    const auto left = rank(a), right = rank(b);
    if (std::get<0>(left) != std::get<0>(right)) return std::get<0>(left) < std::get<0>(right);
    if (std::get<1>(left) != std::get<1>(right)) return std::get<1>(left) < std::get<1>(right);
    return std::get<2>(left).get() < std::get<2>(right).get();
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
