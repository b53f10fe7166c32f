#include "tools/selection.h"

#include <utility>

namespace haechi::tools {
namespace {

bool names(const v1::Condition& condition, const std::set<std::string>& persons) {
  return persons.contains(condition.keep_away().protected_id()) ||
         persons.contains(condition.exclusion().protected_id()) ||
         persons.contains(condition.no_contact().person_id());
}

}  // namespace

Selection::Selection(std::set<std::string> person_ids, Time from, Time to)
    : persons_(std::move(person_ids)), from_(from), to_(to), named_persons_(persons_) {}

void Selection::survey(const v1::Fact& fact) {
  if (fact.has_device_registered()) {
    const v1::Device& device = fact.device_registered();
    if (persons_.contains(device.person_id()) && !device.zone_id().empty()) zones_.insert(device.zone_id());
    return;
  }
  if (fact.has_violation_taken_over() && holds_violation(fact.violation_taken_over())) {
    named_persons_.insert(fact.violation_taken_over().wearer_id());
    named_persons_.insert(fact.violation_taken_over().protected_id());
  }
  if (!fact.has_order_registered()) return;
  const v1::Order& order = fact.order_registered();
  bool concerned = persons_.contains(order.wearer_id()) || orders_.contains(order.id());
  for (const v1::Condition& condition : order.conditions()) concerned |= names(condition, persons_);
  if (!concerned) return;
  orders_.insert(order.id());
  named_persons_.insert(order.wearer_id());
  for (const v1::Condition& condition : order.conditions()) {
    for (const std::string& id : {condition.keep_away().protected_id(), condition.exclusion().protected_id(),
                                  condition.no_contact().person_id()})
      if (!id.empty()) named_persons_.insert(id);
    for (const std::string& id : {condition.exclusion().zone_id(), condition.inclusion().zone_id()})
      if (!id.empty()) zones_.insert(id);
  }
}

bool Selection::in_time(Time at) const {
  return (!from_.known() || at >= from_) && (!to_.known() || at < to_);
}

const std::string& Selection::person_of(const std::string& device_id) const {
  static const std::string kNobody;
  const auto found = person_of_device_.find(device_id);
  return found == person_of_device_.end() ? kNobody : found->second;
}

bool Selection::holds_track(const std::string& person_id, Time fixed_at) const {
  return (persons_.empty() || persons_.contains(person_id)) && in_time(fixed_at);
}

bool Selection::holds_report(const v1::ReportReceived& received) const {
  const v1::Report& report = received.report();
  const Time at{report.has_fix() ? report.fix().fixed_at_us() : received.received_at_us()};
  return holds_track(person_of(report.device_id()), at);
}

bool Selection::about(const std::string& wearer_id, const std::string& protected_id) const {
  return persons_.empty() || persons_.contains(wearer_id) || persons_.contains(protected_id);
}

bool Selection::holds(const v1::Alert& alert, Time at) const {
  return in_time(at) && about(alert.wearer_id(), alert.protected_id());
}

bool Selection::holds_violation(const v1::ViolationTakenOver& violation) const {
  return in_time(Time{violation.happened_at_us()}) && about(violation.wearer_id(), violation.protected_id());
}

bool Selection::holds(const law::Entry& entry) {
  const v1::Fact& fact = entry.fact;
  if (fact.has_device_registered())
    person_of_device_[fact.device_registered().id()] = fact.device_registered().person_id();
  if (everything()) return true;
  if (fact.has_report_received()) return holds_report(fact.report_received());
  if (fact.has_violation_taken_over()) return holds_violation(fact.violation_taken_over());
  if (to_.known() && entry.stamped_at >= to_) return false;
  const bool everybody = persons_.empty();
  switch (fact.kind_case()) {
    case v1::Fact::kPersonRegistered:
      return everybody || named_persons_.contains(fact.person_registered().id());
    case v1::Fact::kDeviceRegistered:
      return everybody || persons_.contains(fact.device_registered().person_id());
    case v1::Fact::kZoneRegistered:
      return everybody || zones_.contains(fact.zone_registered().id());
    case v1::Fact::kOrderRegistered:
      return everybody || orders_.contains(fact.order_registered().id());
    case v1::Fact::kTimeZoneRegistered:
    case v1::Fact::kHolidayCalendarRegistered:
    case v1::Fact::kAgencyRegistered:
    case v1::Fact::kJurisdictionRegistered:
    case v1::Fact::kUnitRegistered:
      return true;
    default:
      return false;  // they name alerts and calls by the numbers of the whole log
  }
}

}  // namespace haechi::tools
