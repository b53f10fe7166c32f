#include "trust/api_keys.h"

#include <algorithm>

#include "base/digest.h"
#include "trust/keys.h"

namespace haechi::trust {
namespace {

constexpr size_t kKeyBytes = 32;

std::string digest_of(std::string_view key) {
  return hex(view(sha256(key)));
}

Viewer viewer_of_record(const store::ApiKeyRecord& k) {
  return Viewer{k.account,   parse_role(k.role).value_or(Role::kNone), k.person_id, k.unit_id, k.agency_id,
                k.wearer_ids};
}

}  // namespace

bool is_of_systems(Role role) {
  return role == Role::kConnector || role == Role::kRegistrar || role == Role::kAuditor;
}

Result<ApiKeys> ApiKeys::open(store::AccountRecords& records) {
  ApiKeys keys(records);
  TRY(const auto stored, records.api_keys());
  for (const store::ApiKeyRecord& record : stored)
    keys.by_digest_[record.digest_hex] = Held{viewer_of_record(record), record.expires_at};
  return keys;
}

Result<ApiKeys::Made> ApiKeys::make(const Viewer& viewer, Time expires_at, const std::string& made_by,
                                    Time now) {
  TRY_STATUS(check_account_name(viewer.account));
  TRY_STATUS(check_viewer(viewer));
  if (!is_of_systems(viewer.role)) return invalid("role", "is of people, who sign in with an account");
  if (expires_at <= now || expires_at - now > kApiKeyLongest)
    return invalid("expires_at_us", "must be within a year");
  TRY(const auto account, records_->account(viewer.account));
  if (account || has_name(viewer.account))
    return Error{Code::kConflict, "account", "there is an account or a key of this name"};
  TRY(const bool ended, records_->has_ended(viewer.account));
  if (ended) return Error{Code::kConflict, "account", "was somebody's: the audit trail knows that one by it"};
  if (by_digest_.size() >= kApiKeysMax)
    return Error{Code::kConflict, "", "there are too many keys; end some"};
  Made made{{}, hex(random_secret(kKeyBytes))};
  made.record = {hex(random_secret(8)),
                 digest_of(made.key),
                 viewer.account,
                 role_name(viewer.role),
                 viewer.person_id,
                 viewer.unit_id,
                 viewer.agency_id,
                 viewer.wearer_ids,
                 now,
                 expires_at,
                 made_by};
  TRY_STATUS(records_->put_api_key(made.record));
  by_digest_[made.record.digest_hex] = Held{viewer, expires_at};
  return made;
}

Status ApiKeys::end(const std::string& id) {
  TRY(const auto stored, all());
  const auto found =
      std::find_if(stored.begin(), stored.end(), [&](const auto& one) { return one.id == id; });
  if (found == stored.end()) return Error{Code::kNotFound, "key", "there is no such key"};
  TRY_STATUS(records_->remove_api_key(id));
  by_digest_.erase(found->digest_hex);
  return {};
}

std::optional<Viewer> ApiKeys::viewer_of(std::string_view key, Time now) const {
  const auto found = by_digest_.find(digest_of(key));
  if (found == by_digest_.end() || now >= found->second.expires_at) return std::nullopt;
  return found->second.viewer;
}

bool ApiKeys::has_name(const std::string& account) const {
  return std::any_of(by_digest_.begin(), by_digest_.end(),
                     [&](const auto& one) { return one.second.viewer.account == account; });
}

}  // namespace haechi::trust
