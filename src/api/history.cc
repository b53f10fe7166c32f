#include "api/history.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/last_words.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "store/fix_index.h"

namespace haechi::api {
namespace {

constexpr uint64_t kIndexedAtOnce = 4'096;  // entries; some ten milliseconds, which a page waits at most
constexpr int kRests = 3;                   // times as long as it took
constexpr auto kNothingNew = std::chrono::seconds(1);

}  // namespace

// One page in the making.
class History::Scan {
 public:
  Scan(const HistoryQuery& query, const HistoryIndex& index, const LogSource& log,
       const std::atomic<bool>& stopping)
      : query_(query), index_(index), log_(log), stopping_(stopping) {
    for (const std::string& id : query.person_ids) {
      if (const auto person = index.find(id)) wanted_.insert(*person);
    }
  }

  // Nobody could be found, so there is nothing to read.
  bool nobody() const { return !query_.everybody && wanted_.empty(); }
  // Takes one entry.
  Status take(const LoggedFact& logged) {
    ++entries_;
    if (!fact_.ParseFromArray(logged.fact.data(), static_cast<int>(logged.fact.size())))
      return Error{Code::kCorrupt, "", "entry " + std::to_string(logged.no) + " is not a fact"};
    return fact_.has_report_received() ? take_report(logged.no) : Status();
  }
  // Takes one fix of the index.
  void take(uint32_t person, const store::PastFix& fix);
  bool full() const {
    if (entries_ >= kEntriesMax || points_.size() >= kPointsMax || stopping_) return true;
    return entries_ % 256 == 0 && std::chrono::steady_clock::now() >= until_;
  }
  HistoryPage page(uint64_t next_no) const;

 private:
  // By step and person; of every fix, its entry stands for the step.
  using Key = std::pair<int64_t, uint32_t>;
  struct Point {
    int64_t at_us;
    uint32_t person;
    v1::TrackPoint point;
  };
  Status take_report(uint64_t no);
  // Where the point of a fix goes; nullptr: it is not part of the page.
  v1::TrackPoint* point_for(uint64_t no, uint32_t person, Time instant);

  const HistoryQuery& query_;
  const HistoryIndex& index_;
  const LogSource& log_;
  const std::atomic<bool>& stopping_;
  const std::chrono::steady_clock::time_point until_ =
      std::chrono::steady_clock::now() + std::chrono::microseconds(kPageMax.us);
  std::set<uint32_t> wanted_;
  v1::Fact fact_;  // kept for its memory
  uint64_t entries_ = 0;
  std::map<Key, Point> points_;
};

Status History::Scan::take_report(uint64_t no) {
  const v1::ReportReceived& received = fact_.report_received();
  const std::optional<uint32_t> person = index_.holder(received.report().device_id(), no);
  if (!person || (!query_.everybody && !wanted_.contains(*person))) return {};
  if (log_.open) {
    const Result<uint64_t> opened = log_.open(no, fact_);
    if (!opened.ok()) return opened.error();
  }
  const std::optional<Time> instant = instant_of(received);
  if (!instant) return {};
  v1::TrackPoint* const point = point_for(no, *person, *instant);
  if (point == nullptr) return {};
  const v1::Fix& fix = received.report().fix();
  *point->mutable_place() = fix.place();
  point->set_accuracy_mm(fix.accuracy_mm());
  point->set_source(fix.source());
  return {};
}

void History::Scan::take(uint32_t person, const store::PastFix& fix) {
  ++entries_;
  v1::TrackPoint* const point = point_for(fix.no, person, fix.at);
  if (point == nullptr) return;
  point->mutable_place()->set_lat_e7(fix.lat_e7);
  point->mutable_place()->set_lng_e7(fix.lng_e7);
  point->set_accuracy_mm(fix.accuracy_mm);
  point->set_source(static_cast<v1::FixSource>(fix.source));
}

v1::TrackPoint* History::Scan::point_for(uint64_t no, uint32_t person, Time instant) {
  if (instant < query_.from || instant >= query_.to) return nullptr;
  const int64_t slot = query_.step.us == 0 ? static_cast<int64_t>(no) : instant.us / query_.step.us;
  const auto [kept, added] = points_.try_emplace({slot, person});
  if (!added && kept->second.at_us <= instant.us) return nullptr;
  kept->second.at_us = instant.us;
  kept->second.person = person;
  kept->second.point.set_fixed_at_us(instant.us);
  return &kept->second.point;
}

HistoryPage History::Scan::page(uint64_t next_no) const {
  HistoryPage out;
  out.next_no = next_no;
  out.entries_read = entries_;
  std::unordered_map<uint32_t, std::string> ids;
  std::vector<std::pair<std::tuple<int64_t, std::string>, const v1::TrackPoint*>> sorted;
  for (const auto& [key, point] : points_) {
    const auto [id, added] = ids.try_emplace(point.person);
    if (added) id->second = index_.person_id(point.person);
    sorted.push_back({{point.at_us, id->second}, &point.point});
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [key, point] : sorted) out.points.push_back({std::move(std::get<1>(key)), *point});
  return out;
}

History::History(LogSource log) : log_(std::move(log)), thread_([this] { loop(); }) {}

History::~History() {
  stop();
}

void History::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void History::fold(const spine::Batch& batch) {
  index_.fold(batch);
  for (const spine::PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      if (!effect->settle_erasure().erased()) continue;
      const std::lock_guard lock(mutex_);
      erased_.emplace_back(effect->settle_erasure().person_id(), entry.no);
    }
  }
}

