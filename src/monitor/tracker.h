// Tracker: from margins to one alert per episode. The same machine for every kind of condition.
//
//   CLEAR --p >= possible--> POSSIBLE --confirmed, or more likely than not for the dwell--> VIOLATING
//     ^                        |   ^                                                   |
//     +---p <= clear held------+   |                                                   |
//     +--------------- margin > hysteresis and p <= clear, held for clear_hold --------+
//   any --inputs too old--> UNKNOWN, which remembers where it came from
//
// p = Phi(-margin / sigma) is never computed here: p >= x is margin <= -z(x) * sigma, in whole millimetres
// with z in thousandths.
//
// Confirmed means two things together: the place itself is on the wrong side, and it is as good as sure (p >=
// confirm) that he is not further than the band on the right side. So nobody rings who was measured outside,
// and a small error is no excuse for waiting. With a band of 0 it is p >= confirm and nothing else.
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

#include "base/archived.h"
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
  // It rests on a stay: what the stay says next is the same again, so that holding it for a dwell proves
  // nothing.
  bool rests = false;
  bool way = false;  // the nearest between two fixes
  // Hardly anything is known of one of them yet. Then it takes near certainty, or what is very likely
  // for the dwell, and no band helps.
  bool young = false;
};

// Thresholds as z in thousandths: p >= Phi(z).
struct TrackerPolicy {
  int32_t z_possible = -1'000;  // p >= 0.16
  int32_t z_confirm = 1'645;    // p >= 0.95
  int32_t z_way = 1'645;        // the same, of the nearest that he came between two fixes
  int32_t z_dwell = 0;          // p >= 0.5, of what is to be held for the dwell
  int32_t z_clear = 1'645;      // p <= 0.05
  Duration dwell = Duration::seconds(20);
  Duration clear_hold = Duration::seconds(300);
  int64_t hysteresis_mm = 50'000;
  int64_t band_mm = 0;
};

enum class TrackerState : uint8_t { kClear, kPossible, kViolating, kUnknown };

class Tracker {
 public:
  enum class Change : uint8_t { kNothing, kOpened, kCleared, kRegained };

  Change observe(const Margin& margin, const TrackerPolicy& policy);
  // Something that is not believed yet. It may make a violation possible, and end a hold; no more.
  void suspect(const Margin& margin, const TrackerPolicy& policy);
  // Time has passed. `fresh`: the last live evidence is young enough to speak for now.
  Change pass(Time now, bool fresh, const TrackerPolicy& policy);
  // The inputs are too old. True when an episode is open and was known until now.
  bool lose();
  // The condition does not bind now. What was told stays told.
  void end(Time at);
  // The next moment at which pass() may change something, if any.
  std::optional<Time> due(const TrackerPolicy& policy) const;

  TrackerState state() const { return state_; }
  // The episode was opened because it was likely for so long, not by one measurement.
  bool held() const { return held_; }
  // An episode is open, known or not.
  bool open() const {
    return state_ == TrackerState::kViolating || (state_ == TrackerState::kUnknown && was_open_);
  }

 private:
  friend struct haechi::Fields<Tracker>;
  static constexpr size_t kFieldCount = 9;
  Change observe_live(const Margin& margin, const TrackerPolicy& policy);
  Change open_at(Time at);
  Change hold_at(Time at);
  Change clear_at(Time at);

  TrackerState state_ = TrackerState::kClear;
  bool was_open_ = false;  // before UNKNOWN
  bool held_ = false;
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
