// Alerts: how they are raised, what becomes of their condition, and how people handle them. Condition and
// handling are two machines: neither moves the other, but for conditions that only a person can end (SOS, an
// opened case).
#include <algorithm>

#include "base/ensure.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr uint32_t kLevelMax = 5;
constexpr Duration kShelveMax = Duration::seconds(24 * 3600);
// Past this age a last known distance says nothing about where he is now.
constexpr Duration kNearnessAgeMax = Duration::seconds(600);
// Who is not heard is far only if he cannot be near before a patrol could be there.
constexpr Duration kNearnessAhead = Duration::seconds(300);
constexpr Duration kForgetAfter = Duration::seconds(7 * 24 * 3600);
constexpr Duration kForgetSyntheticAfter = Duration::seconds(600);

bool ends_by_person(v1::AlertKind kind) {
  return kind == v1::ALERT_KIND_SOS || kind == v1::ALERT_KIND_CASE_OPENED;
}

// What she is told of as it begins. Of a place of hers: that he is at it, or near enough for the police to be
// told, as they are; the buffer beyond is the control room's.
bool is_tier(v1::AlertKind kind) {
  return kind == v1::ALERT_KIND_EXCLUSION || kind == v1::ALERT_KIND_EXCLUSION_POLICE ||
         kind == v1::ALERT_KIND_KEEP_AWAY || kind == v1::ALERT_KIND_NEAR_MAP ||
         kind == v1::ALERT_KIND_NEAR_POLICE || kind == v1::ALERT_KIND_NEAR_WARN;
}

// What an alert is named by: whom and what it is about.
std::string subject_of(const v1::Alert& alert) {
  return alert.wearer_id() + '|' + alert.protected_id() + '|' + alert.device_id() + '|' + alert.order_id() +
         '|' + alert.condition_id() + '|' + std::to_string(alert.kind());
}

}  // namespace

HeldAlert Machine::start_alert(v1::AlertKind kind, uint32_t wearer, uint32_t about, Time happened_at,
                               Step& step) const {
  HeldAlert made;
  made.wearer = wearer;
  made.about = about;
  made.alert.set_kind(kind);
  if (wearer != kNone) {
    made.alert.set_wearer_id(person_ids_.name(wearer));
    made.alert.set_synthetic(persons_[wearer].synthetic);
  }
  if (about != kNone) made.alert.set_protected_id(person_ids_.name(about));
  made.alert.set_happened_at_us(happened_at.us);
  made.alert.set_received_at_us(step.received.us);
  made.alert.set_clock_ahead(step.clock_ahead);
  return made;
}

// As of the distance that was last known; too old to say "far", it may still say "near".
law::Nearness Machine::nearness(uint32_t wearer, uint32_t about) const {
  if (wearer == kNone) return law::Nearness::kNobody;
  FewIndexes pairs;
  for (const uint32_t rule : persons_[wearer].rules)
    if (rules_[rule].kind == RuleKind::kPair && (about == kNone || rules_[rule].about == about))
      pairs.push_back(rule);
  const std::optional<uint32_t> nearest = nearest_rule(pairs);
  if (!nearest) return law::Nearness::kNobody;
  // What is not believed yet may not say "far", but it may say "near".
  if (std::any_of(pairs.begin(), pairs.end(),
                  [this](uint32_t rule) { return is_doubted_near(rules_[rule]); }))
    return law::Nearness::kNear;
  const Rule& rule = rules_[*nearest];
  if (!rule.latest) return law::Nearness::kUnknown;
  if (rule.latest->distance_mm <= rule.tiers.front().limit_mm) return law::Nearness::kNear;
  const auto old = [&](const Person& person) {
    return person.track.empty() || last_entry_at_ - person.track.latest().at > kNearnessAgeMax;
  };
  if (old(persons_[rule.wearer]) || old(persons_[rule.about])) return law::Nearness::kUnknown;
  const int64_t reach = reach_mm(rule, last_entry_at_ + kNearnessAhead, last_entry_at_);
  return gap_mm(rule) + rule.tiers.back().limit_mm - reach <= rule.tiers.front().limit_mm
             ? law::Nearness::kUnknown
             : law::Nearness::kFar;
}

