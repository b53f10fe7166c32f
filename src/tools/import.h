// haechi import FILE: features (GeoJSON) into a running server: official boundaries as agencies and
// jurisdictions, or places as zones.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::tools {

struct ImportOptions {
  std::string file;
  bool zones =
      false;  // instead of boundaries; then the prefixes, the name and `informed_agency_ids` say nothing
  std::string url;  // http://host:port, or https:
  std::string ca;   // of whom https:// believes; empty: the system's
  std::string key;  // a registrar's
  std::string agency_prefix = "agency-";
  std::string jurisdiction_prefix = "area-";
  std::string id_property = "code";
  std::string name_property = "name";
  std::vector<std::string> informed_agency_ids;  // of every jurisdiction; they must exist already
  bool dry_run = false;
};

// A feature that cannot be imported.
struct BadFeature {
  size_t index = 0;
  std::string name;
  std::string reason;
};

struct Boundaries {
  std::vector<v1::Fact> facts;  // feature by feature: an agency and its jurisdiction, or a zone
  std::vector<BadFeature> bad;
  std::vector<BadFeature> mended;  // taken after all, with what was done
  size_t features = 0;
};

// A border that runs out to a point and straight back encloses nothing there: such spikes are taken out of
// outer rings, which changes no area, and told. Nothing else is repaired. kInvalid when the text is no
// FeatureCollection.
Result<Boundaries> read_boundaries(const std::string& text, const ImportOptions& options);

// The same of zones: a fact for each feature, none mended. Shapes are as ZoneText reads them.
Result<Boundaries> read_zones(const std::string& text, const ImportOptions& options);

// Nothing is sent unless every feature is good. The exit code.
int run_import(const ImportOptions& options);

}  // namespace haechi::tools
