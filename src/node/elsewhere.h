// Elsewhere: what witnesses and mirrors have seen of our log. A start asks them before it acknowledges
// anything: when an older copy of everything on this machine was put back, they alone know.
#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/client.h"
#include "node/config.h"
#include "node/secrets.h"

namespace haechi::node {

struct SeenElsewhere {
  uint64_t entries = 0;              // that the log once had, by the one who has seen most
  std::string by;                    // its address
  std::vector<std::string> unheard;  // who said nothing, and why
};

class AskElsewhere {
 public:
  // Asks all of them at once, while the start goes on. A mirror answers with what the log has signed, a
  // witness with a number; a log that has no key yet asks nobody.
  AskElsewhere(const Config& config, const LogKeyPlaces& keys, const std::string& log_id,
               const net::ClientOptions& line, const Clock& clock);
  // At most kAskedMax after they were asked.
  SeenElsewhere wait() { return answer_.get(); }

 private:
  std::future<SeenElsewhere> answer_;
};

inline constexpr Duration kAskedMax = Duration::seconds(2);

}  // namespace haechi::node
