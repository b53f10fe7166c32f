#include "trust/accounts.h"

#include <algorithm>
#include <cstdlib>

#include "base/digest.h"
#include "base/ensure.h"
#include "trust/audit.h"
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

// For the audit record.
std::string told(Accounts::Asked asked, bool with_passkey) {
  if (asked == Accounts::Asked::kPassword) return "password";
  const std::string second = with_passkey ? "passkey" : "second factor";
  return asked == Accounts::Asked::kSecondFactor ? second : "password and " + second;
}

Status check_new_code(const std::string& totp_secret, const Attempt& shown) {
  const std::string secret = decode_base32(totp_secret).value_or(""), code = without_ornament(shown.code);
  if (totp_step_of(secret, code, shown.at, 0)) return {};
  if (const auto off = totp_seconds_off(secret, code, shown.at))
    return invalid("clock", "the authenticator's clock is off by " + std::to_string(std::abs(*off)) +
                                " s, or the code was typed late");
  return invalid("code", "is not the code that the authenticator shows now");
}

// Of an attempt that was right.
bool is_of_device(const Attempt& attempt) {
  return attempt.passkey && stays_on_its_device(attempt.passkey->authenticator_data);
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
  std::map<std::string, store::ProviderSessionRecord> by_provider;
  TRY(const auto provider_sessions, records.provider_sessions());
  for (const store::ProviderSessionRecord& one : provider_sessions) by_provider.emplace(one.digest_hex, one);
  for (store::SessionRecord& session : sessions) {
    TRY(const auto account, records.account(session.account));
    const auto surface = parse_surface(session.surface);
    if (!account || !surface) return Error{Code::kCorrupt, "session", "a stored session is of nobody"};
    const Viewer viewer = viewer_of_record(*account);
    const Time seen_at = session.seen_at;
    const std::string digest = session.digest_hex;
    Held& held = accounts->sessions_[digest] =
        Held{std::move(session), viewer, session_limits(viewer.role, *surface), seen_at};
    if (const auto found = by_provider.find(digest); found != by_provider.end())
      held.by_provider = found->second;
  }
  return accounts;
}

Result<Challenge> Accounts::challenge(const std::string& account) {
  TRY(const auto found, records_.account(account));
  const bool enrolled = found && !found->password.empty();
  return Challenge{account, enrolled ? found->password : unmatchable(cost_)};
}

Result<std::string> Accounts::take_code(store::AccountRecord& account, const Attempt& attempt, Time now) {
  const std::string plain = without_ornament(attempt.code);
  const std::string secret = decode_base32(account.totp_secret).value_or("");
  if (const auto step = totp_step_of(secret, plain, attempt.at, account.totp_step)) {
    account.totp_step = *step;
    return std::string();
  }
  TRY(const bool recovered, records_.take_recovery_code(account.name, digest_of(plain)));
  if (recovered) {
    TRY_STATUS(note(account.name, store::AccountEvent::kRecoveryCodeUsed, attempt.address, now));
    return std::string();
  }
  if (const auto off = totp_seconds_off(secret, plain, attempt.at))
    return "wrong code: of a time " + std::to_string(std::abs(*off)) + " s " + (*off < 0 ? "ago" : "ahead");
  return std::string("wrong code, or one that was taken before");
}

Result<std::string> Accounts::take_factors(store::AccountRecord& account, const Attempt& attempt, Asked asked,
                                           Time now) {
  if (asked != Asked::kSecondFactor) {
    if (attempt.challenge.encoded != account.password)
      return std::string("the password was changed meanwhile");
    if (!attempt.password_matches) return std::string("wrong password");
  }
  if (asked == Asked::kPassword) return std::string();
  if (attempt.passkey) return take_proof(account.name, *attempt.passkey, now);
  if (asked == Asked::kAtTheDoor && passkeys_end_codes_) {
    TRY(const auto passkeys, records_.passkeys(account.name));
    if (!passkeys.empty()) return std::string("a code, and the account has a passkey");
  }
  return take_code(account, attempt, now);
}

Status Accounts::note(const std::string& account, store::AccountEvent event, const std::string& address,
                      Time now) {
  TRY(const auto of, records_.account(account));
  const Role role = parse_role(of ? of->role : "").value_or(Role::kNone);
  TRY_STATUS(records_.put_notice(account, {event, now, kept_address(role, address)}));
  if (noted_) noted_(account, now);
  return {};
}

