#include "api/accounts.h"

#include "api/administering.h"
#include "api/passkeys.h"
#include "api/session.h"
#include "api/sign_in.h"
#include "base/hex.h"
#include "haechi/v1/account.pb.h"
#include "trust/account_life.h"
#include "trust/audit.h"

namespace haechi::api {
namespace {

using trust::Action;

constexpr size_t kCodeMax = 64;

v1::EnrolmentLink written(const trust::Link& link) {
  v1::EnrolmentLink out;
  out.set_account(link.account);
  out.set_token(link.token);
  out.set_expires_at_us(link.expires_at.us);
  return out;
}

std::vector<trust::Session> sessions_of(const Exchange& exchange, const std::string& account) {
  const std::string token = session::presented_key(exchange.request).value();
  return exchange.world.accounts->sessions(account, token, exchange.now);
}

template <typename Answer>
void add_sessions(const std::vector<trust::Session>& sessions, Answer& answer) {
  for (const trust::Session& session : sessions) {
    v1::SessionItem& item = *answer.add_sessions();
    item.set_id(session.id);
    item.set_surface(session.surface);
    item.set_address(session.address);
    item.set_began_at_us(session.began_at.us);
    item.set_seen_at_us(session.seen_at.us);
    item.set_ends_at_us(session.ends_at.us);
    item.set_current(session.current);
  }
}

v1::AccountItem written(const Exchange& exchange, const store::AccountRecord& account) {
  v1::AccountItem out;
  *out.mutable_account() = whose(account.name, account);
  out.set_state(account.disabled                                     ? v1::ACCOUNT_STATE_DISABLED
                : exchange.world.accounts->awaits_enrolment(account) ? v1::ACCOUNT_STATE_INVITED
                                                                     : v1::ACCOUNT_STATE_ACTIVE);
  if (exchange.now < account.locked_until) out.set_locked_until_us(account.locked_until.us);
  out.set_signed_in_at_us(account.signed_in_at.us);
  out.set_sessions(static_cast<uint32_t>(sessions_of(exchange, account.name).size()));
  return out;
}

Result<Plan> own(const Exchange& exchange) {
  TRY(const store::AccountRecord account, own_account(exchange));
  TRY(const uint32_t left, exchange.world.accounts->recovery_codes_left(account.name));
  v1::OwnAccount answer;
  answer.set_account(account.name);
  answer.set_role(account.role);
  answer.set_recovery_codes_left(left);
  add_sessions(sessions_of(exchange, account.name), answer);
  TRY(const auto notices, exchange.world.accounts->notices(account.name));
  for (const store::NoticeRecord& notice : notices) {
    v1::AccountNotice& one = *answer.add_notices();
    one.set_event(static_cast<v1::AccountEvent>(notice.event));
    one.set_at_us(notice.at.us);
    one.set_address(notice.address);
  }
  TRY_STATUS(add_passkeys(exchange, account.name, answer));
  return answering(answer);
}

static_assert(static_cast<int>(store::AccountEvent::kPasswordChanged) == v1::ACCOUNT_EVENT_PASSWORD_CHANGED);
static_assert(static_cast<int>(store::AccountEvent::kLinkIssued) == v1::ACCOUNT_EVENT_LINK_ISSUED);
static_assert(static_cast<int>(store::AccountEvent::kHalfRight) == v1::ACCOUNT_EVENT_HALF_RIGHT);
static_assert(static_cast<int>(store::AccountEvent::kSignedInAfterLong) ==
              v1::ACCOUNT_EVENT_SIGNED_IN_AFTER_LONG);
static_assert(static_cast<int>(store::AccountEvent::kNewPlace) == v1::ACCOUNT_EVENT_NEW_PLACE);
static_assert(static_cast<int>(store::AccountEvent::kSecretsOld) == v1::ACCOUNT_EVENT_SECRETS_OLD);

Result<Plan> renewed(const Exchange& exchange, const trust::Attempt& attempt) {
  TRY(const auto renewed, exchange.world.accounts->renew(exchange.viewer.account, attempt, exchange.now));
  if (!renewed.link) return refusing(exchange, "renew_factors", renewed.verdict.reason);
  Plan plan = answering(written(*renewed.link));
  plan.facts.push_back(trust::account_event(exchange.viewer, "renew_factors", exchange.viewer.account, true,
                                            renewed.verdict.reason));
  return plan;
}

Result<Plan> renew(const Exchange& exchange) {
  TRY(const v1::RenewalInput input, exchange.body<v1::RenewalInput>());
  TRY(const store::AccountRecord account, own_account(exchange));
  return attempting(exchange, {account.name, input.password(), input.code(), {}}, renewed);
}

Result<Plan> ending_session(const Exchange& exchange, const std::string& account, const std::string& id) {
  Plan plan = answering(v1::SessionEndInput());
  plan.keep = [accounts = exchange.world.accounts, account, id] {
    return accounts->end_session(account, id);
  };
  plan.facts.push_back(
      trust::account_event(exchange.viewer, "end_session", account, true, "the session " + id));
  return plan;
}

// What people typed may be no session at all; only what is one goes into the record.
Result<Plan> end_session_of(const Exchange& exchange, const std::string& account, const std::string& id) {
  for (const trust::Session& session : sessions_of(exchange, account)) {
    if (session.id == id) return ending_session(exchange, account, id);
  }
  return Error{Code::kNotFound, "session", "there is no such session"};
}

Result<Plan> proved_and_ending(const Exchange& exchange, const trust::Attempt& attempt) {
  const std::string& account = exchange.viewer.account;
  TRY(const trust::Verdict verdict, exchange.world.accounts->prove(account, attempt, exchange.now));
  if (verdict.right) return end_session_of(exchange, account, exchange.id());
  return refusing(exchange, "end_session", verdict.reason);
}

Result<Plan> prove(const Exchange& exchange) {
  TRY(const v1::ProofInput input, exchange.body<v1::ProofInput>());
  TRY(const store::AccountRecord account, own_account(exchange));
  if (exchange.world.accounts->provider_of(account.name) != nullptr)
    return Error{Code::kForbidden, "factor", "sign in again by the identity provider"};
  trust::Attempt attempt{{account.name, ""}, false, input.code(), {}, exchange.now, exchange.request.peer};
  if (input.code().size() > kCodeMax) return invalid("code", "is too long");
  if (input.has_passkey()) {
    TRY(attempt.passkey, proof_of(exchange, input.passkey()));
  }
  TRY(const std::string token, session::presented_key(exchange.request));
  TRY(const trust::Verdict verdict,
      exchange.world.accounts->freshen(account.name, token, attempt, exchange.now));
  if (!verdict.right) return refusing(exchange, "prove", verdict.reason);
  v1::Proof answer;
  answer.set_good_until_us((exchange.now + trust::kProofFresh).us);
  Plan plan = answering(answer);
  plan.facts.push_back(trust::account_event(exchange.viewer, "prove", account.name, true, verdict.reason));
  return plan;
}

// Another than the one that asks is ended by who shows both factors again; or, of an account that has none
// here, by who came from its provider a moment ago.
Result<Plan> end_own_session(const Exchange& exchange) {
  TRY(const v1::SessionEndInput input, exchange.body<v1::SessionEndInput>());
  TRY(const store::AccountRecord account, own_account(exchange));
  TRY(const std::string token, session::presented_key(exchange.request));
  const trust::Accounts& accounts = *exchange.world.accounts;
  for (const trust::Session& one : sessions_of(exchange, account.name))
    if (one.current && one.id == exchange.id()) return ending_session(exchange, account.name, one.id);
  if (accounts.provider_of(account.name) != nullptr) {
    if (accounts.is_stale(token, exchange.now)) return factor_needed();
    return end_session_of(exchange, account.name, exchange.id());
  }
  Factors shown{account.name, input.password(), input.code()};
  if (input.has_passkey()) {
    TRY(shown.passkey, proof_of(exchange, input.passkey()));
  }
  return attempting(exchange, std::move(shown), proved_and_ending);
}

Result<Plan> end_session(const Exchange& exchange) {
  TRY(const v1::SessionEndInput input, exchange.body<v1::SessionEndInput>());
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const store::AccountRecord account, accounts->find(exchange.id()));
  return end_session_of(exchange, account.name, exchange.ids.at(1));
}

Result<Plan> list(const Exchange& exchange) {
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const auto all, accounts->all());
  v1::AccountList answer;
  std::map<std::string, Time> ends;
  if (exchange.world.account_life != nullptr) {
    TRY(ends, exchange.world.account_life->ends(exchange.now));
  }
  for (const store::AccountRecord& account : all) {
    v1::AccountItem& item = *answer.add_accounts() = written(exchange, account);
    if (const auto found = ends.find(account.name); found != ends.end())
      item.set_ends_at_us(found->second.us);
  }
  return answering(answer);
}

