#include "picture/picture.h"

#include <set>

#include "picture/synthetic.h"

namespace haechi::picture {

std::optional<uint32_t> Picture::fold(uint64_t no, Time at, const v1::Fact& fact, const Effects& effects) {
  if (no <= entry_no_) return std::nullopt;
  entry_no_ = no;
  stamped_at_ = at;
  heard_.reset();
  std::optional<uint32_t> moved;
  fence_.see({no, at, fact});
  if (fact.has_report_received() && fence_.behind(fact.report_received())) {
    if (const v1::Device* device = device_book_.device(fact.report_received().report().device_id()))
      positions_.report_past(fact.report_received(), *device);
    for (const auto& effect : effects) fold_effect(At{no, at}, *effect);
    return std::nullopt;
  }
  fold_fact(At{no, at}, fact, moved);
  for (const auto& effect : effects) fold_effect(At{no, at}, *effect);
  if (fact.has_report_received()) fold_told(no, fact.report_received(), effects);
  return moved;
}

// What needs both: the report and what it led to.
void Picture::fold_told(uint64_t no, const v1::ReportReceived& received, const Effects& effects) {
  device_book_.report(no, received, effects);
  const v1::Device* device = device_book_.device(received.report().device_id());
  if (device != nullptr) proximity_book_.report(received, *device, device_book_);
}

void Picture::fold_fact(At at, const v1::Fact& fact, std::optional<uint32_t>& moved) {
  switch (fact.kind_case()) {
    case v1::Fact::kReportReceived: {
      const v1::ReportReceived& received = fact.report_received();
      const v1::Device* device = device_book_.device(received.report().device_id());
      if (device == nullptr) break;
      const Reported reported = positions_.report(at.entry_no, received, *device);
      heard_ = reported.holder;
      if (reported.moved) moved = reported.holder;
      break;
    }
    case v1::Fact::kPersonRegistered:
      fold_person(fact.person_registered());
      break;
    case v1::Fact::kDeviceRegistered:
      device_book_.put(fact.device_registered());
      break;
    case v1::Fact::kZoneRegistered:
      zones_[fact.zone_registered().id()] = fact.zone_registered();
      place_history_.redrawn(at, fact.zone_registered());
      break;
    case v1::Fact::kOrderRegistered: {
      // The order of a measure changes through its measure only.
      if (case_book_.measure_of_order(fact.order_registered().id()) != nullptr) break;
      v1::Order& kept = orders_[fact.order_registered().id()];
      if (fact.order_registered().version() < kept.version()) break;
      kept = fact.order_registered();
      place_history_.put(at, kept, zones_);
      break;
    }
    case v1::Fact::kHolidayCalendarRegistered:
      holiday_calendars_[fact.holiday_calendar_registered().name()] = fact.holiday_calendar_registered();
      break;
    case v1::Fact::kAgencyRegistered:
      agencies_[fact.agency_registered().id()] = fact.agency_registered();
      break;
    case v1::Fact::kJurisdictionRegistered:
      jurisdictions_[fact.jurisdiction_registered().id()] = fact.jurisdiction_registered();
      break;
    case v1::Fact::kUnitRegistered:
      calls_.put_unit(fact.unit_registered());
      positions_.put_unit(fact.unit_registered());
      break;
    case v1::Fact::kDeviceConnectionChanged:
      device_book_.connection(at.stamped_at, fact.device_connection_changed());
      break;
    case v1::Fact::kProcessStarted:
      device_book_.restarted(at.stamped_at);
      break;
    case v1::Fact::kAlertHandled:
      alerts_.handled(at, fact.alert_handled());
      break;
    case v1::Fact::kContactLogged:
      alerts_.contact(at, fact.contact_logged());
      break;
    case v1::Fact::kNodeCondition:
      node_book_.put(at.entry_no, at.stamped_at, fact.node_condition());
      break;
    case v1::Fact::kHopObserved:
      alerts_.hop(at, fact.hop_observed());
      break;
    case v1::Fact::kCaseFact:
      case_book_.fold(fact.case_fact());
      break;
    case v1::Fact::kViolationTakenOver:
      taken_over_.put(at.entry_no, fact.violation_taken_over());
      break;
    case v1::Fact::kActRequested:
    case v1::Fact::kActAnswered:
    case v1::Fact::kActDone:
      acts_.fold(at.stamped_at, fact);
      break;
    case v1::Fact::kAccessDecided:
      fold_access(at, fact.access_decided());
      break;
    default:
      break;  // the rest changes nothing people look at, or does so through its effects
  }
}

// Whose places it showed: persons by their ids, and those whom an alert or a call shows.
void Picture::fold_access(At at, const v1::AccessDecided& access) {
  ++(access.allowed() ? access_.allowed : access_.denied);
  access_.last_at = at.stamped_at;
  if (!access.allowed() || access.precision().empty() || access.precision() == "none") return;
  std::set<std::string> shown;
  const auto add = [&](const std::string& id) {
    if (persons_.contains(id)) shown.insert(id);
    if (const v1::AlertRecord* record = alerts_.alert(id)) shown.insert(record->alert().wearer_id());
    if (const v1::Call* call = calls_.call(id)) shown.insert({call->wearer_id(), call->protected_id()});
  };
  add(access.subject_id());
  for (const std::string& id : access.shown_ids()) add(id);
  shown.erase("");
  for (const std::string& id : shown) provision_book_.put(at.stamped_at, id, access);
  if (access.subject_kind() == "inquiry" && access.action() == "see_history")
    case_book_.handed_over(at.stamped_at, access);
}

void Picture::fold_call(At at, const v1::Call& call) {
  alerts_.call_changed(at, calls_.call(call.id()), call);
  calls_.put_call(at.entry_no, call);
  past_alerts_.put(call);
}

void Picture::fold_case(At at, const v1::CaseEffect& effect) {
  case_book_.fold(at, effect);
  if (effect.has_activate_order()) put_order_of_measure(at, effect.activate_order().order());
  if (effect.has_end_order()) put_order_of_measure(at, effect.end_order().order());
  if (effect.has_update_case()) place_history_.put(at, effect.update_case(), zones_);
}

void Picture::put_order_of_measure(At at, const v1::Order& order) {
  orders_[order.id()] = order;
  place_history_.put(at, order, zones_);
}

void Picture::fold_incident(At at, const v1::Incident& incident) {
  alerts_.put_incident(at, incident);
  proximity_book_.put_incident(incident, positions_);
}

void Picture::fold_person(const v1::Person& person) {
  persons_[person.id()] = person;
  positions_.put_person(person);
  if (!person.removed()) return;
  place_history_.forget(person.id());
  provision_book_.forget(person.id());
  taken_over_.forget(person.id());
}

// Who is erased is no longer registered, and where that person was is forgotten here as well.
void Picture::fold_erasure(const v1::ErasureOutcome& outcome) {
  erasure_book_.put(outcome);
  if (outcome.erased()) taken_over_.forget(outcome.person_id());
  if (outcome.erased()) provision_book_.forget(outcome.person_id());
  const auto person = persons_.find(outcome.person_id());
  if (!outcome.erased() || person == persons_.end()) return;
  person->second.set_removed(true);
  positions_.put_person(person->second);
  place_history_.forget(outcome.person_id());
  proximity_book_.forget(outcome.person_id());
  alerts_.forget_places(outcome.person_id());
  for (const std::string& zone_id : outcome.zone_ids()) zones_.erase(zone_id);
}

void Picture::fold_effect(At at, const v1::Effect& effect) {
  switch (effect.kind_case()) {
    case v1::Effect::kSettleErasure:
      fold_erasure(effect.settle_erasure());
      break;
    case v1::Effect::kRaiseAlert:
      alerts_.put_alert(at, effect.raise_alert());
      past_alerts_.opened(at.entry_no, effect.raise_alert());
      break;
    case v1::Effect::kUpdateAlert:
      alerts_.put_alert(at, effect.update_alert());
      past_alerts_.changed(effect.update_alert());
      break;
    case v1::Effect::kClearAlert:
      alerts_.put_alert(at, effect.clear_alert());
      past_alerts_.changed(effect.clear_alert());
      break;
    case v1::Effect::kOpenIncident:
      fold_incident(at, effect.open_incident());
      break;
    case v1::Effect::kUpdateIncident:
      fold_incident(at, effect.update_incident());
      break;
    case v1::Effect::kCloseIncident:
      fold_incident(at, effect.close_incident());
      break;
    case v1::Effect::kSendHandOff:
      alerts_.sent(at, effect.send_hand_off());
      break;
    case v1::Effect::kUpdateHandOff:
      alerts_.put_hand_off(at, effect.update_hand_off());
      break;
    case v1::Effect::kOpenCall:
      fold_call(at, effect.open_call());
      break;
    case v1::Effect::kUpdateCall:
      fold_call(at, effect.update_call());
      break;
    case v1::Effect::kCloseCall: {
      v1::Call closed = effect.close_call();
      closed.set_state(v1::CALL_STATE_CLOSED);
      fold_call(at, closed);
      break;
    }
    case v1::Effect::kUpdateUnit:
      calls_.put_unit_state(effect.update_unit());
      break;
    case v1::Effect::kOpenView:
      alerts_.view_changed(at, effect.open_view().alert_id(), "view_opened",
                           effect.open_view().protected_id());
      calls_.put_view(effect.open_view());
      break;
    case v1::Effect::kUpdateView:
      calls_.put_view(effect.update_view());
      break;
    case v1::Effect::kCloseView: {
      const v1::View* view = calls_.view(effect.close_view().view_id());
      if (view != nullptr) alerts_.view_changed(at, view->alert_id(), "view_closed", view->protected_id());
      calls_.close_view(effect.close_view());
      break;
    }
    case v1::Effect::kRaiseAlarm:
      if (!is_synthetic_incident(*this, effect.raise_alarm().incident_id()))
        alerts_.put_alarm(at, effect.raise_alarm());
      break;
    case v1::Effect::kGrantTrack:
      calls_.grant(effect.grant_track());
      break;
    case v1::Effect::kRevokeTrack:
      calls_.revoke(effect.revoke_track());
      break;
    case v1::Effect::kNotifyProtected:
      alerts_.view_changed(at, effect.notify_protected().alert_id(), "protected_notified",
                           effect.notify_protected().protected_id());
      break;
    case v1::Effect::kCaseEffect:
      fold_case(at, effect.case_effect());
      break;
    default:
      break;  // device commands are for devices
  }
}

v1::UnitLive Picture::unit_live(const std::string& unit_id) const {
  v1::UnitLive out;
  const UnitRecord* record = calls_.unit(unit_id);
  if (record == nullptr) return out;
  *out.mutable_unit() = record->unit;
  out.set_status(record->state.status());
  out.set_call_id(record->state.call_id());
  out.set_target(record->state.target());
  if (const auto holder = positions_.find_unit(unit_id)) {
    if (auto position = positions_.live(*holder)) *out.mutable_position() = std::move(*position);
  }
  return out;
}

const v1::TrackAccess* Picture::following(std::string_view unit_id, std::string_view person_id) const {
  const auto person = persons_.find(person_id);
  if (person == persons_.end() || person->second.removed()) return nullptr;
  const bool is_protected = person->second.role() == v1::ROLE_PROTECTED_PERSON;
  for (const v1::TrackAccess* access : calls_.accesses(unit_id)) {
    if (access->person_id() != person_id) continue;
    if (!is_protected || access->target() == v1::TARGET_PROTECTED_PERSON) return access;
  }
  return nullptr;
}

const v1::Call* Picture::call_about(std::string_view agency_id, std::string_view person_id) const {
  for (const std::string& id : calls_.open_calls_about(person_id)) {
    const v1::Call* call = calls_.call(id);
    if (call->agency_id() == agency_id) return call;
  }
  return nullptr;
}

const v1::Call* Picture::call_of_incident(std::string_view agency_id, std::string_view incident_id) const {
  for (const v1::Call* call : calls_.calls_of_incident(incident_id)) {
    if (call->agency_id() == agency_id) return call;
  }
  return nullptr;
}

bool Picture::informed(std::string_view agency_id, std::string_view incident_id) const {
  const v1::Incident* incident = alerts_.incident(incident_id);
  if (incident == nullptr || incident->closed_at_us() != 0) return false;
  for (const std::string& id : alerts_.hand_off_ids(incident_id)) {
    const v1::HandOff* hand_off = alerts_.hand_off(id);
    if (hand_off->agency_id() == agency_id && hand_off->informative()) return true;
  }
  return false;
}

bool Picture::informed_about(std::string_view agency_id, std::string_view person_id) const {
  for (const v1::Incident* incident : alerts_.open_incidents()) {
    bool about = incident->wearer_id() == person_id;
    for (const std::string& protected_id : incident->protected_ids()) about |= protected_id == person_id;
    if (about && informed(agency_id, incident->id())) return true;
  }
  return false;
}

const v1::Alert* Picture::open_alert_between(std::string_view wearer_id,
                                             std::string_view protected_id) const {
  for (const auto& [id, record] : alerts_.alerts()) {
    const v1::Alert& alert = record.alert();
    if (alert.wearer_id() == wearer_id && alert.protected_id() == protected_id && condition_holds(alert)) {
      return &alert;
    }
  }
  return nullptr;
}

}  // namespace haechi::picture
