#include "trust/accounts.h"

#include <algorithm>

#include "base/digest.h"
#include "base/ensure.h"
#include "trust/keys.h"
#include "trust/totp.h"

namespace haechi::trust {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kTotpSecretBytes = 20;    // RFC 4226: as long as the hash
constexpr size_t kRecoveryCodeBytes = 16;  // 128 bits, so that a fast hash is enough (ASVS 6.5.2, 11.5.1)
constexpr Duration kSeenWrittenEvery = Duration::seconds(60);
constexpr const char* kFirstAdministrator = "administrator";

std::string digest_of(std::string_view text) {
  return hex(view(sha256(text)));
}

Viewer viewer_of_record(const store::AccountRecord& a) {
  return Viewer{a.name,      parse_role(a.role).value_or(Role::kNone), a.person_id, a.unit_id, a.agency_id,
                a.wearer_ids};
}

// "ABCD-EFGH-...", however it was typed.
std::string without_ornament(std::string_view code) {
  std::string out;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string in_groups(const std::string& code) {
  std::string out;
  for (size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += '-';
    out += code[i];
  }
  return out;
}

Duration lock_after(uint32_t failures) {
  Duration lock = kLockFirst;
  for (uint32_t i = kFailuresFree; i < failures && lock < kLockLongest; ++i) lock = lock * 2;
  return std::min(lock, kLockLongest);
}

}  // namespace

// Desks are signed in anew each shift, as S09 and AAL2 ask; a room's screen must not go dark between two
// alarms, so its only limit is the shift. Where accounts are run nobody stays longer than it takes. A
// terminal in a pocket has to ring through a double shift. Her phone has to work when she needs it: as long
// as one measure lasts, and who has not had it on for a month is asked again.
SessionLimits session_limits(Role role, Surface surface) {
  constexpr Duration kHour = Duration::seconds(3600);
  if (surface == Surface::kAccount) return {Duration::seconds(15 * 60), kHour};
  switch (role) {
    case Role::kControl:
    case Role::kDispatch:
      return {kHour * 12, kHour * 12};
    case Role::kUnit:
      return {kHour * 12, kHour * 24};
    case Role::kProtectedPerson:
      return {kHour * 24 * 30, kHour * 24 * 90};
    default:
      return {Duration::seconds(30 * 60), kHour * 12};
  }
}

Result<std::unique_ptr<Accounts>> Accounts::open(store::AccountRecords& records, PasswordCost cost,
                                                 std::string pages, std::vector<ProviderName> providers) {
  TRY(ApiKeys api_keys, ApiKeys::open(records));
  std::unique_ptr<Accounts> accounts(
      new Accounts(records, cost, std::move(pages), std::move(providers), std::move(api_keys)));
  TRY(std::vector<store::SessionRecord> sessions, records.sessions());
  for (store::SessionRecord& session : sessions) {
    TRY(const auto account, records.account(session.account));
    const auto surface = parse_surface(session.surface);
    if (!account || !surface) return Error{Code::kCorrupt, "session", "a stored session is of nobody"};
    const Viewer viewer = viewer_of_record(*account);
    const Time seen_at = session.seen_at;
    std::string digest = session.digest_hex;
    accounts->sessions_[std::move(digest)] =
        Held{std::move(session), viewer, session_limits(viewer.role, *surface), seen_at};
  }
  return accounts;
}

Result<Challenge> Accounts::challenge(const std::string& account) {
  TRY(const auto found, records_.account(account));
  const bool enrolled = found && !found->password.empty();
  return Challenge{account, enrolled ? found->password : unmatchable(cost_)};
}

Result<bool> Accounts::take_code(store::AccountRecord& account, const std::string& code, Time now) {
  const std::string plain = without_ornament(code);
  const std::string secret = decode_base32(account.totp_secret).value_or("");
  if (const auto step = totp_step_of(secret, plain, now, account.totp_step)) {
    account.totp_step = *step;
    return true;
  }
  return records_.take_recovery_code(account.name, digest_of(plain));
}

Result<std::string> Accounts::take_factor(store::AccountRecord& account, const Attempt& attempt, Time now) {
  if (attempt.passkey) return take_proof(account.name, *attempt.passkey, now);
  TRY(const bool taken, take_code(account, attempt.code, now));
  return std::string(taken ? "" : "wrong code, or one that was taken before");
}

Result<Verdict> Accounts::verify(const Attempt& attempt, Time now) {
  TRY(const auto found, records_.account(attempt.challenge.account));
  Verdict verdict;
  // Of a name that nobody has the row of nobody is written, so that the disk does not tell either.
  store::AccountRecord account = found.value_or(store::AccountRecord{});
  if (found) verdict.viewer = viewer_of_record(*found);
  const Status written = records_.together([&]() -> Status {
    if (!found || found->password.empty()) {
      verdict.reason = "no such account";
    } else if (account.disabled) {
      verdict.reason = "disabled";
    } else if (now < account.locked_until) {
      verdict.reason = "locked";
    } else if (attempt.challenge.encoded != account.password) {
      verdict.reason = "the password was changed meanwhile";
    } else {
      verdict.reason = "wrong password";
      if (attempt.password_matches) {
        TRY(verdict.reason, take_factor(account, attempt, now));
        verdict.right = verdict.reason.empty();
        if (verdict.right)
          verdict.reason = attempt.passkey ? "password and passkey" : "password and second factor";
      }
      account.failures = verdict.right ? 0 : account.failures + 1;
      account.locked_until = account.failures < kFailuresFree ? Time{} : now + lock_after(account.failures);
      if (verdict.right) account.signed_in_at = now;
    }
    return records_.put_account(account);
  });
  if (!written.ok()) return written.error();
  return verdict;
}

Result<SignedIn> Accounts::sign_in(const Attempt& attempt, const Doorway& doorway, Time now) {
  TRY(Verdict verdict, verify(attempt, now));
  if (!verdict.right) return SignedIn{std::move(verdict), ""};
  TRY(std::string token, begin_session(verdict.viewer, doorway, now));
  return SignedIn{std::move(verdict), std::move(token)};
}

const ProviderName* Accounts::provider_of(const std::string& account) const {
  for (const ProviderName& provider : providers_)
    if (account.starts_with(provider.id + ".")) return &provider;
  return nullptr;
}

Result<SignedIn> Accounts::sign_in_by_provider(const std::string& account, const Doorway& doorway, Time now) {
  const ProviderName* provider = provider_of(account);
  ENSURE(provider != nullptr, account.size());
  TRY(auto found, records_.account(account));
  SignedIn out{{false, {}, "identity provider " + provider->id}, ""};
  if (!found || found->disabled) {
    out.verdict.reason += found ? ": disabled" : ": no such account";
    if (found) out.verdict.viewer = viewer_of_record(*found);
    return out;
  }
  found->signed_in_at = now;
  TRY_STATUS(records_.put_account(*found));
  out.verdict.right = true;
  out.verdict.viewer = viewer_of_record(*found);
  TRY(out.token, begin_session(out.verdict.viewer, doorway, now));
  return out;
}

Result<Accounts::Renewed> Accounts::renew(const std::string& account, const Attempt& attempt, Time now) {
  if (attempt.challenge.account != account) return invalid("account", "is not the one that is signed in");
  TRY(Verdict verdict, verify(attempt, now));
  if (!verdict.right) return Renewed{std::move(verdict), std::nullopt};
  TRY(Link link, invite(account, kRenewalLasts, now));
  return Renewed{std::move(verdict), std::move(link)};
}

Result<PendingEnrolment> Accounts::enrolment(std::string_view token, Time now) {
  TRY(const auto found, records_.enrolment(digest_of(token)));
  const Error ended{Code::kNotFound, "token", "this link has been used, or has ended"};
  if (!found || now >= found->expires_at) return ended;
  TRY(const auto account, records_.account(found->account));
  if (!account || account->disabled) return ended;
  return PendingEnrolment{viewer_of_record(*account), found->expires_at, found->totp_secret};
}

Result<EnrolledAccount> Accounts::enrol(std::string_view token, const std::string& encoded,
                                        std::string_view code, const Doorway& doorway, Time now) {
  TRY(const PendingEnrolment pending, enrolment(token, now));
  const auto step =
      totp_step_of(decode_base32(pending.totp_secret).value_or(""), without_ornament(code), now, 0);
  if (!step) return invalid("code", "is not the code that the authenticator shows now");
  TRY(store::AccountRecord account, find(pending.viewer.account));
  EnrolledAccount out{pending.viewer, "", {}};
  std::vector<std::string> digests;
  for (size_t i = 0; i < kRecoveryCodes; ++i) {
    const std::string recovery = base32(random_secret(kRecoveryCodeBytes));
    digests.push_back(digest_of(recovery));
    out.recovery_codes.push_back(in_groups(recovery));
  }
  account.password = encoded;
  account.totp_secret = pending.totp_secret;
  account.totp_step = *step;
  account.failures = 0;
  account.locked_until = Time{};
  account.signed_in_at = now;
  TRY_STATUS(records_.together([&]() -> Status {
    TRY_STATUS(records_.put_account(account));
    TRY_STATUS(records_.put_recovery_codes(account.name, digests));
    TRY_STATUS(records_.remove_passkeys(account.name));  // a link is for who has lost the factors
    return records_.remove_enrolment(account.name);
  }));
  TRY_STATUS(end_sessions(account.name));
  TRY(out.token, begin_session(out.viewer, doorway, now));
  return out;
}

Result<std::optional<Link>> Accounts::administrator_link(bool again, Time now) {
  TRY(const auto accounts, records_.accounts());
  std::string name;
  for (const store::AccountRecord& account : accounts) {
    if (account.role != role_name(Role::kAdministrator) || account.disabled || provider_of(account.name))
      continue;
    if (!account.password.empty() && !again) return std::optional<Link>();
    if (name.empty()) name = account.name;
  }
  if (name.empty()) {
    name = kFirstAdministrator;
    store::AccountRecord account;
    account.name = name;
    account.role = role_name(Role::kAdministrator);
    TRY_STATUS(records_.put_account(account));
  }
  TRY(Link link, invite(name, kFirstLinkLasts, now));
  return std::optional<Link>(std::move(link));
}

Status Accounts::check_new(const Viewer& viewer) {
  TRY_STATUS(check_account_name(viewer.account));
  TRY_STATUS(check_viewer(viewer));
  if (viewer.role == Role::kConnector) return invalid("role", "another system has a key, not an account");
  TRY(const auto taken, records_.account(viewer.account));
  if (taken || api_keys_.has_name(viewer.account))
    return Error{Code::kConflict, "account", "there is an account or a key of this name"};
  return {};
}

Result<Link> Accounts::create(const Viewer& viewer, Time now) {
  TRY_STATUS(check_new(viewer));
  store::AccountRecord account;
  account.name = viewer.account;
  account.role = role_name(viewer.role);
  account.person_id = viewer.person_id;
  account.unit_id = viewer.unit_id;
  account.agency_id = viewer.agency_id;
  account.wearer_ids = viewer.wearer_ids;
  TRY_STATUS(records_.put_account(account));
  if (provider_of(account.name) != nullptr) return Link{account.name, "", now};
  return invite(account.name, kInvitationLasts, now);
}

Result<Link> Accounts::invite(const std::string& account, Duration lasts, Time now) {
  TRY(const store::AccountRecord found, find(account));
  if (provider_of(account) != nullptr)
    return Error{Code::kConflict, "account", "it signs in by its identity provider"};
  Link link{found.name, hex(random_secret(kTokenBytes)), now + lasts};
  TRY_STATUS(records_.put_enrolment(
      {digest_of(link.token), found.name, base32(random_secret(kTotpSecretBytes)), link.expires_at}));
  return link;
}

Result<store::AccountRecord> Accounts::find(const std::string& account) {
  TRY(const auto found, records_.account(account));
  if (!found || account.empty()) return Error{Code::kNotFound, "account", "there is no such account"};
  return *found;
}

Status Accounts::unlock(const std::string& account) {
  TRY(store::AccountRecord found, find(account));
  found.failures = 0;
  found.locked_until = Time{};
  return records_.put_account(found);
}

Status Accounts::set_disabled(const std::string& account, bool disabled) {
  TRY(store::AccountRecord found, find(account));
  found.disabled = disabled;
  TRY_STATUS(records_.put_account(found));
  return disabled ? end_sessions(account) : Status();
}

Result<std::string> Accounts::begin_session(const Viewer& viewer, const Doorway& doorway, Time now) {
  TRY_STATUS(end_token(doorway.replaces));
  TRY_STATUS(end_where([&](const Held& held) {
    return now >= held.record.began_at + held.limits.absolute ||
           now >= held.record.seen_at + held.limits.idle;
  }));
  std::string token = hex(random_secret(kTokenBytes));
  const store::SessionRecord record{digest_of(token),
                                    hex(random_secret(8)),
                                    viewer.account,
                                    surface_name(doorway.surface),
                                    doorway.address,
                                    now,
                                    now};
  TRY_STATUS(records_.put_session(record));
  sessions_[record.digest_hex] = Held{record, viewer, session_limits(viewer.role, doorway.surface), now};
  return token;
}

const Accounts::Held* Accounts::held(std::string_view token, Time now) const {
  if (token.empty()) return nullptr;
  const auto found = sessions_.find(digest_of(token));
  if (found == sessions_.end()) return nullptr;
  const Held& held = found->second;
  const bool ended =
      now >= held.record.began_at + held.limits.absolute || now >= held.record.seen_at + held.limits.idle;
  return ended ? nullptr : &held;
}

std::optional<Viewer> Accounts::viewer_of(std::string_view token, Time now) const {
  const Held* found = held(token, now);
  return found == nullptr ? std::nullopt : std::optional(found->viewer);
}

std::optional<Viewer> Accounts::use(std::string_view token, Time now) {
  const Held* found = held(token, now);
  if (found == nullptr) return std::nullopt;
  Held& session = sessions_.at(found->record.digest_hex);
  session.record.seen_at = std::max(session.record.seen_at, now);
  // A session whose last use could not be written ends a minute early after a restart; nothing worse.
  if (now - session.written_at >= kSeenWrittenEvery && records_.put_session(session.record).ok())
    session.written_at = now;
  return session.viewer;
}

std::vector<Session> Accounts::sessions(const std::string& account, std::string_view current_token,
                                        Time now) const {
  const std::string current = digest_of(current_token);
  std::vector<Session> out;
  for (const auto& [digest, held] : sessions_) {
    const store::SessionRecord& record = held.record;
    const Time ends_at = std::min(record.began_at + held.limits.absolute, record.seen_at + held.limits.idle);
    if (record.account != account || now >= ends_at) continue;
    out.push_back({record.id, record.surface, record.address, record.began_at, record.seen_at, ends_at,
                   digest == current});
  }
  std::sort(out.begin(), out.end(), [](const Session& a, const Session& b) {
    return std::tie(b.began_at, b.id) < std::tie(a.began_at, a.id);
  });
  return out;
}

Status Accounts::end_where(const std::function<bool(const Held&)>& ends) {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    if (!ends(at->second)) {
      ++at;
      continue;
    }
    TRY_STATUS(records_.remove_session(at->first));
    at = sessions_.erase(at);
  }
  return {};
}

Status Accounts::end_session(const std::string& account, const std::string& id) {
  bool found = false;
  TRY_STATUS(end_where([&](const Held& held) {
    const bool is_it = held.record.account == account && held.record.id == id;
    found |= is_it;
    return is_it;
  }));
  return found ? Status() : Error{Code::kNotFound, "session", "there is no such session"};
}

Status Accounts::end_sessions(const std::string& account) {
  return end_where([&](const Held& held) { return held.record.account == account; });
}

Status Accounts::end_other_sessions(const std::string& account, std::string_view token) {
  const std::string kept = digest_of(token);
  return end_where(
      [&](const Held& held) { return held.record.account == account && held.record.digest_hex != kept; });
}

Status Accounts::end_token(std::string_view token) {
  const auto found = sessions_.find(digest_of(token));
  if (found == sessions_.end()) return {};
  TRY_STATUS(records_.remove_session(found->first));
  sessions_.erase(found);
  return {};
}

}  // namespace haechi::trust
