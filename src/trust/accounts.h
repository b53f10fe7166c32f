// Accounts: people who sign in with a password and a second factor. The one type to read first of this room
// when it is about people; keys of devices and other systems are in keys.h.
//
// Invariants:
//   1. There is no way in with one factor: a session begins with password and code, with password and
//      passkey, or with a one-time link: one that sets both, or one that sets either and asks for the other.
//      So every account has a code.
//   2. Why an attempt failed is in the audit record alone. Of an account that is unknown, locked or disabled
//      an attempt costs the same password hash and the same write as of any other.
//   3. A code, a recovery code and a link are taken once; what was taken is on the disk before the answer. A
//      challenge is taken once and ends with the process.
//   4. What a session may do ends with the session, and every session ends when its account's factors change,
//      but the one in which a passkey is added or removed.
//   5. A person of an identity provider is its `sub`; another name finds the account the first time only.
//
// Everything here belongs to one loop and takes the present as an argument; only hashing is slow, and is done
// elsewhere between two calls (passwords.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"
#include "trust/api_keys.h"
#include "trust/cookie.h"
#include "trust/passkey.h"
#include "trust/passwords.h"
#include "trust/ticket.h"
#include "trust/viewer.h"

namespace haechi::trust {

inline constexpr uint32_t kFailuresTold = 3;  // wrong attempts, after which a right one is told
inline constexpr Duration kLongAway = Duration::seconds(90 * 24 * 3600);
inline constexpr uint32_t kFailuresFree = 5;  // wrong attempts in a row before the account is locked
inline constexpr Duration kLockFirst = Duration::seconds(10 * 60);  // doubled by every further one
inline constexpr Duration kLockLongest = Duration::seconds(4 * 3600);
inline constexpr size_t kRecoveryCodes = 10;
inline constexpr Duration kFirstLinkLasts = Duration::seconds(24 * 3600);
inline constexpr Duration kInvitationLasts = Duration::seconds(72 * 3600);
inline constexpr Duration kRenewalLasts = Duration::seconds(10 * 60);
inline constexpr Duration kProofFresh = Duration::seconds(5 * 60);  // for what asks for a factor again
inline constexpr Duration kPasskeyAskedFor = Duration::seconds(5 * 60);
inline constexpr size_t kPasskeysMax = 10;      // of an account
inline constexpr size_t kPasskeyLabelMax = 40;  // characters

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

// What an authenticator answered to passkey_challenge().
struct PasskeyProof {
  RelyingParty party;  // the page, as we know it
  std::string credential_id;
  std::string client_data;
  std::string authenticator_data;
  std::string signature;
};

// One attempt, after its slow half.
struct Attempt {
  Challenge challenge;
  bool password_matches = false;
  std::string code;
  std::optional<PasskeyProof> passkey;  // counts in place of the code
  Time at;  // when it arrived: a code does not grow old while a password is hashed
  std::string address;
  std::string hashed_anew = {};  // the password at today's cost; empty: it is kept at that
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

using store::LinkSets;
struct PendingEnrolment {
  Viewer viewer;
  Time expires_at;
  std::string totp_secret;  // base32; empty where the authenticator stays
  LinkSets sets = LinkSets::kBoth;
};

// What somebody brings to a link: `code` is of the new authenticator, or of the one that stays.
struct Enrolling {
  std::string encoded;  // of the new password, checked for this account; empty where the old one stays
  Attempt shown;        // its password counts where that one stays
};

struct EnrolledAccount {
  Verdict verdict;                          // wrong: the link stays as it is
  std::string token;                        // of its first session
  std::vector<std::string> recovery_codes;  // empty where the authenticator stays
};

// What an identity provider said of a sign-in that was right.
struct Vouched {
  std::string provider;  // its id
  std::string subject;   // the same for ever
  std::string name;      // finds the account the first time
  std::string sid;       // of its own session; may be empty
  Time ends_at;          // then it wants to be asked again
};

// What an authenticator is asked to make a passkey with.
struct PasskeyWanted {
  std::string challenge;
  std::string user_handle;
  std::vector<std::string> credential_ids;  // that the account has
  Time expires_at;
};
// What it answered.
struct PasskeyMade {
  RelyingParty party;
  std::string label;
  std::string client_data;
  std::string attestation;
  std::string address;
};

// An identity provider of an agency, to which the accounts belong whose names begin with its id and a dot:
// it says who somebody is, so they have no password here.
struct ProviderName {
  std::string id;
  std::string name;  // as its people know it
};

// How a session came to be, as far as this process knows it, and what became of it.
struct Circumstances {
  bool on_device = false;  // a passkey was shown that stays in its authenticator
  bool new_place = false;  // the account was used before, and not from there
  bool moved = false;      // it is used from another address than it began at
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
  // At the door both, and of the second what cannot be asked for elsewhere, where the account has one.
  enum class Asked { kAtTheDoor, kBoth, kPassword, kSecondFactor };

