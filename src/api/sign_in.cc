#include "api/sign_in.h"

#include "api/passkeys.h"
#include "api/read.h"
#include "api/session.h"
#include "api/slow_work.h"
#include "api/told.h"
#include "haechi/v1/account.pb.h"
#include "trust/audit.h"
#include "trust/totp.h"

namespace haechi::api {
namespace {

constexpr size_t kNameMax = 64, kCodeMax = 64, kTokenMax = 128;

Result<trust::Doorway> doorway_of(const net::Request& request) {
  TRY(const trust::Surface surface, session::named_surface(request));
  return trust::Doorway{surface, request.peer,
                        std::string(trust::cookie_key(request.header("cookie"), surface, request.secure))};
}

net::Response with_cookie(net::Response response, const net::Request& request, trust::Role role,
                          trust::Surface surface, const std::string& token) {
  const int64_t seconds = trust::session_limits(role, surface).absolute.s();
  response.headers.emplace_back("set-cookie", session::cookie(request, surface, token, seconds));
  return response;
}

Result<Plan> signed_in(const Exchange& exchange, const trust::Attempt& attempt,
                       const trust::Doorway& doorway) {
  TRY(const trust::SignedIn in, exchange.world.accounts->sign_in(attempt, doorway, exchange.now));
  const trust::Viewer& who = in.verdict.viewer;
  Plan plan;
  plan.facts.push_back(
      trust::account_event(who, "sign_in", who.account, in.verdict.right, in.verdict.reason));
  if (in.verdict.right && told::is_another_phone(*exchange.world.accounts, who, exchange.now))
    plan.facts.push_back(
        told::her_phone(exchange.viewer.account, who.person_id, v1::HER_PHONE_EVENT_SIGNED_IN));
  net::Response response =
      in.verdict.right ? with_cookie(json_response(200, read::capabilities_of(who)), exchange.request,
                                     who.role, doorway.surface, in.token)
                       : net::problem(401, "unauthorized", "",
                                      "account, password or second factor is wrong, or the account is "
                                      "locked");
  plan.answer = [response = std::move(response)](uint64_t) { return response; };
  return plan;
}

Result<Plan> sign_in(const Exchange& exchange) {
  TRY(const v1::SignInInput input, exchange.body<v1::SignInInput>());
  TRY(trust::Doorway doorway, doorway_of(exchange.request));
  Factors shown{input.account(), input.password(), input.code()};
  if (input.has_passkey()) {
    TRY(shown.passkey, proof_of(exchange, input.passkey()));
  }
  return attempting(exchange, std::move(shown),
                    [doorway = std::move(doorway)](const Exchange& e, const trust::Attempt& attempt) {
                      return signed_in(e, attempt, doorway);
                    });
}

Result<Plan> ways(const Exchange& exchange) {
  v1::SignInWays answer;
  answer.set_passkeys(has_passkeys(exchange));
  if (const trust::Accounts* accounts = exchange.world.accounts) {
    for (const trust::ProviderName& provider : accounts->providers()) {
      v1::IdentityProvider& one = *answer.add_providers();
      one.set_id(provider.id);
      one.set_name(provider.name);
    }
  }
  return answering(answer);
}

Result<Plan> look_at_enrolment(const Exchange& exchange) {
  TRY(const v1::EnrolmentQuestion question, exchange.body<v1::EnrolmentQuestion>());
  if (question.token().size() > kTokenMax) return invalid("token", "is too long");
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const trust::PendingEnrolment pending, accounts->enrolment(question.token(), exchange.now));
  v1::Enrolment answer;
  answer.set_account(pending.viewer.account);
  answer.set_role(trust::role_name(pending.viewer.role));
  answer.set_expires_at_us(pending.expires_at.us);
  answer.set_password_stays(pending.sets == trust::LinkSets::kFactor);
  answer.set_factor_stays(pending.sets == trust::LinkSets::kPassword);
  if (!answer.factor_stays()) {
    answer.set_totp_secret(pending.totp_secret);
    answer.set_totp_uri(trust::totp_uri(pending.viewer.account, pending.totp_secret));
  }
  return answering(answer);
}

// The account of this link has been somebody's already.
Result<bool> was_enrolled(const Exchange& exchange, const std::string& token) {
  trust::Accounts& accounts = *exchange.world.accounts;
  TRY(const trust::PendingEnrolment pending, accounts.enrolment(token, exchange.now));
  TRY(const store::AccountRecord account, accounts.find(pending.viewer.account));
  return !account.password.empty();
}

Result<Plan> enrolled(const Exchange& exchange, const std::string& token, const trust::Enrolling& brought,
                      const trust::Doorway& doorway) {
  TRY(const bool known, was_enrolled(exchange, token));
  TRY(const trust::EnrolledAccount in, exchange.world.accounts->enrol(token, brought, doorway, exchange.now));
  const trust::Viewer& who = in.verdict.viewer;
  Plan plan;
  if (in.verdict.right && known && who.role == trust::Role::kProtectedPerson)
    plan.facts.push_back(
        told::her_phone(exchange.viewer.account, who.person_id, v1::HER_PHONE_EVENT_SIGNED_IN));
  plan.facts.push_back(trust::account_event(who, "enrol", who.account, in.verdict.right, in.verdict.reason));
  if (!in.verdict.right) {
    plan.answer = [](uint64_t) {
      return net::problem(403, "forbidden", "", "password or code is wrong, or the account is locked");
    };
    return plan;
  }
  v1::Enrolled answer;
  for (const std::string& code : in.recovery_codes) answer.add_recovery_codes(code);
  plan.answer = [response = with_cookie(json_response(200, answer), exchange.request, who.role,
                                        doorway.surface, in.token)](uint64_t) { return response; };
  return plan;
}

// The list of breached passwords is on the disk, so the password is checked where it is hashed.
Result<std::string> checked_and_hashed(const std::string& password, const std::string& account,
                                       const trust::BreachedPasswords& breached,
                                       const std::vector<std::string>& words, trust::PasswordCost cost) {
  TRY_STATUS(trust::check_password(password, account, breached, words));
  return trust::hash_password(password, cost);
}

// Those of the configuration, and those in the names of the agencies that are registered.
std::vector<std::string> words_of_the_place(const Exchange& exchange) {
  std::vector<std::string> out;
  const auto add = [&out](std::string_view name) {
    for (std::string& word : trust::words_of(name)) out.push_back(std::move(word));
  };
  if (exchange.world.words != nullptr)
    for (const std::string& word : *exchange.world.words) add(word);
  for (const auto& [id, agency] : exchange.world.picture.agencies()) add(agency.name());
  return out;
}

Result<Plan> enrol(const Exchange& exchange) {
  TRY(v1::EnrolmentInput input, exchange.body<v1::EnrolmentInput>());
  if (input.token().size() > kTokenMax || input.code().size() > kCodeMax)
    return invalid("token", "is too long");
  if (input.password().size() > trust::kPasswordBytesMax) return invalid("password", "is too long");
  TRY(const trust::Doorway doorway, doorway_of(exchange.request));
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const trust::PendingEnrolment pending, accounts->enrolment(input.token(), exchange.now));
  TRY(trust::Challenge challenge, accounts->challenge(pending.viewer.account));
  trust::Enrolling brought{"",
                           {std::move(challenge), false, input.code(), {}, exchange.now, doorway.address}};
  Plan plan;
  plan.later = [slow = exchange.world.slow, breached = exchange.world.breached,
                words = words_of_the_place(exchange), cost = accounts->cost(), input, doorway,
                stays = pending.sets == trust::LinkSets::kFactor,
                brought = std::move(brought)](Deliver deliver) {
    return slow->post([=]() mutable {
      trust::Challenge& asked = brought.shown.challenge;
      Result<std::string> encoded = std::string();
      if (stays) {
        brought.shown.password_matches = trust::password_matches(asked.encoded, input.password());
      } else {
        encoded = checked_and_hashed(input.password(), asked.account, *breached, words, cost);
        if (encoded.ok()) brought.encoded = *encoded;
      }
      deliver([=](const Exchange& e) -> Result<Plan> {
        if (!encoded.ok()) return encoded.error();
        return enrolled(e, input.token(), brought, doorway);
      });
    });
  };
  return plan;
}

}  // namespace

