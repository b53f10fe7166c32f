// How the desk's changes become effects: each call and unit once per entry, with its whole state.
#include "dispatch/call_picture.h"
#include "dispatch/desk.h"

namespace haechi::dispatch {
namespace {

constexpr Duration kTrackBefore = Duration::seconds(900);

}  // namespace

void Desk::settle(Turn& turn) {
  if (turn.unit_came_free && !missing_.empty()) retry_missing(turn);
  for (const std::string& id : turn.calls) write_call(calls_.at(id), turn);
  for (const std::string& id : turn.units) {
    const Unit& unit = *units_.find(id);
    v1::UnitState& state = *turn.effects.add().mutable_update_unit();
    state.set_unit_id(id);
    state.set_status(unit.status);
    state.set_call_id(unit.call_id);
    state.set_target(unit.target);
  }
  for (const std::string& id : turn.calls) write_tracks(calls_.at(id), turn);
  for (v1::Alarm& alarm : turn.alarms) {
    if (const CallRecord* about = find_call(alarm.call_id())) {
      alarm.set_incident_id(about->picture.incident_id());
      alarm.set_hand_off_id(about->picture.hand_off_id());
      alarm.set_agency_id(about->picture.agency_id());
    }
    alarm.set_id(turn.effects.new_id("alarm", alarm.call_id().empty() ? alarm.agency_id() : alarm.call_id()));
    alarm.set_level(1);
    alarm.set_raised_at_us(turn.now.us);
    *turn.effects.add().mutable_raise_alarm() = alarm;
  }
}

void Desk::write_call(CallRecord& call, Turn& turn) {
  if (call.open()) {
    call.picture.set_state(state_by_assignments(call.picture));
    propose(call, turn);
  }
  v1::Effect& effect = turn.effects.add();
  if (!call.announced) {
    *effect.mutable_open_call() = call.picture;
  } else if (call.open()) {
    *effect.mutable_update_call() = call.picture;
  } else {
    *effect.mutable_close_call() = call.picture;
  }
  call.announced = true;
}

// A unit sees the person it goes to. The unit that goes to her also sees him; the one that goes to him never
// sees her.
void Desk::write_tracks(CallRecord& call, Turn& turn) {
  std::map<std::pair<std::string, std::string>, v1::TrackAccess> wanted;
  const auto want = [&](const std::string& unit_id, const std::string& person_id, v1::Target target) {
    if (person_id.empty()) return;
    v1::TrackAccess& access = wanted[{unit_id, person_id}];
    access.set_unit_id(unit_id);
    access.set_call_id(call.picture.id());
    access.set_person_id(person_id);
    access.set_target(target);
    access.set_from_us((Time{call.picture.opened_at_us()} - kTrackBefore).us);
    access.set_basis(call.picture.id() + '/' + call.order_id);
  };
  for (const v1::Assignment& assignment : call.picture.assignments()) {
    if (!call.open() || !active(assignment)) continue;
    want(assignment.unit_id(), call.picture.wearer_id(), v1::TARGET_WEARER);
    want(assignment.unit_id(), assignment.person_id(), assignment.target());
  }
  for (const auto& [key, access] : call.granted)
    if (!wanted.contains(key)) *turn.effects.add().mutable_revoke_track() = access;
  for (const auto& [key, access] : wanted)
    if (!call.granted.contains(key)) *turn.effects.add().mutable_grant_track() = access;
  call.granted = std::move(wanted);
}

}  // namespace haechi::dispatch
