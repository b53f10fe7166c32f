#include <array>
#include <cstdlib>

#include "tools/track_text.h"

namespace haechi::tools {
namespace {

std::string source_name(v1::FixSource source) {
  const std::string name = v1::FixSource_Name(source);
  constexpr std::string_view kPrefix = "FIX_SOURCE_";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : std::to_string(static_cast<int>(source));
}

std::string said(bool value) {
  return value ? "true" : "false";
}

// Protocols come from our own list, but a log may hold any text: no line end and no comma may pass as CSV.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
               ? c
               : '_';
  return out;
}

// What GPX has no element for; GeoJSON and GPX tell it alike.
struct Extra {
  const char* name;
  std::string value;
  bool text;
};
std::vector<Extra> extras_of(const v1::ReportReceived& received) {
  const v1::Report& report = received.report();
  const v1::Fix& fix = report.fix();
  std::vector<Extra> out = {{"device_id", report.device_id(), true},
                            {"received_at", iso8601_us(Time{received.received_at_us()}), true},
                            {"source", source_name(fix.source()), true}};
  if (fix.accuracy_mm() > 0) out.push_back({"accuracy_m", decimal(fix.accuracy_mm(), 3), false});
  if (fix.has_speed_mmps()) out.push_back({"speed_mps", decimal(fix.speed_mmps(), 3), false});
  if (fix.has_course_cdeg()) out.push_back({"course_deg", decimal(fix.course_cdeg(), 2), false});
  if (fix.mocked()) out.push_back({"mocked", "true", false});
  if (report.stored()) out.push_back({"stored", "true", false});
  if (received.conflicting()) out.push_back({"conflicting", "true", false});
  return out;
}

}  // namespace

const char* const kTrackColumns =
    "person_id,device_id,epoch,seq,fixed_at,received_at,lat,lng,accuracy_m,source,speed_mps,course_deg,"
    "altitude_m,mocked,stored,conflicting,battery_percent,protocol";
const char* const kGpxSegment = "  <trkseg>\n";
const char* const kGpxSegmentEnd = "  </trkseg>\n";
const char* const kGpxEnd = " </trk>\n</gpx>\n";

std::string iso8601_us(Time time) {
  if (!time.known()) return "";
  std::string text = iso8601(time);  // ends in ".250Z"
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%06d",
                static_cast<int>((time.us % 1'000'000 + 1'000'000) % 1'000'000));
  text.replace(text.size() - 4, 3, digits.data());
  return text;
}

std::string decimal(int64_t value, int places) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  const size_t width = static_cast<size_t>(places) + 1;
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - static_cast<size_t>(places), ".");
  return value < 0 ? "-" + digits : digits;
}

std::string track_csv(const std::string& person_id, const v1::ReportReceived& received) {
  const v1::Report& report = received.report();
  const v1::Fix& fix = report.fix();
  const std::vector<std::string> cells = {
      person_id,
      report.device_id(),
      std::to_string(report.epoch()),
      std::to_string(report.seq()),
      iso8601_us(Time{fix.fixed_at_us()}),
      iso8601_us(Time{received.received_at_us()}),
      decimal(fix.place().lat_e7(), 7),
      decimal(fix.place().lng_e7(), 7),
      fix.accuracy_mm() > 0 ? decimal(fix.accuracy_mm(), 3) : "",
      source_name(fix.source()),
      fix.has_speed_mmps() ? decimal(fix.speed_mmps(), 3) : "",
      fix.has_course_cdeg() ? decimal(fix.course_cdeg(), 2) : "",
      fix.has_altitude_mm() ? decimal(fix.altitude_mm(), 3) : "",
      said(fix.mocked()),
      said(report.stored()),
      said(received.conflicting()),
      report.has_battery_percent() ? std::to_string(report.battery_percent()) : "",
      plain(received.protocol()),
  };
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + cells[i];
  return line;
}

std::string gpx_head(const std::string& person_id) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<gpx version=\"1.1\" creator=\"Haechi\" xmlns=\"http://www.topografix.com/GPX/1/1\" "
         "xmlns:haechi=\"urn:haechi:track:1\">\n <trk>\n  <name>" +
         person_id + "</name>\n";
}

std::string gpx_point(const v1::ReportReceived& received) {
  const v1::Fix& fix = received.report().fix();
  std::string out = "   <trkpt lat=\"" + decimal(fix.place().lat_e7(), 7) + "\" lon=\"" +
                    decimal(fix.place().lng_e7(), 7) + "\">";
  if (fix.has_altitude_mm()) out += "<ele>" + decimal(fix.altitude_mm(), 3) + "</ele>";
  out += "<time>" + iso8601_us(Time{fix.fixed_at_us()}) + "</time><extensions>";
  for (const Extra& extra : extras_of(received))
    out += std::string("<haechi:") + extra.name + ">" + extra.value + "</haechi:" + extra.name + ">";
  return out + "</extensions></trkpt>\n";
}

std::string track_feature(const v1::ReportReceived& received) {
  const v1::Fix& fix = received.report().fix();
  std::string out = R"({"type":"Feature","geometry":{"type":"Point","coordinates":[)" +
                    decimal(fix.place().lng_e7(), 7) + "," + decimal(fix.place().lat_e7(), 7);
  if (fix.has_altitude_mm()) out += "," + decimal(fix.altitude_mm(), 3);
  out += R"(]},"properties":{"fixed_at":")" + iso8601_us(Time{fix.fixed_at_us()}) + "\"";
  for (const Extra& extra : extras_of(received))
    out += std::string(",\"") + extra.name + "\":" + (extra.text ? "\"" + extra.value + "\"" : extra.value);
  return out + "}}";
}

}  // namespace haechi::tools
