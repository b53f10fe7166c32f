// Accounts: people who sign in with a password and a second factor. The one type to read first of this room
// when it is about people; keys of devices and other systems are in keys.h.
//
// Invariants:
//   1. There is no way in with one factor: a session begins with password and code, or with a one-time link
//   that
//      sets both.
//   2. Why an attempt failed is in the audit record alone. Of an account that is unknown, locked or disabled
//   an
//      attempt costs the same password hash and the same write as of any other.
//   3. A code, a recovery code and a link are taken once; what was taken is on the disk before the answer.
//   4. What a session may do ends with the session, and every session ends when its account's factors change.
//
// Everything here belongs to one loop and takes the present as an argument; only hashing is slow, and is done
// elsewhere between two calls (passwords.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"
#include "trust/cookie.h"
#include "trust/passwords.h"
#include "trust/viewer.h"

namespace haechi::trust {

inline constexpr uint32_t kFailuresFree = 5;  // wrong attempts in a row before the account is locked
inline constexpr Duration kLockFirst = Duration::seconds(10 * 60);  // doubled by every further one
inline constexpr Duration kLockLongest = Duration::seconds(4 * 3600);
inline constexpr size_t kRecoveryCodes = 10;
inline constexpr Duration kFirstLinkLasts = Duration::seconds(24 * 3600);
inline constexpr Duration kInvitationLasts = Duration::seconds(72 * 3600);
inline constexpr Duration kRenewalLasts = Duration::seconds(10 * 60);

struct SessionLimits {
  Duration idle;      // without a request
  Duration absolute;  // since it began
};
SessionLimits session_limits(Role role, Surface surface);

// What the password of an attempt is held against.
struct Challenge {
  std::string account;  // as it was typed
  std::string encoded;
};

// One attempt, after its slow half.
struct Attempt {
  Challenge challenge;
  bool password_matches = false;
  std::string code;
};

// Where a session begins.
struct Doorway {
  Surface surface = Surface::kAccount;
  std::string address;
  std::string replaces;  // token of the session that this browser had there; empty: none
};

// What came of an attempt. `viewer` is whom the account belongs to, also when it was refused; without a role
// when nobody has that name. `reason` is for the audit record.
struct Verdict {
  bool right = false;
  Viewer viewer;
  std::string reason;
};

struct SignedIn {
  Verdict verdict;
  std::string token;  // of the new session; empty: refused
};

struct Link {
  std::string account;
  std::string token;
  Time expires_at;
};

struct PendingEnrolment {
  Viewer viewer;
  Time expires_at;
  std::string totp_secret;  // base32
};

struct EnrolledAccount {
  Viewer viewer;
  std::string token;  // of its first session
  std::vector<std::string> recovery_codes;
};

struct Session {
  std::string id;
  std::string surface;
  std::string address;
  Time began_at;
  Time seen_at;
  Time ends_at;  // unless it is used before
  bool current = false;
};

class Accounts {
 public:
  // Reads the sessions. `records` outlives it.
  static Result<std::unique_ptr<Accounts>> open(store::AccountRecords& records, PasswordCost cost);

  // Signing in: challenge(), then password_matches() elsewhere, then one of the other two.
  Result<Challenge> challenge(const std::string& account);
  Result<SignedIn> sign_in(const Attempt& attempt, const Doorway& doorway, Time now);
  // Password and code once more, by somebody who is signed in as `account`: gives a link to new ones.
  struct Renewed {
    Verdict verdict;
    std::optional<Link> link;
  };
  Result<Renewed> renew(const std::string& account, const Attempt& attempt, Time now);

  // One-time links. kNotFound: no such link, used, or ended. kInvalid("code"): not one of its secret.
  Result<PendingEnrolment> enrolment(std::string_view token, Time now);
  // `encoded`: of a password that was checked for this account. Ends every session of the account.
  Result<EnrolledAccount> enrol(std::string_view token, const std::string& encoded, std::string_view code,
                                const Doorway& doorway, Time now);
  // Where nobody has enrolled as an administrator yet: a link for one, instead of any earlier one. With
  // `again` also where somebody has: for who runs the machine, when the only administrator has lost the
  // factors.
  Result<std::optional<Link>> administrator_link(bool again, Time now);

  // Of an administrator. kConflict: the name is taken; kInvalid: the account would not be whole.
  Status check_new(const Viewer& viewer);
  Result<Link> create(const Viewer& viewer, Time now);
  Result<Link> invite(const std::string& account, Duration lasts, Time now);
  Status unlock(const std::string& account);
  Status set_disabled(const std::string& account, bool disabled);
  Result<std::vector<store::AccountRecord>> all() { return records_.accounts(); }
  Result<store::AccountRecord> find(const std::string& account);  // kNotFound
  Result<uint32_t> recovery_codes_left(const std::string& account) {
    return records_.recovery_codes_left(account);
  }

  // Whom a session's token stands for; nothing when it has ended. The second also counts as use.
  std::optional<Viewer> viewer_of(std::string_view token, Time now) const;
  std::optional<Viewer> use(std::string_view token, Time now);
  // Newest first; `current_token` marks the one that asks.
  std::vector<Session> sessions(const std::string& account, std::string_view current_token, Time now) const;
  // kNotFound: the account has no such session.
  Status end_session(const std::string& account, const std::string& id);
  Status end_sessions(const std::string& account);
  Status end_token(std::string_view token);  // none such: nothing happens
  const PasswordCost& cost() const { return cost_; }

 private:
  struct Held {
    store::SessionRecord record;
    Viewer viewer;
    SessionLimits limits;
    Time written_at;  // when seen_at was last put on the disk
  };
  using HeldSessions = std::map<std::string, Held, std::less<>>;

  Accounts(store::AccountRecords& records, PasswordCost cost) : records_(records), cost_(cost) {}
  Result<Verdict> verify(const Attempt& attempt, Time now);
  Result<bool> take_code(store::AccountRecord& account, const std::string& code, Time now);
  Result<std::string> begin_session(const Viewer& viewer, const Doorway& doorway, Time now);
  Status end_where(const std::function<bool(const Held&)>& ends);
  const Held* held(std::string_view token, Time now) const;

  store::AccountRecords& records_;
  const PasswordCost cost_;
  HeldSessions sessions_;  // by digest
};

}  // namespace haechi::trust
