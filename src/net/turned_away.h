// TurnedAway: who was turned away at a door and why, gathered and told in lines, so that a flood of attempts
// is a line with a number. Nothing that somebody sent is in them but what a library says of a fault. On one
// loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace haechi::net {

class TurnedAway {
 public:
  static constexpr size_t kKindsMax = 200;  // pairs of address and reason between two tellings; then "others"

  // `tell` takes one line: "front: 3 times 401 Unauthorized from 192.0.2.7".
  TurnedAway(std::string door, std::function<void(const std::string&)> tell)
      : door_(std::move(door)), tell_(std::move(tell)) {}

  void note(const std::string& address, const std::string& why);
  // Tells all that was noted since the last time.
  void flush();

 private:
  using Kind = std::pair<std::string, std::string>;  // address, why
  const std::string door_;
  const std::function<void(const std::string&)> tell_;
  std::map<Kind, uint64_t> counts_;
};

}  // namespace haechi::net
