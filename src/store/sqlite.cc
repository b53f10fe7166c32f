#include "store/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <sstream>

namespace haechi::store {
namespace {

struct LeaveMutex {
  void operator()(sqlite3_mutex* mutex) const { sqlite3_mutex_leave(mutex); }
};

Result<int64_t> number(sqlite3* db, const char* sql) {
  Query query(db, sql);
  TRY(const bool row, query.next());
  return row ? query.number(0) : 0;
}

// A forgotten person must not stay readable in freed pages or in the write-ahead file: secure_delete, and a
// checkpoint that truncates when the file is opened.
Status prepare(sqlite3* db, const char* tables, int form, int oldest_form) {
  const char* settings =
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA busy_timeout=2000;"
      "PRAGMA wal_checkpoint(TRUNCATE);";
  if (sqlite3_exec(db, settings, nullptr, nullptr, nullptr) != SQLITE_OK) return failed(db, "open records");
  TRY(const int64_t found, number(db, "PRAGMA user_version"));
  if (found == form) return {};
  TRY(const int64_t objects, number(db, "SELECT count(*) FROM sqlite_master"));
  const bool is_older = found >= oldest_form && found < form;
  if (!is_older && (found != 0 || objects != 0))
    return Error{Code::kCorrupt, "", "not a record file of this version"};
  const std::string make =
      std::string("BEGIN;") + tables + "PRAGMA user_version=" + std::to_string(form) + "; COMMIT;";
  if (sqlite3_exec(db, make.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failed(db, "create records");
  return {};
}

}  // namespace

void CloseConnection::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

void FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Error failed(sqlite3* connection, const char* what) {
  const int code = connection == nullptr ? SQLITE_NOMEM : sqlite3_errcode(connection);
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  // Not sqlite3_errmsg: it may quote a value.
  return Error{damaged ? Code::kCorrupt : Code::kUnavailable, "",
               std::string(what) + ": " + sqlite3_errstr(code)};
}

Result<Connection> open_tables(const std::string& path, const char* tables, int form, int oldest_form) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX;
  const mode_t before = ::umask(0077);  // names and secrets: nobody but the owner reads the file
  const int opened = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Connection connection(raw);
  const Status ready =
      opened == SQLITE_OK ? prepare(raw, tables, form, oldest_form) : Status(failed(raw, "open records"));
  ::umask(before);
  if (!ready.ok()) return ready.error();
  return connection;
}

Query::Query(sqlite3* connection, const char* sql) : connection_(connection) {
  sqlite3_stmt* statement = nullptr;
  status_ = sqlite3_prepare_v2(connection, sql, -1, &statement, nullptr);
  statement_.reset(statement);
}

Query& Query::with(const std::string& text) {
  if (status_ == SQLITE_OK) {
    status_ = sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()),
                                SQLITE_TRANSIENT);
  }
  return *this;
}

Query& Query::with(int64_t number) {
  if (status_ == SQLITE_OK) status_ = sqlite3_bind_int64(statement_.get(), ++bound_, number);
  return *this;
}

Result<bool> Query::next() {
  if (status_ != SQLITE_OK) return failed(connection_, "records");
  const int step = sqlite3_step(statement_.get());
  if (step == SQLITE_ROW) return true;
  if (step == SQLITE_DONE) return false;
  return failed(connection_, "records");
}

Result<uint64_t> Query::run() {
  const std::unique_ptr<sqlite3_mutex, LeaveMutex> alone(sqlite3_db_mutex(connection_));
  sqlite3_mutex_enter(alone.get());
  TRY(const bool row, next());
  (void)row;
  return static_cast<uint64_t>(sqlite3_changes64(connection_));
}

std::string Query::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(size));
}

int64_t Query::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Status together(sqlite3* connection, const std::function<Status()>& change) {
  TRY([[maybe_unused]] const uint64_t begun, Query(connection, "BEGIN IMMEDIATE").run());
  Status changed = change();
  if (changed.ok()) {
    if (const auto committed = Query(connection, "COMMIT").run(); !committed.ok())
      changed = committed.error();
  }
  // What the roll-back itself says does not matter: an open transaction ends with the connection at the
  // latest.
  if (!changed.ok()) (void)Query(connection, "ROLLBACK").run().ok();
  return changed;
}

std::string join(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
  return out;
}

std::vector<std::string> split(const std::string& words) {
  std::istringstream in(words);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

}  // namespace haechi::store