// What its owner should know of an attempt; `account` is as it was before.
Status Accounts::note_attempt(const store::AccountRecord& account, const Attempt& attempt, bool right,
                              Asked asked, Time now) {
  const auto tell = [&](store::AccountEvent event) {
    return note(account.name, event, attempt.address, now);
  };
  const bool knew_password = attempt.password_matches && attempt.challenge.encoded == account.password;
  const bool both = asked == Asked::kAtTheDoor || asked == Asked::kBoth;
  if (!right && both && knew_password) return tell(store::AccountEvent::kHalfRight);
  if (right && account.failures >= kFailuresTold) return tell(store::AccountEvent::kSignedInAfterFailures);
  if (right && account.signed_in_at.known() && now - account.signed_in_at > kLongAway)
    return tell(store::AccountEvent::kSignedInAfterLong);
  return {};
}

Result<Verdict> Accounts::verify(const Attempt& attempt, Time now, Asked asked) {
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
    } else {
      TRY(verdict.reason, take_factors(account, attempt, asked, now));
      verdict.right = verdict.reason.empty();
      TRY_STATUS(note_attempt(*found, attempt, verdict.right, asked, now));
      if (verdict.right) verdict.reason = told(asked, attempt.passkey.has_value());
      account.failures = verdict.right ? 0 : account.failures + 1;
      account.locked_until = account.failures < kFailuresFree ? Time{} : now + lock_after(account.failures);
      if (account.locked_until.known())
        TRY_STATUS(note(account.name, store::AccountEvent::kLocked, attempt.address, now));
      if (verdict.right) account.signed_in_at = now;
      if (verdict.right && asked != Asked::kSecondFactor && !attempt.hashed_anew.empty())
        account.password = attempt.hashed_anew;
    }
    return records_.put_account(account);
  });
  if (!written.ok()) return written.error();
  return verdict;
}

Result<Verdict> Accounts::prove(const std::string& account, const Attempt& attempt, Time now) {
  if (attempt.challenge.account != account) return invalid("account", "is not the one that is signed in");
  return verify(attempt, now);
}

bool Accounts::is_stale(std::string_view token, Time now) const {
  const Held* found = held(token, now);
  return found != nullptr && now - std::max(found->record.began_at, found->proved_at) >= kProofFresh;
}

Result<Verdict> Accounts::freshen(const std::string& account, std::string_view token, const Attempt& attempt,
                                  Time now) {
  if (attempt.challenge.account != account) return invalid("account", "is not the one that is signed in");
  TRY(Verdict verdict, verify(attempt, now, Asked::kSecondFactor));
  const Held* session = held(token, now);
  if (!verdict.right || session == nullptr) return verdict;
  Held& shown = sessions_.at(session->record.digest_hex);
  shown.proved_at = now;
  shown.on_device |= is_of_device(attempt);
  return verdict;
}

Result<SignedIn> Accounts::sign_in(const Attempt& attempt, const Doorway& doorway, Time now) {
  TRY(Verdict verdict, verify(attempt, now, Asked::kAtTheDoor));
  if (!verdict.right) return SignedIn{std::move(verdict), ""};
  TRY(std::string token, begin_session(verdict.viewer, doorway, now));
  sessions_.at(digest_of(token)).on_device = is_of_device(attempt);
  return SignedIn{std::move(verdict), std::move(token)};
}

const ProviderName* Accounts::provider_of(const std::string& account) const {
  for (const ProviderName& provider : providers_)
    if (account.starts_with(provider.id + ".")) return &provider;
  return nullptr;
}

Result<std::optional<store::AccountRecord>> Accounts::account_of(const Vouched& vouched,
                                                                 std::string& reason) {
  TRY(std::string name, records_.account_of_subject(vouched.provider, vouched.subject));
  const bool is_bound = !name.empty();
  if (!is_bound) name = vouched.provider + "." + vouched.name;
  TRY(auto found, records_.account(name));
  if (!found) {
    reason = "no such account";
    return std::optional<store::AccountRecord>();
  }
  if (is_bound) return found;
  TRY(const std::string other, records_.subject_of_account(name));
  if (!other.empty()) {
    reason = "the account is another person's there";
    return std::optional<store::AccountRecord>();
  }
  TRY_STATUS(records_.put_subject(name, vouched.provider, vouched.subject));
  return found;
}

Result<SignedIn> Accounts::sign_in_by_provider(const Vouched& vouched, const Doorway& doorway, Time now) {
  SignedIn out{{false, {}, "identity provider " + vouched.provider}, ""};
  std::string reason;
  TRY(auto found, account_of(vouched, reason));
  if (found) out.verdict.viewer = viewer_of_record(*found);
  if (found && found->disabled) reason = "disabled";
  if (!reason.empty()) {
    out.verdict.reason += ": " + reason;
    return out;
  }
  found->signed_in_at = now;
  TRY_STATUS(records_.put_account(*found));
  out.verdict.right = true;
  TRY(out.token, begin_session(out.verdict.viewer, doorway, now, &vouched));
  return out;
}

