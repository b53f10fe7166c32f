// Orders and their rules. A rule is one condition of an order in force: made when the order begins, dead when
// it ends, in the entry that notices it.
#include <algorithm>

#include "base/ensure.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

Tier tier(v1::AlertKind kind, int64_t limit_mm) {
  Tier made;
  made.kind = kind;
  made.limit_mm = limit_mm;
  return made;
}

// From here on it is not in force, whatever the time.
Time end_of(const law::Order& order) {
  if (order.withdrawn) return order.starts_at;
  return order.ends_at.known() ? order.ends_at : Time{INT64_MAX};
}

constexpr int64_t kBandMm = 15'000;
constexpr int32_t kConfirmZ = 1'282;  // p >= 0.90
constexpr Duration kForesight = Duration::seconds(300);

// Why these: docs/judge.md. What the order states goes first.
TrackerPolicy policy_for(RuleKind kind, const law::Judgement& stated) {
  TrackerPolicy policy;
  policy.clear_hold = law::kr().clear_hold;
  switch (kind) {
    case RuleKind::kPair:
    case RuleKind::kNoContact:
      policy.hysteresis_mm = law::kr().hysteresis_mm;
      policy.band_mm = kBandMm;
      break;
    case RuleKind::kExclusion:
      policy.hysteresis_mm = 20'000;
      policy.band_mm = kBandMm;
      break;
    case RuleKind::kInclusion:
      // A home may be smaller than any hysteresis: being inside for a minute is being back. Nor is there a
      // band: he may well live beside his wall.
      policy.hysteresis_mm = 0;
      policy.z_clear = 0;
      policy.clear_hold = Duration::seconds(60);
      break;
  }
  policy.band_mm = stated.band_mm.value_or(policy.band_mm);
  // Where a band forgives the error, being inside more likely than not is enough of a way that is over.
  if (policy.band_mm > 0) {
    policy.z_confirm = kConfirmZ;
    policy.z_way = 0;
  }
  if (stated.z_confirm) policy.z_confirm = policy.z_way = *stated.z_confirm;
  policy.dwell = stated.dwell.value_or(policy.dwell);
  policy.clear_hold = stated.clear_hold.value_or(policy.clear_hold);
  policy.hysteresis_mm = stated.hysteresis_mm.value_or(policy.hysteresis_mm);
  return policy;
}

}  // namespace

void Machine::register_order(const v1::Order& stated, Step& step) {
  Result<law::Order> checked = law::order_from(stated);
  if (!checked.ok()) return;
  const uint32_t index = order_ids_.intern(stated.id());
  orders_.extend(index + 1);
  if (checked->version <= orders_[index].order.version) return;  // an older version cannot undo a newer one
  const bool was_live = orders_[index].live;
  const uint32_t wearer = person_index(checked->wearer_id);
  if (orders_[index].order.version != 0 && orders_[index].order.wearer_id != checked->wearer_id) {
    if (was_live) end_order(index, "order_replaced", step);
    drop(persons_[person_index(orders_[index].order.wearer_id)].orders, index);
  }
  const std::optional<law::Order> until_now = was_live ? std::optional(orders_[index].order) : std::nullopt;
  file_order(index, *std::move(checked));
  HeldOrder& held = orders_[index];
  FewIndexes& orders = persons_[wearer].orders;
  if (std::find(orders.begin(), orders.end(), index) == orders.end()) orders.push_back(index);
  if (held.order.starts_at > step.now)
    deadlines_.add(held.order.starts_at, {Deadline::Kind::kOrder, index, 0});
  if (held.order.ends_at > step.now) deadlines_.add(held.order.ends_at, {Deadline::Kind::kOrder, index, 0});
  const bool live = law::in_force(held.order, step.now) && !persons_[wearer].removed;
  if (held.live && live) {
    // A new version of an order in force: what is unchanged in it goes on, alert and all.
    std::vector<uint32_t> old_rules;
    old_rules.swap(held.rules);
    const std::vector<uint32_t> gone = amended(*until_now, held.order, old_rules);
    if (!gone.empty()) keep_belated(*until_now, gone, step);
    go_live(index, old_rules, gone, step);
  } else if (held.live && !persons_[wearer].removed) {
    end_order(index, held.order.withdrawn ? "order_withdrawn" : "order_ended", step, &*until_now);
  } else {
    refresh_order(index, step);
  }
}

