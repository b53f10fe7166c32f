// From a fix to the rules it touches, to their trackers, to alerts.
#include <algorithm>
#include <utility>

#include "base/ensure.h"
#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr Duration kClosingSpan = Duration::seconds(10);
constexpr Duration kClosingAgeMax = Duration::seconds(180);

}  // namespace

void Closing::observe(Time at, int64_t distance_mm) {
  if (recent_at.known() && at - recent_at < kClosingSpan) return;
  reference_at = std::exchange(recent_at, at);
  reference_mm = std::exchange(recent_mm, distance_mm);
}

std::optional<int32_t> Closing::mmps(Time at, int64_t distance_mm) const {
  const bool recent = recent_at.known() && at - recent_at >= kClosingSpan;
  const Time from = recent ? recent_at : reference_at;
  const int64_t from_mm = recent ? recent_mm : reference_mm;
  if (!from.known() || at - from < kClosingSpan || at - from > kClosingAgeMax) return std::nullopt;
  const int64_t speed = (from_mm - distance_mm) * 1'000 / (at - from).ms();
  return static_cast<int32_t>(std::clamp<int64_t>(speed, -1'000'000, 1'000'000));
}

void Machine::judge_fix(uint32_t index, const KeptFix& fix, bool newest, Step& step) {
  const Person& person = persons_[index];
  const KeptFix* before = person.track.before(fix.at);
  const std::optional<KeptFix> previous = before == nullptr ? std::nullopt : std::optional(*before);
  if (newest) moved_incidents_.push_back(wearer_key(index));
  judge_zones(index, fix, previous ? &*previous : nullptr, newest, step);
  for (const uint32_t rule : person.rules)
    if (rules_[rule].kind == RuleKind::kPair) judge_pair(rule, index, fix, newest, step);
  for (const uint32_t rule : person.rules_about)
    if (rules_[rule].kind == RuleKind::kPair) judge_pair(rule, index, fix, newest, step);
}

// Most fixes end here: a wearer whose nearest border is 3 km away cannot cross it before he has moved 3 km.
// Both ends of the way from the previous fix are nearer to the anchor than the border is, so the way is too.
void Machine::judge_zones(uint32_t wearer, const KeptFix& fix, const KeptFix* previous, bool newest,
                          Step& step) {
  Person& person = persons_[wearer];
  if (newest && person.zone_safe_mm > 0 &&
      geo::distance_mm(person.zone_anchor, fix.place) + fix.sigma_mm < person.zone_safe_mm)
    return;
  int64_t safe_mm = INT64_MAX;
  for (const uint32_t index : person.rules) {
    const Rule& rule = rules_[index];
    if (between_two(rule.kind) || !zones_[rule.zone].zone) continue;
    judge_zone(index, fix, previous, newest, step);
    if (!rule.scheduled) continue;
    if (!rule.latest || rule.latest->at != fix.at) safe_mm = -1;
    for (const Tier& tier : rule.tiers) {
      const bool clear = tier.tracker.state() == TrackerState::kClear && rule.latest;
      safe_mm = clear ? std::min(safe_mm, rule.latest->distance_mm - tier.limit_mm) : -1;
    }
  }
  if (!newest) return;
  person.zone_anchor = fix.place;
  person.zone_safe_mm = safe_mm;
}

void Machine::judge_zone(uint32_t index, const KeptFix& fix, const KeptFix* previous, bool newest,
                         Step& step) {
  const Rule& rule = rules_[index];
  const geo::Zone& zone = *zones_[rule.zone].zone;
  const bool fresh = is_fresh(persons_[rule.wearer], step.now);
  const Evidence evidence = newest && fresh ? Evidence::kLive : Evidence::kLate;
  if (rule.kind == RuleKind::kExclusion && previous != nullptr && binding_at(rule, previous->at) &&
      binding_at(rule, fix.at)) {
    const std::optional<Measure> way = exclusion_way_measure(zone, *previous, fix);
    if (way) observe(index, *way, evidence == Evidence::kLive ? Evidence::kSegment : Evidence::kLate, step);
  }
  const Measure measure =
      rule.kind == RuleKind::kExclusion ? exclusion_measure(zone, fix) : inclusion_measure(zone, fix);
  if (newest) rules_[index].latest = measure;
  if (rule.scheduled && binding_at(rule, fix.at)) observe(index, measure, evidence, step);
}

