#include "api/bundles.h"

#include "api/case_world.h"

namespace haechi::api {
namespace {

std::string petitioned(CaseWorld& world) {
  world.clock.set(Time{1'810'000'000'000'000});  // 2027-05-11
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  world.step("insp-park", "m-1", "PETITION", R"(,"court_id":"court-1")");
  return "/cases/c-1/bundle";
}

TEST(Bundles, AreForTheCourtBeforeWhichItLiesAndTheOfficerWhoSupervisesHim) {
  CaseWorld world;
  const std::string path = petitioned(world);
  world.get("control-1", "PUT", "/persons/s-77/supervisor", R"({"officer":"officer-kang"})");
  for (const char* account : {"judge-1", "officer-kang"}) {
    const net::Response given = world.ask(account, "GET", path);
    EXPECT_EQ(given.status, 200) << account << given.body;
    EXPECT_EQ(given.content_type, "application/x-ndjson");
    EXPECT_EQ(given.body, "{\"bundle\":{}}\n");
    const v1::AccessDecided& recorded = world.submit.logged.back().access_decided();
    EXPECT_EQ(recorded.action(), "take_evidence");
    EXPECT_EQ(std::vector<std::string>(recorded.shown_ids().begin(), recorded.shown_ids().end()),
              (std::vector<std::string>{"s-77", "p-1"}));
  }
  for (const char* account : {"judge-2", "officer-lee", "insp-park", "insp-choi", "control-1", "her"})
    EXPECT_EQ(world.ask(account, "GET", path).status, 403) << account;
  EXPECT_EQ(world.bundles.asked.size(), 2u);
  EXPECT_EQ(world.bundles.asked[0].worn_as, (std::set<std::string>{"s-77"}));
  EXPECT_EQ(world.bundles.asked[0].protected_id, "p-1");
}

TEST(Bundles, AreMadeOneAtATime) {
  CaseWorld world;
  const std::string path = petitioned(world);
  world.bundles.busy = true;
  const net::Response refused = world.ask("judge-1", "GET", path);
  EXPECT_EQ(refused.status, 429);
  world.bundles.busy = false;
  EXPECT_EQ(world.ask("judge-1", "GET", path).status, 200);
}

TEST(Bundles, SayWhyOneCannotBeMade) {
  CaseWorld world;
  const std::string path = petitioned(world);
  EXPECT_EQ(world.ask("judge-1", "GET", path + "?protected_id=p-2").status, 400) << "not of this case";
  EXPECT_EQ(world.ask("judge-1", "GET", path + "?from_us=7").status, 400);
  EXPECT_TRUE(world.bundles.asked.empty());
  world.bundles.made = invalid("from_us", "the file would be over 64 MiB: ask for less time");
  const net::Response refused = world.ask("judge-1", "GET", path + "?from_us=7&to_us=8");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("ask for less time"), std::string::npos);
  EXPECT_EQ(world.bundles.asked[0].from, Time{7});
  EXPECT_EQ(world.bundles.asked[0].to, Time{8});
}

}  // namespace
}  // namespace haechi::api
