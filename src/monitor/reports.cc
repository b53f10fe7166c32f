// Fixes in: each is filed at the moment when it happened, and judged as of that moment.
#include <algorithm>
#include <utility>

#include "base/canary.h"
#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// Clocks that differ by less than this are the same clock.
constexpr Duration kClockAheadMax = Duration::seconds(5);
// So many refused fixes of a device are remembered.
constexpr size_t kRefusedMax = 16;
// Faster than so many thousandths of how he moved just before or after, and than a walk, nobody is taken to
// have gone where a fix was that nothing explained at first.
constexpr int64_t kAlike = 1'200, kWalkMmps = 2'000;
// So soon nobody has gone elsewhere, returned and come to rest.
constexpr Duration kReturnMax = Duration::seconds(120);

// Whether a fix that was refused is on the way of him who goes from `before` to `after`: no faster than he
// moves on both sides of it.
bool moves_alike(const Track& track, const KeptFix& fix) {
  const std::optional<KeptFix> before = track.before(fix.at), after = track.after(fix.at);
  if (!before || !after) return false;
  const auto mmps = [](const std::optional<KeptFix>& from, const std::optional<KeptFix>& to) {
    if (!from || !to) return int64_t{0};
    return geo::distance_mm(from->place, to->place) * 1'000 / std::max<int64_t>((to->at - from->at).ms(), 1);
  };
  const int64_t needed = std::max(mmps(before, fix), mmps(fix, after));
  const int64_t usual =
      std::max({mmps(track.before(before->at), before), mmps(after, track.after(after->at)), kWalkMmps});
  return needed <= usual * kAlike / 1'000 && detour_explained(before, fix, after);
}

// Whether a fix learned late fits between its neighbours. Who was at one place before and after it, and is
// said to have been elsewhere within the minute, must move like that on either side.
bool fits(const Track& track, const KeptFix& fix) {
  const std::optional<KeptFix> before = track.before(fix.at), after = track.after(fix.at);
  if (!detour_explained(before, fix, after)) return false;
  if (!before || !after || after->at - before->at > kReturnMax) return true;
  const int64_t errors_mm = 3 * (int64_t{before->sigma_mm} + after->sigma_mm);
  const bool returned = geo::distance_mm(before->place, after->place) <= errors_mm;
  return !returned || moves_alike(track, fix);
}

// When a fix came that says to be younger than that. Later than the one before it by as much as has passed
// since: our own clock may have been set back, and then it is no witness against the device's.
Time arrival_of(const Trail& trail, const Step& step, Time fixed) {
  if (trail.track.empty()) return step.received;
  const Time by_the_last = trail.track.latest().at + (step.now - trail.fixed_stamp);
  return std::max(step.received, std::min(fixed, by_the_last));
}

}  // namespace

void Machine::receive(const v1::ReportReceived& fact, Step& step) {
  const v1::Report& report = fact.report();
  const auto found = device_ids_.find(report.device_id());
  if (!found || *found >= devices_.size() || devices_[*found].retired) return;
  const uint32_t index = *found;
  step.silent = fact.silent();
  step.duress = fact.duress();
  step.received = fact.received_at_us() > 0 ? Time{fact.received_at_us()} : step.now;
  Device& device = devices_[index];
  hear_device(index, report, step);
  Time at = report.sent_at_us() > 0 ? Time{report.sent_at_us()} : Time{report.fix().fixed_at_us()};
  if (!at.known() || at > step.received) at = step.received;
  if (device.person == kNone) {
    // A home beacon may be nobody's.
    if (device.zone != kNone) judge_contacts(hear_contacts(index, report, at, step), step);
    return;
  }
  if (persons_[device.person].removed) return;
  // Heard first, so that a fix that drifts off indoors is judged by someone who knows better; judged last, so
  // that the trackers see time go forward.
  std::vector<Heard> heard;
  if (report.contacts_size() > 0) heard = hear_contacts(index, report, at, step);
  if (report.has_fix()) accept_fix(index, report.fix(), step);
  judge_contacts(heard, step);
  apply_events(index, report, at, step);
  weigh_plausibility(index, report, step);
  weigh_number(index, fact.conflicting(), at, step);
  // What it says of itself may be the last that is heard of it.
  watch_silence(index, step);
}

