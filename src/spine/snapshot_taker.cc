#include "spine/snapshot_taker.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace haechi::spine {

struct SnapshotTaker::Desk {
  std::mutex mutex;
  std::condition_variable changed;
  uint64_t taken = 0;      // so many were begun
  bool gathering = false;  // the last of them lacks parts
  bool gathered = false;   // it has them all and waits for the writer
  bool writing = false;
  bool stopping = false;
  Snapshot snapshot;
  size_t missing = 0;
  uint64_t written = 0;

  bool busy() const { return gathering || gathered || writing; }

  void put(uint64_t ticket, const std::string& name, std::string bytes) {
    const std::lock_guard lock(mutex);
    if (ticket != taken || !gathering) return;  // given up
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

SnapshotTaker::SnapshotTaker(SnapshotStore& store, std::function<void(const Error&)> failed)
    : store_(store),
      failed_(std::move(failed)),
      desk_(std::make_shared<Desk>()),
      writer_([this] { write_loop(); }) {}

SnapshotTaker::~SnapshotTaker() {
  {
    const std::lock_guard lock(desk_->mutex);
    desk_->stopping = true;
    desk_->gathering = false;
  }
  desk_->changed.notify_all();
  writer_.join();
}

bool SnapshotTaker::busy() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->busy();
}

void SnapshotTaker::take(Snapshot snapshot, const std::vector<SnapshotPart>& parts) {
  uint64_t ticket = 0;
  {
    const std::lock_guard lock(desk_->mutex);
    ENSURE(!desk_->busy());
    ticket = ++desk_->taken;
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

void SnapshotTaker::write_loop() {
  std::unique_lock lock(desk_->mutex);
  while (true) {
    desk_->changed.wait(lock, [this] { return desk_->stopping || desk_->gathered; });
    if (!desk_->gathered) return;
    const Snapshot snapshot = std::move(desk_->snapshot);
    desk_->gathered = false;
    desk_->writing = true;
    lock.unlock();
    const Status done = store_.write(snapshot);
    if (!done.ok() && failed_) failed_(done.error());
    lock.lock();
    desk_->writing = false;
    desk_->written += done.ok();
    desk_->changed.notify_all();
  }
}

void SnapshotTaker::wait(Duration longest) {
  std::unique_lock lock(desk_->mutex);
  desk_->changed.wait_for(lock, std::chrono::microseconds(longest.us), [this] { return !desk_->busy(); });
}

Status SnapshotTaker::forget(uint64_t before_no) {
  std::unique_lock lock(desk_->mutex);
  desk_->changed.wait(lock, [this] { return !desk_->writing; });
  desk_->gathering = desk_->gathered = false;
  return store_.forget(before_no);
}

uint64_t SnapshotTaker::written() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->written;
}

}  // namespace haechi::spine
