// Silence: devices that are not heard, and persons who are not placed.
//
// A device is silent after 2 x its interval + 10 s: one lost report is the network's, two are not. A device
// that was tampered with when it was last heard is granted one report and 5 s. Where a person may have got to
// meanwhile is reach.h's to say; nothing here is asked of his device, for nothing that it can be seen to do
// may depend on where she is (docs/decisions/0003).
//
// One deadline per device and per pair: it comes when something may have changed and not before.
#include <algorithm>

#include "law/shapes.h"
#include "monitor/machine.h"
#include "monitor/reach.h"

namespace haechi::monitor {
namespace {

// So many reports in a row at a pace show that a device keeps it; an event between two reports is one short
// gap, or two.
constexpr uint8_t kQuickMin = 3;
constexpr Duration kTamperedGrace = Duration::seconds(5);
constexpr Duration kTamperedLately = Duration::seconds(600);
// Nobody is taken to be that far for longer.
constexpr Duration kReachHorizon = Duration::seconds(7 * 24 * 3600);

bool is_tampering(v1::AlertKind kind) {
  return kind == v1::ALERT_KIND_STRAP_CUT || kind == v1::ALERT_KIND_UNPAIRED ||
         kind == v1::ALERT_KIND_POWER_OFF || kind == v1::ALERT_KIND_JAMMED;
}

}  // namespace

// A device is held to the interval that it was told only once it has shown that it does as it is told: with
// the shorter of its two intervals an obedient one is missed after 14 s instead of 40 s, while one that never
// obeys never rings for it. One that stopped obeying is not held to that command again.
uint32_t Device::expected_s() const {
  if (commanded_s == 0) return interval_s;
  const auto [shorter, longer] = std::minmax(commanded_s, interval_s);
  return paced_for_s == commanded_s && quick >= kQuickMin && !dawdles ? shorter : longer;
}

void Machine::watch_pace(Device& device, const v1::Report& report, Time now) {
  if (report.stored() || !device.heard_at.known()) return;
  if (device.paced_for_s != device.commanded_s) {
    device.paced_for_s = device.commanded_s;
    device.quick = 0;
    device.dawdles = false;
    return;  // this gap began before the command
  }
  if (device.commanded_s == 0) return;
  const Duration gap = now - device.heard_at - (deaf_ - device.deaf_when_heard);
  const uint32_t shorter = std::min(device.commanded_s, device.interval_s);
  const bool quick = gap <= Duration::millis(int64_t{shorter} * 1'500 + 1'000);
  if (device.quick >= kQuickMin && !quick && gap >= silent_after(device)) device.dawdles = true;
  device.quick = quick ? static_cast<uint8_t>(std::min<int>(device.quick + 1, kQuickMin)) : uint8_t{0};
}

bool Machine::is_tampered(const Device& device) {
  return std::any_of(device.alerts.begin(), device.alerts.end(),
                     [](const auto& open) { return is_tampering(open.first); });
}

// What tells his place is not on him since then: it says where it lies itself, and not where he is. What
// people have settled is settled: they know.
std::optional<Time> Machine::shed_at(const Person& wearer) const {
  std::optional<Time> at;
  for (const uint32_t index : wearer.devices) {
    const Device& device = devices_[index];
    if (device.alerts.empty() || !tells_position(device)) continue;
    for (const v1::AlertKind kind : {v1::ALERT_KIND_STRAP_CUT, v1::ALERT_KIND_UNPAIRED}) {
      const auto cut = device.alerts.find(kind);
      if (cut == device.alerts.end() || !rings(cut->second)) continue;
      const Time since{alerts_.at(cut->second).alert.happened_at_us()};
      at = at ? std::min(*at, since) : since;
    }
  }
  return at;
}

// Where he was when his place was last his own: by his latest fix, or by that of the moment when he shed what
// tells it. Of one that is forgotten by now, the oldest that is left.
KeptFix Machine::last_own_fix(const Person& person) const {
  const std::optional<Time> shed = shed_at(person);
  const KeptFix& latest = person.track.latest();
  if (!shed || latest.at <= *shed) return latest;
  std::optional<KeptFix> own = person.track.before(*shed + Duration{1});
  if (!own) own = person.track.after(*shed);
  KeptFix made = own.value_or(latest);
  made.at = *shed;
  return made;
}

Duration Machine::silent_after(const Device& device) const {
  if (device.alerts.empty()) return device.silent_after_plainly();
  const Duration interval = Duration::seconds(device.expected_s());
  // Hours later, a device that is heard all the while is missed like any other.
  const bool just_now = std::any_of(device.alerts.begin(), device.alerts.end(), [&](const auto& open) {
    return is_tampering(open.first) &&
           device.heard_at - Time{alerts_.at(open.second).alert.opened_at_us()} <= kTamperedLately;
  });
  return just_now ? interval + kTamperedGrace : device.silent_after_plainly();
}

// Nobody could be heard while we were down. That time is not held against a device; what it had left of its
// interval when we went down, it has now. The clock ticks each second while we are up, so the outage is known
// to a second.
bool Machine::is_silent(const Device& device, Time now) const {
  if (!device.heard_at.known()) return true;
  return now - device.heard_at - (deaf_ - device.deaf_when_heard) >= silent_after(device);
}

void Machine::hear_device(uint32_t index, const v1::Report& report, Step& step) {
  Device& device = devices_[index];
  watch_pace(device, report, step.now);
  device.heard_at = step.now;
  device.deaf_when_heard = deaf_;
  if (device.person == kNone || persons_[device.person].removed) return;
  hear_again(index, step);
  if (!device.alerts.empty() && device.alerts.contains(v1::ALERT_KIND_SILENCE))
    clear_device_alert(index, v1::ALERT_KIND_SILENCE, "report", step);
  if (persons_[device.person].silence != 0) clear_alert(persons_[device.person].silence, "report", step);
}

// A device that has never spoken is not in use yet; its silence begins with its first report.
void Machine::watch_silence(uint32_t index, Step& step) {
  Device& device = devices_[index];
  if (device.person == kNone || !device.heard_at.known()) return;
  if (device.kind == v1::DEVICE_KIND_HOME_BEACON || device.kind == v1::DEVICE_KIND_VEHICLE) return;
  if (!is_watched(persons_[device.person])) return;
  count_device(index);
  // Where an order has only just begun, the silence before it is not held against the device.
  const Duration patience = silent_after(device);
  const Time heard = device.heard_at + (deaf_ - device.deaf_when_heard);
  const Time due = (step.now - heard >= patience ? step.now : heard) + patience;
  // A later one is set when the one that is set has come; one that has become pointless finds nothing to do.
  if (device.silence_due.known() && device.silence_due <= due) return;
  device.silence_due = due;
  deadlines_.add(due, {Deadline::Kind::kSilence, index, 0});
}

void Machine::check_silence(uint32_t index, Step& step) {
  Device& device = devices_[index];
  if (device.silence_due.known() && device.silence_due > step.now) return;
  device.silence_due = Time{};
  if (device.person == kNone || !is_watched(persons_[device.person])) {
    uncount_device(index, step);
    return;
  }
  if (!is_silent(device, step.now)) {
    watch_silence(index, step);
    return;
  }
  fall_silent(index, step.now);
  if (is_tampered(device) && tells_position(device))
    for (const uint32_t rule : FewIndexes(persons_[device.person].rules)) watch_reach(rule, step);
  if (!join_outage(index, step)) ring_silence(index, step);
}

// Of one that rests, without waking it: it was heard in time, and its deadline is only to be moved on.
bool Machine::is_heard_still(uint32_t index, Time now) {
  auto seen = devices_.glance(index);
  if (!seen || seen->silent_after_s == 0) return false;
  if (Time{seen->silence_due_us} > now) return true;
  const auto holder = persons_.glance(seen->person);
  const bool watched = holder ? holder->stale_at.known() : is_watched(persons_[seen->person]);
  const Time due = Time{seen->heard_less_deaf_us} + deaf_ + Duration::seconds(seen->silent_after_s);
  if (!watched || due <= now) return false;
  seen->silence_due_us = due.us;
  devices_.set_glance(index, *seen);
  deadlines_.add(due, {Deadline::Kind::kSilence, index, 0});
  return true;
}

void Machine::ring_silence(uint32_t index, Step& step) {
  const Device& device = devices_[index];
  const uint32_t holder = device.person;
  law::SentenceNumbers numbers;
  numbers.silent_s = (step.now - device.heard_at).s();
  if (persons_[holder].live_orders > 0)
    open_device_alert(index, v1::ALERT_KIND_SILENCE, step.now, numbers, false, step);
  if (persons_[holder].rules_about.empty() || persons_[holder].silence != 0) return;
  const FewIndexes& devices = persons_[holder].devices;
  if (!std::all_of(devices.begin(), devices.end(),
                   [&](uint32_t one) { return is_silent(devices_[one], step.now); }))
    return;
  const std::optional<uint32_t> nearest = nearest_rule(persons_[holder].rules_about);
  HeldAlert made =
      start_alert(v1::ALERT_KIND_PROTECTED_SILENCE, rules_[*nearest].wearer, holder, step.now, step);
  made.numbers = numbers;
  made.alert.set_device_id(device_ids_.name(index));
  const law::Order& order = orders_[rules_[*nearest].order].order;
  made.alert.set_order_id(order.id);
  made.alert.set_order_version(order.version);
  if (const std::optional<v1::Proximity> now = proximity(rules_[*nearest]))
    *made.alert.mutable_proximity() = *now;
  persons_[holder].silence = open_alert(std::move(made), step);
}

// Nobody can say where the person is now: the place is too old, or the device was tampered with and is gone.
bool Machine::is_lost(const Person& person, Time now) const {
  // Heard by the beacon of a place, he is there.
  for (const uint32_t rule : person.rules)
    if (rules_[rule].kind == RuleKind::kInclusion && in_contact(rules_[rule], now)) return false;
  if (person.stale || !is_fresh(person, now)) return true;
  return std::any_of(person.devices.begin(), person.devices.end(), [&](uint32_t index) {
    const Device& device = devices_[index];
    return is_tampered(device) && tells_position(device) && is_silent(device, now);
  });
}

// The zone whose beacon heard him after his last fix: that is where he was last.
const Rule* Machine::beacon_since_fix(const Person& person) const {
  const Rule* last = nullptr;
  for (const uint32_t index : person.rules) {
    const Rule& rule = rules_[index];
    if (rule.kind != RuleKind::kInclusion || !rule.radio || !zones_[rule.zone].zone) continue;
    if (rule.radio->at <= person.track.latest().at) continue;
    if (last == nullptr || rule.radio->at > last->radio->at) last = &rule;
  }
  return last;
}

// How far the two may have come towards each other by `at`, of those who cannot be placed now.
int64_t Machine::reach_mm(const Rule& rule, Time at, Time now) const {
  const auto age = [&](const Person& person) {
    // Who went when he cut the strap went on while we were down.
    if (shed_at(person)) return at - last_own_fix(person).at;
    return at - person.track.latest().at - (deaf_ - person.deaf_when_fixed);
  };
  int64_t reach = 0;
  const Person& wearer = persons_[rule.wearer];
  if (is_lost(wearer, now) || shed_at(wearer)) {
    LastSeen seen;
    seen.state = wearer.motion.state();
    seen.speed_mmps = wearer.motion.speed_mmps();
    const std::optional<Stay> stay = wearer.motion.stay();
    seen.settled = stay && wearer.track.latest().at - stay->from >= kSettledAfter;
    const Rule* home = beacon_since_fix(wearer);
    if (home != nullptr) seen.state = MotionState::kResting;
    seen.tampered = std::any_of(wearer.devices.begin(), wearer.devices.end(), [this](uint32_t device) {
      return is_tampered(devices_[device]) && tells_position(devices_[device]);
    });
    const Pace pace = his_pace(seen, orders_[rule.order].order.judgement.speed_max_mmps);
    reach += monitor::reach_mm(
        pace, home != nullptr ? at - home->radio->at - (deaf_ - home->radio->deaf_when_heard) : age(wearer));
  }
  if (rule.kind != RuleKind::kPair) return reach;  // a place goes nowhere
  const Person& about = persons_[rule.about];
  if (is_lost(about, now)) reach += her_reach_mm(age(about));
  return reach;
}

// From where the two were last to the radius that the court ordered, or to the border of her place, less what
// the places may err.
int64_t Machine::gap_mm(const Rule& rule) const {
  const Person& wearer = persons_[rule.wearer];
  const KeptFix his = last_own_fix(wearer);
  const Rule* home = beacon_since_fix(wearer);
  if (rule.kind != RuleKind::kPair) {
    const geo::Zone& zone = *zones_[rule.zone].zone;
    // He may be anywhere in his home.
    const int64_t apart = home == nullptr ? zone.signed_distance_mm(his.place)
                                          : zone.signed_distance_mm(zones_[home->zone].zone->centre()) -
                                                zones_[home->zone].zone->reach_mm();
    return apart - his.sigma_mm;
  }
  const KeptFix hers = last_own_fix(persons_[rule.about]);
  const int64_t apart = home != nullptr ? zones_[home->zone].zone->signed_distance_mm(hers.place)
                                        : geo::distance_mm(his.place, hers.place);
  return apart - rule.tiers.back().limit_mm - std::max(his.sigma_mm, hers.sigma_mm);
}

// Where he may be by now is asked of her, and of places that are barred for her sake; and there is someone
// who cannot be placed. A device that is heard but was shed within the widest distance has rung for just
// that.
bool Machine::is_unaccounted(const Rule& rule, Time now) const {
  const Person& wearer = persons_[rule.wearer];
  if (rule.about == kNone || wearer.track.empty() || wearer.removed) return false;
  const bool pair = rule.kind == RuleKind::kPair;
  if (!pair && (rule.kind != RuleKind::kExclusion || !rule.scheduled || !zones_[rule.zone].zone))
    return false;
  const Person& about = persons_[rule.about];
  if (pair && (about.track.empty() || about.removed)) return false;
  if (is_lost(wearer, now) || (pair && is_lost(about, now))) return true;
  return shed_at(wearer) && gap_mm(rule) > rule.tiers.front().limit_mm - rule.tiers.back().limit_mm;
}

// Another alert says already that he may be there: of the same place, or of her who is at it.
bool Machine::is_told_elsewhere(const Rule& rule) const {
  if (rule.kind == RuleKind::kPair) return false;
  const Track& hers = persons_[rule.about].track;
  const FewIndexes& rules = persons_[rule.wearer].rules;
  return std::any_of(rules.begin(), rules.end(), [&](uint32_t index) {
    const Rule& other = rules_[index];
    if (other.unaccounted == 0 || other.about != rule.about) return false;
    if (other.kind != RuleKind::kPair) return other.zone == rule.zone;
    return !hers.empty() &&
           zones_[rule.zone].zone->signed_distance_mm(hers.latest().place) <= other.tiers.back().limit_mm;
  });
}

// Looks again at the first moment at which the two may be too near each other, which only a new fix changes.
void Machine::watch_reach(uint32_t index, Step& step) {
  Rule& rule = rules_[index];
  if (rule.unaccounted != 0 || !is_unaccounted(rule, step.now)) return;
  const int64_t gap = gap_mm(rule);
  int64_t low_s = 0, high_s = kReachHorizon.s();
  if (reach_mm(rule, step.now + Duration::seconds(high_s), step.now) < gap) return;
  while (low_s < high_s) {
    const int64_t middle = (low_s + high_s) / 2;
    if (reach_mm(rule, step.now + Duration::seconds(middle), step.now) < gap)
      low_s = middle + 1;
    else
      high_s = middle;
  }
  const Time due = step.now + Duration::seconds(low_s);
  if (due <= step.now) {
    check_reach(index, step);
    return;
  }
  if (rule.unaccounted_due.known() && rule.unaccounted_due > step.now && rule.unaccounted_due <= due) return;
  rule.unaccounted_due = due;
  deadlines_.add(due, {Deadline::Kind::kUnaccounted, index, rule.generation});
}

void Machine::check_reach(uint32_t index, Step& step) {
  const Rule& rule = rules_[index];
  if (rule.unaccounted != 0) return;
  // What has rung for the radius itself stays open until both are seen apart.
  if (rule.tiers.back().alert != 0 || in_contact(rule, step.now) || !binding_at(rule, step.now)) return;
  if (!is_unaccounted(rule, step.now) || is_told_elsewhere(rule)) return;
  const int64_t gap = gap_mm(rule);
  if (reach_mm(rule, step.now, step.now) >= gap) open_unaccounted(index, gap, step);
}

void Machine::open_unaccounted(uint32_t index, int64_t gap_mm, Step& step) {
  const Rule& rule = rules_[index];
  const KeptFix his = last_own_fix(persons_[rule.wearer]);
  HeldAlert made = start_alert(v1::ALERT_KIND_UNACCOUNTED_NEAR, rule.wearer, rule.about, step.now, step);
  const law::Order& order = orders_[rule.order].order;
  v1::Alert& alert = made.alert;
  alert.set_order_id(order.id);
  alert.set_order_version(order.version);
  alert.set_condition_id(rule.condition_id);
  alert.set_basis(v1::ALERT_BASIS_REACH);
  const int64_t reach = reach_mm(rule, step.now, step.now);
  alert.set_reach_mm(static_cast<uint32_t>(std::min<int64_t>(reach, UINT32_MAX)));
  alert.set_margin_mm(gap_mm);
  alert.set_sigma_mm(static_cast<uint32_t>(his.sigma_mm));
  const auto age_s = [&](Time at) {
    return static_cast<uint32_t>(std::max<int64_t>((step.now - at).s(), 0));
  };
  alert.set_wearer_age_s(age_s(his.at));
  if (rule.kind == RuleKind::kPair) {
    const KeptFix hers = last_own_fix(persons_[rule.about]);
    alert.set_sigma_mm(static_cast<uint32_t>(std::max(his.sigma_mm, hers.sigma_mm)));
    alert.set_protected_age_s(age_s(hers.at));
    v1::Proximity& last = *alert.mutable_proximity();
    last.set_distance_mm(geo::distance_mm(his.place, hers.place));
    last.set_sigma_mm(alert.sigma_mm());
    last.set_at_us(std::max(his.at, hers.at).us);
  } else {
    alert.set_zone_id(zone_ids_.name(rule.zone));
  }
  law::set_place(his.place, *alert.mutable_place());
  made.numbers.limit_mm = rule.tiers.back().limit_mm;
  const uint64_t number = open_alert(std::move(made), step);
  rules_[index].unaccounted = number;
}

// Both are seen now. Only that they are apart ends it; who turns up near her rings as anyone who is near.
void Machine::account_for(uint32_t index, const Measure& measure, Step& step) {
  Rule& rule = rules_[index];
  if (rule.unaccounted == 0 || shed_at(persons_[rule.wearer])) return;
  const int64_t apart = measure.distance_mm - rule.tiers.back().limit_mm;
  if (apart <= rule.policy.hysteresis_mm) return;
  if (apart * 1'000 < int64_t{rule.policy.z_clear} * measure.sigma_mm) return;
  close_unaccounted(rule, "margin", step);
}

void Machine::close_unaccounted(Rule& rule, const std::string& reason, Step& step) {
  if (rule.unaccounted == 0) return;
  clear_alert(std::exchange(rule.unaccounted, 0), reason, step);
}

}  // namespace haechi::monitor
