// Tracker: from margins to one alert per episode. The same machine for every kind of condition.
//
//   CLEAR --p >= possible--> POSSIBLE --p >= confirm, or p >= 0.5 held for dwell--> VIOLATING
//     ^                        |   ^                                                   |
//     +---p <= clear held------+   |                                                   |
//     +--------------- margin > hysteresis and p <= clear, held for clear_hold --------+
//   any --inputs too old--> UNKNOWN, which remembers where it came from
//
// p = Phi(-margin / sigma) is never computed here: p >= x is margin <= -z(x) * sigma, in whole millimetres
// with z in thousandths.
//
// Invariants:
//   1. One episode, from VIOLATING until cleared, is reported as opened once and as cleared once.
//   2. Only live evidence clears. Late, stale and between-fixes evidence may open and may end a hold, no
//   more.
//   3. UNKNOWN never clears; live evidence brings back what was before it.
//   4. Late evidence from within an episode that was already reported opens nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace haechi::monitor {

enum class Evidence : uint8_t {
  kLive,     // where both are now
  kLate,     // learned after something newer, or too long after it happened
  kSegment,  // between two fixes
  kStale,    // now, but one input is too old to prove that anyone is safe
};

struct Margin {
  int64_t margin_mm = 0;  // negative: violating
  int64_t sigma_mm = 0;
  Time at;
  Evidence evidence = Evidence::kLive;
};

// Thresholds as z in thousandths: p >= Phi(z).
struct TrackerPolicy {
  int32_t z_possible = -1'000;  // p >= 0.16
  int32_t z_confirm = 1'645;    // p >= 0.95
  int32_t z_clear = 1'645;      // p <= 0.05
  Duration dwell = Duration::seconds(20);
  Duration clear_hold = Duration::seconds(300);
  int64_t hysteresis_mm = 50'000;
};

enum class TrackerState : uint8_t { kClear, kPossible, kViolating, kUnknown };

class Tracker {
 public:
  enum class Change : uint8_t { kNothing, kOpened, kCleared, kRegained };

  Change observe(const Margin& margin, const TrackerPolicy& policy);
  // Time has passed. `fresh`: the last live evidence is young enough to speak for now.
  Change pass(Time now, bool fresh, const TrackerPolicy& policy);
  // The inputs are too old. True when an episode is open and was known until now.
  bool lose();
  // The next moment at which pass() may change something, if any.
  std::optional<Time> due(const TrackerPolicy& policy) const;

  TrackerState state() const { return state_; }
  // An episode is open, known or not.
  bool open() const {
    return state_ == TrackerState::kViolating || (state_ == TrackerState::kUnknown && was_open_);
  }

 private:
  Change observe_live(const Margin& margin, const TrackerPolicy& policy);
  Change open_at(Time at);
  Change clear_at(Time at);

  TrackerState state_ = TrackerState::kClear;
  bool was_open_ = false;      // before UNKNOWN
  uint16_t likely_count_ = 0;  // live evidence in a row with p >= 0.5
  Time likely_since_;
  Time calm_since_;  // start of the present hold, of either kind
  Time last_at_;     // of live evidence
  Time episode_from_;
  Time episode_until_;
};

// Of violation, in millionths. For people to read; no decision uses it.
uint32_t probability_ppm(int64_t margin_mm, int64_t sigma_mm);

}  // namespace haechi::monitor
