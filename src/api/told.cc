#include "api/told.h"

#include <algorithm>

#include "api/legal.h"
#include "base/digest.h"
#include "base/hex.h"
#include "haechi/v1/api.pb.h"
#include "law/shapes.h"
#include "trust/accounts.h"

namespace haechi::api::told {
namespace {

using store::AddressKind;
using store::Holder;

// Of a person what is kept goes with her; of others it is the account's.
std::pair<Holder, std::string> holder_of(const trust::Viewer& viewer) {
  if (!viewer.person_id.empty()) return {Holder::kPerson, viewer.person_id};
  return {Holder::kAccount, viewer.account};
}

// A plan that keeps this and logs nothing but that it was done.
Plan keeping(const Exchange& exchange, Holder holder, const std::string& id, AddressKind kind,
             const std::string& value) {
  v1::Written written;
  written.set_entry_no(exchange.world.picture.entry_no());
  Plan plan = answering(written);
  plan.keep = [&records = exchange.world.records, holder, id, kind, value] {
    return records.put_address(holder, id, kind, store::Personal(value));
  };
  return plan;
}

Result<Plan> put_address(const Exchange& exchange, Holder holder) {
  TRY(const v1::AddressInput input, exchange.body<v1::AddressInput>());
  TRY_STATUS(notify::check(input));
  const bool anywhere = !input.phone().empty() || !input.email().empty();
  return keeping(exchange, holder, exchange.id(), AddressKind::kPost, anywhere ? write_json(input) : "");
}

bool is_own(const trust::Viewer& viewer, const v1::Notification& one) {
  if (!one.person_id().empty()) return one.person_id() == viewer.person_id;
  return !one.account().empty() && one.account() == viewer.account;
}

}  // namespace

std::unique_ptr<v1::Fact> her_phone(const std::string& by, const std::string& person_id,
                                    v1::HerPhoneEvent event) {
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_case_fact()->set_by(by);
  v1::HerPhoneChanged& changed = *fact->mutable_case_fact()->mutable_her_phone_changed();
  changed.set_person_id(person_id);
  changed.set_event(event);
  return fact;
}

bool is_another_phone(const trust::Accounts& accounts, const trust::Viewer& who, Time now) {
  return who.role == trust::Role::kProtectedPerson && accounts.sessions(who.account, "", now).size() > 1;
}

namespace {

constexpr size_t kEndShown = 2, kMarkDigits = 16;

// What the log may keep of an address: how it ends, and a mark by which the same one is known until the next
// start.
std::string marked(const std::string& address) {
  static const std::string kSalt = random_secret(32);
  const size_t at = address.find('@');
  const std::string end = at != std::string::npos
                              ? address.substr(at)
                              : address.substr(address.size() - std::min(address.size(), kEndShown));
  return "..." + end + " #" + hex(view(hmac_sha256(kSalt, address))).substr(0, kMarkDigits);
}

// Where somebody is told already, another address is another recipient.
Result<std::optional<std::string>> second_of_address(const Exchange& exchange, Holder holder) {
  TRY(const v1::AddressInput input, exchange.body<v1::AddressInput>());
  TRY(const std::optional<store::Personal> known,
      exchange.world.records.address(holder, exchange.id(), AddressKind::kPost));
  if (!known || *known == store::Personal(write_json(input))) return std::optional<std::string>();
  v1::AddressInput shown;
  shown.set_language(input.language());
  if (!input.phone().empty()) shown.set_phone(marked(input.phone()));
  if (!input.email().empty()) shown.set_email(marked(input.email()));
  return std::optional(write_json(shown));
}

}  // namespace

Result<std::optional<std::string>> second_of_account_address(const Exchange& exchange) {
  return second_of_address(exchange, Holder::kAccount);
}
Result<std::optional<std::string>> second_of_agency_address(const Exchange& exchange) {
  return second_of_address(exchange, Holder::kAgency);
}

Result<Plan> put_account_address(const Exchange& exchange) {
  TRY_STATUS(law::check_id(exchange.id(), "id"));
  return put_address(exchange, Holder::kAccount);
}

Result<Plan> put_agency_address(const Exchange& exchange) {
  TRY_STATUS(legal::check_agency(exchange, exchange.id(), "id"));
  return put_address(exchange, Holder::kAgency);
}

Result<Plan> push(const Exchange& exchange) {
  const auto [holder, id] = holder_of(exchange.viewer);
  TRY(const std::optional<store::Personal> known,
      exchange.world.records.address(holder, id, AddressKind::kPush));
  v1::PushAnswer answer;
  if (exchange.world.letters != nullptr) answer.set_public_key(exchange.world.letters->public_key());
  answer.set_subscribed(known.has_value());
  return answering(answer);
}

Result<Plan> subscribe(const Exchange& exchange) {
  TRY(const v1::PushInput input, exchange.body<v1::PushInput>());
  const auto [holder, id] = holder_of(exchange.viewer);
  if (input.endpoint().empty()) return keeping(exchange, holder, id, AddressKind::kPush, "");
  const notify::Letters* letters = exchange.world.letters;
  if (letters == nullptr || letters->public_key().empty())
    return Error{Code::kConflict, "", "nothing is pushed from here"};
  TRY_STATUS(letters->check(input));
  return keeping(exchange, holder, id, AddressKind::kPush, write_json(input));
}

Result<Plan> report(const Exchange& exchange) {
  TRY(const v1::OwnNotificationInput input, exchange.body<v1::OwnNotificationInput>());
  if (input.state() != v1::NOTIFICATION_STATE_DELIVERED && input.state() != v1::NOTIFICATION_STATE_OPENED)
    return invalid("state", "must be NOTIFICATION_STATE_DELIVERED or NOTIFICATION_STATE_OPENED");
  const v1::Notification* one = exchange.world.picture.case_book().notification(exchange.id());
  if (one == nullptr || !is_own(exchange.viewer, *one)) return legal::not_found();
  v1::Written written;
  written.set_entry_no(exchange.world.picture.entry_no());
  if (input.state() <= one->state()) return answering(written);  // said before
  legal::Facts facts;
  v1::NotificationReported& reported = *legal::add_fact(exchange, 0, facts).mutable_notification_reported();
  reported.set_notification_id(one->id());
  reported.set_state(input.state());
  reported.set_channel(v1::NOTIFICATION_CHANNEL_PUSH);
  return legal::judged_as(exchange, std::move(facts), [written]() -> Result<v1::Written> { return written; });
}

}  // namespace haechi::api::told
