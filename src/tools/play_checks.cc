#include "tools/play_checks.h"

#include <cstdio>

namespace haechi::tools {

using Clock = std::chrono::steady_clock;

void Checks::print(const char* mark, const std::string& text) const {
  const double passed = std::chrono::duration<double>(Clock::now() - began_).count();
  std::printf("%7.1f s  %s %s\n", passed, mark, text.c_str());
  std::fflush(stdout);
}

void Checks::tell(const std::string& korean, const std::string& english) {
  print("\n            ", korean + "\n             " + english);
}

bool Checks::expect(const std::string& name, int seconds, const std::function<bool()>& holds) {
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  bool held = false;
  while (!held && !stopped_ && Clock::now() < deadline)
    held = board_.wait_until(std::min(deadline, Clock::now() + std::chrono::milliseconds(200)), holds);
  return record(name, held, "not within " + std::to_string(seconds) + " s");
}

bool Checks::record(const std::string& name, bool held, const std::string& why_not) {
  if (stopped_) return held;
  print(held ? "ok  " : "MISS", held || why_not.empty() ? name : name + ": " + why_not);
  if (held) {
    ++held_;
  } else {
    missing_.push_back(name);
  }
  return held;
}

void Checks::pass(int milliseconds) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
  while (!stopped_ && Clock::now() < deadline)
    board_.wait_until(std::min(deadline, Clock::now() + std::chrono::milliseconds(200)),
                      [] { return false; });
}

}  // namespace haechi::tools
