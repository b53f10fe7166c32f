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

// A one-time link. An account has one at most.
struct EnrolmentRecord {
  std::string digest_hex;  // of its token
  std::string account;
  std::string totp_secret;  // that it will set
  Time expires_at{};
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
  static Result<std::unique_ptr<AccountRecords>> open(const std::string& path,
                                                      vault::KeyRing* ring = nullptr);

  // Everything that `change` writes is there when this is ok, and nothing of it otherwise.
  Status together(const std::function<Status()>& change);

  // The row without a name is nobody's: accounts() leaves it out.
  Status put_account(const AccountRecord& account);
  Result<std::optional<AccountRecord>> account(const std::string& name);
  Result<std::vector<AccountRecord>> accounts();  // by name

  // Replaces the one the account had.
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

  // Replaces the one with its credential's id.
  Status put_passkey(const PasskeyRecord& passkey);
  Result<std::vector<PasskeyRecord>> passkeys(const std::string& account);  // by when they were added
  Result<std::optional<PasskeyRecord>> passkey(const std::string& credential_id);
  Status remove_passkey(const std::string& credential_id);
  Status remove_passkeys(const std::string& account);
  // By which authenticators tell accounts apart; empty: the account has none yet.
  Result<std::string> user_handle(const std::string& account);
  Status put_user_handle(const std::string& account, const std::string& handle);

  Status put_api_key(const ApiKeyRecord& key);
  Result<std::vector<ApiKeyRecord>> api_keys();  // newest first
  Status remove_api_key(const std::string& id);

 private:
  AccountRecords(Connection connection, vault::KeyRing* ring)
      : connection_(std::move(connection)), sealing_(ring, "account/") {}
  sqlite3* db() const { return connection_.get(); }
  Status seal_all();
  Result<AccountRecord> read_account(const Query& query) const;
  Result<std::vector<PasskeyRecord>> read_passkeys(Query& query) const;
  // What was sealed for the account. kCorrupt also when its key is gone: no account is erased.
  Result<std::string> opened(const std::string& account, const std::string& kept) const;

  Connection connection_;
  const SealedText sealing_;
};

}  // namespace haechi::store