Result<Accounts::EndedThere> Accounts::end_by_provider(const std::string& provider,
                                                       const std::string& subject, const std::string& sid) {
  TRY(const std::string account, records_.account_of_subject(provider, subject));
  EndedThere out;
  TRY_STATUS(end_where([&](const Held& held) {
    const bool is_its = held.by_provider && held.record.account.starts_with(provider + ".");
    const bool ends = is_its && (subject.empty() || held.record.account == account) &&
                      (sid.empty() || held.by_provider->sid == sid);
    if (!ends) return false;
    out.account = held.record.account;
    ++out.sessions;
    return true;
  }));
  return out;
}

Result<Accounts::Renewed> Accounts::renew(const std::string& account, const Attempt& attempt, Time now) {
  TRY(Verdict verdict, prove(account, attempt, now));
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
  return PendingEnrolment{viewer_of_record(*account), found->expires_at, found->totp_secret, found->sets};
}

Result<EnrolledAccount> Accounts::enrol(std::string_view token, const Enrolling& brought,
                                        const Doorway& doorway, Time now) {
  TRY(const PendingEnrolment pending, enrolment(token, now));
  const std::string& name = pending.viewer.account;
  EnrolledAccount out{{true, pending.viewer, "password and second factor set"}, "", {}};
  if (pending.sets != LinkSets::kPassword) TRY_STATUS(check_new_code(pending.totp_secret, brought.shown));
  if (pending.sets != LinkSets::kBoth) {
    const bool sets_password = pending.sets == LinkSets::kPassword;
    ENSURE(brought.shown.challenge.account == name);
    TRY(out.verdict, verify(brought.shown, now, sets_password ? Asked::kSecondFactor : Asked::kPassword));
    if (!out.verdict.right) return out;
    out.verdict.reason += sets_password ? ", and a password set" : ", and a second factor set";
  }
  TRY(store::AccountRecord account, find(name));
  TRY_STATUS(set_factors(std::move(account), pending, brought, out.recovery_codes, now));
  TRY_STATUS(end_sessions(name));
  TRY(out.token, begin_session(pending.viewer, doorway, now));
  return out;
}

