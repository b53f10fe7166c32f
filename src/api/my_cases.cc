// What a protected person may do and wait for: nothing about where he is, nothing about his other orders.
#include <algorithm>

#include "api/legal.h"
#include "api/petitions.h"

namespace haechi::api::petitions {
namespace {

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

// Does this condition concern her? Where another is protected in the same case, that is not hers to see.
bool is_hers(const v1::Condition& condition, const std::string& her) {
  return condition.keep_away().protected_id() == her || condition.exclusion().protected_id() == her;
}

v1::MyMeasure my_measure(const v1::LegalMeasure& measure, const std::string& her) {
  v1::MyMeasure out;
  out.set_id(measure.id());
  out.set_kind(measure.kind());
  if (const law::OrderKind* kind = legal::kind_of(measure.country(), measure.kind())) {
    out.set_name_en(std::string(kind->name.en));
    out.set_name_ko(std::string(kind->name.ko));
  }
  out.set_stage(measure.stage());
  out.set_end(measure.end());
  out.set_in_force(measure.in_force());
  out.set_ends_at_us(measure.ends_at_us());
  for (const v1::Condition& condition : measure.stated().conditions())
    if (is_hers(condition, her)) *out.add_conditions() = condition;
  return out;
}

// A petition that the law opens with a notice, while its clock runs; one that needs none (kr: for protection
// from domestic violence), at any time.
void add_petitioning(const Exchange& exchange, const v1::Case& one, v1::MyCase& out) {
  const law::Pack* pack = law::find_pack(one.country());
  if (pack == nullptr || one.closed_at_us() != 0) return;
  const v1::Duty* clock = nullptr;
  for (const v1::Duty* duty : legal::duties_of(exchange, one.id()))
    if (duty->task() == v1::CASE_TASK_PETITION_DIRECTLY && clock == nullptr) clock = duty;
  if (clock != nullptr) out.set_petition_by_us(clock->due_at_us());
  for (const law::OrderKind& kind : pack->kinds) {
    if (kind.path != law::Path::kDirect || kind.term == law::Term::kUntilDecision) continue;
    const bool open =
        kind.petition_within.known() ? clock != nullptr : one.kind() == v1::CASE_KIND_DOMESTIC_VIOLENCE;
    if (open) *out.add_petition_kinds() = legal::law_kind(kind);
  }
  out.set_may_petition(!out.petition_kinds().empty());
}

v1::MyCase my_case(const Exchange& exchange, const v1::Case& one, const std::string& her) {
  const picture::CaseBook& book = book_of(exchange);
  v1::MyCase out;
  out.set_id(one.id());
  out.set_number(one.number());
  out.set_kind(one.kind());
  out.set_agency_id(one.agency_id());
  const auto agency = exchange.world.picture.agencies().find(one.agency_id());
  if (agency != exchange.world.picture.agencies().end()) out.set_agency_name(agency->second.name());
  out.set_opened_at_us(one.opened_at_us());
  out.set_closed_at_us(one.closed_at_us());
  for (const std::string& id : one.measure_ids()) {
    const v1::LegalMeasure* measure = book.measure(id);
    if (measure != nullptr && measure->protected_id() == her) *out.add_measures() = my_measure(*measure, her);
  }
  add_petitioning(exchange, one, out);
  for (const std::string& id : one.petition_ids()) {
    const v1::Petition* petition = book.petition(id);
    if (petition != nullptr && petition->protected_id() == her) *out.add_petitions() = *petition;
  }
  return out;
}

// The country of her cases; Korea where she has none.
const law::Pack& pack_for(const v1::MyCases& mine, const picture::CaseBook& book) {
  for (const v1::MyCase& one : mine.cases())
    if (const law::Pack* pack = law::find_pack(book.find_case(one.id())->country())) return *pack;
  return law::kr();
}

v1::PenaltyNotice notice_of(const law::ExposurePolicy& exposure) {
  v1::PenaltyNotice out;
  out.set_code(std::string(exposure.notice_code));
  out.set_text_en(std::string(exposure.notice.en));
  out.set_text_ko(std::string(exposure.notice.ko));
  out.set_source(law::cited(exposure.notice_source));
  return out;
}

// Of both texts of a notice, with a line feed between them; empty: no notice has this code.
std::string notice_digest(const std::string& code) {
  const law::Pack* pack = law::find_notice(code);
  if (pack == nullptr) return {};
  const law::Words& text = pack->exposure.notice;
  return legal::digest_of(std::string(text.en) + "\n" + std::string(text.ko));
}

}  // namespace

Result<Plan> my_cases(const Exchange& exchange) {
  const std::string& her = exchange.viewer.person_id;
  v1::MyCases answer;
  for (const auto& [id, one] : book_of(exchange).cases()) {
    const auto& hers = one.protected_ids();
    if (std::find(hers.begin(), hers.end(), her) != hers.end())
      *answer.add_cases() = my_case(exchange, one, her);
  }
  const auto consent = book_of(exchange).consents().find(her);
  if (consent != book_of(exchange).consents().end()) *answer.mutable_consent() = consent->second;
  const law::Pack& pack = pack_for(answer, book_of(exchange));
  *answer.mutable_notice() = notice_of(pack.exposure);
  TRY(const std::string address, legal::address_of(exchange, her));
  for (const v1::Agency* court : legal::courts_of(exchange, address)) {
    v1::CourtChoice& choice = *answer.add_courts();
    choice.set_agency_id(court->id());
    choice.set_name(court->name());
    choice.set_source(law::cited(pack.direct_petition.venue));
  }
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, {her});
}

Result<Plan> consent(const Exchange& exchange) {
  TRY(const v1::ConsentInput input, exchange.body<v1::ConsentInput>());
  if (!input.notice_code().empty() && law::find_notice(input.notice_code()) == nullptr)
    return invalid("notice_code", "is not the code of a penalty notice");
  const std::string her = exchange.viewer.person_id;
  legal::Facts facts;
  if (!input.notice_code().empty()) {
    v1::NoticeGiven& notice = *legal::add_fact(exchange, 0, facts).mutable_notice_given();
    notice.set_protected_id(her);
    notice.set_notice_code(input.notice_code());
    notice.set_text_sha256(notice_digest(input.notice_code()));
  }
  v1::ConsentRecorded& recorded = *legal::add_fact(exchange, 0, facts).mutable_consent_recorded();
  recorded.set_protected_id(her);
  recorded.set_given(input.given());
  return legal::judged_as(exchange, std::move(facts), [&exchange, her]() -> Result<v1::ConsentAnswer> {
    v1::ConsentAnswer answer;
    const auto known = book_of(exchange).consents().find(her);
    if (known != book_of(exchange).consents().end()) *answer.mutable_consent() = known->second;
    answer.set_entry_no(exchange.world.picture.entry_no());
    return answer;
  });
}

}  // namespace haechi::api::petitions
