// decide() against a second opinion that shares nothing with it but the words: a reference written as
// questions about one role at a time, asked a million questions that were drawn.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/random.h"
#include "trust/decide.h"

namespace haechi::trust {
namespace {

using Words = std::set<std::string>;

// What a role may do to anything at all, and to what it is tied to in this way.
struct Opinion {
  Words any{};
  Words own{}, agency{}, asked{}, in_call{}, informed{}, assigned{}, case_link{}, view_open{}, glass{},
      permitted{};
  std::string purpose{};
};

const Opinion& opinion_of(const std::string& role) {
  static const std::map<std::string, Opinion> opinions = {
      {"control",
       {.any = {"see_position",   "see_alert",    "handle_alert",     "see_call",     "see_unit",
                "see_record",     "see_register", "see_organisation", "report_shown", "answer_hand_off",
                "log_contact",    "see_contacts", "search",           "measure",      "read_notification",
                "step_measure",   "see_case",     "carry_out",        "do_duty",      "see_risk",
                "see_statistics", "assign",       "ask_pictures"},
        .purpose = "monitoring"}},
      {"dispatch",
       {.any = {"see_organisation", "search", "measure", "break_glass"},
        .agency = {"see_call", "run_call", "see_unit", "report_unit_status"},
        .in_call = {"see_position", "see_alert", "see_record", "report_shown"},
        .informed = {"see_position", "see_alert"},
        .glass = {"see_position", "see_record"},
        .purpose = "response"}},
      {"unit",
       {.any = {"measure"},
        .own = {"see_unit", "report_unit_status", "report_own"},
        .assigned = {"see_position", "see_call", "report_shown"},
        .purpose = "response"}},
      {"protected_person",
       {.own = {"report_shown", "report_own", "raise_sos", "file_petition", "see_petition"},
        .view_open = {"see_view"},
        .purpose = "protection"}},
      {"probation",
       {.any = {"search", "measure", "read_notification", "see_statistics", "break_glass", "answer_act"},
        .case_link = {"see_position", "see_alert", "see_record", "report_shown", "log_contact",
                      "see_contacts", "take_evidence", "step_measure", "see_case", "carry_out", "decide_link",
                      "do_duty", "see_risk", "tell_provisions"},
        .glass = {"see_position", "see_record"},
        .purpose = "supervision"}},
      {"registrar",
       {.any = {"see_record", "see_register", "see_organisation", "register", "search", "identify", "assign",
                "recuse", "tell_provisions", "answer_act"},
        .purpose = "registration"}},
      {"connector", {.agency = {"answer_hand_off"}, .case_link = {"see_alert"}, .purpose = "integration"}},
      {"auditor",
       {.any = {"see_audit", "see_statistics", "recuse", "watch", "answer_act"}, .purpose = "audit"}},
      {"police",
       {.any = {"read_notification", "identify", "see_statistics", "see_organisation", "break_glass"},
        .agency = {"see_case", "run_case", "see_evidence", "step_measure", "decide_link", "do_duty",
                   "see_petition", "see_risk", "see_record"},
        .glass = {"see_position", "see_record"},
        .permitted = {"see_history"},
        .purpose = "investigation"}},
      {"court",
       {.any = {"read_notification", "see_statistics", "see_organisation", "answer_act"},
        .agency = {"see_evidence", "take_evidence", "step_measure", "see_case", "decide_measure", "do_duty",
                   "see_petition", "see_record"},
        .asked = {"step_measure", "see_case", "decide_measure", "do_duty", "see_petition"},
        .purpose = "adjudication"}},
      {"administrator", {.any = {"run_accounts", "answer_act"}, .purpose = "administration"}},
      {"privacy", {.any = {"erase", "answer_act"}, .purpose = "data_protection"}},
  };
  return opinions.at(role);
}

bool expected(const std::string& role, const std::string& action, const Relations& ties, bool over,
              const std::string& purpose) {
  if (action == "see_self" || action == "run_own_account") return role != "none";
  if (role == "none" || ties.recused) return false;
  const Opinion& opinion = opinion_of(role);
  if (purpose != opinion.purpose) return false;
  if (opinion.any.contains(action)) return true;
  if (over) return false;
  return (ties.own && opinion.own.contains(action)) || (ties.agency && opinion.agency.contains(action)) ||
         (ties.asked && opinion.asked.contains(action)) ||
         (ties.in_call && opinion.in_call.contains(action)) ||
         (ties.informed && opinion.informed.contains(action)) ||
         (ties.assigned && opinion.assigned.contains(action)) ||
         (ties.case_link && opinion.case_link.contains(action)) ||
         ((ties.view_open || ties.view_map) && opinion.view_open.contains(action)) ||
         (ties.permitted && opinion.permitted.contains(action)) ||
         (ties.glass && opinion.glass.contains(action));
}

// What is seen of a place, where anything is.
bool shows_whole_places(const std::string& role, const Relations& ties) {
  if (role == "control") return true;
  if (role == "dispatch") return ties.in_call || ties.glass;
  if (role == "unit") return ties.assigned;
  if (role == "probation") return ties.case_link || ties.glass;
  return role == "police" && ties.glass;
}

TEST(Decide, AgreesWithASecondOpinionInAMillionQuestions) {
  constexpr int kQuestions = 1'000'000;
  constexpr Time kNow{1'000'000'000};
  constexpr bool Relations::*kTies[] = {&Relations::own,       &Relations::agency,    &Relations::asked,
                                        &Relations::in_call,   &Relations::informed,  &Relations::assigned,
                                        &Relations::case_link, &Relations::view_open, &Relations::view_map,
                                        &Relations::glass,     &Relations::permitted};
  Random random(12);
  int allowed = 0, places = 0;
  for (int question = 0; question < kQuestions; ++question) {
    const size_t drawn = random.below(kRoles.size() + 1);
    const Role role = drawn == kRoles.size() ? Role::kNone : kRoles[drawn];
    const Action action = kActions[random.below(kActions.size())];
    const Purpose purpose =
        random.chance(0.9)
            ? purpose_of(role)
            : static_cast<Purpose>(random.below(static_cast<uint64_t>(Purpose::kDataProtection) + 1));
    Subject subject{.kind = "thing", .id = "X"};
    for (const auto tie : kTies) subject.relations.*tie = random.chance(0.25);
    subject.relations.recused = random.chance(0.1);
    const bool over = random.chance(0.2), ends = over || random.chance(0.5);
    if (ends)
      subject.basis_ends_at =
          over ? kNow - Duration{static_cast<int64_t>(random.below(2))} : kNow + Duration{1};
    const Decision said = decide(Viewer{.account = "a", .role = role}, action, subject, purpose, kNow);
    const bool should =
        expected(role_name(role), action_name(action), subject.relations, over, purpose_name(purpose));
    ASSERT_EQ(said.allowed, should) << role_name(role) << ' ' << action_name(action) << ' '
                                    << purpose_name(purpose) << " over " << over << ": " << said.reason;
    allowed += said.allowed;
    ASSERT_TRUE(said.allowed || said.precision == Precision::kNone);
    if (said.allowed && action == Action::kSeePosition) {
      ++places;
      ASSERT_EQ(said.precision, shows_whole_places(role_name(role), subject.relations) ? Precision::kFull
                                                                                       : Precision::kCoarse);
    }
  }
  EXPECT_GT(allowed, kQuestions / 20);
  EXPECT_GT(places, 1'000);
}

}  // namespace
}  // namespace haechi::trust
