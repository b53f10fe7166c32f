// One SQLite file of this room: opened for its owner only, every write durable on return, what is removed
// overwritten. Errors: kUnavailable (disk full, locked; nothing was written), kCorrupt (not such a file, or a
// damaged one).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/in_time.h"
#include "base/result.h"

struct sqlite3;

namespace haechi::store {

struct CloseConnection {
  void operator()(sqlite3* connection) const;
};

// One connection. Once it is watched, a disk that hangs keeps nobody who asks waiting for longer than
// kWaitMax: a read is kUnavailable then and a write kUnknownOutcome, and all that is asked after it
// kUnavailable at once, until the disk is back.
class Connection {
 public:
  static constexpr Duration kWaitMax = Duration::seconds(3);  // for a lock it is waited two

  explicit Connection(sqlite3* raw) : raw_(raw) {}
  void watch();
  sqlite3* get() const { return raw_.get(); }
  // `task` owns what it uses.
  InTime::Came run(std::function<void()> task) const;

 private:
  std::unique_ptr<sqlite3, CloseConnection> raw_;
  std::unique_ptr<InTime> in_time_;  // ends first
};

// Opens or creates the file with these tables (CREATE TABLE IF NOT EXISTS ...) in this form; files of the
// forms since `oldest_form` are brought up to it by the tables they lack. ":memory:" keeps nothing.
Result<Connection> open_tables(const std::string& path, const char* tables, int form, int oldest_form);

// The connection's last error. Never holds a stored value.
Error failed(sqlite3* connection, const char* what);

// One statement: bind in order, step, read columns. It is run whole at the first step; errors are told there.
class Query {
 public:
  Query(const Connection& connection, const char* sql);
  Query& with(const std::string& text);
  Query& with(int64_t number);
  // True: a row is there to be read. False: the end.
  Result<bool> next();
  // Runs to the end; the number of rows changed.
  Result<uint64_t> run();
  std::string text(int column) const;
  int64_t number(int column) const;

 private:
  struct Work;
  Status run_whole(Code when_late);

  const Connection& connection_;
  std::shared_ptr<Work> work_;  // also of the thread that runs it
  size_t rows_read_ = 0;
};

// Everything that `change` writes is there when this is ok, and nothing of it otherwise.
Status together(const Connection& connection, const std::function<Status()>& change);

// Ids hold no space, so a list of them is words.
std::string join(const std::vector<std::string>& ids);
std::vector<std::string> split(const std::string& words);

}  // namespace haechi::store
