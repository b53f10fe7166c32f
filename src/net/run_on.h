// Work of a loop that somebody waits for.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "net/loop.h"

namespace haechi::net {

// Runs `task` on the loop, which is running, and returns when it is done.
inline void run_on(Loop& loop, const std::function<void()>& task) {
  if (loop.is_current()) return task();
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  loop.post([&] {
    task();
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done; });
}

}  // namespace haechi::net
