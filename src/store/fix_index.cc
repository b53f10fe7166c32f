#include "store/fix_index.h"

#include <algorithm>
#include <iterator>

#include "base/ensure.h"
#include "base/first_entry.h"

namespace haechi::store {
namespace {

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS log(id TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS block(last INTEGER PRIMARY KEY, stamp INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS fixes(person TEXT NOT NULL, before INTEGER NOT NULL, steps TEXT NOT NULL,
    PRIMARY KEY(person, before)) WITHOUT ROWID;
)";

// Of an index that holds something else than this one; it is made anew.
constexpr const char* kHolds = " reports and looks";

Status run(const Connection& connection, const char* sql) {
  const auto changed = Query(connection, sql).run();
  return changed.ok() ? Status() : Status(changed.error());
}

void append(std::string& steps, uint64_t step) {
  for (; step >= 0x80; step >>= 7) steps += static_cast<char>(step | 0x80);
  steps += static_cast<char>(step);
}

// Those of [first, last] to `out`.
void read_steps(const std::string& steps, uint64_t before, uint64_t first, uint64_t last,
                std::vector<uint64_t>& out) {
  uint64_t no = before, step = 0;
  int shift = 0;
  for (const char byte : steps) {
    step |= static_cast<uint64_t>(byte & 0x7f) << shift;
    shift += 7;
    if ((byte & 0x80) != 0 && shift < 63) continue;
    no += step;
    step = 0;
    shift = 0;
    if (no > last) return;
    if (no >= first) out.push_back(no);
  }
}

// What both have; rising.
std::vector<uint64_t> common(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  std::vector<uint64_t> out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

Result<std::unique_ptr<FixIndex>> FixIndex::open(const std::string& path, const std::string& log_id,
                                                 uint64_t block) {
  TRY(Connection connection, open_tables(path, kTables, 1, 1));
  std::unique_ptr<FixIndex> index(new FixIndex(std::move(connection), block));
  TRY_STATUS(index->begin(log_id + kHolds));
  return index;
}

Status FixIndex::begin(const std::string& log_id) {
  Query known(connection_, "SELECT 1 FROM log WHERE id = ?");
  known.with(log_id);
  TRY(const bool same, known.next());
  if (!same) {
    TRY_STATUS(clear());
    TRY_STATUS(run(connection_, "DELETE FROM log"));
    TRY(const uint64_t added, Query(connection_, "INSERT INTO log VALUES(?)").with(log_id).run());
    ENSURE(added == 1);
  }
  Query newest(connection_, "SELECT last, stamp FROM block ORDER BY last DESC LIMIT 1");
  TRY(const bool any, newest.next());
  if (any) stored_ = {static_cast<uint64_t>(newest.number(0)), Time{newest.number(1)}};
  if (stored_.no % block_ != 0) TRY_STATUS(clear());  // made with blocks of another size
  covered_ = std::max(stored_.no, entries_before_the_first());
  return {};
}

Status FixIndex::clear() {
  TRY_STATUS(run(connection_, "DELETE FROM block"));
  TRY_STATUS(run(connection_, "DELETE FROM fixes"));
  under_way_.clear();
  stored_ = {};
  covered_ = entries_before_the_first();
  return {};
}

Status FixIndex::take(uint64_t no, Time stamp, const std::vector<std::string>& names) {
  ENSURE(no == covered_ + 1, no, covered_);
  for (const std::string& name : names) {
    Numbers& numbers = under_way_[name];
    const uint64_t before = std::max(numbers.last, begin_of(no));
    if (no > before) append(numbers.steps, no - before);  // else it is there twice, or of a try that failed
    numbers.last = no;
  }
  if (no % block_ == 0) TRY_STATUS(write_block({no, stamp}));
  covered_ = no;
  return {};
}

Status FixIndex::write_block(const End& end) {
  const Connection& connection = connection_;
  TRY_STATUS(run(connection, "BEGIN IMMEDIATE"));
  const auto write = [&]() -> Status {
    for (const auto& [name, numbers] : under_way_) {
      Query insert(connection, "INSERT OR REPLACE INTO fixes VALUES(?, ?, ?)");
      TRY(const uint64_t added,
          insert.with(name).with(static_cast<int64_t>(begin_of(end.no))).with(numbers.steps).run());
      ENSURE(added == 1);
    }
    TRY(const uint64_t added, Query(connection, "INSERT OR REPLACE INTO block VALUES(?, ?)")
                                  .with(static_cast<int64_t>(end.no))
                                  .with(end.stamp.us)
                                  .run());
    ENSURE(added == 1);
    return run(connection, "COMMIT");
  };
  const Status written = write();
  if (!written.ok()) {
    (void)run(connection, "ROLLBACK").ok();  // there is nothing to undo when that fails too
    return written;
  }
  under_way_.clear();
  stored_ = end;
  return {};
}

Result<std::vector<uint64_t>> FixIndex::find(const std::set<std::string>& names, uint64_t first,
                                             uint64_t last) {
  std::vector<uint64_t> out;
  if (first > last) return out;
  for (const std::string& name : names) {
    Query blocks(connection_, "SELECT before, steps FROM fixes WHERE person = ? AND before BETWEEN ? AND ?");
    blocks.with(name).with(static_cast<int64_t>(begin_of(first))).with(static_cast<int64_t>(begin_of(last)));
    while (true) {
      TRY(const bool row, blocks.next());
      if (!row) break;
      read_steps(blocks.text(1), static_cast<uint64_t>(blocks.number(0)), first, last, out);
    }
    const auto now = under_way_.find(name);
    if (now != under_way_.end()) read_steps(now->second.steps, stored_.no, first, last, out);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<uint64_t> FixIndex::under_way(const std::vector<std::string>& names, uint64_t last) const {
  std::vector<uint64_t> out;
  for (const std::string& name : names) {
    std::vector<uint64_t> of_name;
    const auto now = under_way_.find(name);
    if (now != under_way_.end()) read_steps(now->second.steps, stored_.no, 1, last, of_name);
    out = &name == &names.front() ? std::move(of_name) : common(out, of_name);
  }
  return out;
}

Result<std::vector<uint64_t>> FixIndex::in_block(const std::vector<std::string>& names,
                                                 const std::string& steps, uint64_t before,
                                                 uint64_t last) const {
  std::vector<uint64_t> out;
  read_steps(steps, before, 1, last, out);
  for (size_t i = 1; i < names.size() && !out.empty(); ++i) {
    Query other(connection_, "SELECT steps FROM fixes WHERE person = ? AND before = ?");
    TRY(const bool any, other.with(names[i]).with(static_cast<int64_t>(before)).next());
    std::vector<uint64_t> of_name;
    if (any) read_steps(other.text(0), before, 1, last, of_name);
    out = common(out, of_name);
  }
  return out;
}

Result<FixIndex::Newest> FixIndex::newest(const std::vector<std::string>& names, uint64_t last, size_t most) {
  ENSURE(!names.empty() && most > 0);
  Newest out;
  const auto full = [&](const std::vector<uint64_t>& rising) {
    const size_t taken = std::min(rising.size(), most - out.numbers.size());
    out.numbers.insert(out.numbers.end(), rising.rbegin(), rising.rbegin() + static_cast<ptrdiff_t>(taken));
    if (out.numbers.size() == most) out.from = out.numbers.back();
    return out.numbers.size() == most;
  };
  last = std::min<uint64_t>(last, covered_);
  if (full(under_way(names, last)) || stored_.no == 0 || last == 0) return out;
  Query blocks(connection_,
               "SELECT before, steps FROM fixes WHERE person = ? AND before <= ? ORDER BY before DESC");
  blocks.with(names.front()).with(static_cast<int64_t>(begin_of(std::min(last, stored_.no))));
  for (int read = 0;; ++read) {
    TRY(const bool row, blocks.next());
    if (!row) return out;
    const uint64_t before = static_cast<uint64_t>(blocks.number(0));
    if (read == kBlocksAtOnce) {
      out.from = before + block_ + 1;
      return out;
    }
    TRY(const std::vector<uint64_t> numbers, in_block(names, blocks.text(1), before, last));
    if (full(numbers)) return out;
  }
}

}  // namespace haechi::store
