// haechi replay: entries through the engine again, from a log at rest or from facts that somebody wrote down.
//
// Offline and deterministic: the same input gives the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string>

#include "base/result.h"
#include "law/entry.h"
#include "tools/unsealer.h"

namespace haechi::tools {

struct ReplayOptions {
  std::string directory;
  std::string facts;     // file of facts, or "-"; then `directory` is empty
  bool ticks = false;    // with facts: a clock tick at every whole second between two of them
  uint64_t from_no = 1;  // first entry that is printed; the engine always starts at the first of all
  bool effects = false;
  std::string explain;  // an alert's id: how it came about, instead of everything else
  KeysAt keys;
};
// The exit code: 1 when a line was refused, the log is damaged or the alert is not there.
int run_replay(const ReplayOptions& options);

// Called with each entry in order; false ends it.
using EachEntry = std::function<bool(const law::Entry&)>;

// Entries of lines of facts, as FactLines reads them. A refused line is told to `refusals` with its number
// and left out. With `ticks`, a gap over a year is refused: that is a wrong stamp. False when anything was
// refused.
bool read_facts(std::istream& lines, bool ticks, std::ostream& refusals, const EachEntry& each);
// Entries of a log at rest; `directory` is a data directory or the log's own.
Status read_log(const std::string& directory, const KeysAt& keys, uint64_t first_no, const EachEntry& each);

}  // namespace haechi::tools
