// Radio contacts: one device hears another. Between two persons it is evidence of how near they are, whether
// or not either has a fix; between a wearer and a home beacon it says that he is inside the beacon's zone. It
// gives nobody a position.
//
// While a contact is fresh, fixes that put the two apart, or the wearer outside, neither clear nor open.
#include <algorithm>

#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// Deeper inside than any hysteresis or band that a policy may state.
constexpr int64_t kInsideMm = 2'000'001;
// A fix that much older than the report it came in is not of the moment of the contact.
constexpr Duration kSameMoment = Duration::seconds(60);

}  // namespace

bool Machine::in_contact(const Rule& rule, Time at) {
  return rule.radio && at >= rule.radio->since && at <= rule.radio->until;
}

// Someone or something can say now how the rule stands.
bool Machine::is_known(const Rule& rule, Time now) const {
  if (in_contact(rule, now)) return true;
  return is_fresh(persons_[rule.wearer], now) &&
         (!between_two(rule.kind) || is_fresh(persons_[rule.about], now));
}

std::vector<Machine::Heard> Machine::hear_contacts(uint32_t index, const v1::Report& report, Time at,
                                                   Step& step) {
  std::vector<Heard> heard;
  const Device& device = devices_[index];
  Heard contact;
  const Time fixed_at{report.fix().fixed_at_us()};
  // A kept report may have been sent long after it was made.
  if (report.stored() && report.has_fix() && fixed_at.known()) at = std::min(at, fixed_at);
  const bool same = report.has_fix() && fixed_at < at && at - fixed_at <= kSameMoment;
  contact.from = same ? fixed_at : at;
  contact.until = at + Duration::seconds(int64_t{2} * device.interval_s + 10);
  contact.late = report.stored() || contact.until < step.now;
  for (const v1::Contact& one : report.contacts()) {
    const auto found = device_ids_.find(one.device_id());
    if (!found || *found >= devices_.size() || *found == index || devices_[*found].retired) continue;
    const Device& other = devices_[*found];
    if (device.zone != kNone || other.zone != kNone) {
      const Device& worn = device.zone != kNone ? other : device;
      const uint32_t zone = device.zone != kNone ? device.zone : other.zone;
      if (worn.person != kNone && tells_position(worn)) hear_beacon(worn.person, zone, contact, at, heard);
      continue;
    }
    if (device.person == kNone || other.person == kNone || device.person == other.person) continue;
    if (!tells_position(device) || !tells_position(other)) continue;
    contact.measure = radio_measure(
        one.rssi_dbm(), one.has_power_at_1m_dbm() ? std::optional(one.power_at_1m_dbm()) : std::nullopt, at);
    hear_between(device.person, other.person, contact, heard);
    hear_between(other.person, device.person, contact, heard);
  }
  for (const Heard& each : heard) keep_contact(each);
  return heard;
}

// Of several devices heard at once, the nearest speaks.
void Machine::hear_between(uint32_t wearer, uint32_t about, const Heard& contact,
                           std::vector<Heard>& heard) const {
  for (const uint32_t index : persons_[wearer].rules) {
    const Rule& rule = rules_[index];
    if (!between_two(rule.kind) || rule.about != about) continue;
    const auto known =
        std::find_if(heard.begin(), heard.end(), [index](const Heard& one) { return one.rule == index; });
    if (known == heard.end()) {
      heard.push_back(contact);
      heard.back().rule = index;
    } else if (contact.measure.distance_mm < known->measure.distance_mm) {
      known->measure = contact.measure;
    }
  }
}

// What was heard late says where he was, and no more: nothing is cleared by it.
void Machine::hear_beacon(uint32_t wearer, uint32_t zone, const Heard& contact, Time at,
                          std::vector<Heard>& heard) const {
  if (contact.late) return;
  for (const uint32_t index : persons_[wearer].rules) {
    const Rule& rule = rules_[index];
    if (rule.kind != RuleKind::kInclusion || rule.zone != zone) continue;
    if (std::any_of(heard.begin(), heard.end(), [index](const Heard& one) { return one.rule == index; }))
      continue;
    heard.push_back(contact);
    heard.back().rule = index;
    heard.back().measure = {kInsideMm, 0, at};
    heard.back().measure.radio = true;
  }
}

void Machine::keep_contact(const Heard& heard) {
  Rule& rule = rules_[heard.rule];
  if (heard.late || (rule.radio && heard.measure.at < rule.radio->at)) return;
  watch_closely(heard.rule);
  if (!rule.radio) rule.radio.emplace();
  RadioContact& kept = *rule.radio;
  if (!kept.at.known() || heard.from > kept.until) kept.since = heard.from;
  kept.at = heard.measure.at;
  kept.until = std::max(kept.until, heard.until);
  kept.measure = heard.measure;
  kept.deaf_when_heard = deaf_;
  watch_contact(heard.rule);
}

// Keeps one deadline per rule: when it comes, either a later contact has moved it on, or the contact is over.
void Machine::watch_contact(uint32_t index) {
  Rule& rule = rules_[index];
  if (!rule.radio || rule.radio->due_at.known()) return;
  rule.radio->due_at = rule.radio->until + Duration{1};
  deadlines_.add(rule.radio->due_at, {Deadline::Kind::kContact, index, rule.generation});
}

void Machine::judge_contacts(const std::vector<Heard>& heard, Step& step) {
  for (const Heard& one : heard) {
    Rule& rule = rules_[one.rule];
    if (!rule.scheduled || !binding_at(rule, one.measure.at)) continue;
    if (persons_[rule.wearer].removed) continue;
    Measure measure = one.measure;
    if (between_two(rule.kind)) {
      const Person& wearer = persons_[rule.wearer];
      const Person& about = persons_[rule.about];
      if (about.removed) continue;
      end_far(one.rule);
      if (!one.late) {
        // As for fixes: the trackers of a pair see time go forward whoever reports.
        if (!wearer.track.empty()) measure.at = std::max(measure.at, wearer.track.latest().at);
        if (!about.track.empty()) measure.at = std::max(measure.at, about.track.latest().at);
        if (!binding_at(rule, measure.at)) continue;
        rule.latest = measure;
        touched_persons_.push_back(rule.about);
        move_incident(wearer_key(rule.wearer));
      }
    }
    touched_rules_.push_back(one.rule);
    observe(one.rule, measure, one.late ? Evidence::kLate : Evidence::kLive, step);
  }
}

// The contact is over. From here on fixes decide again; with none to go on, nothing is known.
void Machine::check_contact(uint32_t index, Step& step) {
  Rule& rule = rules_[index];
  if (!rule.radio) return;
  rule.radio->due_at = Time{};
  if (rule.radio->until >= step.now) {
    watch_contact(index);
    return;
  }
  if (!is_known(rule, step.now)) lose_rule(index, step);
  // Until now it said where he was; from here on he may be on his way to her.
  for (const uint32_t one : FewIndexes(persons_[rule.wearer].rules)) watch_reach(one, step);
}

}  // namespace haechi::monitor
