// What of the spine deals with snapshots: what it holds itself, when one is taken, and who must not be in it.
#include <algorithm>

#include "base/archive.h"
#include "base/canary.h"
#include "haechi/v1/effect.pb.h"
#include "spine/spine.h"

namespace haechi::spine {
namespace {

const std::string kOwnPart = "spine";

// Something that is sealed about this person, or these zones, could be read until now.
bool had_keys(const vault::KeyRing& ring, const v1::ErasureOutcome& outcome, uint64_t no) {
  return ring.has_older(vault::person_owner(outcome.person_id()), no) ||
         std::any_of(outcome.zone_ids().begin(), outcome.zone_ids().end(),
                     [&](const std::string& id) { return ring.has_older(vault::zone_owner(id), no); });
}

}  // namespace

std::string Spine::save() {
  Writer out(saved_bytes_ + saved_bytes_ / 8);
  write(out, next_no_);
  write(out, last_stamp_);
  write(out, quarantined_);
  write(out, *engine_);
  write(out, filter_);
  write(out, *sealer_);
  std::string bytes = out.take();
  saved_bytes_ = bytes.size();
  return bytes;
}

void Spine::begin_anew() {
  next_no_ = 1;
  last_stamp_ = {};
  quarantined_.clear();
  engine_.emplace(options_.partition);
  filter_ = {};
  if (options_.ring) sealer_.emplace(*options_.ring);
}

Status Spine::load(const Snapshot& snapshot) {
  const auto of = [&snapshot](const std::string& name) {
    const auto part = snapshot.parts.find(name);
    return part == snapshot.parts.end() ? std::string_view() : std::string_view(part->second);
  };
  Reader in(of(kOwnPart));
  read(in, next_no_);
  read(in, last_stamp_);
  read(in, quarantined_);
  read(in, *engine_);
  if (canary(Canary::kSnapshotAhead)) engine_->pass_over(snapshot.at.no, last_stamp_);
  read(in, filter_);
  read(in, *sealer_);
  Status loaded;
  if (!in.done() || next_no_ != snapshot.at.no + 1)
    loaded = Error{Code::kCorrupt, "snapshot", "the state of the spine cannot be read"};
  if (snapshot.parts.size() != parts_.size() + 1)
    loaded = Error{Code::kCorrupt, "snapshot", "holds the state of other rooms"};
  for (size_t i = 0; loaded.ok() && i < parts_.size(); ++i) {
    const std::string_view bytes = of(parts_[i].name);
    loaded = bytes.empty() ? Error{Code::kCorrupt, "snapshot", "lacks the state of " + parts_[i].name}
                           : parts_[i].load(bytes);
  }
  if (!loaded.ok()) {
    begin_anew();
    for (const SnapshotPart& part : parts_) ENSURE(part.load({}).ok(), part.name);
    return loaded;
  }
  options_.ring->reach(snapshot.at.no);
  snapshot_no_ = snapshot.at.no;
  return {};
}

// Before the keys themselves go, which subscribers see to.
void Spine::forget_erased(const Batch& batch) {
  if (!taker_) return;
  for (const PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      const v1::ErasureOutcome& outcome = effect->settle_erasure();
      if (!outcome.erased() || !had_keys(*options_.ring, outcome, entry.no)) continue;
      const Status forgotten = taker_->forget(entry.no);
      ENSURE(forgotten.ok(), forgotten.ok() ? "" : forgotten.error().text());
      holds_erased_ = true;
    }
  }
}

bool Spine::snapshot_is_due() const {
  if (!taker_ || holds_erased_ || snapshot_no_ + 1 == next_no_) return false;
  const bool many = next_no_ - 1 - snapshot_no_ >= options_.snapshot_entries;
  const bool late = options_.running_us() - snapshot_running_us_ >= options_.snapshot_period.us;
  return (many || late) && !taker_->busy();
}

// Of the spine's own state as it is, unless one is given.
void Spine::take_snapshot(std::string state) {
  // A log that was not read to its end has no state.
  if (!taker_ || holds_erased_ || taker_->busy() || next_no_ != log_->next_no()) return;
  const int64_t began_us = options_.running_us();
  Snapshot snapshot{{next_no_ - 1, log_->head()}, {}};
  snapshot.parts[kOwnPart] = state.empty() ? save() : std::move(state);
  taker_->take(std::move(snapshot), parts_);
  snapshot_no_ = next_no_ - 1;
  snapshot_running_us_ = options_.running_us();
  snapshot_us_max_ =
      std::max<uint64_t>(snapshot_us_max_, static_cast<uint64_t>(snapshot_running_us_ - began_us));
}

}  // namespace haechi::spine
