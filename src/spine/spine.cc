#include "spine/spine.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/canary.h"
#include "base/ensure.h"
#include "base/last_words.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::spine {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A record that lets somebody see: without it nothing is shown. Not what an alarm tells an agency, and not
// what people do, a call for help above all.
bool is_look(const v1::AccessDecided& record) {
  const std::string& action = record.action();
  return record.allowed() && record.viewer_role() != "connector" &&
         (action.starts_with("see_") || action == "search" || action == "take_evidence");
}

// Entries per batch handed to subscribers while the log is read again.
constexpr size_t kReplayBatch = 1'024;

// A clock that is so far behind the last stamp was set back; less is what entries of one moment are ahead of
// it.
constexpr Duration kSetBackMin = Duration::seconds(1);

int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now().time_since_epoch()).count();
}

uint64_t elapsed_us(SteadyClock::time_point since) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - since).count());
}

}  // namespace

struct Spine::Work {
  std::vector<std::string> bytes;       // of each fact, as stored
  std::vector<log::NewRecord> records;  // point into bytes
  Batch batch;
  using Receipts = std::vector<std::pair<Done, Receipt>>;
  Receipts to_devices;  // once it is durable
  Receipts receipts;    // once it is published

  void keep(Waiting& waiting, const Receipt& receipt) {
    if (waiting.done)
      (waiting.from_device ? to_devices : receipts).emplace_back(std::move(waiting.done), receipt);
  }
  void answer_devices() {
    for (auto& [done, receipt] : std::exchange(to_devices, {})) done(receipt);
  }
};

Spine::Spine(SpineOptions options, std::unique_ptr<log::Log> log, const Clock& clock)
    : options_(std::move(options)), log_(std::move(log)), clock_(clock) {
  if (!options_.running_us)
    options_.running_us = [] { return static_cast<int64_t>(elapsed_us(SteadyClock::time_point())); };
  fold_.emplace(options_.partition, options_.ring);
  stamped_running_us_ = options_.running_us();
  ENSURE(options_.ring || !options_.snapshots, "snapshots are sealed");
  if (options_.snapshots)
    taker_ = std::make_unique<SnapshotTaker>(
        *options_.snapshots,
        std::make_unique<SnapshotMaker>(options_.partition, *options_.ring, options_.quarantine,
                                        *options_.snapshots, parts_, log_->reader()),
        options_.snapshot_failed);
  snapshot_running_us_ = stamped_running_us_;
}

Spine::~Spine() {
  stop();
}

void Spine::subscribe(Subscriber subscriber) {
  subscribers_.push_back(std::move(subscriber));
}

std::vector<std::shared_ptr<const v1::Effect>> Spine::step(const law::Entry& entry) {
  if (options_.quarantine) options_.quarantine->applying(entry.no);
  return fold_->step(entry);
}

Status Spine::replay(const StoredSnapshot* from) {
  if (from) {
    const Status loaded = load(*from);
    if (!loaded.ok() && options_.snapshot_failed) options_.snapshot_failed(loaded.error());
  }
  Work work;
  auto flush = [&] {
    if (options_.quarantine) options_.quarantine->applying(0);
    publish(work, true);
    work = Work{};
  };
  Quarantine* const quarantine = options_.quarantine;
  const auto applying = [&](uint64_t no) {
    if (quarantine) quarantine->applying(quarantine->passes_over(no) ? 0 : no);
  };
  const auto all = [&](uint64_t from_no, const std::function<bool(const log::Record&)>& each) {
    return log_->read(from_no, each);
  };
  const Status taken = fold_->read_log(all, applying, [&](const Fold::Opened& opened) -> Status {
    applying(opened.no);
    work.batch.entries.push_back(fold_->take(opened, quarantine));
    if (options_.ring) options_.ring->reach(opened.no);
    if (work.batch.entries.size() >= kReplayBatch) flush();
    return {};
  });
  if (quarantine) quarantine->applying(0);
  TRY_STATUS(taken);
  if (!work.batch.entries.empty()) flush();
  entry_no_ = fold_->next_no - 1;
  ENSURE(fold_->next_no == log_->next_no(), fold_->next_no, log_->next_no());
  if (quarantine) {
    quarantine->clear_suspicion();
    tell_quarantined();
  }
  tell_taken_in();
  return {};
}

