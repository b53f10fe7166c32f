#include "api/petitions.h"

#include <algorithm>

#include "api/files.h"
#include "api/legal.h"

namespace haechi::api::petitions {
namespace {

using trust::Action;

constexpr size_t kStatementMax = 20'000;
constexpr int kAttachmentsMax = 8;
constexpr int kAttachmentsOfHerMax = 200;  // in all petitions together

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

Result<const v1::Petition*> found(const Exchange& exchange) {
  const v1::Petition* petition = book_of(exchange).petition(exchange.id());
  if (petition == nullptr) return legal::not_found();
  return petition;
}

Plan answering_petition(const Exchange& exchange, legal::Facts facts, const std::string& id) {
  return legal::judged_as(exchange, std::move(facts),
                          [&exchange, id] { return petition_answer(exchange, id); });
}

std::vector<const v1::LegalMeasure*> measures_of(const Exchange& exchange, const v1::Petition& petition) {
  std::vector<const v1::LegalMeasure*> out;
  for (const std::string& id : petition.measure_ids())
    if (const v1::LegalMeasure* measure = book_of(exchange).measure(id)) out.push_back(measure);
  if (const v1::LegalMeasure* measure = book_of(exchange).measure(petition.interim_measure_id()))
    out.push_back(measure);
  return out;
}

std::string attachment_id(const v1::Petition& petition, int index) {
  return petition.statement_id() + "." + std::to_string(index + 1);
}

bool is_open(const v1::Petition& petition) {
  return petition.state() == v1::PETITION_STATE_FILED || petition.state() == v1::PETITION_STATE_DOCKETED;
}

Status add_kinds(const v1::Petition& petition, const std::string& country, v1::PetitionAnswer& answer) {
  const law::Pack* pack = law::find_pack(country);
  if (pack == nullptr) return {};
  for (const law::OrderKind& kind : pack->kinds) {
    if (kind.path != law::Path::kDirect) continue;
    if (kind.term == law::Term::kUntilDecision) *answer.add_interim_kinds() = legal::law_kind(kind);
    const auto& asked = petition.kinds();
    if (std::find(asked.begin(), asked.end(), kind.code) != asked.end())
      *answer.add_kinds() = legal::law_kind(kind);
  }
  return {};
}

Status add_attachments(const Exchange& exchange, const v1::Petition& petition, v1::PetitionAnswer& answer) {
  for (int i = 0; i < petition.attachment_sha256_size(); ++i) {
    const std::string id = attachment_id(petition, i);
    TRY(const legal::KeptText kept, legal::kept_text(exchange, id, {}));
    if (kept.text.empty()) continue;  // forgotten with her
    TRY(const v1::FileAnswer file, files::read(id, kept.text, petition.attachment_sha256(i)));
    *answer.add_attachments() = file.file();
  }
  return {};
}

// An id of our own, so that no petition can be named so that it takes the place of another's papers.
std::string paper_id(const v1::PetitionInput& input) {
  return input.statement().empty() && input.attachments().empty() ? std::string() : legal::made_id("S");
}

Status check(v1::PetitionInput& input) {
  if (input.statement().size() > kStatementMax) return invalid("statement", "must be at most 20000 bytes");
  if (input.attachments_size() > kAttachmentsMax) return invalid("attachments", "must be at most 8");
  size_t bytes = 0;
  for (int i = 0; i < input.attachments_size(); ++i) {
    TRY_STATUS(files::take_in(*input.mutable_attachments(i), "attachments[" + std::to_string(i) + "]"));
    bytes += input.attachments(i).content().size();
  }
  if (bytes > files::kFilesBytesMax) return invalid("attachments", "must be at most 600000 bytes together");
  return {};
}

// Those of the petition `id` are not counted: the app may be asking again.
int attachments_of(const Exchange& exchange, const std::string& her, const std::string& id) {
  int count = 0;
  for (const auto& [other, petition] : book_of(exchange).petitions())
    if (petition.protected_id() == her && other != id) count += petition.attachment_sha256_size();
  return count;
}

// The court that she names; else the one in whose district she lives, where there is exactly one such. Else
// any court may docket it.
Status name_court(const Exchange& exchange, const v1::PetitionInput& input, v1::PetitionFiled& filed) {
  if (!input.court_id().empty()) {
    filed.set_court_id(input.court_id());
    filed.set_court_ground("her_choice");
    return {};
  }
  TRY(const std::string address, legal::address_of(exchange, exchange.viewer.person_id));
  const std::vector<const v1::Agency*> courts = legal::courts_of(exchange, address);
  if (courts.size() != 1) return {};
  filed.set_court_id(courts.front()->id());
  filed.set_court_ground("her_residence");
  return {};
}

Result<Plan> file_clean(const Exchange& exchange, const v1::PetitionInput& input, const std::string& id) {
  const v1::Case* one = book_of(exchange).find_case(input.case_id());
  const std::string& her = exchange.viewer.person_id;
  // Of a case that is not hers she learns nothing, not even that it exists.
  if (one == nullptr || !legal::concerns(*one, her) || one->subject_id() == her)
    return Error{Code::kNotFound, "case_id", "there is no such case of yours"};
  if (!input.court_id().empty()) TRY_STATUS(legal::check_agency(exchange, input.court_id(), "court_id"));
  if (const v1::Petition* known = book_of(exchange).petition(id)) {
    if (known->protected_id() != her) return Error{Code::kConflict, "id", "is taken; choose another"};
    TRY(const v1::PetitionAnswer answer, petition_answer(exchange, id));
    return answering(answer);  // the app asks again because it heard no answer
  }
  const std::string statement_id = paper_id(input);
  legal::Facts facts;
  v1::PetitionFiled& filed = *legal::add_fact(exchange, 0, facts).mutable_petition_filed();
  filed.set_petition_id(id);
  filed.set_case_id(one->id());
  filed.set_protected_id(her);
  *filed.mutable_kinds() = input.kinds();
  filed.set_statement_id(statement_id);
  if (!input.statement().empty()) filed.set_statement_sha256(legal::digest_of(input.statement()));
  filed.set_attachments(static_cast<uint32_t>(input.attachments_size()));
  TRY_STATUS(name_court(exchange, input, filed));
  std::vector<std::pair<std::string, std::string>> notes;
  if (!input.statement().empty()) notes.emplace_back(statement_id, input.statement());
  for (int i = 0; i < input.attachments_size(); ++i) {
    const std::string note_id = statement_id + "." + std::to_string(i + 1);
    files::Kept kept = files::kept(note_id, input.attachments(i));
    filed.add_attachment_sha256(kept.digest);
    notes.emplace_back(note_id, std::move(kept.text));
  }
  Plan plan = answering_petition(exchange, std::move(facts), id);
  plan.keep = [&records = exchange.world.records, notes = std::move(notes), her]() -> Status {
    for (const auto& [note_id, text] : notes)
      TRY_STATUS(records.put_note(note_id, her, store::Personal(text)));
    return {};
  };
  return plan;
}

}  // namespace

Result<Plan> file(const Exchange& exchange) {
  TRY(v1::PetitionInput input, exchange.body<v1::PetitionInput>());
  TRY(const std::string id, legal::chosen_id(input.id(), "PT"));
  TRY_STATUS(check(input));
  const int before = attachments_of(exchange, exchange.viewer.person_id, id);
  if (input.attachments_size() > 0 && before + input.attachments_size() > kAttachmentsOfHerMax)
    return invalid("attachments",
                   "are more than 200 with those of former petitions; bring them to the court");
  std::vector<files::Named> contents;
  for (int i = 0; i < input.attachments_size(); ++i)
    contents.push_back({"attachments[" + std::to_string(i) + "].content", input.attachments(i).content()});
  return files::when_clean(exchange, std::move(contents),
                           [input, id](const Exchange& e) { return file_clean(e, input, id); });
}

Result<Plan> list(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  v1::PetitionList answer;
  std::vector<std::string> shown;
  Status failed;
  TRY(const std::string next, page(exchange, book_of(exchange).petitions(), [&](const v1::Petition& one) {
        if (!all && !is_open(one)) return false;
        const trust::Subject tie = legal::petition_subject(exchange, one.id());
        if (!decide_on(exchange, Action::kSeePetition, tie).allowed) return false;
        const v1::Case* of = book_of(exchange).find_case(one.case_id());
        v1::PetitionItem item;
        *item.mutable_petition() = one;
        item.set_case_number(of == nullptr ? "" : of->number());
        Result<v1::NamedPerson> she = legal::named(exchange, tie, one.protected_id());
        Result<v1::NamedPerson> he = legal::named(exchange, tie, of == nullptr ? "" : of->subject_id());
        if (!she.ok() || !he.ok()) failed = she.ok() ? he.error() : she.error();
        if (!she.ok() || !he.ok()) return false;
        item.set_protected_name(she->name());
        item.set_subject_name(he->name());
        for (const v1::LegalMeasure* measure : measures_of(exchange, one)) *item.add_measures() = *measure;
        for (const v1::Duty* duty : legal::duties_of(exchange, one.id()))
          if (duty->party() == v1::CASE_PARTY_COURT && !item.has_duty()) *item.mutable_duty() = *duty;
        *answer.add_petitions() = std::move(item);
        shown.push_back(one.protected_id());
        return true;
      }));
  TRY_STATUS(failed);
  answer.set_next(next);
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, std::move(shown));
}

