#include "tools/watchdog_settings.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <sys/stat.h>

#include <cmath>
#include <set>

#include "law/shapes.h"

namespace haechi::tools {
namespace {

constexpr Duration kStay = Duration::millis(2'500);  // what its walk takes of each half

Status read(const toml::table& table, const char* key, std::string& into) {
  const auto node = table[key];
  if (!node) return {};
  const auto value = node.value_exact<std::string>();
  if (!value) return invalid(key, "must be text");
  into = *value;
  return {};
}

Result<int64_t> read(const toml::table& table, const char* key, int64_t least, int64_t most,
                     int64_t unless_said) {
  const auto node = table[key];
  if (!node) return unless_said;
  const auto value = node.value_exact<int64_t>();
  if (!value || *value < least || *value > most)
    return invalid(key, "must be " + std::to_string(least) + ".." + std::to_string(most));
  return *value;
}

Status read_place(const toml::table& table, geo::Place& into) {
  const toml::array* values = table["place"].as_array();
  const auto lat = values == nullptr || values->size() != 2 ? std::nullopt : (*values)[0].value<double>();
  const auto lng = values == nullptr || values->size() != 2 ? std::nullopt : (*values)[1].value<double>();
  // Its wearer walks a hundred metres to the east; not at the ends of the Earth.
  if (!lat || !lng || std::abs(*lat) > 80 || std::abs(*lng) > 179)
    return invalid("place", "must be [latitude, longitude] in degrees, within 80 and 179");
  into = {static_cast<int32_t>(std::llround(*lat * 1e7)), static_cast<int32_t>(std::llround(*lng * 1e7))};
  return {};
}

Status check(const WatchdogSettings& settings) {
  TRY_STATUS(law::check_id(settings.area_id(), "name"));
  for (const auto& [name, url] : {std::pair("server", &settings.server), {"devices", &settings.devices}})
    if (!url->starts_with("http://") && !url->starts_with("https://"))
      return invalid(name, "must begin with https:// or http://");
  if (settings.certificate.empty() != settings.certificate_key.empty())
    return invalid("certificate_key", "and certificate are given together");
  for (const auto& [name, secret] :
       {std::pair("device_secret", &settings.device_secret), {"agency_secret", &settings.agency_secret}})
    if (secret->size() < 16) return invalid(name, "must be 16 characters or more");
  if (settings.bound + kStay > settings.period - settings.bound - kStay)
    return invalid("bound_ms", "twice that and 5 s must fit into the period");
  return {};
}

}  // namespace

Result<WatchdogSettings> read_watchdog_settings(const std::string& path) {
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const auto& error = parsed.error();
    return invalid(path + ":" + std::to_string(error.source().begin.line), std::string(error.description()));
  }
  const toml::table& table = parsed.table();
  static const std::set<std::string> kKnown = {
      "server",    "devices",      "name",     "place",    "key",         "device_secret",  "agency_secret",
      "address",   "port",         "endpoint", "period_s", "bound_ms",    "repeat_s",       "alarm_command",
      "alarm_url", "alarm_secret", "ca",       "watches",  "certificate", "certificate_key"};
  for (const auto& [key, value] : table)
    if (!kKnown.contains(std::string(key.str()))) return invalid(std::string(key.str()), "is no setting");
  WatchdogSettings out;
  for (const auto& [key, into] : {std::pair("server", &out.server),
                                  {"devices", &out.devices},
                                  {"name", &out.name},
                                  {"key", &out.key},
                                  {"device_secret", &out.device_secret},
                                  {"agency_secret", &out.agency_secret},
                                  {"address", &out.address},
                                  {"endpoint", &out.endpoint},
                                  {"alarm_command", &out.alarm_command},
                                  {"alarm_url", &out.alarm_url},
                                  {"alarm_secret", &out.alarm_secret},
                                  {"ca", &out.ca},
                                  {"watches", &out.watches},
                                  {"certificate", &out.certificate},
                                  {"certificate_key", &out.certificate_key}})
    TRY_STATUS(read(table, key, *into));
  TRY_STATUS(read_place(table, out.place));
  TRY(const int64_t port, read(table, "port", 0, 65'535, out.port));
  TRY(const int64_t period_s, read(table, "period_s", 6, 3'600, 10));
  TRY(const int64_t bound_ms, read(table, "bound_ms", 100, 60'000, 2'000));
  TRY(const int64_t repeat_s, read(table, "repeat_s", 1, 86'400, 60));
  out.port = static_cast<uint16_t>(port);
  out.period = Duration::seconds(period_s);
  out.bound = Duration::millis(bound_ms);
  out.repeat = Duration::seconds(repeat_s);
  TRY_STATUS(check(out));
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0 && (about.st_mode & S_IRWXO) != 0)
    return invalid(path, "holds secrets and everybody on this machine may use it; chmod o= " + path);
  return out;
}

}  // namespace haechi::tools
