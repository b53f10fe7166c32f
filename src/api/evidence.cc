// The evidence bundle of a petition: what the system knows of the two, as of one entry of the log.
#include <algorithm>

#include "api/legal.h"
#include "api/petitions.h"
#include "api/risk.h"
#include "base/digest.h"

namespace haechi::api::petitions {
namespace {

bool names(const v1::Order& order, const std::string& her) {
  return std::any_of(order.conditions().begin(), order.conditions().end(), [&](const v1::Condition& one) {
    return one.keep_away().protected_id() == her || one.exclusion().protected_id() == her;
  });
}

}  // namespace

Result<Plan> evidence(const Exchange& exchange) {
  const picture::CaseBook& book = exchange.world.picture.case_book();
  const v1::Petition* petition = book.petition(exchange.id());
  const v1::Case* one = petition == nullptr ? nullptr : book.find_case(petition->case_id());
  if (one == nullptr) return legal::not_found();
  const std::string& her = petition->protected_id();
  const std::set<std::string> wearers = book.worn_as(one->subject_id());
  v1::EvidenceBundle out;
  out.set_petition_id(petition->id());
  out.set_case_id(one->id());
  out.set_wearer_id(one->subject_id());
  out.set_protected_id(her);
  std::vector<v1::PastAlert> alerts = risk::past_alerts(exchange, wearers, her);
  // Of what he did to others the court has another case.
  std::erase_if(alerts, [&](const v1::PastAlert& alert) { return alert.protected_id() != her; });
  for (const v1::PastAlert& alert : alerts) *out.add_alerts() = alert;
  for (const auto& [id, order] : exchange.world.picture.orders())
    if (wearers.contains(order.wearer_id()) && names(order, her)) *out.add_orders() = order;
  for (const std::string& id : one->measure_ids())
    if (const v1::LegalMeasure* measure = book.measure(id)) *out.add_measures() = *measure;
  for (const v1::CaseReport& report : one->reports()) {
    v1::CaseReportAnswer& added = *out.add_reports();
    *added.mutable_report() = report;
    TRY(const legal::KeptText kept, legal::kept_text(exchange, report.id(), {}));
    added.set_text(kept.text);
  }
  TRY(const std::vector<v1::ContactEntry> contacts, risk::contacts_of(exchange, alerts));
  for (const v1::ContactEntry& contact : contacts) *out.add_contacts() = contact;
  out.set_entry_no(exchange.world.picture.entry_no());
  out.set_made_at_us(exchange.now.us);
  out.set_sha256(hex(view(sha256(out.SerializeAsString()))));
  return answering(out, {one->subject_id(), her});
}

}  // namespace haechi::api::petitions
