#include "api/legal.h"

#include <algorithm>
#include <tuple>

#include "api/errors.h"
#include "api/references.h"
#include "api/subjects.h"
#include "api/telephones.h"
#include "base/digest.h"
#include "haechi/v1/api.pb.h"
#include "law/order.h"
#include "law/shapes.h"
#include "trust/accounts.h"
#include "trust/keys.h"
#include "trust/personal.h"

namespace haechi::api::legal {
namespace {

using trust::Action;

// More entries than this while one request was logged: then its last fact alone is looked at.
constexpr uint64_t kEntriesBetweenMax = 10'000;

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

bool supervises(const Exchange& exchange, const std::string& wearer_id) {
  const auto& ids = exchange.viewer.wearer_ids;
  if (std::find(ids.begin(), ids.end(), wearer_id) != ids.end()) return true;
  const picture::Supervision* known = book_of(exchange).supervision(wearer_id);
  return known != nullptr && !known->officer.empty() && known->officer == exchange.viewer.account;
}

bool supervises_any(const Exchange& exchange, const std::string& subject_id) {
  const std::set<std::string> ids = book_of(exchange).worn_as(subject_id);
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return supervises(exchange, id); });
}

bool mine(const Exchange& exchange, const std::string& agency_id) {
  return !agency_id.empty() && agency_id == exchange.viewer.agency_id;
}

// An open duty of a court about this, with no court named.
bool waits_for_a_court(const Exchange& exchange, const std::string& about_id) {
  const picture::CaseBook& book = book_of(exchange);
  for (const std::string& id : book.open_duties(about_id)) {
    const v1::Duty* duty = book.duty(id);
    if (duty->party() == v1::CASE_PARTY_COURT && duty->agency_id().empty()) return true;
  }
  return false;
}

void tie(const Exchange& exchange, const v1::Case& one, trust::Relations& relations) {
  const picture::CaseBook& book = book_of(exchange);
  relations.agency |= mine(exchange, one.agency_id());
  for (const std::string& id : one.measure_ids())
    if (const v1::LegalMeasure* measure = book.measure(id))
      relations.agency |= mine(exchange, measure->court_id());
  for (const std::string& id : one.petition_ids())
    if (const v1::Petition* petition = book.petition(id))
      relations.agency |= mine(exchange, petition->court_id());
  relations.asked |= waits_for_a_court(exchange, one.id());
  relations.case_link |= supervises_any(exchange, one.subject_id());
  const auto& hers = one.protected_ids();
  relations.own |= !exchange.viewer.person_id.empty() &&
                   std::find(hers.begin(), hers.end(), exchange.viewer.person_id) != hers.end();
}

// Whom a case is about: him by every id he goes by, and those it protects.
void recuse_from(const Exchange& exchange, const v1::Case& one, trust::Subject& subject) {
  const std::set<std::string> worn = book_of(exchange).worn_as(one.subject_id());
  recuse(exchange, {worn.begin(), worn.end()}, subject);
  recuse(exchange, {one.protected_ids().begin(), one.protected_ids().end()}, subject);
  recuse(exchange, {one.subject_id()}, subject);
}
void recuse_from(const Exchange& exchange, const std::string& case_id, trust::Subject& subject) {
  if (const v1::Case* one = book_of(exchange).find_case(case_id)) recuse_from(exchange, *one, subject);
}

// Of a request of several facts the first that was refused says why. Those in between are others' entries, or
// about others' objects.
const v1::CaseRefusal* refusal_of(const Exchange& exchange, uint64_t after_no, uint64_t last_no,
                                  const std::string& measure_id) {
  const picture::CaseBook& book = book_of(exchange);
  if (!measure_id.empty() && last_no - after_no < kEntriesBetweenMax) {
    for (uint64_t no = after_no + 1; no < last_no; ++no) {
      const v1::CaseRefusal* refusal = book.refusal(no);
      if (refusal != nullptr && refusal->subject_id() == measure_id) return refusal;
    }
  }
  return book.refusal(last_no);
}

}  // namespace

Error not_found() {
  return Error{Code::kNotFound, "id", "there is none of this id"};
}

bool concerns(const v1::Case& one, const std::string& person_id) {
  const auto& hers = one.protected_ids();
  return one.subject_id() == person_id || std::find(hers.begin(), hers.end(), person_id) != hers.end();
}

