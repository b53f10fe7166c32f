// FixRing: the fixes of one person by time, oldest first: the latest kRecentMax, and of those before them one
// in kSpacing, at most kOlderMax, so that what a device tells half an hour late still finds where the other
// was. One more at the end costs one write: nothing moves down, and the oldest recent one is overwritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "geo/place.h"

namespace haechi::monitor {

struct KeptFix {
  Time at;
  geo::Place place;
  int32_t sigma_mm = 0;  // per axis
  uint32_t accuracy_mm = 0;
  uint32_t speed_mmps = 0;
  bool speed_known = false;
};

class FixRing {
 public:
  static constexpr size_t kRecentMax = 24, kOlderMax = 12;
  static constexpr Duration kSpacing = Duration::seconds(120);

  size_t size() const { return older_.size() + recent(); }
  bool empty() const { return recent() == 0; }
  bool full() const { return recent() == kRecentMax && older_.size() == kOlderMax; }
  const KeptFix& operator[](size_t i) const {
    return i < older_.size() ? older_[i] : fixes_[slot(i - older_.size())];
  }
  // Others that were beside it may be gone.
  bool is_thinned(size_t i) const { return i < older_.size(); }
  const KeptFix& back() const { return fixes_[slot(recent() - 1)]; }

  // Brings its end into the caches, ahead of its use.
  void fetch() const {
    if (empty()) return;
    __builtin_prefetch(&back());
    __builtin_prefetch(&fixes_[first_]);
  }

  // How many are earlier than the moment.
  size_t before(Time at) const {
    size_t low = 0, high = size();
    // Nearly every question is about the end.
    for (; high > 0 && high + 2 > size(); --high)
      if ((*this)[high - 1].at < at) return high;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if ((*this)[middle].at < at)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  // Whether what belongs there as the i-th has been told before, as far as can be known: some of those from
  // before the recent ones are gone, but so many were not silent in between.
  bool was_told(size_t i) const {
    if (i < size() && recent() == kRecentMax && i > 0 && i <= older_.size())
      return (*this)[i].at - (*this)[i - 1].at <= kSpacing + kSpacing;
    return i == 0 && full();
  }

  // Puts one in as the i-th: the number of those that are earlier. Not as the first when it is full.
  void insert(size_t i, const KeptFix& fix) {
    if (i < older_.size() || (i == older_.size() && recent() == kRecentMax)) {
      older_.insert(older_.begin() + static_cast<ptrdiff_t>(i), fix);
      if (older_.size() > kOlderMax) older_.erase(older_.begin());
      return;
    }
    i -= older_.size();
    if (recent() < kRecentMax) {
      push(fix);
      for (size_t k = recent() - 1; k > i; --k) fixes_[slot(k)] = fixes_[slot(k - 1)];
      fixes_[slot(i)] = fix;
      return;
    }
    put_away(fixes_[first_]);
    if (i == kRecentMax) {
      fixes_[first_] = fix;
      first_ = static_cast<uint8_t>((first_ + 1) % kRecentMax);
      return;
    }
    for (size_t k = 0; k + 1 < i; ++k) fixes_[slot(k)] = fixes_[slot(k + 1)];
    fixes_[slot(i - 1)] = fix;
  }
  void pop_back() { ++gone_; }

 private:
  size_t recent() const { return fixes_.size() - gone_; }
  size_t slot(size_t i) const { return (first_ + i) % kRecentMax; }
  void put_away(const KeptFix& oldest) {
    if (!older_.empty() && oldest.at - older_.back().at < kSpacing) return;
    if (older_.size() == kOlderMax) older_.erase(older_.begin());
    older_.push_back(oldest);
  }
  void push(const KeptFix& fix) {
    if (gone_ > 0) {
      --gone_;
      fixes_[slot(recent() - 1)] = fix;
    } else {
      fixes_.push_back(fix);
    }
  }

  std::vector<KeptFix> older_;
  std::vector<KeptFix>
      fixes_;  // the recent ones, from first_ on, round the end; first_ is 0 until it is full
  uint8_t first_ = 0;
  uint8_t gone_ = 0;  // taken off the end of a ring
};

}  // namespace haechi::monitor
