// haechi export: a log at rest as files that outlive this program: JSON Lines from which the same log is made
// again, and tracks, zones and violations for outside readers. docs/export.md says what is in them.
//
// The log is read once (twice for chosen persons), entry by entry; what stays in memory is the engine's
// state, the zones, one row for each alert and two buffers for each person, never the reports.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "tools/unsealer.h"

namespace haechi::tools {

struct ExportOptions {
  std::string data;  // data directory or the log's own, of a server that is not running
  std::string out;   // must not exist
  std::set<std::string> person_ids;
  Time from, to;
  std::string build;
  KeysAt keys;
};

struct ExportResult {
  uint64_t entries = 0, reports = 0, alerts = 0;
  bool complete = false;
};

// The folder appears when it is whole; on an error there is none. kConflict when it exists, or what an
// export that was broken off left beside it; kNotFound, kUnavailable and kCorrupt as log::read_directory
// says.
Result<ExportResult> export_log(const ExportOptions& options);

// The exit code.
int run_export(const ExportOptions& options);

}  // namespace haechi::tools
