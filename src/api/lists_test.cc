#include "api/lists.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/codes.h"
#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

json::value get(TestWorld& world, Role role, const std::string& path) {
  const net::Response answer = world.ask(role, "GET", path);
  EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
  return json::parse(answer.body);
}

std::vector<std::string> ids(const json::value& list, const char* name, const char* inner = nullptr) {
  std::vector<std::string> out;
  for (const json::value& item : list.at(name).as_array()) {
    out.emplace_back((inner == nullptr ? item : item.at(inner)).at("id").as_string());
  }
  return out;
}

using Ids = std::vector<std::string>;

void register_names(TestWorld& world) {
  const std::map<std::string, std::string> names = {{"W-1", "Hong Gildong"}, {"W-2", "Kim Cheolsu"}};
  for (const auto& [id, name] : names) {
    EXPECT_EQ(world
                  .ask(Role::kRegistrar, "PUT", "/api/v1/persons/" + id,
                       R"({"role":"ROLE_WEARER","record":{"name":")" + name + R"("}})")
                  .status,
              200);
  }
}

TEST(Lists, ShowPersonsPageByPageWithTheirRecord) {
  TestWorld world;
  register_names(world);
  const json::value first = get(world, Role::kControl, "/api/v1/persons?limit=2");
  EXPECT_EQ(ids(first, "persons", "person"), (Ids{"P-1", "W-1"}));
  EXPECT_EQ(first.at("persons").at(1).at("record").at("name").as_string(), "Hong Gildong");
  const std::string next(first.at("next").as_string());
  const json::value rest = get(world, Role::kControl, "/api/v1/persons?limit=2&after=" + next);
  EXPECT_EQ(ids(rest, "persons", "person"), Ids{"W-2"});
  EXPECT_EQ(rest.at("next").as_string(), "");
  EXPECT_EQ(
      ids(get(world, Role::kControl, "/api/v1/persons?role=ROLE_PROTECTED_PERSON"), "persons", "person"),
      Ids{"P-1"});
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/persons?role=WEARER").status, 400);
}

TEST(Lists, ShowEachRoleOnlyThePersonsItIsTiedToAndNameThemInTheRecord) {
  TestWorld world;
  EXPECT_EQ(ids(get(world, Role::kDispatch, "/api/v1/persons"), "persons", "person"), (Ids{"P-1", "W-1"}));
  EXPECT_EQ(ids(get(world, Role::kProbation, "/api/v1/persons"), "persons", "person"), Ids{"W-1"});
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[1].shown_ids(0), "W-1");
}

