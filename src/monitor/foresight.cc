#include "monitor/foresight.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// 80 of 100 speeds are lower.
constexpr int64_t kFastZ = 840;
// Slower than this nobody approaches; he may as well be standing.
constexpr int64_t kClosingMmpsMin = 500;
// An approach counts when he has come nearer by so many deviations of the margin.
constexpr int64_t kSureZ = 500, kLostZ = 2'000, kLostSoonZ = 1'000, kLostMm = 15'000;
// Who could be there this soon may turn into any street; who could not is on his way there only if he heads
// there, and has done so for a while.
constexpr Duration kSoon = Duration::seconds(90), kHeadsFor = Duration::seconds(30);
// Noise that is new with every fix takes him to and fro and nowhere: an approach is larger than so many
// thousandths of its deviation. At seven, a day beside a border rings nothing.
constexpr int64_t kScatterZ = 7'000;
// How far past the border the straight way may lead: so much, and so many thousandths of the way there.
constexpr int64_t kAsideMm = 20'000, kBend = 100, kBendSoon = 1'000, kDoubtMax = 250;
// Whoever halts for so long begins a new approach.
constexpr Duration kHaltFor = Duration::seconds(30);
// Of a fix older than this the speed of now says nothing.
constexpr Duration kGapMax = Duration::seconds(90);
constexpr Duration kAwayFor = Duration::seconds(60);
constexpr Duration kCalmFor = Duration::seconds(300);
// Nobody is taken to come faster than this, however doubtful the speed.
constexpr int64_t kFastestMmps = 40'000;

// The direction is as doubtful as the speed across it.
bool is_aimed(const Course& course, bool soon) {
  const int64_t doubt = course.closing_mmps > 0 ? course.sigma_mmps * 1'000 / course.closing_mmps : 0;
  const int64_t bend = soon ? kBendSoon : kBend + std::min(doubt, kDoubtMax);
  return course.miss_mm <= kAsideMm + course.way_mm / 1'000 * bend;
}

}  // namespace

