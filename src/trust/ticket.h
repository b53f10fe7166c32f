// Tickets: 32 bytes that this process gave out for one purpose, good once and for a while. Only those that
// come back are remembered, so that nobody exhausts anything by asking for many. They end with the process.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace haechi::trust {

class Tickets {
 public:
  static constexpr size_t kTicketBytes = 32;
  static constexpr size_t kTakenMax = 100'000;  // that came back and have not ended; further ones are refused

  Tickets();
  std::string issue(std::string_view purpose, Time expires_at) const;
  // Was this given out for `purpose`, has it not ended, and was it never taken?
  bool take(std::string_view ticket, std::string_view purpose, Time now);

 private:
  std::string signature(std::string_view stem, std::string_view purpose) const;

  const std::string key_;
  std::set<std::pair<Time, std::string>> taken_;  // with when they end
};

}  // namespace haechi::trust
