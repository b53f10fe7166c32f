// SnapshotMaker: makes a snapshot without holding anybody up. It reads the log behind the spine, on a thread
// of its own: begins with the newest snapshot that fits, takes the entries after it through a fold and
// through copies of the rooms' states, and has what a start would have.
//
// So what was erased is in none that was begun afterwards, and there is one again as soon as the log was
// read without it. The price is memory for all state a second time while one is made, and of a processor
// what a replay of those entries takes.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "log/log.h"
#include "spine/fold.h"
#include "spine/snapshot.h"
#include "spine/snapshot_part.h"

namespace haechi::spine {

class SnapshotMaker {
 public:
  // All but the reader outlive it, and the log the reader; the parts are complete before the first make().
  SnapshotMaker(uint32_t partition, vault::Keeper& ring, const Quarantine* quarantine,
                const SnapshotStore& store, const std::vector<SnapshotPart>& parts,
                std::unique_ptr<log::Reader> reader);

  // As of that entry, which is durable; begun with the snapshot of entry `from_no`, with the first entry
  // when that is 0 or cannot be read. After each entry it is asked whether to go on, which may take its
  // time. kUnavailable: not, or an erasure is not finished.
  Result<Snapshot> make(const log::ChainPoint& at, uint64_t from_no, const std::function<bool()>& go_on);

 private:
  struct State;
  State begun_with(uint64_t from_no) const;
  State anew() const;

  const uint32_t partition_;
  vault::Keeper& ring_;
  const Quarantine* const quarantine_;
  const SnapshotStore& store_;
  const std::vector<SnapshotPart>& parts_;
  const std::unique_ptr<log::Reader> reader_;
};

// The name under which the spine's own fold is in a snapshot.
inline constexpr const char* kFoldPart = "spine";

}  // namespace haechi::spine
