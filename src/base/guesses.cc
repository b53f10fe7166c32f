#include "base/guesses.h"

#include <algorithm>

namespace haechi {

Duration Guesses::take(const std::string& address, std::string_view key, Time now) {
  if (known_.size() >= addresses_max_ && !known_.contains(address)) known_.clear();
  std::deque<Digest>& known = known_[address];
  const Digest digest = sha256(key);
  if (std::find(known.begin(), known.end(), digest) != known.end()) return {};
  const Duration wait = throttle_.take(address, now);
  if (wait.us > 0) return wait;
  known.push_back(digest);
  if (known.size() > kRemembered) known.pop_front();
  return {};
}

}  // namespace haechi
