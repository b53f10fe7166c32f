// The heap of the process. It is jemalloc, on pages of 2 MB where the system grants them: the engine reaches
// into hundreds of megabytes in an order that nothing foresees, and with small pages a quarter of its time
// goes into finding the pages (./x bench engine). A program has these settings when it asks for any of this.
#pragma once

#include <cstdint>

namespace haechi {

// Bytes that the process has asked for and not given back.
int64_t heap_bytes();

}  // namespace haechi
