#include "dispatch/call_picture.h"

#include <algorithm>

#include "law/pack.h"

namespace haechi::dispatch {
namespace {

void merge_destination(v1::Call& call, v1::Destination from, const v1::HandOffMessage::Alarm& alarm) {
  if (from.person_id().empty())
    from.set_person_id(from.target() == v1::TARGET_WEARER ? alarm.wearer_id() : alarm.protected_id());
  for (v1::Destination& known : *call.mutable_destinations()) {
    if (known.target() != from.target() || known.person_id() != from.person_id()) continue;
    const bool newer = !known.has_place() || from.fixed_at_us() >= known.fixed_at_us();
    if (from.has_place() && newer) known = from;
    return;
  }
  // She is listed first: whoever reads from the top sends help there first.
  const auto& all = call.destinations();
  const int at = from.target() == v1::TARGET_PROTECTED_PERSON
                     ? static_cast<int>(std::count_if(all.begin(), all.end(),
                                                      [](const v1::Destination& to) {
                                                        return to.target() == v1::TARGET_PROTECTED_PERSON;
                                                      }))
                     : all.size();
  *call.add_destinations() = std::move(from);
  for (int i = call.destinations_size() - 1; i > at; --i) call.mutable_destinations()->SwapElements(i, i - 1);
}

// Of the kind alone; lower is more urgent. The message's own code is that of the whole incident.
uint32_t urgency(const std::string& alert_kind) {
  v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
  v1::AlertKind_Parse(alert_kind, &kind);
  return law::code112(kind, law::Nearness::kNear);
}

std::optional<geo::Place> place_of(const v1::Destination& to) {
  if (!to.has_place()) return std::nullopt;
  return geo::Place{to.place().lat_e7(), to.place().lng_e7()};
}

}  // namespace

void merge_alarm(v1::Call& call, const v1::HandOffMessage::Alarm& alarm) {
  const bool first = call.alert_ids_size() == 0;
  const auto& told = call.alert_ids();
  const bool new_alert = std::find(told.begin(), told.end(), alarm.alert_id()) == told.end();
  const bool higher = first || alarm.code() < call.code();
  // What heads the call is the newest of the most urgent: that she pressed SOS is not hidden by a lost
  // signal.
  const bool heads = higher || (new_alert && (call.condition_cleared_at_us() != 0 ||
                                              urgency(alarm.alert_kind()) <= urgency(call.alert_kind())));
  if (new_alert) {
    call.add_alert_ids(alarm.alert_id());
    call.set_condition_cleared_at_us(0);
  }
  if (higher) call.set_code(alarm.code());
  if (heads) {
    call.set_alert_kind(alarm.alert_kind());
    call.set_sentence_en(alarm.sentence_en());
    call.set_sentence_ko(alarm.sentence_ko());
  }
  if (call.wearer_id().empty()) call.set_wearer_id(alarm.wearer_id());
  if (call.protected_id().empty()) call.set_protected_id(alarm.protected_id());
  if (call.jurisdiction_id().empty()) call.set_jurisdiction_id(alarm.jurisdiction_id());
  for (const v1::Destination& to : alarm.destinations())
    if (to.target() != v1::TARGET_UNSPECIFIED) merge_destination(call, to, alarm);
  if (alarm.has_proximity() && alarm.proximity().at_us() >= call.proximity().at_us())
    *call.mutable_proximity() = alarm.proximity();
}

std::optional<geo::Place> place_for(const v1::Call& call, const v1::Destination& to) {
  if (const auto place = place_of(to)) return place;
  for (const v1::Destination& other : call.destinations())
    if (const auto place = place_of(other)) return place;
  return std::nullopt;
}

const v1::Destination* destination_of(const v1::Call& call, v1::Target target, const std::string& person_id) {
  for (const v1::Destination& to : call.destinations())
    if (to.target() == target && to.person_id() == person_id) return &to;
  return nullptr;
}

v1::Assignment* assignment_of(v1::Call& call, const std::string& unit_id) {
  for (v1::Assignment& assignment : *call.mutable_assignments())
    if (assignment.unit_id() == unit_id && active(assignment)) return &assignment;
  return nullptr;
}

bool has_unit(const v1::Call& call, const v1::Destination& to) {
  return std::any_of(call.assignments().begin(), call.assignments().end(),
                     [&](const v1::Assignment& assignment) {
                       return assignment.target() == to.target() && assignment.person_id() == to.person_id();
                     });
}

bool active(const v1::Assignment& assignment) {
  return assignment.status() != v1::UNIT_STATUS_CLEARED;
}

bool all_cleared(const v1::Call& call) {
  const auto& assignments = call.assignments();
  return std::all_of(call.destinations().begin(), call.destinations().end(),
                     [&](const v1::Destination& to) { return has_unit(call, to); }) &&
         !assignments.empty() && std::none_of(assignments.begin(), assignments.end(), active);
}

v1::CallState state_by_assignments(const v1::Call& call) {
  v1::CallState state = v1::CALL_STATE_OPEN;
  for (const v1::Assignment& assignment : call.assignments()) {
    v1::CallState reached = v1::CALL_STATE_DISPATCHED;
    if (assignment.status() == v1::UNIT_STATUS_EN_ROUTE) reached = v1::CALL_STATE_EN_ROUTE;
    if (assignment.arrived_at_us() != 0) reached = v1::CALL_STATE_ON_SCENE;
    state = std::max(state, reached);
  }
  return state;
}

}  // namespace haechi::dispatch
