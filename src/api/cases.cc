#include "api/cases.h"

#include <algorithm>

#include "api/codes.h"
#include "api/json.h"
#include "api/legal.h"
#include "api/risk.h"
#include "api/standings.h"
#include "law/shapes.h"

namespace haechi::api::cases {
namespace {

using trust::Action;

constexpr size_t kReportTextMax = 8'000;
constexpr size_t kListedMax = 200;
constexpr int kPersonsMax = 20;
constexpr size_t kPersonRecordMax = 16 << 10;

// What was told of a report is kept under its id, about the person whom the case protects.
constexpr std::array kReportCodes = {"followed", "waited",     "contacted", "entered",
                                     "damaged",  "threatened", "violence",  "other"};

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

Result<const v1::Case*> found_case(const Exchange& exchange) {
  const v1::Case* one = book_of(exchange).find_case(exchange.id());
  if (one == nullptr) return legal::not_found();
  return one;
}

Plan answering_case(const Exchange& exchange, legal::Facts facts, const std::string& id) {
  return legal::judged_as(exchange, std::move(facts), [&exchange, id] { return case_answer(exchange, id); });
}

Status add_reports(const Exchange& exchange, const v1::Case& one, v1::CaseAnswer& answer) {
  for (const v1::CaseReport& report : one.reports()) {
    v1::CaseReportAnswer& added = *answer.add_reports();
    *added.mutable_report() = report;
    TRY(const legal::KeptText kept, legal::kept_text(exchange, report.id(), {}));
    added.set_text(kept.text);
  }
  return {};
}

void add_measures(const Exchange& exchange, const v1::Case& one, v1::CaseAnswer& answer) {
  const picture::CaseBook& book = book_of(exchange);
  for (const std::string& id : one.measure_ids()) {
    const v1::LegalMeasure* measure = book.measure(id);
    if (measure == nullptr) continue;
    *answer.add_measures() = *measure;
    legal::add_named_zones(exchange, measure->stated(), *answer.mutable_zones());
    if (const v1::Order* order = legal::order_of(exchange, *measure)) *answer.add_orders() = *order;
  }
  for (const v1::PlaceSet& set : one.places())
    for (const std::string& id : set.zone_ids()) {
      v1::Order named;
      named.add_conditions()->mutable_exclusion()->set_zone_id(id);
      legal::add_named_zones(exchange, named, *answer.mutable_zones());
    }
}

void add_done_duties(const Exchange& exchange, const std::string& case_id, v1::CaseAnswer& answer) {
  std::vector<const v1::Duty*> done;
  for (const auto& [id, duty] : book_of(exchange).duties())
    if (duty.case_id() == case_id && duty.done_at_us() != 0) done.push_back(&duty);
  std::sort(done.begin(), done.end(),
            [](const v1::Duty* a, const v1::Duty* b) { return a->done_at_us() > b->done_at_us(); });
  for (size_t i = 0; i < done.size() && i < kListedMax; ++i) *answer.add_duties_done() = *done[i];
}

void add_notifications(const Exchange& exchange, const std::string& case_id, v1::CaseAnswer& answer) {
  std::vector<const v1::Notification*> all;
  for (const auto& [id, one] : book_of(exchange).notifications())
    if (one.case_id() == case_id) all.push_back(&one);
  std::sort(all.begin(), all.end(), [](const v1::Notification* a, const v1::Notification* b) {
    return std::pair(a->queued_at_us(), a->id()) > std::pair(b->queued_at_us(), b->id());
  });
  for (size_t i = 0; i < all.size() && i < kListedMax; ++i) *answer.add_notifications() = *all[i];
}

bool waits(const v1::CaseLink& link) {
  return link.state() == v1::LINK_STATE_IDENTITY || link.state() == v1::LINK_STATE_OPEN ||
         link.state() == v1::LINK_STATE_ACCEPTED;
}

Result<v1::CaseItem> item_of(const Exchange& exchange, const v1::Case& one) {
  const picture::CaseBook& book = book_of(exchange);
  v1::CaseItem item;
  *item.mutable_case_record() = one;
  TRY(const v1::NamedPerson subject,
      legal::named(exchange, legal::case_subject(exchange, one.id()), one.subject_id()));
  item.set_subject_name(subject.name());
  for (const std::string& id : one.measure_ids())
    if (const v1::LegalMeasure* measure = book.measure(id)) *item.add_measures() = *measure;
  for (const std::string& id : one.link_ids()) {
    const v1::CaseLink* link = book.link(id);
    const bool told = link != nullptr &&
                      decide_on(exchange, Action::kDecideLink, legal::link_subject(exchange, id)).allowed;
    const bool control = exchange.viewer.role == trust::Role::kControl;
    if (link != nullptr && waits(*link) && (told || control)) *item.add_links() = *link;
  }
  for (const v1::Duty* duty : legal::duties_of(exchange, one.id())) {
    item.set_duties_open(item.duties_open() + 1);
    item.set_duties_overdue(item.duties_overdue() + (duty->overdue() ? 1 : 0));
    if (item.next_due_at_us() == 0 && !duty->may()) item.set_next_due_at_us(duty->due_at_us());
  }
  return item;
}

// Persons whom the registers do not know yet: into the log by id and role, what is personal into the record
// store.
Status add_persons(const Exchange& exchange, const v1::CaseInput& input, legal::Facts& facts) {
  if (input.persons_size() > kPersonsMax) return invalid("persons", "must be at most 20");
  std::set<std::string> ids;
  for (const v1::CasePersonInput& one : input.persons()) {
    if (exchange.world.picture.persons().contains(one.id()) || !ids.insert(one.id()).second)
      return Error{Code::kConflict, "persons", "person " + one.id() + " is registered already"};
    if (one.record().ByteSizeLong() > kPersonRecordMax) return invalid("persons", "record: at most 16 KiB");
    auto fact = std::make_unique<v1::Fact>();
    fact->mutable_person_registered()->set_id(one.id());
    fact->mutable_person_registered()->set_role(one.role());
    if (const Status checked = law::check(*fact); !checked.ok())
      return invalid("persons." + checked.error().field, checked.error().reason);
    facts.push_back(std::move(fact));
    if (!one.has_identity()) continue;
    TRY(const v1::IdentityRecorded keys, risk::identity_of(exchange, one.id(), one.identity()));
    *legal::add_fact(exchange, 0, facts).mutable_identity_recorded() = keys;
  }
  return {};
}

// Whom a case names: registered, or with the case.
Status check_named(const Exchange& exchange, const v1::CaseInput& input, const std::string& id, v1::Role role,
                   const char* field) {
  for (const v1::CasePersonInput& one : input.persons())
    if (one.id() == id && one.role() == role) return {};
  return legal::check_person(exchange, id, role, field);
}

}  // namespace

Result<Plan> kinds(const Exchange& exchange) {
  const std::string country = exchange.request.parameter("country");
  const law::Pack* pack = law::find_pack(country.empty() ? "kr" : country);
  if (pack == nullptr) return invalid("country", "must be kr, es or us");
  v1::LawKindList answer;
  for (const law::OrderKind& kind : pack->kinds) *answer.add_kinds() = legal::law_kind(kind);
  for (const law::Offence& offence : pack->offences) {
    v1::LawOffence& row = *answer.add_offences();
    row.set_code(std::string(offence.code));
    row.set_name_en(std::string(offence.name.en));
    row.set_name_ko(std::string(offence.name.ko));
    row.set_basis(law::cited(offence.source));
  }
  return answering(answer);
}

Result<Plan> open(const Exchange& exchange) {
  TRY(const v1::CaseInput input, exchange.body<v1::CaseInput>());
  TRY(const std::string id, legal::chosen_id(input.id(), "C"));
  const std::string country = input.country().empty() ? "kr" : input.country();
  const law::Pack* pack = law::find_pack(country);
  if (pack == nullptr) return invalid("country", "must be kr, es or us");
  TRY_STATUS(check_named(exchange, input, input.subject_id(), v1::ROLE_WEARER, "subject_id"));
  for (const std::string& person : input.protected_ids())
    TRY_STATUS(check_named(exchange, input, person, v1::ROLE_PROTECTED_PERSON, "protected_ids"));
  TRY_STATUS(legal::check_past(exchange, input.reported_at_us(), "reported_at_us"));
  legal::Facts facts;
  const std::string zone = input.time_zone().empty() ? std::string(pack->time_zone) : input.time_zone();
  TRY_STATUS(legal::add_time_zone(exchange, zone, facts));
  TRY_STATUS(add_persons(exchange, input, facts));
  v1::CaseOpened& opened = *legal::add_fact(exchange, 0, facts).mutable_case_opened();
  opened.set_case_id(id);
  opened.set_country(country);
  opened.set_kind(input.kind());
  opened.set_number(input.number());
  opened.set_agency_id(exchange.viewer.agency_id);
  opened.set_subject_id(input.subject_id());
  *opened.mutable_protected_ids() = input.protected_ids();
  opened.set_reported_at_us(input.reported_at_us() == 0 ? exchange.now.us : input.reported_at_us());
  opened.set_time_zone(zone);
  opened.set_holiday_calendar(input.holiday_calendar());
  opened.set_protection_officer(input.protection_officer());
  *opened.mutable_witness_ids() = input.witness_ids();
  Plan plan = answering_case(exchange, std::move(facts), id);
  plan.keep = [&records = exchange.world.records, persons = input.persons()]() -> Status {
    for (const v1::CasePersonInput& one : persons)
      if (one.has_record())
        TRY_STATUS(records.put_person(one.id(), store::Personal(write_json(one.record()))));
    return {};
  };
  return plan;
}

Result<Plan> list(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  const std::string person_id = exchange.request.parameter("person_id");
  v1::CaseList answer;
  std::vector<std::string> shown;
  Status failed;
  TRY(const std::string next, page(exchange, book_of(exchange).cases(), [&](const v1::Case& one) {
        if (!all && one.closed_at_us() != 0) return false;
        if (!person_id.empty() && !legal::concerns(one, person_id)) return false;
        if (!decide_on(exchange, Action::kSeeCase, legal::case_subject(exchange, one.id())).allowed)
          return false;
        Result<v1::CaseItem> item = item_of(exchange, one);
        if (!item.ok()) failed = item.error();
        if (!item.ok()) return false;
        *answer.add_cases() = *std::move(item);
        shown.push_back(one.id());
        return true;
      }));
  TRY_STATUS(failed);
  answer.set_next(next);
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, std::move(shown));
}

