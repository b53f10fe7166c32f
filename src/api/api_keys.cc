#include "api/api_keys.h"

#include "api/accounts.h"
#include "api/sign_in.h"
#include "haechi/v1/account.pb.h"
#include "trust/audit.h"
#include "trust/secret_ages.h"

namespace haechi::api {
namespace {

v1::ApiKeyItem written(const store::ApiKeyRecord& key) {
  v1::ApiKeyItem out;
  out.set_id(key.id);
  *out.mutable_viewer() = whose(key.account, key);
  out.set_made_at_us(key.made_at.us);
  out.set_expires_at_us(key.expires_at.us);
  out.set_made_by(key.made_by);
  return out;
}

Result<Plan> list(const Exchange& exchange) {
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const auto all, accounts->api_keys().all());
  v1::ApiKeyList answer;
  for (const store::ApiKeyRecord& key : all) *answer.add_keys() = written(key);
  return answering(answer);
}

Result<Plan> make(const Exchange& exchange) {
  TRY(const v1::ApiKeyInput input, exchange.body<v1::ApiKeyInput>());
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const trust::Viewer viewer, viewer_in(input.viewer()));
  const auto answer = std::make_shared<v1::ApiKeyMade>();
  Plan plan;
  plan.keep = [accounts, viewer, expires_at = Time{input.expires_at_us()}, by = exchange.viewer.account,
               now = exchange.now, answer]() -> Status {
    TRY(const auto made, accounts->api_keys().make(viewer, expires_at, by, now));
    *answer->mutable_item() = written(made.record);
    answer->set_key(made.key);
    return {};
  };
  plan.facts.push_back(trust::account_event(exchange.viewer, "make_api_key", viewer.account, true,
                                            trust::role_name(viewer.role)));
  plan.answer = [answer](uint64_t) { return json_response(201, *answer); };
  return plan;
}

Result<std::optional<std::string>> second(const Exchange& exchange) {
  TRY(const v1::ApiKeyInput input, exchange.body<v1::ApiKeyInput>());
  return second_for_role(exchange, input.viewer().role(), write_json(input));
}

Result<Plan> end(const Exchange& exchange) {
  TRY(const v1::SessionEndInput input, exchange.body<v1::SessionEndInput>());
  TRY(trust::Accounts * accounts, accounts_of(exchange));
  TRY(const auto all, accounts->api_keys().all());
  for (const store::ApiKeyRecord& key : all) {
    if (key.id != exchange.id()) continue;
    Plan plan = answering(written(key));
    plan.keep = [accounts, id = key.id] { return accounts->api_keys().end(id); };
    plan.facts.push_back(
        trust::account_event(exchange.viewer, "end_api_key", key.account, true, "by an administrator"));
    return plan;
  }
  return Error{Code::kNotFound, "key", "there is no such key"};
}

// Those that are too old, or will be within a month.
Result<Plan> old_secrets(const Exchange& exchange) {
  constexpr int kShownMax = 1'000;
  v1::SecretAgeList answer;
  if (exchange.world.secret_ages == nullptr) return answering(answer);
  for (const trust::SecretAges::Age& age :
       exchange.world.secret_ages->due(exchange.now + trust::kSecretTold)) {
    if (answer.secrets_size() == kShownMax) {
      answer.set_left_out(answer.left_out() + 1);
      continue;
    }
    v1::SecretAge& one = *answer.add_secrets();
    one.set_name(age.name);
    one.set_since_us(age.since.us);
    one.set_due_at_us(age.due.us);
  }
  return answering(answer);
}

}  // namespace

void add_api_key_routes(std::vector<Route>& r) {
  const auto add = [&](const char* method, const char* path, const char* summary, Run run,
                       const google::protobuf::Descriptor* input,
                       const google::protobuf::Descriptor* output) {
    r.push_back({method, path, "accounts", summary, Access::kKey, trust::Action::kRunAccounts, "api_key",
                 nullptr, run, input, output});
  };
  add("GET", "/api/v1/api-keys", "Keys of other systems", list, nullptr, v1::ApiKeyList::descriptor());
  add("GET", "/api/v1/old-secrets",
      "Secrets of devices, agencies and gateways that ought to be changed within a month", old_secrets,
      nullptr, v1::SecretAgeList::descriptor());
  add("POST", "/api/v1/api-keys", "Make a key for another system; it is shown once", make,
      v1::ApiKeyInput::descriptor(), v1::ApiKeyMade::descriptor());
  r.back().asks_factor = true;
  r.back().second = second;
  add("POST", "/api/v1/api-keys/{id}/end", "End a key", end, v1::SessionEndInput::descriptor(),
      v1::ApiKeyItem::descriptor());
}

}  // namespace haechi::api
