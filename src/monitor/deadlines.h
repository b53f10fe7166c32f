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
    ++size_;
    const int64_t bucket = bucket_of(at);
    if (bucket > begun_) {
      // Most are set for the same second as the one before.
      if (bucket != last_bucket_) {
        last_list_ = &later_[bucket];
        last_bucket_ = bucket;
      }
      // Twice as much as is needed would be half of what deadlines take.
      if (last_list_->size() == last_list_->capacity())
        last_list_->reserve(last_list_->size() + last_list_->size() / 4 + 4);
      last_list_->push_back({deadline.subject, deadline.detail,
                             static_cast<uint32_t>((at.us - (bucket << kBucketBits)) << kKindBits |
                                                   static_cast<int64_t>(deadline.kind))});
      return;
    }
    added_.push_back({at, sequence_++, deadline});
    std::push_heap(added_.begin(), added_.end(), Later{});
  }
  // The earliest deadline at or before `now`, taken out.
  std::optional<Deadline> take(Time now) {
    if (next_ == begun_list_.size() && added_.empty()) begin_bucket(now);
    const bool listed = next_ < begun_list_.size();
    if (!listed && added_.empty()) return std::nullopt;
    // Of one moment, what is in the list was set before what came to the heap when the bucket had begun.
    if (listed && (added_.empty() || added_.front().at >= time_of(begun_list_[next_]))) {
      const Listed& first = begun_list_[next_];
      if (time_of(first) > now) return std::nullopt;
      ++next_;
      --size_;
      return deadline_of(first);
    }
    const Added first = added_.front();
    if (first.at > now) return std::nullopt;
    std::pop_heap(added_.begin(), added_.end(), Later{});
    added_.pop_back();
    --size_;
    return first.deadline;
  }
  size_t size() const { return size_; }
  // One that is likely to come so many after the next, to fetch ahead what it is about.
  std::optional<Deadline> after_next(size_t places) const {
    if (next_ + places >= begun_list_.size()) return std::nullopt;
    return deadline_of(begun_list_[next_ + places]);
  }

 private:
  friend struct haechi::Fields<Deadlines>;
  // One of a bucket: when in it, and its kind, in one number.
  struct Listed {
    uint64_t subject = 0;
    uint32_t detail = 0;
    uint32_t at_and_kind = 0;
  };
  struct Added {
    Time at;
    uint64_t sequence = 0;
    Deadline deadline{};
  };
  struct Later {
    bool operator()(const Added& a, const Added& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };
  // About a second.
  static constexpr int kBucketBits = 20, kKindBits = 8;
  static constexpr int64_t bucket_of(Time at) { return at.us >> kBucketBits; }
  Time time_of(const Listed& one) const {  // of the bucket that has begun
    return Time{(begun_ << kBucketBits) + (one.at_and_kind >> kKindBits)};
  }
  static Deadline deadline_of(const Listed& one) {
    return {static_cast<Deadline::Kind>(one.at_and_kind & ((1u << kKindBits) - 1)), one.subject, one.detail};
  }

  void begin_bucket(Time now) {
    if (later_.empty() || later_.begin()->first > bucket_of(now)) return;
    begun_ = later_.begin()->first;
    if (begun_ == last_bucket_) last_bucket_ = INT64_MIN;
    begun_list_ = std::move(later_.begin()->second);
    next_ = 0;
    later_.erase(later_.begin());
    // They lie in the order in which they were set, which is nearly that of their times.
    std::stable_sort(begun_list_.begin(), begun_list_.end(), [](const Listed& a, const Listed& b) {
      return a.at_and_kind >> kKindBits < b.at_and_kind >> kKindBits;
    });
  }

  // The bucket that has begun lies sorted and is gone through; what is added to it, or to one before it, is a
  // heap beside it. Those after it lie unsorted until their turn comes.
  std::vector<Listed> begun_list_;
  size_t next_ = 0;
  std::vector<Added> added_;
  int64_t begun_ = INT64_MIN;
  std::map<int64_t, std::vector<Listed>> later_;
  int64_t last_bucket_ = INT64_MIN;  // of later_, in which the last one was put
  std::vector<Listed>* last_list_ = nullptr;
  size_t size_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace haechi::monitor
