// Incidents: everything that happens around one wearer at one time is one incident, and each responding
// agency has at most one hand-off for it.
#include <algorithm>

#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr uint32_t kHandOffCodeMax = 2;
constexpr uint32_t kNoIncidentCode = 4;
// A violation learned of this late is for the control room to weigh, not for a patrol to race to.
constexpr Duration kHandOffAgeMax = Duration::seconds(900);
// The radius that holds 95 % of a circular normal error, in thousandths of its standard deviation per axis.
constexpr int64_t kErrorCircle = 2'448;

// What of the node's own troubles the control room has to know at once; unspecified: nothing.
v1::AlarmKind alarm_kind_of(v1::NodeCondition::Kind kind) {
  switch (kind) {
    case v1::NodeCondition::LOG_JOURNALLED:
      return v1::ALARM_KIND_LOG_JOURNALLED;
    case v1::NodeCondition::DISK_FILLING:
      return v1::ALARM_KIND_DISK_FILLING;
    case v1::NodeCondition::CLOCK_UNKEPT:
      return v1::ALARM_KIND_CLOCK_UNKEPT;
    case v1::NodeCondition::LOG_HARMED:
      return v1::ALARM_KIND_LOG_HARMED;
    default:
      return v1::ALARM_KIND_UNSPECIFIED;
  }
}

}  // namespace

const HeldIncident* Machine::incident_of(const HeldAlert& held) const {
  const auto found = incidents_.find(held.incident);
  return found == incidents_.end() ? nullptr : &found->second;
}

void Machine::attach_to_incident(uint64_t number, Step& step) {
  HeldAlert& held = alerts_.at(number);
  v1::Alert& alert = held.alert;
  if (held.wearer == kNone && held.about == kNone) return;  // an outage is nobody's
  const uint64_t key = held.wearer != kNone ? wearer_key(held.wearer) : protected_key(held.about);
  auto found = incidents_.find(key);
  if (found == incidents_.end()) {
    if (alert.code() >= kNoIncidentCode) return;  // a low battery alone is no incident
    found = incidents_.emplace(key, HeldIncident()).first;
    if (key >= has_incident_.size()) has_incident_.resize(key + 1);
    has_incident_[key] = true;
    v1::Incident& made = found->second.incident;
    made.set_id(step.effects.new_id("i", alert.id()));
    made.set_wearer_id(alert.wearer_id());
    made.set_code(alert.code());
    made.set_opened_at_us(step.now.us);
    incident_keys_[made.id()] = key;
  }
  HeldIncident& incident = found->second;
  held.incident = key;
  alert.set_incident_id(incident.incident.id());
  incident.alerts.push_back(number);
  incident.incident.add_alert_ids(alert.id());
  incident.incident.set_code(std::min(incident.incident.code(), alert.code()));
  const auto& known = incident.incident.protected_ids();
  if (held.about != kNone && std::find(known.begin(), known.end(), alert.protected_id()) == known.end())
    incident.incident.add_protected_ids(alert.protected_id());
  incident.changed = true;
  // As of when it reached us: after the clock was set back, stamps run ahead of everything that is told.
  const Time heard = step.received.known() ? std::min(step.now, step.received) : step.now;
  const bool recent = heard - Time{alert.happened_at_us()} <= kHandOffAgeMax;
  if (alert.code() <= kHandOffCodeMax && recent) incident.to_hand_off.push_back(number);
  touch_incident(key);
}

// An alert has become more urgent.
void Machine::rise_in_incident(uint64_t number, Step& step) {
  HeldAlert& held = alerts_.at(number);
  const auto found = incidents_.find(held.incident);
  if (found == incidents_.end()) return attach_to_incident(number, step);
  HeldIncident& incident = found->second;
  incident.incident.set_code(std::min(incident.incident.code(), held.alert.code()));
  incident.changed = true;
  if (held.alert.code() <= kHandOffCodeMax) incident.to_hand_off.push_back(number);
  touch_incident(held.incident);
}

// What the responding agency is told: the most urgent alert that is not clear, and of those the newest.
const HeldAlert* Machine::lead_of(const HeldIncident& held) const {
  const HeldAlert* lead = nullptr;
  const auto rank = [](const HeldAlert& one) {
    return std::pair(one.alert.state() == v1::ALERT_STATE_CLEARED, one.alert.code());
  };
  for (const uint64_t number : held.alerts) {
    const HeldAlert& one = alerts_.at(number);
    if (lead == nullptr || rank(one) <= rank(*lead)) lead = &one;
  }
  return lead;
}