Result<v1::PetitionAnswer> petition_answer(const Exchange& exchange, const std::string& id) {
  const v1::Petition* petition = book_of(exchange).petition(id);
  const v1::Case* one = petition == nullptr ? nullptr : book_of(exchange).find_case(petition->case_id());
  if (one == nullptr) return legal::not_found();
  const trust::Subject tie = legal::petition_subject(exchange, id);
  v1::PetitionAnswer answer;
  *answer.mutable_petition() = *petition;
  const bool hers = exchange.viewer.role == trust::Role::kProtectedPerson;
  // She is told of her own petition, not of everything in the case.
  if (!hers) *answer.mutable_case_record() = *one;
  for (const v1::LegalMeasure* measure : measures_of(exchange, *petition)) {
    *answer.add_measures() = *measure;
    legal::add_named_zones(exchange, measure->stated(), *answer.mutable_zones());
  }
  TRY(const legal::KeptText statement,
      legal::kept_text(exchange, petition->statement_id(), petition->statement_sha256()));
  answer.set_statement(statement.text);
  answer.set_statement_intact(statement.intact);
  TRY_STATUS(add_attachments(exchange, *petition, answer));
  TRY(const legal::KeptText reasons,
      legal::kept_text(exchange, petition->reasons_id(), petition->reasons_sha256()));
  answer.set_reasons(reasons.text);
  TRY(const legal::KeptText decision,
      legal::kept_text(exchange, petition->decision_id(), petition->decision_sha256()));
  answer.set_decision(decision.text);
  answer.set_decision_intact(decision.intact);
  TRY(*answer.add_persons(), legal::named(exchange, tie, petition->protected_id()));
  TRY(*answer.add_persons(), legal::named(exchange, tie, one->subject_id()));
  for (const v1::Duty* duty : legal::duties_of(exchange, id))
    if (!hers || duty->party() == v1::CASE_PARTY_COURT) *answer.add_duties() = *duty;
  TRY_STATUS(add_kinds(*petition, one->country(), answer));
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answer;
}

