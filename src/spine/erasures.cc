#include "spine/erasures.h"

#include <algorithm>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::spine {

void Erasures::know(const v1::Order& order) {
  Known known = orders_.get(order.id());
  known.ends_at = Time{order.ends_at_us()};
  known.withdrawn = order.withdrawn();
  known.person_ids.insert(order.wearer_id());
  known.zone_ids.clear();
  for (const v1::Condition& one : order.conditions()) {
    for (const std::string& id :
         {one.keep_away().protected_id(), one.exclusion().protected_id(), one.no_contact().person_id()})
      if (!id.empty()) known.person_ids.insert(id);
    if (one.has_exclusion()) known.zone_ids.insert(one.exclusion().zone_id());
    if (one.has_inclusion()) known.zone_ids.insert(one.inclusion().zone_id());
    if (!one.exclusion().protected_id().empty())
      whose_[one.exclusion().zone_id()].insert(one.exclusion().protected_id());
    if (one.inclusion().purpose() == v1::Inclusion::RESIDENCE)
      whose_[one.inclusion().zone_id()].insert(order.wearer_id());
  }
  orders_.put(order.id(), known);
}

bool Erasures::needed(const std::string& zone_id, Time now) const {
  return orders_.any_of([&](std::string_view, const Known& order) {
    return !order.over(now) && order.zone_ids.contains(zone_id);
  });
}

void Erasures::erase(const std::string& person_id, Time now, v1::ErasureOutcome& outcome) {
  const bool monitored = orders_.any_of([&](std::string_view, const Known& order) {
    return !order.over(now) && order.person_ids.contains(person_id);
  });
  if (holds_.contains(person_id)) return outcome.set_refusal(v1::ErasureOutcome::HELD);
  if (monitored) return outcome.set_refusal(v1::ErasureOutcome::MONITORED);
  outcome.set_erased(true);
  erased_.insert(person_id);
  for (auto zone = whose_.begin(); zone != whose_.end();) {
    const auto& [zone_id, persons] = *zone;
    const bool gone = std::includes(erased_.begin(), erased_.end(), persons.begin(), persons.end());
    if (!gone || needed(zone_id, now)) {
      ++zone;
      continue;
    }
    outcome.add_zone_ids(zone_id);
    zone = whose_.erase(zone);
  }
}

void Erasures::step(const law::Entry& entry, law::EffectSink& effects) {
  const v1::Fact& fact = entry.fact;
  if (fact.has_order_registered()) know(fact.order_registered());
  for (const auto& effect : effects.effects()) {
    if (!effect->has_case_effect()) continue;
    if (effect->case_effect().has_activate_order()) know(effect->case_effect().activate_order().order());
    if (effect->case_effect().has_end_order()) know(effect->case_effect().end_order().order());
  }
  if (!fact.has_hold_placed() && !fact.has_hold_released() && !fact.has_person_erased()) {
    // Whoever is registered again is somebody with data again.
    if (fact.has_person_registered() && !fact.person_registered().removed())
      erased_.erase(fact.person_registered().id());
    return;
  }
  v1::ErasureOutcome outcome;
  if (fact.has_hold_placed()) {
    outcome.set_person_id(fact.hold_placed().person_id());
    holds_[outcome.person_id()] = fact.hold_placed();
  } else if (fact.has_hold_released()) {
    outcome.set_person_id(fact.hold_released().person_id());
    const auto held = holds_.find(outcome.person_id());
    if (held != holds_.end() && held->second.by() == fact.hold_released().by())
      outcome.set_refusal(v1::ErasureOutcome::SAME_ACCOUNT);
    else if (held != holds_.end())
      holds_.erase(held);
  } else {
    outcome.set_person_id(fact.person_erased().person_id());
    erase(outcome.person_id(), entry.stamped_at, outcome);
  }
  if (const auto held = holds_.find(outcome.person_id()); held != holds_.end()) {
    outcome.set_hold_reason(held->second.reason());
    outcome.set_hold_by(held->second.by());
  }
  *effects.add().mutable_settle_erasure() = outcome;
}

}  // namespace haechi::spine
