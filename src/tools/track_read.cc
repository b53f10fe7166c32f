#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <pugixml.hpp>
#include <set>

#include "api/json.h"
#include "tools/track_text.h"

namespace haechi::tools {
namespace {

namespace json = boost::json;

Result<bool> truth(const std::string& text, const std::string& field) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return invalid(field, "must be true or false");
}

Result<v1::FixSource> source_of(const std::string& text) {
  v1::FixSource source = v1::FIX_SOURCE_UNSPECIFIED;
  if (v1::FixSource_Parse("FIX_SOURCE_" + text, &source)) return source;
  return invalid("source", "must be GNSS, WIFI, CELL, BEACON or UNSPECIFIED");
}

// One named value into the report: the names of docs/export.md, whatever the format.
Status set_place(v1::Fix& fix, const std::string& name, const std::string& text) {
  TRY(const int32_t e7, degrees_in(text, name));
  v1::Place& place = *fix.mutable_place();
  name == "lat" ? place.set_lat_e7(e7) : place.set_lng_e7(e7);
  return {};
}

Status set_motion(v1::Fix& fix, const std::string& name, const std::string& text) {
  if (name == "accuracy_m") {
    TRY(const int64_t mm, number_in(text, 3, 0, 100'000, name));
    fix.set_accuracy_mm(static_cast<uint32_t>(mm));
  } else if (name == "speed_mps") {
    TRY(const int64_t mmps, number_in(text, 3, 0, 100'000, name));
    fix.set_speed_mmps(static_cast<uint32_t>(mmps));
  } else if (name == "course_deg") {
    TRY(const int64_t cdeg, number_in(text, 2, 0, 360, name));
    fix.set_course_cdeg(static_cast<uint32_t>(cdeg % 36'000));
  } else {
    TRY(const int64_t mm, number_in(text, 3, -20'000, 100'000, name));
    fix.set_altitude_mm(static_cast<int32_t>(mm));
  }
  return {};
}

Status set_flag(v1::ReportReceived& received, const std::string& name, const std::string& text) {
  TRY(const bool value, truth(text, name));
  if (name == "mocked") received.mutable_report()->mutable_fix()->set_mocked(value);
  if (name == "stored") received.mutable_report()->set_stored(value);
  if (name == "conflicting") received.set_conflicting(value);
  return {};
}

Status set_count(v1::Report& report, const std::string& name, const std::string& text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const uint64_t most = name == "seq" ? UINT64_MAX : name == "battery_percent" ? 100 : UINT32_MAX;
  if (read.ec != std::errc() || read.ptr != end) return invalid(name, "must be a whole number");
  if (value > most) return invalid(name, "is out of range");
  if (name == "seq") report.set_seq(value);
  if (name == "epoch") report.set_epoch(static_cast<uint32_t>(value));
  if (name == "battery_percent") report.set_battery_percent(static_cast<uint32_t>(value));
  return {};
}

const std::set<std::string>& known_columns() {
  static const std::set<std::string> known = [] {
    std::set<std::string> out;
    std::string name;
    for (const char* c = kTrackColumns; *c != '\0'; ++c) {
      if (*c != ',') {
        name += *c;
        continue;
      }
      out.insert(name);
      name.clear();
    }
    out.insert(name);
    return out;
  }();
  return known;
}

Status set(v1::ReportReceived& received, const std::string& name, const std::string& text) {
  v1::Report& report = *received.mutable_report();
  if (name == "person_id" || text.empty()) return {};  // who held the device is for its registration to say
  if (name == "device_id") return report.set_device_id(text), Status();
  if (name == "protocol") return received.set_protocol(text), Status();
  if (name == "lat" || name == "lng") return set_place(*report.mutable_fix(), name, text);
  if (name == "fixed_at") {
    TRY(const int64_t us, moment_in(text, name));
    report.mutable_fix()->set_fixed_at_us(us);
    return {};
  }
  if (name == "received_at") {
    TRY(const int64_t us, moment_in(text, name));
    received.set_received_at_us(us);
    return {};
  }
  if (name == "source") {
    TRY(const v1::FixSource source, source_of(text));
    report.mutable_fix()->set_source(source);
    return {};
  }
  if (name == "mocked" || name == "stored" || name == "conflicting") return set_flag(received, name, text);
  if (name == "epoch" || name == "seq" || name == "battery_percent") return set_count(report, name, text);
  return set_motion(*report.mutable_fix(), name, text);
}

v1::ReportReceived begun(const std::string& device_id) {
  v1::ReportReceived received;
  received.mutable_report()->set_device_id(device_id);
  received.set_protocol("import");
  return received;
}

// When the file does not say when it was received, it is taken to have been received as it was fixed.
void complete(v1::ReportReceived& received) {
  if (received.received_at_us() == 0) received.set_received_at_us(received.report().fix().fixed_at_us());
}

Result<v1::ReportReceived> point_of(const pugi::xml_node& node, const std::string& device_id) {
  v1::ReportReceived received = begun(device_id);
  const pugi::xml_attribute lat = node.attribute("lat"), lon = node.attribute("lon");
  if (!lat || !lon) return invalid("trkpt", "needs lat and lon");
  TRY_STATUS(set(received, "lat", lat.value()));
  TRY_STATUS(set(received, "lng", lon.value()));
  const std::string time = node.child_value("time");
  if (time.empty()) return invalid("time", "is missing");
  TRY_STATUS(set(received, "fixed_at", time));
  TRY_STATUS(set(received, "altitude_m", node.child_value("ele")));
  for (const pugi::xml_node& extra : node.child("extensions")) {
    const std::string name = extra.name();
    const std::string bare = name.substr(name.find(':') + 1);  // whatever prefix the file gave our names
    if (bare != "device_id" && known_columns().contains(bare))
      TRY_STATUS(set(received, bare, extra.child_value()));
  }
  complete(received);
  return received;
}

Result<std::string> text_of(const json::value& value, const std::string& field) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return std::string(value.get_bool() ? "true" : "false");
  if (value.is_number()) return json::serialize(value);
  return invalid(field, "must be text, a number, true or false");
}

Status set_coordinates(v1::ReportReceived& received, const json::value& value) {
  if (!value.is_array() || value.get_array().size() < 2 || value.get_array().size() > 3)
    return invalid("geometry.coordinates", "must be [longitude, latitude]");
  constexpr std::array<const char*, 3> kNames = {"lng", "lat", "altitude_m"};
  for (size_t i = 0; i < value.get_array().size(); ++i) {
    if (!value.get_array()[i].is_number()) return invalid("geometry.coordinates", "must be numbers");
    TRY_STATUS(set(received, kNames[i], json::serialize(value.get_array()[i])));
  }
  return {};
}

Result<v1::ReportReceived> point_of(const json::value& coordinates, const json::object& properties,
                                    const json::value* time, const std::string& device_id) {
  v1::ReportReceived received = begun(device_id);
  for (const auto& [key, value] : properties) {
    const std::string name(key);
    if (name == "device_id" || !known_columns().contains(name) || value.is_null()) continue;
    TRY(const std::string text, text_of(value, name));
    TRY_STATUS(set(received, name, text));
  }
  TRY_STATUS(set_coordinates(received, coordinates));
  if (time == nullptr) return invalid("properties.fixed_at", "is missing: when the device was there");
  if (!time->is_string()) return invalid("properties.fixed_at", "must be an ISO 8601 time");
  TRY_STATUS(set(received, "fixed_at", std::string(time->get_string())));
  complete(received);
  return received;
}

void read_feature(const json::value& value, size_t number, const std::string& device_id,
                  std::vector<TrackRow>& rows) {
  const auto refuse = [&](Error error) { rows.push_back({number, std::move(error)}); };
  static const json::object kNone;
  if (!value.is_object()) return refuse(invalid("", "is no object"));
  const json::value* found = value.get_object().if_contains("properties");
  const json::object& properties = found != nullptr && found->is_object() ? found->get_object() : kNone;
  const json::value* geometry = value.get_object().if_contains("geometry");
  if (geometry == nullptr || !geometry->is_object()) return refuse(invalid("geometry", "is missing"));
  const json::value* type = geometry->get_object().if_contains("type");
  const json::value* coordinates = geometry->get_object().if_contains("coordinates");
  if (type == nullptr || coordinates == nullptr)
    return refuse(invalid("geometry", "must be a Point or LineString"));
  if (*type == "Point") {
    const json::value* time = nullptr;
    for (const char* name : {"fixed_at", "time", "timestamp"})
      if (time == nullptr) time = properties.if_contains(name);
    rows.push_back({number, point_of(*coordinates, properties, time, device_id)});
    return;
  }
  if (*type != "LineString" || !coordinates->is_array())
    return refuse(invalid("geometry.type", "must be Point or LineString"));
  const json::value* times = properties.if_contains("coordTimes");
  const json::array& places = coordinates->get_array();
  if (times == nullptr || !times->is_array() || times->get_array().size() != places.size())
    return refuse(invalid("properties.coordTimes", "must hold one time for each position of the line"));
  for (size_t i = 0; i < places.size(); ++i)
    rows.push_back({number, point_of(places[i], kNone, &times->get_array()[i], device_id)});
}

}  // namespace

Result<TrackColumns> TrackColumns::read(const std::string& line, const std::string& device_id) {
  TrackColumns columns;
  columns.device_id_ = device_id;
  TRY(columns.columns_, CsvColumns::read(line, known_columns()));
  for (const char* needed : {"fixed_at", "lat", "lng"})
    if (!columns.columns_.has(needed)) return invalid(needed, "is missing among the columns");
  if (device_id.empty() && !columns.columns_.has("device_id"))
    return invalid("device_id", "is missing among the columns, and no device was named");
  return columns;
}

Result<v1::ReportReceived> TrackColumns::row(const std::string& line) const {
  TRY(const std::vector<std::string> cells, columns_.cells(line));
  const std::vector<std::string>& names = columns_.names();
  v1::ReportReceived received = begun(device_id_);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (names[i] == "device_id" && !device_id_.empty()) continue;
    const bool needed = names[i] == "fixed_at" || names[i] == "lat" || names[i] == "lng";
    if (needed && cells[i].empty()) return invalid(names[i], "is missing");
    TRY_STATUS(set(received, names[i], cells[i]));
  }
  complete(received);
  return received;
}

Result<std::vector<TrackRow>> read_gpx(const std::string& text, const std::string& device_id) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  const auto line_at = [&](ptrdiff_t offset) {
    const auto end = text.begin() + std::clamp<ptrdiff_t>(offset, 0, static_cast<ptrdiff_t>(text.size()));
    return static_cast<size_t>(1 + std::count(text.begin(), end, '\n'));
  };
  if (!parsed)
    return invalid("line " + std::to_string(line_at(parsed.offset)),
                   std::string("is not XML: ") + parsed.description());
  const pugi::xml_node gpx = document.child("gpx");
  if (!gpx) return invalid("", "is no GPX file");
  std::vector<TrackRow> rows;
  ptrdiff_t counted = 0;
  size_t line = 1;
  for (const pugi::xml_node& track : gpx.children("trk"))
    for (const pugi::xml_node& segment : track.children("trkseg"))
      for (const pugi::xml_node& point : segment.children("trkpt")) {
        const ptrdiff_t offset = std::max(counted, point.offset_debug());
        line += static_cast<size_t>(std::count(text.begin() + counted, text.begin() + offset, '\n'));
        counted = offset;
        rows.push_back({line, point_of(point, device_id)});
      }
  if (rows.empty()) return invalid("", "holds no track point");
  return rows;
}

Result<std::vector<TrackRow>> read_track_features(const std::string& text, const std::string& device_id) {
  json::error_code error;
  const json::value document = json::parse(text, error);
  if (error) return invalid("", "is not JSON: " + error.message());
  const json::value* features =
      document.is_object() ? document.get_object().if_contains("features") : nullptr;
  if (features == nullptr || !features->is_array())
    return invalid("features", "is no GeoJSON FeatureCollection");
  std::vector<TrackRow> rows;
  size_t number = 0;
  for (const json::value& feature : features->get_array()) read_feature(feature, ++number, device_id, rows);
  return rows;
}

}  // namespace haechi::tools
