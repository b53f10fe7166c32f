// WatchdogAlarm: how a watchdog says that something is wrong, on ways that the server has no part in: a
// command of the operator's, a POST to an address of his, or both. Told at once, again while it lasts, and
// when it is over.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>

#include "net/client.h"
#include "tools/watchdog_settings.h"

namespace haechi::tools {

class WatchdogAlarm {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // kInvalid when `ca` cannot be used. The loop outlives it.
  static Result<std::unique_ptr<WatchdogAlarm>> create(net::Loop& loop, const Clock& clock,
                                                       const WatchdogSettings& settings);
  ~WatchdogAlarm();  // grants a command that still runs ten seconds

  // After each half of a round: what was wrong; empty: nothing.
  void round_ended(const std::string& trouble, Instant now);
  // At once, whatever else goes on.
  void tell(const char* state, const std::string& text);

 private:
  WatchdogAlarm(const Clock& clock, const WatchdogSettings& settings) : clock_(clock), settings_(settings) {}
  void run_command(const char* state, const std::string& text);
  void end_command();

  const Clock& clock_;
  const WatchdogSettings settings_;
  std::unique_ptr<net::HttpClient> client_;
  pid_t command_ = 0;
  bool failing_ = false;
  Instant told_at_;
};

}  // namespace haechi::tools