std::optional<uint32_t> Machine::pair_rule(const HeldAlert& held) const {
  if (held.wearer == kNone) return std::nullopt;
  const RuleKind kind =
      held.alert.kind() == v1::ALERT_KIND_NO_CONTACT ? RuleKind::kNoContact : RuleKind::kPair;
  FewIndexes pairs;
  for (const uint32_t rule : persons_[held.wearer].rules)
    if (rules_[rule].kind == kind && (held.about == kNone || rules_[rule].about == held.about))
      pairs.push_back(rule);
  return nearest_rule(pairs);
}

void Machine::add_destination(v1::Target target, uint32_t person, v1::HandOffMessage_Alarm& alarm) const {
  v1::Destination& made = *alarm.add_destinations();
  made.set_target(target);
  made.set_person_id(person_ids_.name(person));
  const Track& track = persons_[person].track;
  if (track.empty()) return;
  law::set_place(track.latest().place, *made.mutable_place());
  made.set_accuracy_mm(track.latest().accuracy_mm);
  made.set_fixed_at_us(track.latest().at.us);
}

v1::HandOffMessage_Alarm Machine::alarm_of(const HeldAlert& held) const {
  v1::HandOffMessage_Alarm alarm;
  const v1::Alert& alert = held.alert;
  alarm.set_alert_id(alert.id());
  alarm.set_alert_kind(v1::AlertKind_Name(alert.kind()));
  alarm.set_code(alert.code());
  alarm.set_order_id(alert.order_id());
  if (const auto order = order_ids_.find(alert.order_id()))
    alarm.set_legal_basis(orders_[*order].order.legal_basis);
  alarm.set_wearer_id(alert.wearer_id());
  alarm.set_sentence_en(alert.sentence_en());
  alarm.set_sentence_ko(alert.sentence_ko());
  const std::optional<uint32_t> pair = pair_rule(held);
  const uint32_t about = held.about != kNone ? held.about : pair ? rules_[*pair].about : kNone;
  if (held.wearer != kNone) add_destination(v1::TARGET_WEARER, held.wearer, alarm);
  if (about != kNone) {
    alarm.set_protected_id(person_ids_.name(about));
    add_destination(v1::TARGET_PROTECTED_PERSON, about, alarm);
  }
  if (pair && rules_[*pair].about == about)
    if (const std::optional<v1::Proximity> now = proximity(rules_[*pair])) *alarm.mutable_proximity() = *now;
  return alarm;
}

// By where the wearer is, else by where she is. Who runs the call stays the same for as long as the incident
// lasts, however many borders it crosses; the others are told.
std::vector<Recipient> Machine::recipients_for(HeldIncident& held, const HeldAlert& lead) const {
  const Track* track = nullptr;
  for (const uint32_t person : {lead.wearer, lead.about})
    if (track == nullptr && person != kNone && !persons_[person].track.empty())
      track = &persons_[person].track;
  std::vector<Recipient> recipients;
  if (track == nullptr) return recipients;
  const KeptFix& fix = track->latest();
  const int64_t error_mm = int64_t{fix.sigma_mm} * kErrorCircle / 1'000;
  for (const law::Responsible& one : jurisdictions_.at(fix.place, error_mm)) {
    if (!one.informative && held.primary_agency_id.empty()) held.primary_agency_id = one.agency_id;
    recipients.push_back({one.agency_id, one.jurisdiction_id, one.agency_id != held.primary_agency_id});
  }
  const bool among = std::any_of(recipients.begin(), recipients.end(),
                                 [](const Recipient& one) { return !one.informative; });
  if (!among && !held.primary_agency_id.empty()) recipients.push_back({held.primary_agency_id, "", false});
  return recipients;
}

v1::Alarm& Machine::raise_alarm(v1::AlarmKind kind, const std::string& incident_id, Step& step) const {
  v1::Alarm& alarm = *step.effects.add().mutable_raise_alarm();
  alarm.set_id(step.effects.new_id("m", incident_id));
  alarm.set_kind(kind);
  alarm.set_incident_id(incident_id);
  alarm.set_raised_at_us(step.now.us);
  return alarm;
}

