#include "trust/decide.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

namespace haechi::trust {
namespace {

constexpr Time kNow{1'000'000'000};
using Tie = bool Relations::*;

struct NamedTie {
  const char* name;
  Tie tie;
};
constexpr NamedTie kTies[] = {
    {"own", &Relations::own},
    {"agency", &Relations::agency},
    {"in_call", &Relations::in_call},
    {"informed", &Relations::informed},
    {"assigned", &Relations::assigned},
    {"case_link", &Relations::case_link},
    {"view_open", &Relations::view_open},
    {"view_map", &Relations::view_map},
    {"asked", &Relations::asked},
    {"glass", &Relations::glass},
    {"permitted", &Relations::permitted},
};

// What is allowed, written down a second time: role, action, the tie it takes ("any" = the role alone),
// precision. Everything that is not listed must be denied.
using Row = std::tuple<std::string, std::string, std::string, std::string>;
const std::set<Row> kAllowed = {
    {"privacy", "erase", "any", "none"},
    {"control", "see_position", "any", "full"},
    {"control", "see_alert", "any", "full"},
    {"control", "handle_alert", "any", "full"},
    {"control", "see_call", "any", "full"},
    {"control", "see_unit", "any", "full"},
    {"control", "see_record", "any", "none"},
    {"control", "see_register", "any", "full"},
    {"control", "see_organisation", "any", "none"},
    {"control", "report_shown", "any", "none"},
    {"control", "answer_hand_off", "any", "none"},
    {"control", "log_contact", "any", "none"},
    {"control", "see_contacts", "any", "none"},
    {"control", "search", "any", "none"},
    {"control", "measure", "any", "none"},
    {"control", "ask_pictures", "any", "none"},
    {"police", "see_history", "permitted", "full"},
    {"probation", "tell_provisions", "case_link", "none"},
    {"registrar", "tell_provisions", "any", "none"},
    {"dispatch", "see_position", "in_call", "full"},
    {"dispatch", "see_position", "informed", "coarse"},
    {"dispatch", "see_alert", "in_call", "full"},
    {"dispatch", "see_alert", "informed", "coarse"},
    {"dispatch", "see_call", "agency", "full"},
    {"dispatch", "run_call", "agency", "full"},
    {"dispatch", "see_unit", "agency", "full"},
    {"dispatch", "report_unit_status", "agency", "none"},
    {"dispatch", "see_record", "in_call", "none"},
    {"dispatch", "see_organisation", "any", "none"},
    {"dispatch", "report_shown", "in_call", "none"},
    {"dispatch", "search", "any", "none"},
    {"dispatch", "measure", "any", "none"},
    {"unit", "see_position", "assigned", "full"},
    {"unit", "see_call", "assigned", "full"},
    {"unit", "see_unit", "own", "full"},
    {"unit", "report_unit_status", "own", "none"},
    {"unit", "report_shown", "assigned", "none"},
    {"unit", "report_own", "own", "none"},
    {"unit", "measure", "any", "none"},
    {"protected_person", "see_view", "view_open", "distance"},
    {"protected_person", "see_view", "view_map", "full"},
    {"protected_person", "report_shown", "own", "none"},
    {"protected_person", "report_own", "own", "none"},
    {"protected_person", "raise_sos", "own", "none"},
    {"probation", "see_position", "case_link", "full"},
    {"probation", "see_alert", "case_link", "full"},
    {"probation", "see_record", "case_link", "none"},
    {"probation", "report_shown", "case_link", "none"},
    {"probation", "log_contact", "case_link", "none"},
    {"probation", "see_contacts", "case_link", "none"},
    {"probation", "search", "any", "none"},
    {"probation", "measure", "any", "none"},
    {"registrar", "see_record", "any", "none"},
    {"registrar", "see_register", "any", "full"},
    {"registrar", "see_organisation", "any", "none"},
    {"registrar", "register", "any", "none"},
    {"registrar", "search", "any", "none"},
    {"connector", "answer_hand_off", "agency", "none"},
    {"connector", "see_alert", "case_link", "none"},
    {"auditor", "see_audit", "any", "none"},
    {"police", "see_case", "agency", "none"},
    {"police", "run_case", "agency", "none"},
    {"police", "see_evidence", "agency", "none"},
    {"court", "see_evidence", "agency", "none"},
    {"court", "take_evidence", "agency", "full"},
    {"probation", "take_evidence", "case_link", "full"},
    {"police", "read_notification", "any", "none"},
    {"court", "read_notification", "any", "none"},
    {"probation", "read_notification", "any", "none"},
    {"control", "read_notification", "any", "none"},
    {"police", "step_measure", "agency", "none"},
    {"court", "step_measure", "agency", "none"},
    {"court", "step_measure", "asked", "none"},
    {"probation", "step_measure", "case_link", "none"},
    {"control", "step_measure", "any", "none"},
    {"police", "decide_link", "agency", "none"},
    {"police", "do_duty", "agency", "none"},
    {"police", "see_petition", "agency", "none"},
    {"police", "see_risk", "agency", "none"},
    {"police", "see_record", "agency", "none"},
    {"police", "identify", "any", "none"},
    {"police", "see_statistics", "any", "none"},
    {"police", "see_organisation", "any", "none"},
    {"court", "see_case", "agency", "none"},
    {"court", "see_case", "asked", "none"},
    {"court", "decide_measure", "agency", "none"},
    {"court", "decide_measure", "asked", "none"},
    {"court", "do_duty", "agency", "none"},
    {"court", "do_duty", "asked", "none"},
    {"court", "see_petition", "agency", "none"},
    {"court", "see_petition", "asked", "none"},
    {"court", "see_record", "agency", "none"},
    {"court", "see_statistics", "any", "none"},
    {"court", "see_organisation", "any", "none"},
    {"probation", "see_case", "case_link", "none"},
    {"probation", "carry_out", "case_link", "none"},
    {"probation", "decide_link", "case_link", "none"},
    {"probation", "do_duty", "case_link", "none"},
    {"probation", "see_risk", "case_link", "none"},
    {"probation", "see_statistics", "any", "none"},
    {"control", "see_case", "any", "none"},
    {"control", "carry_out", "any", "none"},
    {"control", "do_duty", "any", "none"},
    {"control", "see_risk", "any", "none"},
    {"control", "see_statistics", "any", "none"},
    {"control", "assign", "any", "none"},
    {"protected_person", "file_petition", "own", "none"},
    {"protected_person", "see_petition", "own", "none"},
    {"registrar", "identify", "any", "none"},
    {"registrar", "assign", "any", "none"},
    {"auditor", "see_statistics", "any", "none"},
    {"dispatch", "break_glass", "any", "none"},
    {"police", "break_glass", "any", "none"},
    {"probation", "break_glass", "any", "none"},
    {"dispatch", "see_position", "glass", "full"},
    {"police", "see_position", "glass", "full"},
    {"probation", "see_position", "glass", "full"},
    {"dispatch", "see_record", "glass", "none"},
    {"police", "see_record", "glass", "none"},
    {"probation", "see_record", "glass", "none"},
    {"registrar", "recuse", "any", "none"},
    {"auditor", "recuse", "any", "none"},
    {"auditor", "watch", "any", "none"},
    {"administrator", "run_accounts", "any", "none"},
    {"administrator", "answer_act", "any", "none"},
    {"registrar", "answer_act", "any", "none"},
    {"privacy", "answer_act", "any", "none"},
    {"probation", "answer_act", "any", "none"},
    {"court", "answer_act", "any", "none"},
    {"auditor", "answer_act", "any", "none"},
};

Decision ask(Role role, Action action, Tie tie) {
  Subject subject{.kind = "thing", .id = "X"};
  if (tie != nullptr) subject.relations.*tie = true;
  return decide(Viewer{.account = "a", .role = role}, action, subject, purpose_of(role), kNow);
}

TEST(Decide, AllowsExactlyWhatTheMatrixListsForEveryRoleActionAndRelation) {
  for (Role role : kRoles) {
    for (Action action : kActions) {
      if (action == Action::kSeeSelf || action == Action::kRunOwnAccount) continue;
      std::set<Row> found;
      const Decision alone = ask(role, action, nullptr);
      if (alone.allowed) {
        found.insert({role_name(role), action_name(action), "any", precision_name(alone.precision)});
      } else {
        for (const NamedTie& named : kTies) {
          const Decision tied = ask(role, action, named.tie);
          EXPECT_EQ(tied.allowed || tied.precision == Precision::kNone, true);
          if (!tied.allowed) continue;
          found.insert({role_name(role), action_name(action), named.name, precision_name(tied.precision)});
        }
      }
      std::set<Row> expected;
      for (const Row& row : kAllowed) {
        if (std::get<0>(row) == role_name(role) && std::get<1>(row) == action_name(action))
          expected.insert(row);
      }
      EXPECT_EQ(found, expected) << role_name(role) << " " << action_name(action);
    }
  }
}

TEST(Decide, AsksTwoPersonsWhereAnOfficerTakesATrackOutAndNotWhereTheCourtDoes) {
  EXPECT_TRUE(ask(Role::kProbation, Action::kTakeEvidence, &Relations::case_link).two_persons);
  EXPECT_FALSE(ask(Role::kCourt, Action::kTakeEvidence, &Relations::agency).two_persons);
  EXPECT_FALSE(ask(Role::kProbation, Action::kSeePosition, &Relations::case_link).two_persons);
}

TEST(Decide, DeniesEverythingToAViewerWithoutARole) {
  Subject subject{.kind = "person", .id = "W-1"};
  for (const NamedTie& named : kTies) subject.relations.*named.tie = true;
  for (Action action : kActions) {
    for (int purpose = 0; purpose <= static_cast<int>(Purpose::kAdministration); ++purpose) {
      EXPECT_FALSE(decide(Viewer{}, action, subject, static_cast<Purpose>(purpose), kNow).allowed);
    }
  }
}

TEST(Decide, DeniesAPurposeThatIsNotTheRolesOwn) {
  const Viewer control{.account = "c", .role = Role::kControl};
  const Subject subject{.kind = "person", .id = "W-1"};
  EXPECT_TRUE(decide(control, Action::kSeePosition, subject, Purpose::kMonitoring, kNow).allowed);
  EXPECT_FALSE(decide(control, Action::kSeePosition, subject, Purpose::kSupervision, kNow).allowed);
  EXPECT_FALSE(decide(control, Action::kSeePosition, subject, Purpose::kNone, kNow).allowed);
  EXPECT_FALSE(decide_collection(control, Action::kSeePosition, Purpose::kAudit).allowed);
}

TEST(Decide, DeniesWhoeverIsRecusedWhateverElseTiesThem) {
  Subject subject{.kind = "person", .id = "W-1"};
  for (const NamedTie& named : kTies) subject.relations.*named.tie = true;
  subject.relations.recused = true;
  for (Role role : kRoles) {
    for (Action action : kActions) {
      if (action == Action::kSeeSelf || action == Action::kRunOwnAccount) continue;
      EXPECT_FALSE(
          decide(Viewer{.account = "a", .role = role}, action, subject, purpose_of(role), kNow).allowed)
          << role_name(role) << " " << action_name(action);
    }
  }
}

TEST(Decide, DeniesFromTheMomentTheBasisEnds) {
  const Viewer unit{.account = "u", .role = Role::kUnit, .unit_id = "U-1"};
  Subject subject{.kind = "person", .id = "W-1", .relations = {.assigned = true}, .basis = "C-1"};
  subject.basis_ends_at = kNow + Duration{1};
  EXPECT_TRUE(decide(unit, Action::kSeePosition, subject, Purpose::kResponse, kNow).allowed);
  subject.basis_ends_at = kNow;
  EXPECT_FALSE(decide(unit, Action::kSeePosition, subject, Purpose::kResponse, kNow).allowed);
}

TEST(Decide, NamesTheCallAsBasisWhenTheRelationWasNeeded) {
  const Viewer unit{.account = "u", .role = Role::kUnit, .unit_id = "U-1"};
  const Subject subject{.kind = "person", .id = "W-1", .relations = {.assigned = true}, .basis = "C-1"};
  EXPECT_EQ(decide(unit, Action::kSeePosition, subject, Purpose::kResponse, kNow).basis, "C-1");
}

TEST(Decide, GivesTheMapWhenBothViewRelationsHold) {
  const Viewer her{.account = "p", .role = Role::kProtectedPerson, .person_id = "P-1"};
  const Subject subject{.kind = "view", .id = "V-1", .relations = {.view_open = true, .view_map = true}};
  EXPECT_EQ(decide(her, Action::kSeeView, subject, Purpose::kProtection, kNow).precision, Precision::kFull);
}

TEST(Decide, LetsEveryKnownRoleSeeItselfAndItsOwnAccount) {
  for (Role role : kRoles) {
    for (Action action : {Action::kSeeSelf, Action::kRunOwnAccount})
      EXPECT_TRUE(decide(Viewer{.account = "a", .role = role}, action, {}, Purpose::kNone, kNow).allowed);
  }
}

TEST(Capabilities, ListOnlyWhatSomeSubjectWouldAllow) {
  const std::vector<Action> auditor = capabilities(Role::kAuditor);
  EXPECT_EQ(auditor,
            (std::vector<Action>{Action::kSeeAudit, Action::kSeeSelf, Action::kSeeStatistics, Action::kRecuse,
                                 Action::kWatch, Action::kRunOwnAccount, Action::kAnswerAct}));
  EXPECT_TRUE(capabilities(Role::kNone).empty());
}

TEST(Names, OfRolesAndPurposesReadBackAsThemselves) {
  for (Role role : kRoles) {
    EXPECT_EQ(parse_role(role_name(role)), role);
    EXPECT_EQ(parse_purpose(purpose_name(purpose_of(role))), purpose_of(role));
  }
  EXPECT_FALSE(parse_role("none").has_value());
  EXPECT_FALSE(parse_role("Control").has_value());
  EXPECT_FALSE(parse_purpose("").has_value());
}

}  // namespace
}  // namespace haechi::trust
