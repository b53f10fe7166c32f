#include "gateway/http_intake_convert.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "gateway/verify.h"
#include "net/json_form.h"

namespace haechi::gateway {
namespace {

namespace json = boost::json;

constexpr int32_t kUnreadableE7 = INT32_MAX;
constexpr double kSecondsMax = 1e11;

int32_t to_e7(std::optional<double> degrees, double limit) {
  if (!degrees || !std::isfinite(*degrees) || std::abs(*degrees) > limit) return kUnreadableE7;
  return static_cast<int32_t>(std::llround(*degrees * 1e7));
}

// The value if it is there, finite and within low..high.
std::optional<double> within(std::optional<double> value, double low, double high) {
  if (!value || !std::isfinite(*value) || *value < low || *value > high) return std::nullopt;
  return value;
}

struct AlarmWord {
  std::string_view word;
  v1::DeviceEvent event;
};
constexpr AlarmWord kAlarmWords[] = {
    {"sos", v1::DEVICE_EVENT_SOS},
    {"removing", v1::DEVICE_EVENT_STRAP_CUT},
    {"tampering", v1::DEVICE_EVENT_CASE_OPENED},
    {"jamming", v1::DEVICE_EVENT_JAMMED},
    {"powerOff", v1::DEVICE_EVENT_POWER_OFF},
    {"lowBattery", v1::DEVICE_EVENT_LOW_BATTERY},
    {"lowPower", v1::DEVICE_EVENT_LOW_BATTERY},
    {"fallDown", v1::DEVICE_EVENT_FALL},
};

}  // namespace

Result<json::object> parse_json_object(std::string_view text) {
  if (const Status form = net::check_json_form(text); !form.ok())
    return invalid(form.error().field,
                   form.error().field.empty() ? "the body is not JSON" : form.error().reason);
  try {
    boost::system::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error);
    if (error) return invalid("", "the body is not JSON: " + error.message());
    if (!value.is_object()) return invalid("", "the body must be a JSON object");
    return std::move(value.get_object());
  } catch (const std::exception&) {
    return invalid("", "the body is too large to read");
  }
}

const json::object* object_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<double> number_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr) return std::nullopt;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  if (value->is_uint64()) return static_cast<double>(value->get_uint64());
  return std::nullopt;
}

std::optional<bool> bool_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

std::optional<std::string> string_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string().data(), value->get_string().size());
}

int64_t time_member_us(const json::object& object, std::string_view name, int64_t otherwise) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || value->is_null()) return otherwise;
  if (!value->is_string()) return kUnreadableTimeUs;
  Result<Time> time = parse_iso8601(std::string(value->get_string().data(), value->get_string().size()));
  return time.ok() ? time->us : kUnreadableTimeUs;
}

std::optional<double> read_number(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int64_t unix_seconds_us(std::optional<double> seconds) {
  auto sane = within(seconds, 0, kSecondsMax);
  return sane ? std::llround(*sane * 1e6) : kUnreadableTimeUs;
}

void set_place(v1::Fix& fix, std::optional<double> lat_deg, std::optional<double> lng_deg) {
  fix.mutable_place()->set_lat_e7(to_e7(lat_deg, 90));
  fix.mutable_place()->set_lng_e7(to_e7(lng_deg, 180));
}

void set_accuracy(v1::Fix& fix, std::optional<double> metres) {
  if (!metres || !(*metres > 0)) return;
  double mm = std::ceil(*metres * 1000);
  fix.set_accuracy_mm(mm < kAccuracyMmMax ? static_cast<uint32_t>(mm) : kAccuracyMmMax);
}

void set_speed(v1::Fix& fix, std::optional<double> speed, double mmps_per_unit) {
  auto sane = within(speed, 0, 1e6);
  if (sane) fix.set_speed_mmps(static_cast<uint32_t>(std::llround(*sane * mmps_per_unit)));
}

void set_course(v1::Fix& fix, std::optional<double> degrees) {
  auto sane = within(degrees, 0, 360);
  if (sane) fix.set_course_cdeg(static_cast<uint32_t>(std::llround(*sane * 100)) % 36'000);
}

void set_altitude(v1::Fix& fix, std::optional<double> metres) {
  auto sane = within(metres, -12'000, 100'000);
  if (sane) fix.set_altitude_mm(static_cast<int32_t>(std::llround(*sane * 1000)));
}

void set_battery(v1::Report& report, std::optional<double> percent) {
  auto sane = within(percent, 0, 100);
  if (sane) report.set_battery_percent(static_cast<uint32_t>(std::llround(*sane)));
}

void add_event(v1::Report& report, v1::DeviceEvent event) {
  const auto& events = report.events();
  if (std::find(events.begin(), events.end(), event) == events.end()) report.add_events(event);
}

void add_alarms(v1::Report& report, std::string_view words) {
  while (!words.empty()) {
    size_t comma = words.find(',');
    std::string_view word = words.substr(0, comma);
    words = comma == std::string_view::npos ? std::string_view() : words.substr(comma + 1);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    for (const AlarmWord& known : kAlarmWords) {
      if (known.word == word) add_event(report, known.event);
    }
  }
}

}  // namespace haechi::gateway
