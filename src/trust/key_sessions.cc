#include "trust/key_sessions.h"

#include "base/digest.h"

namespace haechi::trust {
namespace {

constexpr size_t kTokenBytes = 32;

std::string digest_of(std::string_view token) {
  return hex(view(sha256(token)));
}

}  // namespace

Result<KeySessions> KeySessions::open(store::AccountRecords& records, const Keys& keys) {
  KeySessions out(records, keys);
  TRY(const auto stored, records.key_sessions());
  for (const store::KeySessionRecord& one : stored) out.sessions_.emplace(one.digest_hex, one);
  return out;
}

Result<std::string> KeySessions::begin(std::string_view key, Time ends_at, Time now) {
  if (!keys_->viewer_of_key(key, now)) return invalid("authorization", "is no key that opens a page");
  TRY_STATUS(forget_ended(now));
  std::string token = hex(random_secret(kTokenBytes));
  const store::KeySessionRecord record{digest_of(token), digest_of(key), ends_at};
  TRY_STATUS(records_->put_key_session(record));
  sessions_.emplace(record.digest_hex, record);
  return token;
}

std::optional<Viewer> KeySessions::viewer_of(std::string_view token, Time now) const {
  if (token.empty()) return std::nullopt;
  const auto found = sessions_.find(digest_of(token));
  if (found == sessions_.end() || now >= found->second.ends_at) return std::nullopt;
  return keys_->viewer_of_digest(found->second.key_digest_hex, now);
}

Status KeySessions::end(std::string_view token) {
  const auto found = sessions_.find(digest_of(token));
  if (found == sessions_.end()) return {};
  TRY_STATUS(records_->remove_key_session(found->first));
  sessions_.erase(found);
  return {};
}

Status KeySessions::forget_ended(Time now) {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    const store::KeySessionRecord& one = at->second;
    if (now < one.ends_at && keys_->viewer_of_digest(one.key_digest_hex, now)) {
      ++at;
      continue;
    }
    TRY_STATUS(records_->remove_key_session(at->first));
    at = sessions_.erase(at);
  }
  return {};
}

}  // namespace haechi::trust
