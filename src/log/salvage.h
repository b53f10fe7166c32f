// Salvage: what can still be read of a log that open_sqlite_log() refuses as damaged. It changes no byte of
// the records, believes nothing that the chain does not tie to what came before, and keeps others out for as
// long as it lives.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "log/chain.h"
#include "log/database.h"
#include "log/files.h"
#include "log/log.h"
#include "log/watermark.h"

namespace haechi::log {

class Salvage {
 public:
  // kUnavailable: another process has it open. Files that are missing or harmed are no obstacle.
  static Result<std::unique_ptr<Salvage>> open(const std::string& directory);

  // Whose log it is, hexadecimal; nothing when neither file says so any more.
  const std::optional<std::string>& identity() const { return identity_; }
  // How far it was acknowledged; nothing when the watermark is harmed.
  const std::optional<ChainPoint>& mark() const { return mark_; }

  // The record after the checker's point, if it is there and follows it; the checker has then passed it.
  // What it gives is valid until the next call.
  std::optional<StoredRecord> next(ChainChecker& checker);

 private:
  explicit Salvage(DirectoryLock lock) : lock_(std::move(lock)) {}
  void read_database(const std::string& path);
  void seek(uint64_t no);

  DirectoryLock lock_;
  std::optional<std::string> identity_;
  std::optional<ChainPoint> mark_;
  std::optional<Database> database_;
  Statement rows_;
  uint64_t row_no_ = 0;  // the next step of `rows_` gives this one; 0: it stands nowhere
};

}  // namespace haechi::log
