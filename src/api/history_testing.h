// For tests of what is read out of a log: how it is read where a test holds its entries.
#pragma once

#include <functional>
#include <span>
#include <utility>

#include "api/history.h"

namespace haechi::api {

using EachFact = std::function<bool(const LoggedFact&)>;

// `give` gives one entry and says whether to go on; `last` is the number of the last one.
inline void read_through(LogSource& log, std::function<bool(uint64_t, const EachFact&)> give,
                         std::function<uint64_t()> last) {
  log.read = [give, last = std::move(last)](uint64_t from_no, const EachFact& each) -> Status {
    for (uint64_t no = from_no; no <= last() && give(no, each);) ++no;
    return {};
  };
  log.pick = [give](std::span<const uint64_t> numbers, const EachFact& each) -> Status {
    for (const uint64_t no : numbers)
      if (!give(no, each)) break;
    return {};
  };
}

}  // namespace haechi::api
