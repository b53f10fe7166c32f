// InTime: a thread that does one thing at a time for others, who wait for it no longer than they may. For
// what a disk can keep from ever coming back.
//
// 1. A caller waits at most `longest` for its task, its turn included.
// 2. While a task is late no other is begun: whoever asks is told so at once. When it has come back all is as
//    before.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/time.h"

namespace haechi {

class InTime {
 public:
  enum class Came {
    kDone,
    kLate,      // it goes on, and what comes of it nobody hears
    kNotBegun,  // another one is late
  };
  // `after_late` is called on the thread when a late task has come back; may be empty.
  InTime(const char* name, Duration longest, std::function<void()> after_late = {});
  ~InTime();  // waits for what is late
  InTime(const InTime&) = delete;

  // Any thread but its own. `task` owns all that it uses: it may outlive the call.
  Came run(std::function<void()> task);

  // What `question` answers; nothing when it is late or was not begun, and what it answers then is forgotten.
  template <typename Question>
  auto ask(Question question) {
    using Answer = decltype(question());
    const auto answer = std::make_shared<std::optional<Answer>>();
    const Came came =
        run([answer, question = std::move(question)]() mutable { answer->emplace(question()); });
    return came == Came::kDone ? std::move(*answer) : std::optional<Answer>();
  }

 private:
  void loop();

  const Duration longest_;
  const std::function<void()> after_late_;
  std::mutex mutex_;
  std::condition_variable asked_, changed_;
  std::function<void()> task_;  // asked for and not begun
  bool busy_ = false;           // one was asked for and has not come back
  bool late_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace haechi
