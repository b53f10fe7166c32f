// Area outages: when many devices of one area, or of one carrier, fall silent together, that is one event and
// not many wearers.
//
// The world is a grid of cells of about 5 km (a few masts), and devices belong to the cell in which they were
// last placed and to their carrier. Their numbers are kept as devices are heard, move and fall silent, so
// nothing is ever counted over.
//
// An outage is at least five devices and at least 30 % of those of the group that were expected to be heard,
// silent within three minutes. Three minutes, because devices that report each 15 s are missed after 40 s and
// those that report each minute after 130 s. Five, because a device is lost by itself some five times a day:
// that five of twenty are within the same three minutes by chance happens once in a thousand years. 30 %,
// because of ten thousand devices of a carrier a hundred are within any three minutes.
//
// What an outage may swallow is only what the control room alone would have seen. Whoever could be near her,
// was tampered with, or has an alert of distance open rings by himself as ever; so does UNACCOUNTED_NEAR,
// which asks for no outage. Alerts that rang before it was known for an outage are cleared as "outage" on the
// same terms and if nobody has taken them; what people or an agency are at work on stays with them.
//
// Invariants:
//   1. A device that is counted as silent has either an alert of its own or an outage, or its holder's other
//      device is heard.
//   2. When an outage ends, or a person says that it has, every device of it that is still silent rings
//   alone.
//   3. A protected person is told once that she is uncovered, and once, when she is covered again.
#include <algorithm>
#include <initializer_list>

#include "base/ensure.h"
#include "geo/segment.h"
#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr Duration kTogether = Duration::seconds(180);
constexpr size_t kDevicesMin = 5;
// Of neighbouring cells, where nine places are looked at instead of one.
constexpr size_t kBesideMin = 7;
constexpr size_t kSharePercent = 30;
// Most must be heard for so long before it is over: networks come back in pieces.
constexpr Duration kCalm = Duration::seconds(60);
// An outage that grows is told of again at most this often.
constexpr Duration kTellEvery = Duration::seconds(10);
constexpr uint32_t kOutageCodeMin = 3;  // of what an outage may swallow

// 0.045 degrees are 5 km; of longitude twice as many far north, where a degree is short.
constexpr int32_t kCellLatE7 = 450'000;
constexpr int32_t kFarNorthE7 = 500'000'000;

struct Cell {
  int32_t row, column, column_e7;
};

Cell cell_of(geo::Place place) {
  const bool far = place.lat_e7 > kFarNorthE7 || place.lat_e7 < -kFarNorthE7;
  const int32_t column_e7 = far ? 1'000'000 : 550'000;
  return {(place.lat_e7 + geo::kLatE7Max) / kCellLatE7,
          static_cast<int32_t>((int64_t{place.lng_e7} + geo::kLngE7Max) / column_e7), column_e7};
}

int64_t key_of(const Cell& cell) {
  return int64_t{cell.row} * 100'000 + cell.column;
}

geo::Place middle_of(const Cell& cell) {
  return {cell.row * kCellLatE7 + kCellLatE7 / 2 - geo::kLatE7Max,
          static_cast<int32_t>(int64_t{cell.column} * cell.column_e7 + cell.column_e7 / 2 - geo::kLngE7Max)};
}

}  // namespace

void Machine::set_carrier(uint32_t index, const std::string& carrier, Step& step) {
  uint32_t group = kNone;
  if (!carrier.empty()) {
    const auto [found, added] = carriers_.try_emplace(carrier, static_cast<uint32_t>(groups_.size()));
    if (added) groups_.emplace_back().carrier = carrier;
    group = found->second;
  }
  if (devices_[index].carrier == group) return;
  uncount_device(index, step);
  devices_[index].carrier = group;
}

void Machine::count_device(uint32_t index) {
  Device& device = devices_[index];
  if (device.counted) return;
  device.counted = true;
  for (const uint32_t group : {device.carrier, device.cell})
    if (group != kNone) ++groups_[group].devices;
}

// It is not expected to be heard any more.
void Machine::uncount_device(uint32_t index, Step& step) {
  Device& device = devices_[index];
  if (!device.counted) return;
  hear_again(index, step);
  device.counted = false;
  for (const uint32_t group : {device.carrier, device.cell})
    if (group != kNone) --groups_[group].devices;
}