TEST(Lists, ShowWhatIsKnownOfADeviceAndNeverItsSecret) {
  TestWorld world;
  world.on_loop([&] {
    v1::Fact connected;
    connected.mutable_device_connection_changed()->set_device_id("D-1");
    connected.mutable_device_connection_changed()->set_connected(true);
    world.submit.add(connected, {});
    v1::Fact report;
    v1::ReportReceived& received = *report.mutable_report_received();
    received.set_received_at_us(1'700'000'050'000'000);
    received.mutable_report()->set_device_id("D-1");
    received.mutable_report()->set_battery_percent(17);
    received.mutable_report()->add_events(v1::DEVICE_EVENT_STRAP_CUT);
    world.submit.add(report, {});
  });
  const json::value list = get(world, Role::kControl, "/api/v1/devices?person_id=W-1");
  EXPECT_EQ(ids(list, "devices", "device"), Ids{"D-1"});
  const json::value& health = list.at("devices").at(0).at("health");
  EXPECT_TRUE(health.at("connected").as_bool());
  EXPECT_EQ(health.at("battery_percent").as_int64(), 17);
  EXPECT_EQ(health.at("heard_at_us").as_string(), "1700000050000000");
  EXPECT_EQ(health.at("last_event").as_string(), "DEVICE_EVENT_STRAP_CUT");
  EXPECT_EQ(list.at("devices").at(0).at("device").at("secret_sha256").as_string(), "");
  const auto decisions = world.new_decisions();
  EXPECT_EQ(decisions.back().shown_ids(0), "W-1");
}

TEST(Lists, ShowTheOrdersThatBindHimOrProtectHer) {
  TestWorld world;
  for (const char* person : {"W-1", "P-1"}) {
    EXPECT_EQ(ids(get(world, Role::kControl, std::string("/api/v1/orders?person_id=") + person), "orders"),
              Ids{"O-1"});
  }
  EXPECT_TRUE(ids(get(world, Role::kControl, "/api/v1/orders?person_id=W-2"), "orders").empty());
  EXPECT_EQ(ids(get(world, Role::kControl, "/api/v1/zones"), "zones"), Ids{"Z-1"});
  EXPECT_EQ(ids(get(world, Role::kDispatch, "/api/v1/jurisdictions"), "jurisdictions"), Ids{"J-1"});
  EXPECT_EQ(ids(get(world, Role::kDispatch, "/api/v1/agencies"), "agencies", "agency"), (Ids{"A-1", "A-2"}));
}

TEST(Lists, ShowClosedIncidentsOnlyWhenAsked) {
  TestWorld world;
  world.on_loop([&] {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    auto closed = std::make_shared<v1::Effect>();
    *closed->mutable_close_incident() = *world.picture.alerts().incident("I-1");
    closed->mutable_close_incident()->set_closed_at_us(9);
    world.submit.add(tick, {closed});
  });
  EXPECT_TRUE(ids(get(world, Role::kControl, "/api/v1/incidents"), "incidents").empty());
  EXPECT_EQ(ids(get(world, Role::kControl, "/api/v1/incidents?state=all"), "incidents"), Ids{"I-1"});
}

json::value search_for(TestWorld& world, Role role, const std::string& text) {
  const net::Response answer =
      world.ask(role, "POST", "/api/v1/search", json::serialize(json::object{{"text", text}}));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return json::parse(answer.body);
}

std::vector<std::pair<std::string, std::string>> found(TestWorld& world, Role role, const std::string& text) {
  std::vector<std::pair<std::string, std::string>> out;
  const json::value answer = search_for(world, role, text);
  for (const json::value& hit : answer.at("hits").as_array()) {
    out.emplace_back(hit.at("kind").as_string(), hit.at("id").as_string());
  }
  return out;
}

TEST(Search, FindsByPartOfAnIdInEveryRegisterWithTheExactOneFirst) {
  TestWorld world;
  using Hits = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(found(world, Role::kControl, "w-1"), (Hits{{"person", "W-1"}}));
  EXPECT_EQ(found(world, Role::kControl, "al-"), (Hits{{"alert", "AL-1"}}));
  const Hits ones = found(world, Role::kControl, "-1");
  for (const char* kind : {"person", "device", "order", "unit", "call", "alert", "incident", "agency"}) {
    EXPECT_TRUE(std::any_of(ones.begin(), ones.end(), [&](const auto& hit) { return hit.first == kind; }))
        << kind;
  }
  EXPECT_EQ(found(world, Role::kControl, "22"), (Hits{{"unit", "U-2"}}));
}

TEST(Search, FindsByNameWhereTheViewerMaySeeTheRecord) {
  TestWorld world;
  register_names(world);
  using Hits = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(found(world, Role::kControl, "gildong"), (Hits{{"person", "W-1"}}));
  EXPECT_EQ(found(world, Role::kDispatch, "gildong"), (Hits{{"person", "W-1"}}));
  EXPECT_TRUE(found(world, Role::kDispatch, "cheolsu").empty());
  EXPECT_TRUE(found(world, Role::kProbation, "W-2").empty());
  const json::value by_id = search_for(world, Role::kControl, "W-2");
  EXPECT_EQ(by_id.at("hits").at(0).at("title").as_string(), "Kim Cheolsu");
  for (const v1::Fact& fact : world.logged())
    EXPECT_EQ(fact.SerializeAsString().find("gildong"), std::string::npos) << "a name in the log";
}

TEST(Search, SaysWhatItFindsUnderTheSameKeyAgainOnlyWithARecordAndARightOfItsOwn) {
  TestWorld world;
  const auto post = [&] {
    const net::Response answer =
        world.ask(Role::kControl, "POST", "/api/v1/search", R"({"text":"w-1"})", {{"idempotency-key", "k1"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  };
  const std::string first = post();
  EXPECT_NE(first.find("W-1"), std::string::npos);
  EXPECT_EQ(world.new_decisions().size(), 1u);
  EXPECT_EQ(post(), first);
  EXPECT_EQ(world.new_decisions().size(), 1u);
  world.on_loop([&] {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    auto recused = std::make_shared<v1::Effect>();
    v1::Recused& is_kept_from = *recused->mutable_case_effect()->mutable_update_recusal();
    is_kept_from.set_account("control-1");
    is_kept_from.set_person_id("W-1");
    world.submit.add(tick, {recused});
  });
  EXPECT_EQ(post().find("W-1"), std::string::npos);
}

TEST(Search, TakesTwoToSixtyFourCharactersAndNothingInTheAddress) {
  TestWorld world;
  const auto status = [&](const std::string& text) {
    return world.ask(Role::kControl, "POST", "/api/v1/search", json::serialize(json::object{{"text", text}}))
        .status;
  };
  EXPECT_EQ(status("김이"), 200);
  EXPECT_EQ(status(std::string(64, 'x')), 200);
  for (const std::string& wrong : {std::string("  "), std::string("김"), std::string(65, 'x')})
    EXPECT_EQ(status(wrong), 400) << wrong;
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/search?q=W-2").status, 405);
}

TEST(Vocabulary, OffersWhatHandlingTakes) {
  TestWorld world;
  const json::value codes = get(world, Role::kControl, "/api/v1/vocabulary");
  EXPECT_EQ(codes.at("outcomes").as_array().size(), kOutcomes.size());
  for (const json::value& code : codes.at("shelving_reasons").as_array())
    EXPECT_TRUE(is_one_of(kShelvingReasons, std::string_view(code.as_string())));
  for (const json::value& code : codes.at("dispositions").as_array()) EXPECT_EQ(code.as_string().size(), 2u);
}

}  // namespace
}  // namespace haechi::api
