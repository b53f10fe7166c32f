// Pace: how fast an account may ask, and how often an address may come with a key that is none. On the front
// loop.
//
// What raises an alarm is counted apart from everything else, so that no flood of other requests, not even of
// the same account, keeps it from ringing. A registrar loads whole registers and has a rate of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/guesses.h"
#include "net/http.h"
#include "trust/viewer.h"

namespace haechi::api {

struct PaceRates {
  Throttle::Rate requests{.per_minute = 3'000, .burst = 1'000};
  Throttle::Rate alarms{.per_minute = 3'000, .burst = 1'000};  // calls for help and the place they come from
  Throttle::Rate look_ups{.per_minute = 120, .burst = 240};    // of one person: name, place, track, search
  Throttle::Rate registers{.per_minute = 120'000, .burst = 20'000};
  Throttle::Rate wrong_keys{.per_minute = 20, .burst = 20};  // from one address
};

class Pace {
 public:
  explicit Pace(const PaceRates& rates);

  // How long this account has to wait before it may ask for `path` of a route; zero: go ahead, it was
  // counted.
  Duration wait(const trust::Viewer& viewer, std::string_view path, Time now);
  // Likewise for an address that came with a wrong key, another than before. A right one is always let in:
  // addresses are shared.
  Duration wait_after_wrong_key(const std::string& address, std::string_view key, Time now);

  uint64_t refused() const { return refused_; }  // any thread

 private:
  Duration counted(Duration wait);

  Throttle requests_, alarms_, look_ups_, registers_;
  Guesses wrong_keys_;
  std::atomic<uint64_t> refused_{0};
};

// 429, and when to come again.
net::Response too_many(Duration wait);

}  // namespace haechi::api
