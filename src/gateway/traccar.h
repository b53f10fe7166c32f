// What a Traccar server forwards: positions and events as JSON. Zones and pairs we judge ourselves, so of its
// events only alarms and the state of the device's connection are taken.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "haechi/v1/device.pb.h"

namespace haechi::gateway {

// The report of a forwarded position, not verified; the device is known by its uniqueId. Speed is in knots.
// With valid:false there is no fix: Traccar then repeats the last place. kInvalid: not such JSON.
Result<v1::Report> read_traccar_position(std::string_view body);

struct TraccarEvent {
  std::string device_id;
  std::optional<v1::Report> report;  // of an alarm; with the position if the event carries one
  std::optional<bool> connected;     // of deviceOnline and deviceOffline
};
// Every other kind of event gives neither. kInvalid: not such JSON.
Result<TraccarEvent> read_traccar_event(std::string_view body);

}  // namespace haechi::gateway
