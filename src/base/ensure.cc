#include "base/ensure.h"

#include <cstdio>
#include <cstdlib>

#include "base/last_words.h"

namespace haechi {

void ensure_failed(const char* condition, const char* file, int line, const std::string& values) {
  std::fprintf(stderr, "ENSURE failed: %s at %s:%d%s%s\n", condition, file, line,
               values.empty() ? "" : " with", values.c_str());
  note_broken_invariant(file, line);
  std::abort();
}

}  // namespace haechi
