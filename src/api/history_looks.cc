// Records of access that the audit trail holds no more, read back from the log: from the newest on, by the
// index as far as it covers the log.
#include <algorithm>
#include <chrono>

#include "api/history.h"
#include "haechi/v1/fact.pb.h"
#include "store/fix_index.h"

namespace haechi::api {
namespace {

constexpr uint64_t kReadAtOnce = 20'000;  // entries, without an index; some hundred milliseconds

// The entry, if it is a record that is asked for, after those that are there.
Status take(const LoggedFact& logged, const AccessQuery& wanted, std::vector<v1::AccessEntry>& out) {
  v1::Fact fact;
  if (!fact.ParseFromArray(logged.fact.data(), static_cast<int>(logged.fact.size())))
    return Error{Code::kCorrupt, "", "entry " + std::to_string(logged.no) + " is not a fact"};
  if (!fact.has_access_decided()) return {};
  v1::AccessEntry entry;
  entry.set_entry_no(logged.no);
  entry.set_at_us(logged.stamp.us);
  entry.mutable_access()->Swap(fact.mutable_access_decided());
  if (matches(wanted, entry)) out.push_back(std::move(entry));
  return {};
}

}  // namespace

Status History::read(LooksQuery query, LooksDone done) {
  const std::string account = query.account;
  return wait({account, [this, query = std::move(query), done = std::move(done)]() mutable {
                 using Steady = std::chrono::steady_clock;
                 const auto until = Steady::now() + std::chrono::microseconds(kPageMax.us);
                 uint64_t before = std::min(query.wanted.before_entry_no, index_.entry_no() + 1);
                 Result<bool> full = false;
                 while (full.ok() && !*full && before > 1 && !stopping_ && Steady::now() < until)
                   full = scan_looks(query.wanted, before, query.found);
                 if (stopping_) return;
                 if (!full.ok()) return done(full.error());
                 if (!*full && before > 1) query.found.set_next(std::to_string(before));
                 done(std::move(query.found));
               }});
}

Result<bool> History::scan_looks(const AccessQuery& wanted, uint64_t& before, v1::AccessList& page) {
  const bool indexed = log_.fixes && before - 1 <= log_.fixes->covered();
  const size_t most = wanted.limit + 1 - static_cast<size_t>(page.entries_size());
  TRY(const std::vector<v1::AccessEntry> rising,
      indexed ? looks_of_index(wanted, most, before) : looks_of_log(wanted, before));
  return std::any_of(rising.rbegin(), rising.rend(),
                     [&](const v1::AccessEntry& entry) { return !add_to(page, entry, wanted.limit); });
}

Result<std::vector<v1::AccessEntry>> History::looks_of_log(const AccessQuery& wanted, uint64_t& before) {
  const uint64_t covered = log_.fixes ? log_.fixes->covered() : 0;
  const uint64_t first = std::max(covered + 1, before > kReadAtOnce ? before - kReadAtOnce : 1);
  std::vector<v1::AccessEntry> out;
  Status taken;
  TRY_STATUS(log_.read(first, [&](const LoggedFact& logged) {
    if (logged.no >= before || stopping_) return false;
    taken = take(logged, wanted, out);
    return taken.ok();
  }));
  TRY_STATUS(taken);
  before = first;
  return out;
}

Result<std::vector<v1::AccessEntry>> History::looks_of_index(const AccessQuery& wanted, size_t most,
                                                             uint64_t& before) {
  std::vector<v1::AccessEntry> out;
  const Result<store::FixIndex::Newest> newest = log_.fixes->newest(names_of(wanted), before - 1, most);
  if (!newest.ok()) {  // the log itself is read in its place
    begin_fixes_anew();
    return out;
  }
  const std::vector<uint64_t> rising(newest->numbers.rbegin(), newest->numbers.rend());
  Status taken;
  TRY_STATUS(log_.pick(rising, [&](const LoggedFact& logged) {
    taken = take(logged, wanted, out);
    return taken.ok();
  }));
  TRY_STATUS(taken);
  before = newest->from;
  return out;
}

}  // namespace haechi::api
