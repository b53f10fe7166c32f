#include "monitor/hand_off_record.h"

#include <algorithm>
#include <utility>

#include "base/canary.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::monitor {
namespace {

using Message = v1::HandOffMessage;
using Alarm = v1::HandOffMessage::Alarm;

constexpr Duration kResendAfter[] = {Duration::seconds(1), Duration::seconds(2), Duration::seconds(4)};
constexpr uint32_t kResendsBeforeFallback = 3;
constexpr Duration kResendEvery = Duration::seconds(5);
constexpr Duration kAcceptWithin = Duration::seconds(10);
constexpr Duration kUnitWithinUrgent = Duration::seconds(30);
constexpr Duration kUnitWithin = Duration::seconds(300);
constexpr Duration kUpdateEvery = Duration::seconds(15);
constexpr Duration kEtaGrace = Duration::seconds(60);
constexpr uint32_t kUrgentCode = 1;
constexpr size_t kSeenAnswersMax = 64;  // acknowledgements, which are many, are not among them
constexpr char kMonitoring[] = "monitoring";

void earlier(Time& least, Time candidate) {
  if (candidate.known() && (!least.known() || candidate < least)) least = candidate;
}

Message blank_message(HandOffRecord& record, const HandOffTurn& turn) {
  Message message;
  message.set_seq(++record.seq);
  message.set_id(record.picture.id() + '-' + std::to_string(record.seq));
  message.set_hand_off_id(record.picture.id());
  message.set_incident_id(record.picture.incident_id());
  message.set_sent_at_us(turn.now.us);
  message.set_from_agency_id(kMonitoring);
  message.set_to_agency_id(record.picture.agency_id());
  return message;
}

void send(const Message& message, const HandOffTurn& turn) {
  *turn.effects.add().mutable_send_hand_off() = message;
}

void send_until_acknowledged(HandOffRecord& record, Message message, const HandOffTurn& turn) {
  send(message, turn);
  record.pending.push_back({std::move(message), turn.now, 0, turn.now + kResendAfter[0]});
}

void raise_alarm(const HandOffRecord& record, v1::AlarmKind kind, const HandOffTurn& turn) {
  const std::string id = turn.effects.new_id("alarm", record.picture.id());
  v1::Alarm& alarm = *turn.effects.add().mutable_raise_alarm();
  alarm.set_id(id);
  alarm.set_kind(kind);
  alarm.set_alert_id(record.latest.alert_id());
  alarm.set_incident_id(record.picture.incident_id());
  alarm.set_hand_off_id(record.picture.id());
  alarm.set_agency_id(record.picture.agency_id());
  alarm.set_level(1);
  alarm.set_raised_at_us(turn.now.us);
}

void start_fallback(HandOffRecord& record, const HandOffTurn& turn) {
  if (record.picture.fallback()) return;
  record.picture.set_fallback(true);
  record.changed = true;
  raise_alarm(record, v1::ALARM_KIND_NO_ANSWER, turn);
}

void note_late(HandOffRecord& record) {
  record.picture.set_late_answers(record.picture.late_answers() + 1);
  record.changed = true;
}

bool advance(HandOffRecord& record, v1::HandOffState state) {
  if (state <= record.picture.state()) return false;
  record.picture.set_state(state);
  record.changed = true;
  return true;
}

bool is_alarm(const Message& message) {
  return message.has_alarm_new() || message.has_alarm_update();
}

void drop_pending_new(HandOffRecord& record) {
  std::erase_if(record.pending,
                [](const UnackedMessage& pending) { return pending.message.has_alarm_new(); });
}

void remember_sent_alarm(HandOffRecord& record, const HandOffTurn& turn) {
  record.last_sent_alarm = record.latest.SerializeAsString();
  record.alarm_sent_at = turn.now;
  record.update_waits = false;
}

void send_new(HandOffRecord& record, const HandOffTurn& turn) {
  drop_pending_new(record);
  Message message = blank_message(record, turn);
  *message.mutable_alarm_new() = record.latest;
  record.new_message_id = message.id();
  record.heard.insert(record.latest.alert_id());  // by whoever answers anything at all
  record.picture.set_tries(1);
  record.accept_by = Time{};
  record.changed = true;
  send_until_acknowledged(record, std::move(message), turn);
  remember_sent_alarm(record, turn);
}

// The next update carries whatever is newest, so a superseded one about the same alert need not be delivered.
void send_news(HandOffRecord& record, const HandOffTurn& turn) {
  std::erase_if(record.pending, [&](const UnackedMessage& pending) {
    return pending.message.has_alarm_update() &&
           pending.message.alarm_update().alert_id() == record.latest.alert_id();
  });
  Message message = blank_message(record, turn);
  *message.mutable_alarm_update() = record.latest;
  send_until_acknowledged(record, std::move(message), turn);
  remember_sent_alarm(record, turn);
}

void send_positions(HandOffRecord& record, const HandOffTurn& turn) {
  record.update_waits = false;
  if (record.latest.SerializeAsString() == record.last_sent_alarm) return;
  Message message = blank_message(record, turn);
  *message.mutable_alarm_update() = record.latest;
  send(message, turn);
  remember_sent_alarm(record, turn);
}

// Takes over the newest state of the alarm. A code is never lowered: the agency may already act on it.
void take_latest(HandOffRecord& record, const Alarm& alarm) {
  const uint32_t code = record.told.empty() ? alarm.code() : std::min(alarm.code(), record.latest.code());
  record.latest = alarm;
  record.latest.set_code(code);
  record.latest.set_informative(record.picture.informative());
  record.latest.set_jurisdiction_id(record.jurisdiction_id);
}

// Positions are no news of an alert: an agency that was told that all is clear is not told of the rest by the
// way.
void take_places(HandOffRecord& record, const Alarm& alarm) {
  for (v1::Destination& known : *record.latest.mutable_destinations())
    for (const v1::Destination& to : alarm.destinations())
      if (known.target() == to.target() && known.person_id() == to.person_id()) known = to;
  if (alarm.has_proximity() && alarm.protected_id() == record.latest.protected_id())
    *record.latest.mutable_proximity() = alarm.proximity();
}

void news_of_positions(HandOffRecord& record, const HandOffTurn& turn) {
  if (record.picture.state() == v1::HAND_OFF_STATE_REJECTED) return;
  if (turn.now - record.alarm_sent_at >= kUpdateEvery) {
    send_positions(record, turn);
  } else {
    record.update_waits = true;
  }
}

Duration unit_within(const HandOffRecord& record) {
  return record.latest.code() <= kUrgentCode ? kUnitWithinUrgent : kUnitWithin;
}

bool a_unit_is_on_it(const HandOffRecord& record) {
  return std::any_of(record.units.begin(), record.units.end(),
                     [](const auto& entry) { return !entry.second.withdrawn; });
}

// An agency that ends its call cannot have meant what it has not heard of. A person's word by telephone is
// about everything.
std::vector<std::string> forget_unheard(HandOffRecord& record, bool by_human) {
  std::vector<std::string> out;
  if (by_human || record.picture.informative() || canary(Canary::kCloseUnheard)) return out;
  for (const UnackedMessage& pending : record.pending) {
    const std::string& alert_id = pending.message.alarm_update().alert_id();
    if (!pending.message.has_alarm_update() || record.heard.contains(alert_id)) continue;
    if (record.told.erase(alert_id) > 0) out.push_back(alert_id);
  }
  return out;
}

void end(HandOffRecord& record, v1::HandOffState state, const HandOffTurn& turn) {
  record.picture.set_state(state);
  record.picture.set_closed_at_us(turn.now.us);
  record.picture.set_overdue(false);
  record.changed = true;
  record.pending.clear();
  record.units.clear();
  record.update_waits = false;
  record.accept_by = record.unit_by = Time{};
}

void acknowledged(HandOffRecord& record, const v1::HandOffMessage::Ack& ack, const HandOffTurn& turn) {
  const auto it =
      std::find_if(record.pending.begin(), record.pending.end(),
                   [&](const UnackedMessage& pending) { return pending.message.id() == ack.message_id(); });
  if (it == record.pending.end()) return;
  const bool is_new = it->message.has_alarm_new();
  if (it->message.has_alarm_update()) record.heard.insert(it->message.alarm_update().alert_id());
  record.pending.erase(it);
  if (!is_new) return;
  if (record.picture.received_at_us() == 0) record.picture.set_received_at_us(turn.now.us);
  advance(record, v1::HAND_OFF_STATE_RECEIVED);
  if (record.picture.state() < v1::HAND_OFF_STATE_ACCEPTED && !record.picture.informative())
    record.accept_by = turn.now + kAcceptWithin;
}

void accepted(HandOffRecord& record, const std::string& event_no, bool by_human, const HandOffTurn& turn) {
  if (record.picture.accepted_at_us() != 0) {
    if (event_no != record.picture.event_no()) note_late(record);  // the first number stays
    return;
  }
  if (!advance(record, v1::HAND_OFF_STATE_ACCEPTED)) note_late(record);
  record.picture.set_accepted_at_us(turn.now.us);
  record.picture.set_event_no(event_no);
  record.changed = true;
  record.accept_by = Time{};
  if (!by_human) {
    // An event number is the strongest receipt. A person's word leaves the agency's system without the alarm.
    drop_pending_new(record);
    if (record.picture.received_at_us() == 0) record.picture.set_received_at_us(turn.now.us);
  }
  if (record.picture.state() == v1::HAND_OFF_STATE_ACCEPTED && !record.picture.informative())
    record.unit_by = turn.now + unit_within(record);
}

// What the refusal says is wrong is left out; everything else is the newest state.
void correct(Alarm& alarm, v1::RejectReason reason) {
  if (reason == v1::REJECT_REASON_OUT_OF_JURISDICTION) alarm.clear_jurisdiction_id();
  if (reason == v1::REJECT_REASON_INVALID_ADDRESS) {
    auto& places = *alarm.mutable_destinations();
    places.erase(std::remove_if(places.begin(), places.end(), [](const auto& to) { return !to.has_place(); }),
                 places.end());
  }
}

void refused_update(HandOffRecord& record, const std::string& message_id, const HandOffTurn& turn) {
  const auto refused = std::erase_if(
      record.pending, [&](const UnackedMessage& pending) { return pending.message.id() == message_id; });
  note_late(record);
  if (refused > 0) raise_alarm(record, v1::ALARM_KIND_REJECTED, turn);
}

void rejected(HandOffRecord& record, const Message& message, bool by_human, const HandOffTurn& turn) {
  const auto& refusal = message.rejected();
  if (refusal.reason() == v1::REJECT_REASON_DUPLICATE) {
    accepted(record, refusal.event_no(), by_human, turn);
    return;
  }
  if (record.picture.state() >= v1::HAND_OFF_STATE_ACCEPTED) {
    refused_update(record, refusal.message_id(), turn);
    return;
  }
  if (!refusal.message_id().empty() && refusal.message_id() != record.new_message_id) {
    note_late(record);  // an older sending, already corrected
    return;
  }
  record.picture.set_reject_text(refusal.text());
  record.changed = true;
  if (refusal.retryable() && !record.corrected && !by_human) {
    record.corrected = true;
    correct(record.latest, refusal.reason());
    if (refusal.reason() == v1::REJECT_REASON_OUT_OF_JURISDICTION) record.jurisdiction_id.clear();
    send_new(record, turn);
    return;
  }
  advance(record, v1::HAND_OFF_STATE_REJECTED);
  record.picture.set_fallback(true);
  record.pending.clear();
  record.accept_by = Time{};
  raise_alarm(record, v1::ALARM_KIND_REJECTED, turn);
}

// No unit is left on an accepted call: the clock for naming one runs again.
void withdrawn(HandOffRecord& record, HandOffUnit& unit, const HandOffTurn& turn) {
  unit.withdrawn = true;
  unit.arrive_by = Time{};
  record.changed = true;
  if (!a_unit_is_on_it(record) && record.picture.state() < v1::HAND_OFF_STATE_ON_SCENE &&
      !record.picture.informative())
    record.unit_by = turn.now + unit_within(record);
}

v1::HandOffState state_of(v1::UnitStatus status) {
  switch (status) {
    case v1::UNIT_STATUS_ASSIGNED:
    case v1::UNIT_STATUS_ACKNOWLEDGED:
    case v1::UNIT_STATUS_CLEARED:  // maybe recalled on its way: no proof that it arrived
      return v1::HAND_OFF_STATE_DISPATCHED;
    case v1::UNIT_STATUS_EN_ROUTE:
      return v1::HAND_OFF_STATE_EN_ROUTE;
    case v1::UNIT_STATUS_ON_SCENE:
    case v1::UNIT_STATUS_TRANSPORTING:
      return v1::HAND_OFF_STATE_ON_SCENE;
    default:
      return v1::HAND_OFF_STATE_UNSPECIFIED;
  }
}

void set_once(v1::HandOff& picture, v1::HandOffState state, Time now) {
  if (picture.assigned_at_us() == 0) picture.set_assigned_at_us(now.us);
  if (state >= v1::HAND_OFF_STATE_ON_SCENE && picture.on_scene_at_us() == 0)
    picture.set_on_scene_at_us(now.us);
}

void unit_progressed(HandOffRecord& record, const Message& message, const HandOffTurn& turn) {
  const auto& progress = message.unit_progress();
  if (progress.unit_id().empty()) return;
  const v1::HandOffState state = state_of(progress.status());
  const bool gone =
      progress.status() == v1::UNIT_STATUS_AVAILABLE || progress.status() == v1::UNIT_STATUS_OUT_OF_SERVICE;
  if (state == v1::HAND_OFF_STATE_UNSPECIFIED && !gone) return;
  const bool known = record.units.contains(progress.unit_id());
  HandOffUnit& unit = record.units[progress.unit_id()];
  const bool newer = message.seq() == 0 || message.seq() > unit.seq;
  if (gone) {
    if (known && newer && !unit.withdrawn) withdrawn(record, unit, turn);
    if (!known) record.units.erase(progress.unit_id());
    if (known && newer) unit.seq = message.seq();
    return;
  }
  if (known && unit.withdrawn ? !newer : progress.status() <= unit.status) {
    if (progress.status() != unit.status) note_late(record);
    return;
  }
  const bool first = !known || unit.withdrawn;
  unit.withdrawn = false;
  unit.status = progress.status();
  unit.seq = std::max(unit.seq, message.seq());
  if (progress.eta_s() > 0 && (first || !unit.arrive_by.known()))
    unit.arrive_by = turn.now + Duration::seconds(progress.eta_s()) * 2 + kEtaGrace;
  if (unit.status >= v1::UNIT_STATUS_ON_SCENE) unit.arrive_by = Time{};
  set_once(record.picture, state, turn.now);
  advance(record, state);
  record.picture.set_overdue(false);
  record.changed = true;
  record.accept_by = record.unit_by = Time{};
  drop_pending_new(record);
}

bool repeated(HandOffRecord& record, const Message& message) {
  if (message.id().empty() || message.has_ack()) return false;
  if (std::find(record.seen.begin(), record.seen.end(), message.id()) != record.seen.end()) return true;
  if (record.seen.size() == kSeenAnswersMax) record.seen.erase(record.seen.begin());
  record.seen.push_back(message.id());
  return false;
}

void resend_due(HandOffRecord& record, const HandOffTurn& turn) {
  if (canary(Canary::kForgetHandOff)) return;
  for (UnackedMessage& pending : record.pending) {
    if (pending.due > turn.now) continue;
    send(pending.message, turn);
    ++pending.resends;
    pending.due = pending.resends < kResendsBeforeFallback
                      ? pending.first_sent_at + kResendAfter[pending.resends]
                      : turn.now + kResendEvery;
    if (pending.message.has_alarm_new()) {
      record.picture.set_tries(pending.resends + 1);
      // During a long outage one picture per resend would be noise; the count goes out with the next change.
      if (pending.resends <= kResendsBeforeFallback) record.changed = true;
    }
    if (pending.resends == kResendsBeforeFallback && is_alarm(pending.message)) start_fallback(record, turn);
  }
}

void apply_body(HandOffRecord& record, const Message& message, bool by_human, const HandOffTurn& turn) {
  switch (message.body_case()) {
    case Message::kAck:
      return acknowledged(record, message.ack(), turn);
    case Message::kAccepted:
      return accepted(record, message.accepted().event_no(), by_human, turn);
    case Message::kRejected:
      return rejected(record, message, by_human, turn);
    case Message::kUnitProgress:
      return unit_progressed(record, message, turn);
    case Message::kClosed:
      record.picture.set_disposition(message.closed().disposition());
      return end(record, v1::HAND_OFF_STATE_CLOSED, turn);
    case Message::kCancelAnswer:
      if (record.cancel_requested && message.cancel_answer().agreed())
        end(record, v1::HAND_OFF_STATE_CANCELLED, turn);
      return;
    default:
      return;  // not something a responding agency says
  }
}

}  // namespace

