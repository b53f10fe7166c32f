// SlowWork: one thread for what is slow, password hashes above all, with a bounded queue, so that guessing at
// the door costs one processor at most and never the loop that serves everybody.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/result.h"
#include "net/loop.h"

namespace haechi::api {

inline constexpr size_t kSlowWorkMax = 24;  // waiting; at 0.3 s each as long as a page waits for its answer

class SlowWork {
 public:
  explicit SlowWork(std::string thread) : loop_(std::move(thread)) { loop_.start(); }

  // kExhausted: too much is waiting. Tasks that wait when it stops are dropped.
  Status post(std::function<void()> task) {
    if (waiting_.fetch_add(1) >= kSlowWorkMax) {
      waiting_.fetch_sub(1);
      return Error{Code::kExhausted, "", "too many ask for this at this moment"};
    }
    loop_.post([this, task = std::move(task)] {
      task();
      waiting_.fetch_sub(1);
    });
    return {};
  }
  void stop() { loop_.stop(); }

 private:
  std::atomic<size_t> waiting_{0};
  net::Loop loop_;
};

}  // namespace haechi::api
