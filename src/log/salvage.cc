#include "log/salvage.h"

#include "base/hex.h"

namespace haechi::log {

Result<std::unique_ptr<Salvage>> Salvage::open(const std::string& directory) {
  TRY(DirectoryLock lock, DirectoryLock::take(directory, true));
  std::unique_ptr<Salvage> salvage(new Salvage(std::move(lock)));
  const Result<Mark> mark = read_watermark(directory + "/" + kWatermarkName);
  if (mark.ok()) {
    salvage->identity_ = hex({reinterpret_cast<const char*>(mark->identity.data()), mark->identity.size()});
    salvage->mark_ = mark->point;
  }
  // A file that does not say at its beginning that it is one of ours is not shown to SQLite, which would
  // take away what lies beside it.
  const std::string path = directory + "/" + kDatabaseName;
  if (check_file(path, Mark{}).ok()) salvage->read_database(path);
  return salvage;
}

void Salvage::read_database(const std::string& path) {
  Result<Database> database = Database::open(path, Access::kReadOnly, 0);
  if (!database.ok()) return;
  database_.emplace(*std::move(database));
  Result<Statement> rows = database_->prepare(kRowsAfter);
  if (rows.ok()) rows_ = *std::move(rows);
  if (identity_) return;
  const Result<std::string> said = database_->text("SELECT lower(hex(identity)) FROM log WHERE id=1");
  if (said.ok() && said->size() == 2 * sizeof(Identity)) identity_ = *said;
}

void Salvage::seek(uint64_t no) {
  sqlite3_reset(rows_.get());
  sqlite3_bind_int64(rows_.get(), 1, static_cast<int64_t>(no) - 1);
  row_no_ = no;
}

std::optional<StoredRecord> Salvage::next(ChainChecker& checker) {
  if (!rows_) return std::nullopt;
  const uint64_t no = checker.point().no + 1;
  if (row_no_ != no) seek(no);
  StoredRecord row;
  const Result<bool> found = next_row(*database_, rows_.get(), no, row);
  if (found.ok() && *found && checker.check(row).ok()) {
    ++row_no_;
    return row;
  }
  row_no_ = 0;
  return std::nullopt;
}

}  // namespace haechi::log
