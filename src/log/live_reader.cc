#include "log/live_reader.h"

#include <chrono>
#include <cstring>
#include <memory>

#include "base/ensure.h"

namespace haechi::log {

LiveReader::~LiveReader() {
  const Turns::Turn turn(source_.turns);
  rows_.reset();
}

uint64_t LiveReader::next_no() {
  const Turns::Turn turn(source_.turns);
  return source_.durable_no + 1;
}

Status LiveReader::copy_rows(uint64_t after_no, size_t records_max) {
  if (!rows_) {
    TRY(rows_, source_.database.prepare(kRowsAfter));
  }
  // Reset ends the read transaction: left open, it would keep the write-ahead file from being emptied.
  struct Reset {
    sqlite3_stmt* rows;
    ~Reset() { sqlite3_reset(rows); }
  } const reset{rows_.get()};
  sqlite3_bind_int64(rows_.get(), 1, static_cast<int64_t>(after_no));
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(kSliceMax.us);
  size_t bytes = 0;
  StoredRecord row;
  while (copied_ < records_max && bytes < kSliceBytes) {
    TRY(const bool found, next_row(source_.database, rows_.get(), after_no + copied_ + 1, row));
    if (!found) break;
    if (slice_.size() == copied_) slice_.emplace_back();
    Copy& copy = slice_[copied_++];
    copy.no = row.no;
    copy.stamp = row.stamp;
    copy.crc = row.crc;
    copy.digest.assign(row.digest);
    copy.fact.assign(row.fact);
    bytes += row.fact.size();
    // Pages that are not in memory take as long as the disk does.
    if (copied_ % 8 == 0 && std::chrono::steady_clock::now() >= until) break;
  }
  return {};
}

Status LiveReader::take_slice(uint64_t from_no, std::optional<ChainChecker>& checker, size_t records_max) {
  copied_ = 0;
  const Turns::Turn turn(source_.turns);
  const uint64_t after_no = checker ? checker->point().no : from_no - 1;
  if (after_no >= source_.durable_no) return {};
  if (!checker) {
    TRY(checker, checker_at(source_.database, after_no));
  }
  TRY_STATUS(copy_rows(after_no, records_max));
  if (copied_ == 0) return corrupt(records_named(after_no + 1, source_.durable_no) + " missing");
  return {};
}

Status LiveReader::read(uint64_t from_no, const std::function<bool(const Record&)>& each) {
  ENSURE(from_no >= 1);
  std::optional<ChainChecker> checker;
  Record record;
  while (true) {
    TRY_STATUS(take_slice(from_no, checker, kSliceRecords));
    if (copied_ == 0) return {};
    for (size_t i = 0; i < copied_; ++i) {
      Copy& copy = slice_[i];
      TRY_STATUS(checker->check({copy.no, copy.stamp, copy.crc, copy.digest, copy.fact}));
      record.no = copy.no;
      record.stamp = copy.stamp;
      record.fact.swap(copy.fact);
      if (!each(record)) return {};
    }
  }
}

Status LiveReader::copy_one(uint64_t no, ChainPoint& before, Time& before_at, Copy& copy) {
  // Reset ends the read transaction, as above.
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> reset(rows_.get(), &sqlite3_reset);
  before = beginning();
  const uint64_t from = no == before.no + 1 ? no : no - 1;
  sqlite3_bind_int64(rows_.get(), 1, static_cast<int64_t>(from) - 1);
  StoredRecord row;
  for (uint64_t expected = from; expected <= no; ++expected) {
    TRY(const bool found, next_row(source_.database, rows_.get(), expected, row));
    if (!found || row.no != expected) return corrupt(records_named(expected, expected) + " missing");
    if (expected == no) break;
    if (row.digest.size() != before.digest.size())
      return corrupt(records_named(expected, expected) + " damaged: not of its types");
    before.no = expected;
    std::memcpy(before.digest.data(), row.digest.data(), before.digest.size());
    before_at = row.stamp;
  }
  copy.no = row.no;
  copy.stamp = row.stamp;
  copy.crc = row.crc;
  copy.digest.assign(row.digest);
  copy.fact.assign(row.fact);
  return {};
}

Status LiveReader::copy_picked(std::span<const uint64_t> numbers) {
  copied_ = 0;
  befores_.clear();
  const Turns::Turn turn(source_.turns);
  ENSURE(numbers.back() <= source_.durable_no, numbers.back());
  if (!rows_) {
    TRY(rows_, source_.database.prepare(kRowsAfter));
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(kSliceMax.us);
  while (copied_ < numbers.size() && copied_ < kSliceRecords) {
    if (slice_.size() == copied_) slice_.emplace_back();
    ChainPoint before;
    Time before_at;
    TRY_STATUS(copy_one(numbers[copied_], before, before_at, slice_[copied_]));
    befores_.emplace_back(before, before_at);
    ++copied_;
    if (std::chrono::steady_clock::now() >= until) break;
  }
  return {};
}

Status LiveReader::pick(std::span<const uint64_t> numbers, const std::function<bool(const Record&)>& each) {
  Record record;
  while (!numbers.empty()) {
    TRY_STATUS(copy_picked(numbers));
    for (size_t i = 0; i < copied_; ++i) {
      Copy& copy = slice_[i];
      TRY_STATUS(befores_[i].check({copy.no, copy.stamp, copy.crc, copy.digest, copy.fact}));
      record.no = copy.no;
      record.stamp = copy.stamp;
      record.fact.swap(copy.fact);
      if (!each(record)) return {};
    }
    numbers = numbers.subspan(copied_);
  }
  return {};
}

Result<Time> LiveReader::stamp_of(uint64_t no) {
  std::optional<ChainChecker> checker;
  TRY_STATUS(take_slice(no, checker, 1));
  ENSURE(copied_ == 1, no);
  const Copy& copy = slice_[0];
  TRY_STATUS(checker->check({copy.no, copy.stamp, copy.crc, copy.digest, copy.fact}));
  return copy.stamp;
}

Result<uint64_t> LiveReader::find(Time at) {
  uint64_t low = 1;  // records before it are earlier
  uint64_t high = next_no();
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    TRY(const Time stamp, stamp_of(middle));
    if (stamp < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace haechi::log