void tell(HandOffRecord& record, const Alarm& alarm, const HandOffTurn& turn) {
  const bool higher = alarm.code() < record.latest.code();
  const bool news = higher || !record.told.contains(alarm.alert_id());
  take_latest(record, alarm);
  if (!news) {
    news_of_positions(record, turn);
    return;
  }
  record.told.insert(alarm.alert_id());
  record.cleared.erase(alarm.alert_id());
  if (record.picture.state() == v1::HAND_OFF_STATE_REJECTED) {
    record.corrected = false;
    send_new(record, turn);
    return;
  }
  send_news(record, turn);
  if (higher && record.unit_by.known()) earlier(record.unit_by, turn.now + unit_within(record));
}

void begin(HandOffRecord& record, const Alarm& alarm, const HandOffTurn& turn) {
  take_latest(record, alarm);
  record.told.insert(alarm.alert_id());
  send_new(record, turn);
}

void positions_changed(HandOffRecord& record, const Alarm& alarm, const HandOffTurn& turn) {
  if (record.ended()) return;
  if (alarm.code() < record.latest.code()) return tell(record, alarm, turn);
  if (record.told.contains(alarm.alert_id()) && !record.cleared.contains(alarm.alert_id())) {
    take_latest(record, alarm);
  } else {
    take_places(record, alarm);
  }
  news_of_positions(record, turn);
}

