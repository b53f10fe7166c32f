#include "api/provisions.h"

#include <algorithm>
#include <tuple>

#include "api/legal.h"
#include "law/pack.h"

namespace haechi::api::provisions {
namespace {

const picture::Picture& picture_of(const Exchange& exchange) {
  return exchange.world.picture;
}

// The country of the orders that bind or protect; Korea where none is known.
const law::Pack& pack_of(const Exchange& exchange, const std::string& person_id) {
  for (const auto& [id, order] : picture_of(exchange).orders()) {
    const bool named =
        std::any_of(order.conditions().begin(), order.conditions().end(),
                    [&](const v1::Condition& one) { return one.keep_away().protected_id() == person_id; });
    if (order.wearer_id() != person_id && !named) continue;
    if (const law::Pack* pack = law::pack_of_kind(order.kind())) return *pack;
  }
  return law::kr();
}

// Since when a call about the person is open, of any agency's; the end of time: none is.
int64_t call_open_since(const Exchange& exchange, const std::string& person_id) {
  int64_t since_us = INT64_MAX;
  for (const auto& [id, agency] : picture_of(exchange).agencies())
    if (const v1::Call* call = picture_of(exchange).call_about(id, person_id))
      since_us = std::min(since_us, call->opened_at_us());
  return since_us;
}

// What goes on still: a case that is open, whose inquiry it was, or an open call.
bool goes_on(const Exchange& exchange, const picture::Given& given, int64_t call_since_us) {
  const picture::CaseBook& book = picture_of(exchange).case_book();
  if (const v1::Inquiry* inquiry = book.inquiry(given.basis)) {
    const v1::Case* one = book.find_case(inquiry->case_id());
    return one != nullptr && one->closed_at_us() == 0;
  }
  if (const v1::Case* one = book.find_case(given.basis)) return one->closed_at_us() == 0;
  const bool of_call = given.role == "dispatch" || given.role == "unit" || given.role == "connector";
  return of_call && given.last_at.us >= call_since_us;
}

std::string agency_of(const Exchange& exchange, const std::string& basis) {
  if (const v1::Call* call = picture_of(exchange).calls().call(basis)) return call->agency_id();
  const picture::CaseBook& book = picture_of(exchange).case_book();
  if (const v1::Inquiry* inquiry = book.inquiry(basis)) return inquiry->agency_id();
  if (const v1::Case* one = book.find_case(basis)) return one->agency_id();
  return {};
}

int64_t month_start(Time at) {
  const Result<Time> start = parse_iso8601(iso8601(at).substr(0, 7) + "-01T00:00:00Z");
  return start.ok() ? start->us : 0;
}

// Rows alike are one.
class Rows {
 public:
  explicit Rows(v1::ProvisionRecord& record) : record_(record) {}

  void add(v1::Provision row) {
    const auto [known, made] = index_.try_emplace(
        {row.recipient(), row.agency_id(), row.purpose(), row.basis(), row.precision(), row.first_at_us()},
        record_.rows_size());
    if (made) {
      *record_.add_rows() = std::move(row);
      return;
    }
    v1::Provision& same = *record_.mutable_rows(known->second);
    same.set_times(same.times() + row.times());
    same.set_last_at_us(std::max(same.last_at_us(), row.last_at_us()));
  }