void Spine::tell_quarantined() {
  for (const uint64_t no : options_.quarantine->entries()) {
    if (fold_->quarantined.contains(no) || no >= fold_->next_no) continue;
    auto fact = std::make_unique<v1::Fact>();
    fact->mutable_entry_quarantined()->set_entry_no(no);
    fact->mutable_entry_quarantined()->set_attempts(Quarantine::kEndsMax);
    fact->mutable_entry_quarantined()->set_build(options_.build);
    submit(std::move(fact), {});
  }
}

void Spine::start() {
  committer_ = std::thread([this] { commit_loop(); });
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(committer_.native_handle(), "committer");
  pthread_setname_np(thread_.native_handle(), "spine");
}

void Spine::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  while (run_once()) {
  }
  if (taker_ && !stopped_) take_last_snapshot();  // the rooms are there at the first call only
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  {
    std::lock_guard lock(commit_mutex_);
    commit_stop_ = true;
  }
  commit_wake_.notify_all();
  if (committer_.joinable()) committer_.join();
}

// Under the lock.
std::optional<Error> Spine::refuses(size_t facts) const {
  if (stopping_) return Error{Code::kUnavailable, "", "the log is closing"};
  if (queue_.size() + kept_free_ + facts > options_.queue_max)
    return Error{Code::kExhausted, "", "the queue of facts is full"};
  return std::nullopt;
}

// While the journal stands in for the log: what shows somebody something, or can be done tomorrow.
std::optional<Error> Spine::must_wait(std::span<const std::unique_ptr<v1::Fact>> facts) const {
  if (!log_->journalled()) return std::nullopt;
  const auto waits = [](const std::unique_ptr<v1::Fact>& fact) {
    switch (fact->kind_case()) {
      case v1::Fact::kPersonRegistered:
      case v1::Fact::kDeviceRegistered:
      case v1::Fact::kZoneRegistered:
      case v1::Fact::kAgencyRegistered:
      case v1::Fact::kUnitRegistered:
      case v1::Fact::kJurisdictionRegistered:
      case v1::Fact::kViolationTakenOver:
      case v1::Fact::kHoldPlaced:
      case v1::Fact::kHoldReleased:
      case v1::Fact::kPersonErased:
        return true;
      case v1::Fact::kAccessDecided:
        return is_look(fact->access_decided());
      default:
        return false;
    }
  };
  if (!std::any_of(facts.begin(), facts.end(), waits)) return std::nullopt;
  return Error{Code::kUnavailable, "", "the log cannot be written: nothing is shown, and registers wait"};
}

void Spine::tell_journalled() {
  if (!log_->journalled() || std::exchange(told_journalled_, true)) return;
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_node_condition()->set_kind(v1::NodeCondition::LOG_JOURNALLED);
  submit(std::move(fact), {});
}

// A fact that closes what was told of the journal, now that the log has it.
void Spine::tell_taken_in() {
  if (log_->taken_in() == 0) return;
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_node_condition()->set_kind(v1::NodeCondition::LOG_JOURNALLED);
  fact->mutable_node_condition()->set_over(true);
  submit(std::move(fact), {});
}

void Spine::submit(std::unique_ptr<v1::Fact> fact, Done done) {
  submit(Waiting{std::move(fact), std::move(done)});
}

void Spine::submit_from_device(std::unique_ptr<v1::Fact> fact, Done done) {
  submit(Waiting{std::move(fact), std::move(done), false, true});
}

void Spine::submit(Waiting waiting) {
  std::optional<Error> refusal = must_wait({&waiting.fact, 1});
  if (!refusal) {
    std::lock_guard lock(mutex_);
    refusal = refuses(1);
    if (!refusal) {
      queue_.push_back(std::move(waiting));
      if (queue_.size() == 1) wake_.notify_one();
      return;
    }
  }
  ++refused_;
  if (waiting.done) waiting.done(*refusal);
}

Result<Room> Spine::room(std::span<const std::unique_ptr<v1::Fact>> facts) {
  const size_t count = facts.size();
  std::optional<Error> refusal = must_wait(facts);
  {
    std::lock_guard lock(mutex_);
    if (!refusal) refusal = refuses(count);
    if (!refusal) kept_free_ += count;
  }
  if (refusal) {
    ++refused_;
    return *refusal;
  }
  return Room(nullptr, [this, count](void*) {
    std::lock_guard lock(mutex_);
    kept_free_ -= count;
  });
}

