// OwnTracks in HTTP mode: one JSON message per request.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "haechi/v1/device.pb.h"

namespace haechi::gateway {

// The report of a "location" message under `device_id` (the message does not name its device reliably), not
// verified. Speed is in km/h. Empty for an empty body and for every other kind of message (transition,
// waypoint, lwt, ...). kForbidden for an encrypted message: we have no key to read it, and to answer
// "delivered" would lose it silently. kInvalid: not an OwnTracks message.
Result<std::vector<v1::Report>> read_owntracks(std::string_view body, std::string_view device_id);

}  // namespace haechi::gateway
