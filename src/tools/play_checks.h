// Checks: what a play expects, each with a name and a deadline, told as it happens.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/live_watch.h"

namespace haechi::tools {

class Checks {
 public:
  // `stopped` ends every wait at once.
  Checks(sim::Board& board, const std::atomic<bool>& stopped)
      : board_(board), stopped_(stopped), began_(std::chrono::steady_clock::now()) {}

  void tell(const std::string& korean, const std::string& english);
  // Waits until `holds` (called under the board's lock) or `seconds` have passed.
  bool expect(const std::string& name, int seconds, const std::function<bool()>& holds);
  // What is known already. Once stopped nothing is told or counted any more.
  bool record(const std::string& name, bool held, const std::string& why_not = {});
  bool record(const std::string& name, const Status& status) {
    return record(name, status.ok(), status.ok() ? "" : status.error().text());
  }
  // Lets the world go on for a while.
  void pass(int milliseconds);

  size_t held() const { return held_; }
  const std::vector<std::string>& missing() const { return missing_; }
  bool stopped() const { return stopped_; }

 private:
  void print(const char* mark, const std::string& text) const;

  sim::Board& board_;
  const std::atomic<bool>& stopped_;
  const sim::Instant began_;
  size_t held_ = 0;
  std::vector<std::string> missing_;
};

}  // namespace haechi::tools
