#include "api/provisions.h"

#include <set>

#include "api/case_world.h"
#include "api/publication.h"
#include "api/standings.h"
#include "base/digest.h"
#include "base/random.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

v1::Fact looked(const std::string& role, const std::string& subject, const std::string& basis,
                const std::string& precision = "full") {
  v1::Fact fact;
  v1::AccessDecided& access = *fact.mutable_access_decided();
  access.set_viewer(role + "-x");
  access.set_viewer_role(role);
  access.set_action("see_position");
  access.set_subject_kind("position");
  access.set_subject_id(subject);
  access.set_purpose("response");
  access.set_allowed(true);
  access.set_basis(basis);
  access.set_precision(precision);
  return fact;
}

std::set<std::string> recipients(const json::value& record) {
  std::set<std::string> out;
  if (!record.as_object().contains("rows")) return out;
  for (const json::value& row : record.at("rows").as_array()) out.insert(text(row.at("recipient")));
  return out;
}

TEST(Provisions, TellHimToWhomHisPlacesWereGivenThroughWhoServesHimAndLogThatTheyDid) {
  CaseWorld world;
  world.log(looked("control", "w-1", "monitoring duty"));
  world.log(looked("dispatch", "w-1", "call-9"));
  world.log(looked("dispatch", "w-1", "call-9"));
  world.log(looked("dispatch", "p-1", "call-9"));
  world.log(looked("police", "w-1", "q-old", "none"));
  world.pass(Duration::seconds(1));
  const json::value record = world.get("officer-lee", "POST", "/persons/w-1/provisions", "{}");
  EXPECT_EQ(recipients(record), (std::set<std::string>{"control", "dispatch"}))
      << "where no place was shown is none";
  for (const json::value& row : record.at("rows").as_array()) {
    const bool own = row.as_object().contains("own_use") && row.at("own_use").as_bool();
    EXPECT_EQ(own, text(row.at("recipient")) == "control");
    if (text(row.at("recipient")) == "dispatch") {
      EXPECT_EQ(row.at("times").as_int64(), 2);
      EXPECT_EQ(iso8601(Time{std::stoll(text(row.at("first_at_us")))}).substr(7), "-01T00:00:00.000Z")
          << "by the month: the moment would tell where she was";
      EXPECT_EQ(text(row.at("basis")), "");
    }
  }
  const size_t count = world.submit.logged.size();
  const v1::ProvisionsTold& told = world.submit.logged[count - 1].provisions_told();
  const v1::ProvisionsAsked& asked = world.submit.logged[count - 2].provisions_asked();
  EXPECT_EQ(asked.person_id(), "w-1");
  EXPECT_EQ(asked.record_id(), told.record_id());
  EXPECT_EQ(told.by(), "officer-lee");
  EXPECT_EQ(told.text_sha256(), std::string(view(sha256(text(record.at("text"))))));
  EXPECT_EQ(hex(told.text_sha256()), text(record.at("text_sha256")));
}

TEST(Provisions, AreForWhoServesThePersonAndForHerself) {
  CaseWorld world;
  for (const char* account : {"officer-lee", "registrar-1"})
    EXPECT_EQ(world.ask(account, "POST", "/persons/w-1/provisions", "{}").status, 200) << account;
  for (const char* account :
       {"officer-kang", "insp-park", "control-1", "dispatch-1", "judge-1", "auditor-1", "her"})
    EXPECT_EQ(world.ask(account, "POST", "/persons/w-1/provisions", "{}").status, 403) << account;
  world.log(looked("dispatch", "p-1", "call-9"));
  world.log(looked("dispatch", "p-2", "call-9"));
  world.pass(Duration::seconds(1));
  const json::value hers = world.get("her", "POST", "/me/provisions", "{}");
  EXPECT_EQ(text(hers.at("person_id")), "p-1");
  EXPECT_EQ(recipients(hers), (std::set<std::string>{"dispatch"}));
  EXPECT_EQ(text(hers.at("rows").at(0).at("basis")), "call-9") << "her own she is told to the moment";
  EXPECT_EQ(world.ask("registrar-1", "POST", "/persons/nobody/provisions", "{}").status, 404);
  EXPECT_EQ(world.ask("her", "POST", "/me/provisions", R"({"from_us":"5","to_us":"4"})").status, 400);
}

