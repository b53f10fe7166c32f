// Turns: who may use the log's one connection, in the order of asking. A plain mutex promises no order, and a
// reader that asks again at once would keep the writer out, or the writer the reader.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace haechi::log {

class Turns {
 public:
  // Waits for its turn and has it until it ends. Not to be nested.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(turns) { turns_.begin(); }
    ~Turn() { turns_.end(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns& turns_;
  };

 private:
  void begin() {
    std::unique_lock lock(mutex_);
    const uint64_t mine = last_++;
    ended_.wait(lock, [&] { return now_ == mine; });
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ++now_;
    }
    ended_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  uint64_t last_ = 0;  // given to who asks next
  uint64_t now_ = 0;   // whose turn it is
};

}  // namespace haechi::log
