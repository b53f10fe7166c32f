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

#include "base/archived.h"
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
    if (bucket > begun_) {
      // Most are set for the same second as the one before.
      if (bucket != last_bucket_) {
        last_list_ = &later_[bucket];
        last_bucket_ = bucket;
      }
      last_list_->push_back(entry);
      return;
    }
    added_.push_back(entry);
    std::push_heap(added_.begin(), added_.end(), Later{});
  }
  // The earliest deadline at or before `now`, taken out.
  std::optional<Deadline> take(Time now) {
    if (next_ == begun_list_.size() && added_.empty()) begin_bucket(now);
    const bool listed = next_ < begun_list_.size();
    if (!listed && added_.empty()) return std::nullopt;
    Entry first;
    if (listed && (added_.empty() || Later{}(added_.front(), begun_list_[next_]))) {
      first = begun_list_[next_];
      if (first.at > now) return std::nullopt;
      ++next_;
    } else {
      first = added_.front();
      if (first.at > now) return std::nullopt;
      std::pop_heap(added_.begin(), added_.end(), Later{});
      added_.pop_back();
    }
    --size_;
    return Deadline{first.kind, first.subject, first.detail};
  }
  size_t size() const { return size_; }
  // One that is likely to come so many after the next, to fetch ahead what it is about.
  std::optional<Deadline> after_next(size_t places) const {
    if (next_ + places >= begun_list_.size()) return std::nullopt;
    const Entry& entry = begun_list_[next_ + places];
    return Deadline{entry.kind, entry.subject, entry.detail};
  }

 private:
  friend struct haechi::Fields<Deadlines>;
  struct Entry {
    Time at;
    uint64_t sequence = 0;
    uint64_t subject = 0;
    uint32_t detail = 0;
    Deadline::Kind kind{};
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };
  // About a second.
  static constexpr int64_t bucket_of(Time at) { return at.us >> 20; }

  void begin_bucket(Time now) {
    if (later_.empty() || later_.begin()->first > bucket_of(now)) return;
    begun_ = later_.begin()->first;
    if (begun_ == last_bucket_) last_bucket_ = INT64_MIN;
    begun_list_ = std::move(later_.begin()->second);
    next_ = 0;
    later_.erase(later_.begin());
    // They lie in the order in which they were set, which is nearly that of their times.
    std::stable_sort(begun_list_.begin(), begun_list_.end(),
                     [](const Entry& a, const Entry& b) { return a.at < b.at; });
  }

  // The bucket that has begun lies sorted and is gone through; what is added to it, or to one before it, is a
  // heap beside it. Those after it lie unsorted until their turn comes.
  std::vector<Entry> begun_list_;
  size_t next_ = 0;
  std::vector<Entry> added_;
  int64_t begun_ = INT64_MIN;
  std::map<int64_t, std::vector<Entry>> later_;
  int64_t last_bucket_ = INT64_MIN;  // of later_, in which the last one was put
  std::vector<Entry>* last_list_ = nullptr;
  size_t size_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace haechi::monitor
