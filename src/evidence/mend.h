// Mending: puts a log that is refused as damaged together again, from what can still be read of it and from
// what a mirror keeps.
//
// 1. What is put together is taken only if it is proven: it begins with the very records that the log signed
//    to the mirror and in its own newest checkpoint, and ends no earlier than it was acknowledged. Else the
//    log stays as it was.
// 2. What was harmed is kept beside it, under a name of its own, and never changed.
// 3. After an end at any moment the next start finds the log as it was or the mended one; it is to call
//    finish_mending() before it opens the log.
//
// In the data directory: "log"; "log.mending", which is being put together; "log.mended", which is whole and
// proven; "log.harmed-1", "-2", ... what was; "mended", what is to be said of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "evidence/note.h"

namespace haechi::evidence {

struct MendOptions {
  std::string data;                // directory of the log's directory
  std::string evidence_directory;  // with the log's newest checkpoint
  KeyPlace key;                    // by which the log signs
  KeyPlace next_key = {};          // of no name: none
  uint32_t page_bytes = 8192;      // as of every opening of the log
};

// Puts a note to a mirror (mirror.h) and gives the body of its answer.
using AskMirror = std::function<Result<std::string>(const std::string& note)>;

struct Mended {
  uint64_t records = 0;      // of the log as it is now
  uint64_t from_mirror = 0;  // of these
  uint64_t first_no = 0;     // of those that came from the mirror; 0: none
  uint64_t last_no = 0;
  std::string kept_in;  // where what was harmed lies now
  std::string text() const;
};

// kCorrupt: what can be read and what the mirror gives are not enough, with a sentence why; the log is as it
// was. Of other errors likewise.
Result<Mended> mend_log(const MendOptions& options, const AskMirror& mirror, Time now);

// Ends what a start before this one did not.
Status finish_mending(const std::string& data);

// What a start has mended and the log has not been told of yet. Empty: nothing.
std::string untold_mending(const std::string& data);
Status forget_mending(const std::string& data);

}  // namespace haechi::evidence