bool Machine::is_doubted_near(const Rule& rule) const {
  const Person& wearer = persons_[rule.wearer];
  const Person& about = persons_[rule.about];
  const auto near = [&](const std::optional<KeptFix>& doubted, const std::optional<KeptFix>& other) {
    return doubted && other && geo::distance_mm(doubted->place, other->place) <= rule.tiers.front().limit_mm;
  };
  const auto last = [](const Person& person) {
    return person.track.empty() ? std::nullopt : std::optional(person.track.latest());
  };
  const std::optional<KeptFix> his = wearer.motion.suspect();
  const std::optional<KeptFix> hers = about.motion.suspect();
  return (his && (near(his, last(about)) || near(his, hers))) || (hers && near(hers, last(wearer)));
}

uint64_t Machine::open_alert(HeldAlert made, Step& step) {
  const uint64_t number = next_alert_++;
  v1::Alert& alert = made.alert;
  alert.set_id(step.effects.new_id("a", subject_of(alert)));
  const law::Nearness near = nearness(made.wearer, made.about);
  alert.set_code(made.code.value_or(law::code112(alert.kind(), near)));
  alert.set_state(v1::ALERT_STATE_ACTIVE);
  alert.set_handling(v1::ALERT_HANDLING_NEW);
  alert.set_opened_at_us(step.now.us);
  state_reason(made);
  alert_numbers_[alert.id()] = number;
  alerts_.emplace(number, std::move(made));
  attach_to_incident(number, step);
  HeldAlert& held = alerts_.at(number);
  *step.effects.add().mutable_raise_alert() = held.alert;
  await_acknowledgement(number, step);
  const bool strap_near = held.alert.kind() == v1::ALERT_KIND_STRAP_CUT && near == law::Nearness::kNear;
  // What was near some time ago must not send her running from where nobody is.
  const bool ahead =
      held.alert.kind() == v1::ALERT_KIND_UNACCOUNTED_NEAR || held.alert.kind() == v1::ALERT_KIND_APPROACHING;
  if ((is_tier(held.alert.kind()) && !held.alert.late()) || strap_near || ahead) notify(held, step);
  return number;
}

void Machine::await_acknowledgement(uint64_t number, Step& step) {
  if (alerts_.at(number).alert.synthetic()) return;  // nobody is shown it
  const uint32_t code = alerts_.at(number).alert.code();
  const Duration patience = law::acknowledge_within(code);
  if (patience > Duration{})
    deadlines_.add(step.now + patience, {Deadline::Kind::kAcknowledge, number, code});
}

// What was taken, shelved or settled at a lower code was that: it asks anew. Whoever is at work on it stays.
void Machine::raise_code(uint64_t number, uint32_t code, Step& step) {
  HeldAlert& held = alerts_.at(number);
  if (code >= held.alert.code()) return;
  held.alert.set_code(code);
  if (held.alert.handling() != v1::ALERT_HANDLING_IN_PROGRESS) {
    held.alert.set_handling(v1::ALERT_HANDLING_NEW);
    held.alert.set_escalation(0);
    held.shelved_until = Time{};
    await_acknowledgement(number, step);
  }
  state_reason(held);
  rise_in_incident(number, step);
  tell_alert(held, step);
  notify(held, step);
}

void Machine::notify(const HeldAlert& held, Step& step) {
  if (held.about == kNone || !law::told_to_protected(held.alert)) return;
  v1::ProtectedNotice& notice = *step.effects.add().mutable_notify_protected();
  notice.set_protected_id(held.alert.protected_id());
  notice.set_alert_id(held.alert.id());
  notice.set_code(held.alert.code());
  notice.set_quiet(called_silently(held.about));
}

// Her phone would betray her.
bool Machine::called_silently(uint32_t person) const {
  return persons_[person].sos != 0 && alerts_.at(persons_[person].sos).alert.silent();
}

