// What the HTTP readers share: JSON members, units, alarm words. For them only.
//
// A reader never refuses a report for a value: what cannot be read or does not fit becomes a value that
// verify() refuses by name, so that an alarm beside a broken position is not lost. Values that only decorate
// a fix (speed, course, altitude, battery) are left out when they make no sense.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/device.pb.h"

namespace haechi::gateway {

inline constexpr double kMmpsPerKnot = 1'852'000.0 / 3'600.0;
inline constexpr double kMmpsPerKmh = 1'000'000.0 / 3'600.0;
inline constexpr double kMmpsPerMps = 1'000.0;

// A JSON object; kInvalid for anything else, for depth beyond 32 and for text that is not UTF-8.
Result<boost::json::object> parse_json_object(std::string_view text);

const boost::json::object* object_member(const boost::json::object& object, std::string_view name);
// nullopt if absent or of another kind.
std::optional<double> number_member(const boost::json::object& object, std::string_view name);
std::optional<bool> bool_member(const boost::json::object& object, std::string_view name);
std::optional<std::string> string_member(const boost::json::object& object, std::string_view name);
// A time in ISO 8601. Absent or null: `otherwise`; unreadable: a time that verify() refuses.
int64_t time_member_us(const boost::json::object& object, std::string_view name, int64_t otherwise);

// The whole text as a finite or infinite number; nullopt if it is none.
std::optional<double> read_number(std::string_view text);
// Unix seconds as a time; absent or absurd: a time that verify() refuses.
int64_t unix_seconds_us(std::optional<double> seconds);
inline constexpr int64_t kUnreadableTimeUs = 1;

// Absent, not finite or out of range: a place that verify() refuses.
void set_place(v1::Fix& fix, std::optional<double> lat_deg, std::optional<double> lng_deg);
// 0, negative and not-a-number mean "not said"; beyond what verify() takes: its maximum.
void set_accuracy(v1::Fix& fix, std::optional<double> metres);
void set_speed(v1::Fix& fix, std::optional<double> speed, double mmps_per_unit);
void set_course(v1::Fix& fix, std::optional<double> degrees);
void set_altitude(v1::Fix& fix, std::optional<double> metres);
void set_battery(v1::Report& report, std::optional<double> percent);

// Traccar's alarm words, separated by commas: "lowBattery,removing". Unknown ones are skipped, none added
// twice.
void add_alarms(v1::Report& report, std::string_view words);
void add_event(v1::Report& report, v1::DeviceEvent event);

}  // namespace haechi::gateway
