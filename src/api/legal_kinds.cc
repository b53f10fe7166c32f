// Kinds of measures as the interface tells them, and who may take which step of one.
#include <algorithm>

#include "api/legal.h"
#include "law/legal_life.h"

namespace haechi::api::legal {
namespace {

using trust::Action;

const char* path_name(law::Path path) {
  switch (path) {
    case law::Path::kOnScene:
      return "on_scene";
    case law::Path::kUrgent:
      return "urgent";
    case law::Path::kApplication:
      return "application";
    case law::Path::kDirect:
      return "direct";
    case law::Path::kJudgement:
      return "judgement";
  }
  return "";
}

void put_period(law::Period period, v1::StatedPeriod& out) {
  out.set_unit(static_cast<v1::StatedPeriod::Unit>(static_cast<int>(period.unit)));
  out.set_count(static_cast<int32_t>(period.count));
}

std::string text_of(law::Date date) {
  char out[32];
  std::snprintf(out, sizeof out, "%04d-%02d-%02d", static_cast<int>(date.year), static_cast<int>(date.month),
                static_cast<int>(date.day));
  return out;
}

// Steps that the machine takes by itself, or that are taken with their petition.
bool is_taken_elsewhere(const v1::LegalMeasure& measure, law::Step step) {
  if (step == law::Step::kDecidePetition || step == law::Step::kSupersede) return true;
  const bool of_petition =
      step == law::Step::kGrant || step == law::Step::kDeny || step == law::Step::kPetition;
  return of_petition && !measure.petition_id().empty();
}

}  // namespace

v1::LawKind law_kind(const law::OrderKind& kind) {
  v1::LawKind out;
  out.set_code(std::string(kind.code));
  out.set_name_en(std::string(kind.name.en));
  out.set_name_ko(std::string(kind.name.ko));
  out.set_basis(law::cited(kind.basis));
  out.set_issuer(static_cast<v1::CaseParty>(static_cast<int>(kind.issuer) + 1));
  out.set_path(path_name(kind.path));
  out.set_device(kind.carries_device());
  out.set_offence(std::string(kind.offence));
  out.set_standing(kind.standing == law::Standing::kConvict ? v1::STANDING_CONVICT : v1::STANDING_SUSPECT);
  out.set_keep_away((kind.allows & law::kAllowsKeepAway) != 0);
  out.set_exclusion((kind.allows & law::kAllowsExclusion) != 0);
  out.set_inclusion((kind.allows & law::kAllowsInclusion) != 0);
  out.set_no_contact((kind.allows & law::kAllowsNoContact) != 0);
  if (kind.initial.known()) put_period(kind.initial, *out.mutable_initial());
  if (kind.extension.known()) put_period(kind.extension, *out.mutable_extension());
  out.set_extensions_max(kind.extensions_max);
  out.set_term_basis(law::cited(kind.term_source));
  out.set_interim(kind.term == law::Term::kUntilDecision);
  if (kind.in_force_from.known()) out.set_in_force_from(text_of(kind.in_force_from));
  return out;
}

std::vector<Action> actions_of(v1::CaseStep step, law::Path path) {
  switch (step) {
    case v1::CASE_STEP_APPLY:
    case v1::CASE_STEP_DECLINE_TO_APPLY:
    case v1::CASE_STEP_PETITION:
    case v1::CASE_STEP_DECLINE_TO_PETITION:
    case v1::CASE_STEP_WITHDRAW:
    case v1::CASE_STEP_IMPOSE:
    case v1::CASE_STEP_ASK_APPROVAL:
    case v1::CASE_STEP_NOT_INDICT:
      return {Action::kRunCase};
    case v1::CASE_STEP_SERVE:
      // A judgement was pronounced to him; whoever carries it out notes it.
      if (path == law::Path::kJudgement) return {Action::kRunCase, Action::kCarryOut};
      return {Action::kRunCase};
    case v1::CASE_STEP_GRANT:
    case v1::CASE_STEP_DENY:
    case v1::CASE_STEP_APPROVE:
    case v1::CASE_STEP_REFUSE_APPROVAL:
    case v1::CASE_STEP_EXTEND:
    case v1::CASE_STEP_CHANGE:
    case v1::CASE_STEP_END_BASIS:
      return {Action::kDecideMeasure};
    case v1::CASE_STEP_CANCEL:
      // Police cancel what they imposed themselves (kr: Stalking Act 5(4)).
      if (path == law::Path::kUrgent) return {Action::kDecideMeasure, Action::kRunCase};
      return {Action::kDecideMeasure};
    case v1::CASE_STEP_FIT:
    case v1::CASE_STEP_REFUSE_FITTING:
    case v1::CASE_STEP_NOT_COUNTED:
      return {Action::kCarryOut};
    case v1::CASE_STEP_RECEIVE_VICTIM_DATA:
      return {Action::kCarryOut, Action::kRunCase};
    case v1::CASE_STEP_DONE:
      return {Action::kRunCase, Action::kDecideMeasure, Action::kCarryOut};
    default:
      return {};
  }
}

std::vector<v1::CaseStep> steps_for(const Exchange& exchange, const v1::LegalMeasure& measure) {
  std::vector<v1::CaseStep> out;
  const law::OrderKind* kind = kind_of(measure.country(), measure.kind());
  if (kind == nullptr || measure.stage() == v1::MEASURE_STAGE_UNSPECIFIED) return out;
  const trust::Subject subject = measure_subject(exchange, measure.id());
  const auto stage = static_cast<law::Stage>(static_cast<int>(measure.stage()) - 1);
  for (const law::Step step : law::steps_at(stage, kind->path)) {
    if (is_taken_elsewhere(measure, step)) continue;
    const bool of_device = step == law::Step::kFit || step == law::Step::kRefuseFitting;
    if (of_device && !kind->carries_device()) continue;
    const auto wire = static_cast<v1::CaseStep>(static_cast<int>(step) + 1);
    const std::vector<Action> actions = actions_of(wire, kind->path);
    if (std::any_of(actions.begin(), actions.end(),
                    [&](Action action) { return decide_on(exchange, action, subject).allowed; }))
      out.push_back(wire);
  }
  return out;
}

}  // namespace haechi::api::legal