// `device` is heard at this moment, so it is counted among the silent nowhere.
void Machine::place_device(uint32_t index, geo::Place place) {
  Device& device = devices_[index];
  const Cell cell = cell_of(place);
  const int64_t key = key_of(cell);
  if (device.cell_key == key) return;
  ENSURE(!device.silent_at.known(), index);
  const auto [found, added] = cells_.try_emplace(key, static_cast<uint32_t>(groups_.size()));
  if (added) groups_.emplace_back().middle = middle_of(cell);
  if (device.counted && device.cell != kNone) --groups_[device.cell].devices;
  device.cell_key = key;
  device.cell = found->second;
  if (device.counted) ++groups_[device.cell].devices;
}

void Machine::fall_silent(uint32_t index, Time now) {
  Device& device = devices_[index];
  if (!device.counted || device.silent_at.known()) return;
  device.silent_at = now;
  for (const uint32_t group : {device.carrier, device.cell}) {
    if (group == kNone) continue;
    ++groups_[group].silent;
    groups_[group].fresh.emplace(now, index);
  }
}

void Machine::hear_again(uint32_t index, Step& step) {
  Device& device = devices_[index];
  if (!device.silent_at.known()) return;
  for (const uint32_t group : {device.carrier, device.cell}) {
    if (group == kNone) continue;
    --groups_[group].silent;
    groups_[group].fresh.erase({device.silent_at, index});
  }
  device.silent_at = Time{};
  cover_again(device.person, step);
  const uint64_t number = std::exchange(device.outage, 0);
  if (number != 0) {
    outages_.at(number).silent.erase(index);
    touch_outage(number, step);
  }
  const auto left = uncovers_.find(index);
  if (left == uncovers_.end()) return;
  const std::vector<uint32_t> persons = std::move(left->second);
  uncovers_.erase(left);
  for (const uint32_t person : persons) {
    const auto lost = uncovered_.find(person);
    if (lost == uncovered_.end()) continue;
    lost->second.devices.erase(index);
    regain_cover(person, step);
  }
}

// Whether those of all these groups that fell silent together are an outage.
bool Machine::is_outage(const std::vector<uint32_t>& area, Time now) {
  size_t together = 0, expected = 0, unexplained = 0;
  for (const uint32_t index : area) {
    CoverGroup& group = groups_[index];
    while (!group.fresh.empty() && now - group.fresh.begin()->first > kTogether)
      group.fresh.erase(group.fresh.begin());
    together += group.fresh.size();
    expected += group.devices - group.silent + group.fresh.size();
    // Of a cell only those whom no carrier's outage explains.
    for (const auto& [at, device] : group.fresh) {
      const uint64_t outage = devices_[device].outage;
      if (outage == 0 || groups_[outages_.at(outage).group].carrier.empty()) ++unexplained;
    }
  }
  const size_t least = area.size() > 1 ? kBesideMin : kDevicesMin;
  if (together < least || together * 100 < expected * kSharePercent) return false;
  return !groups_[area.front()].carrier.empty() || unexplained >= least;
}

// The cell alone; else with one beside it; else with the three of a square. Empty: none of these.
std::vector<uint32_t> Machine::outage_area(uint32_t index, Time now) {
  if (is_outage({index}, now)) return {index};
  if (!groups_[index].carrier.empty()) return {};
  const geo::Place middle = groups_[index].middle;
  const Cell own = cell_of(middle);
  const auto beside = [&](int rows, int columns) {
    int64_t lng = int64_t{middle.lng_e7} + int64_t{columns} * own.column_e7;
    if (lng > geo::kLngE7Max) lng -= 2 * int64_t{geo::kLngE7Max};
    if (lng < -int64_t{geo::kLngE7Max}) lng += 2 * int64_t{geo::kLngE7Max};
    const geo::Place there{middle.lat_e7 + rows * kCellLatE7, static_cast<int32_t>(lng)};
    const auto found = geo::in_range(there) ? cells_.find(key_of(cell_of(there))) : cells_.end();
    return found == cells_.end() ? kNone : found->second;
  };
  const auto area_of = [&](std::initializer_list<uint32_t> cells) {
    std::vector<uint32_t> area{index};
    for (const uint32_t cell : cells)
      if (cell != kNone && cell != index) area.push_back(cell);
    return area.size() > 1 && is_outage(area, now) ? area : std::vector<uint32_t>();
  };
  for (const auto& [rows, columns] : {std::pair(0, 1), {0, -1}, {1, 0}, {-1, 0}})
    if (std::vector<uint32_t> area = area_of({beside(rows, columns)}); !area.empty()) return area;
  for (const int rows : {1, -1})
    for (const int columns : {1, -1})
      if (std::vector<uint32_t> area = area_of({beside(rows, 0), beside(0, columns), beside(rows, columns)});
          !area.empty())
        return area;
  return {};
}

