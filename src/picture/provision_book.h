// ProvisionBook: to whom places of each person were given, from the records of access; never a place.
//
// Bounds: alike ones of a month are one row; of each person the newest kProvisionsMax rows. All of a person
// goes when the person is removed or erased.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::picture {

inline constexpr size_t kProvisionsMax = 5'000;

struct Given {
  std::string role, agency_id, purpose, basis, precision;
  Time first_at, last_at;
  uint32_t times = 0;
};

class ProvisionBook {
 public:
  // A place of that person was shown, as this record says.
  void put(Time at, const std::string& person_id, const v1::AccessDecided& access);
  void forget(std::string_view person_id);
  // Oldest first.
  std::vector<Given> of(std::string_view person_id) const;

 private:
  friend struct haechi::Fields<ProvisionBook>;
  static constexpr size_t kFieldCount = 1;
  // Month, role, agency, purpose, basis, precision.
  using Alike = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  std::map<std::string, std::map<Alike, Given>, std::less<>> persons_;
};

}  // namespace haechi::picture
