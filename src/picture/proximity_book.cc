#include "picture/proximity_book.h"

#include <algorithm>
#include <vector>

#include "base/archive.h"
#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::picture {
namespace {

// As the engine does: clocks that differ by less are the same clock.
constexpr Duration kClockAheadMax = Duration::seconds(5);

monitor::KeptFix kept(const v1::Place& place, uint32_t accuracy_mm, v1::FixSource source, Time at) {
  monitor::KeptFix fix;
  fix.at = at;
  fix.place = law::place_of(place);
  fix.sigma_mm = monitor::axis_sigma_mm(accuracy_mm, source);
  fix.accuracy_mm = accuracy_mm;
  return fix;
}

Time happened_at(const v1::Fix& fix, int64_t received_at_us) {
  const Time fixed{fix.fixed_at_us()}, received{received_at_us};
  return received.known() && fixed > received + kClockAheadMax ? received : fixed;
}

monitor::Track track_of(const std::string& person_id, const Positions& positions) {
  monitor::Track track;
  const std::optional<uint32_t> holder = positions.find_person(person_id);
  if (!holder) return track;
  const v1::Track known = positions.track(*holder, Time{});
  for (const v1::TrackPoint& point : known.points())
    track.keep(kept(point.place(), point.accuracy_mm(), point.source(), Time{point.fixed_at_us()}));
  if (const auto live = positions.live(*holder)) {
    const v1::Fix& fix = live->fix();
    track.keep(kept(fix.place(), fix.accuracy_mm(), fix.source(), happened_at(fix, live->received_at_us())));
  }
  return track;
}

struct Point {
  monitor::Measure measure;
  std::optional<int32_t> closing_mmps;
};

// A phone speaks for a wearer only while he wears nothing: it can be left at home.
bool speaks_for_him(const v1::Device& device, const DeviceBook& devices) {
  return device.kind() == v1::DEVICE_KIND_ANKLE ||
         !devices.holds_kind(device.person_id(), v1::DEVICE_KIND_ANKLE);
}

}  // namespace

struct ProximityBook::Pair {
  monitor::Track hers;
  monitor::Closing closing;
  std::vector<Point> points;
  int64_t spacing_us = 0;  // points nearer to each other than this were left out
};

struct ProximityBook::Series {
  std::string wearer_id;
  bool closed = false;
  monitor::Track his;
  std::map<std::string, Pair> pairs;  // by protected person
};

ProximityBook::ProximityBook() = default;
ProximityBook::~ProximityBook() = default;
ProximityBook::ProximityBook(ProximityBook&&) noexcept = default;
ProximityBook& ProximityBook::operator=(ProximityBook&&) noexcept = default;

void ProximityBook::save(Writer& out) const {
  write(out, series_);
  write(out, open_by_person_);
  write(out, closed_);
}

void ProximityBook::load(Reader& in) {
  read(in, series_);
  read(in, open_by_person_);
  read(in, closed_);
}

void ProximityBook::observe(const Series& series, Pair& pair) {
  if (series.his.empty() || pair.hers.empty()) return;
  const Time at = std::max(series.his.latest().at, pair.hers.latest().at);
  const std::optional<monitor::Measure> measure = monitor::pair_measure(series.his, pair.hers, at);
  if (!measure || (!pair.points.empty() && at < pair.points.back().measure.at)) return;
  pair.closing.observe(at, measure->distance_mm);
  const Point point{*measure, pair.closing.mmps(at, measure->distance_mm)};
  std::vector<Point>& points = pair.points;
  const size_t size = points.size();
  const bool same = size > 0 && points.back().measure.at == at;
  const bool near = size > 1 && (at - points[size - 2].measure.at).us < pair.spacing_us;
  if (same || near) {
    points.back() = point;
    return;
  }
  points.push_back(point);
  if (points.size() <= kProximityPointsMax) return;
  size_t keep = 0;
  for (size_t i = 0; i < points.size(); i += 2) points[keep++] = points[i];
  points.resize(keep);
  const int64_t span_us = (points.back().measure.at - points.front().measure.at).us;
  pair.spacing_us = span_us / static_cast<int64_t>(keep);
}

