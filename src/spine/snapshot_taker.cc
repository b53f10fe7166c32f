#include "spine/snapshot_taker.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "base/ensure.h"

namespace haechi::spine {
namespace {

using Steady = std::chrono::steady_clock;

// Between two rests of the maker, each as long as the work before it.
constexpr auto kWork = std::chrono::milliseconds(20);

}  // namespace

struct SnapshotTaker::Desk {
  std::mutex mutex;
  std::condition_variable changed;
  uint64_t ticket = 0;                    // of what is under way; what has another one was given up
  std::optional<log::ChainPoint> wanted;  // to be made
  bool making = false;
  bool gathering = false;  // lacks parts of rooms
  bool gathered = false;   // has them all and waits to be written
  bool writing = false;
  bool stopping = false;
  Snapshot snapshot;
  size_t missing = 0;
  uint64_t written = 0;
  uint64_t newest_no = 0;

  bool busy() const { return wanted || making || gathering || gathered || writing; }

  void give_up() {
    ++ticket;
    wanted.reset();
    gathering = gathered = false;
    snapshot = {};
    changed.notify_all();
  }
  void put(uint64_t of, const std::string& name, std::string bytes) {
    const std::lock_guard lock(mutex);
    if (of != ticket) return;
    snapshot.parts[name] = std::move(bytes);
    --missing;
    settle();
  }
  void settle() {
    if (missing > 0) return;
    gathering = false;
    gathered = true;
    changed.notify_all();
  }
};

SnapshotTaker::SnapshotTaker(SnapshotStore& store, std::unique_ptr<SnapshotMaker> maker,
                             std::function<void(const Error&)> failed)
    : store_(store),
      maker_(std::move(maker)),
      failed_(std::move(failed)),
      desk_(std::make_shared<Desk>()),
      writer_([this] { loop(); }) {}

SnapshotTaker::~SnapshotTaker() {
  {
    const std::lock_guard lock(desk_->mutex);
    desk_->stopping = true;
    if (!desk_->gathered) desk_->give_up();
  }
  desk_->changed.notify_all();
  writer_.join();
}

bool SnapshotTaker::busy() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->busy();
}

void SnapshotTaker::make(const log::ChainPoint& at) {
  const std::lock_guard lock(desk_->mutex);
  ENSURE(!desk_->busy());
  ++desk_->ticket;
  desk_->wanted = at;
  desk_->changed.notify_all();
}

void SnapshotTaker::take(Snapshot snapshot, const std::vector<SnapshotPart>& parts) {
  uint64_t ticket = 0;
  {
    const std::lock_guard lock(desk_->mutex);
    ENSURE(!desk_->busy());
    ticket = ++desk_->ticket;
    desk_->gathering = true;
    desk_->snapshot = std::move(snapshot);
    desk_->missing = parts.size();
    desk_->settle();
  }
  for (const SnapshotPart& part : parts)
    part.save([desk = desk_, ticket, name = part.name](std::string bytes) {
      desk->put(ticket, name, std::move(bytes));
    });
}

void SnapshotTaker::give_up() {
  const std::lock_guard lock(desk_->mutex);
  desk_->give_up();
}

bool SnapshotTaker::go_on(uint64_t ticket) {
  const auto worked = Steady::now() - rested_at_;
  if (worked < kWork) return true;
  std::unique_lock lock(desk_->mutex);
  const bool given_up = desk_->changed.wait_for(lock, worked, [&] { return desk_->ticket != ticket; });
  rested_at_ = Steady::now();
  return !given_up;
}

// Both are called and left under the lock.
void SnapshotTaker::make_wanted(std::unique_lock<std::mutex>& lock) {
  const log::ChainPoint at = *std::exchange(desk_->wanted, std::nullopt);
  const uint64_t ticket = desk_->ticket, from_no = desk_->newest_no;
  desk_->making = true;
  lock.unlock();
  rested_at_ = Steady::now();
  Result<Snapshot> made = maker_->make(at, from_no, [&] { return go_on(ticket); });
  lock.lock();
  desk_->making = false;
  desk_->changed.notify_all();
  if (desk_->ticket != ticket) return;
  if (made.ok()) {
    desk_->snapshot = *std::move(made);
    desk_->gathered = true;
  } else if (failed_) {
    lock.unlock();
    failed_(made.error());
    lock.lock();
  }
}

void SnapshotTaker::write_gathered(std::unique_lock<std::mutex>& lock) {
  const Snapshot snapshot = std::exchange(desk_->snapshot, {});
  desk_->gathered = false;
  desk_->writing = true;
  lock.unlock();
  const Status done = store_.write(snapshot);
  if (!done.ok() && failed_) failed_(done.error());
  lock.lock();
  desk_->writing = false;
  desk_->written += done.ok();
  if (done.ok()) desk_->newest_no = snapshot.at.no;
  desk_->changed.notify_all();
}

void SnapshotTaker::loop() {
  std::unique_lock lock(desk_->mutex);
  while (true) {
    desk_->changed.wait(lock, [this] { return desk_->stopping || desk_->wanted || desk_->gathered; });
    if (desk_->wanted) make_wanted(lock);
    if (desk_->gathered) write_gathered(lock);
    if (desk_->stopping) return;
  }
}

void SnapshotTaker::wait(Duration longest) {
  std::unique_lock lock(desk_->mutex);
  desk_->changed.wait_for(lock, std::chrono::microseconds(longest.us), [this] { return !desk_->busy(); });
}

Status SnapshotTaker::forget(uint64_t before_no) {
  std::unique_lock lock(desk_->mutex);
  desk_->changed.wait(lock, [this] { return !desk_->writing; });
  desk_->give_up();
  if (desk_->newest_no < before_no) desk_->newest_no = 0;
  return store_.forget(before_no);
}

uint64_t SnapshotTaker::newest_no() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->newest_no;
}

void SnapshotTaker::began_with(uint64_t no) {
  const std::lock_guard lock(desk_->mutex);
  desk_->newest_no = no;
}

uint64_t SnapshotTaker::written() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->written;
}

}  // namespace haechi::spine
