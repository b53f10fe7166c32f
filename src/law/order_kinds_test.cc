#include "law/order_kinds.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "law/order.h"
#include "law/pack.h"

namespace haechi::law {
namespace {

const OrderKind& kind(const char* code) {
  const OrderKind* found = find_kind(kr(), code);
  EXPECT_NE(found, nullptr) << code;
  return found == nullptr ? kr().kinds.front() : *found;
}

TEST(Pack, IsFoundByItsIdAndIsNullForACountryThatIsNot) {
  EXPECT_EQ(&pack("kr"), &kr());
  EXPECT_EQ(&pack("es"), &es());
  EXPECT_EQ(&pack("us"), &us());
  EXPECT_EQ(find_pack("kp"), nullptr);
}

TEST(Pack, KeepsTheNumbersOfTheKoreanDefaults) {
  EXPECT_EQ(kr().ban_mm, find_distance(kr(), "ban")->mm);
  EXPECT_EQ(kr().map_mm, find_distance(kr(), "map")->mm);
  EXPECT_EQ(kr().police_mm, find_distance(kr(), "police")->mm);
  EXPECT_EQ(kr().warn_mm, find_distance(kr(), "warn")->mm);
  EXPECT_EQ(kr().place_police_mm, find_distance(kr(), "place_police")->mm);
  EXPECT_EQ(kr().hysteresis_mm, find_distance(kr(), "hysteresis")->mm);
  EXPECT_LE(kr().ban_mm, kr().map_mm);
  EXPECT_LE(kr().map_mm, kr().police_mm);
  EXPECT_LE(kr().police_mm, kr().warn_mm);
}

TEST(OrderKind, HasTheTermsOfTheKoreanStatutes) {
  struct Row {
    const char* code;
    Period initial, extension;
    uint32_t extensions;
    Period total;
  };
  const Row rows[] = {
      {"ST_EMERG", {}, {}, 0, {}},
      {"ST_URGENT_1", months(1), {}, 0, {}},
      {"ST_URGENT_2", months(1), {}, 0, {}},
      {"ST_PROV_1", {}, {}, 0, {}},
      {"ST_PROV_2", months(3), months(3), 2, {}},
      {"ST_PROV_3", months(3), months(3), 2, {}},
      {"ST_PROV_3_2", months(3), months(3), 2, {}},
      {"ST_PROV_4", months(1), {}, 0, {}},
      {"ST_VPO_1", months(3), months(3), 2, {}},
      {"ST_VPO_2", months(3), months(3), 2, {}},
      {"ST_VPO_TMP", {}, {}, 0, {}},
      {"DV_TEMP_1", months(2), months(2), 2, {}},
      {"DV_TEMP_2", months(2), months(2), 2, {}},
      {"DV_TEMP_3", months(2), months(2), 2, {}},
      {"DV_TEMP_4", months(1), months(1), 1, {}},
      {"DV_TEMP_5", months(1), months(1), 1, {}},
      {"DV_TEMP_6", months(1), months(1), 1, {}},
      {"DV_URGENT", {}, {}, 0, {}},
      {"DV_VPO", years(1), months(2), kExtensionsUnlimited, years(3)},
      {"DV_VPO_TMP", {}, {}, 0, {}},
      {"DV_DISP", months(6), months(6), 1, years(1)},
      {"EM_POST", years(45), years(1), kExtensionsUnlimited, {}},
      {"EM_PROB", years(5), years(1), kExtensionsUnlimited, {}},
      {"EM_PAROLE", {}, {}, 0, {}},
      {"EM_SUSP", {}, {}, 0, {}},
      {"EM_BAIL", {}, {}, 0, {}},
      {"EM_STALK", {}, {}, 0, {}},
  };
  EXPECT_EQ(kr().kinds.size(), std::size(rows));
  for (const Row& row : rows) {
    const OrderKind& found = kind(row.code);
    EXPECT_EQ(found.initial, row.initial) << row.code;
    EXPECT_EQ(found.extension, row.extension) << row.code;
    EXPECT_EQ(found.extensions_max, row.extensions) << row.code;
    EXPECT_EQ(found.total_max, row.total) << row.code;
  }
}

TEST(OrderKind, KnowsHowLongItMayLastWithEveryExtension) {
  EXPECT_EQ(longest(kind("ST_PROV_3_2")), months(9));
  EXPECT_EQ(longest(kind("ST_URGENT_1")), months(1));
  EXPECT_EQ(longest(kind("DV_TEMP_2")), months(6));
  EXPECT_EQ(longest(kind("DV_TEMP_5")), months(2));
  EXPECT_EQ(longest(kind("DV_VPO")), years(3));
  EXPECT_EQ(longest(kind("EM_POST")), Period{});
}

TEST(OrderKind, CarriesADeviceOnlyWhereTheStatuteSaysSo) {
  std::set<std::string_view> with_device;
  for (const OrderKind& one : kr().kinds)
    if (one.carries_device()) with_device.insert(one.code);
  EXPECT_EQ(with_device, (std::set<std::string_view>{"ST_PROV_3_2", "EM_POST", "EM_PAROLE", "EM_SUSP",
                                                     "EM_BAIL", "EM_STALK"}));
}

TEST(OrderKind, SaysWhetherWhoeverIsUnderItWasFoundGuilty) {
  std::set<std::string_view> convicts;
  for (const Pack* pack : {&kr(), &es(), &us()})
    for (const OrderKind& one : pack->kinds)
      if (standing_of(one.code) == Standing::kConvict) convicts.insert(one.code);
  EXPECT_EQ(convicts, (std::set<std::string_view>{"EM_POST", "EM_PROB", "EM_PAROLE", "EM_SUSP", "ES_PENA_48",
                                                  "US_SUPERVISED"}));
  EXPECT_FALSE(standing_of("UNKNOWN").has_value());
}

TEST(Pack, LetsNobodySeeHistoryInUrgencyWithoutATermForThePermission) {
  EXPECT_EQ(kr().urgent_inquiry.permission_within, hours(48));
  EXPECT_FALSE(kr().urgent_inquiry.source.verified()) << "the statute names no hours";
  for (const Pack* pack : {&es(), &us()})
    EXPECT_FALSE(pack->urgent_inquiry.permission_within.known()) << pack->id;
  EXPECT_TRUE(find_use(kr(), "ST_INQUIRY")->court_permission);
  EXPECT_FALSE(find_use(kr(), "ST_COMPLIANCE")->court_permission);
}

TEST(OrderKind, OfTheDirectPetitionComesIntoForceInApril2027) {
  for (const char* code : {"ST_VPO_1", "ST_VPO_2", "ST_VPO_TMP"}) {
    EXPECT_FALSE(in_force_on(kind(code), {2027, 4, 21})) << code;
    EXPECT_TRUE(in_force_on(kind(code), {2027, 4, 22})) << code;
  }
  EXPECT_TRUE(in_force_on(kind("ST_PROV_3_2"), {2026, 11, 22}));
}

TEST(OrderKind, OfAnUrgentMeasureGivesWayOnlyToTheMatchingProvisionalMeasure) {
  EXPECT_TRUE(supersedes(kind("ST_PROV_2"), kind("ST_URGENT_1")));
  EXPECT_TRUE(supersedes(kind("ST_PROV_3"), kind("ST_URGENT_2")));
  EXPECT_FALSE(supersedes(kind("ST_PROV_3"), kind("ST_URGENT_1")));
  EXPECT_FALSE(supersedes(kind("ST_PROV_2"), kind("ST_URGENT_2")));
  EXPECT_FALSE(supersedes(kind("ST_PROV_3_2"), kind("ST_URGENT_1")));
  EXPECT_FALSE(supersedes(kind("ST_URGENT_1"), kind("ST_PROV_2")));
}

TEST(OrderKind, LapsesOnNonIndictmentWhenItIsProvisional) {
  for (const char* code : {"ST_PROV_1", "ST_PROV_2", "ST_PROV_3", "ST_PROV_3_2", "ST_PROV_4"})
    EXPECT_TRUE(kind(code).lapses & kLapsesOnNonIndictment) << code;
  for (const char* code : {"ST_URGENT_1", "ST_VPO_1", "DV_VPO", "EM_POST"})
    EXPECT_FALSE(kind(code).lapses & kLapsesOnNonIndictment) << code;
}

TEST(OrderKind, CarriesOnlyTheConditionsThatItsStatuteNames) {
  struct Row {
    std::vector<std::string_view> kinds;
    bool keep_away, exclusion, inclusion, no_contact;
  };
  const Row rows[] = {
      {{"ST_PROV_2"}, true, true, false, false},     {{"ST_PROV_3"}, false, false, false, false},
      {{"ST_PROV_3_2"}, false, false, false, false}, {{"ST_PROV_2", "ST_PROV_3_2"}, true, true, false, false},
      {{"ST_VPO_1"}, true, true, false, false},      {{"DV_TEMP_1"}, false, true, false, false},
      {{"EM_POST"}, true, true, true, true},         {{}, false, false, false, false},
  };
  const std::pair<decltype(Condition::rule), bool Row::*> rules[] = {{KeepAway{}, &Row::keep_away},
                                                                     {Exclusion{}, &Row::exclusion},
                                                                     {Inclusion{}, &Row::inclusion},
                                                                     {NoContact{}, &Row::no_contact}};
  for (const Row& row : rows) {
    for (const auto& [rule, allowed] : rules) {
      Order order;
      order.conditions.push_back({"c-1", rule});
      EXPECT_EQ(check_conditions(kr(), row.kinds, order).ok(), row.*allowed)
          << (row.kinds.empty() ? "" : row.kinds.front()) << ' ' << rule.index();
    }
  }
  const std::string_view unknown[] = {"ST_PROV_2", "ST_PROV_9"};
  EXPECT_EQ(check_conditions(kr(), unknown, {}).error().field, "kinds[1]");
}

TEST(Duties, CoverElectronicMonitoringAndTheNoticesAroundOrders) {
  for (int i = 1; i <= 14; ++i) {
    const std::string code = "K" + std::to_string(i);
    EXPECT_NE(find_duty(kr(), code), nullptr) << code;
  }
  for (const char* code : {"N6-1", "N6-2", "N8-3", "N8-4", "N9-5", "N11-4", "N17-6-8"})
    EXPECT_NE(find_duty(kr(), code), nullptr) << code;
  EXPECT_EQ(find_duty(kr(), "N5-2")->within, hours(48));
  EXPECT_EQ(find_duty(kr(), "K10")->deadline, By::kMay);
  EXPECT_EQ(find_duty(kr(), "K15"), nullptr);
  for (const PermittedUse& use : kr().uses) {
    const bool of_courts = use.code == "ST_INQUIRY" || use.code == "EM_INQUIRY";
    EXPECT_EQ(use.court_permission, of_courts) << use.code;
    EXPECT_EQ(use.ledger, use.code != "ST_COMPLIANCE" && use.code != "EM_SUPERVISION") << use.code;
  }
}

TEST(Pack, NamesASourceForEveryRowAndNoCodeTwice) {
  for (const Pack* one : {&kr(), &es(), &us()}) {
    std::set<std::string_view> codes;
    for (const OrderKind& row : one->kinds) {
      EXPECT_TRUE(codes.insert(row.code).second) << row.code;
      EXPECT_FALSE(row.name.en.empty() || row.name.ko.empty()) << row.code;
      EXPECT_FALSE(row.basis.text.empty()) << row.code;
      EXPECT_FALSE(row.term_source.text.empty()) << row.code;
      EXPECT_EQ(row.approval_within.known(), !row.approval_source.text.empty()) << row.code;
      EXPECT_EQ(row.appeal_within.known(), !row.appeal_source.text.empty()) << row.code;
      EXPECT_EQ(row.petition_within.known(), !row.petition_source.text.empty()) << row.code;
      EXPECT_EQ(row.retention.empty(), find_retention(*one, row.retention) == nullptr) << row.code;
      EXPECT_EQ(row.lapses != 0, !row.lapse_source.text.empty()) << row.code;
      EXPECT_EQ(row.extensions_max != 0, row.extension.known()) << row.code;
      EXPECT_EQ(row.term == Term::kAtMost, row.initial.known() && row.term != Term::kStated) << row.code;
      for (const std::string_view newer : row.superseded_by)
        EXPECT_NE(find_kind(*one, newer), nullptr) << newer;
    }
    for (const Duty& row : one->duties) {
      EXPECT_TRUE(codes.insert(row.code).second) << row.code;
      EXPECT_FALSE(row.source.text.empty()) << row.code;
      EXPECT_EQ(row.deadline == By::kWithin, row.within.known()) << row.code;
      EXPECT_FALSE(row.what.ko.empty() || row.when.ko.empty()) << row.code;
    }
    for (const Penalty& row : one->penalties) {
      EXPECT_TRUE(codes.insert(row.code).second) << row.code;
      EXPECT_FALSE(row.source.text.empty()) << row.code;
      EXPECT_TRUE(row.prison_months_min + row.prison_months_max + row.fine_max > 0) << row.code;
    }
    for (const Offence& row : one->offences) EXPECT_FALSE(row.source.text.empty()) << row.code;
    for (const StatedDistance& row : one->distances) EXPECT_FALSE(row.source.text.empty()) << row.name;
    for (const Retention& row : one->retention) EXPECT_FALSE(row.source.text.empty()) << row.object;
  }
}

TEST(Pack, ShowsAReviewerEveryNumberThatNoStatuteCarries) {
  EXPECT_EQ(cited({"Stalking Act 9(7)"}), "Stalking Act 9(7)");
  EXPECT_EQ(cited({"press", Trust::kSecondary}), "press [2nd]");
  EXPECT_EQ(cited({"memory", Trust::kBackground}), "memory [BG]");
  EXPECT_EQ(cited({"ours", Trust::kReading}), "ours [D]");
  const std::vector<std::string> doubts = unverified(kr());
  const auto has = [&doubts](const std::string& start) {
    for (const std::string& one : doubts)
      if (one.rfind(start, 0) == 0) return true;
    return false;
  };
  EXPECT_TRUE(has("map: one article"));
  EXPECT_TRUE(has("warn: press"));
  EXPECT_TRUE(has("caseload_average: "));
  EXPECT_FALSE(has("ban: "));
  EXPECT_FALSE(has("K4: "));
  for (const std::string& one : doubts) EXPECT_EQ(one.back(), ']') << one;
}

TEST(Pack, HasInTheDocumentsEveryNumberThatNoStatuteCarriesAndNoOther) {
  std::ifstream file(HAECHI_SOURCE_DIR "/docs/law.md");
  std::string listed, said, line;
  while (std::getline(file, line))
    if (line.rfind("- ", 0) == 0) listed += line + "\n";
  for (const Pack* one : {&kr(), &es(), &us()})
    for (const std::string& doubt : unverified(*one)) said += "- " + doubt + "\n";
  EXPECT_EQ(listed, said);
}

TEST(Offences, AreThoseOfTheElectronicMonitoringActAndNoOthers) {
  std::string codes;
  for (const Offence& row : kr().offences) codes += std::string(row.code) + " ";
  EXPECT_EQ(codes, "SEXUAL_VIOLENCE KIDNAPPING_OF_MINOR MURDER ROBBERY STALKING DOMESTIC_VIOLENCE OTHER ");
  EXPECT_TRUE(check_offence("EM_POST", "MURDER").ok());
  EXPECT_TRUE(check_offence("EM_POST", "").ok()) << "not stated";
  const Status unknown = check_offence("EM_POST", "GENDER_VIOLENCE");
  ASSERT_FALSE(unknown.ok()) << "an offence of Spain";
  EXPECT_EQ(unknown.error().field, "offence");
  EXPECT_NE(unknown.error().reason.find("the pack kr; must be one of SEXUAL_VIOLENCE, "), std::string::npos)
      << unknown.error().reason;
  EXPECT_TRUE(check_offence("ES_OP", "GENDER_VIOLENCE").ok());
  EXPECT_TRUE(check_offence("of another vendor", "GENDER_VIOLENCE").ok()) << "any pack's will do";
  EXPECT_FALSE(check_offence("of another vendor", "LARCENY").ok());
}

TEST(Offences, AreSaidByTheKindWhereItIsOrderedForNothingElse) {
  EXPECT_EQ(offence_of("ST_PROV_3_2", ""), "STALKING");
  EXPECT_EQ(offence_of("DV_TEMP_2", ""), "DOMESTIC_VIOLENCE");
  EXPECT_EQ(offence_of("DV_URGENT", ""), "DOMESTIC_VIOLENCE");
  EXPECT_EQ(offence_of("EM_POST", ""), "");
  EXPECT_EQ(offence_of("EM_POST", "ROBBERY"), "ROBBERY");
  EXPECT_EQ(offence_of("of another vendor", ""), "");
  for (const Pack* one : {&kr(), &es(), &us()})
    for (const OrderKind& kind : one->kinds)
      EXPECT_TRUE(kind.offence.empty() || find_offence(*one, kind.offence) != nullptr) << kind.code;
}

TEST(Penalties, AreThoseOfTheStatutes) {
  EXPECT_EQ(find_penalty(kr(), "EM_RECIPIENT_LEAK")->prison_months_max, 36u);
  EXPECT_EQ(find_penalty(kr(), "EM_RECIPIENT_LEAK")->fine_max, 30'000'000u);
  EXPECT_EQ(find_penalty(kr(), "EM_MANAGER_LEAK")->prison_months_min, 12u);
  EXPECT_EQ(find_penalty(kr(), "ST_BREACH")->prison_months_max, 24u);
  EXPECT_EQ(find_penalty(kr(), "nothing"), nullptr);
}

}  // namespace
}  // namespace haechi::law
