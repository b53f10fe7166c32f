// Persons, devices, orders and rules at rest: see base/resting_list.h.
#include <utility>

#include "base/resting_list_body.h"
#include "law/archived.h"
#include "monitor/archived.h"
#include "monitor/fix_ring_rest.h"
#include "monitor/machine.h"

namespace haechi {

template <>
inline constexpr bool resting::kIsPlace<geo::Place> = true;

template <>
struct resting::Short<geo::NearPlane> {
  struct Kept {
    geo::Place origin;
    bool set = false;  // it has one
  };
  static Kept of(const geo::NearPlane& plane) {
    const auto& [origin, north_m, east_m, bend] = Fields<geo::NearPlane>::of(plane);
    return {origin, north_m != 0 || bend != 0};
  }
  static geo::NearPlane back(const Kept& kept) {
    return kept.set ? geo::NearPlane(kept.origin) : geo::NearPlane();
  }
};

// Nearly all of them none or one: that has its place, and further ones are behind.
template <>
struct resting::Short<FewIndexes> {
  static constexpr Sizes kSizes{2 * sizeof(uint32_t), 0};
  static void put(Out& out, const FewIndexes& list) {
    out.put(static_cast<uint32_t>(list.size()));
    out.put(list.empty() ? 0 : list.front());
    for (size_t i = 1; i < list.size(); ++i) write(out.others, list[i]);
  }
  static void get(In& in, FewIndexes& list) {
    uint32_t count = 0, first = 0;
    in.get(count);
    in.get(first);
    if (list.size() != count) list.resize(count);
    if (count > 0) *list.begin() = first;
    for (size_t i = 1; i < count; ++i) read(in.others, list.begin()[i]);
  }
};

Glance<monitor::Person>::Kept Glance<monitor::Person>::take(monitor::Person& person) {
  const bool known =
      person.is_watched() && !person.track.empty() && !person.stale && person.stale_deadline_set;
  return {known ? person.stale_at() : Time{}};
}

Glance<monitor::Device>::Kept Glance<monitor::Device>::take(monitor::Device& device) {
  Kept kept;
  const int64_t silent_after_s = device.silent_after_plainly().s();
  const bool plain = device.alerts.empty() && device.counted && device.heard_at.known() &&
                     device.person != monitor::kNone && silent_after_s <= UINT16_MAX &&
                     device.kind != v1::DEVICE_KIND_HOME_BEACON && device.kind != v1::DEVICE_KIND_VEHICLE;
  kept.silent_after_s = plain ? static_cast<uint16_t>(silent_after_s) : uint16_t{0};
  kept.silence_due_us = std::exchange(device.silence_due, Time{}).us;
  kept.heard_less_deaf_us = (std::exchange(device.heard_at, Time{}) - device.deaf_when_heard).us;
  kept.person = std::exchange(device.person, monitor::kNone);
  return kept;
}

void Glance<monitor::Device>::give(const Kept& kept, monitor::Device& device) {
  device.silence_due = Time{kept.silence_due_us};
  device.heard_at = Time{kept.heard_less_deaf_us} + device.deaf_when_heard;
  device.person = kept.person;
}

Glance<monitor::Rule>::Kept Glance<monitor::Rule>::take(const monitor::Rule& rule) {
  return {rule.wanted_interval_s()};
}

}  // namespace haechi

template class haechi::RestingList<haechi::monitor::HeldOrder>;
template class haechi::RestingList<haechi::monitor::Person>;
template class haechi::RestingList<haechi::monitor::Device>;
template class haechi::RestingList<haechi::monitor::Rule>;
