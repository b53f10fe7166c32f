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
// The safe radius of a zone takes nobody to be slower.
constexpr int64_t kPaceMmpsMin = 3'000;
// A way that comes nearer than its ends by less than this says nothing that they do not say themselves.
constexpr int64_t kWayGainMm = 1'000;

// Nobody's stay is farther from a fix that belongs to it: 4.5 deviations of two errors of 25 m (motion.cc).
constexpr int64_t kStayReachMm = 200'000;
// What nobody outruns between two fixes, and the deviations that no error exceeds.
constexpr int64_t kWayMmps = 100'000, kWayDeviations = 5;

constexpr Duration kBelated = Duration::seconds(60);

// On the way between two fixes he cannot have come near anything that rings, as the other cannot have come
// that far towards him.
bool passes_far(const Rule& rule, const Measure& measure, const KeptFix& from, const KeptFix& to) {
  const int64_t others_mm = kWayMmps * (measure.at - from.at).ms() / 1'000;
  const int64_t nearest_mm = measure.distance_mm - geo::distance_mm_max(from.place, to.place) - others_mm -
                             kWayDeviations * measure.sigma_mm;
  return nearest_mm > rule.tiers.front().limit_mm && nearest_mm > rule.tiers.back().limit_mm;
}

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
  if (newest) move_incident(wearer_key(index));
  if (std::any_of(person.rules.begin(), person.rules.end(),
                  [this](uint32_t rule) { return !between_two(kinds_[rule]); }))
    judge_zones(index, fix, newest, step);
  for (const uint32_t rule : person.rules)
    if (between_two(kinds_[rule])) judge_pair(rule, index, fix, newest, step);
  for (const uint32_t rule : person.rules_about)
    if (kinds_[rule] == RuleKind::kPair) judge_pair(rule, index, fix, newest, step);
  for (const uint32_t rule : person.rules_apart) judge_pair(rule, index, fix, newest, step);
}

// Most fixes end here: a wearer whose nearest border is 3 km away cannot cross it before he has moved 3 km.
// Both ends of the way from the previous fix are nearer to the anchor than the border is, so the way is too.
void Machine::judge_zones(uint32_t wearer, const KeptFix& told, bool newest, Step& step) {
  Person& person = persons_[wearer];
  // A fix that was kept may be of an hour when more was forbidden than now.
  const bool calm = newest && person.zone_safe_mm > 0 && is_fresh(person, step.now) &&
                    person.motion.speed_mmps() <= person.zone_pace_mmps;
  if (calm && geo::distance_mm_max(person.zone_anchor, told.place) + kStayReachMm + told.sigma_mm <
                  person.zone_safe_mm)
    return;
  const KeptFix fix = person.track.judged(told);
  if (calm && geo::distance_mm(person.zone_anchor, fix.place) + fix.sigma_mm < person.zone_safe_mm) return;
  std::optional<KeptFix> previous = person.track.before(fix.at);
  if (previous) previous = person.track.judged(*previous);
  int64_t safe_mm = INT64_MAX;
  const int64_t pace_mmps = std::max(kPaceMmpsMin, person.motion.speed_mmps() * 3 / 2);
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
    // Nearer than this there may be something to foresee.
    if (rule.kind == RuleKind::kExclusion && rule.latest)
      safe_mm = std::min(safe_mm, rule.latest->distance_mm - pace_mmps * rule.ahead.horizon.s());
    if (rule.ahead.foresight.watchful() || rule.unaccounted != 0) safe_mm = -1;
  }
  // One learned late may have opened what only live fixes can close.
  if (!newest) safe_mm = -1;
  person.zone_anchor = fix.place;
  person.zone_safe_mm = safe_mm;
  person.zone_pace_mmps = pace_mmps;
}

