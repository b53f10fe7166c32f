#include "api/history_index.h"

#include <algorithm>

#include "haechi/v1/fact.pb.h"

namespace haechi::api {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;

int64_t hour_of(Time at) {
  return at.us >= 0 ? at.us / kHourUs : -((-at.us + kHourUs - 1) / kHourUs);
}

}  // namespace

std::optional<Time> instant_of(const v1::ReportReceived& received) {
  const v1::Report& report = received.report();
  if (!report.has_fix() || !report.fix().has_place()) return std::nullopt;
  const int64_t fixed_us = report.fix().fixed_at_us();
  return Time{received.received_at_us() > 0 ? std::min(fixed_us, received.received_at_us()) : fixed_us};
}

void HistoryIndex::fold(uint64_t no, Time stamp, const v1::Fact& fact) {
  std::optional<Time> stray;
  if (fact.has_report_received()) {
    stray = instant_of(fact.report_received());
    if (stray && *stray <= stamp && stamp < *stray + kLateAfter) stray.reset();
  }
  const std::lock_guard lock(mutex_);
  entry_no_ = no;
  if (stray) add_stray(*stray, no);
  if (!fact.has_device_registered()) return;
  const v1::Device& device = fact.device_registered();
  std::optional<uint32_t> person;
  if (device.holder_case() == v1::Device::kPersonId && !device.retired() &&
      device.kind() != v1::DEVICE_KIND_HOME_BEACON) {
    const auto [found, added] =
        numbers_.try_emplace(device.person_id(), static_cast<uint32_t>(persons_.size()));
    if (added) persons_.push_back(device.person_id());
    person = found->second;
  }
  std::vector<Held>& held = devices_[device.id()];
  if (held.empty() || held.back().person != person) held.push_back({no, person});
}

uint64_t HistoryIndex::entry_no() const {
  const std::lock_guard lock(mutex_);
  return entry_no_;
}

size_t HistoryIndex::ranges() const {
  const std::lock_guard lock(mutex_);
  return ranges_;
}

std::optional<uint32_t> HistoryIndex::find(std::string_view person_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = numbers_.find(person_id);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::string HistoryIndex::person_id(uint32_t person) const {
  const std::lock_guard lock(mutex_);
  return persons_.at(person);
}

std::optional<uint32_t> HistoryIndex::holder(std::string_view device_id, uint64_t no) const {
  const std::lock_guard lock(mutex_);
  const auto device = devices_.find(device_id);
  if (device == devices_.end()) return std::nullopt;
  const std::vector<Held>& held = device->second;
  const auto after = std::upper_bound(held.begin(), held.end(), no,
                                      [](uint64_t entry, const Held& one) { return entry < one.from_no; });
  return after == held.begin() ? std::nullopt : std::prev(after)->person;
}

void HistoryIndex::add_stray(Time instant, uint64_t no) {
  std::vector<EntryRange>& ranges = strays_[hour_of(instant)];
  if (!ranges.empty() && no <= ranges.back().last + gap_) {
    ranges.back().last = no;
    return;
  }
  ranges.push_back({no, no});
  if (++ranges_ > ranges_max_) merge_neighbours();
}

// Until half of the bound is free again, so that this is done seldom.
void HistoryIndex::merge_neighbours() {
  while (ranges_ > ranges_max_ / 2 + strays_.size()) {
    gap_ *= 2;
    ranges_ = 0;
    for (auto& [hour, ranges] : strays_) {
      size_t kept = 0;
      for (size_t i = 1; i < ranges.size(); ++i) {
        if (ranges[i].first <= ranges[kept].last + gap_) {
          ranges[kept].last = ranges[i].last;
        } else {
          ranges[++kept] = ranges[i];
        }
      }
      ranges.resize(kept + 1);
      ranges_ += ranges.size();
    }
  }
}

std::vector<EntryRange> HistoryIndex::strays(Time from, Time to, uint64_t from_no) const {
  std::vector<EntryRange> out;
  {
    const std::lock_guard lock(mutex_);
    for (auto hour = strays_.lower_bound(hour_of(from)); hour != strays_.end(); ++hour) {
      if (hour->first > hour_of(to)) break;
      const std::vector<EntryRange>& ranges = hour->second;
      const auto first = std::lower_bound(ranges.begin(), ranges.end(), from_no,
                                          [](const EntryRange& one, uint64_t no) { return one.last < no; });
      out.insert(out.end(), first, ranges.end());
    }
  }
  for (EntryRange& range : out) range.first = std::max(range.first, from_no);
  return united(std::move(out));
}

std::vector<EntryRange> united(std::vector<EntryRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const EntryRange& a, const EntryRange& b) { return a.first < b.first; });
  std::vector<EntryRange> out;
  for (const EntryRange& range : ranges) {
    if (range.last < range.first) continue;
    if (!out.empty() && range.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, range.last);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

}  // namespace haechi::api
