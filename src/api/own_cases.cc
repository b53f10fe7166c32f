#include "api/own_cases.h"

#include <algorithm>

#include "picture/case_book.h"

namespace haechi::api {

OwnCases::OwnCases(const picture::CaseBook& book) {
  for (const auto& [id, one] : book.cases()) {
    std::set<std::string> persons = book.worn_as(one.subject_id());
    persons.insert(one.subject_id());
    persons.insert(one.protected_ids().begin(), one.protected_ids().end());
    const bool bare = one.measure_ids().empty() && one.link_ids().empty() && one.petition_ids().empty();
    for (const std::string& person : persons) ties_[{one.agency_id(), person}].push_back({&one, bare});
    if (bare) bare_[one.opened_by()].push_back({&one, {persons.begin(), persons.end()}});
  }
}

bool OwnCases::tied_otherwise(const std::string& account, const std::string& agency_id,
                              const std::string& person_id) const {
  const auto ties = ties_.find({agency_id, person_id});
  return ties != ties_.end() && std::any_of(ties->second.begin(), ties->second.end(), [&](const Tie& tie) {
           return !tie.bare || tie.one->opened_by() != account;
         });
}

std::vector<std::string> OwnCases::of(const std::string& account,
                                      const std::map<std::string, uint64_t>& looked_at) const {
  std::vector<std::string> out;
  const auto own = bare_.find(account);
  if (own == bare_.end()) return out;
  for (const auto& [one, persons] : own->second)
    if (std::any_of(persons.begin(), persons.end(), [&](const std::string& person) {
          return looked_at.contains(person) && !tied_otherwise(account, one->agency_id(), person);
        }))
      out.push_back(one->id());
  return out;
}

}  // namespace haechi::api