void Machine::judge_zone(uint32_t index, const KeptFix& fix, const std::optional<KeptFix>& previous,
                         bool newest, Step& step) {
  const Rule& rule = rules_[index];
  const geo::Zone& zone = *zones_[rule.zone].zone;
  const Track& track = persons_[rule.wearer].track;
  const bool fresh = is_fresh(persons_[rule.wearer], step.now), exclusion = rule.kind == RuleKind::kExclusion;
  // A fix of a time when the rule bound, learned when it does not bind any more, is late however young it is.
  const Evidence evidence = newest && fresh && rule.scheduled ? Evidence::kLive : Evidence::kLate;
  Measure measure = exclusion ? exclusion_measure(zone, fix) : inclusion_measure(zone, fix);
  measure.rests = track.stays_at(fix.at);
  const auto judge_way = [&](const std::optional<KeptFix>& from, const std::optional<KeptFix>& to) {
    if (!exclusion || !from || !to) return;
    if (track.stays_at(from->at) && track.stays_at(to->at)) return;
    if (!judges(rule, from->at) || !judges(rule, to->at)) return;
    const bool known = rule.latest && rule.latest->at == from->at;
    const int64_t began_mm = known ? rule.latest->distance_mm : zone.signed_distance_mm(from->place);
    const int64_t ended_mm = to->at == fix.at ? measure.distance_mm : zone.signed_distance_mm(to->place);
    const std::optional<Measure> way = exclusion_way_measure(zone, *from, *to);
    if (way && way->distance_mm + kWayGainMm < std::min(began_mm, ended_mm))
      observe(index, *way, evidence == Evidence::kLive ? Evidence::kSegment : Evidence::kLate, step);
  };
  judge_way(previous, fix);
  if (!newest) judge_way(fix, track.after(fix.at));
  if (newest) rules_[index].latest = measure;
  // The home beacon hears him: whatever the satellites say indoors, he is inside.
  if (rule.kind == RuleKind::kInclusion && in_contact(rule, fix.at)) return;
  if (evidence == Evidence::kLive ? binding_at(rule, fix.at) : judges(rule, fix.at)) {
    observe(index, measure, evidence, step);
    if (evidence == Evidence::kLive) account_for(index, measure, step);
    if (evidence == Evidence::kLive) foresee_zone(index, zone, fix, measure, step);
  }
  if (!rule.scheduled) end_belated(index, step);
}

// What was found after the rule had ceased to bind for the day rings, and is over soon: fixes that were kept
// on the device come together, and are one episode.
void Machine::end_belated(uint32_t index, Step& step) {
  for (const Tier& tier : rules_[index].tiers)
    if (tier.alert != 0 && alerts_.at(tier.alert).alert.opened_at_us() == step.now.us)
      deadlines_.add(step.now + kBelated, {Deadline::Kind::kSchedule, index, rules_[index].generation});
}

// A live fix is judged at the latest moment for which either has one, so that the trackers of a pair see time
// go forward whoever reports; a late fix at its own moment, against where the other was then.
void Machine::judge_pair(uint32_t index, uint32_t mover, const KeptFix& fix, bool newest, Step& step) {
  const Far& far = far_of(index);
  if (newest && far.safe_mm > 0 && stays_far(index, mover, mover == far.wearer_index, fix, step)) return;
  Rule& rule = rules_[index];
  const Person& wearer = persons_[rule.wearer];
  const Person& about = persons_[rule.about];
  const bool alone = wearer.asides.empty() && about.asides.empty();
  if (wearer.track.empty() || about.track.empty() || wearer.removed || about.removed) return;
  end_far(index);
  const bool wearer_fresh = is_fresh(wearer, step.now), about_fresh = is_fresh(about, step.now);
  const bool mover_fresh = mover == rule.wearer ? wearer_fresh : about_fresh;
  // What was long on its way counts at its own moment, even where nothing of the mover's is newer.
  const bool now = newest && mover_fresh;
  const Time at = now ? std::max(wearer.track.latest().at, about.track.latest().at) : fix.at;
  if (now ? !binding_at(rule, at) : !judges(rule, at)) return;
  const Evidence evidence = !newest || !mover_fresh       ? Evidence::kLate
                            : wearer_fresh && about_fresh ? Evidence::kLive
                                                          : Evidence::kStale;
  const Track& own = persons_[mover].track;
  const std::optional<Measure> measure = pair_measure(wearer.track, about.track, at);
  const bool clear =
      now && measure && std::all_of(rule.tiers.begin(), rule.tiers.end(), [](const Tier& tier) {
        return tier.tracker.state() == TrackerState::kClear;
      });
  const auto judge_way = [&](const std::optional<KeptFix>& from, const std::optional<KeptFix>& to) {
    if (!from || !to) return;
    if (clear && passes_far(rule, *measure, *from, *to)) return;
    if (!judges(rule, from->at) || !judges(rule, to->at)) return;
    const Track& other = mover == rule.wearer ? about.track : wearer.track;
    const std::optional<Measure> way = pair_way_measure(own.judged(*from), own.judged(*to), other);
    // Nearest at one of its ends, the way says nothing that the fixes there do not say themselves.
    if (way && way->at > from->at && way->at < to->at)
      observe(index, *way, evidence == Evidence::kLate ? Evidence::kLate : Evidence::kSegment, step);
  };
  judge_way(own.before(fix.at), fix);
  // One learned late changes what is known of the way on from it, too.
  if (!newest) judge_way(fix, own.after(fix.at));
  if (!measure) return;
  // While one device hears the other, a fix that puts them farther apart proves nobody safe.
  const bool nearer = in_contact(rule, at) && rule.radio->measure.distance_mm < measure->distance_mm;
  if (newest) {
    if (!nearer || !rule.latest) rule.latest = measure;
    rule.closing.observe(at, measure->distance_mm);
    touched_rules_.push_back(index);
    touched_persons_.push_back(rule.about);
    move_incident(wearer_key(rule.wearer));
  }
  observe(index, *measure, nearer && evidence == Evidence::kLive ? Evidence::kStale : evidence, step);
  if (evidence == Evidence::kLive && !nearer) account_for(index, *measure, step);
  if (evidence == Evidence::kLive && !nearer) foresee_pair(index, *measure, step);
  if (evidence == Evidence::kStale || (newest && shed_at(wearer))) check_reach(index, step);
  if (evidence == Evidence::kLive && !nearer && alone) leave_alone(index, *measure);
  if (!alone) judge_asides(index, mover, fix, newest, step);
}