Status History::read(HistoryQuery query, Done done) {
  const std::string account = query.account;
  return wait({account, [this, query = std::move(query), done = std::move(done)] {
                 Result<HistoryPage> page = scan(query);
                 if (!stopping_) done(std::move(page));
               }});
}

Status History::wait(Waiting waiting) {
  {
    const std::lock_guard lock(mutex_);
    const auto same = std::count_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& one) { return one.account == waiting.account; });
    if (static_cast<size_t>(same) >= kWaitingOfAccountMax)
      return Error{Code::kExhausted, "", "this account waits for other pages of the history already"};
    if (waiting_.size() >= kWaitingMax)
      return Error{Code::kExhausted, "", "too many pages of the history are waited for"};
    waiting_.push_back(std::move(waiting));
  }
  wake_.notify_one();
  return {};
}

void History::loop() {
  keep_stack_for_last_words();
  using Steady = std::chrono::steady_clock;
  Steady::duration rest{};
  check_fixes();
  while (true) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !waiting_.empty(); };
      if (!log_.fixes) {
        wake_.wait(lock, ready);
      } else if (!wake_.wait_for(lock, rest, ready)) {
        lock.unlock();
        const auto began = Steady::now();
        rest = index_more() ? kRests * (Steady::now() - began) : kNothingNew;
        continue;
      }
      if (stopping_) break;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (log_.fixes) forget_erased();
    next.run();
  }
  if (!log_.fixes) return;
  forget_erased();
  (void)log_.fixes->finish().ok();  // what is not in the file is made again
}

Result<std::vector<EntryRange>> History::ranges_of(const HistoryQuery& query) const {
  const uint64_t from_no = std::max<uint64_t>(query.after_no, 1);
  // What is not folded yet is of devices that may not be known yet: the next page has it.
  const uint64_t last_no = index_.entry_no();
  TRY(const uint64_t begin, log_.find(query.from));
  TRY(const uint64_t end, log_.find(query.to + HistoryIndex::kLateAfter));
  std::vector<EntryRange> ranges = index_.strays(query.from, query.to, from_no);
  ranges.push_back({std::max(begin, from_no), end - 1});
  for (EntryRange& range : ranges) range.last = std::min(range.last, last_no);
  return united(std::move(ranges));
}

// What the index covers on disk is of this very log, or nothing.
void History::check_fixes() {
  if (!log_.fixes || log_.fixes->stored().no == 0) return;
  const store::FixIndex::End end = log_.fixes->stored();
  bool same = false;
  const Status read = log_.read(end.no, [&](const LoggedFact& logged) {
    same = logged.no == end.no && logged.stamp == end.stamp;
    return false;
  });
  if (!read.ok() || !same) begin_fixes_anew();
}

// One that cannot be cleared is not used.
void History::begin_fixes_anew() {
  if (!log_.fixes->clear().ok()) log_.fixes = nullptr;
}

// False when there is nothing more, or it could not be kept.
bool History::index_more() {
  const uint64_t last_no = std::min<uint64_t>(index_.entry_no(), log_.fixes->covered() + kIndexedAtOnce);
  forget_erased();
  if (log_.fixes->covered() >= last_no) return false;
  bool kept = true;
  const Status read = log_.read(log_.fixes->covered() + 1, [&](const LoggedFact& logged) {
    if (logged.no > last_no || stopping_) return false;
    kept = index_entry(logged).ok();
    return kept;
  });
  return kept && read.ok();
}

