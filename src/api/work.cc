#include "api/work.h"

#include "api/codes.h"
#include "api/subjects.h"
#include "base/digest.h"
#include "haechi/v1/api.pb.h"
#include "trust/audit.h"

namespace haechi::api::work {
namespace {

constexpr Duration kShelveMax = Duration::seconds(24 * 3600);
constexpr size_t kNoteBytesMax = 2000;

Error conflict(const char* field, std::string reason) {
  return Error{Code::kConflict, field, std::move(reason)};
}
Error not_found(const char* field) {
  return Error{Code::kNotFound, field, "there is none of this id"};
}

Status check_note(const std::string& note) {
  if (note.size() > kNoteBytesMax) return invalid("note", "must be at most 2000 bytes");
  return {};
}

Status check_shelving(const v1::Alert& alert, const v1::AlertHandled& handled, Time now) {
  if (alert.code() <= 1) return conflict("handling", "an alert of code 0 or 1 is never shelved");
  if (!is_one_of(kShelvingReasons, handled.reason_code()))
    return invalid("reason_code", "must be a shelving reason of /api/v1/vocabulary");
  const Time until{handled.until_us()};
  if (until <= now || until > now + kShelveMax)
    return invalid("until_us", "must be within the next 24 hours");
  return {};
}

Status check_outcome(const v1::AlertHandled& handled) {
  if (is_one_of(kOutcomes, handled.reason_code())) return {};
  return invalid(
      "reason_code",
      "must be TRUE_VIOLATION, AUTHORISED, REASONABLE_EXCUSE, EQUIPMENT, DATA_ERROR, DUPLICATE, DRILL or "
      "UNFOUNDED");
}

Result<const v1::Call*> open_call(const Exchange& exchange) {
  const v1::Call* call = exchange.world.picture.calls().call(exchange.id());
  if (call == nullptr) return not_found("id");
  if (call->state() == v1::CALL_STATE_CLOSED) return conflict("id", "this call is closed");
  return call;
}

// An alert is not settled while police are still on their way because of it. An agency that was told for
// information only, or that refused, keeps nothing open.
Status check_hand_offs(const picture::AlertBook& alerts, const std::string& incident_id) {
  for (const std::string& id : alerts.hand_off_ids(incident_id)) {
    const v1::HandOff* hand_off = alerts.hand_off(id);
    if (hand_off == nullptr) continue;
    const v1::HandOffState state = hand_off->state();
    const bool ended = state == v1::HAND_OFF_STATE_CLOSED || state == v1::HAND_OFF_STATE_CANCELLED ||
                       state == v1::HAND_OFF_STATE_REJECTED;
    const bool told = hand_off->informative() && state >= v1::HAND_OFF_STATE_RECEIVED;
    if (!ended && !told) return conflict("handling", "hand-off " + id + " of its incident is still open");
  }
  return {};
}

}  // namespace

Status check_handling(const v1::Alert& alert, const v1::AlertHandled& handled, Time now) {
  const v1::AlertHandling state = alert.handling();
  const bool taken = state == v1::ALERT_HANDLING_ACKNOWLEDGED || state == v1::ALERT_HANDLING_IN_PROGRESS;
  switch (handled.handling()) {
    case v1::HANDLING_ACKNOWLEDGE:
      if (state == v1::ALERT_HANDLING_NEW || state == v1::ALERT_HANDLING_SHELVED) return {};
      return conflict("handling", "already taken by " + alert.handled_by());
    case v1::HANDLING_ACT:
      if (state == v1::ALERT_HANDLING_ACKNOWLEDGED) return {};
      return conflict("handling", "only an acknowledged alert can be acted on");
    case v1::HANDLING_SHELVE:
      if (!taken) return conflict("handling", "only an alert somebody has taken can be shelved");
      return check_shelving(alert, handled, now);
    case v1::HANDLING_RESOLVE:
      if (state != v1::ALERT_HANDLING_IN_PROGRESS) {
        return conflict("handling", "only an alert that was acted on can be resolved");
      }
      return check_outcome(handled);
    case v1::HANDLING_CLOSE:
      if (state != v1::ALERT_HANDLING_RESOLVED)
        return conflict("handling", "only a resolved alert can be closed");
      if (alert.handled_by() == handled.by()) {
        return conflict("handling", "another person than the one who resolved it closes an alert");
      }
      return {};
    default:
      return invalid("handling", "must be acknowledge, act, shelve, resolve or close");
  }
}

Result<Plan> handle_alert(const Exchange& exchange) {
  TRY(const v1::HandleInput input, exchange.body<v1::HandleInput>());
  const v1::AlertRecord* record = exchange.world.picture.alerts().alert(exchange.id());
  if (record == nullptr) return not_found("id");
  auto fact = std::make_unique<v1::Fact>();
  v1::AlertHandled& handled = *fact->mutable_alert_handled();
  handled.set_alert_id(exchange.id());
  handled.set_handling(input.handling());
  handled.set_by(exchange.viewer.account);
  handled.set_reason_code(input.reason_code());
  handled.set_note(input.note());
  handled.set_until_us(input.until_us());
  TRY_STATUS(check_note(input.note()));
  TRY_STATUS(check_handling(record->alert(), handled, exchange.now));
  if (handled.handling() == v1::HANDLING_RESOLVE)
    TRY_STATUS(check_hand_offs(exchange.world.picture.alerts(), record->alert().incident_id()));
  Plan plan = logging(std::move(fact));
  plan.answer = [&picture = exchange.world.picture, id = exchange.id()](uint64_t entry_no) {
    v1::HandledAnswer answer;
    answer.set_entry_no(entry_no);
    // As the machine decided, which may be "unchanged" when someone else was first.
    if (const v1::AlertRecord* now = picture.alerts().alert(id)) *answer.mutable_alert() = *now;
    return json_response(200, answer);
  };
  return plan;
}

Result<Plan> alert_shown(const Exchange& exchange) {
  TRY(const v1::ShownInput input, exchange.body<v1::ShownInput>());
  (void)input;
  if (exchange.world.picture.alerts().alert(exchange.id()) == nullptr) return not_found("id");
  auto fact = std::make_unique<v1::Fact>();
  v1::HopObserved& hop = *fact->mutable_hop_observed();
  hop.set_alert_id(exchange.id());
  hop.set_hop(trust::shown_hop(exchange.viewer.role));
  hop.set_at_us(exchange.now.us);
  hop.set_who(exchange.viewer.account);
  return logging(std::move(fact));
}

Result<Plan> answer_hand_off(const Exchange& exchange) {
  TRY(const v1::HandOffAnswerInput input, exchange.body<v1::HandOffAnswerInput>());
  const v1::HandOff* hand_off = exchange.world.picture.alerts().hand_off(exchange.id());
  if (hand_off == nullptr) return not_found("id");
  if (input.event_no().empty() || input.event_no().size() > 64) {
    return invalid("event_no", "must be 1..64 characters: the number the other room told you");
  }
  if (!hand_off->event_no().empty())
    return conflict("id", "already accepted as event " + hand_off->event_no());
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_hand_off_answered()->set_by_human(true);
  v1::HandOffMessage& message = *fact->mutable_hand_off_answered()->mutable_message();
  message.set_id("H-" + hex(random_secret(12)));
  message.set_hand_off_id(exchange.id());
  message.set_incident_id(hand_off->incident_id());
  message.set_seq(1);
  message.set_sent_at_us(exchange.now.us);
  message.set_from_agency_id(hand_off->agency_id());
  message.set_to_agency_id("monitoring");
  message.mutable_accepted()->set_event_no(input.event_no());
  return logging(std::move(fact));
}

Result<Plan> unit_status(const Exchange& exchange) {
  TRY(const v1::UnitStatusInput input, exchange.body<v1::UnitStatusInput>());
  const picture::Picture& picture = exchange.world.picture;
  if (picture.calls().unit(exchange.id()) == nullptr) return not_found("id");
  if (!v1::UnitStatus_IsValid(input.status()) || input.status() == v1::UNIT_STATUS_UNSPECIFIED) {
    return invalid("status", "must be a status of a unit");
  }
  if (input.device_at_us() < 0 || Time{input.device_at_us()} > exchange.now + Duration::seconds(60)) {
    return invalid("device_at_us", "must not lie in the future");
  }
  if (!input.call_id().empty()) {
    const v1::Call* call = picture.calls().call(input.call_id());
    if (call == nullptr) return conflict("call_id", "there is no such call");
    if (!picture.unit_in_call(exchange.id(), *call))
      return conflict("call_id", "the unit is not on this call");
  }
  auto fact = std::make_unique<v1::Fact>();
  v1::UnitStatusChanged& changed = *fact->mutable_unit_status_changed();
  changed.set_unit_id(exchange.id());
  changed.set_status(input.status());
  changed.set_call_id(input.call_id());
  changed.set_by(exchange.viewer.account);
  changed.set_device_at_us(input.device_at_us());
  return logging(std::move(fact));
}

Result<Plan> assign(const Exchange& exchange) {
  TRY(const v1::AssignInput input, exchange.body<v1::AssignInput>());
  TRY(const v1::Call* call, open_call(exchange));
  if (input.target() != v1::TARGET_WEARER && input.target() != v1::TARGET_PROTECTED_PERSON) {
    return invalid("target", "must be TARGET_WEARER or TARGET_PROTECTED_PERSON");
  }
  if (input.target() == v1::TARGET_PROTECTED_PERSON && call->protected_id().empty()) {
    return conflict("target", "this call has no protected person");
  }
  if (input.target() == v1::TARGET_WEARER && call->wearer_id().empty()) {
    return conflict("target", "this call has no known wearer");
  }
  const picture::UnitRecord* unit = exchange.world.picture.calls().unit(input.unit_id());
  if (unit == nullptr || unit->unit.removed()) return conflict("unit_id", "there is no such unit");
  if (unit->state.status() == v1::UNIT_STATUS_OUT_OF_SERVICE) {
    return conflict("unit_id", "this unit is out of service");
  }
  auto fact = std::make_unique<v1::Fact>();
  v1::UnitAssignedByHand& assigned = *fact->mutable_unit_assigned_by_hand();
  assigned.set_call_id(exchange.id());
  assigned.set_unit_id(input.unit_id());
  assigned.set_target(input.target());
  assigned.set_by(exchange.viewer.account);
  return logging(std::move(fact));
}

Result<Plan> close_call(const Exchange& exchange) {
  TRY(const v1::CloseCallInput input, exchange.body<v1::CloseCallInput>());
  TRY(const v1::Call* call, open_call(exchange));
  (void)call;
  const std::string& code = input.disposition();
  if (code.size() != 2 || code.find_first_not_of("0123456789") != std::string::npos) {
    return invalid("disposition", "must be two digits");
  }
  TRY_STATUS(check_note(input.note()));
  auto fact = std::make_unique<v1::Fact>();
  v1::CallClosedByHand& closed = *fact->mutable_call_closed_by_hand();
  closed.set_call_id(exchange.id());
  closed.set_disposition(code);
  closed.set_note(input.note());
  closed.set_by(exchange.viewer.account);
  return logging(std::move(fact));
}

}  // namespace haechi::api::work
