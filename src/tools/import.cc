#include "tools/import.h"

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "api/geojson.h"
#include "haechi/v1/api.pb.h"
#include "law/shapes.h"
#include "net/tls.h"
#include "sim/api_client.h"
#include "tools/zone_text.h"

namespace haechi::tools {
namespace {

// Below the size of a request that the server takes.
constexpr size_t kBatchBytesMax = 700'000;
constexpr size_t kBatchFactsMax = 2'000;

// A property as text: codes are strings in some files and numbers in others.
std::string property(const boost::json::object& feature, const std::string& name) {
  const boost::json::value* properties = feature.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return "";
  const boost::json::value* value = properties->as_object().if_contains(name);
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
}

// Takes out every corner from which the ring goes straight back to where it came from. How many.
int take_out_spikes(v1::Ring& ring) {
  std::vector<v1::Place> kept;
  const auto same = [](const v1::Place& a, const v1::Place& b) {
    return a.lat_e7() == b.lat_e7() && a.lng_e7() == b.lng_e7();
  };
  int taken = 0;
  for (const v1::Place& corner : ring.corners()) {
    kept.push_back(corner);
    while (kept.size() >= 3 && same(kept[kept.size() - 3], kept.back())) {
      kept.resize(kept.size() - 2);
      ++taken;
    }
  }
  // The ring closes itself: a spike may straddle its beginning.
  while (kept.size() >= 3) {
    const size_t last = kept.size() - 1;
    if (same(kept[last - 1], kept[0])) {
      kept.resize(last - 1);
    } else if (same(kept[last], kept[1])) {
      kept.erase(kept.begin(), kept.begin() + 1);
      kept.pop_back();
    } else {
      break;
    }
    ++taken;
  }
  if (taken == 0) return 0;
  ring.clear_corners();
  for (const v1::Place& corner : kept) *ring.add_corners() = corner;
  return taken;
}

int take_out_spikes(v1::Shape& shape) {
  if (shape.has_polygon()) return take_out_spikes(*shape.mutable_polygon()->mutable_outer());
  int taken = 0;
  for (v1::Polygon& polygon : *shape.mutable_multi_polygon()->mutable_polygons())
    taken += take_out_spikes(*polygon.mutable_outer());
  return taken;
}

Status read_feature(const boost::json::value& value, const ImportOptions& options, std::set<std::string>& ids,
                    std::vector<v1::Fact>& facts, int& spikes) {
  if (!value.is_object()) return invalid("", "is no object");
  const boost::json::object& feature = value.as_object();
  const std::string id = property(feature, options.id_property);
  if (id.empty()) return invalid("properties." + options.id_property, "is missing");
  if (!ids.insert(id).second) return invalid("properties." + options.id_property, "occurs twice in the file");
  const boost::json::value* geometry = feature.if_contains("geometry");
  if (geometry == nullptr || !geometry->is_object()) return invalid("geometry", "is missing");

  v1::Fact agency_fact, area_fact;
  v1::Agency& agency = *agency_fact.mutable_agency_registered();
  agency.set_id(options.agency_prefix + id);
  agency.set_name(property(feature, options.name_property));
  agency.set_desk(v1::DESK_BUILT_IN);
  v1::Jurisdiction& area = *area_fact.mutable_jurisdiction_registered();
  area.set_id(options.jurisdiction_prefix + id);
  area.set_agency_id(agency.id());
  for (const std::string& informed : options.informed_agency_ids) area.add_informed_agency_ids(informed);
  TRY_STATUS(api::shape_from_geojson(boost::json::serialize(*geometry), *area.mutable_shape()));
  spikes = take_out_spikes(*area.mutable_shape());
  TRY_STATUS(law::check(agency_fact));
  TRY_STATUS(law::check(area_fact));
  facts.push_back(std::move(agency_fact));
  facts.push_back(std::move(area_fact));
  return {};
}

Status send_all(const ImportOptions& options, const std::vector<v1::Fact>& facts, size_t& written) {
  std::shared_ptr<net::Tls> tls;
  if (options.url.starts_with("https://")) {
    TRY(tls, net::Tls::client({"", "", options.ca}));
  }
  net::Loop loop("import");
  loop.start();
  sim::ApiClient api(loop, options.url, tls);
  Status status;
  for (size_t at = 0; at < facts.size() && status.ok();) {
    std::string body = "{\"facts\":[";
    const size_t first = at;
    while (at < facts.size() && (at == first || body.size() < kBatchBytesMax) &&
           at - first < kBatchFactsMax) {
      if (at > first) body += ',';
      body += sim::to_json(facts[at++]);
    }
    const Result<std::string> answer = api.call(options.key, "POST", "/api/v1/facts", body + "]}");
    if (!answer.ok()) {
      status = answer.error();
    } else {
      written = at;
    }
  }
  loop.stop();
  return status;
}

}  // namespace

Result<Boundaries> read_boundaries(const std::string& text, const ImportOptions& options) {
  boost::system::error_code error;
  const boost::json::value document = boost::json::parse(text, error);
  if (error) return invalid("", "is not JSON: " + error.message());
  const boost::json::value* features =
      document.is_object() ? document.as_object().if_contains("features") : nullptr;
  if (features == nullptr || !features->is_array())
    return invalid("features", "is no GeoJSON FeatureCollection");
  Boundaries out;
  std::set<std::string> ids;
  for (const boost::json::value& feature : features->as_array()) {
    int spikes = 0;
    const Status read = read_feature(feature, options, ids, out.facts, spikes);
    if (read.ok() && spikes > 0)
      out.mended.push_back(
          {out.features, property(feature.as_object(), options.name_property),
           "the border runs out to a point and back: " + std::to_string(spikes) + " taken out"});
    if (!read.ok())
      out.bad.push_back({out.features,
                         feature.is_object() ? property(feature.as_object(), options.name_property) : "",
                         read.error().text()});
    ++out.features;
  }
  return out;
}

Result<Boundaries> read_zones(const std::string& text, const ImportOptions& options) {
  TRY(std::vector<ZoneRow> rows, read_zone_features(text, options.id_property));
  Boundaries out;
  std::set<std::string> ids;
  for (ZoneRow& row : rows) {
    Status read;
    v1::Fact fact;
    if (row.zone.ok()) {
      *fact.mutable_zone_registered() = *std::move(row.zone);
      read = law::check(fact);
      if (read.ok() && !ids.insert(fact.zone_registered().id()).second)
        read = invalid("properties." + options.id_property, "occurs twice in the file");
    } else {
      read = row.zone.error();
    }
    if (read.ok()) {
      out.facts.push_back(std::move(fact));
    } else {
      out.bad.push_back({out.features, fact.zone_registered().id(), read.error().text()});
    }
    ++out.features;
  }
  return out;
}

int run_import(const ImportOptions& options) {
  std::ifstream file(options.file);
  if (!file) return std::fprintf(stderr, "import: cannot read %s\n", options.file.c_str()), 1;
  std::ostringstream text;
  text << file.rdbuf();
  const Result<Boundaries> read =
      options.zones ? read_zones(text.str(), options) : read_boundaries(text.str(), options);
  if (!read.ok())
    return std::fprintf(stderr, "import: %s: %s\n", options.file.c_str(), read.error().text().c_str()), 1;
  for (const auto& list : {read->mended, read->bad})
    for (const BadFeature& bad : list)
      std::printf("feature %zu (%s): %s\n", bad.index, bad.name.c_str(), bad.reason.c_str());
  if (!read->bad.empty() || read->features == 0) {
    std::printf("nothing imported: %zu of %zu features are refused\n", read->bad.size(), read->features);
    return 1;
  }
  if (options.dry_run) {
    std::printf("%zu features are good; nothing sent\n", read->features);
    return 0;
  }
  size_t written = 0;
  if (const Status sent = send_all(options, read->facts, written); !sent.ok()) {
    std::fprintf(stderr, "import: %s\n%zu of %zu facts are registered; the same import may be run again\n",
                 sent.error().text().c_str(), written, read->facts.size());
    return 1;
  }
  std::printf("%zu %s imported\n", read->features, options.zones ? "zones" : "jurisdictions");
  return 0;
}

}  // namespace haechi::tools
