// Pages of a list, by id.
#pragma once

#include <string>

#include "api/exchange.h"

namespace haechi::api {

// Pages through a map by id: `show` is asked for every entry after `after` and says whether it took it. The
// cursor is the id of the last entry that was shown, so a page never repeats and never skips what stays.
// Empty when this was the last page.
template <typename Map, typename Show>
Result<std::string> page(const Exchange& exchange, const Map& map, Show show) {
  TRY(const size_t limit, exchange.limit());
  const std::string after = exchange.request.parameter("after");
  size_t shown = 0;
  std::string last;
  for (auto entry = map.upper_bound(after); entry != map.end(); ++entry) {
    if (shown == limit) return last;
    if (!show(entry->second)) continue;
    last = entry->first;
    ++shown;
  }
  return std::string();
}

inline trust::Decision decide_on(const Exchange& exchange, trust::Action action,
                                 const trust::Subject& subject) {
  return trust::decide(exchange.viewer, action, subject, exchange.purpose, exchange.right_at());
}

// ?state=open (default) or all.
Result<bool> all_states(const Exchange& exchange);

}  // namespace haechi::api
