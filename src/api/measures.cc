// Measures: what was asked for and ordered, and the steps of its life.
#include <algorithm>

#include "api/cases.h"
#include "api/legal.h"
#include "law/legal_life.h"

namespace haechi::api::cases {
namespace {

using trust::Action;

constexpr size_t kJudgementTextMax = 20'000;

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

Plan answering_measure(const Exchange& exchange, legal::Facts facts, const std::string& id) {
  return legal::judged_as(exchange, std::move(facts),
                          [&exchange, id] { return measure_answer(exchange, id); });
}

void put_step(const v1::MeasureStepInput& input, const std::string& measure_id, v1::MeasureStepped& out) {
  out.set_measure_id(measure_id);
  out.set_step(input.step());
  out.set_until_us(input.until_us());
  if (input.has_term()) *out.mutable_term() = input.term();
  out.set_from_us(input.from_us());
  out.set_report_by_us(input.report_by_us());
  out.set_not_counted_us(input.not_counted_us());
  out.set_newer_kind(input.newer_kind());
  out.set_task(input.task());
  if (input.has_stated()) *out.mutable_stated() = input.stated();
  out.set_court_id(input.court_id());
}

bool is_of_petition(v1::CaseStep step) {
  return step == v1::CASE_STEP_GRANT || step == v1::CASE_STEP_DENY || step == v1::CASE_STEP_PETITION ||
         step == v1::CASE_STEP_DECIDE_PETITION;
}

// The decision about this very step; the last one asked for where none allows it.
trust::Decision decide_step(const Exchange& exchange, const v1::LegalMeasure& measure, v1::CaseStep step,
                            const trust::Subject& subject) {
  const law::OrderKind* kind = legal::kind_of(measure.country(), measure.kind());
  trust::Decision decision;
  decision.reason = "nobody takes this step by hand";
  if (kind == nullptr) return decision;
  for (const Action action : legal::actions_of(step, kind->path)) {
    decision = decide_on(exchange, action, subject);
    if (decision.allowed) break;
  }
  return decision;
}

// Signs the step where it is a decision; what must be kept for that.
std::function<Status()> sign(const Exchange& exchange, const v1::LegalMeasure& measure, int64_t at_us,
                             const std::string& reasons, v1::MeasureStepped& step) {
  const auto decided = static_cast<law::Step>(static_cast<int>(step.step()) - 1);
  if (!law::is_decision(decided)) return {};
  const std::string name(law::step_name(decided));
  legal::Decision signed_as =
      legal::decision_of(exchange, {.about = "measure " + measure.id(),
                                    .docket = {},
                                    .decision = name,
                                    .kinds = measure.kind(),
                                    .at_us = at_us,
                                    .until_us = step.until_us(),
                                    .stated = step.has_stated() ? &step.stated() : nullptr,
                                    .reasons = reasons});
  step.set_decision_id(signed_as.id);
  step.set_decision_sha256(signed_as.digest);
  return legal::keeping(exchange, std::move(signed_as),
                        measure.protected_id().empty() ? measure.subject_id() : measure.protected_id());
}

// Police and courts write down for their own agency, a probation officer about whom he supervises.
trust::Decision may_write_down(const Exchange& exchange, trust::Subject& subject) {
  subject = legal::risk_subject(exchange, subject.id);
  subject.relations.agency = !exchange.viewer.agency_id.empty();
  return decide_on(exchange, Action::kStepMeasure, subject);
}

Result<const law::OrderKind*> judged_kind(const v1::JudgementInput& input, const std::string& country) {
  if (law::find_pack(country) == nullptr) return invalid("country", "must be kr, es or us");
  const law::OrderKind* kind = legal::kind_of(country, input.kind());
  if (kind == nullptr || kind->path != law::Path::kJudgement)
    return invalid("kind", "must be one of /api/v1/law/kinds that comes with a judgement");
  return kind;
}

}  // namespace

Result<Plan> judgement(const Exchange& exchange) {
  TRY(const v1::JudgementInput input, exchange.body<v1::JudgementInput>());
  TRY(const std::string id, legal::chosen_id(input.id(), "M"));
  if (book_of(exchange).measure(id) != nullptr)
    return Error{Code::kConflict, "id", "is the id of a measure already"};
  const std::string country = input.country().empty() ? "kr" : input.country();
  TRY([[maybe_unused]] const law::OrderKind* kind, judged_kind(input, country));
  TRY_STATUS(legal::check_person(exchange, input.subject_id(), v1::ROLE_WEARER, "subject_id"));
  trust::Subject subject{.kind = "person", .id = input.subject_id()};
  if (trust::Decision decision = may_write_down(exchange, subject); !decision.allowed) {
    Plan plan;
    plan.refused = Refusal{subject, decision};
    return plan;
  }
  if (!input.protected_id().empty())
    TRY_STATUS(
        legal::check_person(exchange, input.protected_id(), v1::ROLE_PROTECTED_PERSON, "protected_id"));
  const bool court = exchange.viewer.role == trust::Role::kCourt;
  if (!court) TRY_STATUS(legal::check_agency(exchange, input.court_id(), "court_id"));
  if (input.text().size() > kJudgementTextMax) return invalid("text", "must be at most 20000 bytes");
  TRY_STATUS(legal::check_past(exchange, input.decided_at_us(), "decided_at_us"));
  legal::Facts facts;
  const std::string zone =
      input.time_zone().empty() ? std::string(law::find_pack(country)->time_zone) : input.time_zone();
  TRY_STATUS(legal::add_time_zone(exchange, zone, facts));
  TRY_STATUS(legal::add_zones(exchange, input.zones(), facts));
  TRY_STATUS(legal::check_conditions(exchange, input.stated(), facts));
  v1::MeasureBegun& begun = *legal::add_fact(exchange, input.decided_at_us(), facts).mutable_measure_begun();
  begun.set_measure_id(id);
  begun.set_country(country);
  begun.set_time_zone(zone);
  begun.set_kind(input.kind());
  begun.set_subject_id(input.subject_id());
  begun.set_protected_id(input.protected_id());
  *begun.mutable_stated() = input.stated();
  begun.set_court_id(court ? exchange.viewer.agency_id : input.court_id());
  begun.set_agency_id(exchange.viewer.agency_id);
  v1::MeasureStepped& granted =
      *legal::add_fact(exchange, input.decided_at_us(), facts).mutable_measure_stepped();
  granted.set_measure_id(id);
  granted.set_step(v1::CASE_STEP_GRANT);
  granted.set_from_us(input.from_us());
  granted.set_until_us(input.until_us());
  if (input.has_term()) *granted.mutable_term() = input.term();
  granted.set_report_by_us(input.report_by_us());
  v1::LegalMeasure made;
  made.set_id(id);
  made.set_kind(input.kind());
  made.set_subject_id(input.subject_id());
  made.set_protected_id(input.protected_id());
  std::function<Status()> keep = sign(exchange, made, input.decided_at_us(), input.text(), granted);
  Plan plan = answering_measure(exchange, std::move(facts), id);
  plan.keep = std::move(keep);
  return plan;
}

Result<Plan> begin_measure(const Exchange& exchange) {
  TRY(const v1::LegalMeasureInput input, exchange.body<v1::LegalMeasureInput>());
  const v1::Case* one = book_of(exchange).find_case(exchange.id());
  if (one == nullptr) return legal::not_found();
  TRY(const std::string id, legal::chosen_id(input.id(), "M"));
  if (book_of(exchange).measure(id) != nullptr)
    return Error{Code::kConflict, "id", "is the id of a measure already"};
  const law::OrderKind* kind = legal::kind_of(one->country(), input.kind());
  if (kind == nullptr) return invalid("kind", "must be a code of /api/v1/law/kinds");
  if (kind->path == law::Path::kDirect)
    return Error{Code::kConflict, "kind", "only the protected person petitions for this, herself"};
  const auto& hers = one->protected_ids();
  if (!input.protected_id().empty() &&
      std::find(hers.begin(), hers.end(), input.protected_id()) == hers.end())
    return invalid("protected_id", "is not protected in this case");
  legal::Facts facts;
  TRY_STATUS(legal::add_zones(exchange, input.zones(), facts));
  TRY_STATUS(legal::check_conditions(exchange, input.stated(), facts));
  v1::MeasureBegun& begun = *legal::add_fact(exchange, 0, facts).mutable_measure_begun();
  begun.set_measure_id(id);
  begun.set_case_id(one->id());
  begun.set_kind(input.kind());
  begun.set_protected_id(input.protected_id());
  *begun.mutable_stated() = input.stated();
  if (input.apply()) {
    v1::MeasureStepped& stepped = *legal::add_fact(exchange, 0, facts).mutable_measure_stepped();
    stepped.set_measure_id(id);
    stepped.set_step(v1::CASE_STEP_APPLY);
  }
  return answering_measure(exchange, std::move(facts), id);
}

Result<Plan> measures(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  const std::string person_id = exchange.request.parameter("person_id");
  v1::LegalMeasureList answer;
  std::vector<std::string> shown;
  TRY(const std::string next, page(exchange, book_of(exchange).measures(), [&](const v1::LegalMeasure& one) {
        if (!all && one.stage() == v1::MEASURE_STAGE_ENDED) return false;
        if (!person_id.empty() && one.subject_id() != person_id && one.protected_id() != person_id)
          return false;
        if (!decide_on(exchange, Action::kSeeCase, legal::measure_subject(exchange, one.id())).allowed)
          return false;
        *answer.add_measures() = one;
        shown.push_back(one.id());
        return true;
      }));
  answer.set_next(next);
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, std::move(shown));
}

