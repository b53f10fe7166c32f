// AccessTrail: the newest access decisions, for the auditor's questions. Older ones are read back from the
// log (history.h): nobody washes a look out by looking often.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/api.pb.h"

namespace haechi::spine {
struct Batch;
}

namespace haechi::api {

inline constexpr size_t kAccessEntriesMax = 10'000;

// What to look for; empty fields match everything.
struct AccessQuery {
  std::string viewer{};
  std::string action{};
  std::string subject_id{};  // as the subject, or among those shown
  bool denied_only = false;
  uint64_t before_entry_no = 0;  // 0 = from the newest
  size_t limit = 200;
};

bool matches(const AccessQuery& query, const v1::AccessEntry& entry);
// Adds it to a page, newest first. False: the page is full and says where the next one begins.
bool add_to(v1::AccessList& page, const v1::AccessEntry& entry, size_t limit);
// By what such a record is found in an index of the log, and what a question asks for; each of them has all.
std::vector<std::string> names_of(const v1::AccessDecided& access);
std::vector<std::string> names_of(const AccessQuery& query);

class AccessTrail {
 public:
  // Takes the access decisions out of a batch. Entries come in order.
  void fold(const spine::Batch& batch);
  // Newest first, with the cursor of the next page.
  v1::AccessList find(const AccessQuery& query) const;
  // The oldest it has; before that is the log's. 0: there is nothing before it.
  uint64_t first_no() const { return entries_.size() < kAccessEntriesMax ? 0 : entries_.front().entry_no(); }
  size_t size() const { return entries_.size(); }

 private:
  friend struct haechi::Fields<AccessTrail>;
  static constexpr size_t kFieldCount = 1;
  std::deque<v1::AccessEntry> entries_;  // oldest first
};

}  // namespace haechi::api