Result<v1::CaseAnswer> case_answer(const Exchange& exchange, const std::string& id) {
  const picture::CaseBook& book = book_of(exchange);
  const v1::Case* one = book.find_case(id);
  if (one == nullptr) return legal::not_found();
  const trust::Subject tie = legal::case_subject(exchange, id);
  v1::CaseAnswer answer;
  *answer.mutable_case_record() = *one;
  add_measures(exchange, *one, answer);
  const bool control = exchange.viewer.role == trust::Role::kControl;
  for (const std::string& link_id : one->link_ids()) {
    const bool told =
        decide_on(exchange, Action::kDecideLink, legal::link_subject(exchange, link_id)).allowed;
    if (const v1::CaseLink* link = book.link(link_id); link != nullptr && (told || control))
      *answer.add_links() = *link;
  }
  for (const std::string& petition_id : one->petition_ids())
    if (const v1::Petition* petition = book.petition(petition_id)) *answer.add_petitions() = *petition;
  for (const v1::Duty* duty : legal::duties_of(exchange, id)) *answer.add_duties() = *duty;
  add_done_duties(exchange, id, answer);
  TRY_STATUS(add_reports(exchange, *one, answer));
  TRY(*answer.add_persons(), legal::named(exchange, tie, one->subject_id()));
  for (const std::string& person : one->protected_ids()) {
    TRY(*answer.add_persons(), legal::named(exchange, tie, person));
    if (const auto consent = book.consents().find(person); consent != book.consents().end())
      *answer.add_consents() = consent->second;
  }
  add_notifications(exchange, id, answer);
  for (v1::PersonStanding& row : standings::of_case(exchange.world.picture, *one))
    *answer.add_standings() = std::move(row);
  for (const v1::Order& order : answer.orders())
    for (v1::PersonStanding& row : standings::of_order(exchange.world.picture, order))
      *answer.add_standings() = std::move(row);
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answer;
}

