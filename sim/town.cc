#include "sim/town.h"

#include <cmath>
#include <cstdio>

#include "base/digest.h"
#include "sim/stations.h"
#include "sim/voronoi.h"

namespace haechi::sim {
namespace {

// Apart by this much, two people who roam 1.5 km around their homes stay 4 km from each other: twice the
// warning distance of the Korean pack.
constexpr int64_t kApartMm = 7'000'000;
constexpr int64_t kRoamMm = 1'500'000;

std::string numbered(const char* prefix, int n) {
  char out[32];
  std::snprintf(out, sizeof out, "%s-%03d", prefix, n);
  return out;
}

void add_place(v1::Ring& ring, geo::Place place) {
  v1::Place* corner = ring.add_corners();
  corner->set_lat_e7(place.lat_e7);
  corner->set_lng_e7(place.lng_e7);
}

void add_agencies(Town& town, const std::string& outside_agency_id) {
  for (const Province& province : provinces()) {
    v1::Agency& agency = *town.registrations.emplace_back().mutable_agency_registered();
    agency.set_id(province.id);
    agency.set_name(province.name_ko);
    agency.set_desk(province.id == outside_agency_id ? v1::DESK_CONNECTOR : v1::DESK_BUILT_IN);
  }
  for (const Station& station : stations()) {
    v1::Agency& agency = *town.registrations.emplace_back().mutable_agency_registered();
    agency.set_id(station.id);
    agency.set_name(station.name_ko);
    agency.set_desk(v1::DESK_BUILT_IN);
  }
}

void add_jurisdictions(Town& town) {
  std::vector<geo::Place> points;
  for (const Station& station : stations()) points.push_back(station.place());
  const auto areas = nearest_areas(points, land_outline());
  for (size_t i = 0; i < areas.size(); ++i) {
    const Station& station = stations()[i];
    v1::Jurisdiction& jurisdiction = *town.registrations.emplace_back().mutable_jurisdiction_registered();
    jurisdiction.set_id(std::string("area-") + station.id);
    jurisdiction.set_agency_id(station.id);
    jurisdiction.add_informed_agency_ids(provinces()[static_cast<size_t>(station.province)].id);
    for (const Outline& outline : areas[i]) {
      v1::Ring& ring =
          *jurisdiction.mutable_shape()->mutable_multi_polygon()->add_polygons()->mutable_outer();
      for (const geo::Place& corner : outline) add_place(ring, corner);
    }
  }
}

geo::Place near_a_station(Random& random) {
  const auto& all = stations();
  const geo::Place station = all[random.below(all.size())].place();
  return geo::moved(station, {random.between(-1'500'000, 1'500'000), random.between(-1'500'000, 1'500'000)});
}

Resident make_resident(const char* device_prefix, int n, const WalkerHabits& habits, Random random) {
  Resident out{.person_id = {},
               .unit_id = {},
               .device_id = numbered(device_prefix, n),
               .secret = {},
               .interval_s = 15,
               .walker = Walker(habits, random.fork(1)),
               .seq = 0,
               .battery_percent = static_cast<uint32_t>(random.between(40, 100))};
  // Drawn from the seed, as all of the demonstration world is; a real device gets its secret from the API.
  const uint64_t words[] = {random.next(), random.next()};
  out.secret = hex({reinterpret_cast<const char*>(words), sizeof words});
  return out;
}

void add_order(Town& town, int n, Time now) {
  v1::Order& order = *town.registrations.emplace_back().mutable_order_registered();
  order.set_id(numbered("order", n));
  order.set_version(1);
  order.set_kind("ST_PROV_3_2");
  order.set_legal_basis("Stalking Act 9(1)2, 9(1)3-2");
  order.set_wearer_id(numbered("wearer", n));
  order.set_starts_at_us((now - Duration::seconds(20 * 86'400)).us);
  order.set_ends_at_us((now + Duration::seconds(70 * 86'400)).us);
  order.set_time_zone("Asia/Seoul");
  v1::Condition& condition = *order.add_conditions();
  condition.set_id("c1");
  condition.mutable_keep_away()->set_protected_id(numbered("protected", n));
}

void add_people(Town& town, const TownOptions& options, Random& random) {
  std::vector<geo::Place> homes;
  for (int n = 1; n <= options.wearers; ++n) {
    homes.push_back(near_a_station(random));
    Resident wearer = make_resident("ankle", n, {.home = homes.back(), .roam_mm = kRoamMm}, random.fork(10));
    wearer.person_id = numbered("wearer", n);
    town.registrations.push_back(person_fact(wearer.person_id, v1::ROLE_WEARER));
    town.registrations.push_back(device_fact(wearer, v1::DEVICE_KIND_ANKLE));
    town.wearers.push_back(std::move(wearer));
  }
  for (int n = 1; n <= options.protected_persons; ++n) {
    geo::Place home = near_a_station(random);
    const size_t other = static_cast<size_t>(n - 1) % homes.size();
    while (geo::distance_mm(home, homes[other]) < kApartMm) home = near_a_station(random);
    Resident person = make_resident("phone", n, {.home = home, .roam_mm = kRoamMm}, random.fork(11));
    person.person_id = numbered("protected", n);
    person.interval_s = 30;
    town.registrations.push_back(person_fact(person.person_id, v1::ROLE_PROTECTED_PERSON));
    town.registrations.push_back(device_fact(person, v1::DEVICE_KIND_PHONE));
    town.protected_persons.push_back(std::move(person));
  }
  for (int n = 1; n <= std::min(options.wearers, options.protected_persons); ++n)
    add_order(town, n, options.now);
}

void add_units(Town& town, const TownOptions& options, Random& random) {
  // Northern Gyeonggi first, so that the place of the morning has its patrols whatever the number of units.
  std::vector<const Station*> order;
  for (const Station& station : stations())
    if (std::string(station.id) == "ps-namyangju-bukbu") order.insert(order.end(), {&station, &station});
  for (int province = 2; province >= 0; --province)
    for (const Station& station : stations())
      if (station.province == province && std::string(station.id) != "ps-namyangju-bukbu")
        order.push_back(&station);
  for (int n = 1; n <= options.units; ++n) {
    const Station& station = *order[static_cast<size_t>(n - 1) % order.size()];
    Resident unit = make_resident("car", n,
                                  {.home = station.place(),
                                   .roam_mm = 2'000'000,
                                   .speed_mmps = 8'300,
                                   .pause_s_max = 120,
                                   .block_mm = 150'000},
                                  random.fork(12));
    unit.unit_id = numbered("unit", n);
    unit.interval_s = 10;
    v1::Unit& fact = *town.registrations.emplace_back().mutable_unit_registered();
    fact.set_id(unit.unit_id);
    fact.set_agency_id(station.id);
    fact.set_call_sign("순" + std::to_string(20 + n));
    fact.set_speed_mmps(13'900);
    town.registrations.push_back(device_fact(unit, v1::DEVICE_KIND_VEHICLE));
    town.units.push_back(std::move(unit));
  }
}

}  // namespace

v1::Fact person_fact(const std::string& id, v1::Role role) {
  v1::Fact fact;
  fact.mutable_person_registered()->set_id(id);
  fact.mutable_person_registered()->set_role(role);
  return fact;
}

v1::Fact device_fact(const Resident& resident, v1::DeviceKind kind) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id(resident.device_id);
  device.set_kind(kind);
  if (resident.unit_id.empty()) {
    device.set_person_id(resident.person_id);
  } else {
    device.set_unit_id(resident.unit_id);
  }
  device.set_interval_s(resident.interval_s);
  device.set_secret_sha256(std::string(view(sha256(resident.secret))));
  return fact;
}

Town make_town(const TownOptions& options) {
  Town town;
  Random random(options.seed);
  add_agencies(town, options.outside_agency_id);
  add_jurisdictions(town);
  add_people(town, options, random);
  add_units(town, options, random);
  return town;
}

v1::Report make_report(const std::string& device_id, uint32_t epoch, uint64_t seq, uint32_t battery_percent,
                       const Pose& pose, Time now, Random& random) {
  constexpr uint32_t kAccuracyMm = 8'000;
  constexpr double kPerAxis = 1.515;  // a 68 % radius in standard deviations of one axis
  v1::Report report;
  report.set_device_id(device_id);
  report.set_epoch(epoch);
  report.set_seq(seq);
  report.set_sent_at_us(now.us);
  report.set_battery_percent(battery_percent);
  v1::Fix& fix = *report.mutable_fix();
  const double sigma_mm = kAccuracyMm / kPerAxis;
  const geo::Place seen = geo::moved(
      pose.place, {std::llround(random.normal() * sigma_mm), std::llround(random.normal() * sigma_mm)});
  fix.mutable_place()->set_lat_e7(seen.lat_e7);
  fix.mutable_place()->set_lng_e7(seen.lng_e7);
  fix.set_fixed_at_us(now.us);
  fix.set_accuracy_mm(kAccuracyMm);
  fix.set_source(v1::FIX_SOURCE_GNSS);
  fix.set_speed_mmps(static_cast<uint32_t>(pose.speed_mmps));
  fix.set_course_cdeg(static_cast<uint32_t>(pose.course_cdeg));
  return report;
}

v1::Report make_report(Resident& resident, Time now, uint32_t epoch, Random& random) {
  return make_report(resident.device_id, epoch, ++resident.seq, resident.battery_percent, resident.pose(),
                     now, random);
}

}  // namespace haechi::sim