Status Accounts::set_factors(store::AccountRecord account, const PendingEnrolment& pending,
                             const Enrolling& brought, std::vector<std::string>& recovery_codes, Time now) {
  const std::string name = account.name;
  const bool is_first = account.password.empty();
  const auto tell = [&](store::AccountEvent what) {
    return is_first ? Status() : note(name, what, brought.shown.address, now);
  };
  account.failures = 0;
  account.locked_until = Time{};
  account.signed_in_at = now;
  return records_.together([&]() -> Status {
    if (pending.sets != LinkSets::kFactor) {
      account.password = brought.encoded;
      TRY_STATUS(tell(store::AccountEvent::kPasswordChanged));
    }
    if (pending.sets != LinkSets::kPassword) {
      account.totp_secret = pending.totp_secret;
      account.totp_step = totp_step_at(brought.shown.at);
      std::vector<std::string> digests;
      for (size_t i = 0; i < kRecoveryCodes; ++i) {
        const std::string recovery = base32(random_secret(kRecoveryCodeBytes));
        digests.push_back(digest_of(recovery));
        recovery_codes.push_back(in_groups(recovery));
      }
      TRY_STATUS(records_.put_recovery_codes(name, digests));
      TRY_STATUS(records_.remove_passkeys(name));  // they were on what was lost
      TRY_STATUS(tell(store::AccountEvent::kFactorChanged));
    }
    TRY_STATUS(records_.put_account(account));
    return records_.remove_enrolment(name);
  });
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

Result<bool> Accounts::asks_two() {
  TRY(const auto accounts, records_.accounts());
  const auto enrolled = std::count_if(accounts.begin(), accounts.end(), [this](const auto& account) {
    const bool came = provider_of(account.name) ? account.signed_in_at.known() : !account.password.empty();
    return account.role == role_name(Role::kAdministrator) && came;
  });
  TRY(const uint32_t ended, records_.enrolled_that_ended(role_name(Role::kAdministrator)));
  return enrolled + ended >= 2;
}

Status Accounts::check_new(const Viewer& viewer) {
  TRY_STATUS(check_account_name(viewer.account));
  TRY_STATUS(check_viewer(viewer));
  if (viewer.role == Role::kConnector) return invalid("role", "another system has a key, not an account");
  TRY(const auto taken, records_.account(viewer.account));
  if (taken || api_keys_.has_name(viewer.account))
    return Error{Code::kConflict, "account", "there is an account or a key of this name"};
  TRY(const bool ended, records_.has_ended(viewer.account));
  if (ended) return Error{Code::kConflict, "account", "was somebody's: the audit trail knows that one by it"};
  if (viewer.person_id.empty()) return {};
  TRY(const auto accounts, records_.accounts());
  for (const store::AccountRecord& account : accounts)
    if (account.person_id == viewer.person_id)
      return Error{Code::kConflict, "person_id", "has an account, and would not be told of this one"};
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
  TRY_STATUS(records_.put_known(account.name, now));
  if (provider_of(account.name) != nullptr) return Link{account.name, "", now};
  return invite(account.name, kInvitationLasts, now);
}

Result<Link> Accounts::invite(const std::string& account, Duration lasts, Time now, LinkSets sets) {
  TRY(const store::AccountRecord found, find(account));
  if (provider_of(account) != nullptr)
    return Error{Code::kConflict, "account", "it signs in by its identity provider"};
  if (sets != LinkSets::kBoth && found.password.empty())
    return Error{Code::kConflict, "account", "it has no password and no second factor yet"};
  Link link{found.name, hex(random_secret(kTokenBytes)), now + lasts};
  const std::string secret =
      sets == LinkSets::kPassword ? std::string() : base32(random_secret(kTotpSecretBytes));
  TRY_STATUS(records_.put_enrolment({digest_of(link.token), found.name, secret, link.expires_at, sets}));
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

Time Accounts::Held::ends_at() const {
  const Time ours = std::min(record.began_at + limits.absolute, record.seen_at + limits.idle);
  return by_provider ? std::min(ours, by_provider->ends_at) : ours;
}

Result<std::string> Accounts::begin_session(const Viewer& viewer, const Doorway& doorway, Time now,
                                            const Vouched* vouched) {
  TRY_STATUS(end_token(doorway.replaces));
  TRY_STATUS(end_where([&](const Held& held) { return now >= held.ends_at(); }));
  std::string token = hex(random_secret(kTokenBytes));
  const store::SessionRecord record{digest_of(token),
                                    hex(random_secret(8)),
                                    viewer.account,
                                    surface_name(doorway.surface),
                                    kept_address(viewer.role, doorway.address),
                                    now,
                                    now};
  Held held{record, viewer, session_limits(viewer.role, doorway.surface), now};
  if (vouched != nullptr) held.by_provider = {record.digest_hex, vouched->sid, vouched->ends_at};
  if (!record.address.empty()) {
    TRY(const bool is_new, records_.see_address(viewer.account, record.address, now));
    if (is_new) TRY_STATUS(note(viewer.account, store::AccountEvent::kNewPlace, record.address, now));
    held.new_place = is_new;
  }
  TRY_STATUS(records_.together([&]() -> Status {
    if (held.by_provider) TRY_STATUS(records_.put_provider_session(*held.by_provider));
    return records_.put_session(record);
  }));
  sessions_[record.digest_hex] = std::move(held);
  return token;
}

const Accounts::Held* Accounts::held(std::string_view token, Time now) const {
  if (token.empty()) return nullptr;
  const auto found = sessions_.find(digest_of(token));
  if (found == sessions_.end()) return nullptr;
  return now >= found->second.ends_at() ? nullptr : &found->second;
}

std::string Accounts::session_id(std::string_view token, Time now) const {
  const Held* found = held(token, now);
  return found == nullptr ? std::string() : found->record.id;
}

std::optional<Circumstances> Accounts::circumstances(std::string_view token, const std::string& address,
                                                     Time now) const {
  const Held* found = held(token, now);
  if (found == nullptr) return std::nullopt;
  const std::string& began = found->record.address;
  return Circumstances{found->on_device, found->new_place, !began.empty() && began != address};
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
    const Time ends_at = held.ends_at();
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
    TRY_STATUS(forget(at->second));
    at = sessions_.erase(at);
  }
  return {};
}

Status Accounts::forget(const Held& held) {
  if (held.by_provider) TRY_STATUS(records_.remove_provider_session(held.record.digest_hex));
  return records_.remove_session(held.record.digest_hex);
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
  TRY_STATUS(forget(found->second));
  sessions_.erase(found);
  return {};
}

}  // namespace haechi::trust