// Any device of hers covers her again.
void Machine::cover_again(uint32_t holder, Step& step) {
  const auto found = uncovered_.find(holder);
  if (found == uncovered_.end()) return;
  for (const uint32_t own : persons_[holder].devices)
    if (found->second.devices.erase(own) > 0) std::erase(uncovers_.at(own), holder);
  regain_cover(holder, step);
}

// Not the network's doing, or too near her to wait and see.
bool Machine::rings_alone(uint32_t index) const {
  const Device& device = devices_[index];
  const Person& person = persons_[device.person];
  if (is_tampered(device)) return true;
  for (const auto* rules : {&person.rules, &person.rules_about})
    for (const uint32_t rule : *rules)
      if (rules_[rule].unaccounted != 0 || std::any_of(rules_[rule].tiers.begin(), rules_[rule].tiers.end(),
                                                       [](const Tier& tier) { return tier.alert != 0; }))
        return true;
  if (person.live_orders > 0 &&
      law::code112(v1::ALERT_KIND_SILENCE, nearness(device.person, kNone)) < kOutageCodeMin)
    return true;
  return std::any_of(person.rules_about.begin(), person.rules_about.end(), [&](uint32_t rule) {
    return law::code112(v1::ALERT_KIND_PROTECTED_SILENCE, nearness(rules_[rule].wearer, device.person)) <
           kOutageCodeMin;
  });
}

// True when the silence of the device needs no alert of its own.
bool Machine::join_outage(uint32_t index, Step& step) {
  const Device& device = devices_[index];
  if (!device.silent_at.known()) return false;
  for (const uint32_t group : {device.carrier, device.cell})
    if (group != kNone && device.outage == 0 && groups_[group].outage != 0) {
      attach_to_outage(index, groups_[group].outage, step);
      touch_outage(device.outage, step);
    }
  for (const uint32_t group : {device.carrier, device.cell})
    if (group != kNone && device.outage == 0)
      if (const std::vector<uint32_t> area = outage_area(group, step.now); !area.empty())
        open_outage(area, step);
  return device.outage != 0 && !rings_alone(index);
}

// One carrier's outage takes over what the cells have made of it so far; one of a cell grows over its border.
void Machine::open_outage(const std::vector<uint32_t>& area, Step& step) {
  const bool of_cells = groups_[area.front()].carrier.empty();
  std::set<std::pair<Time, uint32_t>> fresh;
  uint64_t known = 0;
  for (const uint32_t group : area) {
    fresh.insert(groups_[group].fresh.begin(), groups_[group].fresh.end());
    if (of_cells && known == 0) known = groups_[group].outage;
  }
  Outage made;
  made.group = area.front();
  made.area = area;
  std::set<uint64_t> emptied;
  for (const auto& [at, device] : fresh) {
    const uint64_t before = devices_[device].outage;
    if (before != 0) {
      if (of_cells) continue;
      outages_.at(before).silent.erase(device);
      outages_.at(before).members.erase(device);
      if (outages_.at(before).silent.empty()) emptied.insert(before);
    }
    made.members.insert(device);
  }
  made.silent = made.members;
  const std::set<uint32_t> members = made.members;
  uint64_t number = known;
  if (known == 0) {
    HeldAlert alert = start_alert(v1::ALERT_KIND_AREA_OUTAGE, kNone, kNone, fresh.begin()->first, step);
    describe_outage(made, alert.alert);
    number = open_alert(std::move(alert), step);
    outages_.emplace(number, std::move(made));
  }
  for (const uint32_t group : area) {
    if (groups_[group].outage != 0) continue;
    groups_[group].outage = number;
    if (known != 0) outages_.at(number).area.push_back(group);
  }
  for (const uint32_t device : members) attach_to_outage(device, number, step);
  for (const uint32_t device : members) settle_into_outage(device, step);
  if (known != 0) touch_outage(number, step);
  for (const uint64_t old : emptied) close_outage(old, "outage", step);
}

