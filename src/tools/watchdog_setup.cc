// What a watchdog needs on the server it watches.
#include <cstdio>
#include <fstream>

#include "geo/zone.h"
#include "haechi/v1/api.pb.h"
#include "law/shapes.h"
#include "net/tls.h"
#include "sim/api_client.h"
#include "tools/watchdog.h"

namespace haechi::tools {
namespace {

constexpr uint32_t kZoneRadiusMm = 60'000;
constexpr uint32_t kAreaRadiusMm = 1'000'000;
constexpr const char* kOrderKind = "EM_POST";

void set_circle(geo::Place centre, uint32_t radius_mm, v1::Shape& shape) {
  law::set_place(centre, *shape.mutable_circle()->mutable_centre());
  shape.mutable_circle()->set_radius_mm(radius_mm);
}

// Nobody else may answer for any part of its area, else a synthetic alert would be handed to people.
Status check_alone(sim::ApiClient& api, const std::string& key, const WatchdogSettings& settings) {
  v1::JurisdictionList list;
  do {
    const std::string after = list.next().empty() ? "" : "?after=" + list.next();
    TRY_STATUS(api.get(key, "/api/v1/jurisdictions" + after, list));
    for (const v1::Jurisdiction& other : list.jurisdictions()) {
      if (other.removed() || other.id() == settings.area_id()) continue;
      TRY(const geo::Zone zone, law::zone_from(other.shape(), other.id()));
      if (zone.signed_distance_mm(settings.place) <= kAreaRadiusMm)
        return invalid("place",
                       "lies in or beside the jurisdiction " + other.id() + " of " + other.agency_id());
    }
  } while (!list.next().empty());
  return {};
}

Status put_agency_and_area(sim::ApiClient& api, const std::string& key, const WatchdogSettings& settings) {
  v1::AgencyInput agency;
  agency.set_name("Watchdog");
  agency.set_desk(v1::DESK_CONNECTOR);
  agency.mutable_connector()->set_endpoint(settings.endpoint);
  agency.mutable_connector()->set_secret(settings.agency_secret);
  TRY_STATUS(api.put(key, "/api/v1/agencies/" + settings.name, agency));
  v1::Jurisdiction area;
  area.set_agency_id(settings.name);
  set_circle(settings.place, kAreaRadiusMm, *area.mutable_shape());
  return api.put(key, "/api/v1/jurisdictions/" + settings.area_id(), area);
}

Status put_wearer(sim::ApiClient& api, const std::string& key, const WatchdogSettings& settings) {
  v1::FactBatch person;
  v1::Person& wearer = *person.add_facts()->mutable_person_registered();
  wearer.set_id(settings.wearer_id());
  wearer.set_role(v1::ROLE_WEARER);
  wearer.set_synthetic(true);
  TRY_STATUS(api.post(key, "/api/v1/facts", person));
  v1::DeviceInput device;
  device.set_kind(v1::DEVICE_KIND_ANKLE);
  device.set_person_id(settings.wearer_id());
  device.set_interval_s(static_cast<uint32_t>(settings.period.s()));
  device.set_secret(settings.device_secret);
  TRY_STATUS(api.put(key, "/api/v1/devices/" + settings.device_id(), device));
  v1::Zone zone;
  set_circle(settings.place, kZoneRadiusMm, *zone.mutable_shape());
  TRY_STATUS(api.put(key, "/api/v1/zones/" + settings.zone_id(), zone));
  v1::Order order;
  order.set_kind(kOrderKind);
  order.set_legal_basis("none: a watchdog's synthetic wearer");
  order.set_wearer_id(settings.wearer_id());
  order.set_starts_at_us(1);
  order.mutable_policy()->set_clear_hold_s(1);
  order.mutable_policy()->set_hysteresis_mm(1);
  order.mutable_policy()->set_foresight_s(0);
  order.add_conditions()->set_id("out");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id(settings.zone_id());
  return api.put(key, "/api/v1/orders/" + settings.order_id(), order);
}

Status set_up(sim::ApiClient& api, const std::string& key, const WatchdogSettings& settings) {
  TRY_STATUS(check_alone(api, key, settings));
  TRY_STATUS(put_agency_and_area(api, key, settings));
  return put_wearer(api, key, settings);
}

}  // namespace

int set_up_watchdog(const WatchdogSettings& settings, const std::string& registrar_key_file) {
  std::ifstream file(registrar_key_file);
  std::string key;
  if (!(file >> key))
    return std::fprintf(stderr, "watchdog: cannot read a key from %s\n", registrar_key_file.c_str()), 2;
  const auto tls = net::Tls::client({"", "", settings.ca});
  if (!tls.ok()) return std::fprintf(stderr, "watchdog: %s\n", tls.error().text().c_str()), 2;
  net::Loop loop("watchdog");
  loop.start();
  sim::ApiClient api(loop, settings.server, *tls);
  const Status done = set_up(api, key, settings);
  loop.stop();
  if (!done.ok()) return std::fprintf(stderr, "watchdog: %s\n", done.error().text().c_str()), 1;
  std::printf("registered. Its key is an administrator's to make: role connector, agency %s, wearer %s\n",
              settings.name.c_str(), settings.wearer_id().c_str());
  return 0;
}

}  // namespace haechi::tools