trust::Subject case_subject(const Exchange& exchange, const std::string& id) {
  trust::Subject subject{.kind = "case", .id = id};
  if (const v1::Case* one = book_of(exchange).find_case(id)) {
    tie(exchange, *one, subject.relations);
    subject.basis = one->id();
    recuse_from(exchange, *one, subject);
  }
  return subject;
}

trust::Subject measure_subject(const Exchange& exchange, const std::string& id) {
  trust::Subject subject{.kind = "measure", .id = id};
  const v1::LegalMeasure* measure = book_of(exchange).measure(id);
  if (measure == nullptr) return subject;
  subject.basis = id;
  if (const v1::Case* one = book_of(exchange).find_case(measure->case_id()))
    subject.relations.agency = mine(exchange, one->agency_id());
  subject.relations.agency |= mine(exchange, measure->court_id()) || mine(exchange, measure->agency_id());
  subject.relations.asked = measure->court_id().empty() && waits_for_a_court(exchange, id);
  subject.relations.case_link = supervises_any(exchange, measure->subject_id());
  recuse_from(exchange, measure->case_id(), subject);
  recuse(exchange, {measure->subject_id(), measure->protected_id()}, subject);
  return subject;
}

trust::Subject link_subject(const Exchange& exchange, const std::string& id) {
  trust::Subject subject{.kind = "link", .id = id};
  const v1::CaseLink* link = book_of(exchange).link(id);
  if (link == nullptr) return subject;
  subject.basis = link->case_id();
  if (const v1::Case* one = book_of(exchange).find_case(link->case_id()))
    subject.relations.agency = mine(exchange, one->agency_id());
  // Before a human has said that they are one person, probation is told nothing.
  subject.relations.case_link =
      link->state() != v1::LINK_STATE_IDENTITY && supervises(exchange, link->wearer_id());
  recuse_from(exchange, link->case_id(), subject);
  recuse(exchange, {link->wearer_id()}, subject);
  return subject;
}

trust::Subject duty_subject(const Exchange& exchange, const std::string& id) {
  trust::Subject subject{.kind = "duty", .id = id};
  const v1::Duty* duty = book_of(exchange).duty(id);
  if (duty == nullptr) return subject;
  subject.basis = duty->case_id().empty() ? duty->measure_id() : duty->case_id();
  const v1::Case* one = book_of(exchange).find_case(duty->case_id());
  switch (duty->party()) {
    case v1::CASE_PARTY_POLICE:
    case v1::CASE_PARTY_CONTROL_ROOM:
    case v1::CASE_PARTY_PROSECUTOR:
    case v1::CASE_PARTY_PROTECTION_OFFICER:
      subject.relations.agency =
          mine(exchange, duty->agency_id()) || (one != nullptr && mine(exchange, one->agency_id()));
      break;
    case v1::CASE_PARTY_COURT:
      subject.relations.agency = mine(exchange, duty->agency_id());
      subject.relations.asked = duty->agency_id().empty();
      break;
    case v1::CASE_PARTY_PROBATION:
    case v1::CASE_PARTY_MONITORING_CENTRE:
    case v1::CASE_PARTY_DATA_HANDLER:
      subject.relations.case_link = supervises_any(exchange, duty->wearer_id());
      break;
    default:
      break;
  }
  recuse_from(exchange, duty->case_id(), subject);
  recuse(exchange, {duty->wearer_id()}, subject);
  return subject;
}

trust::Subject petition_subject(const Exchange& exchange, const std::string& id) {
  trust::Subject subject{.kind = "petition", .id = id};
  const v1::Petition* petition = book_of(exchange).petition(id);
  if (petition == nullptr) return subject;
  subject.basis = petition->case_id();
  subject.relations.own =
      !exchange.viewer.person_id.empty() && exchange.viewer.person_id == petition->protected_id();
  if (const v1::Case* one = book_of(exchange).find_case(petition->case_id()))
    subject.relations.agency = mine(exchange, one->agency_id());
  subject.relations.agency |= mine(exchange, petition->court_id());
  subject.relations.asked = petition->court_id().empty();
  recuse_from(exchange, petition->case_id(), subject);
  return subject;
}

trust::Subject risk_subject(const Exchange& exchange, const std::string& person_id) {
  trust::Subject subject{.kind = "person", .id = person_id};
  subject.relations.case_link = supervises(exchange, person_id);
  const picture::CaseBook& book = book_of(exchange);
  for (const auto& [id, one] : book.cases()) {
    const bool as_wearer = book.worn_as(one.subject_id()).contains(person_id);
    if (!as_wearer && !concerns(one, person_id)) continue;
    trust::Relations relations;
    tie(exchange, one, relations);
    if (!relations.agency && !relations.case_link) continue;
    subject.relations.agency |= relations.agency;
    subject.relations.case_link |= relations.case_link;
    subject.basis = id;
  }
  recuse(exchange, {person_id}, subject);
  return subject;
}

