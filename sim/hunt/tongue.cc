#include "hunt/tongue.h"

#include <cmath>
#include <cstdio>

#include "base/base64.h"
#include "base/ensure.h"
#include "base/time.h"

namespace haechi::hunt {
namespace {

// Millimetres a second of one unit of speed.
double unit_of(Tongue tongue) {
  return tongue == Tongue::kOwnTracks ? 1e6 / 3'600 : 1'852e3 / 3'600;  // km/h, knots
}

long long units_of(const v1::Fix& fix, Tongue tongue) {
  return std::llround(fix.speed_mmps() / unit_of(tongue));
}

// As people write it, with seven decimals.
std::string degrees(int32_t e7) {
  char out[32];
  std::snprintf(out, sizeof out, "%.7f", e7 / 1e7);
  return out;
}

}  // namespace

void reduce(v1::Report& report, Tongue tongue) {
  if (tongue == Tongue::kOurs) return;
  report.clear_epoch();
  report.clear_seq();
  v1::Fix& fix = *report.mutable_fix();
  fix.set_fixed_at_us(fix.fixed_at_us() / 1'000'000 * 1'000'000);
  fix.clear_source();
  fix.set_speed_mmps(
      static_cast<uint32_t>(std::llround(static_cast<double>(units_of(fix, tongue)) * unit_of(tongue))));
}

net::Request letter(const v1::Report& report, Tongue tongue, const std::string& secret) {
  const v1::Fix& fix = report.fix();
  const std::string lat = degrees(fix.place().lat_e7()), lng = degrees(fix.place().lng_e7());
  const std::string at_s = std::to_string(fix.fixed_at_us() / 1'000'000),
                    speed = std::to_string(units_of(fix, tongue));
  const std::string metres = std::to_string(fix.accuracy_mm() / 1'000);
  const std::string battery = std::to_string(report.battery_percent());
  net::Request request;
  request.method = "POST";
  std::string proof = "Basic " + base64(report.device_id() + ":" + secret), type = "application/json";
  if (tongue == Tongue::kOwnTracks) {
    request.path = "/ingest/owntracks";
    request.body = R"({"_type":"location","tid":"xx","lat":)" + lat + R"(,"lon":)" + lng + R"(,"tst":)" +
                   at_s + R"(,"acc":)" + metres + R"(,"vel":)" + speed + R"(,"batt":)" + battery + "}";
  } else if (tongue == Tongue::kOsmAnd) {
    request.path = "/ingest/osmand";
    type = "application/x-www-form-urlencoded";
    request.body = "id=" + report.device_id() + "&lat=" + lat + "&lon=" + lng + "&timestamp=" + at_s +
                   "&accuracy=" + metres + "&speed=" + speed + "&batt=" + battery;
  } else {
    ENSURE(tongue == Tongue::kTraccar);
    request.path = "/ingest/traccar/positions";
    proof = std::string("Bearer ") + kForwarder;
    request.body = R"({"device":{"uniqueId":")" + report.device_id() +
                   R"("},"position":{"valid":true,"fixTime":")" + iso8601(Time{fix.fixed_at_us()}) +
                   R"(","latitude":)" + lat + R"(,"longitude":)" + lng + R"(,"accuracy":)" + metres +
                   R"(,"speed":)" + speed + R"(,"attributes":{"batteryLevel":)" + battery + "}}}";
  }
  request.headers = {{"authorization", proof}, {"content-type", type}};
  return request;
}

}  // namespace haechi::hunt
