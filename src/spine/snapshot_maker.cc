#include "spine/snapshot_maker.h"

#include <optional>
#include <utility>

#include "base/canary.h"
#include "base/ensure.h"

namespace haechi::spine {
namespace {

// Entries that the copies are given at once.
constexpr size_t kBatch = 256;

}  // namespace

struct SnapshotMaker::State {
  std::unique_ptr<Fold> fold;
  std::vector<std::unique_ptr<PartCopy>> copies;  // as the parts
};

SnapshotMaker::SnapshotMaker(uint32_t partition, vault::Keeper& ring, const Quarantine* quarantine,
                             const SnapshotStore& store, const std::vector<SnapshotPart>& parts,
                             std::unique_ptr<log::Reader> reader)
    : partition_(partition),
      ring_(ring),
      quarantine_(quarantine),
      store_(store),
      parts_(parts),
      reader_(std::move(reader)) {
  ENSURE(reader_, "a log that cannot be read beside its writer");
}

SnapshotMaker::State SnapshotMaker::anew() const {
  State state;
  state.fold = std::make_unique<Fold>(partition_, &ring_);
  for (const SnapshotPart& part : parts_) state.copies.push_back(part.copy());
  return state;
}

SnapshotMaker::State SnapshotMaker::begun_with(uint64_t from_no) const {
  State state = anew();
  if (from_no == 0) return state;
  const auto stored = store_.read(from_no);
  if (!stored.ok() || stored->parts() != parts_.size() + 1) return state;
  Reader in = stored->part(kFoldPart);
  state.fold->load(in);
  bool loaded = in.done() && state.fold->next_no == from_no + 1;
  for (size_t i = 0; loaded && i < parts_.size(); ++i) {
    Reader part = stored->part(parts_[i].name);
    loaded = part.left() > 0 && state.copies[i]->load(part).ok();
  }
  return loaded ? std::move(state) : anew();
}

Result<Snapshot> SnapshotMaker::make(const log::ChainPoint& at, uint64_t from_no,
                                     const std::function<bool()>& go_on) {
  State state = begun_with(from_no);
  if (canary(Canary::kSnapshotAhead)) state.fold->engine.leave_out({at.no});
  Batch batch;
  batch.replayed = true;
  const auto hand_over = [&] {
    for (const auto& copy : state.copies) copy->fold(batch);
    batch.entries.clear();
  };
  const auto up_to_there = [&](uint64_t no, const std::function<bool(const log::Record&)>& each) {
    return reader_->read(no, [&](const log::Record& record) { return record.no <= at.no && each(record); });
  };
  TRY_STATUS(state.fold->read_log(
      up_to_there, [](uint64_t) {},
      [&](const Fold::Opened& opened) -> Status {
        PublishedEntry entry = state.fold->take(opened, quarantine_);
        // The next start finishes it, if it reads that entry.
        if (erases_what_has_keys(entry, ring_))
          return Error{Code::kUnavailable, "snapshot", "an erasure is not finished"};
        batch.entries.push_back(std::move(entry));
        if (batch.entries.size() >= kBatch) hand_over();
        if (go_on()) return {};
        return Error{Code::kUnavailable, "snapshot", "was given up"};
      }));
  hand_over();
  ENSURE(state.fold->next_no == at.no + 1, state.fold->next_no, at.no);

  // Each state goes as soon as it is bytes.
  Snapshot out{at, {}};
  out.parts[kFoldPart] = saved(*std::exchange(state.fold, nullptr));
  for (size_t i = 0; i < parts_.size(); ++i)
    out.parts[parts_[i].name] = std::exchange(state.copies[i], nullptr)->save();
  return out;
}

}  // namespace haechi::spine
