// FixStream: fixes of one person one after the other, as the log holds them, each as how it differs from what
// the one before it let expect. Nothing is rounded: what is read is what was added, whatever clocks said.
//
//   fix = head | steps of the entry number | north | east | [accuracy] | [source]     seven bits a byte
//
// Number and time are expected to go on at the step before, place, accuracy and source to stay. The head is
// how far the time is from that, in whole seconds, milliseconds or microseconds, and which of the others
// follow: a device that rests and reports every 15 s takes six bytes, a phone that walks nine or ten.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace haechi::store {

// What a history shows of a fix.
struct PastFix {
  uint64_t no = 0;  // of its entry
  Time at;
  int32_t lat_e7 = 0, lng_e7 = 0;
  uint32_t accuracy_mm = 0;
  int32_t source = 0;
  bool operator==(const PastFix&) const = default;
};

class FixStream {
 public:
  // Behind entry `before`.
  explicit FixStream(uint64_t before) { last_.no = before; }
  void add(const PastFix& fix);  // of a later entry than the one before
  const std::string& bytes() const { return bytes_; }

  // All of them; nothing when these are no such bytes, or of entries behind `last`.
  static std::optional<std::vector<PastFix>> read(std::string_view bytes, uint64_t before, uint64_t last);

 private:
  std::string bytes_;
  PastFix last_;
  uint64_t step_ = 0, step_us_ = 0;  // between the last two
};

}  // namespace haechi::store
