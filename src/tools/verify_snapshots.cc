#include "tools/verify_snapshots.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/saved.h"
#include "log/chain.h"
#include "spine/fold.h"
#include "spine/snapshot.h"
#include "spine/snapshot_maker.h"
#include "tools/cli_log.h"

namespace haechi::tools {
namespace {

constexpr uint32_t kPartition = 0;  // a node has one

Error does_not_hold(uint64_t entry_no, const std::string& why) {
  return Error{Code::kCorrupt, "snapshot", "that of entry " + std::to_string(entry_no) + " " + why};
}

// The log from its first entry on, as a start without a snapshot reads it.
class Replay {
 public:
  Replay(vault::KeyRing* ring, std::set<uint64_t> passed_over) : fold_(kPartition, ring) {
    fold_.engine.leave_out(std::move(passed_over));
  }
  Status take(const log::Record& record) {
    TRY([[maybe_unused]] const spine::PublishedEntry entry, fold_.take(record, nullptr));
    at_ = {record.no, log::seal(at_.digest, record.no, record.stamp, record.fact, scratch_).digest};
    return {};
  }
  Status compare(const spine::StoredSnapshot& snapshot, vault::KeyRing* ring) const {
    const uint64_t no = snapshot.at().no;
    if (snapshot.at().digest != at_.digest) return does_not_hold(no, "is of another log");
    spine::Fold kept(kPartition, ring);
    Reader in = snapshot.part(spine::kFoldPart);
    kept.load(in);
    if (!in.done()) return does_not_hold(no, "cannot be read");
    if (saved(kept) != saved(fold_)) return does_not_hold(no, "is not the state that the log leads to");
    return {};
  }
  uint64_t no() const { return at_.no; }

 private:
  spine::Fold fold_;
  log::ChainPoint at_;
  std::string scratch_;
};

}  // namespace

Status verify_snapshots(const std::string& data, const KeysAt& keys, std::string& told) {
  const Unsealer unsealer(data, keys);
  if (!unsealer.ring().ok()) return unsealer.ring().error();
  vault::KeyRing* const ring = unsealer.ring()->get();
  const spine::SnapshotStore store(data + "/snapshots", *ring);
  std::vector<uint64_t> entries = store.entries();
  std::sort(entries.begin(), entries.end());
  if (entries.empty()) return Error{Code::kNotFound, "snapshot", "there is none in " + data + "/snapshots"};
  TRY(std::set<uint64_t> passed_over, passed_over_in(data));

  Replay replay(ring, std::move(passed_over));
  auto next = entries.begin();
  Status held;
  TRY_STATUS(log::read_directory(log_in(data), 1, [&](const log::Record& record) {
    held = replay.take(record);
    if (!held.ok() || record.no < *next) return held.ok();
    const Result<spine::StoredSnapshot> snapshot = store.read(*next);
    held = snapshot.ok() ? replay.compare(*snapshot, ring) : does_not_hold(*next, snapshot.error().reason);
    if (held.ok()) told += "snapshot      entry " + std::to_string(*next) + ": holds\n";
    return held.ok() && ++next != entries.end();
  }));
  TRY_STATUS(held);
  if (next != entries.end())
    return does_not_hold(*next, "is newer than the log, which ends at " + std::to_string(replay.no()));
  return {};
}

}  // namespace haechi::tools