// A fix that is not believed: what it would mean is looked at more closely, and rings nothing.
void Machine::judge_suspect(uint32_t index, const KeptFix& fix) {
  const auto weigh = [&](uint32_t at, const Measure& measure) {
    Rule& rule = rules_[at];
    if (between_two(rule.kind)) end_far(at);
    for (Tier& tier : rule.tiers) {
      const Margin margin{measure.distance_mm - tier.limit_mm, measure.sigma_mm, fix.at};
      tier.tracker.suspect(margin, rule.policy);
    }
    for (const uint32_t person : {rule.wearer, rule.about})
      if (person != kNone) touched_persons_.push_back(person);
  };
  const auto weigh_pair = [&](uint32_t at, uint32_t other) {
    const std::optional<Estimate> there = persons_[other].track.position_at(fix.at);
    if (!there || !binding_at(rules_[at], fix.at)) return;
    weigh(at, {geo::distance_mm(fix.place, there->place), std::max<int64_t>(fix.sigma_mm, there->sigma_mm),
               fix.at});
  };
  for (const uint32_t at : persons_[index].rules) {
    const Rule& rule = rules_[at];
    if (between_two(rule.kind))
      weigh_pair(at, rule.about);
    else if (rule.kind == RuleKind::kExclusion && zones_[rule.zone].zone && rule.scheduled)
      weigh(at, exclusion_measure(*zones_[rule.zone].zone, fix));
  }
  for (const uint32_t at : persons_[index].rules_about)
    if (between_two(rules_[at].kind)) weigh_pair(at, rules_[at].wearer);
  for (const uint32_t at : persons_[index].rules_apart) weigh_pair(at, rules_[at].wearer);
  persons_[index].zone_safe_mm = -1;
}

// A rule that has just begun to bind judges what is already known.
void Machine::judge_now(uint32_t index, Step& step) {
  Rule& rule = rules_[index];
  const Person& wearer = persons_[rule.wearer];
  if (!rule.scheduled || wearer.removed || !binding_at(rule, step.now)) return;
  if (rule.kind == RuleKind::kInclusion && in_contact(rule, step.now)) {
    Measure inside = rule.radio->measure;
    inside.at = step.now;
    observe(index, inside, Evidence::kLive, step);
    return;
  }
  if (wearer.track.empty()) return;
  const bool fresh = is_fresh(wearer, step.now);
  if (between_two(rule.kind)) {
    const Person& about = persons_[rule.about];
    if (about.track.empty() || about.removed) return;
    end_far(index);
    const Time at = std::max({wearer.track.latest().at, about.track.latest().at, step.now});
    const std::optional<Measure> measure = pair_measure(wearer.track, about.track, at);
    if (!measure) return;
    rule.latest = measure;
    touched_rules_.push_back(index);
    observe(index, *measure, fresh && is_fresh(about, step.now) ? Evidence::kLive : Evidence::kStale, step);
    watch_reach(index, step);
    return;
  }
  if (rule.zone == kNone || !zones_[rule.zone].zone) return;
  const geo::Zone& zone = *zones_[rule.zone].zone;
  const KeptFix fix = wearer.track.judged(wearer.track.latest());
  Measure measure =
      rule.kind == RuleKind::kExclusion ? exclusion_measure(zone, fix) : inclusion_measure(zone, fix);
  measure.at = std::max(step.now, fix.at);
  rule.latest = measure;
  observe(index, measure, fresh ? Evidence::kLive : Evidence::kStale, step);
  watch_reach(index, step);
}