void Machine::page_for(const v1::ContactLogged& tried, Step& step) const {
  const auto number = alert_numbers_.find(tried.unreached_alert_id());
  if (number == alert_numbers_.end() || !rings(number->second)) return;
  const v1::Alert& alert = alerts_.at(number->second).alert;
  v1::Alarm& alarm = raise_alarm(v1::ALARM_KIND_PROTECTED_UNREACHED, alert.incident_id(), step);
  alarm.set_alert_id(alert.id());
  alarm.set_person_id(tried.person_id());
}

void Machine::tell_condition(const v1::NodeCondition& condition, Step& step) const {
  const v1::AlarmKind kind = alarm_kind_of(condition.kind());
  if (kind == v1::ALARM_KIND_UNSPECIFIED) return;
  v1::Alarm& alarm = raise_alarm(kind, "", step);
  alarm.set_over(condition.over());
  alarm.set_days_left(condition.days_left());
}

void Machine::raise_hand_offs(HeldIncident& held, Step& step) {
  const std::vector<uint64_t> fresh = std::move(held.to_hand_off);
  held.to_hand_off.clear();
  const HeldAlert* lead = lead_of(held);
  const std::string& id = held.incident.id();
  // Once every call is closed, what is new goes to whoever answers for the place now.
  if (hand_offs_.all_ended(id)) held.primary_agency_id.clear();
  const std::vector<Recipient> recipients = recipients_for(held, *lead);
  if (recipients.empty()) {
    if (held.jurisdiction_missed) return;
    held.jurisdiction_missed = true;
    raise_alarm(v1::ALARM_KIND_NO_JURISDICTION, id, step).set_alert_id(lead->alert.id());
    return;
  }
  hand_offs_.raise(id, recipients, alarm_of(*lead), step.entry, step.effects);
  // A cut strap is told for itself, whatever else is going on; a wider distance is not when a narrower one
  // is.
  for (size_t i = 0; i < fresh.size(); ++i) {
    const HeldAlert& one = alerts_.at(fresh[i]);
    const auto implies = [&](const HeldAlert& other) { return one.rule != kNone && one.rule == other.rule; };
    if (&one == lead || implies(*lead) || one.alert.state() == v1::ALERT_STATE_CLEARED) continue;
    if (std::any_of(fresh.begin() + static_cast<std::ptrdiff_t>(i) + 1, fresh.end(),
                    [&](uint64_t later) { return implies(alerts_.at(later)); }))
      continue;
    hand_offs_.raise(id, recipients, alarm_of(one), step.entry, step.effects);
  }
  const std::vector<std::string> ids = hand_offs_.ids(id);
  if (static_cast<size_t>(held.incident.hand_off_ids_size()) == ids.size()) return;
  held.incident.mutable_hand_off_ids()->Assign(ids.begin(), ids.end());
  held.changed = true;
}

void Machine::update_hand_offs(uint64_t key, Step& step) {
  // Asked of everyone who moves, and hardly anyone has one.
  if (key >= has_incident_.size() || !has_incident_[key]) return;
  const auto found = incidents_.find(key);
  if (found == incidents_.end()) return;
  HeldIncident& held = found->second;
  const HeldAlert* lead = lead_of(held);
  if (lead == nullptr) return;
  // Where no jurisdiction answered before, he may by now have come to one.
  if (held.primary_agency_id.empty() && held.jurisdiction_missed && lead->alert.code() <= kHandOffCodeMax) {
    if (recipients_for(held, *lead).empty()) return;
    raise_hand_offs(held, step);
    if (held.changed) *step.effects.add().mutable_update_incident() = held.incident;
    held.changed = false;
    return;
  }
  if (held.incident.hand_off_ids_size() == 0 || hand_offs_.all_ended(held.incident.id())) return;
  hand_offs_.update(held.incident.id(), alarm_of(*lead), step.entry, step.effects);
}

// Over when every alert is clear or settled by a person, and no agency is still at work.
bool Machine::try_close(uint64_t key, Step& step) {
  HeldIncident& held = incidents_.at(key);
  for (const uint64_t number : held.alerts)
    if (rings(number)) return false;
  const std::string id = held.incident.id();
  if (!hand_offs_.all_ended(id)) return false;
  held.incident.set_closed_at_us(step.now.us);
  *step.effects.add().mutable_close_incident() = held.incident;
  hand_offs_.forget(id);
  for (const uint64_t number : held.alerts) alerts_.at(number).incident = kNoIncident;
  incident_keys_.erase(id);
  incidents_.erase(key);
  has_incident_[key] = false;
  return true;
}

}  // namespace haechi::monitor
