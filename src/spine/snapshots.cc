// What of the spine deals with snapshots: what it begins with, when one is taken, and who must not be in it.
#include <algorithm>
#include <future>

#include "spine/spine.h"

namespace haechi::spine {
namespace {

// How long the end of a run waits for a snapshot.
constexpr Duration kLastMax = Duration::seconds(10);

Status loaded_into(const SnapshotPart& part, const StoredSnapshot& snapshot) {
  Reader in = snapshot.part(part.name);
  if (in.left() == 0) return Error{Code::kCorrupt, "snapshot", "lacks the state of " + part.name};
  return part.load(in);
}

}  // namespace

void Spine::begin_anew() {
  fold_.emplace(options_.partition, options_.ring);
  for (const SnapshotPart& part : parts_) {
    Reader nothing{std::string_view()};
    ENSURE(part.load(nothing).ok(), part.name);
  }
}

// Side by side: most of the time goes into memory that the rooms' threads get for themselves.
Status Spine::load(const StoredSnapshot& snapshot) {
  if (snapshot.parts() != parts_.size() + 1)
    return Error{Code::kCorrupt, "snapshot", "holds the state of other rooms"};
  std::vector<std::future<Status>> rooms;
  for (const SnapshotPart& part : parts_)
    rooms.push_back(std::async(std::launch::async, [&] { return loaded_into(part, snapshot); }));
  Reader in = snapshot.part(kFoldPart);
  fold_->load(in);
  Status loaded;
  if (!in.done() || fold_->next_no != snapshot.at().no + 1)
    loaded = Error{Code::kCorrupt, "snapshot", "the state of the spine cannot be read"};
  for (std::future<Status>& room : rooms) {
    const Status of_room = room.get();
    if (loaded.ok()) loaded = of_room;
  }
  if (!loaded.ok()) {
    begin_anew();
    return loaded;
  }
  options_.ring->reach(snapshot.at().no);
  snapshot_no_ = snapshot.at().no;
  if (taker_) taker_->began_with(snapshot_no_);
  return {};
}

// Before the keys themselves go, which subscribers see to.
void Spine::forget_erased(const Batch& batch) {
  if (!taker_) return;
  for (const PublishedEntry& entry : batch.entries) {
    if (!erases_what_has_keys(entry, *options_.ring)) continue;
    const Status forgotten = taker_->forget(entry.no);
    ENSURE(forgotten.ok(), forgotten.ok() ? "" : forgotten.error().text());
    holds_erased_ = erased_since_ = true;
  }
}

bool Spine::snapshot_is_due() const {
  if (!taker_ || snapshot_no_ + 1 == fold_->next_no || log_->journalled()) return false;
  const bool many = fold_->next_no - 1 - snapshot_no_ >= options_.snapshot_entries;
  const bool late = options_.running_us() - snapshot_running_us_ >= options_.snapshot_period.us;
  return (many || late || erased_since_) && !taker_->busy();
}

void Spine::make_snapshot() {
  if (fold_->next_no != log_->next_no()) return;  // a log that was not read to its end has no state
  snapshot_no_ = fold_->next_no - 1;
  snapshot_running_us_ = options_.running_us();
  erased_since_ = false;
  taker_->make({snapshot_no_, log_->head()});
}

// Nobody is held up any more, so what is in memory is taken as it is: that is quicker than reading the log.
// Where that may not be, what is being made without those who were erased is waited for.
void Spine::take_last_snapshot() {
  if (log_->journalled()) return taker_->give_up();
  if (!holds_erased_) taker_->give_up();
  taker_->wait(kLastMax);
  taker_->give_up();
  if (holds_erased_ || fold_->next_no != log_->next_no() || taker_->newest_no() + 1 >= fold_->next_no) return;
  taker_->wait(kLastMax);
  Snapshot snapshot{{fold_->next_no - 1, log_->head()}, {}};
  snapshot.parts[kFoldPart] = saved(*fold_);
  taker_->take(std::move(snapshot), parts_);
  taker_->wait(kLastMax);
}

}  // namespace haechi::spine
