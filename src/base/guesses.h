// Guesses: how often an address may come with a key that is none. The same wrong key once more is no guess: a
// page whose session has ended shows its old cookie with every reload, and is not to be locked out by it.
// Not for several threads at once.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/digest.h"
#include "base/throttle.h"

namespace haechi {

class Guesses {
 public:
  static constexpr size_t kRemembered = 8;  // wrong keys of one address: of as many pages in its browsers

  Guesses(Throttle::Rate rate, size_t addresses_max)
      : throttle_(rate, addresses_max), addresses_max_(addresses_max) {}

  // How long the address has to wait; zero: it was counted, or is known.
  Duration take(const std::string& address, std::string_view key, Time now);

 private:
  Throttle throttle_;
  const size_t addresses_max_;
  std::unordered_map<std::string, std::deque<Digest>> known_;  // the newest last; all forgotten when full
};

}  // namespace haechi
