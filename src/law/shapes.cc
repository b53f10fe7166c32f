#include "law/shapes.h"

#include "haechi/v1/fact.pb.h"
#include "law/order.h"
#include "law/schedule.h"

namespace haechi::law {
namespace {

bool id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == ':' || c == '-';
}

std::vector<geo::Place> corners_of(const v1::Ring& ring) {
  std::vector<geo::Place> corners;
  corners.reserve(static_cast<size_t>(ring.corners_size()));
  for (const v1::Place& corner : ring.corners()) corners.push_back(place_of(corner));
  return corners;
}

geo::PolygonCorners corners_of(const v1::Polygon& polygon) {
  geo::PolygonCorners made{corners_of(polygon.outer()), {}};
  for (const v1::Ring& hole : polygon.holes()) made.holes.push_back(corners_of(hole));
  return made;
}

// What geo refuses is named below the field of the shape.
Result<geo::Zone> named(Result<geo::Zone> zone, const std::string& field) {
  if (zone.ok()) return zone;
  Error error = zone.error();
  error.field = error.field.empty() ? field : field + "." + error.field;
  return error;
}

Status check_text(const std::string& text, size_t bytes_max, const std::string& field) {
  if (text.size() > bytes_max)
    return invalid(field, "must be at most " + std::to_string(bytes_max) + " bytes");
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20) return invalid(field, "must not hold control characters");
  return {};
}

Status check_person(const v1::Person& person) {
  TRY_STATUS(check_id(person.id(), "id"));
  if (person.role() != v1::ROLE_WEARER && person.role() != v1::ROLE_PROTECTED_PERSON)
    return invalid("role", "must be wearer or protected person");
  return {};
}

