// The demonstration: a server and an outside provincial room as child processes, the living town, and the
// Namyangju morning played on it.
#pragma once

#include <cstdint>
#include <string>

namespace haechi::tools {

struct DemoOptions {
  bool once = false;  // ends after the morning
  uint64_t seed = 1;
  std::string data;          // empty: a new directory, removed at the end
  uint16_t port = 0;         // of pages and API; 0: any free one
  std::string static_files;  // empty: web/dist beside this program's source, if it was built
};

// Prints what happens as it happens. With `once` the last line is "violation_to_dispatch_ms=..
// violation_to_field_ms=.. violation_to_victim_ms=..". The exit code: 0 only if every expected step happened.
int run_demo(const DemoOptions& options);

}  // namespace haechi::tools