Result<Plan> get(const Exchange& exchange) {
  TRY(const v1::PetitionAnswer answer, petition_answer(exchange, exchange.id()));
  return answering(answer, {answer.petition().protected_id()});
}

Result<Plan> attachment(const Exchange& exchange) {
  TRY(const v1::Petition* petition, found(exchange));
  const std::string& id = exchange.ids.at(1);
  for (int i = 0; i < petition->attachment_sha256_size(); ++i) {
    if (attachment_id(*petition, i) != id) continue;
    TRY(const legal::KeptText kept, legal::kept_text(exchange, id, {}));
    if (kept.text.empty()) break;
    TRY(const v1::FileAnswer answer, files::read(id, kept.text, petition->attachment_sha256(i)));
    return answering(answer, {petition->protected_id()});
  }
  return legal::not_found();
}

Result<Plan> docket(const Exchange& exchange) {
  TRY(const v1::DocketInput input, exchange.body<v1::DocketInput>());
  TRY(const v1::Petition* petition, found(exchange));
  legal::Facts facts;
  v1::PetitionDocketed& docketed = *legal::add_fact(exchange, 0, facts).mutable_petition_docketed();
  docketed.set_petition_id(petition->id());
  docketed.set_court_id(exchange.viewer.agency_id);
  docketed.set_docket(input.docket());
  return answering_petition(exchange, std::move(facts), petition->id());
}