// He must not learn from it whether she was shown him, nor that somebody is after him.
TEST(Provisions, AreTheSameForHimWhetherOrNotWhatIsWithheldEverHappened) {
  const auto told = [](bool happened) {
    CaseWorld world;
    world.open_case();
    world.log(looked("control", "s-77", "monitoring duty"));
    if (happened) {
      world.log(looked("protected_person", "s-77", "o-1"));
      world.get("insp-park", "POST", "/cases/c-1/inquiries",
                R"({"id":"q-1","person_id":"s-77","use":"ST_INQUIRY","from_us":"1779900000000000",
                    "to_us":"1779950000000000","reason":"x","urgent":true,"approved_by":"chief-oh"})");
      v1::Fact look = looked("police", "q-1", "q-1");
      look.mutable_access_decided()->add_shown_ids("s-77");
      look.mutable_access_decided()->set_subject_kind("inquiry");
      look.mutable_access_decided()->set_action("see_history");
      world.log(look);
    }
    world.pass(Duration::seconds(1));
    json::value record = world.get("registrar-1", "POST", "/persons/s-77/provisions", "{}");
    EXPECT_GE(record.at("withheld").as_array().size(), 3u) << "what is withheld is said, with its ground";
    return std::pair(json::serialize(record.at("rows").at(0).at("recipient")) +
                         std::to_string(record.at("rows").as_array().size()) +
                         json::serialize(record.at("rules")) + json::serialize(record.at("withheld")),
                     recipients(record));
  };
  EXPECT_EQ(told(true), told(false));
}

TEST(Provisions, NameAnInquiryOnceItsCaseIsClosed) {
  CaseWorld world;
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/inquiries",
            R"({"id":"q-1","person_id":"s-77","use":"ST_INQUIRY","from_us":"1779900000000000",
                "to_us":"1779950000000000","reason":"x","urgent":true,"approved_by":"chief-oh"})");
  v1::Fact look = looked("police", "q-1", "q-1");
  look.mutable_access_decided()->add_shown_ids("s-77");
  world.log(look);
  world.pass(Duration::seconds(1));
  EXPECT_EQ(recipients(world.get("registrar-1", "POST", "/persons/s-77/provisions", "{}")).count("police"),
            0u);
  world.get("insp-park", "POST", "/cases/c-1/close", R"({"reason":"CASE_CLOSE_REASON_JUDGED"})");
  const json::value record = world.get("registrar-1", "POST", "/persons/s-77/provisions", "{}");
  ASSERT_EQ(recipients(record).count("police"), 1u);
  EXPECT_EQ(text(record.at("rows").at(0).at("agency_id")), "police-1");
}

TEST(Provisions, HoldNoPlace) {
  CaseWorld world;
  v1::Fact fact;
  v1::ReportReceived& received = *fact.mutable_report_received();
  received.set_received_at_us(world.clock.now().us);
  received.mutable_report()->set_device_id("d-w");
  received.mutable_report()->set_seq(1);
  received.mutable_report()->mutable_fix()->mutable_place()->set_lat_e7(376'543'210);
  received.mutable_report()->mutable_fix()->mutable_place()->set_lng_e7(1'272'123'450);
  received.mutable_report()->mutable_fix()->set_fixed_at_us(world.clock.now().us);
  world.log(fact);
  ASSERT_EQ(world.ask("officer-lee", "GET", "/positions/w-1").status, 200);
  world.pass(Duration::seconds(1));
  const std::string body = world.ask("officer-lee", "POST", "/persons/w-1/provisions", "{}").body;
  EXPECT_NE(body.find("probation"), std::string::npos);
  EXPECT_EQ(body.find("376543210"), std::string::npos);
  EXPECT_EQ(body.find("lat_e7"), std::string::npos);
}

TEST(Standings, TellSuspectConvictProtectedAndWitnessApartAndNeverMixThem) {
  CaseWorld world;
  world.get("insp-park", "POST", "/cases",
            R"({"id":"c-2","kind":"CASE_KIND_STALKING","number":"2026-2","subject_id":"w-1",
                "protected_ids":["p-1","p-2"],"witness_ids":["p-2"]})");
  const json::value answer = world.get("insp-park", "GET", "/cases/c-2");
  std::map<std::string, std::string> by_case;
  for (const json::value& row : answer.at("standings").as_array())
    by_case[text(row.at("person_id"))] = text(row.at("standing"));
  EXPECT_EQ(by_case,
            (std::map<std::string, std::string>{
                {"w-1", "STANDING_SUSPECT"}, {"p-1", "STANDING_PROTECTED"}, {"p-2", "STANDING_WITNESS"}}));
  // By the order after his sentence he is a convict; in the case a suspect: one row for each.
  const json::value risk = world.get("control-1", "GET", "/persons/w-1/risk");
  std::set<std::string> of_him;
  for (const json::value& row : risk.at("standings").as_array())
    of_him.insert(text(row.at("standing")) + " " + text(row.at("order_id")) + text(row.at("case_id")));
  EXPECT_EQ(of_him, (std::set<std::string>{"STANDING_CONVICT o-post", "STANDING_SUSPECT c-2"}));
  std::map<std::string, std::string> counts;
  const json::value statistics = world.get("control-1", "GET", "/statistics");
  for (const json::value& row : statistics.at("persons_by_standing").as_array())
    counts[text(row.at("key"))] = text(row.at("count"));
  EXPECT_EQ(counts, (std::map<std::string, std::string>{{"STANDING_SUSPECT", "1"},
                                                        {"STANDING_CONVICT", "1"},
                                                        {"STANDING_PROTECTED", "1"},
                                                        {"STANDING_WITNESS", "1"}}));
  EXPECT_NE(world.ask("auditor-1", "GET", "/statistics.csv")
                .body.find("persons_by_standing,\"STANDING_WITNESS\",\"\",1"),
            std::string::npos);
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/cases",
                     R"({"id":"c-3","kind":"CASE_KIND_STALKING","subject_id":"w-1","protected_ids":["p-1"],
                         "witness_ids":["w-1"]})")
                .status,
            400)
      << "nobody whom a case is against is its witness";
}

