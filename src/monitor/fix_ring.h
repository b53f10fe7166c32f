// FixRing: the latest fixes of one person by time, oldest first, at most kMax. One more at the end costs one
// write: nothing moves down, and the oldest is overwritten.
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
  static constexpr size_t kMax = 32;

  size_t size() const { return fixes_.size() - gone_; }
  bool empty() const { return size() == 0; }
  const KeptFix& operator[](size_t i) const { return fixes_[slot(i)]; }
  const KeptFix& back() const { return (*this)[size() - 1]; }

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

  // Puts one in as the i-th. A full ring forgets its oldest first, so then i is at least 1 and counts with
  // it.
  void insert(size_t i, const KeptFix& fix) {
    if (size() < kMax) {
      push(fix);
      for (size_t k = size() - 1; k > i; --k) fixes_[slot(k)] = fixes_[slot(k - 1)];
      fixes_[slot(i)] = fix;
      return;
    }
    if (i == kMax) {
      fixes_[first_] = fix;
      first_ = static_cast<uint8_t>((first_ + 1) % kMax);
      return;
    }
    for (size_t k = 0; k + 1 < i; ++k) fixes_[slot(k)] = fixes_[slot(k + 1)];
    fixes_[slot(i - 1)] = fix;
  }
  void pop_back() { ++gone_; }

 private:
  size_t slot(size_t i) const { return (first_ + i) % kMax; }
  void push(const KeptFix& fix) {
    if (gone_ > 0) {
      --gone_;
      fixes_[slot(size() - 1)] = fix;
    } else {
      fixes_.push_back(fix);
    }
  }

  std::vector<KeptFix> fixes_;  // from first_ on, round the end; first_ is 0 until it is full
  uint8_t first_ = 0;
  uint8_t gone_ = 0;  // taken off the end of a ring
};

}  // namespace haechi::monitor