void condition_cleared(HandOffRecord& record, const std::string& alert_id, const HandOffTurn& turn) {
  if (record.ended() || !record.told.contains(alert_id) || !record.cleared.insert(alert_id).second) return;
  if (record.picture.state() == v1::HAND_OFF_STATE_REJECTED) return;
  Message message = blank_message(record, turn);
  message.mutable_alarm_clear()->set_cleared_at_us(turn.now.us);
  message.mutable_alarm_clear()->set_alert_id(alert_id);
  send_until_acknowledged(record, std::move(message), turn);
}

void ask_to_cancel(HandOffRecord& record, const std::string& reason, const std::string& authoriser,
                   const HandOffTurn& turn) {
  if (record.settled() || record.cancel_requested) return;
  record.cancel_requested = true;
  Message message = blank_message(record, turn);
  message.mutable_cancel_request()->set_reason(reason);
  message.mutable_cancel_request()->set_authoriser(authoriser);
  send_until_acknowledged(record, std::move(message), turn);
}

std::vector<std::string> apply_answer(HandOffRecord& record, const Message& message, bool by_human,
                                      const HandOffTurn& turn) {
  if (!by_human && message.from_agency_id() != record.picture.agency_id()) return {};
  if (!message.incident_id().empty() && message.incident_id() != record.picture.incident_id()) return {};
  if (repeated(record, message)) return {};
  if (record.ended()) {
    if (!message.has_ack()) note_late(record);
    return {};
  }
  const bool ends = message.has_closed() || (record.cancel_requested && message.cancel_answer().agreed());
  std::vector<std::string> unheard = ends ? forget_unheard(record, by_human) : std::vector<std::string>{};
  apply_body(record, message, by_human, turn);
  return unheard;
}

