#include "picture/alert_book.h"

#include <algorithm>

namespace haechi::picture {
namespace {

// Time of the fix or event that shows the violation; a clock tick has none and counts from its own stamp.
int64_t fix_us(const v1::Alert& alert) {
  return alert.happened_at_us() != 0 ? alert.happened_at_us() : alert.opened_at_us();
}

void set_once(v1::Ledger& ledger, int64_t (v1::Ledger::*get)() const, void (v1::Ledger::*set)(int64_t),
              int64_t at_us) {
  if ((ledger.*get)() == 0) (ledger.*set)(at_us);
}

const char* handling_name(v1::Handling handling) {
  switch (handling) {
    case v1::HANDLING_ACKNOWLEDGE:
      return "acknowledged";
    case v1::HANDLING_ACT:
      return "acted";
    case v1::HANDLING_SHELVE:
      return "shelved";
    case v1::HANDLING_RESOLVE:
      return "resolved";
    case v1::HANDLING_CLOSE:
      return "closed";
    default:
      return "handled";
  }
}

const char* contact_name(v1::ContactLogged::Outcome outcome) {
  switch (outcome) {
    case v1::ContactLogged::REACHED:
      return "contact_reached";
    case v1::ContactLogged::NO_ANSWER:
      return "contact_no_answer";
    case v1::ContactLogged::REFUSED:
      return "contact_refused";
    case v1::ContactLogged::WRONG_NUMBER:
      return "contact_wrong_number";
    default:
      return "contact";
  }
}

const char* alarm_name(v1::AlarmKind kind) {
  switch (kind) {
    case v1::ALARM_KIND_DROPPED_DISPATCH:
      return "alarm_dropped_dispatch";
    case v1::ALARM_KIND_NO_ANSWER:
      return "alarm_no_answer";
    case v1::ALARM_KIND_REJECTED:
      return "alarm_rejected";
    case v1::ALARM_KIND_NO_UNIT:
      return "alarm_no_unit";
    case v1::ALARM_KIND_NOT_ACKNOWLEDGED:
      return "alarm_not_acknowledged";
    case v1::ALARM_KIND_ETA_BREACH:
      return "alarm_eta_breach";
    case v1::ALARM_KIND_NO_JURISDICTION:
      return "alarm_no_jurisdiction";
    case v1::ALARM_KIND_ENTRY_QUARANTINED:
      return "alarm_entry_quarantined";
    case v1::ALARM_KIND_PROTECTED_UNREACHED:
      return "alarm_protected_unreached";
    default:
      return "alarm";
  }
}

const char* unit_step_name(v1::UnitStatus status) {
  switch (status) {
    case v1::UNIT_STATUS_ASSIGNED:
      return "assigned";
    case v1::UNIT_STATUS_ACKNOWLEDGED:
      return "unit_acknowledged";
    case v1::UNIT_STATUS_EN_ROUTE:
      return "en_route";
    case v1::UNIT_STATUS_ON_SCENE:
      return "on_scene";
    case v1::UNIT_STATUS_TRANSPORTING:
      return "transporting";
    case v1::UNIT_STATUS_CLEARED:
      return "unit_cleared";
    default:
      return nullptr;
  }
}

template <typename Map>
auto look_up(Map& map, std::string_view id) -> decltype(&map.begin()->second) {
  const auto it = map.find(id);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace

bool condition_holds(const v1::Alert& alert) {
  return alert.state() != v1::ALERT_STATE_CLEARED && alert.handling() != v1::ALERT_HANDLING_RESOLVED &&
         alert.handling() != v1::ALERT_HANDLING_CLOSED;
}

bool has_ended(const v1::Alert& alert) {
  if (alert.handling() == v1::ALERT_HANDLING_CLOSED) return true;
  return alert.state() == v1::ALERT_STATE_CLEARED && alert.handling() == v1::ALERT_HANDLING_RESOLVED;
}

const char* hop_name(v1::Hop hop) {
  switch (hop) {
    case v1::HOP_DURABLE:
      return "durable";
    case v1::HOP_JUDGED:
      return "judged";
    case v1::HOP_HANDED_OFF:
      return "handed_off";
    case v1::HOP_SHOWN_CONTROL:
      return "shown_control";
    case v1::HOP_SHOWN_DISPATCH:
      return "shown_dispatch";
    case v1::HOP_SHOWN_FIELD:
      return "shown_field";
    case v1::HOP_SHOWN_PROTECTED:
      return "shown_protected";
    default:
      return "hop";
  }
}

void AlertBook::step(const std::string& alert_id, At at, const std::string& what, int64_t happened_us,
                     const std::string& who) {
  const auto record = alerts_.find(alert_id);
  if (record == alerts_.end()) return;
  v1::Timeline& timeline = timelines_[alert_id];
  timeline.set_alert_id(alert_id);
  if (timeline.steps_size() >= kStepsMax) {
    timeline.set_steps_left_out(timeline.steps_left_out() + 1);
    return;
  }
  v1::TimelineStep& added = *timeline.add_steps();
  added.set_at_us(happened_us);
  added.set_what(what);
  added.set_entry_no(at.entry_no);
  added.set_ms_since_fix((happened_us - fix_us(record->second.alert())) / 1'000);
  added.set_who(who);
}

// A hop of the whole incident counts for every alert that was open by then; an alert that joined later was
// not what the other side answered to.
void AlertBook::step_incident(const std::string& incident_id, At at, const std::string& what,
                              int64_t happened_us, const std::string& who, void (v1::Ledger::*set)(int64_t),
                              int64_t (v1::Ledger::*get)() const) {
  const IncidentRecord* incident = look_up(incidents_, incident_id);
  if (incident == nullptr) return;
  for (const std::string& alert_id : incident->alert_ids) {
    v1::AlertRecord& record = alerts_.find(alert_id)->second;
    if (has_ended(record.alert()) || record.alert().opened_at_us() > happened_us) continue;
    step(alert_id, at, what, happened_us, who);
    if (set != nullptr) set_once(*record.mutable_ledger(), get, set, happened_us);
  }
}

void AlertBook::opened(At at, const v1::Alert& alert) {
  v1::AlertRecord& record = alerts_[alert.id()];
  record.set_opened_entry_no(at.entry_no);
  v1::Ledger& ledger = *record.mutable_ledger();
  ledger.set_fixed_at_us(alert.happened_at_us());
  ledger.set_received_at_us(alert.received_at_us());
  ledger.set_opened_at_us(alert.opened_at_us());
  *record.mutable_alert() = alert;
  if (!alert.incident_id().empty()) incident_record(at, alert.incident_id()).alert_ids.insert(alert.id());
  if (alert.happened_at_us() != 0) step(alert.id(), at, "fixed", alert.happened_at_us(), alert.device_id());
  if (alert.received_at_us() != 0) step(alert.id(), at, "received", alert.received_at_us(), "");
  step(alert.id(), at, "opened", at.stamped_at.us, "");
}

void AlertBook::changed(At at, const v1::Alert& before, const v1::Alert& now) {
  if (now.code() != before.code()) {
    step(now.id(), at, "code_" + std::to_string(now.code()), at.stamped_at.us, "");
  }
  if (now.escalation() > before.escalation()) {
    step(now.id(), at, "escalated_" + std::to_string(now.escalation()), at.stamped_at.us, "");
  }
  if (now.state() == before.state()) return;
  switch (now.state()) {
    case v1::ALERT_STATE_CLEARED:
      step(now.id(), at, "cleared", at.stamped_at.us, "");
      break;
    case v1::ALERT_STATE_UNKNOWN:
      step(now.id(), at, "unknown", at.stamped_at.us, "");
      break;
    default:
      step(now.id(), at, "active", at.stamped_at.us, "");
      break;
  }
}

void AlertBook::put_alert(At at, const v1::Alert& alert) {
  const auto known = alerts_.find(alert.id());
  if (known == alerts_.end()) {
    opened(at, alert);
  } else {
    const uint64_t last = known->second.changed_entry_no();
    cleared_.erase({last, alert.id()});
    closed_.erase({last, alert.id()});
    changed(at, known->second.alert(), alert);
    *known->second.mutable_alert() = alert;
    if (!alert.incident_id().empty()) incident_record(at, alert.incident_id()).alert_ids.insert(alert.id());
  }
  alerts_[alert.id()].set_changed_entry_no(at.entry_no);
  if (has_ended(alert) && alert.synthetic()) {
    Ages ended{{at.entry_no, alert.id()}};
    drop_oldest_alerts(ended, 0);  // one every few seconds would leave no room for others
  } else if (has_ended(alert)) {
    closed_.insert({at.entry_no, alert.id()});
    drop_oldest_alerts(closed_, kClosedAlertsMax);
  } else if (alert.state() == v1::ALERT_STATE_CLEARED) {
    cleared_.insert({at.entry_no, alert.id()});
    drop_oldest_alerts(cleared_, kClearedAlertsMax);
  }
}

void AlertBook::drop_oldest_alerts(Ages& ages, size_t keep) {
  while (ages.size() > keep) {
    const std::string id = ages.begin()->second;
    ages.erase(ages.begin());
    const auto record = alerts_.find(id);
    const auto incident = incidents_.find(record->second.alert().incident_id());
    if (incident != incidents_.end()) incident->second.alert_ids.erase(id);
    timelines_.erase(id);
    alerts_.erase(record);
  }
}

void AlertBook::forget_places(const std::string& person_id) {
  for (auto& [id, record] : alerts_)
    if (record.alert().wearer_id() == person_id || record.alert().protected_id() == person_id)
      record.mutable_alert()->clear_place();
}

AlertBook::IncidentRecord& AlertBook::incident_record(At at, const std::string& id) {
  const auto [it, added] = incidents_.try_emplace(id);
  if (added) age_incident(it->second, at.entry_no, id);
  return it->second;
}

void AlertBook::age_incident(IncidentRecord& record, uint64_t entry_no, const std::string& id) {
  if (record.aged_entry_no != 0) closed_incidents_.erase({record.aged_entry_no, id});
  record.aged_entry_no = entry_no;
  if (entry_no == 0) return;
  closed_incidents_.insert({entry_no, id});
  while (closed_incidents_.size() > kClosedIncidentsMax) {
    const std::string oldest = closed_incidents_.begin()->second;
    closed_incidents_.erase(closed_incidents_.begin());
    for (const std::string& hand_off_id : incidents_[oldest].hand_off_ids) hand_offs_.erase(hand_off_id);
    incidents_.erase(oldest);
  }
}

void AlertBook::put_incident(At at, const v1::Incident& incident) {
  const bool ends = incident.closed_at_us() != 0;
  IncidentRecord& record = incident_record(at, incident.id());
  const bool was_open = record.incident.closed_at_us() == 0;
  record.incident = incident;
  if (ends && was_open)
    step_incident(incident.id(), at, "incident_closed", at.stamped_at.us, "", nullptr, nullptr);
  // Of a closed one without any alert left nobody asks: it makes room first.
  const uint64_t age = record.alert_ids.empty() ? 1 : at.entry_no;
  age_incident(record, ends ? age : 0, incident.id());
}

void AlertBook::put_hand_off(At at, const v1::HandOff& now) {
  v1::HandOff& kept = hand_offs_[now.id()];
  const v1::HandOff before = kept;
  kept = now;
  incident_record(at, now.incident_id()).hand_off_ids.insert(now.id());
  const auto moment = [&](int64_t us) { return us != 0 ? us : at.stamped_at.us; };
  using L = v1::Ledger;
  const auto tell = [&](bool is_new, const char* what, int64_t us, void (L::*set)(int64_t),
                        int64_t (L::*get)() const) {
    if (!is_new) return;
    const std::string name = now.informative() ? std::string("informed_") + what : what;
    step_incident(now.incident_id(), at, name, moment(us), now.agency_id(), now.informative() ? nullptr : set,
                  get);
  };
  const auto fresh = [](int64_t was, int64_t is) { return was == 0 && is != 0; };
  tell(fresh(before.received_at_us(), now.received_at_us()), "handed_off", now.received_at_us(),
       &L::set_handed_off_at_us, &L::handed_off_at_us);
  tell(fresh(before.accepted_at_us(), now.accepted_at_us()), "accepted", now.accepted_at_us(),
       &L::set_accepted_at_us, &L::accepted_at_us);
  tell(fresh(before.assigned_at_us(), now.assigned_at_us()), "unit_named", now.assigned_at_us(),
       &L::set_assigned_at_us, &L::assigned_at_us);
  tell(fresh(before.on_scene_at_us(), now.on_scene_at_us()), "unit_on_scene", now.on_scene_at_us(),
       &L::set_on_scene_at_us, &L::on_scene_at_us);
  tell(fresh(before.closed_at_us(), now.closed_at_us()), "call_closed", now.closed_at_us(), nullptr, nullptr);
  tell(!before.fallback() && now.fallback(), "fallback", 0, nullptr, nullptr);
  tell(!before.overdue() && now.overdue(), "overdue", 0, nullptr, nullptr);
  tell(before.state() != now.state() && now.state() == v1::HAND_OFF_STATE_REJECTED, "rejected", 0, nullptr,
       nullptr);
  tell(before.state() != now.state() && now.state() == v1::HAND_OFF_STATE_CANCELLED, "cancelled", 0, nullptr,
       nullptr);
}

void AlertBook::sent(At at, const v1::HandOffMessage& message) {
  if (!message.has_alarm_new() && !message.has_alarm_update()) return;
  const v1::HandOffMessage::Alarm& alarm =
      message.has_alarm_new() ? message.alarm_new() : message.alarm_update();
  const auto record = alerts_.find(alarm.alert_id());
  if (record == alerts_.end() || alarm.informative() || record->second.ledger().sent_at_us() != 0) return;
  record->second.mutable_ledger()->set_sent_at_us(at.stamped_at.us);
  step(alarm.alert_id(), at, "sent", at.stamped_at.us, message.to_agency_id());
}

void AlertBook::put_alarm(At at, const v1::Alarm& alarm) {
  alarms_.push_back(alarm);
  if (alarms_.size() > kAlarmsMax) alarms_.pop_front();
  if (!alarm.alert_id().empty()) {
    step(alarm.alert_id(), at, alarm_name(alarm.kind()), at.stamped_at.us, alarm.agency_id());
  } else {
    step_incident(alarm.incident_id(), at, alarm_name(alarm.kind()), at.stamped_at.us, alarm.agency_id(),
                  nullptr, nullptr);
  }
}

void AlertBook::handled(At at, const v1::AlertHandled& handled) {
  step(handled.alert_id(), at, handling_name(handled.handling()), at.stamped_at.us, handled.by());
}

void AlertBook::hop(At at, const v1::HopObserved& hop) {
  const auto record = alerts_.find(hop.alert_id());
  if (record == alerts_.end()) return;
  const int64_t at_us = hop.at_us() != 0 ? hop.at_us() : at.stamped_at.us;
  v1::Ledger& ledger = *record->second.mutable_ledger();
  using L = v1::Ledger;
  switch (hop.hop()) {
    case v1::HOP_DURABLE:
      set_once(ledger, &L::durable_at_us, &L::set_durable_at_us, at_us);
      break;
    case v1::HOP_JUDGED:
      set_once(ledger, &L::judged_at_us, &L::set_judged_at_us, at_us);
      break;
    case v1::HOP_HANDED_OFF:
      set_once(ledger, &L::handed_off_at_us, &L::set_handed_off_at_us, at_us);
      break;
    case v1::HOP_SHOWN_CONTROL:
      set_once(ledger, &L::shown_control_at_us, &L::set_shown_control_at_us, at_us);
      break;
    case v1::HOP_SHOWN_DISPATCH:
      set_once(ledger, &L::shown_dispatch_at_us, &L::set_shown_dispatch_at_us, at_us);
      break;
    case v1::HOP_SHOWN_FIELD:
      set_once(ledger, &L::shown_field_at_us, &L::set_shown_field_at_us, at_us);
      break;
    case v1::HOP_SHOWN_PROTECTED:
      set_once(ledger, &L::shown_protected_at_us, &L::set_shown_protected_at_us, at_us);
      break;
    default:
      return;
  }
  step(hop.alert_id(), at, hop_name(hop.hop()), at_us, hop.who());
}

void AlertBook::contact(At at, const v1::ContactLogged& logged) {
  IncidentRecord* incident = look_up(incidents_, logged.incident_id());
  if (incident == nullptr) return;
  incident->contacts.push_back({logged, at.stamped_at, at.entry_no});
  if (incident->contacts.size() > kContactsMax) incident->contacts.pop_front();
  step_incident(logged.incident_id(), at, contact_name(logged.outcome()), at.stamped_at.us, logged.by(),
                nullptr, nullptr);
}

void AlertBook::call_changed(At at, const v1::Call* before, const v1::Call& now) {
  using L = v1::Ledger;
  for (const v1::Assignment& assignment : now.assignments()) {
    v1::UnitStatus was = v1::UNIT_STATUS_UNSPECIFIED;
    if (before != nullptr) {
      for (const v1::Assignment& old : before->assignments()) {
        if (old.unit_id() == assignment.unit_id() && old.target() == assignment.target()) was = old.status();
      }
    }
    if (was == v1::UNIT_STATUS_UNSPECIFIED) {
      const int64_t us = assignment.assigned_at_us() != 0 ? assignment.assigned_at_us() : at.stamped_at.us;
      step_incident(now.incident_id(), at, "assigned", us, assignment.unit_id(), &L::set_assigned_at_us,
                    &L::assigned_at_us);
      was = v1::UNIT_STATUS_ASSIGNED;
    }
    const char* what = unit_step_name(assignment.status());
    if (assignment.status() == was || what == nullptr) continue;
    const bool arrived = assignment.status() == v1::UNIT_STATUS_ON_SCENE;
    step_incident(now.incident_id(), at, what, at.stamped_at.us, assignment.unit_id(),
                  arrived ? &L::set_on_scene_at_us : nullptr, &L::on_scene_at_us);
  }
}

void AlertBook::view_changed(At at, const std::string& alert_id, const char* what,
                             const std::string& protected_id) {
  step(alert_id, at, what, at.stamped_at.us, protected_id);
}

const v1::AlertRecord* AlertBook::alert(std::string_view id) const {
  return look_up(alerts_, id);
}

const v1::Incident* AlertBook::incident(std::string_view id) const {
  const IncidentRecord* record = look_up(incidents_, id);
  return record == nullptr ? nullptr : &record->incident;
}

const v1::HandOff* AlertBook::hand_off(std::string_view id) const {
  return look_up(hand_offs_, id);
}

bool AlertBook::happened_within(std::string_view alert_id, Time from, Time to) const {
  const auto within = [&](int64_t us) { return us >= from.us && us < to.us; };
  const v1::AlertRecord* record = alert(alert_id);
  if (record != nullptr && within(record->alert().opened_at_us())) return true;
  const v1::Timeline* kept = look_up(timelines_, alert_id);
  return kept != nullptr && std::any_of(kept->steps().begin(), kept->steps().end(),
                                        [&](const v1::TimelineStep& step) { return within(step.at_us()); });
}

v1::Timeline AlertBook::timeline(std::string_view alert_id) const {
  const v1::Timeline* kept = look_up(timelines_, alert_id);
  if (kept == nullptr) return {};
  v1::Timeline out = *kept;
  std::stable_sort(out.mutable_steps()->begin(), out.mutable_steps()->end(),
                   [](const v1::TimelineStep& a, const v1::TimelineStep& b) {
                     if (a.at_us() != b.at_us()) return a.at_us() < b.at_us();
                     return a.entry_no() < b.entry_no();
                   });
  return out;
}

std::vector<std::string> AlertBook::alert_ids(std::string_view incident_id) const {
  const IncidentRecord* record = look_up(incidents_, incident_id);
  if (record == nullptr) return {};
  return {record->alert_ids.begin(), record->alert_ids.end()};
}

std::vector<std::string> AlertBook::hand_off_ids(std::string_view incident_id) const {
  const IncidentRecord* record = look_up(incidents_, incident_id);
  if (record == nullptr) return {};
  return {record->hand_off_ids.begin(), record->hand_off_ids.end()};
}

std::deque<LoggedContact> AlertBook::contacts(std::string_view incident_id) const {
  const IncidentRecord* record = look_up(incidents_, incident_id);
  if (record == nullptr) return {};
  return record->contacts;
}

std::vector<const v1::Incident*> AlertBook::incidents() const {
  std::vector<const v1::Incident*> out;
  for (const auto& [id, record] : incidents_) {
    // Without an id it is only a place to hang alerts on: the incident itself was not told of yet.
    if (!record.incident.id().empty()) out.push_back(&record.incident);
  }
  return out;
}

std::vector<const v1::Incident*> AlertBook::open_incidents() const {
  std::vector<const v1::Incident*> out = incidents();
  std::erase_if(out, [](const v1::Incident* incident) { return incident->closed_at_us() != 0; });
  return out;
}

}  // namespace haechi::picture
