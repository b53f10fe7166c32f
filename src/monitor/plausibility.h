// Plausibility: whether one device can be believed about its place, told from what it says itself.
//
// It only ever adds doubt: nothing here decides where anyone is, and no other rule asks it.
//
// Invariants:
//   1. One odd fix raises nothing, except where the phone itself says that the place is made up.
//   2. Only fixes newer than all before count; what comes late or is stored proves no speed.
//
// No heap.
#pragma once

#include <cstdint>

#include "base/archived.h"
#include "base/time.h"
#include "geo/place.h"
#include "monitor/position.h"

namespace haechi::monitor {

// One fix as it is weighed: what the receiver claims, and what else the report says of the same moment.
struct Claim {
  KeptFix fix;
  bool satellites = false;  // by its own word
  bool mocked = false;
  bool network_known = false;
  geo::Place network;
  int32_t network_sigma_mm = 0;  // per axis
};

struct Signs {
  bool speed = false;
  bool frozen = false;
  bool mocked = false;
  bool network = false;
};

class Plausibility {
 public:
  Signs observe(const Claim& claim);

 private:
  friend struct haechi::Fields<Plausibility>;
  static constexpr size_t kFieldCount = 10;
  struct Point {
    Time at;
    geo::Place place;
    int32_t sigma_mm = 0;
  };
  static bool too_fast(const Point& from, const Point& to, int64_t claimed_mmps);
  bool jumps(const Claim& claim);
  bool repeats(const Claim& claim);

  Point good_;   // the last one that follows from those before
  Point other_;  // one that does not, and waits for a second
  Time newest_;
  uint8_t leaps_ = 0;      // to places that nothing confirms, without a calm fix between
  uint8_t elsewhere_ = 0;  // reports in a row that the network contradicts
  geo::Place same_;        // of the run of identical coordinates
  Time same_since_;        // known: the run counts
  Time moving_since_;      // of the part of the run in which it claims to move
  uint32_t same_count_ = 0;
  uint32_t moving_count_ = 0;
};

}  // namespace haechi::monitor