Result<v1::NamedPerson> named(const Exchange& exchange, const trust::Subject& tie,
                              const std::string& person_id) {
  v1::NamedPerson out;
  out.set_id(person_id);
  trust::Subject subject = tie;
  subject.kind = "person";
  subject.id = person_id;
  if (person_id.empty() || !decide_on(exchange, Action::kSeeRecord, subject).allowed) return out;
  TRY(const std::optional<store::Personal> record, exchange.world.records.person(person_id));
  if (!record) return out;
  TRY(const std::string text, trust::reveal(exchange.viewer, exchange.purpose, *record));
  v1::PersonRecord read;
  if (!read_json(text, read).ok()) return Error{Code::kCorrupt, "record", "the stored record cannot be read"};
  out.set_name(read.name());
  out.set_phone(masked_telephone(read.phone()));
  return out;
}

std::string digest_of(const std::string& text) {
  return std::string(view(sha256(text)));
}

Result<KeptText> kept_text(const Exchange& exchange, const std::string& id, const std::string& digest) {
  if (id.empty()) return KeptText{};
  TRY(const std::optional<store::Personal> note, exchange.world.records.note(id));
  if (!note) return KeptText{};
  TRY(const std::string text, trust::reveal(exchange.viewer, exchange.purpose, *note));
  return KeptText{text, !digest.empty() && digest_of(text) == digest};
}

v1::CaseFact& add_fact(const Exchange& exchange, int64_t at_us, Facts& facts) {
  v1::CaseFact& fact = *facts.emplace_back(std::make_unique<v1::Fact>())->mutable_case_fact();
  fact.set_by(exchange.viewer.account);
  fact.set_at_us(at_us);
  return fact;
}

Status add_zones(const Exchange& exchange, const google::protobuf::RepeatedPtrField<v1::Zone>& zones,
                 Facts& facts) {
  for (const v1::Zone& zone : zones) {
    const auto known = exchange.world.picture.zones().find(zone.id());
    if (known != exchange.world.picture.zones().end()) {
      if (known->second.SerializeAsString() == zone.SerializeAsString()) continue;
      return Error{Code::kConflict, "zones", "zone " + zone.id() + " is registered already; draw a new one"};
    }
    auto fact = std::make_unique<v1::Fact>();
    *fact->mutable_zone_registered() = zone;
    if (const Status checked = law::check(*fact); !checked.ok()) {
      const Error& error = checked.error();
      return Error{error.code, "zones." + error.field, error.reason};
    }
    facts.push_back(std::move(fact));
  }
  return {};
}

Status check_conditions(const Exchange& exchange, const v1::Order& stated, const Facts& facts) {
  References references(exchange.world.picture);
  for (const auto& fact : facts) references.add(*fact);
  v1::Fact asked;
  *asked.mutable_order_registered()->mutable_conditions() = stated.conditions();
  const Status checked = references.check_conditions(asked.order_registered());
  if (checked.ok()) return checked;
  const Error& error = checked.error();
  return Error{Code::kInvalid, "stated." + error.field, error.reason};
}

Status add_time_zone(const Exchange& exchange, const std::string& name, Facts& facts) {
  if (name.empty() || !exchange.world.time_zones) return {};
  Result<v1::TimeZone> zone = exchange.world.time_zones(name);
  if (!zone.ok()) return invalid("time_zone", "must be the name of an IANA time zone, such as Asia/Seoul");
  auto fact = std::make_unique<v1::Fact>();
  *fact->mutable_time_zone_registered() = *std::move(zone);
  TRY_STATUS(law::check(*fact));
  facts.push_back(std::move(fact));
  return {};
}

Status check_person(const Exchange& exchange, const std::string& id, v1::Role role, const char* field) {
  const auto known = exchange.world.picture.persons().find(id);
  if (known == exchange.world.picture.persons().end() || known->second.removed())
    return invalid(field, "there is no such person");
  if (role != v1::ROLE_UNSPECIFIED && known->second.role() != role)
    return invalid(field, "this person is of another role");
  return {};
}