// A live fix is judged at the latest moment for which either has one, so that the trackers of a pair see time
// go forward whoever reports; a late fix at its own moment, against where the other was then.
void Machine::judge_pair(uint32_t index, uint32_t mover, const KeptFix& fix, bool newest, Step& step) {
  Rule& rule = rules_[index];
  const Person& wearer = persons_[rule.wearer];
  const Person& about = persons_[rule.about];
  if (wearer.track.empty() || about.track.empty() || wearer.removed || about.removed) return;
  const Time at = newest ? std::max(wearer.track.latest().at, about.track.latest().at) : fix.at;
  if (!binding_at(rule, at)) return;
  const bool wearer_fresh = is_fresh(wearer, step.now), about_fresh = is_fresh(about, step.now);
  const bool mover_fresh = mover == rule.wearer ? wearer_fresh : about_fresh;
  const Evidence evidence = !newest || !mover_fresh       ? Evidence::kLate
                            : wearer_fresh && about_fresh ? Evidence::kLive
                                                          : Evidence::kStale;
  const KeptFix* previous = persons_[mover].track.before(fix.at);
  if (previous != nullptr && binding_at(rule, previous->at)) {
    const Track& other = mover == rule.wearer ? about.track : wearer.track;
    const std::optional<Measure> way = pair_way_measure(*previous, fix, other);
    // Nearest at one of its ends, the way says nothing that the fixes there do not say themselves.
    if (way && way->at > previous->at && way->at < fix.at)
      observe(index, *way, evidence == Evidence::kLate ? Evidence::kLate : Evidence::kSegment, step);
  }
  const std::optional<Measure> measure = pair_measure(wearer.track, about.track, at);
  if (!measure) return;
  if (newest) {
    rule.latest = measure;
    rule.closing.observe(at, measure->distance_mm);
    touched_rules_.push_back(index);
    touched_persons_.push_back(rule.about);
    moved_incidents_.push_back(wearer_key(rule.wearer));
  }
  observe(index, *measure, evidence, step);
}

// A rule that has just begun to bind judges what is already known.
void Machine::judge_now(uint32_t index, Step& step) {
  Rule& rule = rules_[index];
  const Person& wearer = persons_[rule.wearer];
  if (!rule.scheduled || wearer.track.empty() || wearer.removed || !binding_at(rule, step.now)) return;
  const bool fresh = is_fresh(wearer, step.now);
  if (rule.kind == RuleKind::kPair) {
    const Person& about = persons_[rule.about];
    if (about.track.empty() || about.removed) return;
    const Time at = std::max({wearer.track.latest().at, about.track.latest().at, step.now});
    const std::optional<Measure> measure = pair_measure(wearer.track, about.track, at);
    if (!measure) return;
    rule.latest = measure;
    touched_rules_.push_back(index);
    observe(index, *measure, fresh && is_fresh(about, step.now) ? Evidence::kLive : Evidence::kStale, step);
    return;
  }
  if (rule.zone == kNone || !zones_[rule.zone].zone) return;
  const geo::Zone& zone = *zones_[rule.zone].zone;
  const KeptFix& fix = wearer.track.latest();
  Measure measure =
      rule.kind == RuleKind::kExclusion ? exclusion_measure(zone, fix) : inclusion_measure(zone, fix);
  measure.at = std::max(step.now, fix.at);
  rule.latest = measure;
  observe(index, measure, fresh ? Evidence::kLive : Evidence::kStale, step);
}

void Machine::observe(uint32_t index, const Measure& measure, Evidence evidence, Step& step) {
  for (uint32_t t = 0; t < rules_[index].tiers.size(); ++t) {
    Tier& tier = rules_[index].tiers[t];
    const Margin margin{measure.distance_mm - tier.limit_mm, measure.sigma_mm, measure.at, evidence};
    const TrackerState before = tier.tracker.state();
    const Tracker::Change change = tier.tracker.observe(margin, rules_[index].policy);
    testify(index, tier, measure, evidence, before, step);
    settle(index, t, change, &measure, evidence == Evidence::kLate, step);
    if (before != tier.tracker.state()) touched_persons_.push_back(rules_[index].wearer);
    const std::optional<Time> due = tier.tracker.due(rules_[index].policy);
    if (!due || *due == tier.due_at) continue;
    tier.due_at = *due;
    deadlines_.add(*due, {Deadline::Kind::kTracker, index, rules_[index].generation});
  }
}

