#include "api/risk.h"

#include <algorithm>

#include "api/contacts.h"
#include "api/legal.h"
#include "api/register.h"
#include "api/standings.h"
#include "base/digest.h"
#include "law/identity.h"
#include "law/shapes.h"
#include "trust/personal.h"

namespace haechi::api::risk {
namespace {

// Under this id the record store keeps the key under which identity documents are digested, of nobody.
constexpr const char* kIdentityKey = "installation.identity-key";
constexpr size_t kFieldMax = 256;
constexpr int kSoundKeysMax = 8;

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

bool binds_or_protects(const v1::Order& order, const std::set<std::string>& ids) {
  if (ids.contains(order.wearer_id())) return true;
  return std::any_of(order.conditions().begin(), order.conditions().end(), [&](const v1::Condition& one) {
    return ids.contains(one.keep_away().protected_id()) || ids.contains(one.exclusion().protected_id());
  });
}

void add_orders(const Exchange& exchange, const std::set<std::string>& ids, v1::RiskView& out) {
  for (const auto& [id, order] : exchange.world.picture.orders()) {
    const bool over = order.ends_at_us() != 0 && Time{order.ends_at_us()} <= exchange.now;
    if (!order.withdrawn() && !over && binds_or_protects(order, ids)) *out.add_orders() = order;
  }
}

// Somebody is protected by an open case, and no order keeps him away from her: the gap of Namyangju.
bool has_gap(const v1::RiskView& out, const v1::Case& one) {
  if (one.closed_at_us() != 0) return false;
  return std::any_of(one.protected_ids().begin(), one.protected_ids().end(), [&](const std::string& her) {
    return std::none_of(out.orders().begin(), out.orders().end(), [&](const v1::Order& order) {
      return std::any_of(order.conditions().begin(), order.conditions().end(),
                         [&](const v1::Condition& c) { return c.keep_away().protected_id() == her; });
    });
  });
}

void add_cases(const Exchange& exchange, const std::string& person_id, v1::RiskView& out) {
  const picture::CaseBook& book = book_of(exchange);
  std::set<std::string> duties;
  for (const auto& [id, one] : book.cases()) {
    if (!book.worn_as(one.subject_id()).contains(person_id) && !legal::concerns(one, person_id)) continue;
    *out.add_cases() = one;
    for (const std::string& measure_id : one.measure_ids())
      if (const v1::LegalMeasure* measure = book.measure(measure_id)) *out.add_measures() = *measure;
    for (const std::string& link_id : one.link_ids()) {
      const v1::CaseLink* link = book.link(link_id);
      const bool told = link != nullptr && (link->state() != v1::LINK_STATE_IDENTITY ||
                                            legal::link_subject(exchange, link_id).relations.agency);
      if (told) *out.add_links() = *link;
    }
    duties.insert(book.open_duties(id).begin(), book.open_duties(id).end());
    if (has_gap(out, one)) out.set_no_order_names_a_protected_person(true);
    for (const std::string& her : one.protected_ids())
      if (const auto consent = book.consents().find(her); consent != book.consents().end())
        *out.add_consents() = consent->second;
  }
  duties.insert(book.open_duties(person_id).begin(), book.open_duties(person_id).end());
  std::vector<const v1::Duty*> sorted;
  for (const std::string& id : duties) sorted.push_back(book.duty(id));
  std::sort(sorted.begin(), sorted.end(), legal::more_urgent);
  for (const v1::Duty* duty : sorted) *out.add_duties() = *duty;
}

void add_alerts(const std::vector<v1::PastAlert>& alerts, v1::RiskView& out) {
  std::map<v1::AlertKind, v1::RiskCount> counts;
  for (auto one = alerts.rbegin(); one != alerts.rend(); ++one) {
    if (one->source().empty()) {  // what others judged is listed, and in no number of ours
      v1::RiskCount& count = counts[one->kind()];
      count.set_kind(one->kind());
      count.set_count(count.count() + 1);
      count.set_last_at_us(std::max(count.last_at_us(), one->opened_at_us()));
    }
    if (static_cast<size_t>(out.alerts_size()) < picture::kPastAlertsMax) *out.add_alerts() = *one;
  }
  for (const auto& [kind, count] : counts) *out.add_alert_counts() = count;
}

void add_supervision(const Exchange& exchange, const std::set<std::string>& ids, v1::RiskView& out) {
  const picture::CaseBook& book = book_of(exchange);
  for (const std::string& id : ids) {
    const picture::Supervision* known = book.supervision(id);
    if (known == nullptr || known->officer.empty()) continue;
    out.set_officer(known->officer);
    out.set_agency_id(known->agency_id);
    const auto load = book.caseloads().find(known->officer);
    if (load != book.caseloads().end())
      out.set_caseload(static_cast<uint32_t>(load->second.wearer_ids_size()));
  }
  for (const law::Figure& figure : law::kr().figures) {
    if (figure.name == "caseload_guideline") out.set_guideline_thousandths(figure.thousandths);
    if (figure.name != "caseload_average") continue;
    out.set_average_thousandths(figure.thousandths);
    out.set_average_source(law::cited(figure.source));
  }
}

void add_devices(const Exchange& exchange, const std::set<std::string>& ids, v1::RiskView& out) {
  const picture::Picture& picture = exchange.world.picture;
  for (const std::string& person : ids) {
    for (const std::string& id : picture.device_book().of_person(person)) {
      v1::DeviceItem& item = *out.add_devices();
      *item.mutable_device() = picture.devices().at(id);
      registers::hide_secrets(*item.mutable_device());
      *item.mutable_health() = picture.device_book().health(id);
    }
  }
}

// Made at the first use: whoever digests documents may read it, and nobody else.
Result<std::string> identity_key(const Exchange& exchange) {
  TRY(const std::optional<store::Personal> known, exchange.world.records.note(kIdentityKey));
  if (known) return trust::reveal(exchange.viewer, exchange.purpose, *known);
  const std::string made = hex(random_secret(32));
  TRY_STATUS(exchange.world.records.put_note(kIdentityKey, "", store::Personal(made)));
  return made;
}

std::string keyed(const std::string& key, const char* what, const std::string& value) {
  return value.empty() ? std::string() : hex(view(hmac_sha256(key, std::string(what) + ":" + value)));
}

Status check_identity(const v1::IdentityInput& input) {
  for (const std::string* text :
       {&input.document_kind(), &input.document_number(), &input.name(), &input.born(), &input.address()})
    if (text->size() > kFieldMax) return invalid("name", "every field must be at most 256 bytes");
  if (!input.document_number().empty() && input.document_kind().empty())
    return invalid("document_kind", "must be given with the number");
  if (!input.born().empty() && !law::day_from_date(input.born()).ok())
    return invalid("born", "must be a date like 1988-03-14");
  return {};
}

v1::Written written(uint64_t entry_no) {
  v1::Written out;
  out.set_entry_no(entry_no);
  return out;
}

}  // namespace

std::vector<v1::PastAlert> past_alerts(const Exchange& exchange, const std::set<std::string>& wearer_ids,
                                       const std::string& protected_id) {
  std::vector<v1::PastAlert> out;
  for (const std::string& id : wearer_ids) {
    const auto add = [&](const v1::PastAlert& one) {
      if (protected_id.empty() || one.protected_id().empty() || one.protected_id() == protected_id)
        out.push_back(one);
    };
    if (const picture::PastAlerts::Of* of = exchange.world.picture.past_alerts().of(id))
      for (const v1::PastAlert& one : of->alerts) add(one);
    if (const picture::TakenOver::Of* of = exchange.world.picture.taken_over().of(id))
      for (const auto& [key, one] : *of) add(one);
  }
  std::sort(out.begin(), out.end(), [](const v1::PastAlert& a, const v1::PastAlert& b) {
    return std::pair(a.opened_at_us(), a.id()) < std::pair(b.opened_at_us(), b.id());
  });
  return out;
}

Result<std::vector<v1::ContactEntry>> contacts_of(const Exchange& exchange,
                                                  const std::vector<v1::PastAlert>& alerts) {
  std::set<std::string> incidents;
  for (const v1::PastAlert& one : alerts)
    if (!one.incident_id().empty()) incidents.insert(one.incident_id());
  std::vector<v1::ContactEntry> out;
  for (const std::string& id : incidents) {
    TRY(const std::vector<v1::ContactEntry> some, contacts::entries(exchange, id));
    out.insert(out.end(), some.begin(), some.end());
  }
  std::sort(out.begin(), out.end(), [](const v1::ContactEntry& a, const v1::ContactEntry& b) {
    return std::pair(a.at_us(), a.id()) < std::pair(b.at_us(), b.id());
  });
  return out;
}

Result<Plan> of_person(const Exchange& exchange) {
  const std::string& id = exchange.id();
  const auto person = exchange.world.picture.persons().find(id);
  if (person == exchange.world.picture.persons().end()) return legal::not_found();
  std::set<std::string> ids = book_of(exchange).worn_as(id);
  v1::RiskView out;
  out.set_person_id(id);
  out.set_role(person->second.role());
  TRY(*out.mutable_person(), legal::named(exchange, legal::risk_subject(exchange, id), id));
  add_orders(exchange, ids, out);
  add_cases(exchange, id, out);
  // Of a protected person: the alerts of those who must keep away from her.
  const bool protects = person->second.role() == v1::ROLE_PROTECTED_PERSON;
  std::set<std::string> wearers = ids;
  if (protects) {
    wearers.clear();
    for (const auto& [wearer, of] : exchange.world.picture.past_alerts().all()) wearers.insert(wearer);
    for (const auto& [wearer, of] : exchange.world.picture.taken_over().all()) wearers.insert(wearer);
  }
  std::vector<v1::PastAlert> alerts = past_alerts(exchange, wearers, protects ? id : "");
  if (protects) std::erase_if(alerts, [&](const v1::PastAlert& one) { return one.protected_id() != id; });
  add_alerts(alerts, out);
  add_devices(exchange, ids, out);
  if (!protects) add_supervision(exchange, ids, out);
  TRY(const std::vector<v1::ContactEntry> contacts, contacts_of(exchange, alerts));
  for (auto one = contacts.rbegin(); one != contacts.rend(); ++one) *out.add_contacts() = *one;
  for (v1::PersonStanding& row : standings::of_all(exchange.world.picture, exchange.now))
    if (ids.contains(row.person_id())) *out.add_standings() = std::move(row);
  out.set_entry_no(exchange.world.picture.entry_no());
  out.set_as_of_us(exchange.now.us);
  return answering(out, {id});
}

Result<v1::IdentityRecorded> identity_of(const Exchange& exchange, const std::string& person_id,
                                         const v1::IdentityInput& input) {
  TRY_STATUS(check_identity(input));
  TRY(const std::string key, identity_key(exchange));
  v1::IdentityRecorded out;
  out.set_person_id(person_id);
  out.set_document(law::document_digest(key, input.document_kind(), input.document_number()));
  out.set_name_key(keyed(key, "name", law::normal_name(input.name())));
  for (const std::string& sound : law::sound_keys(input.name()))
    if (out.sound_keys_size() < kSoundKeysMax) out.add_sound_keys(keyed(key, "sound", sound));
  out.set_born_key(keyed(key, "born", input.born()));
  const std::string address = law::normal_address(input.address());
  out.set_address_key(keyed(key, "address", address));
  out.set_building_key(keyed(key, "building", law::building_of(address)));
  return out;
}

Result<Plan> identity(const Exchange& exchange) {
  TRY(const v1::IdentityInput input, exchange.body<v1::IdentityInput>());
  TRY_STATUS(legal::check_person(exchange, exchange.id(), v1::ROLE_UNSPECIFIED, "id"));
  TRY(const v1::IdentityRecorded keys, identity_of(exchange, exchange.id(), input));
  legal::Facts facts;
  *legal::add_fact(exchange, 0, facts).mutable_identity_recorded() = keys;
  return legal::judged(exchange, std::move(facts), [](uint64_t entry_no) -> Result<net::Response> {
    return json_response(200, written(entry_no));
  });
}

Result<Plan> supervisor(const Exchange& exchange) {
  TRY(const v1::SupervisorInput input, exchange.body<v1::SupervisorInput>());
  TRY_STATUS(legal::check_person(exchange, exchange.id(), v1::ROLE_WEARER, "id"));
  legal::Facts facts;
  v1::SupervisorAssigned& out = *legal::add_fact(exchange, 0, facts).mutable_supervisor_assigned();
  out.set_wearer_id(exchange.id());
  out.set_officer(input.officer());
  out.set_agency_id(input.agency_id());
  return legal::judged(exchange, std::move(facts), [](uint64_t entry_no) -> Result<net::Response> {
    return json_response(200, written(entry_no));
  });
}

}  // namespace haechi::api::risk
