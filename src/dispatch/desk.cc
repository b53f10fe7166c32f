#include "dispatch/desk.h"

#include <algorithm>
#include <tuple>

#include "dispatch/call_picture.h"

namespace haechi::dispatch {
namespace {

constexpr uint32_t kAssignedByPolicyCodeMax = 2;
constexpr Duration kRefreshEvery = Duration::seconds(15);
constexpr size_t kProposalsPerPerson = 3;

}  // namespace

Desk::CallRecord* Desk::find_call(const std::string& id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

Desk::CallRecord* Desk::find_open(const std::string& id) {
  CallRecord* call = find_call(id);
  return call && call->open() ? call : nullptr;
}

void Desk::put_agency(const v1::Agency& agency, Turn& turn) {
  if (agency.desk() == v1::DESK_BUILT_IN) {
    agencies_.insert(agency.id());
  } else {
    agencies_.erase(agency.id());
  }
  turn.unit_came_free = true;  // its units may have been registered before it
}

void Desk::put_unit(const v1::Unit& registered, Turn& turn) {
  if (registered.id().empty()) return;
  Unit& unit = units_.put(registered);
  if (unit.removed) {
    if (CallRecord* call = find_open(unit.call_id))
      unassign(*call, unit, v1::UNIT_STATUS_OUT_OF_SERVICE, turn);
    return;
  }
  turn.units.insert(unit.id);
  turn.unit_came_free |= unit.status == v1::UNIT_STATUS_AVAILABLE;
}

void Desk::set_status(Unit& unit, v1::UnitStatus status, Turn& turn) {
  unit.status = status;
  turn.units.insert(unit.id);
  turn.unit_came_free |= status == v1::UNIT_STATUS_AVAILABLE;
}

bool Desk::fill(CallRecord& call, Turn& turn) {
  bool any = true;
  // Destinations list protected persons first, and so they are first to get a unit.
  for (const v1::Destination& to : call.picture.destinations()) {
    const std::pair key(to.target(), to.person_id());
    if (has_unit(call.picture, to) || call.picture.code() > kAssignedByPolicyCodeMax) {
      call.missing.erase(key);
      continue;
    }
    const auto best = units_.nearest(place_for(call.picture, to), call.picture.agency_id(), agencies_,
                                     call.declined, turn.now, 1);
    if (!best.empty()) {
      call.missing.erase(key);
      assign(call, to, *best[0].unit, best[0].eta_s, true, turn);
      continue;
    }
    any = false;
    if (!call.missing.insert(key).second) continue;
    turn.calls.insert(call.picture.id());
    v1::Alarm alarm;
    alarm.set_kind(v1::ALARM_KIND_NO_UNIT);
    alarm.set_alert_id(*call.picture.alert_ids().rbegin());
    alarm.set_call_id(call.picture.id());
    turn.alarms.push_back(std::move(alarm));
  }
  call.picture.set_unit_missing(!call.missing.empty());
  if (call.missing.empty()) {
    missing_.erase(call.picture.id());
  } else {
    missing_.insert(call.picture.id());
  }
  return any;
}

void Desk::propose(CallRecord& call, Turn& turn) {
  google::protobuf::RepeatedPtrField<v1::Proposal> proposals;
  for (const v1::Destination& to : call.picture.destinations()) {
    if (has_unit(call.picture, to) && call.picture.state() == v1::CALL_STATE_ON_SCENE) continue;
    for (const Candidate& candidate : units_.nearest(place_for(call.picture, to), call.picture.agency_id(),
                                                     agencies_, {}, turn.now, kProposalsPerPerson)) {
      v1::Proposal& proposal = *proposals.Add();
      proposal.set_target(to.target());
      proposal.set_person_id(to.person_id());
      proposal.set_unit_id(candidate.unit->id);
      proposal.set_distance_mm(candidate.distance_mm);
      proposal.set_eta_s(candidate.eta_s);
    }
  }
  call.picture.mutable_proposals()->Swap(&proposals);
}

void Desk::refresh(CallRecord& call, Turn& turn) {
  const std::string before = call.picture.SerializeAsString();
  for (v1::Assignment& assignment : *call.picture.mutable_assignments()) {
    if (assignment.status() >= v1::UNIT_STATUS_ON_SCENE) continue;
    const auto* to = destination_of(call.picture, assignment.target(), assignment.person_id());
    const Unit* unit = units_.find(assignment.unit_id());
    if (to && unit) assignment.set_eta_s(Units::eta_s(*unit, place_for(call.picture, *to)));
  }
  propose(call, turn);
  if (call.picture.SerializeAsString() != before) turn.calls.insert(call.picture.id());
  if (call.refresh_at.known()) refresh_at_.erase({call.refresh_at, call.picture.id()});
  call.refresh_at = turn.now + kRefreshEvery;
  refresh_at_.insert({call.refresh_at, call.picture.id()});
}

void Desk::assign(CallRecord& call, const v1::Destination& to, Unit& unit, uint32_t eta_s, bool by_policy,
                  Turn& turn) {
  unit.call_id = call.picture.id();
  unit.target = to.target();
  set_status(unit, v1::UNIT_STATUS_ASSIGNED, turn);
  v1::Assignment& assignment = *call.picture.add_assignments();
  assignment.set_target(to.target());
  assignment.set_person_id(to.person_id());
  assignment.set_unit_id(unit.id);
  assignment.set_status(v1::UNIT_STATUS_ASSIGNED);
  assignment.set_assigned_at_us(turn.now.us);
  assignment.set_eta_s(eta_s);
  assignment.set_by_policy(by_policy);
  progress(call, assignment, v1::UNIT_STATUS_ASSIGNED, turn);
}

void Desk::unassign(CallRecord& call, Unit& unit, v1::UnitStatus status, Turn& turn) {
  v1::Assignment* assignment = assignment_of(call.picture, unit.id);
  if (!assignment) return;
  progress(call, *assignment, status, turn);
  auto& assignments = *call.picture.mutable_assignments();
  assignments.erase(std::find_if(assignments.begin(), assignments.end(), [&](const v1::Assignment& each) {
    return each.unit_id() == unit.id && active(each);
  }));
  call.declined.insert(unit.id);
  unit.call_id.clear();
  unit.target = v1::TARGET_UNSPECIFIED;
  set_status(unit, status, turn);
  fill(call, turn);
}

void Desk::progress(CallRecord& call, const v1::Assignment& assignment, v1::UnitStatus status, Turn& turn) {
  turn.calls.insert(call.picture.id());
  const auto exchange = exchanges_.find(call.picture.hand_off_id());
  if (exchange == exchanges_.end()) return;
  auto& body = *answer(exchange->second, turn).mutable_unit_progress();
  body.set_unit_id(assignment.unit_id());
  body.set_status(status);
  body.set_target(assignment.target());
  body.set_eta_s(assignment.eta_s());
}

void Desk::advance(CallRecord& call, v1::Assignment& assignment, Unit& unit, v1::UnitStatus status,
                   Turn& turn) {
  assignment.set_status(status);
  if (status == v1::UNIT_STATUS_ON_SCENE || status == v1::UNIT_STATUS_TRANSPORTING) {
    if (assignment.arrived_at_us() == 0) assignment.set_arrived_at_us(turn.now.us);
    assignment.set_eta_s(0);
  }
  if (status == v1::UNIT_STATUS_EN_ROUTE) {
    const auto* to = destination_of(call.picture, assignment.target(), assignment.person_id());
    if (to) assignment.set_eta_s(Units::eta_s(unit, place_for(call.picture, *to)));
  }
  if (status == v1::UNIT_STATUS_CLEARED) {
    assignment.set_eta_s(0);
    unit.call_id.clear();
    unit.target = v1::TARGET_UNSPECIFIED;
  }
  set_status(unit, status, turn);
  progress(call, assignment, status, turn);
  if (all_cleared(call.picture)) close(call, "", "all units cleared", turn);
}

void Desk::unit_status_changed(const v1::UnitStatusChanged& change, Turn& turn) {
  Unit* unit = units_.find(change.unit_id());
  if (!unit || unit->removed) return;
  const v1::UnitStatus status = change.status();
  const bool leaves = status == v1::UNIT_STATUS_AVAILABLE || status == v1::UNIT_STATUS_OUT_OF_SERVICE;
  CallRecord* call = find_open(unit->call_id);
  if (!call) {
    if (leaves && unit->status != status) set_status(*unit, status, turn);
    return;
  }
  if (!change.call_id().empty() && change.call_id() != unit->call_id) return;  // pressed for an earlier call
  v1::Assignment* assignment = assignment_of(call->picture, unit->id);
  if (!assignment) return;
  if (leaves && assignment->status() < v1::UNIT_STATUS_ON_SCENE) {
    unassign(*call, *unit, status, turn);
  } else if (leaves) {
    advance(*call, *assignment, *unit, v1::UNIT_STATUS_CLEARED, turn);
    set_status(*unit, status, turn);
  } else if (status > assignment->status() && status <= v1::UNIT_STATUS_CLEARED) {
    advance(*call, *assignment, *unit, status, turn);
  }
}

void Desk::assigned_by_hand(const v1::UnitAssignedByHand& assigned, Turn& turn) {
  CallRecord* call = find_open(assigned.call_id());
  Unit* unit = units_.find(assigned.unit_id());
  if (!call || !unit || unit->removed || unit->status == v1::UNIT_STATUS_OUT_OF_SERVICE) return;
  if (!agencies_.contains(unit->agency_id)) return;
  const v1::Destination* to = nullptr;
  for (const v1::Destination& each : call->picture.destinations()) {
    if (each.target() != assigned.target()) continue;
    if (!to || (has_unit(call->picture, *to) && !has_unit(call->picture, each))) to = &each;
  }
  if (!to) return;
  const v1::Destination destination = *to;
  if (CallRecord* earlier = find_open(unit->call_id)) {
    const v1::Assignment* current = assignment_of(earlier->picture, unit->id);
    if (earlier == call && current && current->target() == destination.target()) return;  // there already
    unassign(*earlier, *unit, v1::UNIT_STATUS_AVAILABLE, turn);
  }
  call->declined.erase(unit->id);
  assign(*call, destination, *unit, Units::eta_s(*unit, place_for(call->picture, destination)), false, turn);
  fill(*call, turn);
  refresh(*call, turn);
}

void Desk::closed_by_hand(const v1::CallClosedByHand& closed, Turn& turn) {
  if (CallRecord* call = find_open(closed.call_id())) close(*call, closed.disposition(), closed.note(), turn);
}

void Desk::retry_missing(Turn& turn) {
  std::vector<std::tuple<uint32_t, int64_t, std::string>> waiting;
  for (const std::string& id : missing_) {
    const v1::Call& call = calls_.at(id).picture;
    waiting.emplace_back(call.code(), call.opened_at_us(), id);
  }
  std::sort(waiting.begin(), waiting.end());
  for (const auto& [code, opened_at_us, id] : waiting) {
    CallRecord& call = calls_.at(id);
    // With no unit for a call that takes any, there is none for the rest either.
    if (!fill(call, turn) && call.declined.empty()) break;
  }
}

void Desk::tell_of_quarantine(const v1::EntryQuarantined& quarantined, Turn& turn) {
  for (const std::string& agency_id : agencies_) {
    v1::Alarm& alarm = turn.alarms.emplace_back();
    alarm.set_kind(v1::ALARM_KIND_ENTRY_QUARANTINED);
    alarm.set_agency_id(agency_id);
    alarm.set_entry_no(quarantined.entry_no());
  }
}

void Desk::tick(Turn& turn) {
  while (!refresh_at_.empty() && refresh_at_.begin()->first <= turn.now)
    refresh(calls_.at(refresh_at_.begin()->second), turn);
  while (!forget_at_.empty() && forget_at_.begin()->first <= turn.now) {
    const auto exchange = exchanges_.find(forget_at_.begin()->second);
    calls_.erase(exchange->second.call_id);
    exchanges_.erase(exchange);
    forget_at_.erase(forget_at_.begin());
  }
}

}  // namespace haechi::dispatch
