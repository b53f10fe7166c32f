#include "node/node_watch.h"

#include <sys/statvfs.h>

#include <algorithm>

namespace haechi::node {
namespace {

constexpr Duration kHour = Duration::seconds(3600);
constexpr Duration kWeek = Duration::seconds(7 * 24 * 3600);
constexpr int64_t kDayUs = int64_t{24} * 3600 * 1'000'000;
// Told again when half of what was left is gone, over when there is half as much again as would be told.
constexpr int64_t kAgainAt = 2;
constexpr int64_t kDaysOver = kDaysLeftMin * 3 / 2;

v1::NodeCondition condition(v1::NodeCondition::Kind kind, bool over) {
  v1::NodeCondition made;
  made.set_kind(kind);
  made.set_over(over);
  return made;
}

}  // namespace

bool stands(const picture::NodeBook& told, v1::NodeCondition::Kind kind) {
  bool out = false;
  for (const picture::ToldCondition& one : told.told())
    if (one.condition.kind() == kind) out = !one.condition.over();
  return out;
}

void DiskPace::see(Time at, uint64_t free_bytes) {
  if (seen_.size() >= 2 && seen_.back().first - seen_[seen_.size() - 2].first < kHour) seen_.pop_back();
  seen_.emplace_back(at, free_bytes);
  while (seen_.size() > 2 && at - seen_.front().first > kWeek) seen_.pop_front();
}

std::optional<int64_t> DiskPace::days_left() const {
  if (seen_.size() < 2) return std::nullopt;
  const auto& [from, free_then] = seen_.front();
  const auto& [to, free_now] = seen_.back();
  if (to - from < kHour || free_now >= free_then) return std::nullopt;
  const double per_us = static_cast<double>(free_then - free_now) / static_cast<double>((to - from).us);
  return static_cast<int64_t>(static_cast<double>(free_now) / per_us / static_cast<double>(kDayUs));
}

NodeWatch::NodeWatch(const picture::NodeBook& told)
    : disk_told_(stands(told, v1::NodeCondition::DISK_FILLING)),
      clock_told_(stands(told, v1::NodeCondition::CLOCK_UNKEPT)) {}

std::vector<v1::NodeCondition> NodeWatch::look(Time now, const std::optional<Disk>& disk,
                                               bool clock_is_kept) {
  std::vector<v1::NodeCondition> out;
  const auto add = [&out](std::optional<v1::NodeCondition> one) {
    if (one) out.push_back(*std::move(one));
  };
  if (disk) add(look_at_disk(now, *disk));
  add(look_at_clock(now, clock_is_kept));
  return out;
}

std::optional<v1::NodeCondition> NodeWatch::look_at_disk(Time now, const Disk& disk) {
  pace_.see(now, disk.free_bytes);
  const bool nearly_full = disk.free_bytes < kFreeBytesMin;
  const int64_t days = nearly_full ? 0 : pace_.days_left().value_or(INT64_MAX);
  const bool first = !disk_told_ && days < kDaysLeftMin;
  const bool again = disk_told_ && days < days_told_ && days * kAgainAt <= days_told_;
  if (first || again) {
    disk_told_ = true;
    days_told_ = days;
    v1::NodeCondition made = condition(v1::NodeCondition::DISK_FILLING, false);
    made.set_days_left(static_cast<uint32_t>(days));
    return made;
  }
  if (!disk_told_ || days < kDaysOver || disk.free_bytes < 2 * kFreeBytesMin) return std::nullopt;
  disk_told_ = false;
  return condition(v1::NodeCondition::DISK_FILLING, true);
}

std::optional<v1::NodeCondition> NodeWatch::look_at_clock(Time now, bool kept) {
  if (kept) {
    unkept_since_.reset();
    if (!std::exchange(clock_told_, false)) return std::nullopt;
    return condition(v1::NodeCondition::CLOCK_UNKEPT, true);
  }
  if (!unkept_since_) unkept_since_ = now;
  if (clock_told_ || now - *unkept_since_ < kUnkeptMin) return std::nullopt;
  clock_told_ = true;
  return condition(v1::NodeCondition::CLOCK_UNKEPT, false);
}

std::optional<Disk> disk_of(const std::string& directory) {
  struct statvfs about {};
  if (::statvfs(directory.c_str(), &about) != 0) return std::nullopt;
  return Disk{uint64_t{about.f_bavail} * about.f_frsize, uint64_t{about.f_blocks} * about.f_frsize};
}

}  // namespace haechi::node