// Keeps the order where those who look for it by what it names will find it.
void Machine::file_order(uint32_t index, law::Order&& stated) {
  law::Order& kept = orders_[index].order;
  if (kept.version != 0) {
    std::erase(orders_in_zone_[kept.time_zone], index);
    for (const std::string& name : law::holiday_calendars(kept))
      std::erase(orders_with_holidays_[name], index);
  }
  kept = std::move(stated);
  orders_in_zone_[kept.time_zone].push_back(index);
  for (const std::string& name : law::holiday_calendars(kept)) orders_with_holidays_[name].push_back(index);
}

void Machine::refresh_order(uint32_t order, Step& step) {
  if (orders_[order].belated) {
    if (orders_[order].order.ends_at + law::kr().belated_for <= step.now) forget_belated(order, step);
    return;
  }
  HeldOrder& held = orders_[order];
  const bool removed = persons_[person_index(held.order.wearer_id)].removed;
  const bool live = law::in_force(held.order, step.now) && !removed;
  if (live && !held.live) go_live(order, {}, {}, step);
  if (!live && held.live)
    end_order(order,
              removed                ? "person_removed"
              : held.order.withdrawn ? "order_withdrawn"
                                     : "order_ended",
              step);
}

void Machine::go_live(uint32_t order, const std::vector<uint32_t>& old_rules,
                      const std::vector<uint32_t>& amended, Step& step) {
  const uint32_t wearer = person_index(orders_[order].order.wearer_id);
  if (!orders_[order].live) {
    ++persons_[wearer].live_orders;
    forget_belated_of(orders_[order].order, step);
  }
  orders_[order].live = true;
  const size_t conditions = orders_[order].order.conditions.size();
  for (uint32_t i = 0; i < conditions; ++i) {
    const uint32_t rule = make_rule(order, i);
    if (!old_rules.empty()) rules_[rule].judges_from = step.now;
    for (const uint32_t old : old_rules)
      if (rules_[old].condition_id == rules_[rule].condition_id &&
          std::find(amended.begin(), amended.end(), old) == amended.end())
        rules_[rule].judges_from = rules_[old].judges_from;
    adopt(rules_[rule], old_rules);
    watch_contact(rule);
    for (uint32_t t = 0; t < rules_[rule].tiers.size(); ++t) {
      const uint64_t alert = rules_[rule].tiers[t].alert;
      if (alert == 0) continue;
      alerts_.at(alert).rule = rule;
      alerts_.at(alert).tier = t;
    }
    orders_[order].rules.push_back(rule);
  }
  end_rules(old_rules, "order_replaced", step);
  for (const uint32_t device : persons_[wearer].devices) watch_silence(device, step);
  watch_staleness(wearer, step);
  for (const uint32_t rule : std::vector<uint32_t>(orders_[order].rules)) {
    const uint32_t about = rules_[rule].about;
    if (about != kNone) {
      for (const uint32_t device : persons_[about].devices) watch_silence(device, step);
      watch_staleness(about, step);
    }
    refresh_schedule(rule, step);
    if (schedule_of(rules_[rule]) == nullptr || schedule_of(rules_[rule])->always()) judge_now(rule, step);
  }
}

void Machine::end_order(uint32_t order, const std::string& reason, Step& step, const law::Order* until_now) {
  HeldOrder& held = orders_[order];
  ENSURE(held.live, held.order.id);
  held.live = false;
  const uint32_t wearer = person_index(held.order.wearer_id);
  --persons_[wearer].live_orders;
  std::vector<uint32_t> rules;
  rules.swap(held.rules);
  if (!persons_[wearer].removed) {
    const law::Order was = until_now == nullptr ? held.order : *until_now;
    keep_belated(was, rules, step);
  }
  end_rules(rules, reason, step);
  if (persons_[wearer].live_orders > 0) return;
  for (const uint32_t device : persons_[wearer].devices)
    for (const auto& [kind, number] : FewByKey<v1::AlertKind, uint64_t>(devices_[device].alerts))
      clear_device_alert(device, kind, reason, step);
  for (const uint32_t device : persons_[wearer].devices) drop_doubts(device, reason, step);
}

void Machine::end_rules(const std::vector<uint32_t>& rules, const std::string& reason, Step& step) {
  for (const uint32_t rule : rules) {
    const uint32_t about = rules_[rule].about;
    const uint32_t wearer = rules_[rule].wearer;
    end_rule(rule, reason, step);
    if (about != kNone && persons_[about].rules_about.empty() && persons_[about].silence != 0)
      clear_alert(persons_[about].silence, reason, step);
    if (about != kNone) forget_cover(about, wearer, step);
    if (about != kNone && !is_watched(persons_[about]))
      for (const uint32_t device : persons_[about].devices) drop_doubts(device, reason, step);
  }
}

