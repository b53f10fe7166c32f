// OwnCases: to whom an account is tied by nothing but cases that it opened itself and that came to nothing:
// no measure, no link, no petition. For the monthly review: that is how somebody would tie himself to a
// person.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "haechi/v1/case.pb.h"

namespace haechi::picture {
class CaseBook;
}

namespace haechi::api {

class OwnCases {
 public:
  explicit OwnCases(const picture::CaseBook& book);
  // Of the persons at whom the account looked, the cases that alone tie it to one.
  std::vector<std::string> of(const std::string& account,
                              const std::map<std::string, uint64_t>& looked_at) const;

 private:
  struct Tie {
    const v1::Case* one;
    bool bare;  // it came to nothing
  };
  bool tied_otherwise(const std::string& account, const std::string& agency_id,
                      const std::string& person_id) const;

  std::map<std::pair<std::string, std::string>, std::vector<Tie>> ties_;  // by agency and person
  std::map<std::string, std::vector<std::pair<const v1::Case*, std::vector<std::string>>>>
      bare_;  // by who opened it, with its persons
};

}  // namespace haechi::api
