#include "api/read.h"

#include "api/history.h"
#include "api/page.h"
#include "api/playback.h"
#include "api/subjects.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::read {
namespace {

Error not_found(const char* field) {
  return Error{Code::kNotFound, field, "there is none of this id"};
}

Result<uint64_t> number_parameter(const Exchange& exchange, const char* name) {
  const std::string text = exchange.request.parameter(name);
  if (text.empty()) return uint64_t{0};
  if (text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
    return invalid(name, "must be a whole number");
  }
  return static_cast<uint64_t>(std::stoull(text));
}

}  // namespace

Result<Plan> positions(const Exchange& exchange) {
  TRY(const size_t limit, exchange.limit());
  TRY(const uint64_t after, number_parameter(exchange, "after"));
  const picture::Positions& positions = exchange.world.picture.positions();
  v1::PositionList list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::vector<std::string> shown;
  // Holders are never renumbered, so the cursor is the number of the next one.
  for (uint64_t holder = after; holder < positions.size(); ++holder) {
    const uint32_t index = static_cast<uint32_t>(holder);
    if (positions.is_unit(index) || !positions.has_fix(index)) continue;
    const trust::Decision decision = position_decision(exchange, positions.id(index));
    if (!decision.allowed) continue;
    std::optional<v1::LivePosition> live = positions.live(index);
    if (!live) continue;
    if (shown.size() == limit) {
      list.set_next(std::to_string(holder));
      break;
    }
    reduce(exchange, decision, *live);
    *list.add_positions() = *std::move(live);
    shown.push_back(positions.id(index));
  }
  return answering(list, std::move(shown));
}

Result<Plan> position(const Exchange& exchange) {
  const picture::Positions& positions = exchange.world.picture.positions();
  const std::optional<uint32_t> holder = positions.find_person(exchange.id());
  if (!holder) return not_found("id");
  std::optional<v1::LivePosition> live = positions.live(*holder);
  if (!live) return Error{Code::kNotFound, "id", "no position of this person is known"};
  reduce(exchange, exchange.decision, *live);
  return answering(*live, {exchange.id()});
}

Result<Plan> track(const Exchange& exchange) {
  const picture::Positions& positions = exchange.world.picture.positions();
  const std::optional<uint32_t> holder = positions.find_person(exchange.id());
  if (!holder) return not_found("id");
  if (exchange.decision.precision != trust::Precision::kFull) {
    return Error{Code::kForbidden, "", "a track is shown only where the exact place is"};
  }
  const std::optional<Time> from = playback::shown_from(exchange, exchange.id());
  if (!from) return not_found("id");
  return answering(positions.track(*holder, *from), {exchange.id()});
}

Result<Plan> alerts(const Exchange& exchange) {
  TRY(const std::optional<playback::Span> span, playback::span_of(exchange));
  TRY(bool all, all_states(exchange));
  all |= span && exchange.request.parameter("state").empty();
  const picture::AlertBook& book = exchange.world.picture.alerts();
  v1::AlertList list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::vector<std::string> shown;
  TRY(const std::string next, page(exchange, book.alerts(), [&](const v1::AlertRecord& record) {
        const v1::Alert& alert = record.alert();
        if (!all && picture::has_ended(alert)) return false;
        if (span && !book.happened_within(alert.id(), span->from, span->to)) return false;
        const trust::Subject subject = alert_subject(exchange, alert.id());
        if (!decide_on(exchange, trust::Action::kSeeAlert, subject).allowed) return false;
        v1::AlertRecord& copy = *list.add_alerts();
        copy = record;
        reduce(exchange, *copy.mutable_alert());
        shown.push_back(alert.id());
        return true;
      }));
  list.set_next(next);
  return answering(list, std::move(shown));
}

Result<Plan> alert(const Exchange& exchange) {
  const v1::AlertRecord* record = exchange.world.picture.alerts().alert(exchange.id());
  if (record == nullptr) return not_found("id");
  v1::AlertAnswer answer;
  *answer.mutable_alert() = *record;
  reduce(exchange, *answer.mutable_alert()->mutable_alert());
  return answering(answer);
}

Result<Plan> timeline(const Exchange& exchange) {
  const picture::AlertBook& book = exchange.world.picture.alerts();
  const v1::AlertRecord* record = book.alert(exchange.id());
  if (record == nullptr) return not_found("id");
  v1::TimelineAnswer answer;
  *answer.mutable_timeline() = book.timeline(exchange.id());
  *answer.mutable_ledger() = record->ledger();
  return answering(answer);
}

Result<Plan> incidents(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  v1::IncidentList list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::map<std::string, const v1::Incident*> by_id;
  for (const v1::Incident* incident : exchange.world.picture.alerts().incidents()) {
    if (all || incident->closed_at_us() == 0) by_id[incident->id()] = incident;
  }
  std::vector<std::string> shown;
  TRY(const std::string next, page(exchange, by_id, [&](const v1::Incident* incident) {
        const trust::Subject subject = incident_subject(exchange, incident->id());
        if (!decide_on(exchange, trust::Action::kSeeAlert, subject).allowed) return false;
        *list.add_incidents() = *incident;
        shown.push_back(incident->id());
        return true;
      }));
  list.set_next(next);
  return answering(list, std::move(shown));
}

