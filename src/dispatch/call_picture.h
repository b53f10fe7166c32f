// CallPicture: pure functions on one call as it is shown, apart from units and answers.
#pragma once

#include <optional>
#include <string>

#include "geo/place.h"
#include "haechi/v1/dispatch.pb.h"

namespace haechi::dispatch {

// Takes over what an alarm newly says. A code is never lowered, an older position never replaces a newer one,
// and a position once known is not forgotten.
void merge_alarm(v1::Call& call, const v1::HandOffMessage::Alarm& alarm);

// Where to look for units for that person of the call: the person's place, else where the other person is.
std::optional<geo::Place> place_for(const v1::Call& call, const v1::Destination& to);
const v1::Destination* destination_of(const v1::Call& call, v1::Target target, const std::string& person_id);
v1::Assignment* assignment_of(v1::Call& call, const std::string& unit_id);
bool has_unit(const v1::Call& call, const v1::Destination& to);
bool active(const v1::Assignment& assignment);
// Every person of the call had a unit, and every unit has cleared.
bool all_cleared(const v1::Call& call);
v1::CallState state_by_assignments(const v1::Call& call);

}  // namespace haechi::dispatch
