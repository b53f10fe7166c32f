#include "live/rights.h"

#include <algorithm>

#include "base/canary.h"
#include "picture/persons_of.h"
#include "picture/synthetic.h"

namespace haechi::live {
namespace {

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return !id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool is_named(const trust::Viewer& viewer, const Audience& audience) {
  switch (viewer.role) {
    case trust::Role::kDispatch:
      return contains(audience.agencies, viewer.agency_id);
    case trust::Role::kUnit:
      return contains(audience.units, viewer.unit_id);
    case trust::Role::kProtectedPerson:
      return contains(audience.owners, viewer.person_id);
    default:
      return false;
  }
}

// Other systems see what concerns a synthetic wearer of theirs and nothing else; people see everything else.
bool is_system(const trust::Viewer& viewer) {
  return viewer.role == trust::Role::kConnector;
}

bool may_see_some(const trust::Viewer& viewer, trust::Action action) {
  return trust::decide_collection(viewer, action, trust::purpose_of(viewer.role)).allowed;
}

}  // namespace

bool sees_live_data(const trust::Viewer& viewer) {
  return sees_places(viewer) || may_see_some(viewer, trust::Action::kSeeAlert) ||
         may_see_some(viewer, trust::Action::kSeeCall) || may_see_some(viewer, trust::Action::kSeeView) ||
         sees_cases(viewer);
}

bool sees_places(const trust::Viewer& viewer) {
  return may_see_some(viewer, trust::Action::kSeePosition) || may_see_some(viewer, trust::Action::kSeeUnit);
}

bool sees_cases(const trust::Viewer& viewer) {
  return may_see_some(viewer, trust::Action::kSeeCase);
}

trust::Decision Rights::decide(const trust::Viewer& viewer, trust::Action action,
                               const trust::Subject& subject) const {
  // Only what has an end needs the time.
  const Time at = subject.basis_ends_at.known() ? now() : Time{};
  return trust::decide(viewer, action, subject, trust::purpose_of(viewer.role), at);
}

bool Rights::recused(const trust::Viewer& viewer, const std::string& person_id) const {
  const bool watchdogs_own = picture::is_synthetic(picture_, person_id) && !is_system(viewer);
  return watchdogs_own || picture_.case_book().recused(viewer.account, person_id);
}

Time Rights::now() const {
  return std::max(clock_.now(), picture_.stamped_at());
}

// The machine closes the view with its order, at the next tick; nothing in between may show it.
bool Rights::under_order(const v1::View& view, trust::Subject& subject) const {
  const auto order = picture_.orders().find(view.order_id());
  if (order == picture_.orders().end() || order->second.withdrawn()) return false;
  subject.basis = view.order_id();
  subject.basis_ends_at = Time{order->second.ends_at_us()};
  return true;
}

trust::Decision Rights::see(const trust::Viewer& viewer, const Change& change) const {
  const Audience& audience = change.audience;
  const auto is_recused = [&] {
    return std::any_of(audience.about.begin(), audience.about.end(),
                       [&](const std::string& id) { return recused(viewer, id); });
  };
  if (audience.directed) {
    trust::Decision decision;
    decision.allowed = !audience.synthetic && is_named(viewer, audience) && !is_recused();
    decision.reason = decision.allowed ? "addressed to this account" : "addressed to others";
    return decision;
  }
  trust::Subject subject;
  trust::Relations& relations = subject.relations;
  relations.agency = contains(audience.agencies, viewer.agency_id);
  relations.in_call = relations.agency;
  relations.informed = contains(audience.informed, viewer.agency_id);
  relations.assigned = contains(audience.units, viewer.unit_id);
  if (relations.assigned && change.action == trust::Action::kSeeCall) {
    // As it stands now: what a unit was told then is not told again after its assignment ended.
    const v1::Call* call = picture_.calls().call(change.id);
    relations.assigned = call != nullptr && picture::is_assigned(*call, viewer.unit_id);
  }
  relations.own = relations.assigned && change.action == trust::Action::kSeeUnit;
  relations.case_link = contains(viewer.wearer_ids, audience.wearer_id);
  relations.recused = audience.synthetic != is_system(viewer);
  if (change.action == trust::Action::kSeeView && contains(audience.owners, viewer.person_id)) {
    // As it stands now, not as it stood when the message was made: a view that was closed shows nothing more.
    const v1::View* view = picture_.calls().view(change.id);
    relations.view_open = view != nullptr && under_order(*view, subject);
    relations.view_map = relations.view_open && view->mode() == v1::VIEW_MODE_MAP;
  }
  // Most of what is said concerns most screens in no way, and then nobody has to be looked up.
  trust::Decision decision = decide(viewer, change.action, subject);
  if (!decision.allowed || !is_recused()) return decision;
  relations.recused = true;
  return decide(viewer, change.action, subject);
}

trust::Decision Rights::see_reduced(const trust::Viewer& viewer, const Change& change) const {
  trust::Subject subject;
  subject.relations.own = contains(change.audience.owners, viewer.person_id);
  return decide(viewer, trust::Action::kReportShown, subject);
}

trust::Decision Rights::person_place(const trust::Viewer& viewer, const std::string& person_id) const {
  trust::Subject subject;
  trust::Relations& relations = subject.relations;
  switch (viewer.role) {
    case trust::Role::kDispatch:
      if (const v1::Call* call = picture_.call_about(viewer.agency_id, person_id)) {
        relations.in_call = true;
        subject.basis = call->id();
      } else {
        (canary(Canary::kExactForInformed) ? relations.in_call : relations.informed) =
            picture_.informed_about(viewer.agency_id, person_id);
      }
      break;
    case trust::Role::kUnit:
      if (const v1::TrackAccess* access = picture_.following(viewer.unit_id, person_id)) {
        relations.assigned = true;
        subject.basis = access->call_id();
      }
      break;
    case trust::Role::kProbation:
      relations.case_link = contains(viewer.wearer_ids, person_id);
      break;
    default:
      break;
  }
  if (const v1::BrokenGlass* glass = picture_.case_book().open_glass(viewer.account, person_id, now())) {
    relations.glass = true;
    if (subject.basis.empty()) subject.basis = glass->id();
  }
  relations.recused = recused(viewer, person_id);
  return decide(viewer, trust::Action::kSeePosition, subject);
}

trust::Decision Rights::unit_place(const trust::Viewer& viewer, const std::string& unit_id) const {
  trust::Subject subject;
  const picture::UnitRecord* unit = picture_.calls().unit(unit_id);
  subject.relations.agency = unit != nullptr && unit->unit.agency_id() == viewer.agency_id;
  subject.relations.own = viewer.unit_id == unit_id;
  return decide(viewer, trust::Action::kSeeUnit, subject);
}

trust::Decision Rights::holder_place(const trust::Viewer& viewer, uint32_t holder) const {
  const picture::Positions& positions = picture_.positions();
  return positions.is_unit(holder) ? unit_place(viewer, positions.id(holder))
                                   : person_place(viewer, positions.id(holder));
}

std::optional<std::vector<uint32_t>> Rights::tied_holders(const trust::Viewer& viewer) const {
  const picture::Positions& positions = picture_.positions();
  const picture::CallBook& calls = picture_.calls();
  std::vector<uint32_t> out;
  const auto add_unit = [&](const std::string& id) {
    if (const auto holder = positions.find_unit(id)) out.push_back(*holder);
  };
  const auto add = [&](const std::vector<std::string>& person_ids) {
    for (const std::string& id : person_ids) {
      if (const auto holder = positions.find_person(id)) out.push_back(*holder);
    }
  };
  switch (viewer.role) {
    case trust::Role::kUnit:
      add_unit(viewer.unit_id);
      for (const v1::TrackAccess* access : calls.accesses(viewer.unit_id)) add({access->person_id()});
      return out;
    case trust::Role::kDispatch:
      for (const auto& [id, unit] : calls.units()) {
        if (unit.unit.agency_id() == viewer.agency_id) add_unit(id);
      }
      for (const std::string& id : calls.open_calls()) {
        const v1::Call& call = *calls.call(id);
        if (call.agency_id() == viewer.agency_id) add(picture::persons_of(call));
      }
      for (const v1::Incident* incident : picture_.alerts().open_incidents()) {
        if (picture_.informed(viewer.agency_id, incident->id())) add(picture::persons_of(*incident));
      }
      break;
    case trust::Role::kProbation:
      add(viewer.wearer_ids);
      break;
    case trust::Role::kPolice:
      break;
    default:
      return std::nullopt;
  }
  add(picture_.case_book().behind_open_glass(viewer.account, now()));
  return out;
}

trust::Decision Rights::report_shown(const trust::Viewer& viewer, const v1::Alert& alert) const {
  trust::Subject subject;
  for (const v1::Call* call : picture_.calls().calls_of_incident(alert.incident_id())) {
    subject.relations.in_call |= call->agency_id() == viewer.agency_id;
    subject.relations.assigned |= !viewer.unit_id.empty() && picture::is_assigned(*call, viewer.unit_id);
  }
  // Of an outage she is told without seeing it.
  const auto& uncovered = alert.uncovered_ids();
  // Nor is whom he may not meet told of him.
  subject.relations.own =
      !viewer.person_id.empty() && alert.kind() != v1::ALERT_KIND_NO_CONTACT &&
      (alert.protected_id() == viewer.person_id ||
       std::find(uncovered.begin(), uncovered.end(), viewer.person_id) != uncovered.end());
  subject.relations.case_link = contains(viewer.wearer_ids, alert.wearer_id());
  return decide(viewer, trust::Action::kReportShown, subject);
}

}  // namespace haechi::live
