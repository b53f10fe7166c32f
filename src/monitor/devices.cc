// What devices say besides where they are: straps, cases, batteries, SOS.
#include <algorithm>

#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr uint32_t kBatteryLowPercent = 15;
constexpr uint32_t kBatteryWellPercent = 30;
constexpr Duration kEventLateAfter = Duration::seconds(300);

v1::AlertKind alert_kind_of(v1::DeviceEvent event) {
  switch (event) {
    case v1::DEVICE_EVENT_STRAP_CUT:
      return v1::ALERT_KIND_STRAP_CUT;
    case v1::DEVICE_EVENT_CASE_OPENED:
      return v1::ALERT_KIND_CASE_OPENED;
    case v1::DEVICE_EVENT_JAMMED:
      return v1::ALERT_KIND_JAMMED;
    case v1::DEVICE_EVENT_POWER_OFF:
      return v1::ALERT_KIND_POWER_OFF;
    case v1::DEVICE_EVENT_UNPAIRED:
      return v1::ALERT_KIND_UNPAIRED;
    default:
      return v1::ALERT_KIND_UNSPECIFIED;
  }
}

}  // namespace

bool Machine::any_order_in_force(const Person& wearer, Time at) const {
  return std::any_of(wearer.orders.begin(), wearer.orders.end(),
                     [&](uint32_t order) { return law::in_force(orders_[order].order, at); });
}

// Of the rules given: the pair that is nearest as last known, else the first pair, else the first rule.
std::optional<uint32_t> Machine::nearest_rule(const FewIndexes& rules) const {
  std::optional<uint32_t> best;
  const auto rank = [this](uint32_t index) {
    const Rule& rule = rules_[index];
    const bool pair = rule.kind == RuleKind::kPair;
    const std::optional<Measure> latest = pair ? latest_of(rule) : std::nullopt;
    return std::tuple(!pair, !latest, latest ? latest->distance_mm : 0);
  };
  for (const uint32_t rule : rules)
    if (!best || rank(rule) < rank(*best)) best = rule;
  return best;
}

void Machine::apply_events(uint32_t index, const v1::Report& report, Time at, Step& step) {
  // Nearly every report ends here: nothing happened, nothing is open, and the battery is not low.
  if (report.events().empty() && devices_[index].alerts.empty() &&
      !(report.has_battery_percent() && report.battery_percent() <= kBatteryLowPercent))
    return;
  const uint32_t holder = devices_[index].person;
  const Person& person = persons_[holder];
  const bool late =
      (!person.track.empty() && at < person.track.latest().at) || step.now - at > kEventLateAfter;
  const bool bound = any_order_in_force(person, at);
  bool told_low = false, told_off = false, told_jammed = false;
  for (const int value : report.events()) {
    const auto event = static_cast<v1::DeviceEvent>(value);
    told_low = told_low || event == v1::DEVICE_EVENT_LOW_BATTERY;
    told_off = told_off || event == v1::DEVICE_EVENT_POWER_OFF;
    told_jammed = told_jammed || event == v1::DEVICE_EVENT_JAMMED;
    if (event == v1::DEVICE_EVENT_SOS &&
        (person.role == v1::ROLE_PROTECTED_PERSON || !person.rules_about.empty()))
      ring_sos(index, at, late, step);
    if (event == v1::DEVICE_EVENT_STRAP_CLOSED && !late)
      for (const v1::AlertKind kind : {v1::ALERT_KIND_STRAP_CUT, v1::ALERT_KIND_UNPAIRED}) {
        const auto cut = devices_[index].alerts.find(kind);
        if (cut != devices_[index].alerts.end() && at.us >= alerts_.at(cut->second).alert.happened_at_us())
          clear_device_alert(index, kind, "strap_closed", step);
      }
    const v1::AlertKind kind = alert_kind_of(event);
    if (kind != v1::ALERT_KIND_UNSPECIFIED && bound) open_device_alert(index, kind, at, {}, late, step);
  }
  // A device that speaks is on, and one that sees satellites again is not jammed.
  if (!late && !told_off) clear_device_alert(index, v1::ALERT_KIND_POWER_OFF, "report", step);
  if (!late && !told_jammed && report.fix().source() == v1::FIX_SOURCE_GNSS)
    clear_device_alert(index, v1::ALERT_KIND_JAMMED, "report", step);
  if (bound || !person.rules_about.empty()) apply_battery(index, report, told_low, at, step);
}