void ProximityBook::put_incident(const v1::Incident& incident, const Positions& positions) {
  if (incident.wearer_id().empty()) return;
  const bool ended = incident.closed_at_us() != 0;
  const auto [found, added] = series_.try_emplace(incident.id());
  if (added) found->second = std::make_unique<Series>();
  Series& series = *found->second;
  if (added) {
    series.wearer_id = incident.wearer_id();
    series.his = track_of(series.wearer_id, positions);
    open_by_person_[series.wearer_id].insert(incident.id());
  }
  if (!series.closed) {
    for (const std::string& protected_id : incident.protected_ids()) {
      const auto [pair, is_new] = series.pairs.try_emplace(protected_id);
      if (!is_new) continue;
      pair->second.hers = track_of(protected_id, positions);
      open_by_person_[protected_id].insert(incident.id());
      observe(series, pair->second);
    }
  }
  if (ended && !series.closed) close(incident.id(), series);
}

void ProximityBook::close(const std::string& id, Series& series) {
  series.closed = true;
  const auto leave = [&](const std::string& person_id) {
    const auto open = open_by_person_.find(person_id);
    if (open == open_by_person_.end()) return;
    open->second.erase(id);
    if (open->second.empty()) open_by_person_.erase(open);
  };
  leave(series.wearer_id);
  series.his = {};
  for (auto& [protected_id, pair] : series.pairs) {
    leave(protected_id);
    pair.hers = {};
    pair.points.shrink_to_fit();
  }
  closed_.push_back(id);
  if (closed_.size() <= kClosedSeriesMax) return;
  series_.erase(closed_.front());
  closed_.pop_front();
}

void ProximityBook::forget(const std::string& person_id) {
  for (auto& [id, series] : series_) {
    if (series->wearer_id == person_id) {
      series->his = {};
      series->pairs.clear();
    }
    series->pairs.erase(person_id);
  }
}

void ProximityBook::report(const v1::ReportReceived& received, const v1::Device& device,
                           const DeviceBook& devices) {
  const v1::Fix& fix = received.report().fix();
  if (device.retired() || !received.report().has_fix() || !fix.has_place()) return;
  if (device.kind() == v1::DEVICE_KIND_HOME_BEACON || device.kind() == v1::DEVICE_KIND_VEHICLE) return;
  const auto open = open_by_person_.find(device.person_id());
  if (open == open_by_person_.end()) return;
  const monitor::KeptFix newest =
      kept(fix.place(), fix.accuracy_mm(), fix.source(), happened_at(fix, received.received_at_us()));
  for (const std::string& id : open->second) {
    Series& series = *series_.find(id)->second;
    const bool his = series.wearer_id == device.person_id();
    if (his && (!speaks_for_him(device, devices) || !series.his.keep(newest))) continue;
    for (auto& [protected_id, pair] : series.pairs) {
      if (!his && (protected_id != device.person_id() || !pair.hers.keep(newest))) continue;
      observe(series, pair);
    }
  }
}

v1::ProximitySeries ProximityBook::series(std::string_view incident_id) const {
  v1::ProximitySeries out;
  const auto found = series_.find(incident_id);
  if (found == series_.end()) return out;
  for (const auto& [protected_id, pair] : found->second->pairs) {
    out.set_thinned(out.thinned() || pair.spacing_us > 0);
    for (const Point& point : pair.points) {
      v1::ProximityPoint& added = *out.add_points();
      added.set_at_us(point.measure.at.us);
      added.set_protected_id(protected_id);
      added.set_distance_mm(point.measure.distance_mm);
      added.set_sigma_mm(static_cast<uint32_t>(point.measure.sigma_mm));
      added.set_closing_mmps(point.closing_mmps.value_or(0));
      added.set_closing_known(point.closing_mmps.has_value());
    }
  }
  std::stable_sort(
      out.mutable_points()->begin(), out.mutable_points()->end(),
      [](const v1::ProximityPoint& a, const v1::ProximityPoint& b) { return a.at_us() < b.at_us(); });
  return out;
}

}  // namespace haechi::picture