Result<v1::LegalMeasureAnswer> measure_answer(const Exchange& exchange, const std::string& id) {
  const v1::LegalMeasure* measure = book_of(exchange).measure(id);
  if (measure == nullptr) return legal::not_found();
  v1::LegalMeasureAnswer answer;
  *answer.mutable_measure() = *measure;
  if (const law::OrderKind* kind = legal::kind_of(measure->country(), measure->kind()))
    *answer.mutable_kind() = legal::law_kind(*kind);
  for (const v1::Duty* duty : legal::duties_of(exchange, id)) *answer.add_duties() = *duty;
  if (const v1::Order* order = legal::order_of(exchange, *measure)) *answer.mutable_order() = *order;
  for (const v1::CaseStep step : legal::steps_for(exchange, *measure)) answer.add_steps(step);
  legal::add_named_zones(exchange, measure->stated(), *answer.mutable_zones());
  TRY(const legal::KeptText decision,
      legal::kept_text(exchange, measure->decision_id(), measure->decision_sha256()));
  answer.set_decision(decision.text);
  answer.set_decision_intact(decision.intact);
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answer;
}

Result<Plan> measure(const Exchange& exchange) {
  TRY(const v1::LegalMeasureAnswer answer, measure_answer(exchange, exchange.id()));
  std::vector<std::string> shown{answer.measure().subject_id()};
  if (!answer.measure().protected_id().empty()) shown.push_back(answer.measure().protected_id());
  return answering(answer, std::move(shown));
}

