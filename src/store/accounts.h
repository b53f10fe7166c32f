// AccountRecords: the accounts of people, their one-time links, recovery codes and sessions, in a file of
// their own beside the records. Of tokens and codes only digests are kept; of passwords what Argon2id made of
// them.
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

class AccountRecords {
 public:
  // Opens or creates the file. ":memory:" keeps nothing.
  static Result<std::unique_ptr<AccountRecords>> open(const std::string& path);

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

 private:
  explicit AccountRecords(Connection connection) : connection_(std::move(connection)) {}
  sqlite3* db() const { return connection_.get(); }

  Connection connection_;
};

}  // namespace haechi::store
