// Pairs far apart, which is nearly all of them nearly always. Two who are 40 km apart cannot come within 2 km
// of each other before they have moved 38 km between them: until then nothing about them can change, and a
// report costs a few additions. Numbers are measured when somebody asks for them.
//
// Invariant: while a rule is left alone, every tracker of it is clear, nothing is foreseen, no alert of it is
// open, both are fresh, neither has a second device, and no radio has heard them beside each other. Whatever
// ends that calls end_far() or watch_closely().
#include <algorithm>

#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// Nobody's error counts for more than so many deviations, nor does a place grow vaguer than this.
constexpr int64_t kDeviations = 5;
constexpr int64_t kVagueMm = 300'000;
constexpr int64_t kPaceMmpsMin = 1'000, kPaceDoubtMmps = 2'000;
// Between the two distances that tell how fast they close in.
constexpr Duration kClosingOver = Duration::seconds(15);

}  // namespace

// After both were measured live: how far they may move before they are to be measured again.
void Machine::leave_alone(uint32_t index, const Measure& measure) {
  const Rule& rule = rules_[index];
  fars_[index].reset();
  const bool clear = std::all_of(rule.tiers.begin(), rule.tiers.end(), [](const Tier& tier) {
    return tier.alert == 0 && tier.tracker.state() == TrackerState::kClear;
  });
  if (!clear || rule.unaccounted != 0 || rule.radio || rule.view || rule.ahead.foresight.watchful()) return;
  const Person& wearer = persons_[rule.wearer];
  const Person& about = persons_[rule.about];
  if (shed_at(wearer)) return;
  Far far;
  // As far as foresight may foresee at any speed up to this pace, and beyond the widest tier.
  const auto pace = [](const Person& person) {
    return static_cast<int32_t>(
        std::clamp<int64_t>(person.motion.speed_mmps() * 3 / 2, kPaceMmpsMin, INT32_MAX));
  };
  far.wearer_pace_mmps = pace(wearer);
  far.about_pace_mmps = pace(about);
  const int64_t ahead_mm =
      (int64_t{far.wearer_pace_mmps} + far.about_pace_mmps + kPaceDoubtMmps) * rule.ahead.horizon.s();
  const int64_t within_mm = std::max(rule.tiers.front().limit_mm, rule.tiers.back().limit_mm + ahead_mm);
  far.safe_mm = measure.distance_mm - within_mm - kDeviations * measure.sigma_mm - kVagueMm;
  far.wearer = wearer.track.latest().place;
  far.about = about.track.latest().place;
  far.wearer_index = rule.wearer;
  fars_[index] = far;
}

// Whether the newest fix of one of them leaves all as it is.
bool Machine::stays_far(uint32_t index, uint32_t mover, bool wears, const KeptFix& fix, Step& step) {
  if (far_of(index).safe_mm <= 0) return false;
  Far& far = *fars_[index];
  const Person& person = persons_[mover];
  if (person.motion.speed_mmps() > (wears ? far.wearer_pace_mmps : far.about_pace_mmps)) return false;
  if (!is_fresh(person, step.now)) return false;
  (wears ? far.wearer_moved_mm : far.about_moved_mm) =
      geo::distance_mm_max(wears ? far.wearer : far.about, fix.place);
  if (far.wearer_moved_mm + far.about_moved_mm + kDeviations * fix.sigma_mm >= far.safe_mm) return false;
  far.unmeasured = true;
  if (!wears) move_incident(wearer_key(far.wearer_index));
  return true;
}

// They are measured again: what was not measured meanwhile is caught up with.
void Machine::end_far(uint32_t index) {
  Rule& rule = rules_[index];
  const Track& his = persons_[rule.wearer].track;
  const Track& hers = persons_[rule.about].track;
  if (far_of(index).unmeasured && !his.empty() && !hers.empty()) {
    rule.closing = Closing();
    const std::optional<KeptFix> before = his.before(his.latest().at);
    const Time until = std::max(before ? before->at : his.latest().at, hers.latest().at);
    for (const int64_t back : {2, 1}) {
      const Time at = until - kClosingOver * back;
      if (const std::optional<Measure> measure = pair_measure(his, hers, at))
        rule.closing.observe(at, measure->distance_mm);
    }
  }
  fars_[index].reset();
}

std::optional<Measure> Machine::latest_of(const Rule& rule) const {
  if (!far_of(rule.index).unmeasured) return rule.latest;
  const Track& his = persons_[rule.wearer].track;
  const Track& hers = persons_[rule.about].track;
  if (his.empty() || hers.empty()) return std::nullopt;
  return pair_measure(his, hers, std::max(his.latest().at, hers.latest().at));
}

std::optional<int32_t> Machine::closing_of(const Rule& rule, const Measure& latest) const {
  // A distance told by radio and one told by places do not make a speed.
  if (latest.radio) return std::nullopt;
  if (!far_of(rule.index).unmeasured) return rule.closing.mmps(latest.at, latest.distance_mm);
  Closing closing;
  const Time at = latest.at - kClosingOver;
  const std::optional<Measure> before =
      pair_measure(persons_[rule.wearer].track, persons_[rule.about].track, at);
  if (!before) return std::nullopt;
  closing.observe(at, before->distance_mm);
  return closing.mmps(latest.at, latest.distance_mm);
}

}  // namespace haechi::monitor
