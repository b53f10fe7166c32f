// Words: one statement, read word by word. Every refusal is a Mistake that says what was expected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/scenarios/world.h"

namespace haechi::scenario {

class Words {
 public:
  explicit Words(const std::string& text);

  bool done() const { return next_ == words_.size(); }
  const std::string& peek(size_t ahead = 0) const;
  std::string take(const std::string& what);
  // Takes these words if they come next: accept("is at").
  bool accept(const std::string& phrase);
  void need(const std::string& phrase);
  // "2 km", "150 m": metres.
  double metres();
  int64_t metres_mm() { return static_cast<int64_t>(metres() * 1000); }
  // "15 s", "4 m/s", "12 %".
  double number(const std::string& unit);
  // "4 m/s", "100 km/h": metres a second.
  double speed();
  // All words that are left, as one text.
  std::string rest();
  // "2026-03-14 08:00:00" or "08:00".
  std::string time();
  void end() const;

 private:
  static bool is_number(const std::string& word);

  std::vector<std::string> words_;
  size_t next_ = 0;
};

}  // namespace haechi::scenario