  // Reads the sessions. `records` outlives it. `pages`: origin of the pages, "https://haechi.example"; empty:
  // whatever a request says.
  static Result<std::unique_ptr<Accounts>> open(store::AccountRecords& records, PasswordCost cost,
                                                std::string pages = "",
                                                std::vector<ProviderName> providers = {});

  // Signing in: challenge(), then password_matches() elsewhere, then one of the other two.
  Result<Challenge> challenge(const std::string& account);
  Result<SignedIn> sign_in(const Attempt& attempt, const Doorway& doorway, Time now);
  Result<SignedIn> sign_in_by_provider(const Vouched& vouched, const Doorway& doorway, Time now);
  // What has ended at the provider ends here: the session of `sid`, or all of `subject` when that is empty.
  struct EndedThere {
    std::string account;  // empty: it had none here
    size_t sessions = 0;
  };
  Result<EndedThere> end_by_provider(const std::string& provider, const std::string& subject,
                                     const std::string& sid);
  const std::vector<ProviderName>& providers() const { return providers_; }
  // Null: it belongs to none.
  const ProviderName* provider_of(const std::string& account) const;
  // Both factors once more, by somebody who is signed in as `account`.
  Result<Verdict> prove(const std::string& account, const Attempt& attempt, Time now);
  // Is it a session that began, with its factors, longer than kProofFresh ago, and where none was shown
  // since?
  bool is_stale(std::string_view token, Time now) const;
  // A second factor once more, by whoever holds the session of `token` as `account`: it is fresh again then.
  Result<Verdict> freshen(const std::string& account, std::string_view token, const Attempt& attempt,
                          Time now);
  // Password and code once more, by somebody who is signed in as `account`: gives a link to new ones.
  struct Renewed {
    Verdict verdict;
    std::optional<Link> link;
  };
  Result<Renewed> renew(const std::string& account, const Attempt& attempt, Time now);

  // Passkeys. To be signed by whoever signs in with one: names no account, so that asking tells nothing.
  struct PasskeyAsked {
    std::string challenge;
    Time expires_at;
  };
  PasskeyAsked passkey_challenge(Time now) const;
  // The page of a request with this Host. kInvalid: it is not where passkeys are good.
  Result<RelyingParty> party_of(bool secure, std::string_view host) const;
  Result<std::vector<store::PasskeyRecord>> passkeys(const std::string& account) {
    return records_.passkeys(account);
  }
  // Adding and removing one asks for password and code once more, by somebody who is signed in as `account`,
  // and ends all sessions of the account but the one of `token`.
  struct PasskeyWantedVerdict {
    Verdict verdict;
    std::optional<PasskeyWanted> wanted;
  };
  Result<PasskeyWantedVerdict> want_passkey(const std::string& account, const Attempt& attempt, Time now);
  Result<store::PasskeyRecord> add_passkey(const std::string& account, const PasskeyMade& made,
                                           std::string_view token, Time now);
  struct PasskeyRemoved {
    Verdict verdict;
    std::optional<store::PasskeyRecord> removed;
  };
  // kNotFound: the account has no such passkey; nothing was asked then.
  Result<PasskeyRemoved> remove_passkey(const std::string& account, const std::string& id,
                                        const Attempt& attempt, std::string_view token, Time now);

  // One-time links. kNotFound: no such link, used, or ended. kInvalid("code"): not one of its new secret;
  // kInvalid("clock"): it is one, but of another time, so the clock of the authenticator is wrong.
  Result<PendingEnrolment> enrolment(std::string_view token, Time now);
  // Ends every session of the account.
  Result<EnrolledAccount> enrol(std::string_view token, const Enrolling& brought, const Doorway& doorway,
                                Time now);
  // Where nobody has enrolled as an administrator yet: a link for one, instead of any earlier one. With
  // `again` also where somebody has: for who runs the machine, when the only administrator has lost the
  // factors.
  Result<std::optional<Link>> administrator_link(bool again, Time now);