uint32_t Machine::make_rule(uint32_t order, uint32_t condition) {
  uint32_t index = static_cast<uint32_t>(rules_.size());
  if (free_rules_.empty()) {
    rules_.emplace_back().index = index;
    fars_.emplace_back();
    kinds_.emplace_back();
  } else {
    index = free_rules_.back();
    free_rules_.pop_back();
  }
  Rule& rule = rules_[index];
  const law::Condition& stated = orders_[order].order.conditions[condition];
  rule.used = true;
  rule.order = order;
  rule.condition = condition;
  rule.condition_id = stated.id;
  rule.binds_from = orders_[order].order.starts_at;
  rule.binds_until = end_of(orders_[order].order);
  rule.wearer = person_index(orders_[order].order.wearer_id);
  std::string zone_id, about_id;
  if (const auto* pair = std::get_if<law::KeepAway>(&stated.rule)) {
    rule.kind = RuleKind::kPair;
    about_id = pair->protected_id;
    rule.tiers = {tier(v1::ALERT_KIND_NEAR_WARN, pair->warn_mm),
                  tier(v1::ALERT_KIND_NEAR_POLICE, pair->police_mm),
                  tier(v1::ALERT_KIND_NEAR_MAP, pair->map_mm), tier(v1::ALERT_KIND_KEEP_AWAY, pair->ban_mm)};
  } else if (const auto* exclusion = std::get_if<law::Exclusion>(&stated.rule)) {
    rule.kind = RuleKind::kExclusion;
    zone_id = exclusion->zone_id;
    about_id = exclusion->protected_id;
    if (exclusion->police_mm > 0)
      rule.tiers.push_back(tier(v1::ALERT_KIND_EXCLUSION_POLICE, exclusion->police_mm));
    if (exclusion->buffer_mm > 0)
      rule.tiers.push_back(tier(v1::ALERT_KIND_EXCLUSION_BUFFER, exclusion->buffer_mm));
    rule.tiers.push_back(tier(v1::ALERT_KIND_EXCLUSION, 0));
  } else if (const auto* contact = std::get_if<law::NoContact>(&stated.rule)) {
    rule.kind = RuleKind::kNoContact;
    about_id = contact->person_id;
    rule.tiers = {tier(v1::ALERT_KIND_NO_CONTACT, contact->radius_mm)};
  } else {
    const auto& inclusion = std::get<law::Inclusion>(stated.rule);
    rule.kind = RuleKind::kInclusion;
    zone_id = inclusion.zone_id;
    const bool travel = inclusion.purpose == law::InclusionPurpose::kTravelArea;
    rule.tiers = {tier(travel                        ? v1::ALERT_KIND_TRAVEL_AREA
                       : inclusion.schedule.always() ? v1::ALERT_KIND_INCLUSION
                                                     : v1::ALERT_KIND_CURFEW,
                       0)};
  }
  kinds_[index] = rule.kind;
  rule.always = schedule_of(rule) == nullptr || schedule_of(rule)->always();
  rule.policy = policy_for(rule.kind, orders_[order].order.judgement);
  if (rule.kind == RuleKind::kPair || rule.kind == RuleKind::kExclusion)
    rule.ahead.horizon = orders_[order].order.judgement.foresight.value_or(kForesight);
  persons_[rule.wearer].rules.push_back(index);
  persons_[rule.wearer].zone_safe_mm = -1;
  if (!about_id.empty()) {
    rule.about = person_index(about_id);
    (rule.kind == RuleKind::kNoContact ? persons_[rule.about].rules_apart : persons_[rule.about].rules_about)
        .push_back(index);
  }
  if (!zone_id.empty()) {
    rule.zone = zone_index(zone_id);
    zones_[rule.zone].rules.push_back(index);
  }
  return index;
}

// The heir of a rule takes over its trackers and alerts where the condition is the same in law and in number.
void Machine::adopt(Rule& heir, const std::vector<uint32_t>& old_rules) {
  for (const uint32_t index : old_rules) {
    Rule& old = rules_[index];
    if (old.condition_id != heir.condition_id || old.kind != heir.kind || old.about != heir.about ||
        old.zone != heir.zone || old.wearer != heir.wearer)
      continue;
    for (Tier& from : old.tiers)
      for (Tier& to : heir.tiers) {
        if (from.kind != to.kind || from.limit_mm != to.limit_mm) continue;
        to.tracker = from.tracker;
        to.alert = std::exchange(from.alert, 0);
        to.previous_alert_id = from.previous_alert_id;
      }
    heir.closing = old.closing;
    heir.latest = old.latest;
    heir.radio = old.radio;
    if (heir.radio) heir.radio->due_at = Time{};
    heir.view = std::exchange(old.view, {});
    heir.unaccounted = std::exchange(old.unaccounted, 0);
    if (heir.ahead.horizon > Duration{} && heir.tiers.back().limit_mm == old.tiers.back().limit_mm) {
      heir.ahead.foresight = old.ahead.foresight;
      heir.ahead.alert = std::exchange(old.ahead.alert, 0);
      heir.ahead.previous_alert_id = old.ahead.previous_alert_id;
    }
    return;
  }
}