void apply_deadlines(HandOffRecord& record, const HandOffTurn& turn) {
  const auto passed = [&](Time& deadline) {
    if (!deadline.known() || deadline > turn.now) return false;
    deadline = Time{};
    return true;
  };
  resend_due(record, turn);
  if (passed(record.accept_by)) start_fallback(record, turn);
  if (passed(record.unit_by)) {
    record.picture.set_overdue(true);
    record.changed = true;
    raise_alarm(record, v1::ALARM_KIND_DROPPED_DISPATCH, turn);
  }
  for (auto& [id, unit] : record.units)
    if (passed(unit.arrive_by)) raise_alarm(record, v1::ALARM_KIND_ETA_BREACH, turn);
  if (record.update_waits && turn.now - record.alarm_sent_at >= kUpdateEvery) send_positions(record, turn);
}

Time next_deadline(const HandOffRecord& record) {
  Time due;
  for (const UnackedMessage& pending : record.pending) earlier(due, pending.due);
  earlier(due, record.accept_by);
  earlier(due, record.unit_by);
  for (const auto& [id, unit] : record.units) earlier(due, unit.arrive_by);
  if (record.update_waits) earlier(due, record.alarm_sent_at + kUpdateEvery);
  return due;
}

}  // namespace haechi::monitor
