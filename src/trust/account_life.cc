#include "trust/account_life.h"

#include <algorithm>
#include <set>

#include "trust/accounts.h"

namespace haechi::trust {
namespace {

// Of those who could come in as an administrator, the one given is the last; or there is none but who was
// invited.
bool is_last_administrator(const store::AccountUse& account, const std::vector<store::AccountUse>& all,
                           const std::set<std::string>& ending) {
  const std::string role = role_name(Role::kAdministrator);
  if (account.role != role) return false;
  return std::none_of(all.begin(), all.end(), [&](const store::AccountUse& one) {
    return one.name != account.name && one.role == role && one.enrolled && !one.disabled &&
           !ending.contains(one.name);
  });
}

}  // namespace

Time AccountLife::used_at(const store::AccountUse& account, Time now) const {
  Time used = std::max(account.signed_in_at, account.known_since);
  for (const Session& session : accounts_.sessions(account.name, "", now))
    used = std::max(used, session.seen_at);
  return used;
}

Time AccountLife::ends_at(const store::AccountUse& account, Time now) const {
  const Time used = used_at(account, now);
  if (account.warned_at <= used) return Time{};  // told before it was used again, or never
  return std::max(used + unused_for_, account.warned_at + kEndsSoonTold);
}

std::string AccountLife::over(const store::AccountUse& account, const Gone& gone, Time now) const {
  if (!account.person_id.empty() && gone(account.person_id)) return "the person was erased";
  const Time ends = ends_at(account, now);
  return ends.known() && ends <= now ? "not used for long" : "";
}

Result<std::vector<AccountLife::Over>> AccountLife::look(const Gone& gone, Time now) {
  TRY(const std::vector<store::AccountUse> all, records_.uses(now));
  std::set<std::string> ending;
  std::vector<Over> out;
  for (const store::AccountUse& account : all) {
    if (is_last_administrator(account, all, ending)) continue;
    if (const std::string why = over(account, gone, now); !why.empty()) {
      ending.insert(account.name);
      out.push_back({account.name, why});
      continue;
    }
    if (ends_at(account, now).known() || used_at(account, now) + unused_for_ - kEndsSoonTold > now) continue;
    TRY_STATUS(records_.put_warned(account.name, now));
    TRY_STATUS(accounts_.note(account.name, store::AccountEvent::kEndsSoon, "", now));
  }
  return out;
}

Status AccountLife::still_over(const std::string& account, const Gone& gone, Time now) {
  TRY(const std::vector<store::AccountUse> all, records_.uses(now));
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == account; });
  if (found == all.end()) return Error{Code::kNotFound, "account", "there is no such account"};
  if (over(*found, gone, now).empty()) return Error{Code::kConflict, "account", "was used meanwhile"};
  if (is_last_administrator(*found, all, {}))
    return Error{Code::kConflict, "account", "is the last administrator's"};
  return {};
}

Status AccountLife::end(const std::string& account, Time now) {
  TRY(const std::vector<store::AccountUse> all, records_.uses(now));
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == account; });
  if (found == all.end()) return Error{Code::kNotFound, "account", "there is no such account"};
  TRY_STATUS(accounts_.end_sessions(account));
  return records_.end_account(*found, now);
}

Result<std::map<std::string, Time>> AccountLife::ends(Time now) {
  TRY(const std::vector<store::AccountUse> all, records_.uses(now));
  std::map<std::string, Time> out;
  for (const store::AccountUse& account : all)
    if (const Time at = ends_at(account, now); at.known()) out.emplace(account.name, at);
  return out;
}

}  // namespace haechi::trust
