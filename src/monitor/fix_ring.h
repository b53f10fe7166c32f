// FixRing: the fixes of one person by time, oldest first: the latest kRecentMax, and of those before them one
// in kSpacing, at most kOlderMax, so that what a device tells half an hour late still finds where the other
// was.
//
// Kept as they are, fixes would be most of what a person costs. So only the latest is; of each before it
// there is kept how it differs from the one after it in time, place and error, in as many bytes as that
// takes: six for who rests and reports every few seconds, nine for most others, twenty-one at worst. Nothing
// is rounded.
//
// Invariant: the stated accuracy and the speed are known of the latest only; of the others they are 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "geo/place.h"

namespace haechi::resting {
template <typename T>
struct Short;
}  // namespace haechi::resting

namespace haechi::monitor {

struct KeptFix {
  Time at;
  geo::Place place;
  int32_t sigma_mm = 0;  // per axis
  uint32_t accuracy_mm = 0;
  uint32_t speed_mmps = 0;
  bool speed_known = false;
};

struct FixChange;

class FixRing {
 public:
  static constexpr size_t kRecentMax = 24, kOlderMax = 12;
  static constexpr Duration kSpacing = Duration::seconds(120);

  size_t size() const { return size_t{older_} + recent_; }
  bool empty() const { return recent_ == 0; }
  bool full() const { return recent_ == kRecentMax && older_ == kOlderMax; }
  // The i-th; the farther from the latest, the longer it takes.
  KeptFix operator[](size_t i) const;
  // Others that were beside it may be gone.
  bool is_thinned(size_t i) const { return i < older_; }
  const KeptFix& back() const { return latest_; }

  // Brings it into the caches, ahead of its use.
  void fetch() const {
    for (size_t at = 0; at < changes_.size(); at += kLine) __builtin_prefetch(changes_.data() + at);
  }

  // Where a moment falls: how many fixes are earlier, the last of these, and the first that is not.
  struct Gap {
    size_t place = 0;
    std::optional<KeptFix> before, next;
  };
  Gap around(Time at) const;

  // Whether what belongs there as the i-th has been told before, as far as can be known: some of those from
  // before the recent ones are gone, but so many were not silent in between.
  bool was_told(size_t i) const;

  // Puts one in that is later than all.
  void append(const KeptFix& fix);
  // Puts one in as the i-th: the number of those that are earlier. Not as the first when it is full.
  void insert(size_t i, const KeptFix& fix);
  // Takes the latest out. Of the one before it, what is not kept of it is not known.
  void pop_back();

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  friend struct haechi::Fields<FixRing>;
  friend struct resting::Short<FixRing>;
  static constexpr size_t kFieldCount = 5;
  static constexpr size_t kLine = 64;

  // How many bytes a change of that shape has, and how many of these, the first, its time.
  static size_t bytes_of(uint8_t shape);
  static size_t time_bytes_of(uint8_t shape);
  template <typename On>
  void walk_back(On on) const;
  size_t offset_of(size_t i) const;
  void make_room(size_t bytes);
  void replace(size_t i, size_t gone, const FixChange* with);
  void add(const KeptFix& fix);
  void retire_oldest();
  bool is_whole() const;

  KeptFix latest_;
  // The changes from each fix to the next, oldest first: of each its shape, and its parts.
  std::array<uint8_t, kRecentMax + kOlderMax> shapes_{};
  uint8_t older_ = 0, recent_ = 0;
  std::vector<uint8_t> changes_;
};

}  // namespace haechi::monitor