  // Of an administrator. kConflict: the name is taken; kInvalid: the account would not be whole.
  Status check_new(const Viewer& viewer);
  // Have two administrators ever enrolled? From then on no one of them makes an account that could be the
  // second person of somebody (is_made_by_two); before, there is nobody to ask.
  Result<bool> asks_two();
  // The link of an account that belongs to a provider has no token.
  Result<Link> create(const Viewer& viewer, Time now);
  // kConflict: the account belongs to a provider, or has no factor yet that could stay.
  Result<Link> invite(const std::string& account, Duration lasts, Time now, LinkSets sets = LinkSets::kBoth);
  Status unlock(const std::string& account);
  Status set_disabled(const std::string& account, bool disabled);
  // Nobody has used its link yet.
  bool awaits_enrolment(const store::AccountRecord& account) const {
    return account.password.empty() && provider_of(account.name) == nullptr;
  }
  Result<std::vector<store::AccountRecord>> all() { return records_.accounts(); }
  Result<store::AccountRecord> find(const std::string& account);  // kNotFound
  // What its owner should know of.
  Status note(const std::string& account, store::AccountEvent event, const std::string& address, Time now);
  // From now on whoever has a passkey does not come in with a code: a code can be asked for by another page.
  void end_codes_by_passkeys() { passkeys_end_codes_ = true; }
  // Told of every note, when it is on the page; it may be on the disk a moment later.
  using Noted = std::function<void(const std::string& account, Time now)>;
  void tell(Noted noted) { noted_ = std::move(noted); }
  Result<std::vector<store::NoticeRecord>> notices(const std::string& account) {
    return records_.notices(account);
  }
  Result<uint32_t> recovery_codes_left(const std::string& account) {
    return records_.recovery_codes_left(account);
  }

  // Whom a session's token stands for; nothing when it has ended. The second also counts as use.
  std::optional<Viewer> viewer_of(std::string_view token, Time now) const;
  std::optional<Viewer> use(std::string_view token, Time now);
  // What names its session to people; empty: it is none.
  std::string session_id(std::string_view token, Time now) const;
  // Newest first; `current_token` marks the one that asks.
  std::vector<Session> sessions(const std::string& account, std::string_view current_token, Time now) const;
  // Of a session that is used from that address; nothing where there is none.
  std::optional<Circumstances> circumstances(std::string_view token, const std::string& address,
                                             Time now) const;
  // kNotFound: the account has no such session.
  Status end_session(const std::string& account, const std::string& id);
  Status end_sessions(const std::string& account);
  Status end_token(std::string_view token);  // none such: nothing happens
  const PasswordCost& cost() const { return cost_; }

  // Of other systems; they share the names, not the sessions.
  ApiKeys& api_keys() { return api_keys_; }

 private:
  struct Held {
    store::SessionRecord record;
    Viewer viewer;
    SessionLimits limits;
    Time written_at;  // when seen_at was last put on the disk
    std::optional<store::ProviderSessionRecord> by_provider = {};
    // Not known after a restart:
    Time proved_at = {};  // when a factor was shown again
    bool on_device = false, new_place = false;

    Time ends_at() const;
  };
  using HeldSessions = std::map<std::string, Held, std::less<>>;

  Accounts(store::AccountRecords& records, PasswordCost cost, std::string pages,
           std::vector<ProviderName> providers, ApiKeys api_keys)
      : records_(records),
        cost_(cost),
        pages_(std::move(pages)),
        providers_(std::move(providers)),
        api_keys_(std::move(api_keys)) {}
  Result<Verdict> verify(const Attempt& attempt, Time now, Asked asked = Asked::kBoth);
  Status note_attempt(const store::AccountRecord& account, const Attempt& attempt, bool right, Asked asked,
                      Time now);
  // Why it does not count; empty: it does.
  Result<std::string> take_factors(store::AccountRecord& account, const Attempt& attempt, Asked asked,
                                   Time now);
  Result<std::string> take_code(store::AccountRecord& account, const Attempt& attempt, Time now);
  // The records of what a link sets, all or nothing.
  Status set_factors(store::AccountRecord account, const PendingEnrolment& pending, const Enrolling& brought,
                     std::vector<std::string>& recovery_codes, Time now);
  // The account of somebody whom a provider vouches for, bound to him from now on; empty, with the reason
  // why.
  Result<std::optional<store::AccountRecord>> account_of(const Vouched& vouched, std::string& reason);
  Result<std::string> take_proof(const std::string& account, const PasskeyProof& proof, Time now);
  Status end_other_sessions(const std::string& account, std::string_view token);
  Result<std::string> begin_session(const Viewer& viewer, const Doorway& doorway, Time now,
                                    const Vouched* vouched = nullptr);
  Status forget(const Held& held);
  Status end_where(const std::function<bool(const Held&)>& ends);
  const Held* held(std::string_view token, Time now) const;

  store::AccountRecords& records_;
  const PasswordCost cost_;
  const std::string pages_;
  const std::vector<ProviderName> providers_;
  Tickets tickets_;
  ApiKeys api_keys_;
  Noted noted_;
  bool passkeys_end_codes_ = false;
  HeldSessions sessions_;  // by digest
};

}  // namespace haechi::trust
