#include "base/first_entry.h"

#include <cstdlib>

namespace haechi {

uint64_t entries_before_the_first() {
#ifdef HAECHI_AGED
  static const char* const said = std::getenv("HAECHI_ENTRIES_BEFORE");
  static const uint64_t entries = said == nullptr ? 0 : std::strtoull(said, nullptr, 10);
  return entries;
#else
  return 0;
#endif
}

}  // namespace haechi