// A phone speaks for a wearer only while he wears nothing: it can be left at home.
bool Machine::tells_position(const Device& device) const {
  if (device.kind == v1::DEVICE_KIND_HOME_BEACON || device.kind == v1::DEVICE_KIND_VEHICLE) return false;
  const Person& person = persons_[device.person];
  if (device.kind == v1::DEVICE_KIND_ANKLE || person.role == v1::ROLE_PROTECTED_PERSON) return true;
  return std::none_of(person.devices.begin(), person.devices.end(),
                      [this](uint32_t other) { return devices_[other].kind == v1::DEVICE_KIND_ANKLE; });
}

void Machine::accept_fix(uint32_t index, const v1::Fix& fix, Step& step) {
  if (!tells_position(devices_[index]) || fix.fixed_at_us() <= 0 || !fix.has_place()) return;
  KeptFix kept;
  kept.place = law::place_of(fix.place());
  if (!geo::in_range(kept.place)) return;
  // A clock that runs ahead would make its fixes the newest for ever; the fix cannot be younger than its
  // arrival.
  const bool ahead = Time{fix.fixed_at_us()} > step.received + kClockAheadMax;
  step.clock_ahead = ahead;
  kept.at = ahead ? arrival_of(trail_of(index), step, Time{fix.fixed_at_us()}) : Time{fix.fixed_at_us()};
  kept.sigma_mm = axis_sigma_mm(fix.accuracy_mm(), fix.source());
  kept.accuracy_mm = fix.accuracy_mm();
  kept.speed_known = fix.has_speed_mmps();
  kept.speed_mmps = fix.speed_mmps();
  Trail& trail = trail_of(index);
  const bool newest = trail.track.empty() || kept.at > trail.track.latest().at;
  if (!newest) {
    if (was_refused(index, kept.at)) return;
    // What does not fit between its neighbours in time is no evidence against anyone.
    if (!fits(trail.track, kept)) {
      refuse(index, kept);
      return;
    }
    file_fix(index, kept, false, step);
    hear_refused(index, step);
    return;
  }
  const std::optional<KeptFix> doubted = trail.motion.suspect();
  if (doubted && kept.at == doubted->at) return;
  // Of two that arrive in the wrong order, the earlier one is heard first all the same.
  std::optional<KeptFix> later;
  if (doubted && kept.at < doubted->at) later = trail.motion.take_suspect();
  hear_fix(index, kept, step);
  if (later) hear_fix(index, *later, step);
}

// A fix newer than all of this device that are believed.
void Machine::hear_fix(uint32_t index, const KeptFix& fix, Step& step) {
  const uint32_t holder = devices_[index].person;
  Trail& trail = trail_of(index);
  const std::optional<KeptFix> suspect = trail.motion.suspect();
  const Verdict verdict = trail.motion.observe(fix);
  trail.last_verdict = verdict;
  const bool again = std::exchange(trail.reconsider, false);
  if (suspect && verdict != Verdict::kAgreed) refuse(index, *suspect);
  if (verdict == Verdict::kSuspect) {
    if (is_watched(persons_[holder])) judge_suspect(holder, fix);
    return;
  }
  trail.track.set_motion(trail.motion.stay(), trail.motion.speed_mmps());
  if (trail.motion.outvoted()) {
    refuse(index, trail.track.latest());
    trail.track.forget_latest();
  }
  // Filing may give it the lead, and so move its trail.
  if (verdict == Verdict::kAgreed) file_fix(index, *suspect, true, step);
  file_fix(index, fix, true, step);
  if (again || verdict == Verdict::kAgreed) hear_refused(index, step);
}

// A fix that nothing explains. What is learned later may explain it; told once more, it is the same fix.
void Machine::refuse(uint32_t index, const KeptFix& fix) {
  std::vector<KeptFix>& refused = refused_[index];
  if (refused.size() == kRefusedMax) refused.erase(refused.begin());
  refused.push_back(fix);
  trail_of(index).reconsider = true;
}

bool Machine::was_refused(uint32_t index, Time at) const {
  const auto found = refused_.find(index);
  return found != refused_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                [at](const KeptFix& one) { return one.at == at; });
}

