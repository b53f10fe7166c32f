#include "api/passkeys.h"

#include "api/accounts.h"
#include "api/session.h"
#include "api/sign_in.h"
#include "haechi/v1/account.pb.h"
#include "trust/audit.h"

namespace haechi::api {
namespace {

constexpr size_t kClientDataMax = 4 << 10, kAttestationMax = 16 << 10, kProofPartMax = 2 << 10;

Result<trust::RelyingParty> party_of(const Exchange& exchange) {
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  return accounts->party_of(exchange.request.secure, exchange.request.header("host"));
}

v1::PasskeyItem written(const store::PasskeyRecord& passkey) {
  v1::PasskeyItem out;
  out.set_id(passkey.id);
  out.set_label(passkey.label);
  out.set_added_at_us(passkey.added_at.us);
  out.set_used_at_us(passkey.used_at.us);
  return out;
}

// The account is not asked for, so that the answer is the same whoever asks.
Result<Plan> ask_to_sign_in(const Exchange& exchange) {
  TRY(const trust::RelyingParty party, party_of(exchange));
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  const trust::Accounts::PasskeyAsked asked = accounts->passkey_challenge(exchange.now);
  v1::PasskeyChallenge answer;
  answer.set_challenge(asked.challenge);
  answer.set_relying_party(party.id);
  answer.set_expires_at_us(asked.expires_at.us);
  return answering(answer);
}

Result<Plan> asked_to_add(const Exchange& exchange, const trust::Attempt& attempt) {
  TRY(const trust::RelyingParty party, party_of(exchange));
  TRY(const auto asked,
      exchange.world.accounts->want_passkey(exchange.viewer.account, attempt, exchange.now));
  if (!asked.wanted) return refusing(exchange, "ask_passkey", asked.verdict.reason);
  v1::PasskeyChallenge answer;
  answer.set_challenge(asked.wanted->challenge);
  answer.set_relying_party(party.id);
  answer.set_user_handle(asked.wanted->user_handle);
  for (const std::string& id : asked.wanted->credential_ids) answer.add_credential_ids(id);
  answer.set_expires_at_us(asked.wanted->expires_at.us);
  return answering(answer);
}

Result<Plan> ask_to_add(const Exchange& exchange) {
  TRY(const v1::PasskeyQuestion input, exchange.body<v1::PasskeyQuestion>());
  TRY(const store::AccountRecord account, own_account(exchange));
  return attempting(exchange, {account.name, input.password(), input.code(), {}}, asked_to_add);
}

Result<Plan> add(const Exchange& exchange) {
  TRY(const v1::PasskeyInput input, exchange.body<v1::PasskeyInput>());
  TRY(const store::AccountRecord account, own_account(exchange));
  TRY(const trust::RelyingParty party, party_of(exchange));
  if (input.client_data().size() > kClientDataMax) return invalid("client_data", "is too long");
  if (input.attestation().size() > kAttestationMax) return invalid("attestation", "is too long");
  TRY(const std::string token, session::presented_key(exchange.request));
  const trust::PasskeyMade made{party, input.label(), input.client_data(), input.attestation(),
                                exchange.request.peer};
  const auto answer = std::make_shared<v1::PasskeyItem>();
  Plan plan;
  plan.keep = [accounts = exchange.world.accounts, name = account.name, made, token, now = exchange.now,
               answer]() -> Status {
    TRY(const store::PasskeyRecord added, accounts->add_passkey(name, made, token, now));
    *answer = written(added);
    return {};
  };
  plan.facts.push_back(trust::account_event(exchange.viewer, "add_passkey", account.name, true,
                                            "password and second factor, five minutes ago at most"));
  plan.answer = [answer](uint64_t) { return json_response(201, *answer); };
  return plan;
}

Result<Plan> removed(const Exchange& exchange, const trust::Attempt& attempt) {
  TRY(const std::string token, session::presented_key(exchange.request));
  TRY(const auto removed, exchange.world.accounts->remove_passkey(exchange.viewer.account, exchange.id(),
                                                                  attempt, token, exchange.now));
  if (!removed.removed) return refusing(exchange, "remove_passkey", removed.verdict.reason);
  Plan plan = answering(written(*removed.removed));
  plan.facts.push_back(trust::account_event(exchange.viewer, "remove_passkey", exchange.viewer.account, true,
                                            removed.verdict.reason));
  return plan;
}

Result<Plan> remove(const Exchange& exchange) {
  TRY(const v1::PasskeyRemoveInput input, exchange.body<v1::PasskeyRemoveInput>());
  TRY(const store::AccountRecord account, own_account(exchange));
  return attempting(exchange, {account.name, input.password(), input.code(), {}}, removed);
}

}  // namespace

bool has_passkeys(const Exchange& exchange) {
  return party_of(exchange).ok();
}

Result<trust::PasskeyProof> proof_of(const Exchange& exchange, const v1::PasskeyProof& input) {
  for (const std::string* part : {&input.credential_id(), &input.authenticator_data(), &input.signature()})
    if (part->size() > kProofPartMax) return invalid("passkey", "is too long");
  if (input.client_data().size() > kClientDataMax) return invalid("passkey", "is too long");
  TRY(const trust::RelyingParty party, party_of(exchange));
  return trust::PasskeyProof{party, input.credential_id(), input.client_data(), input.authenticator_data(),
                             input.signature()};
}

Status add_passkeys(const Exchange& exchange, const std::string& account, v1::OwnAccount& answer) {
  TRY(const auto passkeys, exchange.world.accounts->passkeys(account));
  for (const store::PasskeyRecord& one : passkeys) *answer.add_passkeys() = written(one);
  return {};
}

void add_passkey_routes(std::vector<Route>& r) {
  const auto add_route = [&](const char* path, const char* summary, Run run,
                             const google::protobuf::Descriptor* input,
                             const google::protobuf::Descriptor* output) {
    r.push_back({"POST", path, "accounts", summary, Access::kKey, trust::Action::kRunOwnAccount, "passkey",
                 nullptr, run, input, output});
  };
  r.push_back({"GET", "/api/v1/sign-in/passkey", "accounts", "What a passkey has to sign to sign in",
               Access::kPublic, trust::Action::kSeeSelf, "account", nullptr, ask_to_sign_in, nullptr,
               v1::PasskeyChallenge::descriptor()});
  add_route("/api/v1/me/passkeys/question", "What a new passkey of mine has to be made with", ask_to_add,
            v1::PasskeyQuestion::descriptor(), v1::PasskeyChallenge::descriptor());
  add_route("/api/v1/me/passkeys", "Add a passkey to my account; my other sessions end", add,
            v1::PasskeyInput::descriptor(), v1::PasskeyItem::descriptor());
  add_route("/api/v1/me/passkeys/{id}/remove", "Remove a passkey of mine; my other sessions end", remove,
            v1::PasskeyRemoveInput::descriptor(), v1::PasskeyItem::descriptor());
}

}  // namespace haechi::api
