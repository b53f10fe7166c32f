#include "api/bundles.h"

#include "api/case_world.h"

namespace haechi::api {
namespace {

constexpr const char* kFor = R"({"why":"hearing of 12 May"})";

std::string petitioned(CaseWorld& world) {
  world.clock.set(Time{1'810'000'000'000'000});  // 2027-05-11
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  world.step("insp-park", "m-1", "PETITION", R"(,"court_id":"court-1")");
  return "/cases/c-1/bundle";
}

std::string act_of(const net::Response& asked) {
  EXPECT_EQ(asked.status, 202) << asked.body;
  if (asked.status != 202) return "";
  return std::string(boost::json::parse(asked.body).at("asked").at("id").as_string());
}

TEST(Bundles, AreForTheCourtBeforeWhichItLiesAndTheOfficerWhoSupervisesHim) {
  CaseWorld world;
  const std::string path = petitioned(world);
  world.get("control-1", "PUT", "/persons/s-77/supervisor", R"({"officer":"officer-kang"})");
  const std::string act = act_of(world.ask("officer-kang", "POST", path, kFor));
  world.get("judge-1", "POST", "/acts/" + act + "/answer", R"({"approved":true})");
  for (const char* account : {"judge-1", "officer-kang"}) {
    const net::Response given = world.ask(account, "POST", path, kFor);
    EXPECT_EQ(given.status, 200) << account << given.body;
    EXPECT_EQ(given.content_type, "application/x-ndjson");
    EXPECT_EQ(given.body, "{\"bundle\":{}}\n");
    const v1::AccessDecided& recorded = world.submit.logged.back().access_decided();
    EXPECT_EQ(recorded.action(), "take_evidence");
    EXPECT_EQ(recorded.why(), "hearing of 12 May");
    EXPECT_EQ(std::vector<std::string>(recorded.shown_ids().begin(), recorded.shown_ids().end()),
              (std::vector<std::string>{"s-77", "p-1"}));
  }
  for (const char* account : {"judge-2", "officer-lee", "insp-park", "insp-choi", "control-1", "her"})
    EXPECT_EQ(world.ask(account, "POST", path, kFor).status, 403) << account;
  EXPECT_EQ(world.bundles.asked.size(), 2u);
  EXPECT_EQ(world.bundles.asked[0].worn_as, (std::set<std::string>{"s-77"}));
  EXPECT_EQ(world.bundles.asked[0].protected_id, "p-1");
}

TEST(Bundles, LeaveWithAnOfficerOnlyWhenASecondPersonHasApprovedIt) {
  CaseWorld world;
  const std::string path = petitioned(world);
  world.get("control-1", "PUT", "/persons/s-77/supervisor", R"({"officer":"officer-kang"})");
  const std::string act = act_of(world.ask("officer-kang", "POST", path, kFor));
  EXPECT_TRUE(world.bundles.asked.empty()) << "not even made";
  for (const char* account : {"officer-kang", "officer-lee", "insp-park", "judge-2", "control-1"})
    EXPECT_EQ(world.ask(account, "POST", "/acts/" + act + "/answer", R"({"approved":true})").status, 403)
        << account << " could not take it";
  world.get("auditor-1", "POST", "/acts/" + act + "/answer", R"({"approved":true})");
  EXPECT_EQ(world.ask("auditor-1", "POST", path, kFor).status, 403)
      << "who watches approves and sees nothing";
  for (int turn = 0; turn < 2; ++turn)
    EXPECT_EQ(world.ask("officer-kang", "POST", path, kFor).status, 200)
        << "until it ends, the line may break";
  EXPECT_EQ(world.ask("officer-kang", "POST", path, R"({"why":"something else"})").status, 202);
  world.pass(Duration::seconds(24 * 3600 + 1));
  EXPECT_EQ(world.ask("officer-kang", "POST", path, kFor).status, 202);
}

TEST(Bundles, AreTakenWithAReasonThatSomebodyTyped) {
  CaseWorld world;
  const std::string path = petitioned(world);
  for (const char* body : {"{}", R"({"why":"abc"})", R"({"why":"two\nlines"})"})
    EXPECT_EQ(world.ask("judge-1", "POST", path, body).status, 400) << body;
  EXPECT_EQ(world.ask("judge-1", "POST", path, R"({"why":")" + std::string(201, 'x') + R"("})").status, 400);
  EXPECT_TRUE(world.bundles.asked.empty());
  EXPECT_EQ(world.ask("judge-1", "POST", path, R"({"why":"사건 심리"})").status, 200)
      << "characters, not bytes";
}

TEST(Tables, AreTakenFromAScreenWithAReasonAndTheRecordNamesWhoIsInThem) {
  CaseWorld world;
  EXPECT_EQ(world.ask("control-1", "POST", "/positions/table", R"({"person_ids":["w-1"]})").status, 400);
  EXPECT_EQ(world.ask("control-1", "POST", "/positions/table", R"({"why":"shift change"})").status, 400);
  world.get("control-1", "POST", "/positions/table", R"({"person_ids":["w-1","p-1"],"why":"shift change"})");
  const v1::AccessDecided recorded = world.submit.logged.back().access_decided();
  EXPECT_EQ(recorded.why(), "shift change");
  EXPECT_EQ(recorded.shown_ids_size(), 2);
}

TEST(Tables, HoldNobodyWhoIsNotTheViewersToSeeAndWhoIsNotThereIsAnsweredAlike) {
  CaseWorld world;
  const auto table = [&](const char* account, const std::string& ids) {
    return world.ask(account, "POST", "/positions/table",
                     R"({"person_ids":[)" + ids + R"(],"why":"hand-over"})");
  };
  EXPECT_EQ(table("officer-lee", R"("w-1")").status, 200) << "his";
  const size_t before = world.submit.logged.size();
  std::set<std::string> answers;
  for (const auto& [account, ids] :
       {std::pair("dispatch-1", R"("w-1")"), std::pair("dispatch-1", R"("nobody")"),
        std::pair("insp-park", R"("p-1")"), std::pair("officer-kang", R"("w-1")"),
        std::pair("officer-lee", R"("w-1","p-1")"), std::pair("control-1", R"("w-1","nobody")")}) {
    const net::Response answer = table(account, ids);
    EXPECT_EQ(answer.status, 403) << account << ids;
    answers.insert(answer.body);
  }
  EXPECT_EQ(answers.size(), 1u);
  for (size_t i = before; i < world.submit.logged.size(); ++i)
    EXPECT_FALSE(world.submit.logged[i].access_decided().allowed())
        << "nobody's ledger says that he was shown";
}

TEST(Bundles, AreMadeOneAtATime) {
  CaseWorld world;
  const std::string path = petitioned(world);
  world.bundles.busy = true;
  const net::Response refused = world.ask("judge-1", "POST", path, kFor);
  EXPECT_EQ(refused.status, 429);
  world.bundles.busy = false;
  EXPECT_EQ(world.ask("judge-1", "POST", path, kFor).status, 200);
}

TEST(Bundles, SayWhyOneCannotBeMade) {
  CaseWorld world;
  const std::string path = petitioned(world);
  EXPECT_EQ(world.ask("judge-1", "POST", path, R"({"why":"hearing","protected_id":"p-2"})").status, 400)
      << "not of this case";
  EXPECT_EQ(world.ask("judge-1", "POST", path, R"({"why":"hearing","from_us":"7","to_us":"7"})").status, 400);
  EXPECT_TRUE(world.bundles.asked.empty());
  world.bundles.made = invalid("from_us", "the file would be over 64 MiB: ask for less time");
  const net::Response refused =
      world.ask("judge-1", "POST", path, R"({"why":"hearing","from_us":"7","to_us":"8"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("ask for less time"), std::string::npos);
  EXPECT_EQ(world.bundles.asked[0].from, Time{7});
  EXPECT_EQ(world.bundles.asked[0].to, Time{8});
}

}  // namespace
}  // namespace haechi::api
