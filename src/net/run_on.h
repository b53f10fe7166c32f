// Work of a loop that somebody waits for.
#pragma once

#include <functional>
#include <future>

#include "net/loop.h"

namespace haechi::net {

// Runs `task` on the loop, which is running, and returns when it is done.
inline void run_on(Loop& loop, const std::function<void()>& task) {
  if (loop.is_current()) return task();
  std::promise<void> done;
  loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace haechi::net
