#include "picture/positions.h"

#include <algorithm>
#include <vector>

#include "monitor/position.h"

namespace haechi::picture {
namespace {

constexpr uint32_t kDefaultIntervalS = 15;
constexpr uint32_t kIntervalsUntilStale = 3;

std::optional<uint32_t> find(const std::map<std::string, uint32_t, std::less<>>& index, std::string_view id) {
  const auto it = index.find(id);
  if (it == index.end()) return std::nullopt;
  return it->second;
}

// The first that was not taken before.
template <typename Points>
auto first_from(Points& points, int64_t at_us) {
  return std::lower_bound(points.begin(), points.end(), at_us,
                          [](const TrackPoint& point, int64_t us) { return point.at_us < us; });
}

}  // namespace

uint32_t Positions::intern(Index& index, const std::string& id, bool unit) {
  const auto [it, added] = index.try_emplace(id, size());
  if (added) {
    Holder& holder = holders_.emplace_back();
    holder.id = id;
    holder.unit = unit;
  }
  return it->second;
}

void Positions::put_person(const v1::Person& person) {
  Holder& holder = holders_[intern(persons_, person.id(), false)];
  holder.role = person.role();
  holder.removed = person.removed();
  if (holder.removed) forget(holder);
}

void Positions::put_unit(const v1::Unit& unit) {
  Holder& holder = holders_[intern(units_, unit.id(), true)];
  holder.removed = unit.removed();
  if (holder.removed) forget(holder);
}

void Positions::forget(Holder& holder) {
  holder.has_fix = false;
  holder.order_us = 0;
  holder.fix.Clear();
  holder.track = {};
}

Positions::Holder* Positions::holder_of(const v1::Device& device, uint32_t& number) {
  if (device.retired()) return nullptr;
  const std::optional<uint32_t> found = device.holder_case() == v1::Device::kPersonId
                                            ? find(persons_, device.person_id())
                                            : find(units_, device.unit_id());
  if (!found || holders_[*found].removed) return nullptr;
  number = *found;
  return &holders_[number];
}

void Positions::hear(Holder& holder, const v1::ReportReceived& received) {
  const v1::Report& report = received.report();
  holder.heard_us = std::max(holder.heard_us, received.received_at_us());
  if (report.stored()) return;  // an old report says nothing about the battery now
  if (report.has_battery_percent()) holder.battery_percent = report.battery_percent();
  if (report.has_charging()) holder.charging = report.charging();
}

void Positions::report_past(const v1::ReportReceived& received, const v1::Device& device) {
  const v1::Report& report = received.report();
  if (!report.has_fix() || !report.fix().has_place()) return;
  uint32_t number = 0;
  if (Holder* holder = holder_of(device, number))
    extend_track(*holder, report.fix(), report.fix().fixed_at_us());
}

Reported Positions::report(uint64_t entry_no, const v1::ReportReceived& received, const v1::Device& device) {
  const v1::Report& report = received.report();
  if (device.kind() == v1::DEVICE_KIND_HOME_BEACON) return {};
  uint32_t number = 0;
  Holder* holder = holder_of(device, number);
  if (holder == nullptr) return {};
  hear(*holder, received);
  if (!report.has_fix() || !report.fix().has_place()) return {number, false};

  const v1::Fix& fix = report.fix();
  const int64_t order_us = received.received_at_us() > 0
                               ? std::min(fix.fixed_at_us(), received.received_at_us())
                               : fix.fixed_at_us();
  extend_track(*holder, fix, order_us);
  if (holder->has_fix && order_us <= holder->order_us) return {number, false};
  holder->has_fix = true;
  holder->fix = fix;
  holder->order_us = order_us;
  holder->received_us = received.received_at_us();
  holder->stored = report.stored();
  holder->entry_no = entry_no;
  holder->device_id = report.device_id();
  const uint32_t interval_s = device.interval_s();
  holder->stale_after_s = kIntervalsUntilStale * (interval_s == 0 ? kDefaultIntervalS : interval_s);
  return {number, true};
}

// Points lie at least kTrackSpacing apart: a point between two kept ones, or too near to one, is left out.
// The newest place itself is not part of the track until the next one makes it a point; live() has it.
void Positions::extend_track(Holder& holder, const v1::Fix& fix, int64_t at_us) {
  TrackPoints& track = holder.track;
  const int64_t newest_us = track.empty() ? at_us : std::max(track.back().at_us, at_us);
  const int64_t oldest_us = newest_us - kTrackSpan.us;
  if (at_us < oldest_us) return;
  const TrackPoint point{at_us, fix.place().lat_e7(), fix.place().lng_e7(), fix.accuracy_mm(), fix.source()};
  if (!track.empty() && at_us <= track.back().at_us) {
    std::vector<TrackPoint> points = track.all();
    const auto after = first_from(points, at_us);
    if (after->at_us - at_us < kTrackSpacing.us) return;
    if (after != points.begin() && at_us - std::prev(after)->at_us < kTrackSpacing.us) return;
    points.insert(after, point);
    track.assign(points);
  } else {
    if (!track.empty() && at_us - track.back().at_us < kTrackSpacing.us) return;
    while (!track.empty() && track.front().at_us < oldest_us) track.pop_front();
    track.push_back(point);
  }
  while (track.front().at_us < oldest_us || track.size() > kTrackPointsMax) track.pop_front();
}

std::optional<PlaceAt> Positions::place_at(uint32_t number, Time at) const {
  const Holder& holder = holders_[number];
  if (!holder.has_fix || at.us > holder.order_us) return std::nullopt;
  const TrackPoint newest{holder.order_us, holder.fix.place().lat_e7(), holder.fix.place().lng_e7(),
                          holder.fix.accuracy_mm(), holder.fix.source()};
  const std::vector<TrackPoint> points = holder.track.all();
  const auto next = first_from(points, at.us);
  const TrackPoint& after = next == points.end() ? newest : *next;
  const geo::Place to{after.lat_e7, after.lng_e7};
  const int64_t sigma_mm = monitor::axis_sigma_mm(after.accuracy_mm, after.source);
  if (after.at_us == at.us) return PlaceAt{to, sigma_mm};
  if (next == points.begin()) return std::nullopt;
  const TrackPoint& before = *std::prev(next);
  const int64_t span_us = after.at_us - before.at_us;
  if (span_us > kTrackGapMax.us) return std::nullopt;
  const geo::Place from{before.lat_e7, before.lng_e7};
  const geo::Offset way = geo::offset_mm(from, to);
  const double part = static_cast<double>(at.us - before.at_us) / static_cast<double>(span_us);
  const geo::Offset gone{static_cast<int64_t>(static_cast<double>(way.east_mm) * part),
                         static_cast<int64_t>(static_cast<double>(way.north_mm) * part)};
  return PlaceAt{geo::moved(from, gone),
                 std::max<int64_t>(sigma_mm, monitor::axis_sigma_mm(before.accuracy_mm, before.source))};
}

std::optional<uint32_t> Positions::find_person(std::string_view id) const {
  return find(persons_, id);
}
std::optional<uint32_t> Positions::find_unit(std::string_view id) const {
  return find(units_, id);
}

std::optional<v1::LivePosition> Positions::live(uint32_t number) const {
  const Holder& holder = holders_[number];
  if (!holder.has_fix) return std::nullopt;
  v1::LivePosition out;
  if (holder.unit) {
    out.set_unit_id(holder.id);
  } else {
    out.set_person_id(holder.id);
    out.set_role(holder.role);
  }
  out.set_device_id(holder.device_id);
  *out.mutable_fix() = holder.fix;
  out.set_received_at_us(holder.received_us);
  out.set_heard_at_us(holder.heard_us);
  if (holder.battery_percent) out.set_battery_percent(*holder.battery_percent);
  if (holder.charging) out.set_charging(*holder.charging);
  out.set_stale_after_s(holder.stale_after_s);
  out.set_stored(holder.stored);
  out.set_entry_no(holder.entry_no);
  return out;
}

v1::Track Positions::track(uint32_t number, Time from) const {
  const Holder& holder = holders_[number];
  v1::Track out;
  if (!holder.unit) out.set_person_id(holder.id);
  for (const TrackPoint& point : holder.track.all()) {
    if (point.at_us < from.us) continue;
    v1::TrackPoint& added = *out.add_points();
    added.mutable_place()->set_lat_e7(point.lat_e7);
    added.mutable_place()->set_lng_e7(point.lng_e7);
    added.set_fixed_at_us(point.at_us);
    added.set_accuracy_mm(point.accuracy_mm);
    added.set_source(point.source);
  }
  return out;
}

}  // namespace haechi::picture
