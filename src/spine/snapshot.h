// Snapshots: what everything folded from the log up to one entry, in files of their own, so that a start
// reads the newest one and the entries after it.
//
// 1. A snapshot is never trusted more than the log: it names the chain's digest at its entry, and the log
// that is opened
//    beside it must have that very record. Whatever is torn, damaged, sealed under a key that is gone, of
//    another history, of another form of state or of another program's parts is passed over, and said.
// 2. What is in the directory under its final name is whole and on disk. The newest kKept are kept.
// 3. All are sealed under one key of the ring. forget() ends it: nobody reads any of them again, copies
// included. That
//    comes before the key of a person is destroyed, so no copy of a snapshot tells of somebody who was
//    erased.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/archive.h"
#include "base/result.h"
#include "log/log.h"
#include "vault/keeper.h"

namespace haechi::spine {

// To be written.
struct Snapshot {
  log::ChainPoint at;
  std::map<std::string, std::string> parts;  // by name
};

// One on disk that was found whole. Its parts are opened piece by piece while they are read, so that none of
// them is ever in memory beside what is made of it.
class StoredSnapshot {
 public:
  log::ChainPoint at() const { return at_; }
  size_t parts() const { return parts_.size(); }
  // Any thread. Nothing of a part that is not there.
  Reader part(const std::string& name) const;

 private:
  friend class SnapshotStore;
  struct Sealed;
  struct Part {
    uint64_t bytes = 0;
    uint64_t offset = 0;  // of its first box in the file
    uint32_t piece = 0;   // number of its first piece
  };
  Reader read(const Part& part) const;

  log::ChainPoint at_;
  std::map<std::string, Part> parts_;
  std::shared_ptr<const Sealed> sealed_;
};

// Of the state's layout in this program: of another one nothing is read.
std::string_view state_form();

class SnapshotStore {
 public:
  static constexpr size_t kKept = 2;

  // The directory is made by the first write(). One thread at a time.
  SnapshotStore(std::string directory, vault::Keeper& ring) : directory_(std::move(directory)), ring_(ring) {}

  Status write(const Snapshot& snapshot);
  // The entries at which there are any, newest first.
  std::vector<uint64_t> entries() const;
  // kCorrupt with the reason when it is not to be trusted.
  Result<StoredSnapshot> read(uint64_t entry_no) const;
  // Ends the key of all that were taken before that entry, and takes the files away.
  Status forget(uint64_t before_no);

 private:
  std::string path_of(uint64_t entry_no) const;

  const std::string directory_;
  vault::Keeper& ring_;
};

struct OpenedLog {
  std::unique_ptr<log::Log> log;
  std::optional<StoredSnapshot> snapshot;  // of this very log
};
// Opens the log with the newest snapshot that fits it. `passed_over` is told of each that does not, and why.
Result<OpenedLog> open_log(log::SqliteOptions options, const SnapshotStore& store,
                           const std::function<void(uint64_t entry_no, const Error& why)>& passed_over);

}  // namespace haechi::spine
