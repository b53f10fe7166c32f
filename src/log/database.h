// A thin owner for one SQLite connection, and what the log keeps in it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "log/chain.h"
#include "log/log.h"
#include "log/watermark.h"

namespace haechi::log {

enum class Access {
  kWrite,     // the one connection that writes and checkpoints; excludes all others
  kReadOnly,  // changes no byte on disk, takes no SQLite lock: hold the directory lock
};

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Errors are kUnavailable when the system refused (locked, no access, no memory, a failed read), else
// kCorrupt.
class Database {
 public:
  // `page_bytes` and the tables matter only when the file does not exist yet; then access must be kWrite.
  static Result<Database> open(const std::string& path, Access access, uint32_t page_bytes);

  Status run(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  // First column of the first row as text; empty when there is none.
  Result<std::string> text(const std::string& sql);
  // Empties the write-ahead file into the database file, both synced.
  Status checkpoint();
  Error error(const std::string& what) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  std::unique_ptr<sqlite3, Close> connection_;
};

// To be called before open() for a log that was complete once: the file must be there and say, in its first
// bytes, that it is written through a write-ahead file. SQLite takes an empty file for a new database and
// deletes the write-ahead file beside it, and takes other first bytes for "read only" or for another kind of
// journal.
Status check_file(const std::string& path, const Mark& mark);
// Makes the tables in an empty database.
Status create_tables(Database& database, const Identity& identity);
// The database must be one of ours, complete, of this identity, and free of settings that would make a write
// land on pages in use.
Status check_form(Database& database, const Identity& identity);
// Takes the next of the rows that `rows` gives, unchecked, valid until the next step; false at the end.
// `rows` is of kRowsAfter; `expected` is the number to name when it cannot be read.
Result<bool> next_row(Database& database, sqlite3_stmt* rows, uint64_t expected, StoredRecord& row);
inline constexpr char kRowsAfter[] = "SELECT no,stamp,crc,digest,fact FROM record WHERE no>?1 ORDER BY no";
// Reads and checks rows after the checker's point, up to the end or until `each` returns false.
Status walk(Database& database, ChainChecker& checker, const std::function<bool(const StoredRecord&)>& each);
// The point and stamp of record `no` as stored, unchecked; kNotFound without it. Number 0 is the start.
Result<ChainChecker> checker_at(Database& database, uint64_t no);
// Checks the records after `known`, that the chain goes through `known` and the mark, and that nothing
// acknowledged is missing. With known.no zero also the structure of the database. `end` gives how far it
// held.
Status check_log(Database& database, const Mark& mark, const ChainPoint& known, ChainChecker& end);

}  // namespace haechi::log