Result<Plan> sessions(const Exchange& exchange) {
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  v1::SessionList answer;
  add_sessions(
      accounts->sessions(exchange.id(), session::presented_key(exchange.request).value(), exchange.now),
      answer);
  return answering(answer);
}

// Where letters can be sent, who gets back in gets his link by one: nobody else holds it.
Error no_address() {
  return {Code::kConflict, "address",
          "there is none for this account: a registrar writes down where its holder is told, and the link "
          "goes there"};
}

Status check_address(const Exchange& exchange, const std::string& account) {
  const notify::Letters* letters = exchange.world.letters;
  if (letters == nullptr || !exchange.world.post_letter || !letters->reaches_accounts()) return {};
  const Result<notify::Parcel> letter = letters->account_link(account, "", "account");
  if (letter.ok()) return {};
  return letter.error().code == Code::kNotFound ? no_address() : letter.error();
}

// Where the account has an address, its link goes there and is shown to nobody; else it is given by hand.
Result<v1::EnrolmentLink> delivered(const Exchange& exchange, const trust::Link& link, bool gets_back) {
  const notify::Letters* letters = exchange.world.letters;
  v1::EnrolmentLink out = written(link);
  if (letters == nullptr || !exchange.world.post_letter) return out;
  Result<notify::Parcel> letter =
      letters->account_link(link.account, link.token, "account-" + hex(random_secret(16)));
  if (!letter.ok() && letter.error().code != Code::kNotFound) return letter.error();
  if (!letter.ok() && gets_back && letters->reaches_accounts()) return no_address();
  if (!letter.ok()) return out;
  exchange.world.post_letter(*std::move(letter), link.account);
  out.clear_token();
  out.set_sent(true);
  return out;
}

