// Foresight: from distances and closing speeds to one warning per approach.
//
//   time to contact = margin / closing speed, at the 80th percentile of what the speed may be. A warning
//   opens when that is under the horizon, he has come nearer by more than noise explains, and straight on he
//   would come to the border, or past it no further than roads bend. The sooner he could be there, the less
//   of this is asked: near by, every street leads to her. It ends when he moves away, or no nearer, for long
//   enough. Of someone who rests nothing is foreseen.
//
// Invariants:
//   1. One approach is opened once and cleared once.
//   2. Nothing clears by silence: unknown stays open until something live says otherwise.
//   3. What is foreseen confirms nothing: trackers (tracker.h) do not know of it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/archived.h"
#include "base/time.h"

namespace haechi::monitor {

// How he moves towards the border at a moment. Margin and time as in tracker.h.
struct Course {
  int64_t margin_mm = 0;
  int64_t closing_mmps = 0;  // positive: coming nearer
  int64_t sigma_mmps = 0;    // of that speed
  Time at;
  int64_t sigma_mm = 0;    // of the margin
  int64_t scatter_mm = 0;  // what of its error is new with every fix
  // Straight on: how far from the border the way passes at its nearest (0 or less: it comes there), and how
  // long the way to that point is.
  int64_t miss_mm = 0;
  int64_t way_mm = 0;
};

// Until he is there at the 80th percentile of his speed, at least 0; none when not even that brings him
// nearer.
std::optional<Duration> time_to_contact(const Course& course);

class Foresight {
 public:
  enum class Change : uint8_t { kNothing, kOpened, kCleared, kRegained };

  // `may_open`: nothing graver than a warning has been said yet.
  Change observe(const Course& course, Duration horizon, bool may_open);
  // The inputs are too old. True when a warning stands that was known until now.
  bool lose();

  bool open() const { return open_; }
  // A warning stands, or may do so soon.
  bool watchful() const { return open_ || suspected_; }

 private:
  friend struct haechi::Fields<Foresight>;
  static constexpr size_t kFieldCount = 11;
  void follow(const Course& course, bool nearer, Time before, int64_t before_mm);

  bool open_ = false;
  bool unknown_ = false;
  bool suspected_ = false;  // he may be on the way
  Time at_;                 // of the last course
  int64_t margin_mm_ = 0;   // of the last course
  Time since_;              // he has been coming nearer, while closed
  int64_t from_mm_ = 0;     // the margin at which he began to
  Time heads_since_;        // he has been heading there, while closed
  Time halt_since_;         // he has come no nearer since, while closed
  Time away_since_;         // he has been moving away, while open
  Time calm_since_;         // he has come no nearer, while open
};

}  // namespace haechi::monitor
