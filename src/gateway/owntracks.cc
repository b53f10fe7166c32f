#include "gateway/owntracks.h"

#include <boost/json/object.hpp>
#include <string>

#include "gateway/http_intake_convert.h"

namespace haechi::gateway {

namespace json = boost::json;

Result<std::vector<v1::Report>> read_owntracks(std::string_view body, std::string_view device_id) {
  std::vector<v1::Report> reports;
  if (body.empty()) return reports;
  TRY(json::object message, parse_json_object(body));
  auto type = string_member(message, "_type");
  if (!type) return invalid("_type", "is missing or no text");
  if (*type == "encrypted") {
    return Error{Code::kForbidden, "_type",
                 "encrypted messages cannot be read here: turn payload encryption off"};
  }
  if (*type != "location") return reports;
  v1::Report report;
  report.set_device_id(std::string(device_id));
  v1::Fix& fix = *report.mutable_fix();
  set_place(fix, number_member(message, "lat"), number_member(message, "lon"));
  fix.set_fixed_at_us(unix_seconds_us(number_member(message, "tst")));
  set_accuracy(fix, number_member(message, "acc"));
  set_altitude(fix, number_member(message, "alt"));
  set_speed(fix, number_member(message, "vel"), kMmpsPerKmh);
  set_course(fix, number_member(message, "cog"));
  set_battery(report, number_member(message, "batt"));
  if (auto created_at = number_member(message, "created_at")) {
    int64_t sent_at_us = unix_seconds_us(created_at);
    if (sent_at_us != kUnreadableTimeUs) report.set_sent_at_us(sent_at_us);
  }
  auto charge = number_member(message, "bs");
  if (charge == 1) report.set_charging(false);
  if (charge == 2 || charge == 3) report.set_charging(true);
  reports.push_back(std::move(report));
  return reports;
}

}  // namespace haechi::gateway
