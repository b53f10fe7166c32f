#include "trust/secret_ages.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "base/hex.h"

namespace haechi::trust {

std::string SecretAges::mark_of(std::string_view secret) {
  return hex(view(sha256(secret))).substr(0, 8);
}

Result<bool> SecretAges::look(const std::vector<Secret>& all, Time now) {
  TRY(std::vector<store::SecretAgeRecord> rows, records_.secret_ages());
  std::map<std::string, store::SecretAgeRecord> known;
  for (store::SecretAgeRecord& row : rows) known.emplace(row.name, std::move(row));
  std::vector<store::SecretAgeRecord> changed;
  std::set<std::string> there;
  bool more = false;
  std::vector<Age> ages;
  for (const Secret& secret : all) {
    there.insert(secret.name);
    const auto found = known.find(secret.name);
    const bool same = found != known.end() && found->second.mark == secret.mark;
    const Time since = same ? found->second.since : now;
    ages.push_back({secret.name, since, since + longest_});
    if (same) continue;
    more |= changed.size() == kNotedAtOnce;
    if (!more) changed.push_back({secret.name, secret.mark, now});
  }
  std::vector<std::string> gone;
  for (const auto& [name, row] : known)
    if (!there.contains(name)) gone.push_back(name);
  more |= gone.size() > kNotedAtOnce;
  gone.resize(std::min(gone.size(), kNotedAtOnce));
  TRY_STATUS(records_.together([&]() -> Status {
    for (const store::SecretAgeRecord& row : changed) TRY_STATUS(records_.put_secret_age(row));
    for (const std::string& name : gone) TRY_STATUS(records_.remove_secret_age(name));
    return {};
  }));
  std::sort(ages.begin(), ages.end(),
            [](const Age& a, const Age& b) { return a.due != b.due ? a.due < b.due : a.name < b.name; });
  ages_ = std::move(ages);
  return more;
}

std::vector<SecretAges::Age> SecretAges::due(Time before) const {
  const auto end =
      std::find_if(ages_.begin(), ages_.end(), [before](const Age& one) { return one.due > before; });
  return {ages_.begin(), end};
}

Time SecretAges::since(const std::string& name) const {
  const auto found =
      std::find_if(ages_.begin(), ages_.end(), [&](const Age& one) { return one.name == name; });
  return found == ages_.end() ? Time{} : found->since;
}

}  // namespace haechi::trust
