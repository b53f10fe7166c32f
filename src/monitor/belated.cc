// What is learned of an order after its end, or of a condition after it was amended: a device without a
// network tells of the last minutes before when the rules of then are gone.
//
// As an order or a condition ends, copies of its rules go into the care of an order of their own: the version
// that was in force until then, and that ended now. They bind nobody: no list of a person or of a zone names
// them, so nothing asks for them but a fix of a moment when they bound. What it rings is late, rests on that
// version, and is over after a minute, so that fixes that come together are one episode. After
// Pack::belated_for they are gone.
#include <algorithm>

#include "monitor/machine.h"

namespace haechi::monitor {

// Before they end: `rules` are those of `order` as it was until now.
void Machine::keep_belated(const law::Order& order, const std::vector<uint32_t>& rules, Step& step) {
  // No order has such a name.
  const uint32_t index = order_ids_.intern(order.id + '\n' + std::to_string(order.version));
  orders_.extend(index + 1);
  forget_belated(index, step);
  HeldOrder& kept = orders_[index];
  kept.order = order;
  kept.order.ends_at = order.ends_at.known() ? std::min(order.ends_at, step.now) : step.now;
  kept.belated = true;
  for (const uint32_t rule : rules) {
    const uint32_t copy = make_rule(index, rules_[rule].condition);
    Rule& made = rules_[copy];
    unlist_rule(copy);
    made.scheduled = false;
    made.judges_from = rules_[rule].judges_from;
    made.ahead.horizon = Duration{};
    for (size_t t = 0; t < made.tiers.size(); ++t) {
      const Tier& from = rules_[rule].tiers[t];
      made.tiers[t].tracker = from.tracker;
      made.tiers[t].tracker.end(step.now);
      made.tiers[t].previous_alert_id = from.previous_alert_id;
      if (from.alert != 0) made.tiers[t].previous_alert_id = alerts_.at(from.alert).alert.id();
    }
    orders_[index].rules.push_back(copy);
    belated_[made.wearer].push_back(copy);
    if (made.about != kNone) belated_[made.about].push_back(copy);
  }
  deadlines_.add(step.now + law::kr().belated_for, {Deadline::Kind::kOrder, index, 0});
}

void Machine::forget_belated(uint32_t index, Step& step) {
  if (!orders_[index].belated) return;
  for (const uint32_t rule : std::vector<uint32_t>(orders_[index].rules)) {
    for (const uint32_t person : {rules_[rule].wearer, rules_[rule].about}) {
      const auto found = belated_.find(person);
      if (found == belated_.end()) continue;
      std::erase(found->second, rule);
      if (found->second.empty()) belated_.erase(found);
    }
    end_rule(rule, "order_ended", step);
  }
  orders_[index] = HeldOrder();
}

// The order is in force again, as another version: that one judges its whole time.
void Machine::forget_belated_of(const law::Order& order, Step& step) {
  for (uint32_t version = order.version; version > 0 && order.version - version < kVersionsBack; --version)
    if (const auto index = order_ids_.find(order.id + '\n' + std::to_string(version)))
      if (*index < orders_.size()) forget_belated(*index, step);
}

std::vector<uint32_t> Machine::amended(const law::Order& was, const law::Order& is,
                                       const std::vector<uint32_t>& rules) const {
  const bool same = was.judgement == is.judgement && was.time_zone == is.time_zone;
  std::vector<uint32_t> found;
  for (const uint32_t rule : rules) {
    const law::Condition& condition = was.conditions[rules_[rule].condition];
    const bool stands =
        same && std::find(is.conditions.begin(), is.conditions.end(), condition) != is.conditions.end();
    if (!stands) found.push_back(rule);
  }
  return found;
}

void Machine::judge_belated(uint32_t person, const KeptFix& fix, Step& step) {
  const auto found = belated_.find(person);
  if (found == belated_.end()) return;
  const Track& track = persons_[person].track;
  for (const uint32_t rule : std::vector<uint32_t>(found->second)) {
    if (fix.at >= orders_[rules_[rule].order].order.ends_at) continue;
    if (between_two(rules_[rule].kind)) {
      judge_pair(rule, person, fix, false, step);
    } else if (person == rules_[rule].wearer && zones_[rules_[rule].zone].zone) {
      judge_zone(rule, track.judged(fix), track.before(fix.at), false, step);
    }
    end_belated(rule, step);
  }
}

}  // namespace haechi::monitor
