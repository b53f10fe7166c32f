// SnapshotTaker: gathers the parts of a snapshot from the rooms and writes it, on a thread of its own.
//
// The spine hands over its own state between two batches and goes on at once; each room answers on its loop.
// One snapshot is under way at a time.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/time.h"
#include "spine/snapshot.h"
#include "spine/snapshot_part.h"

namespace haechi::spine {

class SnapshotTaker {
 public:
  // `failed` is told, on that thread, of what could not be written; the next one is tried all the same.
  SnapshotTaker(SnapshotStore& store, std::function<void(const Error&)> failed);
  ~SnapshotTaker();  // what is being written is finished, what is still being gathered is given up
  SnapshotTaker(const SnapshotTaker&) = delete;

  bool busy() const;
  // Spine's thread, while not busy. `snapshot` holds the spine's own part.
  void take(Snapshot snapshot, const std::vector<SnapshotPart>& parts);
  // Returns when nothing is under way any more, or after so long.
  void wait(Duration longest);
  // What is under way is given up, and what was taken before that entry can never be read again.
  Status forget(uint64_t before_no);
  uint64_t written() const;  // since start

 private:
  struct Desk;
  void write_loop();

  SnapshotStore& store_;
  const std::function<void(const Error&)> failed_;
  const std::shared_ptr<Desk> desk_;  // outlives this where a room answers late
  std::thread writer_;
};

}  // namespace haechi::spine
