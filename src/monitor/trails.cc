// Two devices of one person: her phone lies at home and her watch is on her wrist. Each has its own trail,
// for a fix can be weighed only against those of the same device; a place that both made would be the place
// of neither.
//
// One device leads: what it says is where she is, for all that is shown, foreseen, cleared or reasoned about.
// The others stand aside. What they say may ring and may keep an alert from being cleared, and no more, so
// that a choice of the wrong leader costs a false alert and never a violation.
//
// Who leads: who is heard, before who is not; then, while they lie apart, who has moved since the other came
// to rest for long (it was left behind), and of two that are alike the one that is worn on the body. While
// they are together it makes no difference where she is, and the one that reports more often leads.
#include <algorithm>
#include <utility>

#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// Nearer to each other than this and their errors, two devices are with one person.
constexpr int64_t kTogetherMm = 150'000;
// Rested for so much longer than the other, it was left behind.
constexpr Duration kLeftBehind = Duration::seconds(600);

bool is_worn(v1::DeviceKind kind) {
  return kind == v1::DEVICE_KIND_ANKLE || kind == v1::DEVICE_KIND_WATCH;
}

Time moved_at(const Trail& trail) {
  const std::optional<Stay> stay = trail.motion.stay();
  return stay ? stay->from : trail.track.latest().at;
}

}  // namespace

// The device tells where its holder is.
Trail& Machine::trail_beside(uint32_t index) {
  Person& person = persons_[devices_[index].person];
  const auto aside = std::find_if(person.asides.begin(), person.asides.end(),
                                  [index](const Trail& trail) { return trail.device == index; });
  // A device that has taken the place of another goes on where that one was.
  if (person.device == kNone || devices_[person.device].person != devices_[index].person ||
      !tells_position(devices_[person.device])) {
    if (aside != person.asides.end()) {
      static_cast<Trail&>(person) = std::move(*aside);
      person.asides.erase(aside);
    }
    person.device = index;
    return person;
  }
  if (aside != person.asides.end()) return *aside;
  for (const FewIndexes* rules : {&person.rules, &person.rules_about, &person.rules_apart})
    for (const uint32_t rule : *rules) watch_closely(rule);
  person.asides.emplace_back().device = index;
  return person.asides.back();
}

// The device is leaving its holder. Where she was last is still known.
void Machine::forget_trail(uint32_t index) {
  Person& person = persons_[devices_[index].person];
  const auto aside = std::find_if(person.asides.begin(), person.asides.end(),
                                  [index](const Trail& trail) { return trail.device == index; });
  if (aside != person.asides.end()) person.asides.erase(aside);
  if (person.device == index) person.device = kNone;
  refused_.erase(index);
}

bool Machine::outranks(const Trail& one, const Trail& lead, Time now) const {
  if (lead.track.empty()) return true;
  const bool fresh = is_fresh(one, now);
  if (fresh != is_fresh(lead, now)) return fresh;
  const Time at = std::max(one.track.latest().at, lead.track.latest().at);
  const std::optional<Measure> apart = pair_measure(one.track, lead.track, at);
  if (apart && apart->distance_mm <= kTogetherMm + 2 * apart->sigma_mm)
    return one.interval_s < lead.interval_s;
  const Duration later = moved_at(one) - moved_at(lead);
  if (later > kLeftBehind) return true;
  if (later < Duration{-kLeftBehind.us}) return false;
  return is_worn(devices_[one.device].kind) && !is_worn(devices_[lead.device].kind);
}

void Machine::take_lead(uint32_t index, uint32_t device) {
  Person& person = persons_[index];
  std::swap(static_cast<Trail&>(person), trail_of(device));
  person.zone_safe_mm = -1;
  // Distances to two devices make no speed.
  const auto begin_anew = [this](uint32_t rule) {
    if (!between_two(rules_[rule].kind)) return;
    fars_[rule].reset();
    rules_[rule].closing = Closing();
  };
  std::for_each(person.rules.begin(), person.rules.end(), begin_anew);
  std::for_each(person.rules_about.begin(), person.rules_about.end(), begin_anew);
  std::for_each(person.rules_apart.begin(), person.rules_apart.end(), begin_anew);
}

// A fix of a device that does not lead.
void Machine::judge_aside(uint32_t index, const Trail& own, const KeptFix& fix, bool newest, Step& step) {
  if (!is_watched(persons_[index])) return;
  const auto judge = [&](uint32_t rule) {
    if (!between_two(rules_[rule].kind)) return;
    const Person& other = persons_[index == rules_[rule].wearer ? rules_[rule].about : rules_[rule].wearer];
    weigh_aside(rule, own, fix, other, newest, step);
    for (const Trail& aside : other.asides) weigh_aside(rule, own, fix, aside, newest, step);
  };
  for (const uint32_t rule : persons_[index].rules) judge(rule);
  for (const uint32_t rule : persons_[index].rules_about) judge(rule);
  for (const uint32_t rule : persons_[index].rules_apart) judge(rule);
}

// A fix of the device that leads, against those of the other's that do not.
void Machine::judge_asides(uint32_t index, uint32_t mover, const KeptFix& fix, bool newest, Step& step) {
  const Rule& rule = rules_[index];
  for (const Trail& aside : persons_[mover == rule.wearer ? rule.about : rule.wearer].asides)
    weigh_aside(index, persons_[mover], fix, aside, newest, step);
}

// One pair of trails of which at least one does not lead. What is long not heard says nothing of now.
void Machine::weigh_aside(uint32_t index, const Trail& own, const KeptFix& fix, const Trail& other,
                          bool newest, Step& step) {
  const Rule& rule = rules_[index];
  if (other.track.empty() || persons_[rule.wearer].removed || persons_[rule.about].removed) return;
  const bool now = newest && is_fresh(own, step.now);
  if (now && !is_fresh(other, step.now)) return;
  const Time at = now ? std::max(own.track.latest().at, other.track.latest().at) : fix.at;
  if (!binding_at(rule, at)) return;
  const std::optional<KeptFix> from = own.track.before(fix.at);
  if (from && binding_at(rule, from->at)) {
    const std::optional<Measure> way =
        pair_way_measure(own.track.judged(*from), own.track.judged(fix), other.track);
    if (way && way->at > from->at && way->at < fix.at)
      observe(index, *way, now ? Evidence::kSegment : Evidence::kLate, step);
  }
  const std::optional<Measure> measure = pair_measure(own.track, other.track, at);
  if (!measure) return;
  observe(index, *measure, now ? Evidence::kStale : Evidence::kLate, step);
  if (!now) return;
  for (Tier& tier : rules_[index].tiers)
    tier.tracker.suspect({measure->distance_mm - tier.limit_mm, measure->sigma_mm, at}, rule.policy);
}

}  // namespace haechi::monitor
