// How the state of the monitoring machine is taken apart (base/archive.h), where its members alone do not
// say.
#pragma once

#include "base/archive.h"
#include "monitor/machine.h"

namespace haechi {

// Where the list of the last bucket is follows from which it is.
template <>
struct Fields<monitor::Deadlines> {
  template <typename Object>
  static auto of(Object& object) {
    auto& [begun_list, next, added, begun, later, last_bucket, last_list, size, sequence] = object;
    (void)last_list;
    return std::tie(begun_list, next, added, begun, later, last_bucket, size, sequence);
  }
  static void loaded(monitor::Deadlines& deadlines) {
    const auto last = deadlines.later_.find(deadlines.last_bucket_);
    deadlines.last_list_ = last == deadlines.later_.end() ? nullptr : &last->second;
    if (!deadlines.last_list_) deadlines.last_bucket_ = INT64_MIN;
  }
};

// A trail and the rest.
template <>
struct Fields<monitor::Person> {
  template <typename Object>
  static auto of(Object& person) {
    static_assert(archive::member_count<monitor::Person>() == 1 + 18);
    using Trail = std::conditional_t<std::is_const_v<Object>, const monitor::Trail, monitor::Trail>;
    return std::tuple_cat(
        Fields<monitor::Trail>::of(static_cast<Trail&>(person)),
        std::tie(person.role, person.live_orders, person.removed, person.synthetic, person.stale,
                 person.stale_deadline_set, person.agreed_to_view, person.rules, person.rules_about,
                 person.rules_apart, person.devices, person.zone_anchor, person.zone_safe_mm,
                 person.zone_pace_mmps, person.orders, person.asides, person.sos, person.silence));
  }
};

// All but what is fetched ahead and what is empty between entries.
template <>
struct Fields<monitor::Machine> {
  template <typename Object>
  static auto of(Object& machine) {
    auto& [jurisdictions, hand_offs, deadlines, person_ids, device_ids, zone_ids, order_ids, persons, devices,
           refused, last_entry_at, deaf, zones, orders, rules, fars, kinds, free_rules, belated, time_zones,
           orders_in_zone, holidays, orders_with_holidays, alerts, alert_numbers, groups, carriers, cells,
           outages, uncovered, uncovers, next_alert, incidents, has_incident, incident_keys, expected,
           expected_count, touched_rules, touched_persons, touched_incidents, moved_incidents] = machine;
    (void)expected, (void)expected_count;
    ENSURE(touched_rules.empty() && touched_persons.empty());
    ENSURE(touched_incidents.empty() && moved_incidents.empty());
    return std::tie(jurisdictions, hand_offs, deadlines, person_ids, device_ids, zone_ids, order_ids, persons,
                    devices, refused, last_entry_at, deaf, zones, orders, rules, fars, kinds, free_rules,
                    belated, time_zones, orders_in_zone, holidays, orders_with_holidays, alerts,
                    alert_numbers, groups, carriers, cells, outages, uncovered, uncovers, next_alert,
                    incidents, has_incident, incident_keys);
  }
};

}  // namespace haechi
