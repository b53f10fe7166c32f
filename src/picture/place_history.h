// PlaceHistory: which places of a protected person counted from when to when, and under which order. Her
// places change; what an alert of last year rested on stays readable.
//
// A row begins with the version of an order (or of the list that the police keep in the case) that named
// these places, and ends when another set takes its place, one of them is drawn anew, or the order is
// withdrawn. Bounds: of each person the newest kPlaceVersionsMax rows; none of whoever was removed.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/archived.h"
#include "haechi/v1/case_api.pb.h"
#include "picture/alert_book.h"

namespace haechi::picture {

inline constexpr size_t kPlaceVersionsMax = 500;

class PlaceHistory {
 public:
  using Zones = std::map<std::string, v1::Zone, std::less<>>;

  void put(At at, const v1::Order& order, const Zones& zones);
  void put(At at, const v1::Case& one, const Zones& zones);
  void redrawn(At at, const v1::Zone& zone);
  void forget(const std::string& protected_id);

  // Oldest first; null: no place of hers was ever named.
  const std::deque<v1::PlaceVersion>* of(std::string_view protected_id) const;

 private:
  friend struct haechi::Fields<PlaceHistory>;
  static constexpr size_t kFieldCount = 3;
  // Where a row comes from: an order, or the list of a case.
  struct Origin {
    std::string order_id, case_id;
    uint32_t version = 0;
    int64_t since_us = 0;
  };
  using Rows = std::deque<v1::PlaceVersion>;

  static v1::PlaceVersion* open_row(Rows& rows, const Origin& origin);
  // These places of hers count from now on, and no others of that origin.
  void set(At at, const Origin& origin, const std::string& protected_id,
           const std::vector<std::string>& zone_ids, const Zones& zones);
  void add(v1::PlaceVersion row);

  std::map<std::string, Rows, std::less<>> by_person_;
  std::map<std::string, std::set<std::string>> named_by_order_;  // persons
  std::map<std::string, std::set<std::string>> named_by_zone_;
};

}  // namespace haechi::picture