Result<Plan> incident(const Exchange& exchange) {
  const picture::AlertBook& book = exchange.world.picture.alerts();
  const v1::Incident* incident = book.incident(exchange.id());
  if (incident == nullptr) return not_found("id");
  v1::IncidentAnswer answer;
  *answer.mutable_incident() = *incident;
  for (const std::string& alert_id : book.alert_ids(exchange.id())) {
    const v1::AlertRecord* record = book.alert(alert_id);
    if (record == nullptr) continue;
    v1::AlertRecord& copy = *answer.add_alerts();
    copy = *record;
    reduce(exchange, *copy.mutable_alert());
  }
  for (const std::string& hand_off_id : book.hand_off_ids(exchange.id())) {
    const v1::HandOff* hand_off = book.hand_off(hand_off_id);
    if (hand_off != nullptr) *answer.add_hand_offs() = *hand_off;
  }
  return answering(answer);
}

Result<Plan> calls(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  v1::CallList list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::vector<std::string> shown;
  TRY(const std::string next,
      page(exchange, exchange.world.picture.calls().calls(), [&](const v1::Call& call) {
        if (!all && call.state() == v1::CALL_STATE_CLOSED) return false;
        const trust::Subject subject = call_subject(exchange, &call, call.id());
        if (!decide_on(exchange, trust::Action::kSeeCall, subject).allowed) return false;
        v1::Call& copy = *list.add_calls();
        copy = call;
        reduce(exchange, copy);
        shown.push_back(call.id());
        return true;
      }));
  list.set_next(next);
  return answering(list, std::move(shown));
}

Result<Plan> call(const Exchange& exchange) {
  const v1::Call* found = exchange.world.picture.calls().call(exchange.id());
  if (found == nullptr) return not_found("id");
  v1::Call copy = *found;
  reduce(exchange, copy);
  return answering(copy);
}

Result<Plan> units(const Exchange& exchange) {
  v1::UnitList list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::vector<std::string> shown;
  TRY(const std::string next,
      page(exchange, exchange.world.picture.calls().units(), [&](const picture::UnitRecord& record) {
        if (record.unit.removed()) return false;
        const trust::Subject subject = unit_subject(exchange, record.unit.id());
        if (!decide_on(exchange, trust::Action::kSeeUnit, subject).allowed) return false;
        *list.add_units() = exchange.world.picture.unit_live(record.unit.id());
        shown.push_back(record.unit.id());
        return true;
      }));
  list.set_next(next);
  return answering(list, std::move(shown));
}

Result<Plan> unit(const Exchange& exchange) {
  if (exchange.world.picture.calls().unit(exchange.id()) == nullptr) return not_found("id");
  return answering(exchange.world.picture.unit_live(exchange.id()));
}

Result<Plan> views(const Exchange& exchange) {
  const std::string& her = exchange.viewer.person_id;
  const auto& consents = exchange.world.picture.case_book().consents();
  const auto consent = consents.find(her);
  if (consent == consents.end() || !consent->second.view_allowed()) {
    Plan plan;
    plan.refused = Refusal{{.kind = "view"}, {.reason = "she has not read the penalty notice and agreed"}};
    return plan;
  }
  v1::ViewList list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::vector<std::string> shown;
  for (const auto& [id, view] : exchange.world.picture.calls().views()) {
    const trust::Subject subject = view_subject(exchange, view);
    const trust::Decision decision = decide_on(exchange, trust::Action::kSeeView, subject);
    if (!decision.allowed) continue;
    v1::View& copy = *list.add_views();
    copy = view;
    reduce(decision, copy);
    shown.push_back(id);
    // The record names each point by the moment it is of, so that none is shown that it does not name.
    if (copy.has_place()) shown.push_back(id + "@" + std::to_string(view.wearer_fixed_at_us()));
  }
  return answering(list, std::move(shown));
}

// What the trail has no more, from the log.
Plan older(History* history, const LooksQuery& query) {
  Plan plan;
  plan.later = [history, query](const Deliver& deliver) {
    return history->read(query, [deliver](Result<v1::AccessList> page) {
      deliver([page = std::move(page)](const Exchange&) -> Result<Plan> {
        if (!page.ok()) return page.error();
        return answering(*page);
      });
    });
  };
  return plan;
}

Result<Plan> audit(const Exchange& exchange) {
  AccessQuery query;
  query.viewer = exchange.request.parameter("viewer");
  query.action = exchange.request.parameter("action");
  query.subject_id = exchange.request.parameter("subject_id");
  query.denied_only = exchange.request.parameter("denied") == "true";
  TRY(query.before_entry_no, number_parameter(exchange, "after"));
  TRY(query.limit, exchange.limit());
  v1::AccessList newest = exchange.world.trail.find(query);
  const uint64_t first_no = exchange.world.trail.first_no();
  if (!newest.next().empty() || first_no == 0) return answering(newest);
  History* history = exchange.world.history;
  if (history == nullptr) return Error{Code::kUnavailable, "", "the past cannot be read here"};
  const bool all_older = query.before_entry_no != 0 && query.before_entry_no < first_no;
  if (!all_older) query.before_entry_no = first_no;
  return older(history, {exchange.viewer.account, query, std::move(newest)});
}

v1::Capabilities capabilities_of(const trust::Viewer& viewer) {
  v1::Capabilities out;
  out.set_account(viewer.account);
  out.set_role(trust::role_name(viewer.role));
  out.set_purpose(trust::purpose_name(trust::purpose_of(viewer.role)));
  for (trust::Action action : trust::capabilities(viewer.role)) out.add_actions(trust::action_name(action));
  out.set_person_id(viewer.person_id);
  out.set_unit_id(viewer.unit_id);
  out.set_agency_id(viewer.agency_id);
  return out;
}

Result<Plan> capabilities(const Exchange& exchange) {
  return answering(capabilities_of(exchange.viewer));
}

}  // namespace haechi::api::read