Result<Plan> step(const Exchange& exchange) {
  TRY(const v1::MeasureStepInput input, exchange.body<v1::MeasureStepInput>());
  const v1::LegalMeasure* measure = book_of(exchange).measure(exchange.id());
  if (measure == nullptr) return legal::not_found();
  if (!v1::CaseStep_IsValid(input.step()) || input.step() == v1::CASE_STEP_UNSPECIFIED)
    return invalid("step", "must be given");
  const trust::Subject subject = legal::measure_subject(exchange, exchange.id());
  const trust::Decision decision = decide_step(exchange, *measure, input.step(), subject);
  if (!decision.allowed) {
    Plan plan;
    plan.refused = Refusal{subject, decision};
    return plan;
  }
  if (!measure->petition_id().empty() && is_of_petition(input.step()))
    return Error{Code::kConflict, "step", "this measure is decided with its petition"};
  TRY_STATUS(legal::check_past(exchange, input.at_us(), "at_us"));
  if (!input.court_id().empty()) TRY_STATUS(legal::check_agency(exchange, input.court_id(), "court_id"));
  legal::Facts facts;
  TRY_STATUS(legal::add_zones(exchange, input.zones(), facts));
  if (input.has_stated()) TRY_STATUS(legal::check_conditions(exchange, input.stated(), facts));
  v1::MeasureStepped& stepped = *legal::add_fact(exchange, input.at_us(), facts).mutable_measure_stepped();
  put_step(input, measure->id(), stepped);
  std::function<Status()> keep = sign(exchange, *measure, input.at_us(), {}, stepped);
  Plan plan = answering_measure(exchange, std::move(facts), measure->id());
  plan.keep = std::move(keep);
  return plan;
}

}  // namespace haechi::api::cases
