// AccessTrail: the newest access decisions, for the auditor's questions. Older ones are in the log, for
// `export`.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/api.pb.h"

namespace haechi::spine {
struct Batch;
}

namespace haechi::api {

inline constexpr size_t kAccessEntriesMax = 50'000;

// What to look for; empty fields match everything.
struct AccessQuery {
  std::string viewer;
  std::string action;
  std::string subject_id;  // as the subject, or among those shown
  bool denied_only = false;
  uint64_t before_entry_no = 0;  // 0 = from the newest
  size_t limit = 200;
};

class AccessTrail {
 public:
  // Takes the access decisions out of a batch. Entries come in order.
  void fold(const spine::Batch& batch);
  // Newest first, with the cursor of the next page.
  v1::AccessList find(const AccessQuery& query) const;
  size_t size() const { return entries_.size(); }

 private:
  friend struct haechi::Fields<AccessTrail>;
  static constexpr size_t kFieldCount = 1;
  std::deque<v1::AccessEntry> entries_;  // oldest first
};

}  // namespace haechi::api
