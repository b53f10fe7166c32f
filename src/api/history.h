// History: where people were, read back from the log on a thread of its own, a bounded page at a time.
//
// A page reads at most kEntriesMax entries, takes about kPageMax at most and holds at most kPointsMax points.
// What a page promises:
//   - its points are in the order of their fixes, those of one instant by person;
//   - pages follow the log: every fix comes exactly once over all pages, however it was thinned on top. A
//     page's fixes are older than those of a later page except for the last HistoryIndex::kLateAfter, and
//     except for strays: what reached the log later comes in a later page, in the place of its arrival;
//   - an empty page is not the end; next_no of 0 is;
//   - a fix that arrives while somebody pages comes too, as long as the log grows beyond the page.
// With an index of fixes (store/fix_index.h) a page about persons reads no entry, and one of the audit trail
// those it shows, as far as the index covers the log. A point is the same as out of its entry. The index is
// made by this thread while nobody asks, a quarter of the time at most, and anew when it cannot be read,
// which no page fails by. It never covers an entry that cannot be opened: of that the log has to tell.
// Thinning keeps the first fix of each person in each step of time (steps begin at multiples of the step);
// where two pages meet, or a stray falls in between, there may be one more.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/access_trail.h"
#include "api/history_index.h"
#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/picture.pb.h"
#include "spine/submit.h"

namespace haechi::store {
class FixIndex;
}

namespace haechi::api {

struct LoggedFact {
  uint64_t no = 0;
  Time stamp;
  std::string_view fact;
};

// The log as the node passes it in: called on the history thread only.
struct LogSource {
  // Number of the first entry stamped at that time or later; the next number when there is none yet.
  std::function<Result<uint64_t>(Time)> find;
  // Entries from that number on, until the end or false.
  std::function<Status(uint64_t from_no, const std::function<bool(const LoggedFact&)>&)> read;
  // Puts sealed parts of an entry back, as far as their keys are there, and says under which key the places
  // of a report were: 0: they lay in clear. Empty: nothing is sealed.
  std::function<Result<uint64_t>(uint64_t no, v1::Fact&)> open = {};
  // These entries alone, rising; empty: there is no index of them.
  std::function<Status(std::span<const uint64_t>, const std::function<bool(const LoggedFact&)>&)> pick = {};
  // The fixes of each person, and where the records of access are, kept up here and nowhere else; outlives
  // the history. nullptr: every page reads all that lies in its time.
  store::FixIndex* fixes = nullptr;
};

struct HistoryQuery {
  std::string account;  // whose: bounds are by account as well
  Time from, to;        // of the fix: from <= fix < to
  std::set<std::string> person_ids;
  bool everybody = false;  // instead of person_ids
  Duration step{};         // 0: every fix
  uint64_t after_no = 0;   // next_no of the page before; 0: the first page
};

struct HistoryPoint {
  std::string person_id;
  v1::TrackPoint point;  // fixed_at_us as instant_of() has it
};

struct HistoryPage {
  std::vector<HistoryPoint> points;
  uint64_t next_no = 0;       // 0: the end
  uint64_t entries_read = 0;  // fixes of the index with them
};

// The page of the audit trail that goes on where the trail in memory ends.
struct LooksQuery {
  std::string account;   // whose
  AccessQuery wanted;    // before_entry_no is known
  v1::AccessList found;  // of the page, by the trail
};

class History {
 public:
  static constexpr uint64_t kEntriesMax = 200'000;
  static constexpr size_t kPointsMax = 2'000;
  static constexpr Duration kPageMax = Duration::seconds(1);
  static constexpr size_t kWaitingMax = 32;          // pages asked for and not begun
  static constexpr size_t kWaitingOfAccountMax = 4;  // ... by one account

  using Done = std::function<void(Result<HistoryPage>)>;  // on the history thread
  using LooksDone = std::function<void(Result<v1::AccessList>)>;

  explicit History(LogSource log);
  ~History();  // stop()

  // On the front loop, with every batch, replayed ones as well.
  void fold(const spine::Batch& batch);
  HistoryIndex& index() { return index_; }
  // Any thread, never blocks. kExhausted when too many wait. After stop() nobody is answered any more.
  Status read(HistoryQuery query, Done done);
  // Records of access, newest first, as AccessTrail::find() has them; a page that is not full and has a next
  // one took its time.
  Status read(LooksQuery query, LooksDone done);
  // Returns when the thread has ended: after a look at the log, and writing what the index has under way.
  void stop();

 private:
  struct Waiting {
    std::string account;
    std::function<void()> run;
  };
  class Scan;
  Status wait(Waiting waiting);
  void loop();
  Result<std::vector<EntryRange>> ranges_of(const HistoryQuery& query) const;
  Result<HistoryPage> scan(const HistoryQuery& query);
  // Up to `last_no`, from `next_no` on, which follows; false when the page is full. What the index does not
  // say is left.
  bool scan_index(const HistoryQuery& query, uint64_t last_no, uint64_t& next_no, Scan& scan);
  Result<bool> scan_range(const HistoryQuery& query, const EntryRange& range, uint64_t& next_no, Scan& scan);
  // Those before `before`, which goes back with them; true when the page is full.
  Result<bool> scan_looks(const AccessQuery& wanted, uint64_t& before, v1::AccessList& page);
  Result<std::vector<v1::AccessEntry>> looks_of_log(const AccessQuery& wanted, uint64_t& before);
  Result<std::vector<v1::AccessEntry>> looks_of_index(const AccessQuery& wanted, size_t most,
                                                      uint64_t& before);
  void check_fixes();
  Status index_entry(const LoggedFact& logged) const;
  void begin_fixes_anew();
  void forget_erased();
  bool index_more();

  LogSource log_;  // without `fixes` where those are of no use
  HistoryIndex index_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;
  std::vector<std::pair<std::string, uint64_t>> erased_;  // persons, and by which entry
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace haechi::api
