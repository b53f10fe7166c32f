#include "picture/provision_book.h"

#include <algorithm>

namespace haechi::picture {

void ProvisionBook::put(Time at, const std::string& person_id, const v1::AccessDecided& access) {
  std::map<Alike, Given>& rows = persons_[person_id];
  const Alike alike{iso8601(at).substr(0, 7), access.viewer_role(), access.viewer_agency(),
                    access.purpose(),         access.basis(),       access.precision()};
  const auto [row, made] = rows.try_emplace(alike);
  Given& given = row->second;
  if (made)
    given = {access.viewer_role(),
             access.viewer_agency(),
             access.purpose(),
             access.basis(),
             access.precision(),
             at,
             at,
             0};
  given.last_at = at;
  ++given.times;
  if (rows.size() > kProvisionsMax) rows.erase(rows.begin());  // of the oldest month
}

void ProvisionBook::forget(std::string_view person_id) {
  if (const auto found = persons_.find(person_id); found != persons_.end()) persons_.erase(found);
}

std::vector<Given> ProvisionBook::of(std::string_view person_id) const {
  std::vector<Given> out;
  const auto found = persons_.find(person_id);
  if (found == persons_.end()) return out;
  for (const auto& [alike, given] : found->second) out.push_back(given);
  std::stable_sort(out.begin(), out.end(),
                   [](const Given& a, const Given& b) { return a.first_at < b.first_at; });
  return out;
}

}  // namespace haechi::picture
