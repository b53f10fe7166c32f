// Mirror: keeps a copy of other logs on another machine, record by record, and takes only what continues the
// copy and is signed by the log's own key. What it holds is the log as it lies on disk: what is personal
// stays sealed, and no key comes with it.
//
// A push is one request: a checkpoint signed by the log, and the records from the copy's end up to that
// checkpoint.
//   note length[4] | signed note | for each record: stamp[8] | fact length[4] | fact      numbers most
//   significant byte first
//
// Whoever has the log's key is given records back, in the same form, under the newest checkpoint that the
// copy has: what it asks with is a note that the log has signed.
//   origin | "give back" | number of the first record wanted | seconds since 1970      four lines
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/first_entry.h"
#include "evidence/merkle.h"
#include "evidence/note.h"
#include "evidence/witness.h"
#include "log/log.h"

namespace haechi::evidence {

inline constexpr size_t kPushBytesMax = 600'000;  // of records; one record alone may be longer

// The end of a push, put together record by record.
void add_to_push(std::string& records, const log::Record& record);
std::string push_of(const Note& checkpoint, std::string_view records);

struct Push {
  Note note;
  Checkpoint checkpoint;
  std::vector<log::NewRecord> records;  // facts lie in what was read
};
Result<Push> read_push(std::string_view bytes);

// The body of a note that asks for records back. `from_no` 0: for the checkpoint alone.
struct GiveBack {
  std::string origin;
  uint64_t from_no = 0;
  Time asked_at;
};
std::string body_of(const GiveBack& wanted);
inline constexpr Duration kAskedWithin = Duration::seconds(600);  // of when the mirror reads it

class Mirror {
 public:
  // `directory` has a folder for each log: "log" in it opens like any other, "checkpoint" is what it was last
  // shown to be, with which `haechi verify` checks it. kCorrupt: a copy is not what its checkpoint says.
  static Result<Mirror> open(const std::string& directory, const std::vector<VerifierKey>& logs);

  // Records are durable here when the answer is 200, which says how many there are. 409 says so too: the push
  // does not begin where the copy ends. 422: it does not continue the copy; nothing of it was kept. 400, 403,
  // 404 as of a witness. One thread at a time.
  WitnessAnswer take(std::string_view push);
  // `note` is signed by the log and asks for records back: 200 with a push of at most about kPushBytesMax.
  // 403 also: it was signed at another time than now. 404: nothing of this log is kept. 500: the copy itself
  // is harmed. One thread at a time.
  WitnessAnswer give_back(std::string_view note, Time now);
  // Records of all copies.
  uint64_t records() const;

 private:
  struct Copy {
    LogKeys keys;
    std::string folder;
    std::unique_ptr<log::Log> log;
    RunningRoot root{entries_before_the_first()};
    std::optional<Note> newest = {};  // checkpoint
  };
  explicit Mirror(std::string directory) : directory_(std::move(directory)) {}
  Result<Copy> open_copy(LogKeys keys) const;

  std::string directory_;
  std::map<std::string, Copy> copies_;  // by origin
};

}  // namespace haechi::evidence