Result<Plan> create(const Exchange& exchange) {
  TRY(const v1::AccountInput input, exchange.body<v1::AccountInput>());
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const trust::Viewer viewer, viewer_in(input));
  const auto link = std::make_shared<v1::EnrolmentLink>();
  TRY_STATUS(accounts->check_new(viewer));
  Plan plan;
  plan.keep = [accounts, viewer, link, &exchange]() -> Status {
    TRY(const trust::Link made, accounts->create(viewer, exchange.now));
    TRY(*link, delivered(exchange, made, false));
    return {};
  };
  plan.facts.push_back(
      trust::account_event(exchange.viewer, "create_account", viewer.account, true, input.role()));
  plan.answer = [link](uint64_t) { return json_response(201, *link); };
  return plan;
}

// One administrator alone makes nobody who could be somebody's second person, once there is another to ask.
Result<std::optional<std::string>> second_of_create(const Exchange& exchange) {
  TRY(const v1::AccountInput input, exchange.body<v1::AccountInput>());
  return second_for_role(exchange, input.role(), write_json(input));
}

// What a change is a link for; nothing: it is none.
std::optional<trust::LinkSets> link_of(v1::AccountChange change) {
  switch (change) {
    case v1::ACCOUNT_CHANGE_INVITE:
      return trust::LinkSets::kBoth;
    case v1::ACCOUNT_CHANGE_NEW_PASSWORD:
      return trust::LinkSets::kPassword;
    case v1::ACCOUNT_CHANGE_NEW_FACTOR:
      return trust::LinkSets::kFactor;
    default:
      return std::nullopt;
  }
}

