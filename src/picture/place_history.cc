#include "picture/place_history.h"

#include <algorithm>

namespace haechi::picture {
namespace {

bool same_places(const v1::PlaceVersion& row, const std::vector<std::string>& zone_ids) {
  return std::equal(row.zones().begin(), row.zones().end(), zone_ids.begin(), zone_ids.end(),
                    [](const v1::Zone& zone, const std::string& id) { return zone.id() == id; });
}

}  // namespace

v1::PlaceVersion* PlaceHistory::open_row(Rows& rows, const Origin& origin) {
  const auto open = std::find_if(rows.rbegin(), rows.rend(), [&origin](const v1::PlaceVersion& row) {
    return row.until_us() == 0 && row.order_id() == origin.order_id && row.case_id() == origin.case_id;
  });
  return open == rows.rend() ? nullptr : &*open;
}

void PlaceHistory::add(v1::PlaceVersion row) {
  for (const v1::Zone& zone : row.zones()) named_by_zone_[zone.id()].insert(row.protected_id());
  Rows& rows = by_person_[row.protected_id()];
  rows.push_back(std::move(row));
  if (rows.size() > kPlaceVersionsMax) rows.pop_front();
}

void PlaceHistory::set(At at, const Origin& origin, const std::string& protected_id,
                       const std::vector<std::string>& zone_ids, const Zones& zones) {
  if (v1::PlaceVersion* open = open_row(by_person_[protected_id], origin)) {
    if (same_places(*open, zone_ids)) return;
    open->set_until_us(at.stamped_at.us);
  }
  if (zone_ids.empty()) return;
  v1::PlaceVersion row;
  row.set_protected_id(protected_id);
  row.set_order_id(origin.order_id);
  row.set_case_id(origin.case_id);
  row.set_version(origin.version);
  row.set_since_us(origin.since_us);
  for (const std::string& id : zone_ids) {
    const auto known = zones.find(id);
    v1::Zone& zone = *row.add_zones();
    if (known != zones.end()) zone = known->second;
    zone.set_id(id);
  }
  add(std::move(row));
}

void PlaceHistory::put(At at, const v1::Order& order, const Zones& zones) {
  std::map<std::string, std::vector<std::string>> places;
  if (const auto named = named_by_order_.find(order.id()); named != named_by_order_.end())
    for (const std::string& before : named->second) places[before];
  for (const v1::Condition& one : order.conditions())
    if (!order.withdrawn() && one.has_exclusion() && !one.exclusion().protected_id().empty())
      places[one.exclusion().protected_id()].push_back(one.exclusion().zone_id());
  const Origin origin{order.id(), {}, order.version(), std::max(at.stamped_at.us, order.starts_at_us())};
  for (const auto& [protected_id, zone_ids] : places) {
    named_by_order_[order.id()].insert(protected_id);
    set(at, origin, protected_id, zone_ids, zones);
  }
}

void PlaceHistory::put(At at, const v1::Case& one, const Zones& zones) {
  for (const v1::PlaceSet& places : one.places())
    set(at, {{}, one.id(), places.version(), places.since_us()}, places.protected_id(),
        {places.zone_ids().begin(), places.zone_ids().end()}, zones);
}

void PlaceHistory::redrawn(At at, const v1::Zone& zone) {
  const auto named = named_by_zone_.find(zone.id());
  if (named == named_by_zone_.end()) return;
  for (const std::string& protected_id : named->second) {
    std::vector<v1::PlaceVersion> made;
    for (v1::PlaceVersion& row : by_person_[protected_id]) {
      auto& zones = *row.mutable_zones();
      const auto drawn = std::find_if(zones.begin(), zones.end(),
                                      [&zone](const v1::Zone& one) { return one.id() == zone.id(); });
      if (row.until_us() != 0 || drawn == zones.end()) continue;
      if (drawn->SerializeAsString() == zone.SerializeAsString()) continue;
      v1::PlaceVersion& next = made.emplace_back(row);
      next.set_since_us(std::max(at.stamped_at.us, row.since_us()));
      *next.mutable_zones(static_cast<int>(drawn - zones.begin())) = zone;
      row.set_until_us(next.since_us());
    }
    for (v1::PlaceVersion& row : made) add(std::move(row));
  }
}

void PlaceHistory::forget(const std::string& protected_id) {
  by_person_.erase(protected_id);
}

const std::deque<v1::PlaceVersion>* PlaceHistory::of(std::string_view protected_id) const {
  const auto found = by_person_.find(protected_id);
  return found == by_person_.end() ? nullptr : &found->second;
}

}  // namespace haechi::picture
