#include "spine/legal.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "haechi/v1/effect.pb.h"
#include "law/order.h"

namespace haechi::spine {
namespace {

constexpr size_t kKindMax = 128;
// What the cases take for a moment at most; an order that ends later is as good as open.
constexpr int64_t kLastMomentUs = 7'258'118'400'000'000;

// What of the pack an alert under an order of a measure sets off.
v1::DutyTrigger trigger_of(v1::AlertKind kind) {
  switch (kind) {
    case v1::ALERT_KIND_KEEP_AWAY:
    case v1::ALERT_KIND_NEAR_POLICE:  // likely to break the ban
      return v1::DUTY_TRIGGER_BAN_BREACH;
    case v1::ALERT_KIND_EXCLUSION:
    case v1::ALERT_KIND_EXCLUSION_POLICE:
      return v1::DUTY_TRIGGER_NEAR_BARRED_PLACE;
    case v1::ALERT_KIND_STRAP_CUT:
    case v1::ALERT_KIND_CASE_OPENED:
    case v1::ALERT_KIND_JAMMED:
    case v1::ALERT_KIND_POWER_OFF:
    case v1::ALERT_KIND_UNPAIRED:
      return v1::DUTY_TRIGGER_TAMPERING;
    default:
      return v1::DUTY_TRIGGER_UNSPECIFIED;
  }
}

// Duties that a hand-off to the police does: they are told.
bool tells_police(const v1::Duty& duty) {
  static constexpr std::string_view kCodes[] = {"K2", "K3", "K4", "K6"};
  return std::find(std::begin(kCodes), std::end(kCodes), duty.code()) != std::end(kCodes);
}

}  // namespace

// Case effects into the entry's effects, with what this room must remember of them.
class Legal::Sink final : public cases::Out {
 public:
  // `subject`: whom or what the effects are about, where that is an alert.
  Sink(const Legal& legal, law::EffectSink& effects, std::string_view subject = {})
      : legal_(legal), effects_(effects), subject_(subject) {}

  v1::CaseEffect& add() override { return *effects_.add().mutable_case_effect(); }
  // Never the id of an order that an agency stated.
  std::string new_id(const char* prefix) override { return new_id(prefix, subject_); }
  std::string new_id(const char* prefix, std::string_view subject) override {
    while (true) {
      std::string id = subject.empty() ? effects_.new_id(prefix) : effects_.new_id(prefix, subject);
      if (!legal_.stated_.contains(id)) return id;
    }
  }