void Spine::submit_together(Room room, std::vector<std::unique_ptr<v1::Fact>> facts, Done done) {
  ENSURE(!facts.empty());
  room.reset();
  std::optional<Error> refusal = must_wait(facts);
  if (!refusal) {
    std::lock_guard lock(mutex_);
    if (stopping_) refusal = refuses(0);
    if (!refusal) {
      const bool was_empty = queue_.empty();
      for (std::unique_ptr<v1::Fact>& fact : facts) queue_.push_back({std::move(fact), {}, true});
      queue_.back().done = std::move(done);
      queue_.back().with_next = false;
      if (was_empty) wake_.notify_one();
      return;
    }
  }
  ++refused_;
  if (done) done(*refusal);
}

std::vector<Spine::Waiting> Spine::take() {
  std::vector<Waiting> out;
  std::lock_guard lock(mutex_);
  size_t count = std::min(queue_.size(), options_.batch_max);
  while (count > 0 && queue_[count - 1].with_next) ++count;
  const auto end = queue_.begin() + static_cast<ptrdiff_t>(count);
  out.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return out;
}

void Spine::loop() {
  keep_stack_for_last_words();
  const auto period = std::chrono::microseconds(options_.tick.us);
  auto next_tick = SteadyClock::now() + period;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !queue_.empty(); };
      if (options_.tick.us > 0) {
        wake_.wait_until(lock, next_tick, ready);
      } else {
        wake_.wait(lock, ready);
      }
      if (stopping_ && queue_.empty()) return;
    }
    std::vector<Waiting> waiting = take();
    if (options_.tick.us > 0 && SteadyClock::now() >= next_tick) {
      // After a pause (a suspended machine) one tick is enough: whatever is overdue is noticed at once.
      next_tick = std::max(next_tick + period, SteadyClock::now());
      auto tick = std::make_unique<v1::Fact>();
      tick->mutable_clock_ticked();
      waiting.push_back({std::move(tick), {}});
    }
    if (!waiting.empty()) process(std::move(waiting));
  }
}

bool Spine::run_once() {
  std::vector<Waiting> waiting = take();
  if (waiting.empty()) return false;
  process(std::move(waiting));
  return true;
}

// False if the fact is a report that is already logged.
bool Spine::admit(Waiting& waiting, Work& work) {
  if (!waiting.fact->has_report_received()) return true;
  v1::ReportReceived& received = *waiting.fact->mutable_report_received();
  switch (fold_->filter.admit(received.report())) {
    case ReportFilter::Verdict::kNew:
      return true;
    case ReportFilter::Verdict::kConflicting:
      ++conflicting_;
      received.set_conflicting(true);
      return true;
    case ReportFilter::Verdict::kDuplicate:
      break;
  }
  ++duplicates_;
  work.keep(waiting, Receipt{0, fold_->last_stamp, true});
  return false;
}

// The bytes of the next entries, which are sealed at once.
std::vector<std::string> Spine::sealed(std::span<v1::Fact* const> facts) {
  std::vector<std::string> out;
  if (!fold_->sealer) {
    for (const v1::Fact* fact : facts) out.push_back(fact->SerializeAsString());
    return out;
  }
  uint64_t no = fold_->next_no;
  for (v1::Fact* fact : facts) fold_->sealer->add(no++, *fact);
  Result<std::vector<std::string>> bytes = fold_->sealer->finish();
  // As with a log that cannot append: nothing was acknowledged.
  ENSURE(bytes.ok(), bytes.ok() ? "" : bytes.error().text());
  return *std::move(bytes);
}

Time Spine::next_stamp() {
  const int64_t running_us = options_.running_us();
  Time stamp = clock_.now();
  if (stamp + kSetBackMin < fold_->last_stamp)
    stamp = fold_->last_stamp + Duration{running_us - stamped_running_us_};
  stamped_running_us_ = running_us;
  return fold_->last_stamp = std::max(stamp, fold_->last_stamp + Duration{1});
}

