// Numbers about nobody in particular, counted from the picture when they are asked for.
#include <algorithm>

#include "api/legal.h"
#include "api/risk.h"
#include "api/standings.h"
#include "base/typed_cell.h"
#include "picture/synthetic.h"

namespace haechi::api::risk {
namespace {

using trust::Action;

struct Window {
  int64_t from_us = 0, to_us = INT64_MAX;

  bool holds(int64_t at_us) const { return at_us >= from_us && at_us < to_us; }
};

Result<int64_t> moment(const Exchange& exchange, const char* name, int64_t unless_said) {
  const std::string text = exchange.request.parameter(name);
  if (text.empty()) return unless_said;
  if (text.size() > 16 || text.find_first_not_of("0123456789") != std::string::npos)
    return invalid(name, "must be microseconds since 1970");
  return static_cast<int64_t>(std::stoll(text));
}

Result<Window> window_of(const Exchange& exchange) {
  TRY(const int64_t from_us, moment(exchange, "from_us", 0));
  TRY(const int64_t to_us, moment(exchange, "to_us", INT64_MAX));
  if (to_us <= from_us) return invalid("to_us", "must be later than from_us");
  return Window{from_us, to_us};
}

// Of what a viewer is told numbers: of everything, who sees every case by duty or reads who looked at whom;
// of what he sees himself, everybody else. Or a number of one would tell him of a case that is none of his.
class Told {
 public:
  explicit Told(const Exchange& exchange) : exchange_(exchange) {
    all_ = allowed(Action::kSeeCase, {.kind = "case"}) || allowed(Action::kSeeAudit, {.kind = "audit"});
    if (all_) return;
    const picture::CaseBook& book = exchange.world.picture.case_book();
    const trust::Viewer& viewer = exchange.viewer;
    persons_.insert(viewer.wearer_ids.begin(), viewer.wearer_ids.end());
    if (const auto load = book.caseloads().find(viewer.account); load != book.caseloads().end())
      persons_.insert(load->second.wearer_ids().begin(), load->second.wearer_ids().end());
    for (const auto& [id, one] : book.cases()) {
      if (!allowed(Action::kSeeCase, legal::case_subject(exchange, id))) continue;
      persons_.merge(book.worn_as(one.subject_id()));
      persons_.insert(one.subject_id());
      persons_.insert(one.protected_ids().begin(), one.protected_ids().end());
    }
  }
  bool of_person(const std::string& id) const { return all_ || persons_.contains(id); }
  bool of_measure(const std::string& id) const {
    return all_ || allowed(Action::kSeeCase, legal::measure_subject(exchange_, id));
  }
  bool of_link(const std::string& id) const {
    return all_ || allowed(Action::kSeeCase, legal::link_subject(exchange_, id));
  }
  bool of_duty(const std::string& id) const {
    return all_ || allowed(Action::kDoDuty, legal::duty_subject(exchange_, id));
  }
  bool of_officer(const std::string& account) const { return all_ || account == exchange_.viewer.account; }

 private:
  bool allowed(Action action, const trust::Subject& subject) const {
    return trust::decide(exchange_.viewer, action, subject, exchange_.purpose, exchange_.now).allowed;
  }

