// The watermark: a small file beside the database that says how far the log was acknowledged.
//
// SQLite, after one decayed bit in its write-ahead file, opens without complaint on the records before that
// bit. This file is how we notice. It never names a record that is not durable, and it is at most one batch
// behind: the mark of a batch is synced before the next batch is acknowledged.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "log/log.h"

namespace haechi::log {

using Identity = std::array<uint8_t, 16>;  // random, made with the log; ties the files of one log together

struct Mark {
  Identity identity{};
  uint64_t turn = 0;  // counts writes of the file: 1 while the log is being made, more once it was complete
  ChainPoint point;   // the last acknowledged record
};

// Slots of one block each, so that a torn write damages one of them only; turn n goes to slot n mod 2.
inline constexpr size_t kSlotCount = 2;
inline constexpr size_t kSlotBytes = 4096;

std::string encode_mark(const Mark& mark);  // as stored at the start of a slot
// The newest mark that holds. kNotFound without the file; kCorrupt when no slot holds, or when they are of
// two logs. One damaged slot is not an error: a power cut during the last write leaves that.
Result<Mark> read_watermark(const std::string& path);

// Makes the file with `mark` (turn 1) in it, durably: after a crash there is a whole file or none.
Status create_watermark(const std::string& path, const Mark& mark);

// Writes marks in a thread of its own, so that the sync runs beside the database's. A failed write or sync
// aborts the process (see open_sqlite_log()), or, if asked to be soft, is the last: wait() says so for good.
class WatermarkWriter {
 public:
  // `last` is the newest mark in the file.
  static Result<std::unique_ptr<WatermarkWriter>> open(const std::string& path, const Mark& last,
                                                       bool soft = false);
  ~WatermarkWriter();
  WatermarkWriter(const WatermarkWriter&) = delete;

  // Starts to write the mark of a record that is durable. wait() must have been called since the last
  // start().
  void start(const ChainPoint& point);
  // Returns when all that was started is on disk. False: the disk refused one, or hangs for longer than that.
  bool wait(std::optional<Duration> longest = {});

 private:
  WatermarkWriter(int file, const Mark& last, bool soft);
  void run();
  bool write(const Mark& mark);

  const int file_;
  const bool soft_;
  Mark mark_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool pending_ = false;
  bool failed_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace haechi::log
