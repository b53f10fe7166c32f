#include "log/database.h"

#include <algorithm>
#include <cstring>

#include "log/files.h"

namespace haechi::log {
namespace {

constexpr int kApplicationId = 0x4841454C;  // "HAEL"
constexpr int kFormatVersion = 1;
constexpr char kLogTable[] =
    "CREATE TABLE log(id INTEGER PRIMARY KEY CHECK(id=1),identity BLOB NOT NULL)STRICT";
constexpr char kRecordTable[] =
    "CREATE TABLE record(no INTEGER PRIMARY KEY,stamp INTEGER NOT NULL,crc INTEGER NOT NULL,"
    "digest BLOB NOT NULL,fact BLOB NOT NULL)STRICT";

std::string_view blob(sqlite3_stmt* row, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
  return {bytes, bytes == nullptr ? 0 : static_cast<size_t>(sqlite3_column_bytes(row, column))};
}

// False when a column is not of its type, which a strict table never holds.
bool take_row(sqlite3_stmt* row, StoredRecord& out) {
  for (const int column : {0, 1, 2})
    if (sqlite3_column_type(row, column) != SQLITE_INTEGER) return false;
  for (const int column : {3, 4})
    if (sqlite3_column_type(row, column) != SQLITE_BLOB) return false;
  const int64_t crc = sqlite3_column_int64(row, 2);
  if (crc < 0 || crc > UINT32_MAX) return false;
  out = {static_cast<uint64_t>(sqlite3_column_int64(row, 0)), Time{sqlite3_column_int64(row, 1)},
         static_cast<uint32_t>(crc), blob(row, 3), blob(row, 4)};
  return true;
}

bool system_refused(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
    case SQLITE_FULL:
      return true;
    default:
      return false;
  }
}

Status expect(Database& database, const std::string& sql, const std::string& expected, const char* what) {
  TRY(const std::string found, database.text(sql));
  if (found == expected) return {};
  return corrupt(std::string("the database file is damaged or not a log: its ") + what + " is wrong");
}

std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    else
      uri += c;
  }
  return uri;
}

Status check_structure(Database& database) {
  TRY(const std::string found, database.text("PRAGMA quick_check(1)"));
  if (found == "ok") return {};
  return corrupt("the structure of the database is damaged: " + found);
}

}  // namespace

Result<Database> Database::open(const std::string& path, Access access, uint32_t page_bytes) {
  const bool write = access == Access::kWrite;
  sqlite3* connection = nullptr;
  // Reading takes no SQLite lock ("unix-none"): with a lock it would have to write a shared-memory file
  // first. Where there is no write-ahead file SQLite would make an empty one, unless it is told that nobody
  // writes.
  const bool whole = !write && !file_exists(path + "-wal");
  const int opened =
      sqlite3_open_v2(whole ? (uri_of(path) + "?immutable=1").c_str() : path.c_str(), &connection,
                      (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                          (whole ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      write ? nullptr : "unix-none");
  Database database(connection);
  if (connection == nullptr) return Error{Code::kUnavailable, "log", "out of memory"};
  if (opened != SQLITE_OK) return database.error("cannot open " + path);
  // A log that is refused stays as it is: closing must not move the write-ahead file into it.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Exclusive before the first read: the index of the write-ahead file then lives in our memory only, and a
  // second connection, with which SQLite before 3.51.3 can lose a write-ahead reset, is impossible.
  TRY_STATUS(database.run("PRAGMA locking_mode=EXCLUSIVE"));
  TRY_STATUS(database.run("PRAGMA mmap_size=0"));
  TRY_STATUS(database.run("PRAGMA cell_size_check=ON"));
  if (write) {
    TRY_STATUS(database.run("PRAGMA page_size=" + std::to_string(page_bytes)));
    TRY_STATUS(database.run("PRAGMA synchronous=FULL"));
    TRY_STATUS(database.run("PRAGMA wal_autocheckpoint=200"));
  }
  return database;
}

Error Database::error(const std::string& what) const {
  const int code = sqlite3_extended_errcode(connection_.get());
  return Error{system_refused(code) ? Code::kUnavailable : Code::kCorrupt, "log",
               what + ": " + sqlite3_errmsg(connection_.get()) + " (SQLite " + std::to_string(code) + ")"};
}

Status Database::run(const std::string& sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error("the database refused");
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK)
    return error("the database refused");
  return Statement(statement);
}

Result<std::string> Database::text(const std::string& sql) {
  TRY(const Statement statement, prepare(sql));
  const int stepped = sqlite3_step(statement.get());
  if (stepped == SQLITE_DONE) return std::string();
  if (stepped != SQLITE_ROW) return error("the database cannot be read");
  const auto* found = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
  return found == nullptr ? std::string() : std::string(found);
}

Status Database::checkpoint() {
  if (sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) ==
      SQLITE_OK)
    return {};
  return error("the write-ahead file could not be emptied");
}

Status check_file(const std::string& path, const Mark& mark) {
  constexpr size_t kVersions = 18;  // where the two bytes are that say "write-ahead file"
  const auto start = read_file(path, kVersions + 2);
  if (!start.ok() && start.error().code != Code::kNotFound) return start.error();
  if (!start.ok() || start->empty()) {
    const std::string lost = mark.point.no == 0 ? "" : ": " + records_named(1, mark.point.no) + " missing";
    return corrupt("the database file is missing or empty" + lost);
  }
  if (start->substr(std::min(kVersions, start->size())) == "\x02\x02") return {};
  return corrupt("the first bytes of the database file are damaged; records up to " +
                 std::to_string(mark.point.no) + " were acknowledged at least");
}