Result<trust::Accounts*> accounts_of(const Exchange& exchange) {
  if (exchange.world.accounts == nullptr)
    return Error{Code::kNotFound, "", "nobody signs in here with a password"};
  return exchange.world.accounts;
}

Result<Plan> attempting(const Exchange& exchange, Factors shown,
                        std::function<Result<Plan>(const Exchange&, const trust::Attempt&)> then) {
  if (shown.account.size() > kNameMax) return invalid("account", "is too long");
  if (shown.password.size() > trust::kPasswordBytesMax) return invalid("password", "is too long");
  if (shown.code.size() > kCodeMax) return invalid("code", "is too long");
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(trust::Challenge challenge, accounts->challenge(shown.account));
  Plan plan;
  plan.later = [slow = exchange.world.slow, challenge = std::move(challenge), shown = std::move(shown),
                then = std::move(then), at = exchange.now, address = exchange.request.peer,
                cost = accounts->cost()](Deliver deliver) {
    return slow->post([=] {
      const bool matches = trust::password_matches(challenge.encoded, shown.password);
      // A wrong password takes as long as the right one.
      const std::string anew = trust::hashed_anew(challenge.encoded, shown.password, cost);
      deliver([=](const Exchange& e) {
        return then(e, trust::Attempt{challenge, matches, shown.code, shown.passkey, at, address, anew});
      });
    });
  };
  return plan;
}

void add_sign_in_routes(std::vector<Route>& r) {
  const auto add = [&](const char* path, const char* summary, Run run,
                       const google::protobuf::Descriptor* input,
                       const google::protobuf::Descriptor* output) {
    r.push_back({"POST", path, "accounts", summary, Access::kPublic, trust::Action::kSeeSelf, "account",
                 nullptr, run, input, output});
  };
  r.push_back({"GET", "/api/v1/sign-in/ways", "accounts", "How one may sign in here", Access::kPublic,
               trust::Action::kSeeSelf, "account", nullptr, ways, nullptr, v1::SignInWays::descriptor()});
  add("/api/v1/sign-in", "Sign a web surface in with account, password, and code or passkey", sign_in,
      v1::SignInInput::descriptor(), v1::Capabilities::descriptor());
  add("/api/v1/enrolment/question", "Whose one-time link this is, and what its authenticator has to hold",
      look_at_enrolment, v1::EnrolmentQuestion::descriptor(), v1::Enrolment::descriptor());
  add("/api/v1/enrolment", "Set by a one-time link what it is for, with what stays, and sign in", enrol,
      v1::EnrolmentInput::descriptor(), v1::Enrolled::descriptor());
}

}  // namespace haechi::api