// In whatever order the fixes of one way come, those in between explain those that were doubted without them.
void Machine::hear_refused(uint32_t index, Step& step) {
  const auto found = refused_.find(index);
  if (found == refused_.end()) return;
  std::vector<KeptFix>& refused = found->second;
  for (size_t i = 0; i < refused.size();) {
    const KeptFix fix = refused[i++];
    if (!moves_alike(trail_of(index).track, fix)) continue;
    refused.erase(refused.begin() + static_cast<ptrdiff_t>(i - 1));
    file_fix(index, fix, false, step);
    i = 0;
  }
  if (refused.empty()) refused_.erase(found);
}

void Machine::file_fix(uint32_t index, const KeptFix& fix, bool newest, Step& step) {
  const uint32_t holder = devices_[index].person;
  Person& person = persons_[holder];
  Trail& trail = trail_of(index);
  if (!trail.track.keep(fix)) return;
  if (newest) {
    trail.interval_s = devices_[index].interval_s;
    trail.deaf_when_fixed = deaf_;
    trail.fixed_stamp = step.now;
    place_device(index, fix.place);
  }
  if (person.device != index) {
    if (!newest || !outranks(trail, person, step.now)) {
      judge_aside(holder, trail, fix, newest, step);
      return;
    }
    take_lead(holder, index);
  }
  if (newest) {
    if (is_fresh(person, step.now)) person.stale = false;
    watch_staleness(holder, step);
  }
  if (is_watched(person)) judge_fix(holder, fix, newest, step);
  if (!belated_.empty()) judge_belated(holder, fix, step);
}

bool Machine::is_fresh(const Trail& trail, Time now) {
  return !trail.track.empty() && now - trail.track.latest().at <= trail.stale_after();
}

// Keeps one deadline per watched person: when it comes, either a newer fix has moved it on, or the person's
// place is too old and every tracker that rests on it is told, once.
void Machine::watch_staleness(uint32_t index, Step& step) {
  Person& person = persons_[index];
  if (!is_watched(person) || person.track.empty() || person.stale) return;
  const Time due = person.stale_at();
  if (due > step.now) {
    if (!person.stale_deadline_set) deadlines_.add(due, {Deadline::Kind::kStale, index, 0});
    person.stale_deadline_set = true;
    return;
  }
  person.stale = true;
  lose_person(index, step);
}

// Of one that rests, without waking him: his deadline has come, and is only to be moved on.
bool Machine::is_fresh_still(uint32_t index, Time now) {
  const auto seen = persons_.glance(index);
  if (!seen || seen->stale_at <= now) return false;
  deadlines_.add(seen->stale_at, {Deadline::Kind::kStale, index, 0});
  return true;
}

void Machine::lose_person(uint32_t index, Step& step) {
  Person& person = persons_[index];
  person.zone_safe_mm = -1;
  // What a radio has just heard does not rest on where he is.
  const auto lose = [&](uint32_t rule) {
    if (!in_contact(rules_[rule], step.now)) lose_rule(rule, step);
  };
  for (const uint32_t rule : person.rules) lose(rule);
  // A place that is barred for her sake does not depend on where she is.
  for (const uint32_t rule : person.rules_about)
    if (rules_[rule].kind == RuleKind::kPair) lose(rule);
  for (const uint32_t rule : person.rules_apart) lose(rule);
  for (const uint32_t rule : person.rules) watch_reach(rule, step);
  for (const uint32_t rule : person.rules_about) watch_reach(rule, step);
}

void Machine::lose_rule(uint32_t rule, Step& step) {
  if (between_two(rules_[rule].kind)) end_far(rule);
  for (Tier& tier : rules_[rule].tiers) {
    const bool lost = tier.tracker.lose() && tier.alert != 0;
    if (lost && canary(Canary::kClearOnSilence)) {
      tier.tracker.end(step.now);
      clear_alert(tier.alert, "silence", step);
    } else if (lost) {
      set_alert_state(tier.alert, v1::ALERT_STATE_UNKNOWN, step);
    }
  }
  lose_approach(rules_[rule], step);
  touched_rules_.push_back(rule);
}

}  // namespace haechi::monitor