 private:
  v1::ProvisionRecord& record_;
  std::map<std::tuple<std::string, std::string, std::string, std::string, std::string, int64_t>, int> index_;
};

void add_rows(const Exchange& exchange, const law::Pack& pack, bool wearer, v1::ProvisionRecord& record) {
  const int64_t call_since_us = call_open_since(exchange, record.person_id());
  Rows rows(record);
  for (const picture::Given& given : picture_of(exchange).provision_book().of(record.person_id())) {
    if (given.last_at.us < record.from_us() || given.first_at.us >= record.to_us()) continue;
    const law::ProvisionRule* rule = law::find_provision(pack, given.role);
    const bool withheld = rule != nullptr && rule->withheld;
    if (wearer && (withheld || goes_on(exchange, given, call_since_us))) continue;
    v1::Provision row;
    row.set_recipient(given.role);
    // Which station looked at him otherwise could tell him where she lives.
    row.set_agency_id(wearer || given.agency_id.empty() ? agency_of(exchange, given.basis) : given.agency_id);
    row.set_purpose(given.purpose);
    row.set_precision(given.precision);
    row.set_times(given.times);
    row.set_own_use(rule != nullptr && rule->own_use);
    row.set_basis(given.basis);
    row.set_first_at_us(given.first_at.us);
    row.set_last_at_us(given.last_at.us);
    // Glass is broken because somebody is in danger, as calls are opened.
    const bool glass = picture_of(exchange).case_book().glass(given.basis) != nullptr;
    if (wearer && (glass || (rule != nullptr && rule->by_month))) {
      row.set_basis("");
      row.set_first_at_us(month_start(given.first_at));
      row.set_last_at_us(row.first_at_us());
    }
    rows.add(std::move(row));
  }
}

// All rules of the country, whether or not there is anything they are about: which ones are said tells
// nothing.
void add_rules(const law::Pack& pack, bool wearer, v1::ProvisionRecord& record) {
  for (const law::ProvisionRule& rule : pack.provisions) {
    if (!wearer && rule.withheld) continue;
    v1::ProvisionRule& out = *record.add_rules();
    out.set_recipient(std::string(rule.recipient));
    out.set_why_en(std::string(rule.why.en));
    out.set_why_ko(std::string(rule.why.ko));
    out.set_basis(law::cited(rule.source));
    out.set_withheld(rule.withheld);
    out.set_by_month(wearer && rule.by_month);
    if (rule.withheld) record.add_withheld(std::string(rule.recipient));
  }
}

std::string moment(int64_t at_us) {
  return iso8601(Time{at_us}).substr(0, 16) + "Z";
}

// The document: a table for the person, with the grounds below it. What is in it is what was digested.
std::string text_of(const v1::ProvisionRecord& record) {
  std::string out = "위치정보 제공 내역 / record of places given\n";
  out += "번호 / number: " + record.id() + "\n대상 / person: " + record.person_id() +
         "\n기간 / period: " + (record.from_us() == 0 ? std::string("-") : moment(record.from_us())) +
         " .. " + moment(record.to_us()) + "\n작성 / made: " + moment(record.made_at_us()) + "\n\n";
  out += "제공받은 자 | 기관 | 목적 | 근거 | 정밀도 | 처음 | 마지막 | 횟수\n";
  out += "recipient | agency | purpose | basis | precision | first | last | times\n";
  for (const v1::Provision& row : record.rows()) {
    const bool month = row.first_at_us() == row.last_at_us() && row.basis().empty();
    const auto when = [&](int64_t at_us) { return month ? moment(at_us).substr(0, 7) : moment(at_us); };
    out += row.recipient() + " | " + row.agency_id() + " | " + row.purpose() + " | " + row.basis() + " | " +
           row.precision() + " | " + when(row.first_at_us()) + " | " + when(row.last_at_us()) + " | " +
           std::to_string(row.times()) + (row.own_use() ? " | 자체 이용 / own use" : "") + "\n";
  }
  if (record.rows().empty()) out += "- 없음 / none\n";
  out += "\n근거와 제한 / grounds, and what is withheld\n";
  for (const v1::ProvisionRule& rule : record.rules())
    out += rule.recipient() + ": " + rule.why_ko() + " / " + rule.why_en() + " (" + rule.basis() + ")" +
           (rule.withheld() ? " - 제외 / withheld" : "") + "\n";
  return out;
}

Result<v1::ProvisionRecord> record_of(const Exchange& exchange, const std::string& person_id) {
  TRY(const v1::ProvisionsInput input, exchange.body<v1::ProvisionsInput>());
  const auto person = picture_of(exchange).persons().find(person_id);
  if (person == picture_of(exchange).persons().end() || person->second.removed()) return legal::not_found();
  TRY_STATUS(legal::check_past(exchange, input.to_us(), "to_us"));
  v1::ProvisionRecord record;
  record.set_id(legal::made_id("G"));
  record.set_person_id(person_id);
  record.set_from_us(input.from_us());
  record.set_to_us(input.to_us() == 0 ? exchange.now.us : input.to_us());
  record.set_made_at_us(exchange.now.us);
  if (record.from_us() < 0 || record.to_us() <= record.from_us())
    return invalid("to_us", "must be later than from_us");
  const law::Pack& pack = pack_of(exchange, person_id);
  const bool wearer = person->second.role() == v1::ROLE_WEARER;
  add_rows(exchange, pack, wearer, record);
  add_rules(pack, wearer, record);
  record.set_text(text_of(record));
  record.set_text_sha256(hex(legal::digest_of(record.text())));
  return record;
}

// The request and its answer, in one commit, before the answer leaves.
Result<Plan> answering_record(const Exchange& exchange, const std::string& person_id) {
  TRY(v1::ProvisionRecord record, record_of(exchange, person_id));
  Plan plan;
  auto asked = std::make_unique<v1::Fact>();
  v1::ProvisionsAsked& request = *asked->mutable_provisions_asked();
  request.set_record_id(record.id());
  request.set_person_id(person_id);
  request.set_by(exchange.viewer.account);
  request.set_from_us(record.from_us());
  request.set_to_us(record.to_us());
  auto told = std::make_unique<v1::Fact>();
  v1::ProvisionsTold& answer = *told->mutable_provisions_told();
  answer.set_record_id(record.id());
  answer.set_person_id(person_id);
  answer.set_by(exchange.viewer.account);
  answer.set_rows(static_cast<uint32_t>(record.rows_size()));
  *answer.mutable_withheld() = record.withheld();
  answer.set_text_sha256(legal::digest_of(record.text()));
  plan.facts.push_back(std::move(asked));
  plan.facts.push_back(std::move(told));
  plan.shown_ids = {person_id};
  TRY(*record.mutable_person(), legal::named(exchange, legal::risk_subject(exchange, person_id), person_id));
  plan.answer = [record = std::move(record)](uint64_t) { return json_response(200, record); };
  return plan;
}

}  // namespace

trust::Subject subject(const Exchange& exchange) {
  trust::Subject subject = legal::risk_subject(exchange, exchange.id());
  subject.kind = "provisions";
  return subject;
}

Result<Plan> of_person(const Exchange& exchange) {
  return answering_record(exchange, exchange.id());
}

Result<Plan> of_self(const Exchange& exchange) {
  return answering_record(exchange, exchange.viewer.person_id);
}

}  // namespace haechi::api::provisions
