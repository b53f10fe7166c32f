#include "api/subjects.h"

#include <algorithm>

#include "law/pack.h"
#include "picture/persons_of.h"
#include "picture/synthetic.h"

namespace haechi::api {
namespace {

// The wearers of another system are synthetic ones: its key shows nobody else.
bool has_case(const Exchange& exchange, const std::string& wearer_id) {
  const trust::Viewer& viewer = exchange.viewer;
  if (viewer.role == trust::Role::kConnector && !picture::is_synthetic(exchange.world.picture, wearer_id))
    return false;
  return !wearer_id.empty() &&
         std::find(viewer.wearer_ids.begin(), viewer.wearer_ids.end(), wearer_id) != viewer.wearer_ids.end();
}

// People are kept from synthetic wearers; who registers them and whose watchdog moves them is not.
bool is_kept_from(const Exchange& exchange, const std::string& person_id) {
  const trust::Role role = exchange.viewer.role;
  return role != trust::Role::kRegistrar && role != trust::Role::kConnector &&
         picture::is_synthetic(exchange.world.picture, person_id);
}

// The ties by way of the incident: a call of the viewer's agency, or a call its unit drives to.
void tie_by_incident(const Exchange& exchange, const std::string& incident_id, trust::Subject& subject) {
  const picture::Picture& picture = exchange.world.picture;
  const trust::Viewer& viewer = exchange.viewer;
  if (!viewer.agency_id.empty()) {
    if (const v1::Call* call = picture.call_of_incident(viewer.agency_id, incident_id)) {
      subject.relations.in_call = true;
      subject.basis = call->id();
    }
    subject.relations.informed = picture.informed(viewer.agency_id, incident_id);
  }
  if (viewer.unit_id.empty()) return;
  for (const v1::Call* call : picture.calls().calls_of_incident(incident_id)) {
    if (!picture.unit_in_call(viewer.unit_id, *call)) continue;
    subject.relations.assigned = true;
    subject.basis = call->id();
  }
}

}  // namespace

void recuse(const Exchange& exchange, const std::vector<std::string>& person_ids, trust::Subject& subject) {
  const picture::CaseBook& book = exchange.world.picture.case_book();
  for (const std::string& id : person_ids)
    subject.relations.recused |= book.recused(exchange.viewer.account, id) || is_kept_from(exchange, id);
}

trust::Subject person_subject(const Exchange& exchange, const std::string& person_id, const char* kind) {
  const picture::Picture& picture = exchange.world.picture;
  const trust::Viewer& viewer = exchange.viewer;
  trust::Subject subject{.kind = kind, .id = person_id};
  subject.relations.own = !viewer.person_id.empty() && viewer.person_id == person_id;
  subject.relations.case_link = has_case(exchange, person_id);
  if (!viewer.agency_id.empty()) {
    if (const v1::Call* call = picture.call_about(viewer.agency_id, person_id)) {
      subject.relations.in_call = true;
      subject.basis = call->id();
    }
    subject.relations.informed = picture.informed_about(viewer.agency_id, person_id);
  }
  if (!viewer.unit_id.empty()) {
    if (const v1::TrackAccess* access = picture.following(viewer.unit_id, person_id)) {
      subject.relations.assigned = true;
      subject.basis = access->call_id();
    }
  }
  if (const v1::BrokenGlass* glass =
          picture.case_book().open_glass(viewer.account, person_id, exchange.right_at())) {
    subject.relations.glass = true;
    if (subject.basis.empty()) subject.basis = glass->id();
  }
  recuse(exchange, {person_id}, subject);
  return subject;
}

trust::Subject alert_subject(const Exchange& exchange, const std::string& alert_id) {
  trust::Subject subject{.kind = "alert", .id = alert_id};
  const v1::AlertRecord* record = exchange.world.picture.alerts().alert(alert_id);
  if (record == nullptr) return subject;
  const v1::Alert& alert = record->alert();
  subject.basis = alert.order_id();
  // Of an outage she is told without seeing it.
  const std::string& her = exchange.viewer.person_id;
  const auto& uncovered = alert.uncovered_ids();
  subject.relations.own =
      !her.empty() && law::told_to_protected(alert) &&
      (her == alert.protected_id() || std::find(uncovered.begin(), uncovered.end(), her) != uncovered.end());
  subject.relations.case_link = has_case(exchange, alert.wearer_id());
  tie_by_incident(exchange, alert.incident_id(), subject);
  recuse(exchange, picture::persons_of(alert), subject);
  return subject;
}

trust::Subject incident_subject(const Exchange& exchange, const std::string& incident_id) {
  trust::Subject subject{.kind = "incident", .id = incident_id};
  const v1::Incident* incident = exchange.world.picture.alerts().incident(incident_id);
  if (incident == nullptr) return subject;
  subject.relations.case_link = has_case(exchange, incident->wearer_id());
  tie_by_incident(exchange, incident_id, subject);
  recuse(exchange, picture::persons_of(*incident), subject);
  return subject;
}

trust::Subject call_subject(const Exchange& exchange, const v1::Call* call, const std::string& call_id) {
  trust::Subject subject{.kind = "call", .id = call_id};
  if (call == nullptr) return subject;
  const trust::Viewer& viewer = exchange.viewer;
  subject.basis = call->id();
  subject.relations.agency = !viewer.agency_id.empty() && viewer.agency_id == call->agency_id();
  subject.relations.assigned = !viewer.unit_id.empty() && call->state() != v1::CALL_STATE_CLOSED &&
                               exchange.world.picture.unit_in_call(viewer.unit_id, *call);
  recuse(exchange, picture::persons_of(*call), subject);
  return subject;
}

trust::Subject unit_subject(const Exchange& exchange, const std::string& unit_id) {
  trust::Subject subject{.kind = "unit", .id = unit_id};
  const picture::UnitRecord* record = exchange.world.picture.calls().unit(unit_id);
  if (record == nullptr) return subject;
  subject.relations.own = exchange.viewer.unit_id == unit_id;
  subject.relations.agency =
      !exchange.viewer.agency_id.empty() && exchange.viewer.agency_id == record->unit.agency_id();
  return subject;
}

trust::Subject device_subject(const Exchange& exchange, const std::string& device_id) {
  trust::Subject subject{.kind = "device", .id = device_id};
  const auto& devices = exchange.world.picture.devices();
  if (const auto found = devices.find(device_id); found != devices.end())
    recuse(exchange, {found->second.person_id()}, subject);
  return subject;
}

trust::Subject order_subject(const Exchange& exchange, const std::string& order_id) {
  trust::Subject subject{.kind = "order", .id = order_id};
  const auto& orders = exchange.world.picture.orders();
  const auto found = orders.find(order_id);
  if (found == orders.end()) return subject;
  recuse(exchange, {found->second.wearer_id()}, subject);
  for (const v1::Condition& one : found->second.conditions()) {
    recuse(exchange,
           {one.keep_away().protected_id(), one.exclusion().protected_id(), one.no_contact().person_id()},
           subject);
  }
  return subject;
}

// A zone is of those whose orders name it: her home stands in one.
trust::Subject zone_subject(const Exchange& exchange, const std::string& zone_id) {
  trust::Subject subject{.kind = "zone", .id = zone_id};
  if (!exchange.world.picture.case_book().recusals().contains(exchange.viewer.account)) return subject;
  for (const auto& [id, order] : exchange.world.picture.orders()) {
    for (const v1::Condition& one : order.conditions()) {
      if (one.exclusion().zone_id() == zone_id)
        recuse(exchange, {order.wearer_id(), one.exclusion().protected_id()}, subject);
      if (one.inclusion().zone_id() == zone_id) recuse(exchange, {order.wearer_id()}, subject);
    }
  }
  return subject;
}

trust::Subject hand_off_subject(const Exchange& exchange, const std::string& hand_off_id) {
  trust::Subject subject{.kind = "hand_off", .id = hand_off_id};
  const picture::AlertBook& book = exchange.world.picture.alerts();
  const v1::HandOff* hand_off = book.hand_off(hand_off_id);
  const v1::Incident* incident = hand_off == nullptr ? nullptr : book.incident(hand_off->incident_id());
  if (incident != nullptr) recuse(exchange, picture::persons_of(*incident), subject);
  return subject;
}

trust::Subject view_subject(const Exchange& exchange, const v1::View& view) {
  trust::Subject subject{.kind = "view", .id = view.id()};
  subject.basis = view.order_id();
  const bool hers = !exchange.viewer.person_id.empty() && exchange.viewer.person_id == view.protected_id();
  subject.relations.own = hers;
  subject.relations.view_open = hers;
  subject.relations.view_map = hers && view.mode() == v1::VIEW_MODE_MAP;
  // The machine closes the view with its order, at the next tick; an answer in between must not show it.
  const auto order = exchange.world.picture.orders().find(view.order_id());
  if (order == exchange.world.picture.orders().end() || order->second.withdrawn()) subject.relations = {};
  if (order != exchange.world.picture.orders().end())
    subject.basis_ends_at = Time{order->second.ends_at_us()};
  return subject;
}

trust::Decision position_decision(const Exchange& exchange, const std::string& person_id) {
  return trust::decide(exchange.viewer, trust::Action::kSeePosition,
                       person_subject(exchange, person_id, "position"), exchange.purpose,
                       exchange.right_at());
}

void reduce(const Exchange& exchange, v1::Alert& alert) {
  if (!alert.has_place()) return;
  // The place of an SOS is hers, of everything else his.
  const bool hers = alert.kind() == v1::ALERT_KIND_SOS || alert.kind() == v1::ALERT_KIND_PROTECTED_SILENCE;
  const std::string& whose = hers ? alert.protected_id() : alert.wearer_id();
  const trust::Decision decision = position_decision(exchange, whose);
  if (decision.precision == trust::Precision::kCoarse)
    *alert.mutable_place() = exchange.world.coarse.of(whose, alert.place());
  if (decision.precision < trust::Precision::kCoarse) alert.clear_place();
}

void reduce(const Exchange& exchange, v1::Call& call) {
  for (v1::Destination& destination : *call.mutable_destinations()) {
    if (!destination.has_place()) continue;
    const trust::Decision decision = position_decision(exchange, destination.person_id());
    if (decision.precision == trust::Precision::kCoarse) {
      *destination.mutable_place() = exchange.world.coarse.of(destination.person_id(), destination.place());
      destination.set_accuracy_mm(std::max(destination.accuracy_mm(), trust::kCoarseAccuracyMm));
    }
    if (decision.precision < trust::Precision::kCoarse) {
      destination.clear_place();
      destination.clear_accuracy_mm();
    }
  }
}

void reduce(const trust::Decision& decision, v1::View& view) {
  if (decision.precision != trust::Precision::kFull) {
    view.clear_place();
    view.clear_accuracy_m();
  }
}

void reduce(const Exchange& exchange, const trust::Decision& decision, v1::LivePosition& position) {
  v1::Fix& fix = *position.mutable_fix();
  if (decision.precision == trust::Precision::kFull) return;
  v1::Fix left = exchange.world.coarse.of(position.person_id(), fix);
  if (decision.precision != trust::Precision::kCoarse) {
    left.clear_place();
    left.clear_accuracy_mm();
  }
  fix = std::move(left);
}

}  // namespace haechi::api