void Machine::state_reason(HeldAlert& held) {
  law::Sentence why = law::sentence(held.alert, held.numbers);
  held.alert.set_sentence_en(std::move(why.en));
  held.alert.set_sentence_ko(std::move(why.ko));
}

void Machine::tell_alert(const HeldAlert& held, Step& step) {
  *step.effects.add().mutable_update_alert() = held.alert;
}

void Machine::set_alert_state(uint64_t number, v1::AlertState state, Step& step) {
  HeldAlert& held = alerts_.at(number);
  if (held.alert.state() == state) return;
  ENSURE(held.alert.state() != v1::ALERT_STATE_CLEARED, held.alert.id());
  held.alert.set_state(state);
  tell_alert(held, step);
}

void Machine::clear_alert(uint64_t number, const std::string& reason, Step& step) {
  HeldAlert& held = alerts_.at(number);
  ENSURE(held.alert.state() != v1::ALERT_STATE_CLEARED, held.alert.id());
  held.alert.set_state(v1::ALERT_STATE_CLEARED);
  held.alert.set_cleared_at_us(step.now.us);
  held.alert.set_clear_reason(reason);
  const bool synthetic = held.alert.synthetic();
  if (synthetic) held.alert.set_handling(v1::ALERT_HANDLING_CLOSED);  // no person deals with it
  if (held.rule != kNone) {
    Tier& tier = rules_[held.rule].tiers[held.tier];
    ENSURE(tier.alert == number, held.alert.id(), tier.alert);
    tier.alert = 0;
    tier.previous_alert_id = held.alert.id();
    touched_rules_.push_back(held.rule);
    held.rule = kNone;
  }
  if (held.device != kNone) devices_[held.device].alerts.erase(held.alert.kind());
  if (held.about != kNone && persons_[held.about].sos == number) persons_[held.about].sos = 0;
  if (held.about != kNone && persons_[held.about].silence == number) persons_[held.about].silence = 0;
  for (const uint32_t person : {held.wearer, held.about})
    if (person != kNone) touched_persons_.push_back(person);
  *step.effects.add().mutable_clear_alert() = held.alert;
  if (const HeldIncident* incident = incident_of(held)) {
    if (incident->incident.hand_off_ids_size() > 0)
      hand_offs_.clear(incident->incident.id(), held.alert.id(), step.entry, step.effects);
    touch_incident(held.incident);
  }
  deadlines_.add(step.now + (synthetic ? kForgetSyntheticAfter : kForgetAfter),
                 {Deadline::Kind::kForget, number, 0});
}

// The alert still speaks for what it was raised for: its condition is not clear and nobody has settled it.
bool Machine::rings(uint64_t number) const {
  const auto found = alerts_.find(number);
  if (found == alerts_.end()) return false;
  const v1::Alert& alert = found->second.alert;
  return alert.state() != v1::ALERT_STATE_CLEARED && alert.handling() != v1::ALERT_HANDLING_RESOLVED &&
         alert.handling() != v1::ALERT_HANDLING_CLOSED;
}

void Machine::handle(const v1::AlertHandled& fact, Step& step) {
  const auto number = alert_numbers_.find(fact.alert_id());
  if (number == alert_numbers_.end()) return;
  HeldAlert& held = alerts_.at(number->second);
  if (!transition(held, fact, step)) return;
  const uint64_t key = held.incident;
  if (fact.handling() == v1::HANDLING_RESOLVE && outages_.contains(number->second))
    close_outage(number->second, "resolved", step);
  else if (fact.handling() == v1::HANDLING_RESOLVE && ends_by_person(held.alert.kind()) &&
           held.alert.state() != v1::ALERT_STATE_CLEARED)
    clear_alert(number->second, "resolved", step);
  else
    tell_alert(held, step);
  if (held.rule != kNone) touched_rules_.push_back(held.rule);
  if (held.wearer != kNone)
    for (const uint32_t rule : persons_[held.wearer].rules) touched_rules_.push_back(rule);
  if (key != kNoIncident) touch_incident(key);
}

