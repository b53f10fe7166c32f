#include "dispatch/units.h"

#include <algorithm>
#include <tuple>
#include "base/archive.h"

namespace haechi::dispatch {
namespace {

constexpr uint32_t kSpeedMmps = 11'111;  // 40 km/h
constexpr Duration kFresh = Duration::seconds(600);
constexpr int64_t kRoadTenths = 13;  // roads are taken to be 1.3 times as long as the straight line
// An own unit counts ten, another agency's eleven: the own one wins within 10 %.
constexpr int64_t kOwnWeight = 10;
constexpr int64_t kOtherWeight = 11;

uint32_t seconds_for(int64_t distance_mm, uint32_t speed_mmps) {
  const int64_t speed = speed_mmps == 0 ? kSpeedMmps : speed_mmps;
  const int64_t tenths = distance_mm * kRoadTenths;
  return static_cast<uint32_t>(std::max<int64_t>(1, (tenths + speed * 10 - 1) / (speed * 10)));
}

// Smaller is better. The id makes it total.
struct Rank {
  int freshness;  // 0 fresh, 1 old, 2 no position
  int64_t weighted;
  const Unit* unit;

  bool operator<(const Rank& other) const {
    return std::tie(freshness, weighted, unit->id) <
           std::tie(other.freshness, other.weighted, other.unit->id);
  }
};

}  // namespace

Unit& Units::put(const v1::Unit& registered) {
  Unit& unit = units_[registered.id()];
  unit.id = registered.id();
  unit.agency_id = registered.agency_id();
  unit.speed_mmps = registered.speed_mmps();
  unit.removed = registered.removed();
  return unit;
}

Unit* Units::find(const std::string& id) {
  const auto found = units_.find(id);
  return found == units_.end() ? nullptr : &found->second;
}

void Units::put_device(const v1::Device& device) {
  if (device.retired() || device.holder_case() != v1::Device::kUnitId || device.unit_id().empty()) {
    by_device_.erase(device.id());
    return;
  }
  // A device may be registered before its unit; the unit then exists but is nobody's until it is registered.
  const auto [it, created] = units_.try_emplace(device.unit_id());
  if (created) {
    it->second.id = device.unit_id();
    it->second.removed = true;
  }
  by_device_[device.id()] = &it->second;
}

void Units::moved(const v1::ReportReceived& received, Time now) {
  const v1::Report& report = received.report();
  const auto found = by_device_.find(report.device_id());
  if (found == by_device_.end() || !report.has_fix() || !report.fix().has_place() || report.fix().mocked())
    return;
  const geo::Place place{report.fix().place().lat_e7(), report.fix().place().lng_e7()};
  if (!geo::in_range(place)) return;
  // A clock that runs ahead must not make every later fix look old.
  const Time fixed_at = std::min(Time{report.fix().fixed_at_us()}, now);
  Unit& unit = *found->second;
  if (unit.place && fixed_at < unit.placed_at) return;
  unit.place = place;
  unit.placed_at = fixed_at;
}

std::vector<Candidate> Units::nearest(const std::optional<geo::Place>& place, const std::string& agency_id,
                                      const std::set<std::string>& agencies,
                                      const std::set<std::string>& excluded, Time now, size_t count) {
  std::vector<std::pair<Rank, Candidate>> best;
  for (auto& [id, unit] : units_) {
    if (unit.removed || unit.status != v1::UNIT_STATUS_AVAILABLE || !agencies.contains(unit.agency_id))
      continue;
    if (excluded.contains(id)) continue;
    const int64_t weight = unit.agency_id == agency_id ? kOwnWeight : kOtherWeight;
    Candidate candidate{&unit, 0, 0};
    Rank rank{2, weight, &unit};
    if (place && unit.place) {
      candidate.distance_mm = geo::distance_mm(*unit.place, *place);
      candidate.eta_s = seconds_for(candidate.distance_mm, unit.speed_mmps);
      rank = {now - unit.placed_at < kFresh ? 0 : 1, candidate.eta_s * weight, &unit};
    }
    const auto at = std::upper_bound(best.begin(), best.end(), rank,
                                     [](const Rank& a, const auto& b) { return a < b.first; });
    if (at == best.end() && best.size() == count) continue;
    best.insert(at, {rank, candidate});
    if (best.size() > count) best.pop_back();
  }
  std::vector<Candidate> candidates;
  for (const auto& [rank, candidate] : best) candidates.push_back(candidate);
  return candidates;
}

uint32_t Units::eta_s(const Unit& unit, const std::optional<geo::Place>& place) {
  if (!place || !unit.place) return 0;
  return seconds_for(geo::distance_mm(*unit.place, *place), unit.speed_mmps);
}

void Units::save(Writer& out) const {
  write(out, units_);
  std::map<std::string, std::string> by_device;
  for (const auto& [device, unit] : by_device_) by_device.emplace_hint(by_device.end(), device, unit->id);
  write(out, by_device);
}

void Units::load(Reader& in) {
  std::map<std::string, std::string> by_device;
  by_device_.clear();
  read(in, units_);
  read(in, by_device);
  for (const auto& [device, id] : by_device) {
    if (Unit* unit = find(id))
      by_device_[device] = unit;
    else
      in.fail();
  }
}

}  // namespace haechi::dispatch