Result<Plan> interim(const Exchange& exchange) {
  TRY(const v1::InterimInput input, exchange.body<v1::InterimInput>());
  TRY(const v1::Petition* petition, found(exchange));
  if (input.kind().empty()) return invalid("kind", "must be one of interim_kinds");
  TRY_STATUS(legal::check_past(exchange, input.at_us(), "at_us"));
  legal::Facts facts;
  TRY_STATUS(legal::add_zones(exchange, input.zones(), facts));
  const v1::Order stated = input.has_stated() ? input.stated() : legal::plain_ban(petition->protected_id());
  TRY_STATUS(legal::check_conditions(exchange, stated, facts));
  v1::PetitionDecided& decided = *legal::add_fact(exchange, input.at_us(), facts).mutable_petition_decided();
  decided.set_petition_id(petition->id());
  decided.set_granted(true);
  decided.set_interim_kind(input.kind());
  *decided.mutable_stated() = stated;
  decided.set_until_us(input.until_us());
  return answering_petition(exchange, std::move(facts), petition->id());
}

Result<Plan> decide(const Exchange& exchange) {
  TRY(const v1::PetitionDecisionInput input, exchange.body<v1::PetitionDecisionInput>());
  TRY(const v1::Petition* petition, found(exchange));
  if (input.reasons().size() > kStatementMax) return invalid("reasons", "must be at most 20000 bytes");
  TRY_STATUS(legal::check_past(exchange, input.at_us(), "at_us"));
  legal::Facts facts;
  TRY_STATUS(legal::add_zones(exchange, input.zones(), facts));
  if (input.has_stated()) TRY_STATUS(legal::check_conditions(exchange, input.stated(), facts));
  v1::PetitionDecided& decided = *legal::add_fact(exchange, input.at_us(), facts).mutable_petition_decided();
  decided.set_petition_id(petition->id());
  decided.set_granted(input.granted());
  if (input.has_stated()) *decided.mutable_stated() = input.stated();
  decided.set_until_us(input.until_us());
  const std::string reasons_id = legal::made_id("RS");
  if (!input.reasons().empty()) {
    decided.set_reasons_id(reasons_id);
    decided.set_reasons_sha256(legal::digest_of(input.reasons()));
  }
  std::string kinds;
  for (const std::string& kind : petition->kinds()) kinds += (kinds.empty() ? "" : " ") + kind;
  legal::Decision signed_as =
      legal::decision_of(exchange, {.about = "petition " + petition->id(),
                                    .docket = petition->docket(),
                                    .decision = input.granted() ? "granted" : "denied",
                                    .kinds = kinds,
                                    .at_us = input.at_us(),
                                    .until_us = input.until_us(),
                                    .stated = input.has_stated() ? &input.stated() : nullptr,
                                    .reasons = input.reasons()});
  decided.set_decision_id(signed_as.id);
  decided.set_decision_sha256(signed_as.digest);
  Plan plan = answering_petition(exchange, std::move(facts), petition->id());
  const std::string her = petition->protected_id();
  plan.keep = [&records = exchange.world.records, reasons_id, her, text = input.reasons(),
               keep = legal::keeping(exchange, std::move(signed_as), her)]() -> Status {
    TRY_STATUS(keep());
    return text.empty() ? Status() : records.put_note(reasons_id, her, store::Personal(text));
  };
  return plan;
}

}  // namespace haechi::api::petitions
