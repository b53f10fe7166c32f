// The chain over records: computing it, and checking rows that come back from storage.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "log/log.h"

namespace haechi::log {

// What is stored beside a fact.
struct Seal {
  Digest digest;  // sha256(digest before | no | stamp | fact)
  uint32_t crc;   // crc32c(no | stamp | fact | digest)
};

// Numbers are 8 bytes, most significant first. `scratch` is only there to keep its memory between calls.
Seal seal(const Digest& before, uint64_t no, Time stamp, std::string_view fact, std::string& scratch);

// A row as storage gave it, before anyone believes it.
struct StoredRecord {
  uint64_t no = 0;
  Time stamp;
  uint32_t crc = 0;
  std::string_view digest;
  std::string_view fact;
};

// Follows the chain row by row. After an error the checker still stands at the last row that held.
//
// The checksum covers one record alone, the digest ties it to all before it. Together they tell decay (the
// checksum fails) from a record that was replaced, moved or left out by something that wrote whole records.
class ChainChecker {
 public:
  // The row after `from` is expected first. `stamp` is that of `from`, zero when unknown or at the start.
  explicit ChainChecker(const ChainPoint& from, Time stamp = Time{}) : point_(from), stamp_(stamp) {}

  Status check(const StoredRecord& row);
  const ChainPoint& point() const { return point_; }
  Time stamp() const { return stamp_; }

 private:
  ChainPoint point_;
  Time stamp_;
  std::string scratch_;
};

// The point before the first record.
ChainPoint beginning();
Error corrupt(std::string reason);
// "record 7" or "records 7 to 9".
std::string records_named(uint64_t first, uint64_t last);
// Appends 8 bytes, most significant first; reads them back.
void put_u64(std::string& out, uint64_t value);
uint64_t get_u64(std::string_view bytes);

}  // namespace haechi::log