Status check_agency(const Exchange& exchange, const std::string& id, const char* field) {
  if (exchange.world.picture.agencies().contains(id)) return {};
  return invalid(field, "there is no such agency");
}

Result<std::optional<trust::Viewer>> account_named(const Exchange& exchange, const std::string& name) {
  if (exchange.world.accounts != nullptr) {
    Result<store::AccountRecord> known = exchange.world.accounts->find(name);
    if (!known.ok() && known.error().code != Code::kNotFound) return known.error();
    const bool there = known.ok() && !known->disabled && !exchange.world.accounts->awaits_enrolment(*known);
    const auto role = there ? trust::parse_role(known->role) : std::nullopt;
    if (role)
      return std::optional(trust::Viewer{.account = name, .role = *role, .agency_id = known->agency_id});
  }
  return exchange.world.keys->viewer_named(name, exchange.now);
}

Status check_past(const Exchange& exchange, int64_t at_us, const char* field) {
  if (at_us < 0 || Time{at_us} > exchange.now + Duration::seconds(60))
    return invalid(field, "must not lie in the future");
  return {};
}

Plan judged(const Exchange& exchange, Facts facts, View view) {
  Plan plan;
  std::string begun;
  for (const auto& fact : facts)
    if (fact->case_fact().has_measure_begun()) begun = fact->case_fact().measure_begun().measure_id();
  const uint64_t after_no = exchange.world.picture.entry_no();
  plan.facts = std::move(facts);
  plan.answer = [&exchange, after_no, begun, view = std::move(view)](uint64_t entry_no) {
    if (const v1::CaseRefusal* refusal = refusal_of(exchange, after_no, entry_no, begun)) {
      const Code code = refusal->code() == "not_found" ? Code::kNotFound
                        : refusal->code() == "invalid" ? Code::kInvalid
                                                       : Code::kConflict;
      return problem_of(Error{code, refusal->field(), refusal->reason()});
    }
    Result<net::Response> made = view(entry_no);
    return made.ok() ? *std::move(made) : problem_of(made.error());
  };
  return plan;
}

std::string made_id(const char* prefix) {
  return std::string(prefix) + "-" + hex(random_secret(10));
}

Result<std::string> chosen_id(const std::string& stated, const char* prefix) {
  if (stated.empty()) return made_id(prefix);
  TRY_STATUS(law::check_id(stated, "id"));
  return stated;
}

const law::OrderKind* kind_of(const std::string& country, const std::string& code) {
  const law::Pack* pack = law::find_pack(country);
  return pack == nullptr ? nullptr : law::find_kind(*pack, code);
}

bool more_urgent(const v1::Duty* a, const v1::Duty* b) {
  const auto rank = [](const v1::Duty& duty) {
    return std::tuple(duty.done_at_us() != 0, duty.may(),
                      duty.due_at_us() == 0 ? INT64_MAX : duty.due_at_us(), duty.since_us(), duty.id());
  };
  return rank(*a) < rank(*b);
}

std::vector<const v1::Duty*> duties_of(const Exchange& exchange, const std::string& about_id) {
  std::vector<const v1::Duty*> out;
  for (const std::string& id : book_of(exchange).open_duties(about_id))
    out.push_back(book_of(exchange).duty(id));
  std::sort(out.begin(), out.end(), more_urgent);
  return out;
}

void add_named_zones(const Exchange& exchange, const v1::Order& order,
                     google::protobuf::RepeatedPtrField<v1::Zone>& out) {
  for (const v1::Condition& one : order.conditions()) {
    const std::string& id = one.has_exclusion() ? one.exclusion().zone_id() : one.inclusion().zone_id();
    const auto zone = exchange.world.picture.zones().find(id);
    const bool there =
        std::any_of(out.begin(), out.end(), [&](const v1::Zone& known) { return known.id() == id; });
    if (zone != exchange.world.picture.zones().end() && !there) *out.Add() = zone->second;
  }
}

v1::Order plain_ban(const std::string& protected_id) {
  v1::Order stated;
  v1::Condition& condition = *stated.add_conditions();
  condition.set_id("keep-away");
  condition.mutable_keep_away()->set_protected_id(protected_id);
  return stated;
}

const v1::Order* order_of(const Exchange& exchange, const v1::LegalMeasure& measure) {
  const auto found = exchange.world.picture.orders().find(measure.order_id());
  return found == exchange.world.picture.orders().end() ? nullptr : &found->second;
}

}  // namespace haechi::api::legal
