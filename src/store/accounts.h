// AccountRecords: the accounts of people, their one-time links, recovery codes and sessions, in a file of
// their own beside the records. Of tokens, keys and codes only digests are kept; of passwords what Argon2id
// made of them. What an authenticator shares with us has to be opened again: it lies sealed under a key of
// the account, where there is a ring.
//
// One connection, one loop (the front). Errors and durability as in store/sqlite.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/sealed_text.h"
#include "store/sqlite.h"

namespace haechi::store {

struct AccountRecord {
  std::string name;
  std::string role;
  std::string person_id;
  std::string unit_id;
  std::string agency_id;
  std::vector<std::string> wearer_ids;
  std::string password;     // encoded by Argon2id; empty: nobody has enrolled yet
  std::string totp_secret;  // base32
  int64_t totp_step = 0;    // of the last code that was taken
  uint32_t failures = 0;    // wrong attempts in a row
  Time locked_until{};
  Time signed_in_at{};
  bool disabled = false;
};

// What a one-time link sets anew; what it does not set stays, and is asked for. The numbers are in the file.
enum class LinkSets { kBoth = 0, kPassword = 1, kFactor = 2 };

// A one-time link. An account has one at most.
struct EnrolmentRecord {
  std::string digest_hex;  // of its token
  std::string account;
  std::string totp_secret;  // that it will set; empty where the authenticator stays
  Time expires_at{};
  LinkSets sets = LinkSets::kBoth;
};

struct SessionRecord {
  std::string digest_hex;  // of its token
  std::string id;          // names it to people
  std::string account;
  std::string surface;
  std::string address;  // from where it began
  Time began_at{};
  Time seen_at{};
};

struct PasskeyRecord {
  std::string id;  // names it to people
  std::string account;
  std::string credential_id;  // names it to authenticators
  std::string public_key;     // COSE
  uint32_t counter = 0;       // of the last proof
  std::string label;
  Time added_at{};
  Time used_at{};
};

// What its identity provider said of a session.
struct ProviderSessionRecord {
  std::string digest_hex;  // of the session's token
  std::string sid;         // by which the provider names its own session; empty: it does not
  Time ends_at{};
};

// A page that was opened by a key.
struct KeySessionRecord {
  std::string digest_hex;      // of its token
  std::string key_digest_hex;  // of the key, with which it ends
  Time ends_at{};
};

// What happened to an account. The numbers are in the file, and are those of v1::AccountEvent.
enum class AccountEvent {
  kPasswordChanged = 1,
  kFactorChanged = 2,
  kPasskeyAdded = 3,
  kPasskeyRemoved = 4,
  kRecoveryCodeUsed = 5,
  kLocked = 6,
  kLinkIssued = 7,
  kHalfRight = 8,
  kSignedInAfterFailures = 9,
  kSignedInAfterLong = 10,
  kEndsSoon = 11,
  kNewPlace = 12,
  kSecretsOld = 13
};
struct NoticeRecord {
  AccountEvent event = AccountEvent::kPasswordChanged;
  Time at{};
  std::string address;  // from where; empty: not known, or not the person's own
};

// What decides whether an account is still needed.
struct AccountUse {
  std::string name;
  std::string role;
  std::string person_id;
  bool enrolled = false;  // somebody has a password here, or came from the provider
  bool disabled = false;
  Time signed_in_at{};
  Time known_since{};  // was there at this moment, at the latest
  Time warned_at{};    // its holder was told that it ends
};

// Since when a secret is the one it is.
struct SecretAgeRecord {
  std::string name;
  std::string mark;
  Time since{};
};

// A key of another system.
struct ApiKeyRecord {
  std::string id;  // names it to people
  std::string digest_hex;
  std::string account;  // in the audit trail
  std::string role;
  std::string person_id;
  std::string unit_id;
  std::string agency_id;
  std::vector<std::string> wearer_ids;
  Time made_at{};
  Time expires_at{};
  std::string made_by;  // account
};

class AccountRecords {
 public:
  // Opens or creates the file. ":memory:" keeps nothing. With a ring, which outlives it, secrets that were
  // not sealed so far are; without one nothing is.
  static Result<std::unique_ptr<AccountRecords>> open(const std::string& path, vault::Keeper* ring = nullptr);

  // Seals every secret again, under the newest key of its account. The number of them.
  Result<size_t> reseal() { return seal(Resealed::kAll); }

