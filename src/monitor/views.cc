// What a protected person may see of a wearer, and how often devices are asked to report.
#include <algorithm>

#include "law/disclosure.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr uint8_t kIntervalViolatingS = 2;
constexpr uint8_t kIntervalPossibleS = 5;

uint32_t sooner(uint32_t a, uint32_t b) {
  return a == 0 ? b : b == 0 ? a : std::min(a, b);
}

}  // namespace

uint8_t Rule::wanted_interval_s() const {
  uint8_t wanted = ahead.foresight.watchful() ? kIntervalPossibleS : 0;
  for (const Tier& tier : tiers) {
    const bool outer = tier.kind == v1::ALERT_KIND_NEAR_WARN ||
                       tier.kind == v1::ALERT_KIND_EXCLUSION_BUFFER ||
                       tier.kind == v1::ALERT_KIND_EXCLUSION_POLICE;
    if (tier.tracker.open() && !outer) return kIntervalViolatingS;
    if (tier.tracker.open() || tier.tracker.state() == TrackerState::kPossible) wanted = kIntervalPossibleS;
  }
  return wanted;
}

void Machine::close_view(Rule& rule, const std::string& reason, Step& step) {
  if (!rule.view) return;
  v1::ViewClosed& closed = *step.effects.add().mutable_close_view();
  closed.set_view_id(rule.view->id());
  closed.set_protected_id(rule.view->protected_id());
  closed.set_wearer_id(rule.view->wearer_id());
  closed.set_reason(reason);
  rule.view.reset();
}

void Machine::agree_to_view(const std::string& protected_id, bool agreed, Step& step) {
  Person& person = persons_[person_index(protected_id)];
  if (person.agreed_to_view == agreed) return;
  person.agreed_to_view = agreed;
  for (const uint32_t rule : FewIndexes(person.rules_about)) refresh_view(rule, step);
}

void Machine::refresh_view(uint32_t index, Step& step) {
  Rule& rule = rules_[index];
  if (rule.kind != RuleKind::kPair) return;
  const Person& wearer = persons_[rule.wearer];
  const Person& about = persons_[rule.about];
  law::Permission permission;
  uint64_t alert = 0;
  bool settled = false;
  for (const Tier& tier : rule.tiers) {
    if (rings(tier.alert)) alert = tier.alert;  // the narrowest comes last
    settled = settled || (tier.alert != 0 && !rings(tier.alert));
  }
  permission.tier_alert_open = alert != 0;
  for (const uint32_t device : wearer.devices) {
    const auto strap = devices_[device].alerts.find(v1::ALERT_KIND_STRAP_CUT);
    if (strap == devices_[device].alerts.end() || !rings(strap->second)) continue;
    permission.strap_alert_open = true;
    if (alert == 0) alert = strap->second;
  }
  if (alert == 0 && !rule.view) return;
  const law::Order& order = orders_[rule.order].order;
  const auto& keep_away = std::get<law::KeepAway>(order.conditions[rule.condition].rule);
  permission.order_in_force = law::in_force(order, step.now);
  permission.view_granted = !keep_away.no_view;
  permission.agreed = about.agreed_to_view;
  permission.warn_mm = keep_away.warn_mm;
  permission.map_mm = keep_away.map_mm;
  std::optional<v1::View> seen;
  if (alert != 0 && rule.latest && !wearer.track.empty() && !about.track.empty()) {
    law::Sight sight;
    sight.distance_mm = rule.latest->distance_mm;
    sight.bearing_cdeg = geo::bearing_cdeg(about.track.latest().place, wearer.track.latest().place);
    std::optional<int32_t> closing;
    if (!rule.latest->radio) closing = rule.closing.mmps(rule.latest->at, rule.latest->distance_mm);
    sight.closing_known = closing.has_value();
    sight.closing_mmps = closing.value_or(0);
    sight.wearer = wearer.track.latest().place;
    sight.wearer_accuracy_mm = wearer.track.latest().accuracy_mm;
    sight.wearer_fixed_at = wearer.track.latest().at;
    sight.protected_fixed_at = about.track.latest().at;
    sight.stale = !is_fresh(wearer, step.now) || !is_fresh(about, step.now);
    seen = law::disclose(permission, sight);
    // An alert of now is shown with what there is, a device with a slow clock included.
    const bool past = alerts_.at(alert).alert.late() && step.now - sight.wearer_fixed_at > law::kSeenAgeMax;
    if (seen && past) {
      if (!rule.view) return;
      seen = *rule.view;
      seen->set_degraded(true);
      seen->set_trend(v1::TREND_UNKNOWN);
      seen->clear_time_to_contact_s();
    }
  }
  if (!seen) {
    const bool taken_back = permission.order_in_force && permission.view_granted && !permission.agreed;
    close_view(rule, settled ? "resolved" : taken_back ? "consent_taken_back" : "cleared", step);
    return;
  }
  seen->set_id(rule.view ? rule.view->id()
                         : step.effects.new_id("v", order.id + '|' + person_ids_.name(rule.about)));
  seen->set_protected_id(person_ids_.name(rule.about));
  seen->set_wearer_id(person_ids_.name(rule.wearer));
  seen->set_order_id(order.id);
  seen->set_alert_id(alerts_.at(alert).alert.id());
  if (rule.view && rule.view->SerializeAsString() == seen->SerializeAsString()) return;
  v1::Effect& effect = step.effects.add();
  *(rule.view ? effect.mutable_update_view() : effect.mutable_open_view()) = *seen;
  rule.view = *std::move(seen);
}

// Nothing his device can be seen to do may depend on where she is (docs/decisions/0003): a keep-away rule
// speeds up her device, and his only where the order says that he is to be warned. Zones are places he has
// been told of.
void Machine::refresh_commands(uint32_t index, Step& step) {
  const Person& person = persons_[index];
  uint32_t wanted = 0;
  const auto wanted_of = [this](uint32_t rule) {
    const auto resting = rules_.glance(rule);
    return resting ? resting->wanted_interval_s : rules_[rule].wanted_interval_s();
  };
  for (const uint32_t rule : person.rules_about)
    if (kinds_[rule] == RuleKind::kPair) wanted = sooner(wanted, wanted_of(rule));
  for (const uint32_t index_of_rule : person.rules) {
    // Nor on where the other is whom he may not meet; and the other's device is nobody's to command for it.
    if (kinds_[index_of_rule] == RuleKind::kNoContact) continue;
    const uint32_t wanted_by_rule = wanted_of(index_of_rule);
    if (wanted_by_rule == 0) continue;
    if (kinds_[index_of_rule] == RuleKind::kPair) {
      const Rule& rule = rules_[index_of_rule];
      const law::Condition& condition = orders_[rule.order].order.conditions[rule.condition];
      if (!std::get<law::KeepAway>(condition.rule).warns_wearer) continue;
    }
    wanted = sooner(wanted, wanted_by_rule);
  }
  for (const uint32_t device : person.devices)
    if (devices_[device].alerts.contains(v1::ALERT_KIND_STRAP_CUT)) wanted = kIntervalViolatingS;
  for (const uint32_t number : person.devices) {
    Device& device = devices_[number];
    if (!tells_position(device)) continue;
    const uint32_t interval_s = wanted == 0 ? device.interval_s : std::min(wanted, device.interval_s);
    if (interval_s == (device.commanded_s == 0 ? device.interval_s : device.commanded_s)) continue;
    device.commanded_s = interval_s;
    v1::DeviceCommand& command = *step.effects.add().mutable_command_device();
    command.set_device_id(device_ids_.name(number));
    command.set_interval_s(interval_s);
  }
}

}  // namespace haechi::monitor