Result<Plan> get(const Exchange& exchange) {
  TRY(const v1::Case* one, found_case(exchange));
  TRY(const v1::CaseAnswer answer, case_answer(exchange, exchange.id()));
  std::vector<std::string> shown(one->protected_ids().begin(), one->protected_ids().end());
  shown.push_back(one->subject_id());
  return answering(answer, std::move(shown));
}

Result<Plan> report(const Exchange& exchange) {
  TRY(const v1::CaseReportInput input, exchange.body<v1::CaseReportInput>());
  TRY(const v1::Case* one, found_case(exchange));
  if (!is_one_of(kReportCodes, input.code()))
    return invalid("code",
                   "must be followed, waited, contacted, entered, damaged, threatened, violence or other");
  if (input.text().size() > kReportTextMax) return invalid("text", "must be at most 8000 bytes");
  TRY_STATUS(legal::check_past(exchange, input.happened_at_us(), "happened_at_us"));
  legal::Facts facts;
  v1::CaseReported& reported = *legal::add_fact(exchange, 0, facts).mutable_case_reported();
  const std::string report_id = legal::made_id("R");
  reported.set_report_id(report_id);
  reported.set_case_id(one->id());
  reported.set_code(input.code());
  reported.set_happened_at_us(input.happened_at_us());
  Plan plan = answering_case(exchange, std::move(facts), one->id());
  const std::string about = one->protected_ids().empty() ? one->subject_id() : one->protected_ids(0);
  if (!input.text().empty()) {
    plan.keep = [&records = exchange.world.records, report_id, about, text = input.text()] {
      return records.put_note(report_id, about, store::Personal(text));
    };
  }
  return plan;
}

