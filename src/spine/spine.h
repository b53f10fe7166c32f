// Spine: the one loop. Stamp -> append -> sync -> publish; the engine steps a batch while the disk syncs it.
//
// Invariants:
//   1. Entry numbers have no gaps; stamps strictly increase, whatever the clock does. After it was set back
//   they go on
//      at the pace of time until it has caught up, so that silence and escalations are noticed when they are
//      due.
//   2. No receipt and no effect leaves before its entry is durable. Effects await the step as well; what a
//      device is told awaits nothing but the sync of its batch.
//   3. Batches reach subscribers in order, every entry exactly once.
//   4. The queue is bounded: over the bound a fact is refused with kExhausted and nothing of it is kept.
//   5. While the log cannot be written and its journal takes the facts (log/journal.h), the log itself says
//   so
//      once (NodeCondition), and what can wait is refused with kUnavailable: looks, so that nothing is shown,
//      and registers. Reports, alerts and hand-offs go on. No snapshot is taken.
//
// Threads: submit() on any; everything else on the spine's own thread, or, without start(), on the caller of
// run_once(), so that a test or a simulation needs neither threads nor a real clock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "log/log.h"
#include "spine/fold.h"
#include "spine/quarantine.h"
#include "spine/snapshot.h"
#include "spine/snapshot_part.h"
#include "spine/snapshot_taker.h"
#include "spine/submit.h"

namespace haechi::spine {

struct SpineOptions {
  uint32_t partition = 0;
  size_t batch_max = 2'048;              // records per commit
  size_t queue_max = 65'536;             // facts waiting
  Duration tick = Duration::seconds(1);  // between ClockTicked facts; 0 = none (the caller submits them)
  vault::Keeper* ring = nullptr;  // seals what is personal before it is appended; none: nothing is sealed
  // Where snapshots are kept, sealed under the ring; none: none are taken. One is taken after so many
  // entries, after so long, after an erasure, and when the spine stops, if there were entries since the one
  // before.
  SnapshotStore* snapshots = nullptr;
  uint64_t snapshot_entries = 250'000;
  Duration snapshot_period = Duration::seconds(3600);
  std::function<void(const Error&)> snapshot_failed = {};  // any thread
  Quarantine* quarantine = nullptr;  // none: an entry that ends the process does so at every start
  std::string build = {};            // of this program, as the log is told
  // Microseconds of a clock that nobody can set, from any beginning. Empty: the machine's.
  std::function<int64_t()> running_us = {};
};

// Counts since start, and what the last commit cost. Any thread.
struct SpineStats {
  uint64_t entries = 0, batches = 0, effects = 0, duplicates = 0, conflicting = 0, refused = 0;
  uint64_t queue_depth = 0, entry_no = 0;
  uint64_t commit_us_sum = 0, step_us_sum = 0, commit_us_max = 0;
  // Snapshots written, and the entry that the newest reaches to (before this start too).
  uint64_t snapshots = 0, snapshot_no = 0;
};

class Spine final : public Submit {
 public:
  Spine(SpineOptions options, std::unique_ptr<log::Log> log, const Clock& clock);
  ~Spine() override;  // stop()

  // Before start or run_once.
  void subscribe(Subscriber subscriber);
  // Before replay.
  void take_part(SnapshotPart part) { parts_.push_back(std::move(part)); }
  // Reads the log from its first entry, steps it all and hands it to subscribers as replayed batches. Parts
  // whose key is destroyed are missing in facts, and so in what the engine makes of them. With a snapshot of
  // this very log (open_log()) it begins after that, if every part of it can be read: else it is as if there
  // were none, and `snapshot_failed` is told.
  // kCorrupt if an entry does not decode or the ring is not this log's.
  Status replay(const StoredSnapshot* from = nullptr);

  void start();
  // Finishes what is queued, then ends. Facts submitted later get kUnavailable.
  void stop();
  // Takes one batch from the queue, if there is any, and sees it through. True if there was one.
  bool run_once();

  void submit(std::unique_ptr<v1::Fact> fact, Done done) override;
  void submit_from_device(std::unique_ptr<v1::Fact> fact, Done done) override;
  Result<Room> room(std::span<const std::unique_ptr<v1::Fact>> facts) override;
  void submit_together(Room room, std::vector<std::unique_ptr<v1::Fact>> facts, Done done) override;
  SpineStats stats() const;
  // The log cannot be written, and its journal takes the facts. Any thread.
  bool journalled() const { return log_->journalled(); }
  // How long the write that is under way has been so; zero: none is. Any thread.
  Duration writing_for() const;

 private:
  struct Waiting {
    std::unique_ptr<v1::Fact> fact;
    Done done;
    bool with_next = false;    // in one commit
    bool from_device = false;  // `done` does not wait for the judging
  };
  struct Work;  // one batch under way
  void submit(Waiting waiting);
  std::optional<Error> refuses(size_t facts) const;
  std::optional<Error> must_wait(std::span<const std::unique_ptr<v1::Fact>> facts) const;
  void tell_journalled();
  void tell_taken_in();
  void loop();
  std::vector<Waiting> take();
  void process(std::vector<Waiting> waiting);
  bool admit(Waiting& waiting, Work& work);
  void commit_loop();
  Result<uint64_t> append(std::span<const log::NewRecord> records);
  void commit(Work& work);
  void begin_commit(Work& work);
  void await_commit();
  void publish(Work& work, bool replayed);
  // snapshots.cc
  Status load(const StoredSnapshot& snapshot);
  void begin_anew();
  void forget_erased(const Batch& batch);
  bool snapshot_is_due() const;
  void make_snapshot();
  void take_last_snapshot();
  std::vector<std::shared_ptr<const v1::Effect>> step(const law::Entry& entry);
  void tell_quarantined();
  Time next_stamp();
  std::vector<std::string> sealed(std::span<v1::Fact* const> facts);

  SpineOptions options_;  // as given, `running_us` filled in
  std::unique_ptr<log::Log> log_;
  const Clock& clock_;
  std::vector<Subscriber> subscribers_;
  std::vector<SnapshotPart> parts_;
  std::optional<Fold> fold_;  // always there; made anew where a snapshot turns out to be bad
  bool told_journalled_ = false;
  int64_t stamped_running_us_ = 0;  // when the last stamp was given, by the clock that nobody can set

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  size_t kept_free_ = 0;  // places of the queue that are promised
  bool stopping_ = false;
  bool stopped_ = false;
  std::thread thread_;

  // The committer: one thread that appends the batch it is given while the spine steps it.
  std::thread committer_;
  std::mutex commit_mutex_;
  std::condition_variable commit_wake_;
  Work* committing_ = nullptr;  // guarded by commit_mutex_
  bool commit_done_ = false;
  bool commit_stop_ = false;

  std::atomic<uint64_t> entries_{0}, batches_{0}, effects_{0}, duplicates_{0}, conflicting_{0}, refused_{0};
  // Snapshots. Null: none are taken.
  std::unique_ptr<SnapshotTaker> taker_;
  uint64_t snapshot_no_ = 0;         // the entry of the one that was asked for last
  int64_t snapshot_running_us_ = 0;  // when that was
  // The state tells of somebody whose keys ended while it was held: of it none is taken, only of the log as
  // it is without them.
  bool holds_erased_ = false;
  bool erased_since_ = false;  // the one that was asked for last

  std::atomic<int64_t> writing_since_us_{0};  // of a clock that nobody can set; 0: not writing
  std::atomic<uint64_t> commit_us_sum_{0}, step_us_sum_{0}, commit_us_max_{0}, entry_no_{0};
};

}  // namespace haechi::spine
