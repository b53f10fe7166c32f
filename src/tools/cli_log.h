// haechi verify: a log at rest, looked at without changing it.
#pragma once

#include <string>

namespace haechi::tools {

// The log of a data directory, or the directory itself when it is the log's.
std::string log_in(const std::string& directory);

// `directory` is a data directory or the log's own. Checks every record and the chain; prints what holds. The
// exit code: 1 when something does not.
int run_verify(const std::string& directory);

}  // namespace haechi::tools