// Nobody and no zone names it from here on.
void Machine::unlist_rule(uint32_t index) {
  const Rule& rule = rules_[index];
  drop(persons_[rule.wearer].rules, index);
  if (rule.about != kNone) {
    drop(persons_[rule.about].rules_about, index);
    drop(persons_[rule.about].rules_apart, index);
  }
  if (rule.zone != kNone) std::erase(zones_[rule.zone].rules, index);
}

void Machine::end_rule(uint32_t index, const std::string& reason, Step& step) {
  Rule& rule = rules_[index];
  ENSURE(rule.used, index);
  for (const Tier& one : rule.tiers)
    if (one.alert != 0) clear_alert(one.alert, reason, step);
  close_unaccounted(rule, reason, step);
  close_approach(rule, reason, step);
  close_view(rule, reason, step);
  unlist_rule(index);
  persons_[rule.wearer].zone_safe_mm = -1;
  touched_persons_.push_back(rule.wearer);
  if (rule.about != kNone) touched_persons_.push_back(rule.about);
  const uint32_t generation = rule.generation + 1;
  rule = Rule();
  rule.index = index;
  fars_[index].reset();
  rule.generation = generation;
  free_rules_.push_back(index);
}

const law::Schedule* Machine::schedule_of(const Rule& rule) const {
  const law::Condition& condition = orders_[rule.order].order.conditions[rule.condition];
  if (const auto* exclusion = std::get_if<law::Exclusion>(&condition.rule)) return &exclusion->schedule;
  if (const auto* inclusion = std::get_if<law::Inclusion>(&condition.rule)) return &inclusion->schedule;
  return nullptr;
}

// A zone of time that nobody registered counts as UTC: an order is judged at a wrong hour rather than not at
// all.
const law::LocalRules& Machine::local_rules_of(const Rule& rule) const {
  static const law::LocalRules kUtc;
  const auto found = time_zones_.find(orders_[rule.order].order.time_zone);
  return found == time_zones_.end() ? kUtc : found->second;
}

// A calendar that nobody registered has no holidays.
const law::Holidays* Machine::holidays_of(const law::Schedule& schedule) const {
  if (schedule.holiday_calendar().empty()) return nullptr;
  const auto found = holidays_.find(schedule.holiday_calendar());
  return found == holidays_.end() ? nullptr : &found->second;
}

bool Machine::binding_at(const Rule& rule, Time at) const {
  if (at < rule.binds_from || at >= rule.binds_until) return false;
  if (rule.always) return true;
  const law::Schedule* schedule = schedule_of(rule);
  return schedule->in_force(local_rules_of(rule), at, holidays_of(*schedule));
}

bool Machine::judges(const Rule& rule, Time at) const {
  return at >= rule.judges_from && binding_at(rule, at);
}

void Machine::refresh_schedule(uint32_t index, Step& step) {
  if (orders_[rules_[index].order].belated) {
    for (Tier& one : rules_[index].tiers) {
      if (one.alert != 0) clear_alert(one.alert, "order_ended", step);
      one.tracker.end(step.now);
    }
    return;
  }
  const law::Schedule* schedule = schedule_of(rules_[index]);
  if (schedule == nullptr || schedule->always()) return;
  const law::LocalRules& local = local_rules_of(rules_[index]);
  const law::Holidays* holidays = holidays_of(*schedule);
  const bool scheduled = schedule->in_force(local, step.now, holidays);
  const std::optional<Time> next = schedule->next_change(local, step.now, holidays);
  if (next && *next != rules_[index].schedule_due) {
    deadlines_.add(*next, {Deadline::Kind::kSchedule, index, rules_[index].generation});
    rules_[index].schedule_due = *next;
  }
  rules_[index].scheduled = scheduled;
  persons_[rules_[index].wearer].zone_safe_mm = -1;
  if (scheduled) {
    judge_now(index, step);
    return;
  }
  for (Tier& one : rules_[index].tiers) {
    if (one.alert != 0) clear_alert(one.alert, "schedule_ended", step);
    one.tracker.end(step.now);
  }
  close_approach(rules_[index], "schedule_ended", step);
  close_unaccounted(rules_[index], "schedule_ended", step);
  touched_persons_.push_back(rules_[index].wearer);
}

}  // namespace haechi::monitor