void Machine::apply_battery(uint32_t index, const v1::Report& report, bool told_low, Time at, Step& step) {
  const bool known = report.has_battery_percent();
  if (told_low || (known && report.battery_percent() <= kBatteryLowPercent)) {
    law::SentenceNumbers numbers;
    numbers.battery_percent = known ? report.battery_percent() : kBatteryLowPercent;
    open_device_alert(index, v1::ALERT_KIND_LOW_BATTERY, at, numbers, report.stored(), step);
  } else if (known && report.battery_percent() >= kBatteryWellPercent && !report.stored()) {
    clear_device_alert(index, v1::ALERT_KIND_LOW_BATTERY, "battery", step);
  }
}

void Machine::open_device_alert(uint32_t index, v1::AlertKind kind, Time at,
                                const law::SentenceNumbers& numbers, bool late, Step& step) {
  if (devices_[index].alerts.contains(kind)) return;
  HeldAlert made = start_device_alert(index, kind, at, late, step);
  made.device = index;
  made.numbers = numbers;
  devices_[index].alerts[kind] = open_alert(std::move(made), step);
  const uint32_t holder = devices_[index].person;
  touched_persons_.push_back(holder);
  for (const uint32_t rule : persons_[holder].rules) touched_rules_.push_back(rule);
  if (!shed_at(persons_[holder])) return;
  // From here on he may go where he likes.
  for (const uint32_t rule : FewIndexes(persons_[holder].rules)) {
    watch_closely(rule);
    watch_reach(rule, step);
  }
}

// About a device, with what is known of its holder.
HeldAlert Machine::start_device_alert(uint32_t index, v1::AlertKind kind, Time at, bool late,
                                      Step& step) const {
  const uint32_t holder = devices_[index].person;
  const bool worn = persons_[holder].live_orders > 0 || persons_[holder].rules_about.empty();
  const std::optional<uint32_t> nearest =
      nearest_rule(worn ? persons_[holder].rules : persons_[holder].rules_about);
  // Whom he may not meet is not whom the order protects.
  const bool protects = nearest && rules_[*nearest].kind != RuleKind::kNoContact;
  const uint32_t about = protects ? rules_[*nearest].about : kNone;
  HeldAlert made = start_alert(kind, worn ? holder : kNone, worn ? about : holder, at, step);
  made.alert.set_device_id(device_ids_.name(index));
  made.alert.set_late(late);
  uint32_t order = nearest ? rules_[*nearest].order : kNone;
  for (const uint32_t one : persons_[holder].orders)
    if (order == kNone && law::in_force(orders_[one].order, at)) order = one;
  if (order != kNone) {
    made.alert.set_order_id(orders_[order].order.id);
    made.alert.set_order_version(orders_[order].order.version);
  }
  if (protects && worn)
    if (const std::optional<v1::Proximity> now = proximity(rules_[*nearest]))
      *made.alert.mutable_proximity() = *now;
  if (worn && !persons_[holder].track.empty())
    law::set_place(persons_[holder].track.latest().place, *made.alert.mutable_place());
  return made;
}

void Machine::clear_device_alert(uint32_t index, v1::AlertKind kind, const std::string& reason, Step& step) {
  const auto found = devices_[index].alerts.find(kind);
  if (found == devices_[index].alerts.end()) return;
  const uint32_t wearer = alerts_.at(found->second).wearer;
  clear_alert(found->second, reason, step);
  if (wearer == kNone) return;
  for (const uint32_t rule : persons_[wearer].rules) touched_rules_.push_back(rule);
}

// SOS rings whatever the orders say: an order decides only whose incident it joins.
void Machine::ring_sos(uint32_t index, Time at, bool late, Step& step) {
  const uint32_t holder = devices_[index].person;
  const std::optional<uint32_t> nearest = nearest_rule(persons_[holder].rules_about);
  const std::optional<v1::Proximity> now = nearest ? proximity(rules_[*nearest]) : std::nullopt;
  const auto place = [&](v1::Alert& alert) {
    const Track& track = persons_[holder].track;
    if (!track.empty()) law::set_place(track.latest().place, *alert.mutable_place());
    if (now) *alert.mutable_proximity() = *now;
    if (step.silent) alert.set_silent(true);
    if (step.duress) alert.set_duress(true);
  };
  if (persons_[holder].sos != 0) {
    HeldAlert& held = alerts_.at(persons_[holder].sos);
    place(held.alert);
    if (step.silent) state_reason(held);
    tell_alert(held, step);
    moved_incidents_.push_back(held.incident);
    return;
  }
  HeldAlert made =
      start_alert(v1::ALERT_KIND_SOS, nearest ? rules_[*nearest].wearer : kNone, holder, at, step);
  made.alert.set_device_id(device_ids_.name(index));
  made.alert.set_late(late);
  if (nearest) {
    const law::Order& order = orders_[rules_[*nearest].order].order;
    made.alert.set_order_id(order.id);
    made.alert.set_order_version(order.version);
  }
  place(made.alert);
  persons_[holder].sos = open_alert(std::move(made), step);
}

}  // namespace haechi::monitor
