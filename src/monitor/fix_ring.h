// FixRing: the fixes of one person by time, oldest first: the latest kRecentMax, and of those before them one
// in kSpacing, at most kOlderMax, so that what a device tells half an hour late still finds where the other
// was. One more at the end costs one write: nothing moves down, and the oldest recent one is overwritten.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/archived.h"
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

  size_t size() const { return older() + recent(); }
  bool empty() const { return recent() == 0; }
  bool full() const { return recent() == kRecentMax && older() == kOlderMax; }
  const KeptFix& operator[](size_t i) const {
    return i < older() ? kept_[kRecentMax + i] : kept_[slot(i - older())];
  }
  // Others that were beside it may be gone.
  bool is_thinned(size_t i) const { return i < older(); }
  const KeptFix& back() const { return kept_[slot(recent() - 1)]; }

  // Brings the place of the next one into the caches, ahead of its use.
  void fetch() const {
    if (!empty()) __builtin_prefetch(&kept_[first_]);
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
    if (i < size() && recent() == kRecentMax && i > 0 && i <= older())
      return (*this)[i].at - (*this)[i - 1].at <= kSpacing + kSpacing;
    return i == 0 && full();
  }

  // Puts one in that is later than all.
  void append(const KeptFix& fix) {
    if (recent() < kRecentMax) {
      push(fix);
      return;
    }
    put_away(kept_[first_]);
    kept_[first_] = fix;
    first_ = static_cast<uint8_t>((first_ + 1) % kRecentMax);
  }
  // Puts one in as the i-th: the number of those that are earlier. Not as the first when it is full.
  void insert(size_t i, const KeptFix& fix) {
    if (i == size()) {
      append(fix);
      return;
    }
    if (i < older() || (i == older() && recent() == kRecentMax)) {
      kept_.insert(kept_.begin() + static_cast<ptrdiff_t>(kRecentMax + i), fix);
      if (older() > kOlderMax) kept_.erase(kept_.begin() + kRecentMax);
      older_until_ = kept_.back().at;
      return;
    }
    i -= older();
    if (recent() < kRecentMax) {
      push(fix);
      for (size_t k = recent() - 1; k > i; --k) kept_[slot(k)] = kept_[slot(k - 1)];
      kept_[slot(i)] = fix;
      return;
    }
    put_away(kept_[first_]);
    for (size_t k = 0; k + 1 < i; ++k) kept_[slot(k)] = kept_[slot(k + 1)];
    kept_[slot(i - 1)] = fix;
  }
  void pop_back() { ++gone_; }

 private:
  friend struct haechi::Fields<FixRing>;
  static constexpr size_t kFieldCount = 4;
  size_t recent() const { return std::min(kept_.size(), kRecentMax) - gone_; }
  size_t older() const { return kept_.size() - std::min(kept_.size(), kRecentMax); }
  size_t slot(size_t i) const { return (first_ + i) % kRecentMax; }
  void put_away(const KeptFix& oldest) {
    if (older_until_.known() && oldest.at - older_until_ < kSpacing) return;
    const KeptFix kept = oldest;
    if (kept_.capacity() == kRecentMax) kept_.reserve(kRecentMax + kOlderMax + 1);
    if (older() == kOlderMax) kept_.erase(kept_.begin() + kRecentMax);
    kept_.push_back(kept);
    older_until_ = kept.at;
  }
  void push(const KeptFix& fix) {
    if (gone_ > 0) {
      --gone_;
      kept_[slot(recent() - 1)] = fix;
      return;
    }
    // Most devices report for long: a ring that has begun to fill will be full.
    if (kept_.size() == 4) kept_.reserve(kRecentMax);
    kept_.push_back(fix);
  }

  // The recent ones, from first_ on, round the end (first_ is 0 until it is full); behind them, those from
  // before them, oldest first.
  std::vector<KeptFix> kept_;
  Time older_until_;  // of the last of those from before
  uint8_t first_ = 0;
  uint8_t gone_ = 0;  // taken off the end of a ring
};

}  // namespace haechi::monitor