void Spine::process(std::vector<Waiting> waiting) {
  Work work;
  std::vector<v1::Fact*> facts;
  facts.reserve(waiting.size());
  work.batch.entries.reserve(waiting.size());
  work.receipts.reserve(waiting.size());
  for (Waiting& one : waiting) {
    if (!admit(one, work)) continue;
    const Time stamp = next_stamp();
    const uint64_t no = fold_->next_no + facts.size();
    one.fact->clear_sealed();
    facts.push_back(one.fact.get());
    work.batch.entries.push_back({no, stamp, std::shared_ptr<const v1::Fact>(std::move(one.fact)), {}});
    work.keep(one, Receipt{no, stamp, false});
  }
  work.bytes = sealed(facts);
  fold_->next_no += facts.size();
  for (size_t i = 0; i < work.bytes.size(); ++i)
    work.records.push_back({work.batch.entries[i].stamped_at, work.bytes[i]});
  if (canary(Canary::kAckBeforeSync)) work.answer_devices();
  if (!work.records.empty()) {
    begin_commit(work);
  } else {
    work.answer_devices();  // copies of what is durable
  }
  const auto step_began = SteadyClock::now();
  std::vector<PublishedEntry>& entries = work.batch.entries;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + Engine::kAhead < entries.size()) fold_->engine.expect(*entries[i + Engine::kAhead].fact);
    entries[i].effects = step({entries[i].no, entries[i].stamped_at, *entries[i].fact});
  }
  if (options_.quarantine) options_.quarantine->applying(0);
  step_us_sum_ += elapsed_us(step_began);
  work.batch.judged_at = clock_.now();
  if (!work.records.empty()) await_commit();
  publish(work, false);
  tell_journalled();
  if (snapshot_is_due()) make_snapshot();
}

// Without start() there is no committer: then the batch is durable before it is stepped.
void Spine::begin_commit(Work& work) {
  if (!committer_.joinable()) return commit(work);
  {
    std::lock_guard lock(commit_mutex_);
    committing_ = &work;
    commit_done_ = false;
  }
  commit_wake_.notify_all();
}

void Spine::await_commit() {
  if (!committer_.joinable()) return;
  std::unique_lock lock(commit_mutex_);
  commit_wake_.wait(lock, [this] { return commit_done_; });
}

// The keys go before what is sealed under them.
Result<uint64_t> Spine::append(std::span<const log::NewRecord> records) {
  if (options_.ring) TRY_STATUS(options_.ring->settle());
  return log_->append(records);
}

// The devices are answered before anybody waits for the step.
void Spine::commit(Work& work) {
  const auto began = SteadyClock::now();
  writing_since_us_ = now_us();
  const Result<uint64_t> first = append(work.records);
  writing_since_us_ = 0;
  // A log that cannot append has lost our trust: nothing was acknowledged, and a restart reads what is there.
  ENSURE(first.ok(), first.ok() ? "" : first.error().text());
  ENSURE(*first == work.batch.entries.front().no, *first, work.batch.entries.front().no);
  work.batch.durable_at = clock_.now();
  const uint64_t took_us = elapsed_us(began);
  commit_us_sum_ += took_us;
  if (took_us > commit_us_max_) commit_us_max_ = took_us;
  work.answer_devices();
}

void Spine::commit_loop() {
  keep_stack_for_last_words();
  std::unique_lock lock(commit_mutex_);
  while (true) {
    commit_wake_.wait(lock, [this] { return commit_stop_ || committing_; });
    if (!committing_) return;
    Work* work = committing_;
    lock.unlock();
    commit(*work);
    lock.lock();
    committing_ = nullptr;
    commit_done_ = true;
    commit_wake_.notify_all();
  }
}

void Spine::publish(Work& work, bool replayed) {
  work.batch.replayed = replayed;
  if (!work.batch.entries.empty()) {
    for (const PublishedEntry& entry : work.batch.entries) effects_ += entry.effects.size();
    entries_ += work.batch.entries.size();
    entry_no_ = work.batch.entries.back().no;
    ++batches_;
    const auto batch = std::make_shared<const Batch>(std::move(work.batch));
    forget_erased(*batch);
    for (const Subscriber& subscriber : subscribers_) subscriber(batch);
  }
  for (auto& [done, receipt] : work.receipts) done(receipt);
}

Duration Spine::writing_for() const {
  const int64_t since_us = writing_since_us_;
  return Duration{since_us == 0 ? 0 : now_us() - since_us};
}

SpineStats Spine::stats() const {
  SpineStats out;
  out.entries = entries_;
  out.batches = batches_;
  out.effects = effects_;
  out.duplicates = duplicates_;
  out.conflicting = conflicting_;
  out.refused = refused_;
  out.commit_us_sum = commit_us_sum_;
  out.step_us_sum = step_us_sum_;
  out.commit_us_max = commit_us_max_;
  out.entry_no = entry_no_;
  out.snapshots = taker_ ? taker_->written() : 0;
  out.snapshot_no = taker_ ? taker_->newest_no() : 0;
  std::lock_guard lock(mutex_);
  out.queue_depth = queue_.size();
  return out;
}

}  // namespace haechi::spine