Result<Plan> close(const Exchange& exchange) {
  TRY(const v1::CaseCloseInput input, exchange.body<v1::CaseCloseInput>());
  TRY(const v1::Case* one, found_case(exchange));
  legal::Facts facts;
  v1::CaseClosed& closed = *legal::add_fact(exchange, 0, facts).mutable_case_closed();
  closed.set_case_id(one->id());
  closed.set_reason(input.reason());
  return answering_case(exchange, std::move(facts), one->id());
}

Result<Plan> places(const Exchange& exchange) {
  TRY(const v1::PlacesInput input, exchange.body<v1::PlacesInput>());
  TRY(const v1::Case* one, found_case(exchange));
  legal::Facts facts;
  TRY_STATUS(legal::add_zones(exchange, input.zones(), facts));
  v1::Order named;
  for (const v1::ReplacedPlace& place : input.places()) {
    if (place.new_zone_id().empty()) continue;
    v1::Condition& condition = *named.add_conditions();
    condition.mutable_exclusion()->set_zone_id(place.new_zone_id());
  }
  TRY_STATUS(legal::check_conditions(exchange, named, facts));
  v1::PlacesChanged& changed = *legal::add_fact(exchange, 0, facts).mutable_places_changed();
  changed.set_case_id(one->id());
  changed.set_protected_id(input.protected_id());
  *changed.mutable_places() = input.places();
  return answering_case(exchange, std::move(facts), one->id());
}

}  // namespace haechi::api::cases