std::optional<Duration> time_to_contact(const Course& course) {
  if (course.margin_mm <= 0) return Duration{};
  const int64_t fast = std::min(course.closing_mmps + kFastZ * course.sigma_mmps / 1'000, kFastestMmps);
  if (fast <= 0) return std::nullopt;
  return Duration::millis(course.margin_mm * 1'000 / fast);
}

Foresight::Change Foresight::observe(const Course& course, Duration horizon, bool may_open) {
  if (at_.known() && course.at <= at_) return Change::kNothing;
  const Time before = std::exchange(at_, course.at);
  const int64_t before_mm = std::exchange(margin_mm_, course.margin_mm);
  const bool regained = std::exchange(unknown_, false);
  const bool nearer =
      course.closing_mmps > kClosingMmpsMin && course.closing_mmps * 1'000 > kSureZ * course.sigma_mmps;
  if (open_) {
    if (course.closing_mmps >= 0 || course.margin_mm <= 0)
      away_since_ = Time{};
    else if (!away_since_.known())
      away_since_ = course.at;
    if (nearer || course.margin_mm <= 0)
      calm_since_ = Time{};
    else if (!calm_since_.known())
      calm_since_ = course.at;
    const bool away = away_since_.known() && course.at - away_since_ >= kAwayFor;
    const bool calm = calm_since_.known() && course.at - calm_since_ >= kCalmFor;
    if (!away && !calm) return regained ? Change::kRegained : Change::kNothing;
    open_ = false;
    since_ = halt_since_ = away_since_ = calm_since_ = Time{};
    return Change::kCleared;
  }
  follow(course, nearer, before, before_mm);
  const std::optional<Duration> left = time_to_contact(course);
  const bool soon = left && *left < kSoon;
  if (!nearer || !is_aimed(course, soon))
    heads_since_ = Time{};
  else if (!heads_since_.known())
    heads_since_ = course.at;
  const int64_t lost_mm = from_mm_ - course.margin_mm;
  suspected_ = may_open && heads_since_.known() && left && *left < horizon && course.margin_mm > 0 &&
               lost_mm * 2'000 >= kScatterZ * course.scatter_mm;
  if (!suspected_) return Change::kNothing;
  if (lost_mm < kLostMm || lost_mm * 1'000 < kScatterZ * course.scatter_mm) return Change::kNothing;
  if (lost_mm * 1'000 < (soon ? kLostSoonZ : kLostZ) * course.sigma_mm) return Change::kNothing;
  if (!soon && course.at - heads_since_ < kHeadsFor) return Change::kNothing;
  open_ = true;
  suspected_ = false;
  since_ = heads_since_ = halt_since_ = away_since_ = calm_since_ = Time{};
  return Change::kOpened;
}

// When the approach began, and how far from the border. He may halt on the way.
void Foresight::follow(const Course& course, bool nearer, Time before, int64_t before_mm) {
  const bool recent = before.known() && course.at - before <= kGapMax;
  if (!recent) since_ = halt_since_ = Time{};
  if (!nearer) {
    if (!halt_since_.known()) halt_since_ = course.at;
    if (course.at - halt_since_ >= kHaltFor || course.margin_mm > from_mm_) since_ = Time{};
    return;
  }
  halt_since_ = Time{};
  if (since_.known()) return;
  // The speed of now is that of the way since the fix before.
  since_ = recent ? before : course.at;
  from_mm_ = recent ? before_mm : course.margin_mm;
}

bool Foresight::lose() {
  since_ = halt_since_ = away_since_ = calm_since_ = Time{};
  suspected_ = false;
  const bool known = open_ && !unknown_;
  unknown_ = open_;
  return known;
}

// Most pairs are out of reach of any horizon; they cost one comparison.
void Machine::foresee_pair(uint32_t index, const Measure& measure, Step& step) {
  Rule& rule = rules_[index];
  if (rule.kind != RuleKind::kPair || rule.ahead.horizon <= Duration{}) return;
  const Person& wearer = persons_[rule.wearer];
  const Person& about = persons_[rule.about];
  const int64_t limit_mm = rule.tiers.back().limit_mm;
  const int64_t speed = wearer.motion.speed_mmps() + about.motion.speed_mmps();
  const bool far = measure.distance_mm - limit_mm > 2 * (speed + 2'000) * rule.ahead.horizon.s();
  if (far && !rule.ahead.foresight.watchful()) return;
  const std::optional<Velocity> his = wearer.motion.velocity();
  const std::optional<Estimate> he = wearer.track.position_at(measure.at);
  const std::optional<Estimate> she = about.track.position_at(measure.at);
  if (!his || !he || !she) return;
  const Velocity hers = about.motion.velocity().value_or(Velocity{0, 0, 1'000});
  const bool he_rests = wearer.track.stays_at(measure.at), she_rests = about.track.stays_at(measure.at);
  const geo::Offset between = geo::offset_mm(she->place, he->place);
  const int64_t apart_m = std::max<int64_t>(measure.distance_mm / 1'000, 1);
  const int64_t east = (he_rests ? 0 : his->east_mmps) - (she_rests ? 0 : hers.east_mmps);
  const int64_t north = (he_rests ? 0 : his->north_mmps) - (she_rests ? 0 : hers.north_mmps);
  Course course;
  course.closing_mmps = -(between.east_mm / 1'000 * east + between.north_mm / 1'000 * north) / apart_m;
  const int64_t his_sigma = he_rests ? 0 : his->sigma_mmps, her_sigma = she_rests ? 0 : hers.sigma_mmps;
  course.sigma_mmps =
      std::llround(std::hypot(static_cast<double>(his_sigma), static_cast<double>(her_sigma)));
  course.margin_mm = measure.distance_mm - limit_mm;
  course.sigma_mm = measure.sigma_mm;
  const int64_t his_scatter = he_rests ? 0 : wearer.motion.scatter_mm(he->sigma_mm);
  const int64_t her_scatter = she_rests ? 0 : about.motion.scatter_mm(she->sigma_mm);
  course.scatter_mm =
      std::llround(std::hypot(static_cast<double>(his_scatter), static_cast<double>(her_scatter)));
  course.at = measure.at;
  const double speed_mmps = std::hypot(static_cast<double>(east), static_cast<double>(north));
  if (course.closing_mmps > 0 && speed_mmps > 0) {
    const auto along = static_cast<double>(course.closing_mmps) / speed_mmps;
    const auto apart = static_cast<double>(measure.distance_mm);
    const double beside = apart * std::sqrt(std::max(1 - along * along, 0.0));
    course.miss_mm = std::llround(beside) - limit_mm;
    course.way_mm = std::llround(apart * along);
  }
  foresee(index, course, measure, step);
}

// A second further on his way, how much nearer is the border? Around corners as well.
void Machine::foresee_zone(uint32_t index, const geo::Zone& zone, const KeptFix& fix, const Measure& measure,
                           Step& step) {
  Rule& rule = rules_[index];
  if (rule.kind != RuleKind::kExclusion || rule.ahead.horizon <= Duration{}) return;
  const Motion& motion = persons_[rule.wearer].motion;
  const std::optional<Velocity> velocity = motion.velocity();
  const int64_t speed = motion.speed_mmps();
  const bool far = measure.distance_mm > 2 * (speed + 1'000) * rule.ahead.horizon.s();
  if (!velocity || (far && !rule.ahead.foresight.watchful())) return;
  Course course;
  course.margin_mm = measure.distance_mm;
  course.sigma_mmps = velocity->sigma_mmps;
  course.sigma_mm = measure.sigma_mm;
  course.scatter_mm = motion.scatter_mm(fix.sigma_mm);
  course.at = measure.at;
  if (speed > 0 && measure.distance_mm > 0) {
    const geo::Place next = geo::moved(fix.place, {velocity->east_mmps, velocity->north_mmps});
    course.closing_mmps = measure.distance_mm - zone.signed_distance_mm(next);
    if (course.closing_mmps > 0) {
      // As far as he gets by twice the time that he would need straight to the border.
      const int64_t ahead_s =
          std::clamp<int64_t>(2 * course.margin_mm / course.closing_mmps, 1, 2 * rule.ahead.horizon.s());
      const geo::Place there =
          geo::moved(fix.place, {velocity->east_mmps * ahead_s, velocity->north_mmps * ahead_s});
      course.miss_mm = zone.signed_distance_along_mm(fix.place, there);
      course.way_mm = course.margin_mm;
    }
  }
  foresee(index, course, measure, step);
}

void Machine::foresee(uint32_t index, const Course& course, const Measure& measure, Step& step) {
  Rule& rule = rules_[index];
  const bool watchful = rule.ahead.foresight.watchful();
  const bool broken = rule.tiers.back().tracker.open();
  const Foresight::Change change = rule.ahead.foresight.observe(course, rule.ahead.horizon, !broken);
  if (watchful != rule.ahead.foresight.watchful()) {
    touched_persons_.push_back(rule.wearer);
    if (rule.about != kNone) touched_persons_.push_back(rule.about);
  }
  switch (change) {
    case Foresight::Change::kOpened:
      open_approach(index, course, measure, step);
      break;
    case Foresight::Change::kCleared:
      close_approach(rule, "margin", step);
      break;
    case Foresight::Change::kRegained:
      if (rule.ahead.alert != 0) set_alert_state(rule.ahead.alert, v1::ALERT_STATE_ACTIVE, step);
      break;
    case Foresight::Change::kNothing:
      break;
  }
  const Ahead& ahead = rules_[index].ahead;
  if (ahead.alert != 0 && ahead.foresight.open()) rise_with_approach(rules_[index], course, measure, step);
}

uint32_t Machine::code_of_approach(const Rule& rule, const Course& course) {
  const Tier& ban = rule.tiers.back();
  return law::code_of_approach(course.margin_mm + ban.limit_mm, rule.tiers.front().limit_mm,
                               time_to_contact(course).value_or(rule.ahead.horizon));
}

void Machine::tell_course(const Course& course, v1::Alert& alert) {
  const int64_t left_s = course.closing_mmps > 0 ? course.margin_mm / course.closing_mmps : 0;
  alert.set_time_to_contact_s(static_cast<uint32_t>(std::clamp<int64_t>(left_s, 0, 86'400)));
  if (!alert.has_proximity()) return;
  alert.mutable_proximity()->set_closing_known(true);
  alert.mutable_proximity()->set_closing_mmps(
      static_cast<int32_t>(std::clamp<int64_t>(course.closing_mmps, -1'000'000, 1'000'000)));
}

// The same alert, with the numbers of the moment at which it became urgent.
void Machine::rise_with_approach(const Rule& rule, const Course& course, const Measure& measure, Step& step) {
  const uint32_t code = code_of_approach(rule, course);
  v1::Alert& alert = alerts_.at(rule.ahead.alert).alert;
  if (code >= alert.code()) return;
  alert.set_margin_mm(course.margin_mm);
  alert.set_sigma_mm(static_cast<uint32_t>(measure.sigma_mm));
  if (const std::optional<v1::Proximity> now = proximity(rule)) *alert.mutable_proximity() = *now;
  if (const std::optional<Estimate> his = persons_[rule.wearer].track.position_at(measure.at))
    law::set_place(his->place, *alert.mutable_place());
  tell_course(course, alert);
  raise_code(rule.ahead.alert, code, step);
}

void Machine::open_approach(uint32_t index, const Course& course, const Measure& measure, Step& step) {
  const int64_t limit_mm = rules_[index].tiers.back().limit_mm;
  HeldAlert made = start_rule_alert(index, v1::ALERT_KIND_APPROACHING, limit_mm, measure, false, step);
  made.code = code_of_approach(rules_[index], course);
  tell_course(course, made.alert);
  made.alert.set_basis(v1::ALERT_BASIS_FIX);
  if (rules_[index].ahead.previous_alert_id)
    made.alert.set_previous_alert_id(*rules_[index].ahead.previous_alert_id);
  const uint64_t number = open_alert(std::move(made), step);
  rules_[index].ahead.alert = number;
  rules_[index].ahead.previous_alert_id = alerts_.at(number).alert.id();
  touched_rules_.push_back(index);
}

void Machine::close_approach(Rule& rule, const std::string& reason, Step& step) {
  rule.ahead.foresight = Foresight();
  if (rule.ahead.alert == 0) return;
  clear_alert(std::exchange(rule.ahead.alert, 0), reason, step);
}

void Machine::lose_approach(Rule& rule, Step& step) {
  if (rule.ahead.foresight.lose() && rule.ahead.alert != 0)
    set_alert_state(rule.ahead.alert, v1::ALERT_STATE_UNKNOWN, step);
}

}  // namespace haechi::monitor
