// The desk's side of the hand-off protocol: messages in, calls opened and changed, answers out.
#include <algorithm>

#include "dispatch/call_picture.h"
#include "dispatch/desk.h"

namespace haechi::dispatch {
namespace {

constexpr size_t kRepliesMax = 32;  // kept per hand-off; the first message's are never dropped
constexpr Duration kForgetAfter = Duration::seconds(86'400);

}  // namespace

v1::HandOffMessage& Desk::answer(Exchange& exchange, Turn& turn) {
  v1::HandOffMessage& message = turn.answers.emplace_back();
  message.set_seq(++exchange.seq);
  message.set_id(exchange.hand_off_id + "-r" + std::to_string(exchange.seq));
  message.set_hand_off_id(exchange.hand_off_id);
  message.set_incident_id(exchange.incident_id);
  message.set_sent_at_us(turn.now.us);
  message.set_from_agency_id(exchange.agency_id);
  message.set_to_agency_id(exchange.peer_id);
  return message;
}

void Desk::receive(const v1::HandOffMessage& message, Turn& turn) {
  if (!agencies_.contains(message.to_agency_id()) || message.hand_off_id().empty()) return;
  if (!message.has_alarm_new() && !message.has_alarm_update() && !message.has_alarm_clear() &&
      !message.has_cancel_request())
    return;
  Exchange& exchange = exchanges_[message.hand_off_id()];
  if (exchange.hand_off_id.empty()) {
    exchange.hand_off_id = message.hand_off_id();
    exchange.incident_id = message.incident_id();
    exchange.agency_id = message.to_agency_id();
    exchange.peer_id = message.from_agency_id();
  }
  for (const auto& [id, answers] : exchange.replies) {
    if (id != message.id()) continue;
    turn.answers.insert(turn.answers.end(), answers.begin(), answers.end());
    return;
  }
  const size_t first = turn.answers.size();
  answer(exchange, turn).mutable_ack()->set_message_id(message.id());
  handle(exchange, message, turn);
  if (exchange.replies.size() == kRepliesMax) exchange.replies.erase(exchange.replies.begin() + 1);
  exchange.replies.emplace_back(
      message.id(),
      std::vector(turn.answers.begin() + static_cast<std::ptrdiff_t>(first), turn.answers.end()));
}

void Desk::handle(Exchange& exchange, const v1::HandOffMessage& message, Turn& turn) {
  switch (message.body_case()) {
    case v1::HandOffMessage::kAlarmNew:
      return alarmed(exchange, message.alarm_new(), turn);
    case v1::HandOffMessage::kAlarmUpdate:
      return alarmed(exchange, message.alarm_update(), turn);
    case v1::HandOffMessage::kAlarmClear:
      return cleared(exchange, message.alarm_clear(), turn);
    case v1::HandOffMessage::kCancelRequest:
      return cancel_asked(exchange, message.cancel_request(), turn);
    default:
      return;
  }
}

void Desk::accept(Exchange& exchange, const CallRecord* call, Turn& turn) {
  auto& body = *answer(exchange, turn).mutable_accepted();
  body.set_event_no(call ? call->picture.id() : "info-" + exchange.hand_off_id);
  if (!call) return;
  body.set_code(call->picture.code());
  body.set_jurisdiction_id(call->picture.jurisdiction_id());
}

Desk::CallRecord& Desk::open_call(Exchange& exchange, const v1::HandOffMessage::Alarm& alarm, Turn& turn) {
  const std::string id = turn.effects.new_id("C", exchange.hand_off_id);
  CallRecord& call = calls_[id];
  exchange.call_id = id;
  call.order_id = alarm.order_id();
  call.picture.set_id(id);
  call.picture.set_incident_id(exchange.incident_id);
  call.picture.set_hand_off_id(exchange.hand_off_id);
  call.picture.set_agency_id(exchange.agency_id);
  call.picture.set_state(v1::CALL_STATE_OPEN);
  call.picture.set_opened_at_us(turn.now.us);
  merge_alarm(call.picture, alarm);
  accept(exchange, &call, turn);
  return call;
}

// An update about a hand-off never seen (its first message was lost) opens the call as well.
void Desk::alarmed(Exchange& exchange, const v1::HandOffMessage::Alarm& alarm, Turn& turn) {
  if (exchange.call_id.empty() && alarm.informative()) {
    if (exchange.replies.empty()) accept(exchange, nullptr, turn);
    return;
  }
  CallRecord* call = find_call(exchange.call_id);
  if (!call) {
    call = &open_call(exchange, alarm, turn);
  } else if (!call->open()) {
    return;
  } else {
    merge_alarm(call->picture, alarm);
    if (call->order_id.empty()) call->order_id = alarm.order_id();
  }
  turn.calls.insert(call->picture.id());
  fill(*call, turn);
  refresh(*call, turn);
}

void Desk::cleared(Exchange& exchange, const v1::HandOffMessage::AlarmClear& clear, Turn& turn) {
  CallRecord* call = find_open(exchange.call_id);
  if (!call || !call->cleared_alerts.insert(clear.alert_id()).second) return;
  const auto& told = call->picture.alert_ids();
  const bool all = std::all_of(told.begin(), told.end(),
                               [&](const std::string& id) { return call->cleared_alerts.contains(id); });
  if (!all || call->picture.condition_cleared_at_us() != 0) return;
  call->picture.set_condition_cleared_at_us(turn.now.us);
  turn.calls.insert(call->picture.id());
}

void Desk::cancel_asked(Exchange& exchange, const v1::HandOffMessage::CancelRequest& request, Turn& turn) {
  CallRecord* call = find_open(exchange.call_id);
  const bool under_way =
      call && std::any_of(call->picture.assignments().begin(), call->picture.assignments().end(), active);
  auto& body = *answer(exchange, turn).mutable_cancel_answer();
  body.set_agreed(!under_way);
  if (under_way) {
    body.set_text("units are assigned: the desk decides");
    call->picture.set_cancel_reason(request.reason());
    turn.calls.insert(call->picture.id());
  } else if (call) {
    call->picture.set_cancel_reason(request.reason());
    end(*call, "", turn);
  }
}

// Everything of an ended call but its answer.
void Desk::end(CallRecord& call, const std::string& disposition, Turn& turn) {
  const std::string& id = call.picture.id();
  call.picture.set_state(v1::CALL_STATE_CLOSED);
  call.picture.set_closed_at_us(turn.now.us);
  call.picture.set_disposition(disposition);
  call.picture.set_unit_missing(false);
  call.picture.clear_proposals();
  call.missing.clear();
  missing_.erase(id);
  refresh_at_.erase({call.refresh_at, id});
  forget_at_.insert({turn.now + kForgetAfter, call.picture.hand_off_id()});
  turn.calls.insert(id);
  for (const v1::Assignment& assignment : call.picture.assignments()) {
    Unit* unit = active(assignment) ? units_.find(assignment.unit_id()) : nullptr;
    if (!unit || unit->call_id != id) continue;
    unit->call_id.clear();
    unit->target = v1::TARGET_UNSPECIFIED;
    set_status(*unit, v1::UNIT_STATUS_AVAILABLE, turn);
  }
}

void Desk::close(CallRecord& call, const std::string& disposition, const std::string& note, Turn& turn) {
  end(call, disposition, turn);
  const auto exchange = exchanges_.find(call.picture.hand_off_id());
  if (exchange == exchanges_.end()) return;
  auto& body = *answer(exchange->second, turn).mutable_closed();
  body.set_disposition(disposition);
  body.set_note(note);
}

}  // namespace haechi::dispatch
