// Scrub: reads a log that is open again, from its first record to its last, a little at a time, and then
// begins anew: what decays on the disk is noticed though nobody asks for it.
#pragma once

#include <cstdint>

#include "log/log.h"

namespace haechi::log {

class Scrub {
 public:
  // The reader outlives it.
  explicit Scrub(Reader& reader) : reader_(reader) {}

  // The next records. kCorrupt names the first that does not hold; the next step begins there again.
  Status step(uint64_t records_max);

 private:
  Reader& reader_;
  uint64_t from_no_ = 1;
};

}  // namespace haechi::log