TEST(Standings, OfRandomCasesAndOrdersNeverMixTheSidesOfOne) {
  Random random(20'261'123);
  const std::vector<std::string> kinds = {"EM_POST", "EM_BAIL", "ST_PROV_3_2", "ES_PENA_48", "UNKNOWN"};
  for (int round = 0; round < 2'000; ++round) {
    picture::Picture picture;
    v1::Fact tick;
    tick.mutable_clock_ticked();
    picture::Effects effects;
    auto effect = std::make_shared<v1::Effect>();
    v1::Case& one = *effect->mutable_case_effect()->mutable_update_case();
    one.set_id("c");
    one.set_subject_id("w" + std::to_string(random.below(3)));
    for (uint64_t i = 0, all = random.below(4); i < all; ++i) {
      one.add_protected_ids("p" + std::to_string(i));
      if (random.chance(0.4)) one.add_witness_ids("p" + std::to_string(i));
    }
    effects.push_back(effect);
    picture.fold(1, Time{1}, tick, effects);
    v1::Fact registered;
    v1::Order& order = *registered.mutable_order_registered();
    order.set_id("o");
    order.set_version(1);
    order.set_kind(kinds[random.below(kinds.size())]);
    order.set_wearer_id("w" + std::to_string(random.below(3)));
    order.set_starts_at_us(1);
    order.add_conditions()->mutable_keep_away()->set_protected_id("p" + std::to_string(random.below(4)));
    picture.fold(2, Time{2}, registered, {});
    std::map<std::pair<std::string, std::string>, v1::Standing> seen;  // by order or case, and person
    for (const v1::PersonStanding& row : standings::of_all(picture, Time{3})) {
      EXPECT_NE(row.standing(), v1::STANDING_UNSPECIFIED);
      EXPECT_TRUE(seen.try_emplace({row.order_id() + row.case_id(), row.person_id()}, row.standing()).second)
          << "one standing by one order or case";
      const bool bound = row.standing() == v1::STANDING_SUSPECT || row.standing() == v1::STANDING_CONVICT;
      EXPECT_EQ(bound, row.person_id().starts_with("w"));
      if (!row.case_id().empty()) {
        EXPECT_NE(row.standing(), v1::STANDING_CONVICT) << "a case is against a suspect";
      }
      if (row.standing() == v1::STANDING_WITNESS) {
        EXPECT_TRUE(row.order_id().empty()) << "an agency's order names no witness";
      }
    }
  }
}

