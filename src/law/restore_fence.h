// RestoreFence: which reports may be played back because an older log was put in place of one that knew them.
//
// A signed report is known by its epoch and number, and the log says which there were. Where a person let the
// node start with an older log (NodeCondition OLDER_LOG), what came between the last entry of that log and
// the start is new to it: a captured report of that span would count once more. So a signed report that dates
// from the span is behind the fence. It stays what it is, its device's own word of that moment, and is logged
// and shown as the past. But nobody can tell it from one that is played back, so it says nothing of the
// present: docs/decisions/0018-after-an-older-log.md.
//
// A report of a device whose clock is wrong by more than the span is not behind it, nor is one that tells no
// time: of the two errors the one is chosen that silences nobody.
#pragma once

#include <cstdint>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "law/entry.h"

namespace haechi::v1 {
class ReportReceived;
}

namespace haechi::law {

class RestoreFence {
 public:
  // Each entry of the log, in order.
  void see(const Entry& entry);
  bool behind(const v1::ReportReceived& received) const;

 private:
  friend struct haechi::Fields<RestoreFence>;
  static constexpr size_t kFieldCount = 3;
  struct Span {
    int64_t after_us = 0;
    int64_t until_us = 0;
  };
  int64_t last_us_ = 0;    // stamp of the newest entry
  int64_t before_us_ = 0;  // of the one before the newest start
  std::vector<Span> spans_;
};

}  // namespace haechi::law
