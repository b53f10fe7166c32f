#include "api/history_index.h"

#include <algorithm>

#include "base/archive.h"
#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

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
  state_.entry_no = no;
  if (stray) add_stray(*stray, no);
  if (!fact.has_device_registered()) return;
  const v1::Device& device = fact.device_registered();
  std::optional<uint32_t> person;
  if (device.holder_case() == v1::Device::kPersonId && !device.retired() &&
      device.kind() != v1::DEVICE_KIND_HOME_BEACON)
    person = state_.persons.intern(device.person_id());
  const uint32_t number = state_.devices.intern(device.id());
  const bool is_new = number == state_.holders.size();
  Holders& holders = is_new ? state_.holders.emplace_back() : state_.holders[number];
  if (!is_new && holders.latest.person == person) return;
  if (!is_new) holders.before.push_back(holders.latest);
  holders.latest = {no, person};
}

void HistoryIndex::fold(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) fold(entry.no, entry.stamped_at, *entry.fact);
}

HistoryIndex& HistoryIndex::operator=(HistoryIndex&& other) noexcept {
  const std::scoped_lock lock(mutex_, other.mutex_);
  state_ = std::move(other.state_);
  return *this;
}

void HistoryIndex::save(Writer& out) const {
  const std::lock_guard lock(mutex_);
  write(out, state_);
}

void HistoryIndex::load(Reader& in) {
  const std::lock_guard lock(mutex_);
  read(in, state_);
}

uint64_t HistoryIndex::entry_no() const {
  const std::lock_guard lock(mutex_);
  return state_.entry_no;
}

size_t HistoryIndex::ranges() const {
  const std::lock_guard lock(mutex_);
  return state_.ranges;
}

std::optional<uint32_t> HistoryIndex::find(std::string_view person_id) const {
  const std::lock_guard lock(mutex_);
  return state_.persons.find(person_id);
}

std::string HistoryIndex::person_id(uint32_t person) const {
  const std::lock_guard lock(mutex_);
  return state_.persons.name(person);
}

std::optional<uint32_t> HistoryIndex::holder(std::string_view device_id, uint64_t no) const {
  const std::lock_guard lock(mutex_);
  const std::optional<uint32_t> device = state_.devices.find(device_id);
  if (!device) return std::nullopt;
  const Holders& holders = state_.holders[*device];
  if (no >= holders.latest.from_no) return holders.latest.person;
  const auto* const after =
      std::upper_bound(holders.before.begin(), holders.before.end(), no,
                       [](uint64_t entry, const Held& one) { return entry < one.from_no; });
  return after == holders.before.begin() ? std::nullopt : std::prev(after)->person;
}

void HistoryIndex::add_stray(Time instant, uint64_t no) {
  std::vector<EntryRange>& ranges = state_.strays[hour_of(instant)];
  if (!ranges.empty() && no <= ranges.back().last + state_.gap) {
    ranges.back().last = no;
    return;
  }
  ranges.push_back({no, no});
  if (++state_.ranges > ranges_max_) merge_neighbours();
}

// Until half of the bound is free again, so that this is done seldom.
void HistoryIndex::merge_neighbours() {
  while (state_.ranges > ranges_max_ / 2 + state_.strays.size()) {
    state_.gap *= 2;
    state_.ranges = 0;
    for (auto& [hour, ranges] : state_.strays) {
      size_t kept = 0;
      for (size_t i = 1; i < ranges.size(); ++i) {
        if (ranges[i].first <= ranges[kept].last + state_.gap) {
          ranges[kept].last = ranges[i].last;
        } else {
          ranges[++kept] = ranges[i];
        }
      }
      ranges.resize(kept + 1);
      state_.ranges += ranges.size();
    }
  }
}

std::vector<EntryRange> HistoryIndex::strays(Time from, Time to, uint64_t from_no) const {
  std::vector<EntryRange> out;
  {
    const std::lock_guard lock(mutex_);
    for (auto hour = state_.strays.lower_bound(hour_of(from)); hour != state_.strays.end(); ++hour) {
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
