// Promises: what a scenario says must ring, and by when, whatever its recorded expectation says. They are
// written by hand and never updated, so that a changed expectation cannot quietly lose an alert.
//
// A promise that is known to be broken says why ("misses: .."), and is then held to be broken: once it is
// kept, the reason has to go.
#pragma once

#include <string>
#include <vector>

#include "tests/scenarios/words.h"
#include "tests/scenarios/world.h"

namespace haechi::scenario {

struct Promise {
  enum class What { kRing, kNotRing, kNotClear, kTell };
  What what = What::kRing;
  std::vector<std::string> kinds;  // any of them will do; without "ALERT_KIND_"
  std::string wearer, about;       // empty: whoever it is
  Time from, by;                   // by is not known: until the end of the scenario
  std::string misses;              // why it is broken; empty: it must be kept
};

// What came of a promise, in words for a table.
struct Outcome {
  std::string promise;  // "KEEP_AWAY or NEAR_MAP of W"
  std::string by;       // "08:03:10"
  std::string came;     // "08:02:45 (NEAR_MAP)", "did not"
  std::string misses;
  bool kept = false;
};

// After the word "must". Throws Mistake for what it does not understand.
Promise read_promise(Words& words, const World& world);
// At the end of the scenario.
Outcome outcome_of(const Promise& promise, const World& world);

}  // namespace haechi::scenario
