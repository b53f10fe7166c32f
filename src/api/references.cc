#include "api/references.h"

#include "api/codes.h"
#include "picture/synthetic.h"

namespace haechi::api {
namespace {

Error missing(const std::string& field, const char* what) {
  return Error{Code::kConflict, field, std::string("there is no such ") + what};
}

// Whom a watchdog moves is that from the start and for good, and wears a device.
Status check_synthetic(const picture::Picture& picture, const v1::Person& stated) {
  if (stated.synthetic() && stated.role() != v1::ROLE_WEARER)
    return invalid("synthetic", "only a wearer may be");
  const auto known = picture.persons().find(stated.id());
  if (known == picture.persons().end() || known->second.synthetic() == stated.synthetic()) return {};
  return Error{Code::kConflict, "synthetic", "never changes; register another id"};
}

// Nobody is shown what concerns a synthetic wearer, so nobody may be protected by it.
Status check_alone(const v1::Order& order) {
  for (const v1::Condition& one : order.conditions()) {
    if (one.has_keep_away() || one.has_no_contact() || !one.exclusion().protected_id().empty())
      return invalid("conditions", "of a synthetic wearer name places and no persons");
  }
  return {};
}

}  // namespace

Status References::person(const std::string& id, v1::Role role, const std::string& field) const {
  v1::Role found = v1::ROLE_UNSPECIFIED;
  if (const auto own = persons_.find(id); own != persons_.end()) {
    found = own->second;
  } else if (const auto known = picture_.persons().find(id);
             known != picture_.persons().end() && !known->second.removed()) {
    found = known->second.role();
  }
  if (found == v1::ROLE_UNSPECIFIED) return missing(field, "person");
  if (role == v1::ROLE_UNSPECIFIED || role == found) return {};
  return Error{
      Code::kConflict, field,
      role == v1::ROLE_WEARER ? "this person is not a wearer" : "this person is not a protected person"};
}

Status References::zone(const std::string& id, const std::string& field) const {
  if (const auto own = zones_.find(id); own != zones_.end()) {
    return own->second ? Status() : Status(missing(field, "zone"));
  }
  const auto known = picture_.zones().find(id);
  if (known == picture_.zones().end() || known->second.removed()) return missing(field, "zone");
  return {};
}

Status References::agency(const std::string& id, const std::string& field) const {
  if (agencies_.count(id) > 0 || picture_.agencies().count(id) > 0) return {};
  return missing(field, "agency");
}

Status References::unit(const std::string& id, const std::string& field) const {
  if (const auto own = units_.find(id); own != units_.end()) {
    return own->second ? Status() : Status(missing(field, "unit"));
  }
  const picture::UnitRecord* known = picture_.calls().unit(id);
  if (known == nullptr || known->unit.removed()) return missing(field, "unit");
  return {};
}

Status References::holidays(const v1::Schedule& schedule, const std::string& field) const {
  const std::string& name = schedule.holiday_calendar();
  if (name.empty() || holiday_calendars_.count(name) > 0 || picture_.holiday_calendars().count(name) > 0) {
    return {};
  }
  return missing(field + ".schedule.holiday_calendar", "holiday calendar");
}

Status References::condition(const v1::Condition& condition, const std::string& field) const {
  switch (condition.kind_case()) {
    case v1::Condition::kKeepAway:
      return person(condition.keep_away().protected_id(), v1::ROLE_PROTECTED_PERSON,
                    field + ".keep_away.protected_id");
    case v1::Condition::kExclusion: {
      const v1::Exclusion& exclusion = condition.exclusion();
      TRY_STATUS(zone(exclusion.zone_id(), field + ".exclusion.zone_id"));
      TRY_STATUS(holidays(exclusion.schedule(), field + ".exclusion"));
      if (exclusion.protected_id().empty()) return {};
      return person(exclusion.protected_id(), v1::ROLE_PROTECTED_PERSON, field + ".exclusion.protected_id");
    }
    case v1::Condition::kInclusion:
      TRY_STATUS(zone(condition.inclusion().zone_id(), field + ".inclusion.zone_id"));
      return holidays(condition.inclusion().schedule(), field + ".inclusion");
    case v1::Condition::kNoContact:
      return person(condition.no_contact().person_id(), v1::ROLE_UNSPECIFIED,
                    field + ".no_contact.person_id");
    case v1::Condition::KIND_NOT_SET:
      break;
  }
  return invalid(field, "must be of some kind");
}

Status References::check_conditions(const v1::Order& order) const {
  for (int i = 0; i < order.conditions_size(); ++i) {
    TRY_STATUS(condition(order.conditions(i), "conditions[" + std::to_string(i) + "]"));
  }
  return {};
}

Status References::order(const v1::Order& order) const {
  TRY_STATUS(person(order.wearer_id(), v1::ROLE_WEARER, "wearer_id"));
  if (picture::is_synthetic(picture_, order.wearer_id())) TRY_STATUS(check_alone(order));
  return check_conditions(order);
}

Status References::violation(const v1::ViolationTakenOver& violation) const {
  TRY_STATUS(person(violation.wearer_id(), v1::ROLE_WEARER, "wearer_id"));
  if (!violation.protected_id().empty())
    TRY_STATUS(person(violation.protected_id(), v1::ROLE_PROTECTED_PERSON, "protected_id"));
  if (!violation.outcome().empty() && !is_one_of(kOutcomes, violation.outcome()))
    return invalid("outcome", "must be one of the outcomes of an alert, such as TRUE_VIOLATION");
  const Digest* known = told(violation);
  if (known == nullptr || *known == picture::TakenOver::digest_of(violation)) return {};
  return Error{Code::kConflict, "id", "was taken over already, and said something else"};
}

const Digest* References::told(const v1::ViolationTakenOver& violation) const {
  const auto own = taken_over_.find({violation.source(), violation.id()});
  return own == taken_over_.end() ? picture_.taken_over().told(violation) : &own->second;
}

bool References::repeats(const v1::Fact& fact) const {
  return fact.has_violation_taken_over() && told(fact.violation_taken_over()) != nullptr;
}

Status References::check(const v1::Fact& fact) const {
  switch (fact.kind_case()) {
    case v1::Fact::kPersonRegistered:
      return check_synthetic(picture_, fact.person_registered());
    case v1::Fact::kDeviceRegistered: {
      const v1::Device& device = fact.device_registered();
      if (device.retired()) return {};
      if (!device.zone_id().empty()) TRY_STATUS(zone(device.zone_id(), "zone_id"));
      if (device.holder_case() == v1::Device::kPersonId) {
        return person(device.person_id(), v1::ROLE_UNSPECIFIED, "person_id");
      }
      if (device.holder_case() == v1::Device::kUnitId) return unit(device.unit_id(), "unit_id");
      return {};
    }
    case v1::Fact::kOrderRegistered:
      // A withdrawal must go through even when what the order names has gone.
      return fact.order_registered().withdrawn() ? Status() : order(fact.order_registered());
    case v1::Fact::kJurisdictionRegistered: {
      const v1::Jurisdiction& jurisdiction = fact.jurisdiction_registered();
      if (jurisdiction.removed()) return {};
      TRY_STATUS(agency(jurisdiction.agency_id(), "agency_id"));
      for (int i = 0; i < jurisdiction.informed_agency_ids_size(); ++i) {
        TRY_STATUS(
            agency(jurisdiction.informed_agency_ids(i), "informed_agency_ids[" + std::to_string(i) + "]"));
      }
      return {};
    }
    case v1::Fact::kUnitRegistered:
      if (fact.unit_registered().removed()) return {};
      return agency(fact.unit_registered().agency_id(), "agency_id");
    case v1::Fact::kViolationTakenOver:
      return violation(fact.violation_taken_over());
    default:
      return {};
  }
}

void References::add(const v1::Fact& fact) {
  switch (fact.kind_case()) {
    case v1::Fact::kPersonRegistered: {
      const v1::Person& person = fact.person_registered();
      persons_[person.id()] = person.removed() ? v1::ROLE_UNSPECIFIED : person.role();
      return;
    }
    case v1::Fact::kZoneRegistered:
      zones_[fact.zone_registered().id()] = !fact.zone_registered().removed();
      return;
    case v1::Fact::kUnitRegistered:
      units_[fact.unit_registered().id()] = !fact.unit_registered().removed();
      return;
    case v1::Fact::kHolidayCalendarRegistered:
      holiday_calendars_.insert(fact.holiday_calendar_registered().name());
      return;
    case v1::Fact::kViolationTakenOver: {
      const v1::ViolationTakenOver& violation = fact.violation_taken_over();
      taken_over_[{violation.source(), violation.id()}] = picture::TakenOver::digest_of(violation);
      return;
    }
    case v1::Fact::kAgencyRegistered:
      agencies_.insert(fact.agency_registered().id());
      return;
    default:
      return;
  }
}

}  // namespace haechi::api