// What another station applies for and its court decides, to whatever moment it is asked about.
TEST(Statistics, TellPoliceCourtAndProbationOfTheirOwnCasesAlone) {
  const auto told = [](const char* account, bool happened) {
    CaseWorld world;
    const std::string begin = std::to_string(world.clock.now().us);
    if (happened) {
      world.open_case();
      world.get("insp-park", "POST", "/cases/c-1/measures",
                R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
      world.step("insp-park", "m-1", "PETITION", R"(,"court_id":"court-1")");
      const json::value own = world.get("insp-park", "GET", "/statistics");
      EXPECT_EQ(text(own.at("measures").at(0).at("applied")), "1");
      EXPECT_EQ(own.at("persons_by_standing").as_array().size(), 2u);
      EXPECT_EQ(world.get("judge-1", "GET", "/statistics").at("measures").as_array().size(), 1u);
    }
    world.clock.set(Time{1'790'000'000'000'000});
    std::string out;
    for (const std::string& window :
         {std::string(), "?from_us=" + begin, "?from_us=" + begin + "&to_us=1790000000000000"}) {
      json::value said = world.get(account, "GET", "/statistics" + window);
      said.as_object().erase("entry_no");
      out += json::serialize(said) + world.ask(account, "GET", "/statistics.csv" + window).body;
    }
    return out;
  };
  for (const char* account : {"insp-choi", "judge-2", "officer-kang"})
    EXPECT_EQ(told(account, true), told(account, false)) << account;
  EXPECT_NE(told("control-1", true), told("control-1", false)) << "who sees every case is told of all";
}

TEST(Publication, OfAnyCountsShowsNothingBelowFiveAndNoTwoNumbersThatDifferBySomebody) {
  Random random(7);
  std::set<uint64_t> shown;
  for (int round = 0; round < 20'000; ++round) {
    std::map<std::string, uint64_t> counts, without_small;
    for (uint64_t row = 0, rows = random.below(12); row < rows; ++row) {
      const uint64_t count = random.chance(0.5) ? random.below(8) : random.below(300);
      counts["k" + std::to_string(row)] = count;
      if (count >= publication::kSmallest) without_small["k" + std::to_string(row)] = count;
    }
    const v1::Publication::Table table = publication::table("t", counts);
    for (const v1::Publication::Row& row : table.rows()) {
      EXPECT_GE(row.count(), 5u);
      EXPECT_LE(row.count(), counts.at(row.key()));
      EXPECT_LT(counts.at(row.key()) - row.count(), 5u);
      shown.insert(row.count());
    }
    EXPECT_EQ(table.SerializeAsString(), publication::table("t", without_small).SerializeAsString())
        << "what is withheld leaves no trace";
  }
  ASSERT_GT(shown.size(), 30u);
  // Sums and differences of what is shown, over all tables there ever were, are multiples of five too.
  for (const uint64_t count : shown) EXPECT_EQ(count % 5, 0u);
}

TEST(Publication, IsOfAYearThatIsOver) {
  CaseWorld world;  // in May 2026
  const auto order = [](int number, const std::string& kind) {
    v1::Fact fact;
    v1::Order& made = *fact.mutable_order_registered();
    made.set_id("o-" + std::to_string(number));
    made.set_version(1);
    made.set_kind(kind);
    made.set_legal_basis("EM Act 5");
    made.set_wearer_id("w-" + std::to_string(100 + number));
    made.set_starts_at_us(1'750'000'000'000'000);  // June 2025
    return fact;
  };
  for (int i = 0; i < 13; ++i) world.log(order(i, i < 4 ? "EM_BAIL" : "EM_POST"));
  const json::value said = world.get("auditor-1", "GET", "/statistics/publication?year=2025");
  const json::value& table = said.at("tables").at(0);
  EXPECT_EQ(text(table.at("name")), "wearers_by_kind");
  ASSERT_EQ(table.at("rows").as_array().size(), 1u) << "four on bail are nobody's business";
  EXPECT_EQ(text(table.at("rows").at(0).at("key")), "EM_POST");
  EXPECT_EQ(text(table.at("rows").at(0).at("count")), "5");
  for (const char* year : {"", "?year=2026", "?year=20x5", "?year=-025"})
    EXPECT_EQ(world.ask("auditor-1", "GET", std::string("/statistics/publication") + year).status, 400)
        << year;
  EXPECT_EQ(world.ask("her", "GET", "/statistics/publication?year=2025").status, 403);
}

}  // namespace
}  // namespace haechi::api
