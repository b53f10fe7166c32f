// Hunt: one seed, one world, one life of the house in it. Everything that happens is drawn from the seed:
// which kinds of fault there are this time (a swarm: about half of them), when they strike, and what people
// do. After the hunt the faults stop, and everything must drain.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hunt/auditor.h"

namespace haechi::hunt {

struct HuntOptions {
  uint64_t seed = 1;
  int64_t minutes = 60;  // under faults; another half hour without
  bool story = false;    // keep every line of the story, not just the last ones
  bool poison = false;   // now and then a device sends a report that ends whatever applies it
};

struct Catch {
  uint64_t seed = 0;
  std::vector<std::string> findings;  // none: the house held
  std::vector<std::string> story;     // what happened, with times
  std::string swarm;                  // the kinds of fault of this seed
  uint64_t digest = 0;
  double hours = 0;  // simulated
  uint64_t starts = 0;
  Auditor::Counts counts;
};

// To be called once per process of the system's: what a killed process leaves behind stays.
Catch run_hunt(const HuntOptions& options);

}  // namespace haechi::hunt