 private:
  const Legal& legal_;
  law::EffectSink& effects_;
  const std::string subject_;
};

void Legal::note(const v1::CaseEffect& effect) {
  if (effect.has_activate_order()) made_.insert(effect.activate_order().order().id());
  if (!effect.has_update_duty()) return;
  const v1::Duty& duty = effect.update_duty();
  if (duty.done_at_us() == 0) {
    const auto incident = incidents_.find(duty.alert_id());
    if (incident == incidents_.end() || !tells_police(duty)) return;
    tell_by_incident_[incident->second].insert(duty.id());
    incident_of_duty_[duty.id()] = incident->second;
    return;
  }
  const auto open = incident_of_duty_.find(duty.id());
  if (open == incident_of_duty_.end()) return;
  const auto waiting = tell_by_incident_.find(open->second);
  waiting->second.erase(duty.id());
  if (waiting->second.empty()) tell_by_incident_.erase(waiting);
  incident_of_duty_.erase(open);
}

void Legal::step_fact(const v1::CaseFact& fact, const law::Entry& entry, law::EffectSink& effects,
                      std::string_view subject) {
  const size_t before = effects.effects().size();
  Sink sink(*this, effects, subject);
  // A refusal is an effect of its own.
  (void)cases_.step(fact, entry.stamped_at, sink).ok();
  for (size_t i = before; i < effects.effects().size(); ++i) note(effects.effects()[i]->case_effect());
}

std::vector<v1::Fact> Legal::step(const law::Entry& entry, law::EffectSink& effects) {
  const size_t before = effects.effects().size();
  {
    Sink sink(*this, effects);
    cases_.advance(entry.stamped_at, sink);
    for (size_t i = before; i < effects.effects().size(); ++i) note(effects.effects()[i]->case_effect());
  }
  switch (entry.fact.kind_case()) {
    case v1::Fact::kCaseFact:
      step_fact(entry.fact.case_fact(), entry, effects);
      break;
    case v1::Fact::kOrderRegistered:
      state_order(entry.fact.order_registered(), entry, effects);
      break;
    case v1::Fact::kContactLogged:
      if (!entry.fact.contact_logged().unreached_alert_id().empty()) {
        Sink sink(*this, effects);
        cases_.tell_unreached(entry.fact.contact_logged().person_id(), entry.stamped_at, sink);
      }
      break;
    case v1::Fact::kTimeZoneRegistered:
      cases_.know(entry.fact.time_zone_registered());
      break;
    case v1::Fact::kHolidayCalendarRegistered:
      cases_.know(entry.fact.holiday_calendar_registered());
      break;
    default:
      break;
  }
  std::vector<v1::Fact> orders;
  for (size_t i = before; i < effects.effects().size(); ++i) {
    const v1::CaseEffect& effect = effects.effects()[i]->case_effect();
    if (effect.has_activate_order())
      *orders.emplace_back().mutable_order_registered() = effect.activate_order().order();
    if (effect.has_end_order())
      *orders.emplace_back().mutable_order_registered() = effect.end_order().order();
  }
  return orders;
}

bool Legal::is_of_measure(const v1::Fact& fact) const {
  return fact.has_order_registered() && made_.contains(fact.order_registered().id());
}

// The rules by which the monitoring machine takes an order, or does not.
void Legal::state_order(const v1::Order& order, const law::Entry& entry, law::EffectSink& effects) {
  if (made_.contains(order.id()) || !law::check_order(order).ok()) return;
  const Stated known = stated_.get(order.id());
  if (order.version() <= known.version) return;
  if (known.version != 0 && known.wearer_id != order.wearer_id()) {
    v1::Order passed = order;
    passed.set_wearer_id(known.wearer_id);
    tell_wearing(passed, true, entry, effects);
  }
  stated_.put(order.id(), {order.version(), order.wearer_id()});
  const bool over = order.ends_at_us() != 0 && Time{order.ends_at_us()} <= entry.stamped_at;
  tell_wearing(order, order.withdrawn() || over, entry, effects);
}

void Legal::tell_wearing(const v1::Order& order, bool withdrawn, const law::Entry& entry,
                         law::EffectSink& effects) {
  v1::CaseFact fact;
  v1::WearerKnown& known = *fact.mutable_wearer_known();
  known.set_wearer_id(order.wearer_id());
  known.set_order_id(order.id());
  known.set_kind(order.kind().substr(0, kKindMax));
  if (order.ends_at_us() > 0 && order.ends_at_us() < kLastMomentUs) known.set_ends_at_us(order.ends_at_us());
  known.set_withdrawn(withdrawn);
  for (const v1::Condition& one : order.conditions())
    if (one.has_keep_away()) known.add_protected_ids(one.keep_away().protected_id());
  step_fact(fact, entry, effects);
}

void Legal::see(const law::Entry& entry, law::EffectSink& effects) {
  if (made_.empty()) return;
  for (size_t i = 0, end = effects.effects().size(); i < end; ++i) {
    const std::shared_ptr<const v1::Effect> effect = effects.effects()[i];
    if (effect->has_raise_alert()) see_alert(effect->raise_alert(), entry, effects);
  }
  for (size_t i = 0, end = effects.effects().size(); i < end; ++i) {
    const std::shared_ptr<const v1::Effect> effect = effects.effects()[i];
    if (effect->has_update_hand_off()) see_hand_off(effect->update_hand_off(), entry, effects);
  }
}

void Legal::see_alert(const v1::Alert& alert, const law::Entry& entry, law::EffectSink& effects) {
  const v1::DutyTrigger trigger = trigger_of(alert.kind());
  if (trigger == v1::DUTY_TRIGGER_UNSPECIFIED || !made_.contains(alert.order_id())) return;
  incidents_[alert.id()] = alert.incident_id();
  v1::CaseFact fact;
  fact.set_by("engine");
  v1::TriggerSeen& seen = *fact.mutable_trigger_seen();
  seen.set_trigger(trigger);
  seen.set_alert_id(alert.id());
  seen.set_order_id(alert.order_id());
  seen.set_wearer_id(alert.wearer_id());
  step_fact(fact, entry, effects, alert.id());
  incidents_.erase(alert.id());
}

void Legal::see_hand_off(const v1::HandOff& hand_off, const law::Entry& entry, law::EffectSink& effects) {
  if (hand_off.accepted_at_us() == 0 && hand_off.state() != v1::HAND_OFF_STATE_ACCEPTED) return;
  const auto waiting = tell_by_incident_.find(hand_off.incident_id());
  if (waiting == tell_by_incident_.end()) return;
  const std::set<std::string> duties = waiting->second;  // each one done changes it
  for (const std::string& id : duties) {
    v1::CaseFact fact;
    fact.set_by("engine");
    fact.mutable_duty_done()->set_duty_id(id);
    fact.mutable_duty_done()->set_note_code("hand_off_accepted");
    step_fact(fact, entry, effects, id);
  }
}

}  // namespace haechi::spine
