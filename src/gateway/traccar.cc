#include "gateway/traccar.h"

#include <boost/json/object.hpp>

#include "gateway/http_intake_convert.h"

namespace haechi::gateway {
namespace {

namespace json = boost::json;

Result<std::string> read_unique_id(const json::object& root) {
  const json::object* device = object_member(root, "device");
  if (device == nullptr) return invalid("device", "is missing or no object");
  auto id = string_member(*device, "uniqueId");
  if (!id || id->empty()) return invalid("device.uniqueId", "is missing or no text");
  return *std::move(id);
}

void read_attributes(const json::object& attributes, v1::Report& report) {
  if (auto alarms = string_member(attributes, "alarm")) add_alarms(report, *alarms);
  // Some ankle devices tell only the state of the strap. "Locked" again and again is no news; "not locked"
  // is.
  if (bool_member(attributes, "strapLocked") == false) add_event(report, v1::DEVICE_EVENT_STRAP_CUT);
  set_battery(report, number_member(attributes, "batteryLevel"));
  if (auto charging = bool_member(attributes, "charge")) report.set_charging(*charging);
  if (bool_member(attributes, "archive").value_or(false)) report.set_stored(true);
}

v1::Report read_position(const json::object& position) {
  v1::Report report;
  int64_t sent_at_us = time_member_us(position, "deviceTime", 0);
  if (sent_at_us != kUnreadableTimeUs) report.set_sent_at_us(sent_at_us);
  if (bool_member(position, "valid").value_or(true)) {
    v1::Fix& fix = *report.mutable_fix();
    set_place(fix, number_member(position, "latitude"), number_member(position, "longitude"));
    fix.set_fixed_at_us(time_member_us(position, "fixTime", kUnreadableTimeUs));
    set_accuracy(fix, number_member(position, "accuracy"));
    set_speed(fix, number_member(position, "speed"), kMmpsPerKnot);
    set_course(fix, number_member(position, "course"));
    set_altitude(fix, number_member(position, "altitude"));
  }
  if (const json::object* attributes = object_member(position, "attributes"))
    read_attributes(*attributes, report);
  return report;
}

}  // namespace

Result<v1::Report> read_traccar_position(std::string_view body) {
  TRY(json::object root, parse_json_object(body));
  TRY(std::string id, read_unique_id(root));
  const json::object* position = object_member(root, "position");
  if (position == nullptr) return invalid("position", "is missing or no object");
  v1::Report report = read_position(*position);
  report.set_device_id(std::move(id));
  return report;
}

Result<TraccarEvent> read_traccar_event(std::string_view body) {
  TRY(json::object root, parse_json_object(body));
  TraccarEvent told;
  TRY(told.device_id, read_unique_id(root));
  const json::object* event = object_member(root, "event");
  if (event == nullptr) return invalid("event", "is missing or no object");
  auto type = string_member(*event, "type");
  if (!type) return invalid("event.type", "is missing or no text");
  if (*type == "deviceOnline") told.connected = true;
  if (*type == "deviceOffline") told.connected = false;
  if (*type != "alarm") return told;
  v1::Report report;
  if (const json::object* position = object_member(root, "position")) report = read_position(*position);
  if (const json::object* attributes = object_member(*event, "attributes")) {
    if (auto alarms = string_member(*attributes, "alarm")) add_alarms(report, *alarms);
  }
  if (report.events().empty()) return told;
  if (report.sent_at_us() == 0) {
    int64_t at_us = time_member_us(*event, "eventTime", 0);
    if (at_us != kUnreadableTimeUs) report.set_sent_at_us(at_us);
  }
  report.set_device_id(told.device_id);
  told.report = std::move(report);
  return told;
}

}  // namespace haechi::gateway
