// Deadlines: what is to be looked at again, and when. Ordered by (time, sequence), so a tick costs O(what is
// due) and two deadlines of one moment come in the order in which they were set.
//
// A deadline is a reason to look, never a decision: whoever is woken checks that its cause still holds, so
// nothing is ever cancelled.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace haechi::monitor {

struct Deadline {
  enum class Kind : uint8_t {
    kOrder,        // subject: order
    kSchedule,     // subject: rule, detail: generation
    kTracker,      // subject: rule, detail: generation
    kStale,        // subject: person
    kSilence,      // subject: device
    kAcknowledge,  // subject: alert, detail: its code then
    kUnshelve,     // subject: alert
    kForget,       // subject: alert
    kUnaccounted,  // subject: rule, detail: generation
    kOutage,       // subject: alert
    kContact,      // subject: rule, detail: generation
  };
  Kind kind;
  uint64_t subject;
  uint32_t detail;
};

class Deadlines {
 public:
  void add(Time at, Deadline deadline) {
    const Entry entry{at, sequence_++, deadline.subject, deadline.detail, deadline.kind};
    ++size_;
    const int64_t bucket = bucket_of(at);
    if (bucket > near_until_) {
      far_[bucket].push_back(entry);
      return;
    }
    near_.push_back(entry);
    std::push_heap(near_.begin(), near_.end(), Later{});
  }
  // The earliest deadline at or before `now`, taken out.
  std::optional<Deadline> take(Time now) {
    if (near_.empty() && !far_.empty() && far_.begin()->first <= bucket_of(now)) {
      near_until_ = far_.begin()->first;
      near_ = std::move(far_.begin()->second);
      far_.erase(far_.begin());
      std::make_heap(near_.begin(), near_.end(), Later{});
    }
    if (near_.empty() || near_.front().at > now) return std::nullopt;
    std::pop_heap(near_.begin(), near_.end(), Later{});
    const Entry first = near_.back();
    near_.pop_back();
    --size_;
    return Deadline{first.kind, first.subject, first.detail};
  }
  size_t size() const { return size_; }
  // Those that are likely to come next, to fetch ahead what they are about: each(kind, subject).
  template <typename Each>
  void for_next(Each each) const {
    for (size_t i = 0; i < std::min<size_t>(near_.size(), 4); ++i) each(near_[i].kind, near_[i].subject);
  }

 private:
  struct Entry {
    Time at;
    uint64_t sequence;
    uint64_t subject;
    uint32_t detail;
    Deadline::Kind kind;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };
  // About a second.
  static constexpr int64_t bucket_of(Time at) { return at.us >> 20; }

  // The first bucket that is not empty is a heap, with whatever was set for a bucket before it; those after
  // it lie unsorted until their turn comes.
  std::vector<Entry> near_;
  int64_t near_until_ = INT64_MIN;  // bucket
  std::map<int64_t, std::vector<Entry>> far_;
  size_t size_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace haechi::monitor
