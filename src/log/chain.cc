#include "log/chain.h"

#include "base/first_entry.h"

namespace haechi::log {

ChainPoint beginning() {
  return {entries_before_the_first(), {}};
}

Error corrupt(std::string reason) {
  return Error{Code::kCorrupt, "log", std::move(reason)};
}

std::string records_named(uint64_t first, uint64_t last) {
  if (first == last) return "record " + std::to_string(first);
  return "records " + std::to_string(first) + " to " + std::to_string(last);
}

void put_u64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

uint64_t get_u64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

Seal seal(const Digest& before, uint64_t no, Time stamp, std::string_view fact, std::string& scratch) {
  scratch.clear();
  put_u64(scratch, no);
  put_u64(scratch, static_cast<uint64_t>(stamp.us));
  scratch.append(fact);
  Seal out;
  out.digest = sha256(view(before), scratch);
  scratch.append(view(out.digest));
  out.crc = crc32c(scratch);
  return out;
}

Status ChainChecker::check(const StoredRecord& row) {
  const uint64_t expected = point_.no + 1;
  if (row.no > expected) {
    return corrupt(records_named(expected, row.no - 1) + " missing before record " + std::to_string(row.no));
  }
  if (row.no < expected) {
    return corrupt("record " + std::to_string(row.no) + " comes again after " + std::to_string(point_.no));
  }
  const std::string name = "record " + std::to_string(row.no);
  const Seal right = seal(point_.digest, row.no, row.stamp, row.fact, scratch_);
  if (row.digest != view(right.digest)) {
    // Recompute the checksum with the stored digest: if it holds, the record is whole and its history is not.
    scratch_.resize(scratch_.size() - right.digest.size());
    scratch_.append(row.digest);
    if (crc32c(scratch_) != row.crc) return corrupt(name + " is damaged: its checksum is wrong");
    return corrupt(name + " does not continue " + std::to_string(point_.no) + ": the chain is broken");
  }
  if (row.crc != right.crc) return corrupt(name + " is damaged: its checksum is wrong");
  if (row.stamp <= stamp_) return corrupt(name + " is not later than the one before it");
  point_ = {row.no, right.digest};
  stamp_ = row.stamp;
  return {};
}

}  // namespace haechi::log
