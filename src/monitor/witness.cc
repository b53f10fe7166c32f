#include "monitor/witness.h"

#include "monitor/machine.h"

namespace haechi::monitor {

// No evidence: time alone has moved the tracker, if anything has.
void Machine::testify(uint32_t index, const Tier& tier, const Measure& measure,
                      std::optional<Evidence> evidence, TrackerState before, Step& step) const {
  if (step.witness == nullptr) return;
  const Rule& rule = rules_[index];
  Observed told;
  told.kind = tier.kind;
  told.order_id = orders_[rule.order].order.id;
  told.condition_id = rule.condition_id;
  told.wearer_id = person_ids_.name(rule.wearer);
  if (rule.about != kNone) told.about_id = person_ids_.name(rule.about);
  if (rule.zone != kNone) told.zone_id = zone_ids_.name(rule.zone);
  told.limit_mm = tier.limit_mm;
  told.measure = measure;
  told.evidence = evidence.value_or(Evidence::kLive);
  told.passed = !evidence;
  told.policy = rule.policy;
  told.before = before;
  told.after = tier.tracker.state();
  step.witness->observed(told);
}

}  // namespace haechi::monitor
