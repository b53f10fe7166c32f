// haechi import --from FOLDER --data DIR: a new log from what `haechi export` or another vendor wrote.
//
// All or nothing: the log is made beside its place and moved there when every row was good; otherwise nothing
// of it remains. Rows are checked as the server checks what it logs. docs/export.md has the formats.
#pragma once

#include <ostream>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "tools/unsealer.h"

namespace haechi::tools {

struct MigrateOptions {
  std::string folder;
  std::string data;  // data directory without a log; made if missing. Empty with dry_run: only checked
  bool dry_run = false;
  // Of a complete export: what the log held is taken although the rules of today refuse it. The chain of
  // entries then vouches for it.
  bool as_logged = false;
  std::string device_id;           // of every track; empty: as RowOptions says
  std::string source;              // likewise of violations.csv
  std::string id_property = "id";  // of zones.geojson
  KeysAt keys;
};

struct MigrateResult {
  uint64_t rows = 0, bad = 0, repeated = 0;
  uint64_t as_logged = 0;  // taken against the rules of today
  uint64_t entries = 0;    // of the new log
  bool complete = false;   // an export of a whole log: numbers, stamps and chain are the same
};

// Every bad row is told to `out`: "file:line: field: reason". `now`: no stamp may be a day beyond it.
// kInvalid when rows are bad or nothing is there, kConflict when DIR has a log, kUnavailable when it cannot
// be written.
Result<MigrateResult> migrate(const MigrateOptions& options, Time now, std::ostream& out);

// The exit code.
int run_migrate(const MigrateOptions& options);

}  // namespace haechi::tools
