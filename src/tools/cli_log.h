// haechi verify: a log at rest, looked at without changing it.
#pragma once

#include <string>
#include <vector>

namespace haechi::tools {

// The log of a data directory, or the directory itself when it is the log's.
std::string log_in(const std::string& directory);

struct VerifyOptions {
  std::string directory;   // a data directory, or the log's own
  std::string checkpoint;  // a file with a checkpoint that was kept elsewhere; empty: none
  // Of the log, kept elsewhere: "name+id+base64"; several where one took the place of another; none: as the
  // directory says.
  std::vector<std::string> keys;
};

// Checks every record and the chain, and the checkpoints of the log; prints what holds. The exit code: 1 when
// something does not.
int run_verify(const VerifyOptions& options);

}  // namespace haechi::tools