void Machine::observe(uint32_t index, const Measure& measure, Evidence evidence, Step& step) {
  for (uint32_t t = 0; t < rules_[index].tiers.size(); ++t) {
    Tier& tier = rules_[index].tiers[t];
    Margin margin{measure.distance_mm - tier.limit_mm, measure.sigma_mm, measure.at, evidence};
    margin.rests = measure.rests;
    margin.way = measure.way;
    margin.young = !measure.radio && persons_[rules_[index].wearer].motion.young();
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
  const bool fresh = is_known(rule, step.now);
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
  if (!between_two(rule.kind)) return std::nullopt;
  const std::optional<Measure> latest = latest_of(rule);
  if (!latest) return std::nullopt;
  v1::Proximity made;
  made.set_distance_mm(latest->distance_mm);
  made.set_sigma_mm(static_cast<uint32_t>(latest->sigma_mm));
  made.set_at_us(latest->at.us);
  const std::optional<int32_t> closing = closing_of(rule, *latest);
  made.set_closing_known(closing.has_value());
  made.set_closing_mmps(closing.value_or(0));
  return made;
}

// An alert about a margin, with the numbers of the moment that rang, which need not be the latest.
HeldAlert Machine::start_rule_alert(uint32_t index, v1::AlertKind kind, int64_t limit_mm,
                                    const Measure& measure, bool late, Step& step) const {
  const Rule& rule = rules_[index];
  HeldAlert made = start_alert(kind, rule.wearer, rule.about, measure.at, step);
  const law::Order& order = orders_[rule.order].order;
  v1::Alert& alert = made.alert;
  alert.set_order_id(order.id);
  alert.set_order_version(order.version);
  alert.set_condition_id(rule.condition_id);
  if (rule.zone != kNone) alert.set_zone_id(zone_ids_.name(rule.zone));
  alert.set_late(late);
  alert.set_margin_mm(measure.distance_mm - limit_mm);
  alert.set_sigma_mm(static_cast<uint32_t>(measure.sigma_mm));
  alert.set_probability_ppm(probability_ppm(alert.margin_mm(), measure.sigma_mm));
  alert.set_basis(measure.radio ? v1::ALERT_BASIS_RADIO
                  : measure.way ? v1::ALERT_BASIS_BETWEEN_FIXES
                                : v1::ALERT_BASIS_FIX);
  if (between_two(rule.kind)) {
    v1::Proximity shown = proximity(rule).value_or(v1::Proximity());
    // Two devices of one person may say two things of one moment.
    if (late || shown.at_us() != measure.at.us || shown.distance_mm() != measure.distance_mm) {
      shown.set_distance_mm(measure.distance_mm);
      shown.set_sigma_mm(static_cast<uint32_t>(measure.sigma_mm));
      shown.set_at_us(measure.at.us);
      if (late) shown.set_closing_known(false);
    }
    *alert.mutable_proximity() = shown;
    const auto age_s = [&](uint32_t person) {
      const Track& track = persons_[person].track;
      const int64_t s = track.empty() ? 0 : (step.now - track.latest().at).s();
      return static_cast<uint32_t>(std::clamp<int64_t>(s, 0, UINT32_MAX));
    };
    alert.set_wearer_age_s(age_s(rule.wearer));
    alert.set_protected_age_s(age_s(rule.about));
  }
  if (const std::optional<Estimate> his = persons_[rule.wearer].track.position_at(measure.at))
    law::set_place(his->place, *alert.mutable_place());
  made.numbers.limit_mm = limit_mm;
  return made;
}

void Machine::open_tier(uint32_t index, uint32_t t, const Measure& measure, bool late, Step& step) {
  const Tier& tier = rules_[index].tiers[t];
  HeldAlert made = start_rule_alert(index, tier.kind, tier.limit_mm, measure, late, step);
  if (tier.previous_alert_id) made.alert.set_previous_alert_id(*tier.previous_alert_id);
  if (tier.tracker.held()) made.alert.set_basis(v1::ALERT_BASIS_HELD);
  made.rule = index;
  made.tier = t;
  const uint64_t number = open_alert(std::move(made), step);
  rules_[index].tiers[t].alert = number;
}

}  // namespace haechi::monitor
