#include "gateway/osmand.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <set>

#include "gateway/http_intake_convert.h"
#include "gateway/native.h"

namespace haechi::gateway {
namespace {

namespace json = boost::json;

// A number this large cannot be seconds of our time; the protocol's own border (2^31) would break in 2038.
constexpr double kMillisecondsFrom = 1e11;

int64_t read_timestamp_us(const std::string& text) {
  if (auto number = read_number(text)) {
    return unix_seconds_us(*number >= kMillisecondsFrom ? *number / 1000 : *number);
  }
  Result<Time> time = parse_iso8601(text);
  return time.ok() ? time->us : kUnreadableTimeUs;
}

bool is_true(std::string_view text) {
  return text == "true" || text == "1" || text == "True" || text == "TRUE";
}

struct Form {
  std::optional<std::string> id, timestamp, lat, lon;
  bool valid = true;
};

void take_place(Form& form, const std::string& name, const std::string& value) {
  if (name == "lat") form.lat = value;
  if (name == "lon") form.lon = value;
  if (name == "location") {
    size_t comma = value.find(',');
    form.lat = value.substr(0, comma);
    form.lon = comma == std::string::npos ? std::string() : value.substr(comma + 1);
  }
}

void take(Form& form, v1::Report& report, v1::Fix& fix, const std::string& name, const std::string& value) {
  take_place(form, name, value);
  if (name == "id" || name == "deviceid") form.id = value;
  if (name == "timestamp") form.timestamp = value;
  if (name == "valid") form.valid = is_true(value);
  if (name == "speed") set_speed(fix, read_number(value), kMmpsPerKnot);
  if (name == "bearing" || name == "heading") set_course(fix, read_number(value));
  if (name == "altitude") set_altitude(fix, read_number(value));
  if (name == "accuracy") set_accuracy(fix, read_number(value));
  if (name == "batt") set_battery(report, read_number(value));
  if (name == "charge") report.set_charging(is_true(value));
  if (name == "mock") fix.set_mocked(is_true(value));
  if (name == "alarm") add_alarms(report, value);
}

// What stands for the same, so that nobody can say it twice and mean two things.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kMeanings = {
    {{"id", "id"},
     {"deviceid", "id"},
     {"key", "key"},
     {"timestamp", "timestamp"},
     {"lat", "lat"},
     {"lon", "lon"},
     {"valid", "valid"},
     {"speed", "speed"},
     {"bearing", "bearing"},
     {"heading", "bearing"},
     {"altitude", "altitude"},
     {"accuracy", "accuracy"},
     {"batt", "batt"},
     {"charge", "charge"},
     {"mock", "mock"},
     {"alarm", "alarm"}}};

// Of what an address or form says; other names mean nothing here and may come as often as they like.
Status check_said_once(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::set<std::string_view> said;
  const auto once = [&said](std::string_view meaning) { return said.insert(meaning).second; };
  for (const auto& [name, value] : pairs) {
    bool first = name != "location" || (once("lat") && once("lon"));
    for (const auto& [known, meaning] : kMeanings)
      if (name == known) first = once(meaning);
    if (!first) return invalid(name, "is given twice");
  }
  return {};
}

v1::Report read_location(const json::object& location) {
  v1::Report report;
  v1::Fix& fix = *report.mutable_fix();
  fix.set_fixed_at_us(time_member_us(location, "timestamp", kUnreadableTimeUs));
  if (const json::object* coords = object_member(location, "coords")) {
    set_place(fix, number_member(*coords, "latitude"), number_member(*coords, "longitude"));
    set_accuracy(fix, number_member(*coords, "accuracy"));
    set_speed(fix, number_member(*coords, "speed"), kMmpsPerMps);
    set_course(fix, number_member(*coords, "heading"));
    set_altitude(fix, number_member(*coords, "altitude"));
    fix.set_mocked(bool_member(location, "mock").value_or(false));
  } else {
    report.set_sent_at_us(fix.fixed_at_us() == kUnreadableTimeUs ? 0 : fix.fixed_at_us());
    report.clear_fix();
  }
  if (const json::object* battery = object_member(location, "battery")) {
    auto level = number_member(*battery, "level");
    if (level) set_battery(report, *level * 100);
    if (auto charging = bool_member(*battery, "is_charging")) report.set_charging(*charging);
  }
  if (auto alarm = string_member(location, "alarm")) add_alarms(report, *alarm);
  return report;
}

}  // namespace

Result<v1::Report> read_osmand_form(const std::vector<std::pair<std::string, std::string>>& pairs,
                                    Time received_at) {
  Form form;
  v1::Report report;
  v1::Fix fix;
  TRY_STATUS(check_said_once(pairs));
  for (const auto& [name, value] : pairs) take(form, report, fix, name, value);
  if (!form.id || form.id->empty()) return invalid("id", "is missing");
  report.set_device_id(*form.id);
  int64_t at_us = form.timestamp ? read_timestamp_us(*form.timestamp) : received_at.us;
  if (form.valid && (form.lat || form.lon)) {
    fix.set_fixed_at_us(at_us);
    set_place(fix, read_number(form.lat.value_or("")), read_number(form.lon.value_or("")));
    *report.mutable_fix() = std::move(fix);
  } else if (at_us != kUnreadableTimeUs) {
    report.set_sent_at_us(at_us);
  }
  return report;
}

Result<std::vector<v1::Report>> read_osmand_json(std::string_view body) {
  TRY(json::object root, parse_json_object(body));
  auto id = string_member(root, "device_id");
  if (!id || id->empty()) return invalid("device_id", "is missing or no text");
  std::vector<v1::Report> reports;
  const json::value* location = root.if_contains("location");
  if (location != nullptr && location->is_object()) {
    reports.push_back(read_location(location->get_object()));
  } else if (location != nullptr && location->is_array()) {
    for (const json::value& one : location->get_array()) {
      if (!one.is_object()) return invalid("location", "must hold objects only");
      reports.push_back(read_location(one.get_object()));
    }
  }
  if (reports.empty()) return invalid("location", "must be an object or an array of objects");
  if (reports.size() > static_cast<size_t>(kBatchReportsMax))
    return invalid("location", "must hold at most 1000");
  for (v1::Report& report : reports) report.set_device_id(*id);
  return reports;
}

}  // namespace haechi::gateway