// Whose keys are gone is not to be kept in memory either.
void History::forget_erased() {
  std::vector<std::pair<std::string, uint64_t>> erased;
  {
    const std::lock_guard lock(mutex_);
    erased.swap(erased_);
  }
  for (const auto& [person_id, no] : erased) log_.fixes->forget(person_id, no);
}

// A report goes in as its fix, a record of access by names_of().
Status History::index_entry(const LoggedFact& logged) const {
  const auto take = [&](const std::vector<std::string>& names) {
    return log_.fixes->take(logged.no, logged.stamp, names);
  };
  v1::Fact fact;
  if (!fact.ParseFromArray(logged.fact.data(), static_cast<int>(logged.fact.size()))) return take({});
  if (fact.has_access_decided()) return take(names_of(fact.access_decided()));
  if (!fact.has_report_received()) return take({});
  const v1::ReportReceived& received = fact.report_received();
  const auto person = index_.holder(received.report().device_id(), logged.no);
  if (!person) return take({});
  const bool in_clear = received.report().has_fix();
  uint64_t key = 0;
  if (log_.open) {
    TRY(key, log_.open(logged.no, fact));
  }
  const std::optional<Time> instant = instant_of(received);
  if (!instant) return take({});
  if (key == 0 && !in_clear) return Error{Code::kCorrupt, "keys", "a fix is sealed under no key of its own"};
  const v1::Fix& fix = received.report().fix();
  return log_.fixes->take(logged.no, logged.stamp, {},
                          store::FixIndex::Taken{.person_id = index_.person_id(*person),
                                                 .key = key,
                                                 .fix = {.no = logged.no,
                                                         .at = *instant,
                                                         .lat_e7 = fix.place().lat_e7(),
                                                         .lng_e7 = fix.place().lng_e7(),
                                                         .accuracy_mm = fix.accuracy_mm(),
                                                         .source = fix.source()}});
}

bool History::scan_index(const HistoryQuery& query, uint64_t last_no, uint64_t& next_no, Scan& scan) {
  while (next_no <= last_no) {
    std::vector<std::pair<uint32_t, store::PastFix>> found;
    uint64_t through = last_no;
    for (const std::string& person_id : query.person_ids) {
      const auto person = index_.find(person_id);
      if (!person) continue;
      const Result<store::FixIndex::Past> past = log_.fixes->past(person_id, next_no, last_no);
      if (!past.ok()) begin_fixes_anew();
      if (!past.ok() || past->closed) return true;  // the log itself is read in its place
      through = past->through;
      for (const store::PastFix& fix : past->fixes) found.emplace_back(*person, fix);
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.second.no < b.second.no; });
    for (const auto& [person, fix] : found) {
      scan.take(person, fix);
      next_no = fix.no + 1;
      if (scan.full()) return false;
    }
    next_no = through + 1;
    if (scan.full()) return false;
  }
  return true;
}

Result<bool> History::scan_range(const HistoryQuery& query, const EntryRange& range, uint64_t& next_no,
                                 Scan& scan) {
  if (log_.fixes && !query.everybody) {
    const uint64_t covered = std::min(range.last, log_.fixes->covered());
    if (!scan_index(query, covered, next_no, scan)) return false;
  }
  Status taken;
  bool goes_on = true;
  if (next_no > range.last) return true;
  TRY_STATUS(log_.read(next_no, [&](const LoggedFact& logged) {
    if (logged.no > range.last) return false;
    taken = scan.take(logged);
    next_no = logged.no + 1;
    goes_on = taken.ok() && !scan.full();
    return goes_on;
  }));
  TRY_STATUS(taken);
  return goes_on;
}

Result<HistoryPage> History::scan(const HistoryQuery& query) {
  Scan scan(query, index_, log_, stopping_);
  if (scan.nobody()) return scan.page(0);
  TRY(const std::vector<EntryRange> ranges, ranges_of(query));
  for (size_t i = 0; i < ranges.size(); ++i) {
    uint64_t next_no = ranges[i].first;
    TRY(const bool goes_on, scan_range(query, ranges[i], next_no, scan));
    if (!goes_on && next_no <= ranges[i].last) return scan.page(next_no);
    if (scan.full() && i + 1 < ranges.size()) return scan.page(ranges[i + 1].first);
  }
  return scan.page(0);
}

}  // namespace haechi::api
