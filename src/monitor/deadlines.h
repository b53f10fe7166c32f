// Deadlines: what is to be looked at again, and when. Ordered by (time, sequence), so a tick costs O(what is
// due) and two deadlines of one moment come in the order in which they were set.
//
// A deadline is a reason to look, never a decision: whoever is woken checks that its cause still holds, so
// nothing is ever cancelled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"

namespace haechi::monitor {

struct Deadline {
  enum class Kind : uint8_t {
    kOrder,        // subject: order
    kSchedule,     // subject: rule, detail: generation
    kTracker,      // subject: rule, detail: generation
    kStale,        // subject: person
    kSilence,      // subject: device
    kAcknowledge,  // subject: alert
    kUnshelve,     // subject: alert
    kForget,       // subject: alert
  };
  Kind kind;
  uint64_t subject;
  uint32_t detail;
};

class Deadlines {
 public:
  void add(Time at, Deadline deadline) { queue_.emplace(std::pair(at, sequence_++), deadline); }
  // The earliest deadline at or before `now`, taken out.
  std::optional<Deadline> take(Time now) {
    if (queue_.empty() || queue_.begin()->first.first > now) return std::nullopt;
    const Deadline first = queue_.begin()->second;
    queue_.erase(queue_.begin());
    return first;
  }
  size_t size() const { return queue_.size(); }

 private:
  std::map<std::pair<Time, uint64_t>, Deadline> queue_;
  uint64_t sequence_ = 0;
};

}  // namespace haechi::monitor
