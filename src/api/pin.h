// The number that opens her app after it was away, and the one under which it shows nothing of ours and
// rings: she gives it who is forced. Both are kept as passwords are, in the record store under her key.
//
// 1. Whoever watches the line sees the same for each number: as much work, one report of her phone logged, an
//    answer of the same length.
// 2. Five wrong ones in a row, and for a quarter of an hour the number that opens does not open either. The
//    other one always rings.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "api/exchange.h"
#include "api/routes.h"
#include "base/time.h"

namespace haechi::api {

// Wrong numbers in a row, by person. Of this run alone. On the front loop.
class PinGuesses {
 public:
  static constexpr uint32_t kWrongMax = 5;
  static constexpr Duration kClosedFor = Duration::seconds(900);

  bool is_closed(const std::string& person_id, Time now) const;
  void wrong(const std::string& person_id, Time now);
  void right(const std::string& person_id) { wrong_.erase(person_id); }

 private:
  struct Wrong {
    uint32_t count = 0;
    Time last;
  };
  std::map<std::string, Wrong> wrong_;
};

void add_pin_routes(std::vector<Route>& r);

}  // namespace haechi::api
