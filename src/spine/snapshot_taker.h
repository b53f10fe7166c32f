// SnapshotTaker: takes snapshots and writes them, on a thread of its own: while the spine runs those that a
// SnapshotMaker makes, half of the time at most; when it ends the state of the rooms themselves.
//
// One is under way at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/time.h"
#include "spine/snapshot.h"
#include "spine/snapshot_maker.h"
#include "spine/snapshot_part.h"

namespace haechi::spine {

class SnapshotTaker {
 public:
  // `failed` is told, on that thread, of what could not be made or written; the next one is tried all the
  // same.
  SnapshotTaker(SnapshotStore& store, std::unique_ptr<SnapshotMaker> maker,
                std::function<void(const Error&)> failed);
  ~SnapshotTaker();  // what is being written is finished, everything else is given up
  SnapshotTaker(const SnapshotTaker&) = delete;

  bool busy() const;
  // Both while not busy. Has the maker make one as of that entry.
  void make(const log::ChainPoint& at);
  // Asks the rooms, each of which answers on its loop. `snapshot` holds the spine's own part.
  void take(Snapshot snapshot, const std::vector<SnapshotPart>& parts);
  // Of what is under way nothing is written that is not being written yet.
  void give_up();
  // Returns when nothing is under way any more, or after so long.
  void wait(Duration longest);
  // What is under way is given up, and what was taken before that entry can never be read again.
  Status forget(uint64_t before_no);
  // The entry of the newest one, which fits the log; 0: there is none.
  uint64_t newest_no() const;
  void began_with(uint64_t no);
  uint64_t written() const;  // since start

 private:
  struct Desk;
  void loop();
  void make_wanted(std::unique_lock<std::mutex>& lock);
  void write_gathered(std::unique_lock<std::mutex>& lock);
  bool go_on(uint64_t ticket);

  SnapshotStore& store_;
  const std::unique_ptr<SnapshotMaker> maker_;
  const std::function<void(const Error&)> failed_;
  const std::shared_ptr<Desk> desk_;                 // outlives this where a room answers late
  std::chrono::steady_clock::time_point rested_at_;  // that thread's
  std::thread writer_;
};

}  // namespace haechi::spine