void Machine::attach_to_outage(uint32_t index, uint64_t number, Step& step) {
  Outage& outage = outages_.at(number);
  devices_[index].outage = number;
  outage.members.insert(index);
  outage.silent.insert(index);
  outage.changed = true;
  for (const uint32_t person : uncovered_by(index)) lose_cover(person, index, number, step);
}

// What rang for the device before it was known for an outage.
void Machine::settle_into_outage(uint32_t index, Step& step) {
  if (rings_alone(index)) return;
  const auto untouched = [this](uint64_t number) {
    const v1::Alert& alert = alerts_.at(number).alert;
    return alert.handling() == v1::ALERT_HANDLING_NEW && alert.code() >= kOutageCodeMin;
  };
  const auto own = devices_[index].alerts.find(v1::ALERT_KIND_SILENCE);
  if (own != devices_[index].alerts.end() && untouched(own->second)) clear_alert(own->second, "outage", step);
  const uint64_t hers = persons_[devices_[index].person].silence;
  if (hers != 0 && untouched(hers)) clear_alert(hers, "outage", step);
}

// What all its devices have in common, and whom they leave uncovered at present.
void Machine::describe_outage(const Outage& outage, v1::Alert& alert) const {
  alert.set_devices(static_cast<uint32_t>(outage.members.size()));
  const Device& first = devices_[*outage.members.begin()];
  bool one_carrier = first.carrier != kNone, one_cell = first.cell != kNone;
  for (const uint32_t index : outage.members) {
    one_carrier = one_carrier && devices_[index].carrier == first.carrier;
    one_cell = one_cell && devices_[index].cell == first.cell;
  }
  alert.clear_carrier();
  alert.clear_place();
  if (one_carrier) alert.set_carrier(groups_[first.carrier].carrier);
  // Of neighbouring cells, what lies between them.
  std::optional<geo::Place> middle;
  if (one_cell) middle = groups_[first.cell].middle;
  for (size_t i = 0; !one_cell && groups_[outage.group].carrier.empty() && i < outage.area.size(); ++i) {
    const geo::Place next = groups_[outage.area[i]].middle;
    middle = middle ? geo::part_of_way(*middle, next, 1.0 / static_cast<double>(i + 1)) : next;
  }
  if (middle) law::set_place(*middle, *alert.mutable_place());
  std::set<uint32_t> persons;
  for (const uint32_t index : outage.silent)
    for (const uint32_t person : uncovered_by(index)) persons.insert(person);
  alert.clear_uncovered_ids();
  for (const uint32_t person : persons) alert.add_uncovered_ids(person_ids_.name(person));
}