// How somebody was known stands in the audit trail, so it has no room for numbers of cards and telephones.
Status check_known_by(const std::string& known_by) {
  size_t characters = 0;
  for (const char c : known_by) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f || (c >= '0' && c <= '9'))
      return invalid("known_by", "must be one line of words, without any number");
    characters += (byte & 0xc0) != 0x80 ? 1 : 0;
  }
  if (characters < 4 || characters > 80)
    return invalid("known_by", "says how the person was known, in 4 to 80 characters");
  return {};
}

Status do_change(trust::Accounts& accounts, const std::string& account, v1::AccountChange change, Time now,
                 std::optional<trust::Link>& link) {
  if (const auto sets = link_of(change)) {
    TRY(link, accounts.invite(account, trust::kInvitationLasts, now, *sets));
    return accounts.note(account, store::AccountEvent::kLinkIssued, "", now);
  }
  switch (change) {
    case v1::ACCOUNT_CHANGE_UNLOCK:
      return accounts.unlock(account);
    case v1::ACCOUNT_CHANGE_DISABLE:
      return accounts.set_disabled(account, true);
    case v1::ACCOUNT_CHANGE_ENABLE:
      return accounts.set_disabled(account, false);
    case v1::ACCOUNT_CHANGE_END_SESSIONS:
      return accounts.end_sessions(account);
    default:
      return invalid("change", "is needed");
  }
}

// "ACCOUNT_CHANGE_INVITE" is "invite_account" in the audit trail.
std::string action_of(v1::AccountChange change) {
  std::string name = v1::AccountChange_Name(change).substr(std::string_view("ACCOUNT_CHANGE_").size());
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name + (change == v1::ACCOUNT_CHANGE_END_SESSIONS ? "" : "_account");
}

Result<Plan> change(const Exchange& exchange) {
  TRY(const v1::AccountChangeInput input, exchange.body<v1::AccountChangeInput>());
  if (input.change() == v1::ACCOUNT_CHANGE_UNSPECIFIED) return invalid("change", "is needed");
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const store::AccountRecord account, accounts->find(exchange.id()));
  // The last one who could let anybody in again.
  if (input.change() == v1::ACCOUNT_CHANGE_DISABLE && account.name == exchange.viewer.account)
    return Error{Code::kConflict, "account", "nobody disables the own account"};
  // Of who has not enrolled yet nothing is to be got back.
  const bool gets_back = link_of(input.change()) && !accounts->awaits_enrolment(account);
  if (gets_back) {
    TRY_STATUS(check_known_by(input.known_by()));
    TRY_STATUS(check_address(exchange, account.name));
  }
  const auto answer = std::make_shared<v1::AccountChanged>();
  Plan plan;
  plan.keep = [accounts, name = account.name, what = input.change(), exchange, answer,
               gets_back]() -> Status {
    std::optional<trust::Link> link;
    TRY_STATUS(do_change(*accounts, name, what, exchange.now, link));
    if (link) {
      TRY(*answer->mutable_link(), delivered(exchange, *link, gets_back));
    }
    TRY(const store::AccountRecord now, accounts->find(name));
    *answer->mutable_account() = written(exchange, now);
    return {};
  };
  const std::string reason =
      "by an administrator" + (gets_back ? ", known by: " + input.known_by() : std::string());
  plan.facts.push_back(
      trust::account_event(exchange.viewer, action_of(input.change()), account.name, true, reason));
  plan.answer = [answer](uint64_t) { return json_response(200, *answer); };
  return plan;
}

// A link that sets both factors makes whoever holds it that account. What is unusual is approved whatever it
// is.
Result<std::optional<std::string>> second_of_change(const Exchange& exchange) {
  TRY(const v1::AccountChangeInput input, exchange.body<v1::AccountChangeInput>());
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const store::AccountRecord account, accounts->find(exchange.id()));
  const bool takes_over = input.change() == v1::ACCOUNT_CHANGE_INVITE && !accounts->awaits_enrolment(account);
  return second_for_role(exchange, takes_over ? account.role : "", write_json(input));
}

}  // namespace

