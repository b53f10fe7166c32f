#include "trust/keys.h"

#include <mutex>
#include <set>

#include "base/digest.h"
#include "trust/api_keys.h"

namespace haechi::trust {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kConfiguredKeyMin = 16;

std::string digest_of(std::string_view key) {
  return hex(view(sha256(key)));
}

Result<Viewer> viewer_of(const store::KeyRecord& record) {
  const auto role = parse_role(record.role);
  if (!role) return Error{Code::kCorrupt, "role", "a stored key has an unknown role"};
  return Viewer{record.account, *role, record.person_id, record.unit_id, record.agency_id, record.wearer_ids};
}

}  // namespace

std::string_view bearer_key(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kScheme[i]) return {};
  }
  return authorization.substr(kScheme.size());
}

Status check_viewer(const Viewer& viewer) {
  if (viewer.account.empty() || viewer.account.size() > 64) return invalid("account", "1 to 64 characters");
  if (viewer.role == Role::kNone) return invalid("role", "is needed");
  if (viewer.role == Role::kProtectedPerson && viewer.person_id.empty()) {
    return invalid("person_id", "a protected person is named");
  }
  if (viewer.role == Role::kUnit && viewer.unit_id.empty()) return invalid("unit_id", "a unit is named");
  const bool of_agency = viewer.role == Role::kDispatch || viewer.role == Role::kConnector ||
                         viewer.role == Role::kPolice || viewer.role == Role::kCourt;
  if (of_agency && viewer.agency_id.empty()) return invalid("agency_id", "this role names its agency");
  return {};
}

Status check_account_name(const std::string& name) {
  const bool fits = name.size() >= 3 && name.size() <= 64 &&
                    name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
  return fits ? Status() : invalid("account", "must be 3 to 64 of a-z, 0-9, '.', '_' and '-'");
}

Result<std::unique_ptr<Keys>> Keys::open(store::Records& records) {
  TRY(const std::vector<store::KeyRecord> stored, records.keys());
  std::unique_ptr<Keys> keys(new Keys(records));
  for (const store::KeyRecord& record : stored) {
    TRY(Viewer viewer, viewer_of(record));
    keys->by_digest_[record.digest_hex] = Held{std::move(viewer), record.expires_at};
  }
  return keys;
}

std::optional<Viewer> Keys::viewer_of_key(std::string_view key, Time now) const {
  if (key.empty()) return std::nullopt;
  return viewer_of_digest(digest_of(key), now);
}

std::optional<Viewer> Keys::viewer_of_digest(const std::string& digest_hex, Time now) const {
  const std::shared_lock lock(mutex_);
  // Looking up by digest: how long the search takes tells about digests, from which no key can be found.
  const auto found = by_digest_.find(digest_hex);
  if (found == by_digest_.end() || !is_good(found->second, now)) return std::nullopt;
  return found->second.viewer;
}

bool Keys::is_good(const Held& held, Time now) const {
  if (held.expires_at.known() && now >= held.expires_at) return false;
  return takes_persons_ || is_of_systems(held.viewer.role);
}

std::optional<Viewer> Keys::viewer_named(const std::string& account, Time now) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [digest, held] : by_digest_)
    if (held.viewer.account == account && is_good(held, now)) return held.viewer;
  return std::nullopt;
}

Result<std::string> Keys::issue(const Viewer& viewer, Time expires_at) {
  const std::string key = hex(random_secret(kKeyBytes));
  TRY_STATUS(add(key, viewer, expires_at));
  return key;
}

Status Keys::add(std::string_view key, const Viewer& viewer, Time expires_at) {
  if (key.size() < kConfiguredKeyMin) return invalid("key", "16 characters or more");
  TRY_STATUS(check_viewer(viewer));
  const store::KeyRecord record{digest_of(key), viewer.account,   role_name(viewer.role), viewer.person_id,
                                viewer.unit_id, viewer.agency_id, viewer.wearer_ids,      expires_at};
  TRY_STATUS(records_.put_key(record));
  const std::unique_lock lock(mutex_);
  by_digest_[record.digest_hex] = Held{viewer, expires_at};
  return {};
}

Status Keys::revoke(const std::string& account) {
  TRY(const uint64_t removed, records_.remove_keys(account));
  if (removed == 0) return Error{Code::kNotFound, "account", "no key of this account"};
  const std::unique_lock lock(mutex_);
  std::erase_if(by_digest_, [&](const auto& entry) { return entry.second.viewer.account == account; });
  return {};
}

Result<size_t> Keys::revoke_like(std::string_view beginning) {
  std::set<std::string> accounts;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [digest, held] : by_digest_) {
      if (held.viewer.account.starts_with(beginning)) accounts.insert(held.viewer.account);
    }
  }
  for (const std::string& account : accounts) TRY_STATUS(revoke(account));
  return accounts.size();
}

size_t Keys::size() const {
  const std::shared_lock lock(mutex_);
  return by_digest_.size();
}

Result<std::vector<IssuedKey>> issue_all(Keys& keys, const std::vector<Viewer>& viewers) {
  std::vector<IssuedKey> out;
  for (const Viewer& viewer : viewers) {
    TRY(std::string key, keys.issue(viewer, Time{}));
    out.push_back(IssuedKey{viewer, std::move(key)});
  }
  return out;
}

}  // namespace haechi::trust
