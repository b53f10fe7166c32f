#include "api/inquiries.h"

#include <algorithm>

#include "api/legal.h"
#include "api/playback.h"
#include "api/subjects.h"

namespace haechi::api::inquiries {
namespace {

using trust::Action;

constexpr size_t kTextMax = 2'000;

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

bool mine(const Exchange& exchange, const std::string& agency_id) {
  return !agency_id.empty() && agency_id == exchange.viewer.agency_id;
}

bool waits(const v1::Inquiry& inquiry) {
  return inquiry.state() == v1::INQUIRY_STATE_REQUESTED || inquiry.state() == v1::INQUIRY_STATE_PENDING;
}

// Anything it opens now; nobody but its agency sees it.
bool is_open(const v1::Inquiry& inquiry, Time now) {
  const bool may =
      inquiry.state() == v1::INQUIRY_STATE_PENDING || inquiry.state() == v1::INQUIRY_STATE_GRANTED;
  return may && now.us < inquiry.open_until_us();
}

bool may_confirm(const Exchange& exchange, const v1::Inquiry& inquiry) {
  return inquiry.state() == v1::INQUIRY_STATE_PENDING && inquiry.confirmed_at_us() == 0 &&
         inquiry.approved_by() == exchange.viewer.account;
}

trust::Subject subject_of(const Exchange& exchange, const std::string& id) {
  trust::Subject subject{.kind = "inquiry", .id = id};
  const v1::Inquiry* inquiry = book_of(exchange).inquiry(id);
  if (inquiry == nullptr) return subject;
  const trust::Subject around = legal::case_subject(exchange, inquiry->case_id());
  subject.basis = id;
  subject.relations.recused = around.relations.recused;
  subject.relations.case_link = around.relations.case_link;
  subject.relations.agency = mine(exchange, inquiry->agency_id()) || mine(exchange, inquiry->court_id());
  // Asked of any court it is everybody's who could decide it, and afterwards of who did.
  subject.relations.asked =
      inquiry->court_id().empty() && (waits(*inquiry) || inquiry->decided_by() == exchange.viewer.account);
  subject.relations.permitted =
      mine(exchange, inquiry->agency_id()) && is_open(*inquiry, exchange.right_at());
  recuse(exchange, {inquiry->person_id()}, subject);
  return subject;
}

Result<v1::InquiryAnswer> answer_of(const Exchange& exchange, const std::string& id) {
  const v1::Inquiry* inquiry = book_of(exchange).inquiry(id);
  if (inquiry == nullptr) return legal::not_found();
  v1::InquiryAnswer answer;
  *answer.mutable_inquiry() = *inquiry;
  TRY(const legal::KeptText reason,
      legal::kept_text(exchange, inquiry->reason_id(), inquiry->reason_sha256()));
  answer.set_reason(reason.text);
  answer.set_reason_intact(reason.intact);
  TRY(const legal::KeptText decision,
      legal::kept_text(exchange, inquiry->decision_id(), inquiry->decision_sha256()));
  answer.set_decision(decision.text);
  answer.set_decision_intact(decision.intact);
  for (const v1::Duty* duty : legal::duties_of(exchange, inquiry->case_id()))
    if (duty->request_id() == id) *answer.add_duties() = *duty;
  answer.set_may_confirm(may_confirm(exchange, *inquiry));
  answer.set_open(subject_of(exchange, id).relations.permitted &&
                  exchange.viewer.role == trust::Role::kPolice);
  return answer;
}

// Another officer of the station, who can say that it is so.
Status check_approver(const Exchange& exchange, const std::string& name) {
  TRY(const std::optional<trust::Viewer> named, legal::account_named(exchange, name));
  const trust::Viewer& viewer = exchange.viewer;
  if (named && named->role == viewer.role && named->agency_id == viewer.agency_id && name != viewer.account)
    return {};
  return invalid("approved_by", "must be the account of another officer of this station");
}

Status check_text(const std::string& text, const char* field) {
  if (text.empty() || text.size() > kTextMax) return invalid(field, "must be 1..2000 bytes");
  return {};
}

Plan answering_inquiry(const Exchange& exchange, legal::Facts facts, const std::string& id) {
  return legal::judged_as(exchange, std::move(facts), [&exchange, id] { return answer_of(exchange, id); });
}

}  // namespace

trust::Subject subject(const Exchange& exchange) {
  return subject_of(exchange, exchange.id());
}

Result<Plan> uses(const Exchange& exchange) {
  const std::string country = exchange.request.parameter("country");
  const law::Pack* pack = law::find_pack(country.empty() ? "kr" : country);
  if (pack == nullptr) return invalid("country", "must be kr, es or us");
  v1::LawUseList answer;
  for (const law::PermittedUse& use : pack->uses) {
    v1::LawUse& row = *answer.add_uses();
    row.set_code(std::string(use.code));
    row.set_purpose_en(std::string(use.purpose.en));
    row.set_purpose_ko(std::string(use.purpose.ko));
    row.set_court_permission(use.court_permission);
    row.set_basis(law::cited(use.source));
  }
  const law::Period term = pack->urgent_inquiry.permission_within;
  answer.set_urgent(term.known());
  if (term.known()) {
    answer.mutable_permission_within()->set_unit(v1::StatedPeriod::HOURS);
    answer.mutable_permission_within()->set_count(term.count);
    answer.set_permission_basis(law::cited(pack->urgent_inquiry.source));
  }
  return answering(answer);
}

Result<Plan> request(const Exchange& exchange) {
  TRY(const v1::InquiryInput input, exchange.body<v1::InquiryInput>());
  const v1::Case* one = book_of(exchange).find_case(exchange.id());
  if (one == nullptr) return legal::not_found();
  TRY(const std::string id, legal::chosen_id(input.id(), "Q"));
  TRY_STATUS(check_text(input.reason(), "reason"));
  TRY_STATUS(legal::check_person(exchange, input.person_id(), v1::ROLE_WEARER, "person_id"));
  if (!input.court_id().empty()) TRY_STATUS(legal::check_agency(exchange, input.court_id(), "court_id"));
  if (input.urgent()) TRY_STATUS(check_approver(exchange, input.approved_by()));
  legal::Facts facts;
  v1::HistoryRequested& asked = *legal::add_fact(exchange, 0, facts).mutable_history_requested();
  const std::string reason_id = legal::made_id("QR");
  asked.set_inquiry_id(id);
  asked.set_case_id(one->id());
  asked.set_person_id(input.person_id());
  asked.set_from_us(input.from_us());
  asked.set_to_us(input.to_us());
  asked.set_use(input.use());
  asked.set_court_id(input.court_id());
  asked.set_urgent(input.urgent());
  asked.set_approved_by(input.approved_by());
  asked.set_reason_id(reason_id);
  asked.set_reason_sha256(legal::digest_of(input.reason()));
  Plan plan = answering_inquiry(exchange, std::move(facts), id);
  plan.keep = [&records = exchange.world.records, reason_id, about = input.person_id(),
               text = input.reason()] { return records.put_note(reason_id, about, store::Personal(text)); };
  return plan;
}

Result<Plan> list(const Exchange& exchange) {
  TRY(const size_t limit, exchange.limit());
  const std::string case_id = exchange.request.parameter("case_id");
  std::vector<const v1::Inquiry*> found;
  for (const auto& [id, inquiry] : book_of(exchange).inquiries()) {
    if (!case_id.empty() && inquiry.case_id() != case_id) continue;
    if (decide_on(exchange, Action::kSeeCase, subject_of(exchange, id)).allowed) found.push_back(&inquiry);
  }
  std::sort(found.begin(), found.end(), [](const v1::Inquiry* a, const v1::Inquiry* b) {
    return std::pair(a->requested_at_us(), a->id()) > std::pair(b->requested_at_us(), b->id());
  });
  v1::InquiryList answer;
  std::vector<std::string> shown;
  for (const v1::Inquiry* inquiry : found) {
    if (shown.size() == limit) break;
    *answer.add_inquiries() = *inquiry;
    shown.push_back(inquiry->id());
  }
  return answering(answer, std::move(shown));
}

Result<Plan> get(const Exchange& exchange) {
  TRY(const v1::InquiryAnswer answer, answer_of(exchange, exchange.id()));
  return answering(answer);
}

Result<Plan> decide(const Exchange& exchange) {
  TRY(const v1::InquiryDecisionInput input, exchange.body<v1::InquiryDecisionInput>());
  const v1::Inquiry* inquiry = book_of(exchange).inquiry(exchange.id());
  if (inquiry == nullptr) return legal::not_found();
  TRY_STATUS(check_text(input.reasons(), "reasons"));
  legal::Decided said;
  said.about = "inquiry " + inquiry->id();
  said.decision = input.granted() ? "granted" : "refused";
  said.kinds = inquiry->use();
  said.until_us = input.until_us();
  said.reasons = input.reasons();
  legal::Decision signed_text = legal::decision_of(exchange, said);
  legal::Facts facts;
  v1::HistoryDecided& decided = *legal::add_fact(exchange, 0, facts).mutable_history_decided();
  decided.set_inquiry_id(inquiry->id());
  decided.set_granted(input.granted());
  decided.set_until_us(input.until_us());
  decided.set_decision_id(signed_text.id);
  decided.set_decision_sha256(signed_text.digest);
  const std::string about = inquiry->person_id();
  Plan plan = answering_inquiry(exchange, std::move(facts), inquiry->id());
  plan.keep = legal::keeping(exchange, std::move(signed_text), about);
  return plan;
}

Result<Plan> confirm(const Exchange& exchange) {
  TRY(const v1::HistoryConfirmationInput input, exchange.body<v1::HistoryConfirmationInput>());
  const v1::Inquiry* inquiry = book_of(exchange).inquiry(exchange.id());
  if (inquiry == nullptr) return legal::not_found();
  if (inquiry->approved_by() != exchange.viewer.account)
    return Error{Code::kForbidden, "by", "only who is named as having approved it says so"};
  legal::Facts facts;
  v1::HistoryConfirmed& confirmed = *legal::add_fact(exchange, 0, facts).mutable_history_confirmed();
  confirmed.set_inquiry_id(inquiry->id());
  confirmed.set_confirmed(input.confirmed());
  return answering_inquiry(exchange, std::move(facts), inquiry->id());
}

Result<Plan> destroyed(const Exchange& exchange) {
  TRY(const v1::DestroyedInput input, exchange.body<v1::DestroyedInput>());
  const v1::Inquiry* inquiry = book_of(exchange).inquiry(exchange.id());
  if (inquiry == nullptr) return legal::not_found();
  TRY_STATUS(check_text(input.proof(), "proof"));
  const std::string proof_id = legal::made_id("PR");
  legal::Facts facts;
  v1::HistoryDestroyed& gone = *legal::add_fact(exchange, 0, facts).mutable_history_destroyed();
  gone.set_inquiry_id(inquiry->id());
  gone.set_proof_id(proof_id);
  gone.set_proof_sha256(legal::digest_of(input.proof()));
  Plan plan = answering_inquiry(exchange, std::move(facts), inquiry->id());
  plan.keep = [&records = exchange.world.records, proof_id, about = inquiry->person_id(),
               text = input.proof()] { return records.put_note(proof_id, about, store::Personal(text)); };
  return plan;
}

Result<Plan> track(const Exchange& exchange) {
  const v1::Inquiry* inquiry = book_of(exchange).inquiry(exchange.id());
  if (inquiry == nullptr) return legal::not_found();
  std::set<std::string> ids = book_of(exchange).worn_as(inquiry->person_id());
  ids.insert(inquiry->person_id());
  return playback::of_span(exchange, ids, {Time{inquiry->from_us()}, Time{inquiry->to_us()}});
}

}  // namespace haechi::api::inquiries