// NEW -> ACKNOWLEDGED -> IN_PROGRESS -> RESOLVED -> CLOSED, with SHELVED aside. What is not allowed changes
// nothing.
bool Machine::transition(HeldAlert& held, const v1::AlertHandled& fact, Step& step) {
  if (fact.by().empty()) return false;
  v1::Alert& alert = held.alert;
  const v1::AlertHandling from = alert.handling();
  v1::AlertHandling to = from;
  switch (fact.handling()) {
    case v1::HANDLING_ACKNOWLEDGE:
      // A shelved one may be taken back before its time.
      if (from != v1::ALERT_HANDLING_NEW && from != v1::ALERT_HANDLING_SHELVED) return false;
      to = v1::ALERT_HANDLING_ACKNOWLEDGED;
      break;
    case v1::HANDLING_ACT:
      if (from != v1::ALERT_HANDLING_ACKNOWLEDGED) return false;
      to = v1::ALERT_HANDLING_IN_PROGRESS;
      break;
    case v1::HANDLING_SHELVE: {
      const Time until{fact.until_us()};
      if (from != v1::ALERT_HANDLING_ACKNOWLEDGED && from != v1::ALERT_HANDLING_IN_PROGRESS) return false;
      if (alert.code() <= 1 || fact.reason_code().empty()) return false;
      if (until <= step.now || until > step.now + kShelveMax) return false;
      to = v1::ALERT_HANDLING_SHELVED;
      held.shelved_until = until;
      deadlines_.add(until, {Deadline::Kind::kUnshelve, alert_numbers_.at(alert.id()), 0});
      break;
    }
    case v1::HANDLING_RESOLVE: {
      if (from != v1::ALERT_HANDLING_IN_PROGRESS || fact.reason_code().empty()) return false;
      const HeldIncident* incident = incident_of(held);
      if (incident != nullptr && !hand_offs_.all_ended(incident->incident.id())) return false;
      to = v1::ALERT_HANDLING_RESOLVED;
      break;
    }
    case v1::HANDLING_CLOSE:
      // Whoever resolved it does not review his own work.
      if (from != v1::ALERT_HANDLING_RESOLVED || fact.by() == alert.handled_by()) return false;
      to = v1::ALERT_HANDLING_CLOSED;
      break;
    default:
      return false;
  }
  alert.set_handling(to);
  alert.set_handled_by(fact.by());
  if (!fact.reason_code().empty()) alert.set_reason_code(fact.reason_code());
  return true;
}

void Machine::escalate(uint64_t number, uint32_t code, Step& step) {
  const auto found = alerts_.find(number);
  if (found == alerts_.end()) return;
  v1::Alert& alert = found->second.alert;
  if (alert.code() != code) return;  // its time runs anew since it rose
  if (alert.handling() != v1::ALERT_HANDLING_NEW || alert.escalation() >= kLevelMax) return;
  alert.set_escalation(alert.escalation() + 1);
  tell_alert(found->second, step);
  v1::Alarm& alarm = raise_alarm(v1::ALARM_KIND_NOT_ACKNOWLEDGED, alert.incident_id(), step);
  alarm.set_alert_id(alert.id());
  alarm.set_level(alert.escalation());
  await_acknowledgement(number, step);
}

void Machine::unshelve(uint64_t number, Step& step) {
  const auto found = alerts_.find(number);
  if (found == alerts_.end() || found->second.alert.handling() != v1::ALERT_HANDLING_SHELVED) return;
  if (found->second.shelved_until > step.now) return;
  found->second.alert.set_handling(v1::ALERT_HANDLING_ACKNOWLEDGED);
  tell_alert(found->second, step);
}

// A cleared alert can still be handled for a week; its record lives in the log for ever.
void Machine::forget_alert(uint64_t number) {
  const auto found = alerts_.find(number);
  if (found == alerts_.end() || found->second.alert.state() != v1::ALERT_STATE_CLEARED) return;
  const auto incident = incidents_.find(found->second.incident);
  if (incident != incidents_.end()) std::erase(incident->second.alerts, number);
  alert_numbers_.erase(found->second.alert.id());
  alerts_.erase(found);
}

}  // namespace haechi::monitor
