#include "tools/manifest.h"

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "tools/track_text.h"

namespace haechi::tools {
namespace {

namespace json = boost::json;
constexpr const char* kFormat = "haechi-export";
constexpr int64_t kVersion = 1;

json::value moment(Time time) {
  return time.known() ? json::value(iso8601_us(time)) : json::value(nullptr);
}

Result<Manifest> manifest_of(const json::value& value) {
  Manifest out;
  try {  // boost::json throws for what is not there or of another type
    const json::object& object = value.as_object();
    if (object.at("format").as_string() != kFormat) return invalid("format", "is no export of Haechi");
    if (object.at("version").to_number<int64_t>() != kVersion)
      return invalid("version", "is one that this build does not read");
    out.build = object.at("build").as_string();
    out.complete = object.at("complete").as_bool();
    out.entries = object.at("entries").to_number<uint64_t>();
    out.inexact = object.at("inexact_entries").to_number<uint64_t>();
    out.head = object.at("head").as_string();
    for (const json::value& file : object.at("files").as_array())
      out.files.push_back({std::string(file.at("name").as_string()), file.at("bytes").to_number<uint64_t>(),
                           file.at("lines").to_number<uint64_t>(),
                           std::string(file.at("sha256").as_string())});
  } catch (const std::exception& e) {
    return invalid("", std::string("is no manifest: ") + e.what());
  }
  return out;
}

}  // namespace

Status write_manifest(const std::string& folder, const Manifest& manifest) {
  json::array files;
  for (const ManifestFile& file : manifest.files)
    files.push_back(
        {{"name", file.name}, {"bytes", file.bytes}, {"lines", file.lines}, {"sha256", file.sha256}});
  json::array persons;
  for (const std::string& id : manifest.person_ids) persons.push_back(json::value(id));
  const json::object object = {
      {"format", kFormat},
      {"version", kVersion},
      {"build", manifest.build},
      {"complete", manifest.complete},
      {"entries", manifest.entries},
      {"inexact_entries", manifest.inexact},
      {"first_entry", manifest.entries > 0 ? 1 : 0},
      {"last_entry", manifest.entries},
      {"first_at", moment(manifest.first_at)},
      {"last_at", moment(manifest.last_at)},
      {"head", manifest.head},
      {"persons", std::move(persons)},
      {"from", moment(manifest.from)},
      {"to", moment(manifest.to)},
      {"files", std::move(files)},
  };
  std::ofstream file(folder + "/" + kManifestName, std::ios::binary);
  file << json::serialize(object) << "\n";
  file.close();
  if (!file) return Error{Code::kUnavailable, kManifestName, "cannot be written"};
  return {};
}

Result<std::optional<Manifest>> read_manifest(const std::string& folder) {
  std::ifstream file(folder + "/" + kManifestName, std::ios::binary);
  if (!file) return std::optional<Manifest>();
  std::ostringstream text;
  text << file.rdbuf();
  json::error_code error;
  const json::value value = json::parse(text.str(), error);
  if (error) return invalid("", "is not JSON: " + error.message());
  TRY(Manifest manifest, manifest_of(value));
  return std::optional<Manifest>(std::move(manifest));
}

}  // namespace haechi::tools
