// haechi verify and haechi replay: a log at rest, looked at without changing it.
#pragma once

#include <cstdint>
#include <string>

namespace haechi::tools {

// `directory` is a data directory or the log's own. Checks every record and the chain; prints what holds. The
// exit code: 1 when something does not.
int run_verify(const std::string& directory);

struct ReplayOptions {
  std::string directory;
  uint64_t from_no = 1;  // first entry that is printed; the engine always starts at the first of all
  bool effects = false;
};
// Prints entries, and with them the engine's effects if asked, as newline-delimited canonical proto3 JSON.
int run_replay(const ReplayOptions& options);

}  // namespace haechi::tools
