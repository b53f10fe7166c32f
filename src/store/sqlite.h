// One SQLite file of this room: opened for its owner only, every write durable on return, what is removed
// overwritten. Errors: kUnavailable (disk full, locked; nothing was written), kCorrupt (not such a file, or a
// damaged one).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace haechi::store {

struct CloseConnection {
  void operator()(sqlite3* connection) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

// Opens or creates the file with these tables (CREATE TABLE IF NOT EXISTS ...) in this form; files of the
// forms since `oldest_form` are brought up to it by the tables they lack. ":memory:" keeps nothing.
Result<Connection> open_tables(const std::string& path, const char* tables, int form, int oldest_form);

// The connection's last error. Never holds a stored value.
Error failed(sqlite3* connection, const char* what);

// One prepared statement: bind in order, step, read columns. Errors are kept and told by the next step.
class Query {
 public:
  Query(sqlite3* connection, const char* sql);
  Query& with(const std::string& text);
  Query& with(int64_t number);
  // True: a row is there to be read. False: the end.
  Result<bool> next();
  // Runs to the end; the number of rows changed. Nobody else may write between the two.
  Result<uint64_t> run();
  std::string text(int column) const;
  int64_t number(int column) const;

 private:
  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int status_ = 0;
  int bound_ = 0;
};

// Everything that `change` writes is there when this is ok, and nothing of it otherwise.
Status together(sqlite3* connection, const std::function<Status()>& change);

// Ids hold no space, so a list of them is words.
std::string join(const std::vector<std::string>& ids);
std::vector<std::string> split(const std::string& words);

}  // namespace haechi::store
