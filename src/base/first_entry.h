// With which number logs begin: with 1. In a program of tests (haechi_aged, tests/e2e/aged_e2e.py) as if
// there had been many more, for no number may end one day: then all that lies before is taken to be there.
#pragma once

#include <cstdint>

namespace haechi {

// Entries before the first that a log has: 0.
uint64_t entries_before_the_first();

}  // namespace haechi
