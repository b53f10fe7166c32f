#include "trust/decide.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/ensure.h"

namespace haechi::trust {
namespace {

using Tie = bool Relations::*;
constexpr Tie kNoTie = nullptr;  // the role alone suffices

struct Rule {
  Role role;
  Action action;
  Tie tie;
  Precision precision;
  const char* basis;
  bool two_persons = false;
};

// First matching row wins, so of two rows for one role and action the one that shows more stands first.
constexpr Rule kRules[] = {
    {Role::kControl, Action::kSeePosition, kNoTie, Precision::kFull, "monitoring duty"},
    {Role::kControl, Action::kSeeAlert, kNoTie, Precision::kFull, "monitoring duty"},
    {Role::kControl, Action::kHandleAlert, kNoTie, Precision::kFull, "monitoring duty"},
    {Role::kControl, Action::kSeeCall, kNoTie, Precision::kFull, "monitoring duty"},
    {Role::kControl, Action::kSeeUnit, kNoTie, Precision::kFull, "monitoring duty"},
    {Role::kControl, Action::kSeeRecord, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kSeeRegister, kNoTie, Precision::kFull, "monitoring duty"},
    {Role::kControl, Action::kSeeOrganisation, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kReportShown, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kAnswerHandOff, kNoTie, Precision::kNone, "answer told by telephone"},
    {Role::kControl, Action::kLogContact, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kSeeContacts, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kMeasure, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kSearch, kNoTie, Precision::kNone, "monitoring duty"},

    {Role::kDispatch, Action::kSeePosition, &Relations::in_call, Precision::kFull, "open call"},
    {Role::kDispatch, Action::kSeePosition, &Relations::glass, Precision::kFull, "broken glass"},
    {Role::kDispatch, Action::kSeePosition, &Relations::informed, Precision::kCoarse, "informed of a call"},
    {Role::kDispatch, Action::kSeeAlert, &Relations::in_call, Precision::kFull, "open call"},
    {Role::kDispatch, Action::kSeeAlert, &Relations::informed, Precision::kCoarse, "informed of a call"},
    {Role::kDispatch, Action::kSeeCall, &Relations::agency, Precision::kFull, "call of the agency"},
    {Role::kDispatch, Action::kRunCall, &Relations::agency, Precision::kFull, "call of the agency"},
    {Role::kDispatch, Action::kSeeUnit, &Relations::agency, Precision::kFull, "unit of the agency"},
    {Role::kDispatch, Action::kReportUnitStatus, &Relations::agency, Precision::kNone, "unit of the agency"},
    {Role::kDispatch, Action::kSeeRecord, &Relations::in_call, Precision::kNone, "open call"},
    {Role::kDispatch, Action::kSeeOrganisation, kNoTie, Precision::kNone, "dispatch duty"},
    {Role::kDispatch, Action::kReportShown, &Relations::in_call, Precision::kNone, "open call"},
    {Role::kDispatch, Action::kMeasure, kNoTie, Precision::kNone, "dispatch duty"},
    {Role::kDispatch, Action::kSearch, kNoTie, Precision::kNone, "dispatch duty"},

    {Role::kUnit, Action::kSeePosition, &Relations::assigned, Precision::kFull, "assigned to the call"},
    {Role::kUnit, Action::kSeeCall, &Relations::assigned, Precision::kFull, "assigned to the call"},
    {Role::kUnit, Action::kSeeUnit, &Relations::own, Precision::kFull, "own unit"},
    {Role::kUnit, Action::kReportUnitStatus, &Relations::own, Precision::kNone, "own unit"},
    {Role::kUnit, Action::kReportShown, &Relations::assigned, Precision::kNone, "assigned to the call"},
    {Role::kUnit, Action::kMeasure, kNoTie, Precision::kNone, "field duty"},
    {Role::kUnit, Action::kReportOwn, &Relations::own, Precision::kNone, "own unit"},

    {Role::kProtectedPerson, Action::kSeeView, &Relations::view_map, Precision::kFull, "open view with map"},
    {Role::kProtectedPerson, Action::kSeeView, &Relations::view_open, Precision::kDistance, "open view"},
    {Role::kProtectedPerson, Action::kReportShown, &Relations::own, Precision::kNone, "own alert"},
    {Role::kProtectedPerson, Action::kReportOwn, &Relations::own, Precision::kNone, "own phone"},
    {Role::kProtectedPerson, Action::kRaiseSos, &Relations::own, Precision::kNone, "own phone"},

    {Role::kProbation, Action::kSeePosition, &Relations::case_link, Precision::kFull, "supervised case"},
    {Role::kProbation, Action::kSeeAlert, &Relations::case_link, Precision::kFull, "supervised case"},
    {Role::kProbation, Action::kSeeRecord, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kReportShown, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kLogContact, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kSeeContacts, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kMeasure, kNoTie, Precision::kNone, "supervision"},
    {Role::kProbation, Action::kSearch, kNoTie, Precision::kNone, "supervision"},

    {Role::kRegistrar, Action::kSeeRecord, kNoTie, Precision::kNone, "registration duty"},
    {Role::kRegistrar, Action::kSeeRegister, kNoTie, Precision::kFull, "registration duty"},
    {Role::kRegistrar, Action::kSeeOrganisation, kNoTie, Precision::kNone, "registration duty"},
    {Role::kRegistrar, Action::kRegister, kNoTie, Precision::kNone, "registration duty"},
    {Role::kRegistrar, Action::kSearch, kNoTie, Precision::kNone, "registration duty"},

    {Role::kConnector, Action::kAnswerHandOff, &Relations::agency, Precision::kNone,
     "hand-off to the agency"},
    {Role::kConnector, Action::kSeeAlert, &Relations::case_link, Precision::kNone, "synthetic wearer"},

    {Role::kAuditor, Action::kSeeAudit, kNoTie, Precision::kNone, "audit duty"},

    {Role::kPolice, Action::kSeeCase, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kRunCase, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kStepMeasure, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kDecideLink, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kDoDuty, &Relations::agency, Precision::kNone, "duty of the station"},
    {Role::kPolice, Action::kSeePetition, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kSeeRisk, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kSeeRecord, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kSeeEvidence, &Relations::agency, Precision::kNone, "case of the station"},
    {Role::kPolice, Action::kSeeHistory, &Relations::permitted, Precision::kFull, "permission of a court"},
    {Role::kPolice, Action::kReadNotification, kNoTie, Precision::kNone, "investigation"},
    {Role::kPolice, Action::kIdentify, kNoTie, Precision::kNone, "investigation"},
    {Role::kPolice, Action::kSeeStatistics, kNoTie, Precision::kNone, "investigation"},
    {Role::kPolice, Action::kSeeOrganisation, kNoTie, Precision::kNone, "investigation"},

    {Role::kCourt, Action::kSeeCase, &Relations::agency, Precision::kNone, "case before the court"},
    {Role::kCourt, Action::kSeeCase, &Relations::asked, Precision::kNone, "petition that no court has yet"},
    {Role::kCourt, Action::kStepMeasure, &Relations::agency, Precision::kNone, "case before the court"},
    {Role::kCourt, Action::kStepMeasure, &Relations::asked, Precision::kNone,
     "petition that no court has yet"},
    {Role::kCourt, Action::kDecideMeasure, &Relations::agency, Precision::kNone, "case before the court"},
    {Role::kCourt, Action::kDecideMeasure, &Relations::asked, Precision::kNone,
     "petition that no court has yet"},
    {Role::kCourt, Action::kDoDuty, &Relations::agency, Precision::kNone, "duty of the court"},
    {Role::kCourt, Action::kDoDuty, &Relations::asked, Precision::kNone, "duty that no court has yet"},
    {Role::kCourt, Action::kSeePetition, &Relations::agency, Precision::kNone, "case before the court"},
    {Role::kCourt, Action::kSeePetition, &Relations::asked, Precision::kNone,
     "petition that no court has yet"},
    {Role::kCourt, Action::kSeeEvidence, &Relations::agency, Precision::kNone, "case before the court"},
    {Role::kCourt, Action::kTakeEvidence, &Relations::agency, Precision::kFull, "case before the court"},
    {Role::kCourt, Action::kReadNotification, kNoTie, Precision::kNone, "administration of justice"},
    {Role::kCourt, Action::kSeeRecord, &Relations::agency, Precision::kNone, "case before the court"},
    {Role::kCourt, Action::kSeeStatistics, kNoTie, Precision::kNone, "administration of justice"},
    {Role::kCourt, Action::kSeeOrganisation, kNoTie, Precision::kNone, "administration of justice"},

    {Role::kProbation, Action::kSeeCase, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kStepMeasure, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kCarryOut, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kDecideLink, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kDoDuty, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kTakeEvidence, &Relations::case_link, Precision::kFull, "supervised case",
     true},
    {Role::kProbation, Action::kSeeRisk, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kTellProvisions, &Relations::case_link, Precision::kNone, "supervised case"},
    {Role::kProbation, Action::kReadNotification, kNoTie, Precision::kNone, "supervision"},
    {Role::kProbation, Action::kSeeStatistics, kNoTie, Precision::kNone, "supervision"},

    {Role::kControl, Action::kSeeCase, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kStepMeasure, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kCarryOut, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kDoDuty, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kSeeRisk, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kSeeStatistics, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kReadNotification, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kAskPictures, kNoTie, Precision::kNone, "monitoring duty"},
    {Role::kControl, Action::kAssign, kNoTie, Precision::kNone, "monitoring duty"},

    {Role::kProtectedPerson, Action::kFilePetition, &Relations::own, Precision::kNone, "own case"},
    {Role::kProtectedPerson, Action::kSeePetition, &Relations::own, Precision::kNone, "own case"},

    {Role::kRegistrar, Action::kTellProvisions, kNoTie, Precision::kNone, "registration duty"},
    {Role::kRegistrar, Action::kIdentify, kNoTie, Precision::kNone, "registration duty"},
    {Role::kRegistrar, Action::kAssign, kNoTie, Precision::kNone, "registration duty"},
    {Role::kAuditor, Action::kSeeStatistics, kNoTie, Precision::kNone, "audit duty"},
    {Role::kPrivacy, Action::kErase, kNoTie, Precision::kNone, "data protection duty"},

    {Role::kDispatch, Action::kBreakGlass, kNoTie, Precision::kNone, "dispatch duty"},
    {Role::kPolice, Action::kBreakGlass, kNoTie, Precision::kNone, "investigation"},
    {Role::kProbation, Action::kBreakGlass, kNoTie, Precision::kNone, "supervision"},
    {Role::kPolice, Action::kSeePosition, &Relations::glass, Precision::kFull, "broken glass"},
    {Role::kProbation, Action::kSeePosition, &Relations::glass, Precision::kFull, "broken glass"},
    {Role::kDispatch, Action::kSeeRecord, &Relations::glass, Precision::kNone, "broken glass"},
    {Role::kPolice, Action::kSeeRecord, &Relations::glass, Precision::kNone, "broken glass"},
    {Role::kProbation, Action::kSeeRecord, &Relations::glass, Precision::kNone, "broken glass"},
    {Role::kRegistrar, Action::kRecuse, kNoTie, Precision::kNone, "registration duty"},
    {Role::kAuditor, Action::kRecuse, kNoTie, Precision::kNone, "audit duty"},
    {Role::kAuditor, Action::kWatch, kNoTie, Precision::kNone, "audit duty"},
    {Role::kAdministrator, Action::kRunAccounts, kNoTie, Precision::kNone, "administration"},

    {Role::kAdministrator, Action::kAnswerAct, kNoTie, Precision::kNone, "second person"},
    {Role::kRegistrar, Action::kAnswerAct, kNoTie, Precision::kNone, "second person"},
    {Role::kPrivacy, Action::kAnswerAct, kNoTie, Precision::kNone, "second person"},
    {Role::kProbation, Action::kAnswerAct, kNoTie, Precision::kNone, "second person"},
    {Role::kCourt, Action::kAnswerAct, kNoTie, Precision::kNone, "second person"},
    {Role::kAuditor, Action::kAnswerAct, kNoTie, Precision::kNone, "second person"},
};

// The rows of one role and action, in their order: every message asks for every screen.
constexpr uint8_t kNoRow = UINT8_MAX;
static_assert(std::size(kRules) < kNoRow);

struct Rows {
  std::array<std::array<uint8_t, kActions.size()>, kRoles.size() + 1> first{};
  std::array<uint8_t, std::size(kRules)> next{};
};

constexpr Rows kRows = [] {
  Rows rows;
  for (auto& of_role : rows.first) of_role.fill(kNoRow);
  for (size_t i = std::size(kRules); i-- > 0;) {
    uint8_t& first = rows.first[static_cast<size_t>(kRules[i].role)][static_cast<size_t>(kRules[i].action)];
    rows.next[i] = std::exchange(first, static_cast<uint8_t>(i));
  }
  return rows;
}();

uint8_t first_row(Role role, Action action) {
  return kRows.first[static_cast<size_t>(role)][static_cast<size_t>(action)];
}

Decision denied(std::string_view reason) {
  return Decision{.reason = reason};
}

// What concerns nobody but the asker.
bool is_own(Action action) {
  return action == Action::kSeeSelf || action == Action::kRunOwnAccount;
}

Decision self_decision(const Viewer& viewer) {
  if (viewer.role == Role::kNone) return denied("no known account");
  return Decision{true, Precision::kNone, "own account", "own account"};
}

}  // namespace

const char* action_name(Action action) {
  switch (action) {
    case Action::kSeePosition:
      return "see_position";
    case Action::kSeeAlert:
      return "see_alert";
    case Action::kHandleAlert:
      return "handle_alert";
    case Action::kSeeCall:
      return "see_call";
    case Action::kRunCall:
      return "run_call";
    case Action::kSeeUnit:
      return "see_unit";
    case Action::kReportUnitStatus:
      return "report_unit_status";
    case Action::kSeeView:
      return "see_view";
    case Action::kSeeRecord:
      return "see_record";
    case Action::kSeeRegister:
      return "see_register";
    case Action::kSeeOrganisation:
      return "see_organisation";
    case Action::kRegister:
      return "register";
    case Action::kReportShown:
      return "report_shown";
    case Action::kAnswerHandOff:
      return "answer_hand_off";
    case Action::kLogContact:
      return "log_contact";
    case Action::kSeeContacts:
      return "see_contacts";
    case Action::kSearch:
      return "search";
    case Action::kReportOwn:
      return "report_own";
    case Action::kRaiseSos:
      return "raise_sos";
    case Action::kMeasure:
      return "measure";
    case Action::kSeeAudit:
      return "see_audit";
    case Action::kSeeSelf:
      return "see_self";
    case Action::kSeeCase:
      return "see_case";
    case Action::kRunCase:
      return "run_case";
    case Action::kStepMeasure:
      return "step_measure";
    case Action::kDecideMeasure:
      return "decide_measure";
    case Action::kCarryOut:
      return "carry_out";
    case Action::kDecideLink:
      return "decide_link";
    case Action::kDoDuty:
      return "do_duty";
    case Action::kSeeHistory:
      return "see_history";
    case Action::kAskPictures:
      return "ask_pictures";
    case Action::kTellProvisions:
      return "tell_provisions";
    case Action::kSeePetition:
      return "see_petition";
    case Action::kSeeEvidence:
      return "see_evidence";
    case Action::kTakeEvidence:
      return "take_evidence";
    case Action::kReadNotification:
      return "read_notification";
    case Action::kFilePetition:
      return "file_petition";
    case Action::kSeeRisk:
      return "see_risk";
    case Action::kSeeStatistics:
      return "see_statistics";
    case Action::kIdentify:
      return "identify";
    case Action::kAssign:
      return "assign";
    case Action::kErase:
      return "erase";
    case Action::kBreakGlass:
      return "break_glass";
    case Action::kRecuse:
      return "recuse";
    case Action::kWatch:
      return "watch";
    case Action::kRunAccounts:
      return "run_accounts";
    case Action::kRunOwnAccount:
      return "run_own_account";
    case Action::kAnswerAct:
      return "answer_act";
  }
  ENSURE(false, static_cast<int>(action));
}

const char* precision_name(Precision precision) {
  switch (precision) {
    case Precision::kNone:
      return "none";
    case Precision::kDistance:
      return "distance";
    case Precision::kCoarse:
      return "coarse";
    case Precision::kFull:
      return "full";
  }
  ENSURE(false, static_cast<int>(precision));
}

Decision decide(const Viewer& viewer, Action action, const Subject& subject, Purpose purpose, Time now) {
  if (is_own(action)) return self_decision(viewer);
  if (viewer.role != Role::kNone && purpose != purpose_of(viewer.role)) {
    return denied("this role does not act for this purpose");
  }
  if (subject.relations.recused) return denied("this account is kept from somebody in it");
  const uint8_t first = first_row(viewer.role, action);
  for (uint8_t row = first; row != kNoRow; row = kRows.next[row]) {
    const Rule& rule = kRules[row];
    if (rule.tie == kNoTie) return Decision{true, rule.precision, rule.basis, rule.basis, rule.two_persons};
    if (!(subject.relations.*rule.tie)) continue;
    if (subject.basis_ends_at.known() && now >= subject.basis_ends_at) {
      return denied("the legal basis has ended");
    }
    return Decision{true, rule.precision, rule.basis, subject.basis.empty() ? rule.basis : subject.basis,
                    rule.two_persons};
  }
  return denied(first != kNoRow ? "nothing ties this account to the subject now"
                                : "this role may not do this");
}

Decision decide_collection(const Viewer& viewer, Action action, Purpose purpose) {
  if (is_own(action)) return self_decision(viewer);
  if (viewer.role != Role::kNone && purpose != purpose_of(viewer.role)) {
    return denied("this role does not act for this purpose");
  }
  const uint8_t row = first_row(viewer.role, action);
  if (row == kNoRow) return denied("this role may not do this");
  const Rule& rule = kRules[row];
  return Decision{true, rule.precision, rule.basis, rule.basis, rule.two_persons};
}

bool is_made_by_two(Role role) {
  switch (role) {
    case Role::kNone:
    case Role::kUnit:
    case Role::kProtectedPerson:
    case Role::kConnector:
      return false;
    default:
      return true;
  }
}

std::vector<Action> capabilities(Role role) {
  std::vector<Action> out;
  for (Action action : kActions) {
    if (decide_collection(Viewer{.role = role}, action, purpose_of(role)).allowed) out.push_back(action);
  }
  return out;
}

}  // namespace haechi::trust