void Machine::pass_time(uint32_t index, Step& step) {
  const Rule& rule = rules_[index];
  const bool fresh = is_fresh(persons_[rule.wearer], step.now) &&
                     (rule.kind != RuleKind::kPair || is_fresh(persons_[rule.about], step.now));
  const std::optional<Measure> latest = rule.latest;
  for (uint32_t t = 0; t < rule.tiers.size(); ++t) {
    const TrackerState before = rules_[index].tiers[t].tracker.state();
    const Tracker::Change change = rules_[index].tiers[t].tracker.pass(step.now, fresh, rule.policy);
    if (latest && change != Tracker::Change::kNothing)
      testify(index, rules_[index].tiers[t], *latest, std::nullopt, before, step);
    settle(index, t, change, latest ? &*latest : nullptr, false, step);
  }
}

void Machine::settle(uint32_t index, uint32_t t, Tracker::Change change, const Measure* measure, bool late,
                     Step& step) {
  if (change == Tracker::Change::kNothing) return;
  touched_rules_.push_back(index);
  touched_persons_.push_back(rules_[index].wearer);
  if (rules_[index].about != kNone) touched_persons_.push_back(rules_[index].about);
  const uint64_t alert = rules_[index].tiers[t].alert;
  switch (change) {
    case Tracker::Change::kOpened:
      ENSURE(alert == 0 && measure != nullptr, index, t, alert);
      open_tier(index, t, *measure, late, step);
      break;
    case Tracker::Change::kCleared:
      ENSURE(alert != 0, index, t);
      clear_alert(alert, "margin", step);
      break;
    case Tracker::Change::kRegained:
      ENSURE(alert != 0, index, t);
      set_alert_state(alert, v1::ALERT_STATE_ACTIVE, step);
      break;
    case Tracker::Change::kNothing:
      break;
  }
}

std::optional<v1::Proximity> Machine::proximity(const Rule& rule) const {
  if (rule.kind != RuleKind::kPair || !rule.latest) return std::nullopt;
  v1::Proximity made;
  made.set_distance_mm(rule.latest->distance_mm);
  made.set_sigma_mm(static_cast<uint32_t>(rule.latest->sigma_mm));
  made.set_at_us(rule.latest->at.us);
  const std::optional<int32_t> closing = rule.closing.mmps(rule.latest->at, rule.latest->distance_mm);
  made.set_closing_known(closing.has_value());
  made.set_closing_mmps(closing.value_or(0));
  return made;
}

void Machine::open_tier(uint32_t index, uint32_t t, const Measure& measure, bool late, Step& step) {
  const Rule& rule = rules_[index];
  const Tier& tier = rule.tiers[t];
  HeldAlert made = start_alert(tier.kind, rule.wearer, rule.about, measure.at, step);
  const law::Order& order = orders_[rule.order].order;
  v1::Alert& alert = made.alert;
  alert.set_order_id(order.id);
  alert.set_order_version(order.version);
  alert.set_condition_id(rule.condition_id);
  if (rule.zone != kNone) alert.set_zone_id(zone_ids_.name(rule.zone));
  alert.set_late(late);
  alert.set_margin_mm(measure.distance_mm - tier.limit_mm);
  alert.set_sigma_mm(static_cast<uint32_t>(measure.sigma_mm));
  alert.set_probability_ppm(probability_ppm(alert.margin_mm(), measure.sigma_mm));
  alert.set_previous_alert_id(tier.previous_alert_id);
  if (rule.kind == RuleKind::kPair) {
    // The numbers of the moment that rang, which need not be the latest.
    v1::Proximity shown = proximity(rule).value_or(v1::Proximity());
    if (late || shown.at_us() != measure.at.us) {
      shown.set_distance_mm(measure.distance_mm);
      shown.set_sigma_mm(static_cast<uint32_t>(measure.sigma_mm));
      shown.set_at_us(measure.at.us);
      if (late) shown.set_closing_known(false);
    }
    *alert.mutable_proximity() = shown;
  }
  if (const std::optional<Estimate> his = persons_[rule.wearer].track.position_at(measure.at))
    law::set_place(his->place, *alert.mutable_place());
  made.numbers.limit_mm = tier.limit_mm;
  made.rule = index;
  made.tier = t;
  const uint64_t number = open_alert(std::move(made), step);
  rules_[index].tiers[t].alert = number;
}

}  // namespace haechi::monitor
