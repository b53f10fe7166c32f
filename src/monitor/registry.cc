// Persons, devices, zones, time zones. Facts are checked before they are logged; what does not make sense all
// the same changes nothing.
#include <algorithm>

#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {

uint32_t Machine::person_index(const std::string& id) {
  const uint32_t index = person_ids_.intern(id);
  persons_.extend(index + 1);
  return index;
}

uint32_t Machine::zone_index(const std::string& id) {
  const uint32_t index = zone_ids_.intern(id);
  if (index >= zones_.size()) zones_.resize(index + 1);
  return index;
}

void Machine::register_person(const v1::Person& stated, Step& step) {
  if (stated.id().empty()) return;
  const uint32_t index = person_index(stated.id());
  Person& person = persons_[index];
  person.role = stated.role();
  person.synthetic = stated.synthetic();
  if (person.removed == stated.removed()) return;
  person.removed = stated.removed();
  // A person who has left the system is judged by nothing, whatever the order's dates say.
  for (const uint32_t order : FewIndexes(person.orders)) refresh_order(order, step);
  for (const uint32_t rule : FewIndexes(persons_[index].rules_about))
    if (rules_[rule].kind == RuleKind::kPair) reset_rule(rule, "person_removed", step);
  for (const uint32_t rule : FewIndexes(persons_[index].rules_apart))
    reset_rule(rule, "person_removed", step);
}

// Whom or what the rule was about is gone: nothing of it is left to go on.
void Machine::reset_rule(uint32_t rule, const std::string& reason, Step& step) {
  for (Tier& tier : rules_[rule].tiers) {
    if (tier.alert != 0) clear_alert(tier.alert, reason, step);
    tier.tracker = Tracker();
  }
  close_unaccounted(rules_[rule], reason, step);
  close_approach(rules_[rule], reason, step);
  rules_[rule].latest.reset();
  fars_[rule].reset();
  rules_[rule].radio.reset();
  close_view(rules_[rule], reason, step);
}

void Machine::register_device(const v1::Device& stated, Step& step) {
  if (stated.id().empty()) return;
  const uint32_t index = device_ids_.intern(stated.id());
  devices_.extend(index + 1);
  const uint32_t person = stated.holder_case() == v1::Device::kPersonId && !stated.retired()
                              ? person_index(stated.person_id())
                              : kNone;
  Device& device = devices_[index];
  if (device.person != person) {
    // What the device told of its former holder is not told of the next one.
    for (const auto& [kind, number] : FewByKey<v1::AlertKind, uint64_t>(device.alerts))
      clear_device_alert(index, kind, "device_reassigned", step);
    if (device.person != kNone) {
      forget_trail(index);
      drop(persons_[device.person].devices, index);
      if (persons_[device.person].devices.empty() && persons_[device.person].silence != 0)
        clear_alert(persons_[device.person].silence, "device_reassigned", step);
    }
    if (person != kNone) persons_[person].devices.push_back(index);
    drop_doubts(index, "device_reassigned", step);
    uncount_device(index, step);
    device.heard_at = Time{};
    device.silence_due = Time{};
    device.commanded_s = 0;
  }
  device.kind = stated.kind();
  device.person = person;
  device.zone = kNone;
  if (stated.kind() == v1::DEVICE_KIND_HOME_BEACON && !stated.zone_id().empty() && !stated.retired())
    device.zone = zone_index(stated.zone_id());
  device.interval_s = stated.interval_s() == 0 ? 15 : stated.interval_s();
  device.retired = stated.retired();
  set_carrier(index, stated.carrier(), step);
  if (person != kNone) watch_silence(index, step);
}

void Machine::register_zone(const v1::Zone& stated, Step& step) {
  if (stated.id().empty()) return;
  const uint32_t index = zone_index(stated.id());
  if (stated.removed()) {
    zones_[index].zone.reset();
    for (const uint32_t rule : zones_[index].rules) reset_rule(rule, "zone_removed", step);
    return;
  }
  Result<geo::Zone> zone = law::zone_from(stated.shape(), "shape");
  if (!zone.ok()) return;
  zones_[index].zone = *std::move(zone);
  for (const uint32_t rule : zones_[index].rules) {
    persons_[rules_[rule].wearer].zone_safe_mm = -1;
    judge_now(rule, step);
  }
}

void Machine::register_time_zone(const v1::TimeZone& stated, Step& step) {
  Result<law::LocalRules> rules = law::LocalRules::from(stated);
  if (!rules.ok() || stated.name().empty()) return;
  time_zones_[stated.name()] = *std::move(rules);
  for (const uint32_t order : orders_in_zone_[stated.name()])
    for (const uint32_t rule : orders_[order].rules) refresh_schedule(rule, step);
}

void Machine::register_holidays(const v1::HolidayCalendar& stated, Step& step) {
  Result<law::Holidays> days = law::Holidays::from(stated);
  if (!days.ok()) return;
  holidays_[stated.name()] = *std::move(days);
  for (const uint32_t order : orders_with_holidays_[stated.name()])
    for (const uint32_t rule : orders_[order].rules) refresh_schedule(rule, step);
}

}  // namespace haechi::monitor