Result<std::optional<std::string>> second_for_role(const Exchange& exchange, const std::string& role,
                                                   std::string what) {
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const bool two, accounts->asks_two());
  const auto named = trust::parse_role(role);
  const bool weighs = named && trust::is_made_by_two(*named);
  if (!two || (!weighs && administering::unusual(exchange).empty())) return std::optional<std::string>();
  return std::optional(std::move(what));
}

Plan refusing(const Exchange& exchange, const char* action, const std::string& reason) {
  Plan plan;
  plan.facts.push_back(trust::account_event(exchange.viewer, action, exchange.viewer.account, false, reason));
  plan.answer = [](uint64_t) { return net::problem(403, "forbidden", "", "password or code is wrong"); };
  return plan;
}

Error factor_needed() {
  return Error{
      Code::kForbidden, "factor",
      "show a second factor (POST /api/v1/me/proof) or sign in again, and do it within five minutes"};
}

bool is_stale(const Exchange& exchange) {
  const Result<std::string> token = session::presented_key(exchange.request);
  return exchange.world.accounts != nullptr && token.ok() &&
         exchange.world.accounts->is_stale(*token, exchange.now);
}

Result<trust::Viewer> viewer_in(const v1::AccountInput& input) {
  const auto role = trust::parse_role(input.role());
  if (!role) return invalid("role", "is not a role");
  return trust::Viewer{input.account(),   *role,
                       input.person_id(), input.unit_id(),
                       input.agency_id(), {input.wearer_ids().begin(), input.wearer_ids().end()}};
}

Result<store::AccountRecord> own_account(const Exchange& exchange) {
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  const std::string token = session::presented_key(exchange.request).value();
  if (!accounts->viewer_of(token, exchange.now))
    return invalid("authorization", "this is a key, not an account");
  return accounts->find(exchange.viewer.account);
}

void add_account_routes(std::vector<Route>& r) {
  const auto add = [&](const char* method, const char* path, const char* summary, Action action, Run run,
                       const google::protobuf::Descriptor* input,
                       const google::protobuf::Descriptor* output) {
    r.push_back(
        {method, path, "accounts", summary, Access::kKey, action, "account", nullptr, run, input, output});
  };
  add("GET", "/api/v1/me/account", "My sessions and what is left of my second factor", Action::kRunOwnAccount,
      own, nullptr, v1::OwnAccount::descriptor());
  add("POST", "/api/v1/me/account/renewal", "A one-time link to a new password and second factor",
      Action::kRunOwnAccount, renew, v1::RenewalInput::descriptor(), v1::EnrolmentLink::descriptor());
  add("POST", "/api/v1/me/sessions/{id}/end",
      "End a session of mine; another than this one with both factors", Action::kRunOwnAccount,
      end_own_session, v1::SessionEndInput::descriptor(), v1::SessionEndInput::descriptor());
  r.back().subject_kind = "session";
  add("POST", "/api/v1/me/proof", "A second factor once more, for what weighs most", Action::kRunOwnAccount,
      prove, v1::ProofInput::descriptor(), v1::Proof::descriptor());
  add("GET", "/api/v1/accounts", "Everybody who may sign in", Action::kRunAccounts, list, nullptr,
      v1::AccountList::descriptor());
  add("POST", "/api/v1/accounts", "Invite somebody by a one-time link", Action::kRunAccounts, create,
      v1::AccountInput::descriptor(), v1::EnrolmentLink::descriptor());
  r.back().asks_factor = true;
  r.back().second = second_of_create;
  add("POST", "/api/v1/accounts/{id}/change",
      "Make another link, unlock, disable, enable, or end all sessions", Action::kRunAccounts, change,
      v1::AccountChangeInput::descriptor(), v1::AccountChanged::descriptor());
  r.back().asks_factor = true;
  r.back().second = second_of_change;
  add("GET", "/api/v1/accounts/{id}/sessions", "The sessions of an account", Action::kRunAccounts, sessions,
      nullptr, v1::SessionList::descriptor());
  add("POST", "/api/v1/accounts/{id}/sessions/{session}/end", "End a session of somebody",
      Action::kRunAccounts, end_session, v1::SessionEndInput::descriptor(),
      v1::SessionEndInput::descriptor());
}

}  // namespace haechi::api