  // Everything that `change` writes is there when this is ok, and nothing of it otherwise.
  Status together(const std::function<Status()>& change);

  // The row without a name is nobody's: accounts() leaves it out.
  Status put_account(const AccountRecord& account);
  Result<std::optional<AccountRecord>> account(const std::string& name);
  Result<std::vector<AccountRecord>> accounts();  // by name

  // Replaces the one the account had.
  Status put_known(const std::string& account, Time since);  // known already: nothing happens
  // All of them, by name; whoever is not known yet is since `now`.
  Result<std::vector<AccountUse>> uses(Time now);
  Status put_warned(const std::string& account, Time at);
  // Everything of the account, the key of its secrets too; its name is kept, so that it is never another's.
  Status end_account(const AccountUse& account, Time now);
  Result<bool> has_ended(const std::string& account);
  Result<uint32_t> enrolled_that_ended(const std::string& role);

  Status put_enrolment(const EnrolmentRecord& enrolment);
  Result<std::optional<EnrolmentRecord>> enrolment(const std::string& digest_hex);
  Status remove_enrolment(const std::string& account);

  // Replaces those the account had.
  Status put_recovery_codes(const std::string& account, const std::vector<std::string>& digests_hex);
  // True: there was such a code, and it is gone now.
  Result<bool> take_recovery_code(const std::string& account, const std::string& digest_hex);
  Result<uint32_t> recovery_codes_left(const std::string& account);

  Status put_session(const SessionRecord& session);
  Result<std::vector<SessionRecord>> sessions();
  Status remove_session(const std::string& digest_hex);

  Status put_provider_session(const ProviderSessionRecord& session);
  Result<std::vector<ProviderSessionRecord>> provider_sessions();
  Status remove_provider_session(const std::string& digest_hex);
  // Whom a provider means by this subject; empty: nobody yet.
  Result<std::string> account_of_subject(const std::string& provider, const std::string& subject);
  Result<std::string> subject_of_account(const std::string& account);  // empty: none yet
  Status put_subject(const std::string& account, const std::string& provider, const std::string& subject);

  Status put_key_session(const KeySessionRecord& session);
  Result<std::vector<KeySessionRecord>> key_sessions();
  Status remove_key_session(const std::string& digest_hex);

  // True: the account was used before, and never from there as far as is known. The newest twenty are kept.
  Result<bool> see_address(const std::string& account, const std::string& address, Time now);

  // Keeps the newest kNoticesMax of the account.
  static constexpr int64_t kNoticesMax = 20;
  Status put_notice(const std::string& account, const NoticeRecord& notice);
  Result<std::vector<NoticeRecord>> notices(const std::string& account);  // newest first

  // Replaces the one with its credential's id.
  Status put_passkey(const PasskeyRecord& passkey);
  Result<std::vector<PasskeyRecord>> passkeys(const std::string& account);  // by when they were added
  Result<std::optional<PasskeyRecord>> passkey(const std::string& credential_id);
  Status remove_passkey(const std::string& credential_id);
  Status remove_passkeys(const std::string& account);
  // By which authenticators tell accounts apart; empty: the account has none yet.
  Result<std::string> user_handle(const std::string& account);
  Status put_user_handle(const std::string& account, const std::string& handle);

  Result<std::vector<SecretAgeRecord>> secret_ages();
  Status put_secret_age(const SecretAgeRecord& age);  // replaces the one of its name
  Status remove_secret_age(const std::string& name);

  Status put_api_key(const ApiKeyRecord& key);
  Result<std::vector<ApiKeyRecord>> api_keys();  // newest first
  Status remove_api_key(const std::string& id);

 private:
  AccountRecords(Connection connection, vault::Keeper* ring)
      : connection_(std::move(connection)), ring_(ring), sealing_(ring, "account/") {}
  const Connection& db() const { return connection_; }
  Result<size_t> seal(Resealed which);
  Result<AccountRecord> read_account(const Query& query) const;
  Result<std::vector<PasskeyRecord>> read_passkeys(Query& query) const;
  // What was sealed for the account. kCorrupt also when its key is gone: with it the account is.
  Result<std::string> opened(const std::string& account, const std::string& kept) const;

  Connection connection_;
  vault::Keeper* const ring_;
  const SealedText sealing_;
};

}  // namespace haechi::store
