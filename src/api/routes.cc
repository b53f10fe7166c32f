#include "api/routes.h"

#include "api/accounts.h"
#include "api/acts.h"
#include "api/api_keys.h"
#include "api/bundles.h"
#include "api/case_routes.h"
#include "api/contacts.h"
#include "api/erasure.h"
#include "api/lists.h"
#include "api/measure.h"
#include "api/node_state.h"
#include "api/own.h"
#include "api/passkeys.h"
#include "api/pin.h"
#include "api/playback.h"
#include "api/read.h"
#include "api/register.h"
#include "api/session.h"
#include "api/sign_in.h"
#include "api/subjects.h"
#include "api/work.h"
#include "haechi/v1/api.pb.h"
#include "haechi/v1/case_api.pb.h"
#include "haechi/v1/erasure.pb.h"

namespace haechi::api {
namespace {

using trust::Action;

trust::Subject position_of(const Exchange& e) {
  return person_subject(e, e.id(), "position");
}
trust::Subject track_of(const Exchange& e) {
  return person_subject(e, e.id(), "track");
}
trust::Subject person_of(const Exchange& e) {
  return person_subject(e, e.id(), "person");
}
trust::Subject alert_of(const Exchange& e) {
  return alert_subject(e, e.id());
}
trust::Subject incident_of(const Exchange& e) {
  return incident_subject(e, e.id());
}
trust::Subject call_of(const Exchange& e) {
  return call_subject(e, e.world.picture.calls().call(e.id()), e.id());
}
trust::Subject zone_of(const Exchange& e) {
  return zone_subject(e, e.id());
}
trust::Subject hand_off_of(const Exchange& e) {
  return hand_off_subject(e, e.id());
}
trust::Subject device_of(const Exchange& e) {
  return device_subject(e, e.id());
}
trust::Subject order_of(const Exchange& e) {
  return order_subject(e, e.id());
}
trust::Subject unit_of(const Exchange& e) {
  return unit_subject(e, e.id());
}

template <typename Message>
const google::protobuf::Descriptor* of() {
  return Message::descriptor();
}

void add_reads(std::vector<Route>& r) {
  r.push_back({"GET", "/api/v1/me/capabilities", "self", "Who I am and what I may do", Access::kKey,
               Action::kSeeSelf, "self", nullptr, read::capabilities, nullptr, of<v1::Capabilities>()});
  r.push_back({"GET",
               "/api/v1/positions",
               "positions",
               "Newest position of every person the viewer may see",
               Access::kKey,
               Action::kSeePosition,
               "position",
               nullptr,
               read::positions,
               nullptr,
               of<v1::PositionList>(),
               {"after", "limit"}});
  r.push_back({"GET", "/api/v1/positions/{id}", "positions", "Newest position of one person", Access::kKey,
               Action::kSeePosition, "position", position_of, read::position, nullptr,
               of<v1::LivePosition>()});
  r.push_back({"GET", "/api/v1/tracks/{id}", "positions", "Recent track of one person", Access::kKey,
               Action::kSeePosition, "track", track_of, read::track, nullptr, of<v1::Track>()});
  r.push_back({"GET",
               "/api/v1/alerts",
               "alerts",
               "Alerts the viewer may see; of a period, all that were opened or changed in it",
               Access::kKey,
               Action::kSeeAlert,
               "alert",
               nullptr,
               read::alerts,
               nullptr,
               of<v1::AlertList>(),
               {"state", "from_us", "to_us", "after", "limit"}});
  r.push_back({"GET", "/api/v1/alerts/{id}", "alerts", "One alert with its latency ledger", Access::kKey,
               Action::kSeeAlert, "alert", alert_of, read::alert, nullptr, of<v1::AlertAnswer>()});
  r.push_back({"GET", "/api/v1/alerts/{id}/timeline", "alerts",
               "Every step of one alert, and its latency ledger", Access::kKey, Action::kSeeAlert, "alert",
               alert_of, read::timeline, nullptr, of<v1::TimelineAnswer>()});
  r.push_back({"GET",
               "/api/v1/incidents",
               "alerts",
               "Incidents; open ones unless state=all",
               Access::kKey,
               Action::kSeeAlert,
               "incident",
               nullptr,
               read::incidents,
               nullptr,
               of<v1::IncidentList>(),
               {"state", "after", "limit"}});
  r.push_back({"GET", "/api/v1/incidents/{id}", "alerts", "One incident with its alerts and hand-offs",
               Access::kKey, Action::kSeeAlert, "incident", incident_of, read::incident, nullptr,
               of<v1::IncidentAnswer>()});
  r.push_back({"GET",
               "/api/v1/calls",
               "dispatch",
               "Calls for service",
               Access::kKey,
               Action::kSeeCall,
               "call",
               nullptr,
               read::calls,
               nullptr,
               of<v1::CallList>(),
               {"state", "after", "limit"}});
  r.push_back({"GET", "/api/v1/calls/{id}", "dispatch", "One call for service", Access::kKey,
               Action::kSeeCall, "call", call_of, read::call, nullptr, of<v1::Call>()});
  r.push_back({"GET",
               "/api/v1/units",
               "dispatch",
               "Units with status and place",
               Access::kKey,
               Action::kSeeUnit,
               "unit",
               nullptr,
               read::units,
               nullptr,
               of<v1::UnitList>(),
               {"after", "limit"}});
  r.push_back({"GET", "/api/v1/units/{id}", "dispatch", "One unit with status and place", Access::kKey,
               Action::kSeeUnit, "unit", unit_of, read::unit, nullptr, of<v1::UnitLive>()});
  r.push_back({"GET", "/api/v1/views", "protection", "What the protected person may see now", Access::kKey,
               Action::kSeeView, "view", nullptr, read::views, nullptr, of<v1::ViewList>()});
  r.push_back({"GET",
               "/api/v1/audit",
               "audit",
               "Who saw what and why, newest first",
               Access::kKey,
               Action::kSeeAudit,
               "audit",
               nullptr,
               read::audit,
               nullptr,
               of<v1::AccessList>(),
               {"viewer", "action", "subject_id", "denied", "after", "limit"}});
}

void add_lists(std::vector<Route>& r) {
  const auto add = [&](const char* path, const char* tag, const char* summary, Action action,
                       const char* kind, Run run, const google::protobuf::Descriptor* output,
                       std::vector<const char*> parameters) {
    r.push_back({"GET", path, tag, summary, Access::kKey, action, kind, nullptr, run, nullptr, output,
                 std::move(parameters)});
  };
  add("/api/v1/persons", "registers", "Persons whose record the viewer may see", Action::kSeeRecord, "person",
      lists::persons, of<v1::PersonList>(), {"role", "after", "limit"});
  add("/api/v1/devices", "registers", "Devices in use and how they are", Action::kSeeRegister, "device",
      lists::devices, of<v1::DeviceList>(), {"person_id", "after", "limit"});
  add("/api/v1/orders", "registers", "Orders, of each the latest version", Action::kSeeRegister, "order",
      lists::orders, of<v1::OrderList>(), {"person_id", "after", "limit"});
  add("/api/v1/zones", "registers", "Zones", Action::kSeeRegister, "zone", lists::zones, of<v1::ZoneList>(),
      {"after", "limit"});
  add("/api/v1/jurisdictions", "registers", "Jurisdictions", Action::kSeeOrganisation, "jurisdiction",
      lists::jurisdictions, of<v1::JurisdictionList>(), {"after", "limit"});
  add("/api/v1/agencies", "registers", "Agencies and how their own systems are reached",
      Action::kSeeOrganisation, "agency", lists::agencies, of<v1::AgencyList>(), {"after", "limit"});
  r.push_back({"POST", "/api/v1/search", "search", "Find by part of an id or a name what the viewer may see",
               Access::kKey, Action::kSearch, "search", nullptr, lists::search, of<v1::SearchInput>(),
               of<v1::SearchAnswer>()});
  add("/api/v1/vocabulary", "system", "The codes that requests and answers use", Action::kSeeSelf, "self",
      lists::vocabulary, of<v1::Vocabulary>(), {});
}

void add_history(std::vector<Route>& r) {
  r.push_back({"GET",
               "/api/v1/playback",
               "positions",
               "Where people were in a past period; up to a day for ten persons, an hour for everybody",
               Access::kKey,
               Action::kSeePosition,
               "playback",
               nullptr,
               playback::run,
               nullptr,
               of<v1::PlaybackAnswer>(),
               {"from_us", "to_us", "person_id", "step_s", "after"},
               "person_id"});
  r.push_back({"POST", "/api/v1/positions/table", "positions",
               "Say why a table of the newest places is taken from a screen, before it is", Access::kKey,
               Action::kSeePosition, "table", nullptr, bundles::table, of<v1::TableInput>(),
               of<v1::TableInput>()});
  r.back().asks_factor = true;
  r.push_back({"POST", "/api/v1/measure", "positions", "Lengths, bearings and the area between given places",
               Access::kKey, Action::kMeasure, "measure", nullptr, measure, of<v1::MeasureInput>(),
               of<v1::MeasureAnswer>()});
}

void add_work(std::vector<Route>& r) {
  r.push_back({"POST", "/api/v1/alerts/{id}/handling", "alerts", "Acknowledge, act, shelve, resolve or close",
               Access::kKey, Action::kHandleAlert, "alert", alert_of, work::handle_alert,
               of<v1::HandleInput>(), of<v1::HandledAnswer>()});
  r.push_back({"POST", "/api/v1/alerts/{id}/shown", "alerts", "The alert was shown to a human", Access::kKey,
               Action::kReportShown, "alert", alert_of, work::alert_shown, of<v1::ShownInput>(),
               of<v1::Written>()});
  r.push_back({"POST", "/api/v1/hand-offs/{id}/answer", "alerts", "Acceptance told by telephone",
               Access::kKey, Action::kAnswerHandOff, "hand_off", hand_off_of, work::answer_hand_off,
               of<v1::HandOffAnswerInput>(), of<v1::Written>()});
  r.push_back({"POST", "/api/v1/units/{id}/status", "dispatch", "A unit's next step", Access::kKey,
               Action::kReportUnitStatus, "unit", unit_of, work::unit_status, of<v1::UnitStatusInput>(),
               of<v1::Written>()});
  r.push_back({"POST", "/api/v1/calls/{id}/assign", "dispatch", "Send a unit to one of the two persons",
               Access::kKey, Action::kRunCall, "call", call_of, work::assign, of<v1::AssignInput>(),
               of<v1::Written>()});
  r.push_back({"POST", "/api/v1/calls/{id}/close", "dispatch", "Close a call with its disposition",
               Access::kKey, Action::kRunCall, "call", call_of, work::close_call, of<v1::CloseCallInput>(),
               of<v1::Written>()});
}

void add_contacts(std::vector<Route>& r) {
  r.push_back({"GET", "/api/v1/incidents/{id}/proximity", "alerts",
               "How far the two persons were from each other while it lasted", Access::kKey,
               Action::kSeeAlert, "incident", incident_of, contacts::proximity, nullptr,
               of<v1::ProximitySeries>()});
  r.push_back({"POST", "/api/v1/incidents/{id}/contacts", "alerts",
               "Note that somebody was spoken to; the note stays out of the log", Access::kKey,
               Action::kLogContact, "incident", incident_of, contacts::log, of<v1::ContactInput>(),
               of<v1::ContactEntry>()});
  r.push_back({"GET", "/api/v1/incidents/{id}/contacts", "alerts", "With whom was spoken, oldest first",
               Access::kKey, Action::kSeeContacts, "incident", incident_of, contacts::list, nullptr,
               of<v1::ContactList>()});
}

void add_own(std::vector<Route>& r) {
  r.push_back({"POST", "/api/v1/me/position", "self", "Where my own phone or unit is, and how it is",
               Access::kKey, Action::kReportOwn, "self", own::subject, own::position, of<v1::PositionInput>(),
               of<v1::OwnReportAnswer>()});
  r.push_back({"POST", "/api/v1/me/sos", "self", "I need help; the same id rings once", Access::kKey,
               Action::kRaiseSos, "self", own::subject, own::sos, of<v1::SosInput>(),
               of<v1::OwnReportAnswer>()});
}

void add_erasure(std::vector<Route>& r) {
  r.push_back({"GET", "/api/v1/holds", "erasure", "Legal holds that stand, by person", Access::kKey,
               Action::kErase, "hold", nullptr, erasure::holds, nullptr, of<v1::HoldList>()});
  r.push_back({"GET", "/api/v1/endings", "erasure",
               "Whose data end by the clock within ?within_days= (30), or should have and are held",
               Access::kKey, Action::kErase, "erasure", nullptr, erasure::endings, nullptr,
               of<v1::EndingList>()});
  r.back().parameters = {"within_days"};
  r.push_back({"POST", "/api/v1/persons/{id}/hold", "erasure", "Nothing of this person may be destroyed; why",
               Access::kKey, Action::kErase, "hold", nullptr, erasure::hold, of<v1::HoldInput>(),
               of<v1::ErasureOutcome>()});
  r.push_back({"POST", "/api/v1/persons/{id}/release", "erasure",
               "End a hold; by another account than the one that placed it", Access::kKey, Action::kErase,
               "hold", nullptr, erasure::release, of<v1::HoldInput>(), of<v1::ErasureOutcome>()});
  r.back().asks_factor = true;
  r.push_back({"POST", "/api/v1/persons/{id}/erase", "erasure",
               "Destroy the keys of this person; refused under a hold or an order in force", Access::kKey,
               Action::kErase, "erasure", nullptr, erasure::erase, of<v1::EraseInput>(),
               of<v1::ErasureOutcome>()});
  r.back().asks_factor = true;
  r.back().second = erasure::second;
}

// Registering one of them gives out a secret, says where alarms go, or who is monitored and how.
bool weighs(std::string_view kind) {
  return kind == "device" || kind == "agency" || kind == "order" || kind == "jurisdiction";
}

SecondOf second_of(std::string_view kind) {
  if (kind == "agency") return registers::second_of_agency;
  return kind == "jurisdiction" ? registers::second_of_jurisdiction : nullptr;
}

void add_registers(std::vector<Route>& r) {
  const auto add = [&](const char* path, const char* kind, const char* put_summary, Run put,
                       const google::protobuf::Descriptor* input, const char* get_summary, Action see,
                       SubjectOf subject, Run get, const google::protobuf::Descriptor* output,
                       std::vector<const char*> put_parameters = {}) {
    r.push_back({"PUT", path, "registers", put_summary, Access::kKey, Action::kRegister, kind, nullptr, put,
                 input, of<v1::Written>(), std::move(put_parameters)});
    r.back().asks_factor = weighs(kind);
    r.back().second = second_of(kind);
    if (get == nullptr) return;
    r.push_back(
        {"GET", path, "registers", get_summary, Access::kKey, see, kind, subject, get, nullptr, output});
  };
  add("/api/v1/persons/{id}", "person", "Register a person; name and telephone stay out of the log",
      registers::put_person, of<v1::PersonInput>(),
      "A person's role and record; of a telephone number its end, or all with show=phone", Action::kSeeRecord,
      person_of, registers::get_person, of<v1::PersonAnswer>());
  r.back().parameters = {"show"};
  add("/api/v1/devices/{id}", "device", "Register a device; a secret that was made here is shown once",
      registers::put_device, of<v1::DeviceInput>(), "A device, without its secret", Action::kSeeRegister,
      device_of, registers::get_device, of<v1::Device>());
  add("/api/v1/orders/{id}", "order",
      "Register an order or its next version (If-Match: the version it replaces)", registers::put_order,
      of<v1::Order>(), "The latest version of an order", Action::kSeeRegister, order_of, registers::get_order,
      of<v1::Order>());
  add("/api/v1/zones/{id}", "zone", "Register a zone, as shape or as GeoJSON {\"geometry\": ...}",
      registers::put_zone, of<v1::Zone>(), "A zone", Action::kSeeRegister, zone_of, registers::get_zone,
      of<v1::Zone>());
  add("/api/v1/jurisdictions/{id}", "jurisdiction", "Register a jurisdiction", registers::put_jurisdiction,
      of<v1::Jurisdiction>(), "A jurisdiction", Action::kSeeOrganisation, nullptr,
      registers::get_jurisdiction, of<v1::Jurisdiction>());
  add("/api/v1/agencies/{id}", "agency", "Register an agency and how its own system is reached",
      registers::put_agency, of<v1::AgencyInput>(), "An agency, without its secret", Action::kSeeOrganisation,
      nullptr, registers::get_agency, of<v1::AgencyAnswer>(), {"former_minutes"});
  add("/api/v1/holiday-calendars/{id}", "holiday_calendar",
      "Register the public holidays that schedules of this calendar name follow",
      registers::put_holiday_calendar, of<v1::HolidayCalendar>(), "A holiday calendar", Action::kSeeRegister,
      nullptr, registers::get_holiday_calendar, of<v1::HolidayCalendar>());
  add("/api/v1/units/{id}", "unit", "Register a unit", registers::put_unit, of<v1::Unit>(), "",
      Action::kSeeUnit, nullptr, nullptr, nullptr);
  r.push_back({"POST", "/api/v1/facts", "registers",
               "Register many at once: all are checked, then all are logged", Access::kKey, Action::kRegister,
               "facts", nullptr, registers::post_facts, of<v1::FactBatch>(), of<v1::BatchWritten>()});
  r.back().asks_factor = true;
}

void add_others(std::vector<Route>& r) {
  r.push_back({"POST", "/api/v1/session", "self", "Sign a web surface in: the key becomes its cookie",
               Access::kKey, Action::kSeeSelf, "self", nullptr, session::begin, of<v1::SessionInput>(),
               of<v1::Capabilities>()});
  r.push_back({"DELETE", "/api/v1/session", "self", "Sign the surface of Haechi-Surface out", Access::kPublic,
               Action::kSeeSelf, "self", nullptr, session::end, nullptr, of<v1::SessionEnded>()});
  r.push_back({"GET", "/openapi.json", "system", "This description", Access::kPublic});
  r.push_back({"GET", "/healthz", "system", "The process answers", Access::kElsewhere});
  r.push_back({"GET", "/readyz", "system", "The log was replayed and facts are taken", Access::kElsewhere});
  r.push_back({"GET", "/metrics", "system", "Numbers for Prometheus", Access::kElsewhere});
  r.push_back({"GET", "/evidence/v1/checkpoint", "evidence", "The newest signed checkpoint of the log",
               Access::kElsewhere, Action::kSeeAudit, "evidence"});
  r.push_back({"GET", "/evidence/v1/witnessed", "evidence", "The newest checkpoint that a witness cosigned",
               Access::kElsewhere, Action::kSeeAudit, "evidence"});
  r.push_back(
      {"GET", "/evidence/v1/tile/{level}/{index}", "evidence",
       "A tile of the log's Merkle tree, or of its entries (level: entries), as C2SP tlog-tiles names it",
       Access::kElsewhere, Action::kSeeAudit, "evidence"});
  r.push_back({"POST", "/witness/v1/add-checkpoint", "evidence",
               "Cosign another log's checkpoint if it continues the last (C2SP tlog-witness)",
               Access::kElsewhere});
  const auto of_providers = [&](const char* method, const char* path, const char* summary,
                                std::vector<const char*> parameters) {
    r.push_back({method, path, "accounts", summary, Access::kElsewhere, Action::kSeeSelf, "account", nullptr,
                 nullptr, nullptr, nullptr, std::move(parameters)});
  };
  of_providers("GET", "/api/v1/sign-in/providers/{id}", "Sends the browser to an agency's identity provider",
               {"surface"});
  of_providers("GET", "/api/v1/sign-in/providers/{id}/return",
               "To where the provider sends it back; signs the surface in", {"code", "state", "iss"});
  of_providers("POST", "/api/v1/sign-in/providers/{id}/logout",
               "Where the provider says that a session has ended (OpenID Connect back-channel logout)", {});
  r.push_back({"POST", "/mirror/v1/records", "evidence",
               "Keep a copy of another log's records if they continue it and are signed by its key",
               Access::kElsewhere});
  r.push_back({"POST", "/link/v1/answers", "hand-off", "Answers of a responding agency's own system",
               Access::kElsewhere, Action::kAnswerHandOff, "hand_off", nullptr, nullptr,
               of<v1::HandOffMessage>(), nullptr});
  r.push_back({"POST", "/notify/v1/receipts", "cases", "What the gateway of text messages says of one",
               Access::kElsewhere, Action::kReadNotification, "notification", nullptr, nullptr,
               of<v1::SmsReceipt>(), nullptr});
}

std::vector<Route> make_routes() {
  std::vector<Route> out;
  add_reads(out);
  add_history(out);
  add_lists(out);
  add_work(out);
  add_contacts(out);
  add_own(out);
  add_pin_routes(out);
  add_node_routes(out);
  add_erasure(out);
  add_registers(out);
  add_case_routes(out);
  add_sign_in_routes(out);
  add_account_routes(out);
  add_passkey_routes(out);
  add_api_key_routes(out);
  acts::add_act_routes(out);
  add_others(out);
  return out;
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  if (path.empty() || path.front() != '/') return parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const size_t end = path.find('/');
    parts.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return parts;
}

bool fits(std::string_view pattern, const std::vector<std::string_view>& parts,
          std::vector<std::string>& ids) {
  const std::vector<std::string_view> wanted = parts_of(pattern);
  if (wanted.size() != parts.size()) return false;
  ids.clear();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (wanted[i].starts_with('{') && !parts[i].empty()) {
      ids.emplace_back(parts[i]);
    } else if (wanted[i] != parts[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> table = make_routes();
  return table;
}

trust::Decision decide(Exchange& exchange, const Route& route) {
  exchange.subject =
      route.subject != nullptr
          ? route.subject(exchange)
          : trust::Subject{.kind = route.subject_kind, .id = exchange.ids.empty() ? "" : exchange.ids[0]};
  // Whose id stands in the address: who is too close to that person does nothing there either.
  if (route.subject == nullptr && std::string_view(route.path).starts_with("/api/v1/persons/{id}"))
    recuse(exchange, {exchange.ids[0]}, exchange.subject);
  if (route.subject == nullptr && exchange.ids.empty())
    return trust::decide_collection(exchange.viewer, route.action, exchange.purpose);
  return trust::decide(exchange.viewer, route.action, exchange.subject, exchange.purpose,
                       exchange.right_at());
}

Match match(std::string_view method, std::string_view path) {
  Match found;
  const std::vector<std::string_view> parts = parts_of(path);
  std::vector<std::string> ids;
  for (const Route& route : routes()) {
    if (!fits(route.path, parts, ids)) continue;
    found.allow.emplace_back(route.method);
    if (route.method != method) continue;
    found.route = &route;
    found.ids = ids;
  }
  return found;
}

}  // namespace haechi::api