Status create_tables(Database& database, const Identity& identity) {
  TRY(const std::string mode, database.text("PRAGMA journal_mode=WAL"));
  if (mode != "wal") return Error{Code::kUnavailable, "log", "no write-ahead file is possible here"};
  const std::string key = hex({reinterpret_cast<const char*>(identity.data()), identity.size()});
  TRY_STATUS(database.run(std::string("BEGIN;") + kLogTable + ";" + kRecordTable +
                          ";INSERT INTO log VALUES(1,x'" + key +
                          "');PRAGMA application_id=" + std::to_string(kApplicationId) +
                          ";PRAGMA user_version=" + std::to_string(kFormatVersion) + ";COMMIT"));
  return database.checkpoint();
}

Status check_form(Database& database, const Identity& identity) {
  TRY_STATUS(expect(database, "PRAGMA application_id", std::to_string(kApplicationId), "kind"));
  TRY_STATUS(expect(database, "PRAGMA user_version", std::to_string(kFormatVersion), "format version"));
  TRY_STATUS(expect(database, "PRAGMA encoding", "UTF-8", "encoding"));
  // Nothing is ever deleted, so no page is free; a page said to be free would be overwritten while in use.
  TRY_STATUS(expect(database, "PRAGMA freelist_count", "0", "count of free pages"));
  TRY_STATUS(expect(database, "PRAGMA auto_vacuum", "0", "vacuum mode"));
  const std::string tables =
      std::string("table,log,log,2,") + kLogTable + ";table,record,record,3," + kRecordTable;
  TRY_STATUS(expect(database,
                    "SELECT group_concat(type||','||name||','||tbl_name||','||rootpage||','||sql,';') "
                    "FROM (SELECT * FROM sqlite_schema ORDER BY rootpage)",
                    tables, "table list"));
  TRY(const std::string found,
      database.text("SELECT group_concat(lower(hex(identity))) FROM log WHERE id=1"));
  if (found.size() != 2 * identity.size()) return corrupt("the database file has no identity");
  if (found != hex({reinterpret_cast<const char*>(identity.data()), identity.size()}))
    return corrupt("the watermark file belongs to another log than the database file");
  return {};
}

Result<bool> next_row(Database& database, sqlite3_stmt* rows, uint64_t expected, StoredRecord& row) {
  const int stepped = sqlite3_step(rows);
  if (stepped == SQLITE_DONE) return false;
  const std::string name = "record " + std::to_string(expected);
  if (stepped != SQLITE_ROW) return database.error(name + " cannot be read");
  if (!take_row(rows, row)) return corrupt(name + " is damaged: not of its types");
  return true;
}

Status walk(Database& database, ChainChecker& checker, const std::function<bool(const StoredRecord&)>& each) {
  TRY(const Statement select, database.prepare(kRowsAfter));
  sqlite3_bind_int64(select.get(), 1, static_cast<int64_t>(checker.point().no));
  StoredRecord row;
  while (true) {
    TRY(const bool found, next_row(database, select.get(), checker.point().no + 1, row));
    if (!found) return {};
    TRY_STATUS(checker.check(row));
    if (!each(row)) return {};
  }
}

Result<ChainChecker> checker_at(Database& database, uint64_t no) {
  if (no <= beginning().no) return ChainChecker(beginning());
  TRY(const Statement select, database.prepare("SELECT no,stamp,crc,digest,fact FROM record WHERE no=?1"));
  sqlite3_bind_int64(select.get(), 1, static_cast<int64_t>(no));
  const int stepped = sqlite3_step(select.get());
  if (stepped == SQLITE_DONE)
    return Error{Code::kNotFound, "log", "record " + std::to_string(no) + " is missing"};
  if (stepped != SQLITE_ROW) return database.error("record " + std::to_string(no) + " cannot be read");
  StoredRecord row;
  ChainPoint point{no, {}};
  if (!take_row(select.get(), row) || row.digest.size() != point.digest.size())
    return corrupt("record " + std::to_string(no) + " is damaged: not of its types");
  std::memcpy(point.digest.data(), row.digest.data(), point.digest.size());
  return ChainChecker(point, row.stamp);
}

namespace {

Status check_known(Database& database, const ChainPoint& known, const char* whose, ChainChecker& at) {
  auto found = checker_at(database, known.no);
  if (!found.ok()) {
    Error error = found.error();
    if (error.code == Code::kNotFound) error = corrupt(error.reason + ", but it is named by " + whose);
    return error;
  }
  at = *std::move(found);
  if (at.point().digest != known.digest)
    return corrupt("record " + std::to_string(known.no) + " is not the one that is named by " + whose);
  return {};
}

}  // namespace

Status check_log(Database& database, const Mark& mark, const ChainPoint& known, ChainChecker& end) {
  const std::string acknowledged =
      "; records up to " + std::to_string(mark.point.no) + " were acknowledged at least";
  TRY_STATUS(check_known(database, known, "the snapshot", end));
  if (Status walked = walk(database, end, [](const StoredRecord&) { return true; }); !walked.ok()) {
    Error error = walked.error();
    error.reason += acknowledged;
    return error;
  }
  if (end.point().no < mark.point.no) {
    return corrupt(records_named(end.point().no + 1, mark.point.no) +
                   " missing: acknowledged, but the log ends at " + std::to_string(end.point().no));
  }
  ChainChecker at_mark(ChainPoint{});
  TRY_STATUS(check_known(database, mark.point, "the watermark file", at_mark));
  if (known.no == 0) TRY_STATUS(check_structure(database));
  return {};
}

}  // namespace haechi::log
