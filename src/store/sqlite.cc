#include "store/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <sstream>
#include <utility>
#include <variant>

namespace haechi::store {
namespace {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// Not sqlite3_errmsg: it may quote a value.
Error error_of(int code, const char* what) {
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return Error{damaged ? Code::kCorrupt : Code::kUnavailable, "",
               std::string(what) + ": " + sqlite3_errstr(code)};
}

Result<int64_t> number(const Connection& connection, const char* sql) {
  Query query(connection, sql);
  TRY(const bool row, query.next());
  return row ? query.number(0) : 0;
}

// A forgotten person must not stay readable in freed pages or in the write-ahead file: secure_delete, and a
// checkpoint that truncates when the file is opened.
Status prepare(const Connection& connection, const char* tables, int form, int oldest_form) {
  sqlite3* const db = connection.get();
  const char* settings =
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA busy_timeout=2000;"
      "PRAGMA wal_checkpoint(TRUNCATE);";
  if (sqlite3_exec(db, settings, nullptr, nullptr, nullptr) != SQLITE_OK) return failed(db, "open records");
  TRY(const int64_t found, number(connection, "PRAGMA user_version"));
  if (found == form) return {};
  TRY(const int64_t objects, number(connection, "SELECT count(*) FROM sqlite_master"));
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

void Connection::watch() {
  in_time_ = std::make_unique<InTime>("records", kWaitMax, [db = raw_.get()] {
    // Whoever had begun it was told that it failed.
    if (sqlite3_get_autocommit(db) == 0) sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  });
}

InTime::Came Connection::run(std::function<void()> task) const {
  if (in_time_) return in_time_->run(std::move(task));
  task();
  return InTime::Came::kDone;
}

Error failed(sqlite3* connection, const char* what) {
  return error_of(connection == nullptr ? SQLITE_NOMEM : sqlite3_errcode(connection), what);
}

Result<Connection> open_tables(const std::string& path, const char* tables, int form, int oldest_form) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX;
  const mode_t before = ::umask(0077);  // names and secrets: nobody but the owner reads the file
  const int opened = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Connection connection(raw);
  const Status ready = opened == SQLITE_OK ? prepare(connection, tables, form, oldest_form)
                                           : Status(failed(raw, "open records"));
  ::umask(before);
  if (!ready.ok()) return ready.error();
  return connection;
}

struct Query::Work {
  struct Cell {
    std::string text;
    int64_t number = 0;
  };
  sqlite3* db = nullptr;
  std::string sql;
  std::vector<std::variant<std::string, int64_t>> bound;
  int status = SQLITE_OK;
  std::vector<std::vector<Cell>> rows;
  uint64_t changed = 0;
  bool done = false;

  void run();
  int bind(sqlite3_stmt* statement) const;
};

int Query::Work::bind(sqlite3_stmt* statement) const {
  int bound_status = SQLITE_OK;
  for (size_t i = 0; i < bound.size() && bound_status == SQLITE_OK; ++i) {
    const int at = static_cast<int>(i) + 1;
    if (const auto* text = std::get_if<std::string>(&bound[i]))
      bound_status =
          sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    else
      bound_status = sqlite3_bind_int64(statement, at, std::get<int64_t>(bound[i]));
  }
  return bound_status;
}

void Query::Work::run() {
  sqlite3_stmt* raw = nullptr;
  status = sqlite3_prepare_v2(db, sql.c_str(), -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement(raw);
  if (status == SQLITE_OK) status = bind(raw);
  while (status == SQLITE_OK || status == SQLITE_ROW) {
    status = sqlite3_step(raw);
    if (status != SQLITE_ROW) break;
    std::vector<Cell>& row = rows.emplace_back(static_cast<size_t>(sqlite3_column_count(raw)));
    for (size_t i = 0; i < row.size(); ++i) {
      const int column = static_cast<int>(i);
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw, column));
      if (bytes != nullptr) row[i].text.assign(bytes, static_cast<size_t>(sqlite3_column_bytes(raw, column)));
      row[i].number = sqlite3_column_int64(raw, column);
    }
  }
  changed = static_cast<uint64_t>(sqlite3_changes64(db));
}

Query::Query(const Connection& connection, const char* sql)
    : connection_(connection), work_(std::make_shared<Work>()) {
  work_->db = connection.get();
  work_->sql = sql;
}

Query& Query::with(const std::string& text) {
  work_->bound.emplace_back(text);
  return *this;
}

Query& Query::with(int64_t number) {
  work_->bound.emplace_back(number);
  return *this;
}

// Of what came late nothing is read: it may be written at this moment.
Status Query::run_whole(Code when_late) {
  const InTime::Came came = connection_.run([work = work_] { work->run(); });
  if (came != InTime::Came::kDone) {
    work_ = std::make_shared<Work>();
    return Error{came == InTime::Came::kLate ? when_late : Code::kUnavailable, "",
                 "records: the disk does not answer"};
  }
  work_->done = true;
  return work_->status == SQLITE_DONE ? Status() : Status(error_of(work_->status, "records"));
}

Result<bool> Query::next() {
  if (!work_->done) TRY_STATUS(run_whole(Code::kUnavailable));
  return rows_read_ < work_->rows.size() && ++rows_read_ > 0;
}

Result<uint64_t> Query::run() {
  TRY_STATUS(run_whole(Code::kUnknownOutcome));
  return work_->changed;
}

std::string Query::text(int column) const {
  return work_->rows.at(rows_read_ - 1).at(static_cast<size_t>(column)).text;
}

int64_t Query::number(int column) const {
  return work_->rows.at(rows_read_ - 1).at(static_cast<size_t>(column)).number;
}

Status together(const Connection& connection, const std::function<Status()>& change) {
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
