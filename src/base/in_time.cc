#include "base/in_time.h"

#include <pthread.h>

#include <chrono>
#include <memory>
#include <utility>

namespace haechi {

InTime::InTime(const char* name, Duration longest, std::function<void()> after_late)
    : longest_(longest), after_late_(std::move(after_late)), thread_([this] { loop(); }) {
  pthread_setname_np(thread_.native_handle(), name);
}

InTime::~InTime() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  asked_.notify_all();
  thread_.join();
}

InTime::Came InTime::run(std::function<void()> task) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(longest_.us);
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [this] { return late_ || !busy_; });
  if (busy_) return Came::kNotBegun;
  busy_ = true;
  // Ours has come back when this says so; `busy_` may be another's by then.
  const auto back = std::make_shared<bool>(false);
  task_ = [task = std::move(task), back, this] {
    task();
    const std::lock_guard done(mutex_);
    *back = true;
  };
  asked_.notify_one();
  if (changed_.wait_until(lock, until, [&] { return *back; })) return Came::kDone;
  late_ = true;
  changed_.notify_all();
  return Came::kLate;
}

void InTime::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    asked_.wait(lock, [this] { return stop_ || task_; });
    if (!task_) return;
    auto task = std::exchange(task_, nullptr);
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    if (late_ && after_late_) {
      lock.unlock();
      after_late_();
      lock.lock();
    }
    busy_ = late_ = false;
    changed_.notify_all();
  }
}

}  // namespace haechi