Status check_device(const v1::Device& device) {
  TRY_STATUS(check_id(device.id(), "id"));
  if (!v1::DeviceKind_IsValid(device.kind()) || device.kind() == v1::DEVICE_KIND_UNSPECIFIED)
    return invalid("kind", "must be a known kind of device");
  if (device.holder_case() == v1::Device::kPersonId) TRY_STATUS(check_id(device.person_id(), "person_id"));
  if (device.holder_case() == v1::Device::kUnitId) TRY_STATUS(check_id(device.unit_id(), "unit_id"));
  if (!device.zone_id().empty()) {
    TRY_STATUS(check_id(device.zone_id(), "zone_id"));
    if (device.kind() != v1::DEVICE_KIND_HOME_BEACON)
      return invalid("zone_id", "is for home beacons: no other device stands in a zone");
  }
  TRY_STATUS(check_text(device.carrier(), 64, "carrier"));
  if (device.interval_s() > 86'400) return invalid("interval_s", "must be 0..86400");
  if (!device.secret_sha256().empty() && device.secret_sha256().size() != 32)
    return invalid("secret_sha256", "must be 32 bytes");
  if (!device.former_secret_sha256().empty() && device.former_secret_sha256().size() != 32)
    return invalid("former_secret_sha256", "must be 32 bytes");
  if (device.former_until_us() < 0) return invalid("former_until_us", "must not be before 1970");
  if (device.signed_only() && device.signing_generation() == 0)
    return invalid("signed_only", "needs a signing key");
  if (device.signed_only() && device.kind() == v1::DEVICE_KIND_PHONE)
    return invalid("signed_only", "is not for phones: what is pressed in an app comes in its person's name");
  return {};
}

Status check_zone(const v1::Zone& zone) {
  TRY_STATUS(check_id(zone.id(), "id"));
  if (zone.removed()) return {};
  const Result<geo::Zone> made = zone_from(zone.shape(), "shape");
  return made.ok() ? Status() : Status(made.error());
}

Status check_jurisdiction(const v1::Jurisdiction& jurisdiction) {
  TRY_STATUS(check_id(jurisdiction.id(), "id"));
  if (jurisdiction.removed()) return {};
  TRY_STATUS(check_id(jurisdiction.agency_id(), "agency_id"));
  for (int i = 0; i < jurisdiction.informed_agency_ids_size(); ++i)
    TRY_STATUS(
        check_id(jurisdiction.informed_agency_ids(i), "informed_agency_ids[" + std::to_string(i) + "]"));
  const Result<geo::Zone> made = zone_from(jurisdiction.shape(), "shape");
  return made.ok() ? Status() : Status(made.error());
}

Status check_time_zone(const v1::TimeZone& zone) {
  if (zone.name().empty() || zone.name().size() > 64) return invalid("name", "must be 1..64 bytes");
  TRY_STATUS(check_text(zone.name(), 64, "name"));
  const Result<LocalRules> made = LocalRules::from(zone);
  return made.ok() ? Status() : Status(made.error());
}

Status check_holidays(const v1::HolidayCalendar& calendar) {
  const Result<Holidays> made = Holidays::from(calendar);
  return made.ok() ? Status() : Status(made.error());
}

constexpr int kDistrictsMax = 200;

Status check_agency(const v1::Agency& agency) {
  TRY_STATUS(check_id(agency.id(), "id"));
  TRY_STATUS(check_text(agency.name(), 200, "name"));
  if (agency.desk() != v1::DESK_BUILT_IN && agency.desk() != v1::DESK_CONNECTOR)
    return invalid("desk", "must be built in or connector");
  if (agency.court_districts_size() > kDistrictsMax) return invalid("court_districts", "must be at most 200");
  for (const std::string& district : agency.court_districts())
    TRY_STATUS(check_text(district, 128, "court_districts"));
  return {};
}

Status check_violation(const v1::ViolationTakenOver& violation) {
  TRY_STATUS(check_id(violation.id(), "id"));
  TRY_STATUS(check_id(violation.source(), "source"));
  if (!v1::AlertKind_IsValid(violation.kind()) || violation.kind() == v1::ALERT_KIND_UNSPECIFIED)
    return invalid("kind", "must be a known kind of alert");
  TRY_STATUS(check_id(violation.wearer_id(), "wearer_id"));
  for (const auto& [id, field] :
       {std::pair(&violation.protected_id(), "protected_id"), std::pair(&violation.order_id(), "order_id"),
        std::pair(&violation.zone_id(), "zone_id")})
    if (!id->empty()) TRY_STATUS(check_id(*id, field));
  if (violation.happened_at_us() <= 0) return invalid("happened_at_us", "is missing");
  if (violation.ended_at_us() != 0 && violation.ended_at_us() < violation.happened_at_us())
    return invalid("ended_at_us", "is before it happened");
  if (violation.distance_mm() < 0 || violation.distance_mm() > geo::kDistanceMmMax)
    return invalid("distance_mm", "must be a distance on the earth");
  if (!geo::in_range(place_of(violation.place()))) return invalid("place", "is out of range");
  return {};
}

Status check_unit(const v1::Unit& unit) {
  TRY_STATUS(check_id(unit.id(), "id"));
  if (unit.removed()) return {};
  TRY_STATUS(check_id(unit.agency_id(), "agency_id"));
  TRY_STATUS(check_text(unit.call_sign(), 64, "call_sign"));
  if (unit.speed_mmps() > 100'000) return invalid("speed_mmps", "must be at most 100000 (360 km/h)");
  return {};
}

}  // namespace

Status check_id(std::string_view id, const std::string& field) {
  if (id.empty() || id.size() > 64) return invalid(field, "must be 1..64 characters");
  for (const char c : id)
    if (!id_character(c)) return invalid(field, "may hold only letters, digits and _ . : -");
  return {};
}

geo::Place place_of(const v1::Place& place) {
  return {place.lat_e7(), place.lng_e7()};
}

void set_place(geo::Place from, v1::Place& to) {
  to.set_lat_e7(from.lat_e7);
  to.set_lng_e7(from.lng_e7);
}

Result<geo::Zone> zone_from(const v1::Shape& shape, const std::string& field) {
  switch (shape.kind_case()) {
    case v1::Shape::kCircle:
      return named(geo::Zone::circle(place_of(shape.circle().centre()), shape.circle().radius_mm()),
                   field + ".circle");
    case v1::Shape::kPolygon:
      return named(geo::Zone::polygons({corners_of(shape.polygon())}), field + ".polygon");
    case v1::Shape::kMultiPolygon: {
      std::vector<geo::PolygonCorners> polygons;
      for (const v1::Polygon& polygon : shape.multi_polygon().polygons())
        polygons.push_back(corners_of(polygon));
      return named(geo::Zone::polygons(polygons), field + ".multi_polygon");
    }
    case v1::Shape::KIND_NOT_SET:
      break;
  }
  return invalid(field, "must be a polygon, a circle or a multi_polygon");
}

Status check(const v1::Fact& fact) {
  switch (fact.kind_case()) {
    case v1::Fact::kPersonRegistered:
      return check_person(fact.person_registered());
    case v1::Fact::kDeviceRegistered:
      return check_device(fact.device_registered());
    case v1::Fact::kZoneRegistered:
      return check_zone(fact.zone_registered());
    case v1::Fact::kOrderRegistered:
      return check_order(fact.order_registered());
    case v1::Fact::kTimeZoneRegistered:
      return check_time_zone(fact.time_zone_registered());
    case v1::Fact::kHolidayCalendarRegistered:
      return check_holidays(fact.holiday_calendar_registered());
    case v1::Fact::kAgencyRegistered:
      return check_agency(fact.agency_registered());
    case v1::Fact::kJurisdictionRegistered:
      return check_jurisdiction(fact.jurisdiction_registered());
    case v1::Fact::kUnitRegistered:
      return check_unit(fact.unit_registered());
    case v1::Fact::kViolationTakenOver:
      return check_violation(fact.violation_taken_over());
    default:
      return {};
  }
}

}  // namespace haechi::law
