// NodeWatch: looks at the machine under the node each half minute and tells the log when something is wrong
// with it, and when it is so no more: the disk will be full before the month is out; nothing keeps the clock.
//
//   fine --seen for long enough--> told --fine again for long enough--> told that it is over
//
// Time is an argument, and what is looked at comes from outside, so that a test needs neither a disk nor a
// clock.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "haechi/v1/fact.pb.h"
#include "picture/node_book.h"

namespace haechi::node {

struct Disk {
  uint64_t free_bytes = 0, all_bytes = 0;
};

inline constexpr Duration kWatchPeriod = Duration::seconds(30);
inline constexpr int64_t kDaysLeftMin = 30;          // fewer are told
inline constexpr uint64_t kFreeBytesMin = 1u << 30;  // less is told whatever the pace
inline constexpr Duration kUnkeptMin = Duration::seconds(240);

// Days until the disk is full by the pace at which it was filled, over the last week at most; nothing: it is
// not filling, or not known yet.
class DiskPace {
 public:
  void see(Time at, uint64_t free_bytes);
  std::optional<int64_t> days_left() const;

 private:
  std::deque<std::pair<Time, uint64_t>> seen_;  // an hour apart, the newest excepted
};

// Was that kind told last as something that is so?
bool stands(const picture::NodeBook& told, v1::NodeCondition::Kind kind);

class NodeWatch {
 public:
  // What stands by what the log was told so far.
  explicit NodeWatch(const picture::NodeBook& told);

  // What to tell now. `disk` is the fullest of those that are written to; nothing: it cannot be asked.
  std::vector<v1::NodeCondition> look(Time now, const std::optional<Disk>& disk, bool clock_is_kept);
  std::optional<int64_t> days_left() const { return pace_.days_left(); }

 private:
  std::optional<v1::NodeCondition> look_at_disk(Time now, const Disk& disk);
  std::optional<v1::NodeCondition> look_at_clock(Time now, bool kept);

  DiskPace pace_;
  bool disk_told_ = false, clock_told_ = false;
  int64_t days_told_ = 0;
  std::optional<Time> unkept_since_;
};

// Of the file system that a directory is on.
std::optional<Disk> disk_of(const std::string& directory);

}  // namespace haechi::node
