#include "net/turned_away.h"

namespace haechi::net {
namespace {

constexpr size_t kReasonMax = 120;

// One line, whatever a library put into its message.
std::string one_line(std::string text) {
  if (text.size() > kReasonMax) text.resize(kReasonMax);
  for (char& c : text)
    if (c < ' ' || c == '\x7f') c = ' ';
  return text;
}

}  // namespace

void TurnedAway::note(const std::string& address, const std::string& why) {
  Kind kind{address.empty() ? "an address that is gone" : address, one_line(why)};
  if (counts_.size() >= kKindsMax && !counts_.contains(kind)) kind = {"others", ""};
  ++counts_[kind];
}

void TurnedAway::flush() {
  for (const auto& [kind, count] : counts_)
    tell_(door_ + ": " + std::to_string(count) + (count == 1 ? " time " : " times ") +
          (kind.second.empty() ? "turned away" : kind.second) + " from " + kind.first);
  counts_.clear();
}

}  // namespace haechi::net
