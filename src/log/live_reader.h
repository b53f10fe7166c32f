// LiveReader: reads slices through the connection of a log that is open, in turns with its writer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "log/chain.h"
#include "log/database.h"
#include "log/log.h"
#include "log/turns.h"

namespace haechi::log {

// What it shares with the writer. Touch database and durable_no in a turn only.
struct LiveSource {
  Turns& turns;
  Database& database;
  const uint64_t& durable_no;
};

class LiveReader final : public Reader {
 public:
  explicit LiveReader(const LiveSource& source) : source_(source) {}
  ~LiveReader() override;

  uint64_t next_no() override;
  Result<uint64_t> find(Time at) override;
  Status read(uint64_t from_no, const std::function<bool(const Record&)>& each) override;
  Status pick(std::span<const uint64_t> numbers, const std::function<bool(const Record&)>& each) override;

 private:
  struct Copy {
    uint64_t no;
    Time stamp;
    uint32_t crc;
    std::string digest;
    std::string fact;
  };
  // Copies rows after the checker's point, which is found first when there is none yet: in one turn. No rows
  // at the end of the log.
  Status take_slice(uint64_t from_no, std::optional<ChainChecker>& checker, size_t records_max);
  Status copy_rows(uint64_t after_no, size_t records_max);
  Result<Time> stamp_of(uint64_t no);
  // In one turn, of the first of them; each with the one before it.
  Status copy_picked(std::span<const uint64_t> numbers);
  Status copy_one(uint64_t no, ChainPoint& before, Time& before_at, Copy& copy);

  const LiveSource source_;
  Statement rows_;                     // of kRowsAfter, made at first use; touched in a turn only
  std::vector<Copy> slice_;            // its strings keep their memory
  std::vector<ChainChecker> befores_;  // of what is picked
  size_t copied_ = 0;                  // how many of them are this slice
};

}  // namespace haechi::log