// Those whom an order protects from him, or herself when none of her devices is heard.
std::vector<uint32_t> Machine::uncovered_by(uint32_t index) const {
  std::vector<uint32_t> out;
  const uint32_t holder = devices_[index].person;
  if (holder == kNone) return out;
  const Person& person = persons_[holder];
  if (tells_position(devices_[index]))
    for (const uint32_t rule : person.rules)
      if (rules_[rule].about != kNone && rules_[rule].kind != RuleKind::kNoContact)
        out.push_back(rules_[rule].about);
  if (!person.rules_about.empty() &&
      std::all_of(person.devices.begin(), person.devices.end(),
                  [this](uint32_t one) { return !devices_[one].counted || devices_[one].silent_at.known(); }))
    out.push_back(holder);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Machine::lose_cover(uint32_t person, uint32_t device, uint64_t outage, Step& step) {
  const auto [found, added] = uncovered_.try_emplace(person);
  Uncovered& lost = found->second;
  if (lost.devices.insert(device).second) uncovers_[device].push_back(person);
  if (lost.outage != 0) outages_.at(lost.outage).persons.erase(person);
  lost.outage = outage;
  lost.alert_id = alerts_.at(outage).alert.id();
  outages_.at(outage).persons.insert(person);
  if (added) tell_cover(person, v1::ProtectedNotice::COVER_LOST, step);
}

// While the outage lasts he may be lost again at any moment; she is told that she is covered when she will
// stay so.
void Machine::regain_cover(uint32_t person, Step& step) {
  const auto found = uncovered_.find(person);
  if (found == uncovered_.end() || !found->second.devices.empty() || found->second.outage != 0) return;
  tell_cover(person, v1::ProtectedNotice::COVER_BACK, step);
  uncovered_.erase(found);
}

// No order protects her from this wearer any more.
void Machine::forget_cover(uint32_t person, uint32_t wearer, Step& step) {
  const auto found = uncovered_.find(person);
  if (found == uncovered_.end()) return;
  const FewIndexes& rules = persons_[person].rules_about;
  const auto by_him = [&](uint32_t rule) { return rules_[rule].wearer == wearer; };
  if (std::any_of(rules.begin(), rules.end(), by_him)) return;
  for (const uint32_t device : persons_[wearer].devices)
    if (found->second.devices.erase(device) > 0) std::erase(uncovers_.at(device), person);
  regain_cover(person, step);
}

void Machine::tell_cover(uint32_t person, v1::ProtectedNotice::Reason reason, Step& step) {
  v1::ProtectedNotice& notice = *step.effects.add().mutable_notify_protected();
  notice.set_protected_id(person_ids_.name(person));
  notice.set_alert_id(uncovered_.at(person).alert_id);
  notice.set_code(law::code112(v1::ALERT_KIND_AREA_OUTAGE, law::Nearness::kNobody));
  notice.set_reason(reason);
  notice.set_quiet(called_silently(person));
}

// It has changed: that is told, and whether it is over is looked at, when its deadline comes.
void Machine::touch_outage(uint64_t number, Step& step) {
  Outage& outage = outages_.at(number);
  outage.changed = true;
  const bool calm = outage.silent.size() * 2 < outage.members.size();
  if (!calm) outage.calm_since = Time{};
  if (calm && !outage.calm_since.known()) outage.calm_since = step.now;
  if (outage.due_at.known()) return;
  outage.due_at = step.now + kTellEvery;
  deadlines_.add(outage.due_at, {Deadline::Kind::kOutage, number, 0});
}

void Machine::check_outage(uint64_t number, Step& step) {
  const auto found = outages_.find(number);
  if (found == outages_.end()) return;
  Outage& outage = found->second;
  outage.due_at = Time{};
  if (outage.calm_since.known() && step.now - outage.calm_since >= kCalm) {
    close_outage(number, "report", step);
    return;
  }
  if (outage.calm_since.known()) {
    outage.due_at = std::min(step.now + kTellEvery, outage.calm_since + kCalm);
    deadlines_.add(outage.due_at, {Deadline::Kind::kOutage, number, 0});
  }
  if (!std::exchange(outage.changed, false)) return;
  HeldAlert& held = alerts_.at(number);
  const std::string before = held.alert.SerializeAsString();
  describe_outage(outage, held.alert);
  state_reason(held);
  if (held.alert.SerializeAsString() != before) tell_alert(held, step);
}

void Machine::close_outage(uint64_t number, const std::string& reason, Step& step) {
  const auto found = outages_.find(number);
  if (found == outages_.end()) return;
  const Outage outage = std::move(found->second);
  outages_.erase(found);
  for (const uint32_t group : outage.area)
    if (groups_[group].outage == number) groups_[group].outage = 0;
  for (const uint32_t device : outage.silent) devices_[device].outage = 0;
  clear_alert(number, reason, step);
  for (const uint32_t device : outage.silent) {
    const uint32_t holder = devices_[device].person;
    if (holder != kNone && is_watched(persons_[holder]) && is_silent(devices_[device], step.now))
      ring_silence(device, step);
  }
  for (const uint32_t person : outage.persons) {
    const auto lost = uncovered_.find(person);
    if (lost == uncovered_.end()) continue;
    lost->second.outage = 0;
    regain_cover(person, step);
  }
}

}  // namespace haechi::monitor