  const Exchange& exchange_;
  bool all_ = false;
  std::set<std::string> persons_;
};

void put(const std::map<std::string, uint64_t>& counts,
         google::protobuf::RepeatedPtrField<v1::Statistics::Count>& out) {
  for (const auto& [key, count] : counts) {
    v1::Statistics::Count& one = *out.Add();
    one.set_key(key);
    one.set_count(count);
  }
}

int64_t thousandths(uint64_t part, uint64_t of) {
  return of == 0 ? -1 : static_cast<int64_t>(part * 1'000 / of);
}

void count_wearers(const Exchange& exchange, const Told& told, v1::Statistics& out) {
  std::map<std::string, std::set<std::string>> by_kind, by_offence;
  for (const auto& [id, order] : exchange.world.picture.orders()) {
    const bool over = order.ends_at_us() != 0 && Time{order.ends_at_us()} <= exchange.now;
    const bool begun = Time{order.starts_at_us()} <= exchange.now;
    if (order.withdrawn() || over || !begun) continue;
    if (picture::is_synthetic(exchange.world.picture, order.wearer_id())) continue;
    if (!told.of_person(order.wearer_id())) continue;
    by_kind[order.kind()].insert(order.wearer_id());
    by_offence[std::string(law::offence_of(order.kind(), order.offence()))].insert(order.wearer_id());
  }
  const auto sizes = [](const std::map<std::string, std::set<std::string>>& wearers) {
    std::map<std::string, uint64_t> counts;
    for (const auto& [key, ids] : wearers) counts[key] = ids.size();
    return counts;
  };
  put(sizes(by_kind), *out.mutable_wearers_by_kind());
  put(sizes(by_offence), *out.mutable_wearers_by_offence());
}

// Each person once in each standing, so that the standings never mix.
void count_standings(const Exchange& exchange, const Told& told, v1::Statistics& out) {
  std::map<std::string, std::set<std::string>> persons;
  for (const v1::PersonStanding& row : standings::of_all(exchange.world.picture, exchange.now))
    if (told.of_person(row.person_id())) persons[v1::Standing_Name(row.standing())].insert(row.person_id());
  std::map<std::string, uint64_t> counts;
  for (const auto& [standing, ids] : persons) counts[standing] = ids.size();
  put(counts, *out.mutable_persons_by_standing());
}

// The stage that a measure has reached says what became of it.
void count_measures(const Exchange& exchange, const Window& window, const Told& told, v1::Statistics& out) {
  const picture::CaseBook& book = exchange.world.picture.case_book();
  std::map<std::pair<std::string, std::string>, v1::Statistics::Measures> rows;
  for (const auto& [id, measure] : book.measures()) {
    if (measure.stage() == v1::MEASURE_STAGE_NEW || !window.holds(measure.begun_at_us())) continue;
    if (!told.of_measure(id)) continue;
    const v1::Case* one = book.find_case(measure.case_id());
    const std::string agency = one == nullptr ? std::string() : one->agency_id();
    v1::Statistics::Measures& row = rows[{agency, measure.kind()}];
    row.set_agency_id(agency);
    row.set_kind(measure.kind());
    row.set_applied(row.applied() + 1);
    const v1::MeasureEnd end = measure.end();
    const bool refused = end == v1::MEASURE_END_DENIED || end == v1::MEASURE_END_NOT_PETITIONED ||
                         end == v1::MEASURE_END_NOT_APPLIED;
    const bool decided = measure.decided_at_us() != 0;
    if (refused) row.set_denied(row.denied() + 1);
    if (!refused && decided) row.set_granted(row.granted() + 1);
    if (!refused && !decided && measure.stage() != v1::MEASURE_STAGE_ENDED)
      row.set_waiting(row.waiting() + 1);
  }
  for (auto& [key, row] : rows) {
    row.set_granted_thousandths(thousandths(row.granted(), row.granted() + row.denied()));
    *out.add_measures() = row;
  }
}

// The smallest value that so many of a hundred do not exceed.
int64_t percentile(std::vector<int64_t>& sorted, size_t of_hundred) {
  if (sorted.empty()) return -1;
  const size_t rank = (sorted.size() * of_hundred + 99) / 100;
  return sorted[std::max<size_t>(rank, 1) - 1];
}

struct Samples {
  uint64_t alerts = 0;
  std::vector<int64_t> assigned_ms, on_scene_ms;

  v1::Statistics::Times times(const std::string& agency_id) {
    std::sort(assigned_ms.begin(), assigned_ms.end());
    std::sort(on_scene_ms.begin(), on_scene_ms.end());
    v1::Statistics::Times out;
    out.set_agency_id(agency_id);
    out.set_alerts(alerts);
    out.set_assigned(assigned_ms.size());
    out.set_on_scene(on_scene_ms.size());
    out.set_assigned_ms_p50(percentile(assigned_ms, 50));
    out.set_assigned_ms_p90(percentile(assigned_ms, 90));
    out.set_assigned_ms_p99(percentile(assigned_ms, 99));
    out.set_on_scene_ms_p50(percentile(on_scene_ms, 50));
    out.set_on_scene_ms_p90(percentile(on_scene_ms, 90));
    out.set_on_scene_ms_p99(percentile(on_scene_ms, 99));
    return out;
  }
};

void sample(const picture::PastAlerts::Tally& alert, Samples& into) {
  ++into.alerts;
  if (alert.assigned_ms >= 0) into.assigned_ms.push_back(alert.assigned_ms);
  if (alert.on_scene_ms >= 0) into.on_scene_ms.push_back(alert.on_scene_ms);
}

// What the law forbids a wearer: leaving, entering or nearing what his order says (kr: EM Act 9-2(1),
// Stalking Act 9(1)2), and defeating the device (EM Act 14(1)). A warning that he may be about to is none.
bool is_violation(v1::AlertKind kind) {
  switch (kind) {
    case v1::ALERT_KIND_KEEP_AWAY:
    case v1::ALERT_KIND_EXCLUSION:
    case v1::ALERT_KIND_INCLUSION:
    case v1::ALERT_KIND_CURFEW:
    case v1::ALERT_KIND_TRAVEL_AREA:
    case v1::ALERT_KIND_NO_CONTACT:
    case v1::ALERT_KIND_STRAP_CUT:
    case v1::ALERT_KIND_CASE_OPENED:
    case v1::ALERT_KIND_JAMMED:
    case v1::ALERT_KIND_POWER_OFF:
    case v1::ALERT_KIND_UNPAIRED:
      return true;
    default:
      return false;
  }
}

// Months as the wall clocks show them where the order holds: of its zone of time, else of the country whose
// kind it is, else UTC.
class Months {
 public:
  explicit Months(const Exchange& exchange) : exchange_(exchange) {}

  std::string of(const picture::PastAlerts::Tally& alert) {
    const law::Date date = law::date_of(law::local_day(rules_of(zone_of(alert)), Time{alert.opened_at_us}));
    char out[16];
    std::snprintf(out, sizeof out, "%04d-%02d", static_cast<int>(date.year), static_cast<int>(date.month));
    return out;
  }

 private:
  std::string zone_of(const picture::PastAlerts::Tally& alert) const {
    const auto& orders = exchange_.world.picture.orders();
    const auto order = orders.find(exchange_.world.picture.past_alerts().id(alert.order));
    if (order == orders.end()) return {};
    if (!order->second.time_zone().empty()) return order->second.time_zone();
    const law::Pack* pack = law::pack_of_kind(order->second.kind());
    return pack == nullptr ? std::string() : std::string(pack->time_zone);
  }

  const law::LocalRules& rules_of(const std::string& zone) {
    const auto [known, added] = rules_.try_emplace(zone);
    if (!added || zone.empty() || !exchange_.world.time_zones) return known->second;
    const Result<v1::TimeZone> named = exchange_.world.time_zones(zone);
    if (!named.ok()) return known->second;
    Result<law::LocalRules> rules = law::LocalRules::from(*named);
    if (rules.ok()) known->second = *std::move(rules);
    return known->second;
  }

  const Exchange& exchange_;
  std::map<std::string, law::LocalRules> rules_;
};

// The police station that an alert is of: whose units were sent, else the one whose case made the order.
std::string station_of(const picture::Picture& picture, const picture::PastAlerts::Tally& alert) {
  const std::string& agency = picture.past_alerts().id(alert.agency);
  if (!agency.empty()) return agency;
  const picture::CaseBook& book = picture.case_book();
  const v1::LegalMeasure* measure = book.measure_of_order(picture.past_alerts().id(alert.order));
  const v1::Case* one = measure == nullptr ? nullptr : book.find_case(measure->case_id());
  return one == nullptr ? std::string() : one->agency_id();
}

// The office that supervises the wearer now.
std::string office_of(const picture::Picture& picture, const picture::PastAlerts::Tally& alert) {
  const picture::Supervision* supervision =
      picture.case_book().supervision(picture.past_alerts().id(alert.wearer));
  return supervision == nullptr ? std::string() : supervision->agency_id;
}

using SharesByAgency = std::map<std::string, v1::Statistics::Shares>;

void add(const picture::PastAlerts::Tally& alert, v1::Statistics::Shares& row) {
  row.set_alerts(row.alerts() + 1);
  row.set_resolved(row.resolved() + alert.resolved);
  row.set_false_alarms(row.false_alarms() + alert.is_false);
  row.set_unacknowledged(row.unacknowledged() + !alert.taken);
}

void put(SharesByAgency& shares, google::protobuf::RepeatedPtrField<v1::Statistics::Shares>& out) {
  for (auto& [agency, row] : shares) {
    row.set_agency_id(agency);
    row.set_false_thousandths(thousandths(row.false_alarms(), row.resolved()));
    row.set_unacknowledged_thousandths(thousandths(row.unacknowledged(), row.alerts()));
    *out.Add() = row;
  }
}

void count_alerts(const Exchange& exchange, const Window& window, const Told& told, v1::Statistics& out) {
  const picture::Picture& picture = exchange.world.picture;
  std::map<std::string, Samples> by_agency;
  std::map<std::string, uint64_t> violations;
  SharesByAgency stations, offices;
  v1::Statistics::Shares overall;
  Months months(exchange);
  Samples all;
  for (const picture::PastAlerts::Tally& alert : picture.past_alerts().tallies()) {
    if (!window.holds(alert.opened_at_us)) continue;
    if (!told.of_person(picture.past_alerts().id(alert.wearer))) continue;
    sample(alert, all);
    const std::string& agency = picture.past_alerts().id(alert.agency);
    if (!agency.empty()) sample(alert, by_agency[agency]);
    if (is_violation(alert.kind) && !alert.refuted) ++violations[months.of(alert)];
    add(alert, overall);
    add(alert, stations[station_of(picture, alert)]);
    add(alert, offices[office_of(picture, alert)]);
  }
  out.set_alerts_total(overall.alerts());
  out.set_alerts_resolved(overall.resolved());
  out.set_alerts_false(overall.false_alarms());
  out.set_alerts_unacknowledged(overall.unacknowledged());
  put(violations, *out.mutable_violations_by_month());
  put(stations, *out.mutable_stations());
  put(offices, *out.mutable_offices());
  *out.add_times() = all.times("");
  for (auto& [agency, samples] : by_agency) *out.add_times() = samples.times(agency);
}

void count_work(const Exchange& exchange, const Window& window, const Told& told, v1::Statistics& out) {
  const picture::CaseBook& book = exchange.world.picture.case_book();
  std::map<std::string, uint64_t> duties, links;
  for (const auto& [id, duty] : book.duties()) {
    if (!window.holds(duty.since_us()) || duty.may() || !told.of_duty(id)) continue;
    const bool late = duty.due_at_us() != 0 && duty.done_at_us() > duty.due_at_us();
    if (duty.done_at_us() == 0)
      ++duties[duty.overdue() ? "overdue" : "open"];
    else if (duty.void_reason().empty())
      ++duties[late ? "done_late" : "done_in_time"];
  }
  for (const auto& [id, link] : book.links())
    if (window.holds(link.opened_at_us()) && told.of_link(id)) ++links[v1::LinkState_Name(link.state())];
  put(duties, *out.mutable_duties());
  put(links, *out.mutable_links());
  for (const auto& [officer, load] : book.caseloads()) {
    if (!told.of_officer(officer)) continue;
    v1::Statistics::Load& row = *out.add_caseloads();
    row.set_officer(officer);
    row.set_agency_id(load.agency_id());
    row.set_wearers(static_cast<uint64_t>(load.wearer_ids_size()));
  }
}

v1::Statistics counted(const Exchange& exchange, const Window& window) {
  v1::Statistics out;
  out.set_from_us(window.from_us);
  out.set_to_us(std::min(window.to_us, exchange.now.us));
  out.set_entry_no(exchange.world.picture.entry_no());
  const Told told(exchange);
  count_wearers(exchange, told, out);
  count_standings(exchange, told, out);
  count_measures(exchange, window, told, out);
  count_alerts(exchange, window, told, out);
  count_work(exchange, window, told, out);
  for (const law::Figure& figure : law::kr().figures) {
    if (figure.name == "caseload_guideline") out.set_guideline_thousandths(figure.thousandths);
    if (figure.name == "caseload_average") out.set_average_thousandths(figure.thousandths);
  }
  return out;
}

class Csv {
 public:
  void row(const std::string& table, const std::string& key, const std::string& of, int64_t value) {
    text_ += table + "," + typed_cell(key) + "," + typed_cell(of) + "," + std::to_string(value) + "\r\n";
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = "table,key,of,value\r\n";
};

void put_times(const v1::Statistics::Times& one, Csv& csv) {
  const std::string key = one.agency_id().empty() ? "all" : one.agency_id();
  csv.row("times", key, "alerts", static_cast<int64_t>(one.alerts()));
  csv.row("times", key, "assigned", static_cast<int64_t>(one.assigned()));
  csv.row("times", key, "on_scene", static_cast<int64_t>(one.on_scene()));
  csv.row("times", key, "assigned_ms_p50", one.assigned_ms_p50());
  csv.row("times", key, "assigned_ms_p90", one.assigned_ms_p90());
  csv.row("times", key, "assigned_ms_p99", one.assigned_ms_p99());
  csv.row("times", key, "on_scene_ms_p50", one.on_scene_ms_p50());
  csv.row("times", key, "on_scene_ms_p90", one.on_scene_ms_p90());
  csv.row("times", key, "on_scene_ms_p99", one.on_scene_ms_p99());
}

void put_shares(const char* table, const google::protobuf::RepeatedPtrField<v1::Statistics::Shares>& rows,
                Csv& csv) {
  for (const v1::Statistics::Shares& one : rows) {
    csv.row(table, one.agency_id(), "alerts", static_cast<int64_t>(one.alerts()));
    csv.row(table, one.agency_id(), "resolved", static_cast<int64_t>(one.resolved()));
    csv.row(table, one.agency_id(), "false", static_cast<int64_t>(one.false_alarms()));
    csv.row(table, one.agency_id(), "unacknowledged", static_cast<int64_t>(one.unacknowledged()));
    csv.row(table, one.agency_id(), "false_thousandths", one.false_thousandths());
    csv.row(table, one.agency_id(), "unacknowledged_thousandths", one.unacknowledged_thousandths());
  }
}

std::string csv_of(const v1::Statistics& from) {
  Csv csv;
  const auto counts = [&csv](const char* table, const auto& rows) {
    for (const v1::Statistics::Count& one : rows)
      csv.row(table, one.key(), "", static_cast<int64_t>(one.count()));
  };
  counts("wearers_by_kind", from.wearers_by_kind());
  counts("wearers_by_offence", from.wearers_by_offence());
  counts("persons_by_standing", from.persons_by_standing());
  counts("violations_by_month", from.violations_by_month());
  for (const v1::Statistics::Measures& one : from.measures()) {
    const std::string key = one.agency_id() + " " + one.kind();
    csv.row("measures", key, "applied", static_cast<int64_t>(one.applied()));
    csv.row("measures", key, "granted", static_cast<int64_t>(one.granted()));
    csv.row("measures", key, "denied", static_cast<int64_t>(one.denied()));
    csv.row("measures", key, "waiting", static_cast<int64_t>(one.waiting()));
    csv.row("measures", key, "granted_thousandths", one.granted_thousandths());
  }
  for (const v1::Statistics::Load& one : from.caseloads())
    csv.row("caseload", one.officer(), one.agency_id(), static_cast<int64_t>(one.wearers()));
  csv.row("caseload_guideline_thousandths", "", "", from.guideline_thousandths());
  csv.row("caseload_average_thousandths", "", "", from.average_thousandths());
  for (const v1::Statistics::Times& one : from.times()) put_times(one, csv);
  csv.row("alerts", "total", "", static_cast<int64_t>(from.alerts_total()));
  csv.row("alerts", "resolved", "", static_cast<int64_t>(from.alerts_resolved()));
  csv.row("alerts", "false", "", static_cast<int64_t>(from.alerts_false()));
  csv.row("alerts", "unacknowledged", "", static_cast<int64_t>(from.alerts_unacknowledged()));
  csv.row("alerts", "false_thousandths", "", thousandths(from.alerts_false(), from.alerts_resolved()));
  csv.row("alerts", "unacknowledged_thousandths", "",
          thousandths(from.alerts_unacknowledged(), from.alerts_total()));
  put_shares("stations", from.stations(), csv);
  put_shares("offices", from.offices(), csv);
  counts("duties", from.duties());
  counts("links", from.links());
  return csv.text();
}

}  // namespace

Result<Plan> statistics(const Exchange& exchange) {
  TRY(const Window window, window_of(exchange));
  return answering(counted(exchange, window));
}

Result<Plan> statistics_csv(const Exchange& exchange) {
  TRY(const Window window, window_of(exchange));
  Plan plan;
  net::Response response{200, "text/csv; charset=utf-8", csv_of(counted(exchange, window)), {}};
  plan.answer = [response = std::move(response)](uint64_t) { return response; };
  return plan;
}

}  // namespace haechi::api::risk
