// Journal: where records go when the log cannot be written: one file, on another disk. They are the records
// that the log would have had, under the same numbers and in the same chain, so that the log can take them in
// later, each once.
//
// 1. What append() returned ok from is on disk. After an error nothing more is written.
// 2. The end of a batch that a crash cut off is passed over: nothing of it was acknowledged. Damage before a
//    batch that is whole is kCorrupt.
// 3. It is emptied only when the log holds all of it durably.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "log/chain.h"
#include "log/watermark.h"

namespace haechi::log {

inline constexpr char kJournalName[] = "journal";

class Journal {
 public:
  // The journal in a directory, of the log of that identity; made if missing. kInvalid: it is of another log.
  static Result<std::unique_ptr<Journal>> open(const std::string& directory, const Identity& identity);
  ~Journal();
  Journal(const Journal&) = delete;

  // The records that follow `before` in the chain, as one. Returns the point of the last.
  Result<ChainPoint> append(const ChainPoint& before, std::span<const NewRecord> batch);
  // What a run before this one left, batch by batch, oldest first. The chain is the caller's to check.
  Status read(const std::function<Status(std::span<const StoredRecord>)>& each) const;
  bool empty() const { return bytes_ == kHeaderBytes; }
  // Nothing is in it any more, durably.
  Status clear();

 private:
  static constexpr uint64_t kHeaderBytes = 32;  // magic, identity, checksum
  Journal(int file, std::string path) : file_(file), path_(std::move(path)) {}
  Status begin(const Identity& identity);
  Status put(std::string_view bytes, uint64_t at);

  const int file_;
  const std::string path_;
  uint64_t bytes_ = 0;  // of the file, as far as it is whole
};

}  // namespace haechi::log
