#include "base/heap.h"

#include <jemalloc/jemalloc.h>

extern "C" {
// jemalloc reads this before main() begins.
const char* malloc_conf = "thp:always,metadata_thp:auto";
}

namespace haechi {

int64_t heap_bytes() {
  // Its figures are those of the last epoch that was begun.
  uint64_t epoch = 1;
  size_t size = sizeof(epoch);
  ::mallctl("epoch", &epoch, &size, &epoch, size);
  size_t bytes = 0;
  size = sizeof(bytes);
  ::mallctl("stats.allocated", &bytes, &size, nullptr, 0);
  return static_cast<int64_t>(bytes);
}

}  // namespace haechi
