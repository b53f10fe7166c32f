// Deadlines, and what one entry leaves to be done at its end.
#include <algorithm>

#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// What was touched, each once, in order; how many. What is touched while they are gone through comes behind
// them, and stays for the next entry.
template <typename T>
size_t sorted(std::vector<T>& list) {
  if (list.size() < 2) return list.size();
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list.size();
}

template <typename T, typename Do>
void go_through(std::vector<T>& list, size_t count, Do each) {
  if (count == 0) return;
  for (size_t i = 0; i < count; ++i) each(T{list[i]});
  list.erase(list.begin(), list.begin() + static_cast<ptrdiff_t>(count));
}

}  // namespace

void Machine::apply(const v1::Fact& fact, Step& step) {
  if (fact.has_process_started() && last_entry_at_.known()) deaf_ = deaf_ + (step.now - last_entry_at_);
  last_entry_at_ = step.now;
  rest();
  // What was due by now happened before this fact: an order that ended a second ago does not judge it.
  run_deadlines(step);
  switch (fact.kind_case()) {
    case v1::Fact::kReportReceived:
      receive(fact.report_received(), step);
      break;
    case v1::Fact::kClockTicked:
      hand_offs_.tick(step.entry, step.effects);
      break;
    case v1::Fact::kPersonRegistered:
      register_person(fact.person_registered(), step);
      break;
    case v1::Fact::kDeviceRegistered:
      register_device(fact.device_registered(), step);
      break;
    case v1::Fact::kZoneRegistered:
      register_zone(fact.zone_registered(), step);
      break;
    case v1::Fact::kOrderRegistered:
      register_order(fact.order_registered(), step);
      break;
    case v1::Fact::kTimeZoneRegistered:
      register_time_zone(fact.time_zone_registered(), step);
      break;
    case v1::Fact::kHolidayCalendarRegistered:
      register_holidays(fact.holiday_calendar_registered(), step);
      break;
    case v1::Fact::kJurisdictionRegistered: {
      // A shape that is no zone is refused before it is logged; met in a log all the same, it changes
      // nothing.
      const Status status = jurisdictions_.put(fact.jurisdiction_registered());
      static_cast<void>(status);
      break;
    }
    case v1::Fact::kEntryQuarantined:
      raise_alarm(v1::ALARM_KIND_ENTRY_QUARANTINED, "", step)
          .set_entry_no(fact.entry_quarantined().entry_no());
      break;
    case v1::Fact::kNodeCondition:
      tell_condition(fact.node_condition(), step);
      break;
    case v1::Fact::kContactLogged:
      page_for(fact.contact_logged(), step);
      break;
    case v1::Fact::kAlertHandled:
      handle(fact.alert_handled(), step);
      break;
    case v1::Fact::kHandOffAnswered:
      answer(fact.hand_off_answered().message(), fact.hand_off_answered().by_human(), step);
      return;
    default:
      break;  // facts of the other machine, and those that only bear witness
  }
  finish(step);
}

void Machine::answer(const v1::HandOffMessage& message, bool by_human, Step& step) {
  const std::vector<std::string> unheard = hand_offs_.answer(message, by_human, step.entry, step.effects);
  const auto key = incident_keys_.find(message.incident_id());
  if (key != incident_keys_.end()) {
    HeldIncident& held = incidents_.at(key->second);
    for (const uint64_t number : held.alerts)
      if (std::find(unheard.begin(), unheard.end(), alerts_.at(number).alert.id()) != unheard.end() &&
          rings(number))
        held.to_hand_off.push_back(number);
    touch_incident(key->second);
  }
  finish(step);
}

// Here and nowhere else, where nothing of an entry or a deadline is held any more.
void Machine::rest() {
  persons_.rest();
  devices_.rest();
  rules_.rest();
  orders_.rest();
}

void Machine::run_deadlines(Step& step) {
  while (const std::optional<Deadline> due = deadlines_.take(step.now)) {
    expect_due();
    run(*due, step);
    rest();
  }
}

void Machine::run(const Deadline& deadline, Step& step) {
  const auto index = static_cast<uint32_t>(deadline.subject);
  switch (deadline.kind) {
    case Deadline::Kind::kOrder:
      refresh_order(index, step);
      break;
    case Deadline::Kind::kSchedule:
      if (rules_[index].used && rules_[index].generation == deadline.detail) refresh_schedule(index, step);
      break;
    case Deadline::Kind::kTracker:
      if (rules_[index].used && rules_[index].generation == deadline.detail) pass_time(index, step);
      break;
    case Deadline::Kind::kContact:
      if (rules_[index].used && rules_[index].generation == deadline.detail) check_contact(index, step);
      break;
    case Deadline::Kind::kStale:
      if (is_fresh_still(index, step.now)) break;
      persons_[index].stale_deadline_set = false;
      watch_staleness(index, step);
      break;
    case Deadline::Kind::kSilence:
      if (!is_heard_still(index, step.now)) check_silence(index, step);
      break;
    case Deadline::Kind::kAcknowledge:
      escalate(deadline.subject, deadline.detail, step);
      break;
    case Deadline::Kind::kUnshelve:
      unshelve(deadline.subject, step);
      break;
    case Deadline::Kind::kUnaccounted:
      // Due earlier than needed where a fix has come since; then it is set anew.
      if (!rules_[index].used || rules_[index].generation != deadline.detail) break;
      check_reach(index, step);
      watch_reach(index, step);
      break;
    case Deadline::Kind::kOutage:
      check_outage(deadline.subject, step);
      break;
    case Deadline::Kind::kForget:
      forget_alert(deadline.subject);
      break;
  }
}

void Machine::finish(Step& step) {
  if (touched_rules_.empty() && touched_persons_.empty() && touched_incidents_.empty() &&
      moved_incidents_.empty())
    return;
  go_through(touched_rules_, sorted(touched_rules_), [&](uint32_t rule) {
    if (rules_[rule].used) refresh_view(rule, step);
  });
  go_through(touched_persons_, sorted(touched_persons_),
             [&](uint32_t person) { refresh_commands(person, step); });
  const size_t moved = sorted(moved_incidents_);
  go_through(touched_incidents_, sorted(touched_incidents_), [&](uint64_t key) {
    const auto found = incidents_.find(key);
    if (found == incidents_.end()) return;
    HeldIncident& held = found->second;
    if (!held.announced) {
      *step.effects.add().mutable_open_incident() = held.incident;
      held.announced = true;
      held.changed = false;
    }
    if (!held.to_hand_off.empty()) raise_hand_offs(held, step);
    if (try_close(key, step)) return;
    if (held.changed) *step.effects.add().mutable_update_incident() = held.incident;
    held.changed = false;
  });
  go_through(moved_incidents_, moved, [&](uint64_t key) { update_hand_offs(key, step); });
}

}  // namespace haechi::monitor
