// Whom a watchdog moves: people find nothing of such a wearer in any list, and registrars can say who is one.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

constexpr int64_t kOpened = 1'700'000'000'000'000;

v1::Fact fact(const std::string& text) {
  v1::Fact out;
  EXPECT_TRUE(read_json(text, out).ok()) << text;
  return out;
}

class SyntheticApiTest : public ::testing::Test {
 protected:
  SyntheticApiTest() {
    EXPECT_EQ(facts(R"({"person_registered":{"id":"DOG","role":"ROLE_WEARER","synthetic":true}})"), 201);
    EXPECT_EQ(facts(R"({"device_registered":{"id":"DOG-D","kind":"DEVICE_KIND_ANKLE","person_id":"DOG"}})"),
              201);
    EXPECT_EQ(facts(order("DOG-O", "DOG", R"({"id":"c","exclusion":{"zone_id":"Z-1"}})")), 201);
    const trust::Viewer watchdog{
        .account = "watchdog", .role = Role::kConnector, .agency_id = "A-9", .wearer_ids = {"DOG"}};
    key_ = *world_.keys->issue(watchdog, Time{});
  }
  static std::string order(const std::string& id, const std::string& wearer, const std::string& condition) {
    return R"({"order_registered":{"id":")" + id +
           R"(","kind":"EM_POST","legal_basis":"a watchdog","wearer_id":")" + wearer +
           R"(","starts_at_us":"1","conditions":[)" + condition + "]}}";
  }
  int facts(const std::string& one) {
    return world_.ask(Role::kRegistrar, "POST", "/api/v1/facts", R"({"facts":[)" + one + "]}").status;
  }
  void bark() {
    auto opened = std::make_shared<v1::Effect>(), raised = std::make_shared<v1::Effect>(),
         called = std::make_shared<v1::Effect>();
    opened->mutable_open_incident()->set_id("DOG-I");
    opened->mutable_open_incident()->set_wearer_id("DOG");
    v1::Alert& alert = *raised->mutable_raise_alert();
    alert.set_id("DOG-A");
    alert.set_incident_id("DOG-I");
    alert.set_wearer_id("DOG");
    alert.set_kind(v1::ALERT_KIND_EXCLUSION);
    alert.set_opened_at_us(kOpened);
    alert.set_synthetic(true);
    called->mutable_open_call()->set_id("DOG-C");
    called->mutable_open_call()->set_incident_id("DOG-I");
    called->mutable_open_call()->set_wearer_id("DOG");
    called->mutable_open_call()->set_agency_id("A-1");
    world_.on_loop([&] {
      world_.submit.add(fact(R"({"report_received":{"report":{"device_id":"DOG-D","seq":"1","fix":{"place":{
          "lat_e7":370000000,"lng_e7":1270000000},"fixed_at_us":"1700000000000000"}},
          "received_at_us":"1700000000000000"}})"),
                        {opened, raised, called});
    });
  }
  std::string got(const std::string& path) { return world_.ask_with_key(key_, "GET", path).body; }

  TestWorld world_;
  std::string key_;
};

TEST_F(SyntheticApiTest, NoPersonsListSearchOrLookUpSaysAnythingOfIt) {
  bark();
  for (const Role role : {Role::kControl, Role::kDispatch, Role::kUnit, Role::kProbation, Role::kPolice}) {
    for (const char* path :
         {"/alerts", "/alerts?state=all", "/alerts/DOG-A", "/alerts/DOG-A/timeline", "/incidents",
          "/incidents/DOG-I", "/calls", "/calls/DOG-C", "/positions", "/positions/DOG", "/tracks/DOG",
          "/persons", "/persons/DOG", "/devices", "/devices/DOG-D", "/orders", "/orders/DOG-O",
          "/playback?from_us=1&to_us=1800000000000000"}) {
      const net::Response answer = world_.ask(role, "GET", std::string("/api/v1") + path);
      EXPECT_EQ(answer.body.find("DOG"), std::string::npos) << trust::role_name(role) << " " << path;
    }
    const net::Response found = world_.ask(role, "POST", "/api/v1/search", R"({"text":"DOG"})");
    EXPECT_EQ(found.body.find("DOG"), std::string::npos) << trust::role_name(role);
  }
}

TEST_F(SyntheticApiTest, ItsWatchdogReadsTheAlertAndNothingElse) {
  bark();
  EXPECT_NE(got("/api/v1/alerts").find("DOG-A"), std::string::npos);
  EXPECT_EQ(got("/api/v1/alerts").find("AL-1"), std::string::npos);
  for (const char* path : {"/positions", "/calls", "/persons", "/units"})
    EXPECT_EQ(world_.ask_with_key(key_, "GET", std::string("/api/v1") + path).status, 403) << path;
}

TEST_F(SyntheticApiTest, TheKeyOfASystemThatNamesARealWearerShowsNothingOfHim) {
  const trust::Viewer curious{
      .account = "cad-2", .role = Role::kConnector, .agency_id = "A-1", .wearer_ids = {"W-1"}};
  key_ = *world_.keys->issue(curious, Time{});
  EXPECT_EQ(got("/api/v1/alerts").find("AL-1"), std::string::npos);
  EXPECT_EQ(world_.ask_with_key(key_, "GET", "/api/v1/alerts/AL-1").status, 403);
}

TEST_F(SyntheticApiTest, StatisticsCountNeitherTheWearerNorTheAlert) {
  const auto counted = [&] {
    json::value all = json::parse(world_.ask(Role::kControl, "GET", "/api/v1/statistics").body);
    all.as_object().erase("entry_no");
    all.as_object().erase("to_us");
    return json::serialize(all);
  };
  const std::string before = counted();
  EXPECT_EQ(before.find("EM_POST"), std::string::npos) << "its order is the only one of that kind";
  bark();
  EXPECT_EQ(counted(), before);
}

TEST_F(SyntheticApiTest, WhatItIsNeverChanges) {
  EXPECT_EQ(facts(R"({"person_registered":{"id":"DOG","role":"ROLE_WEARER"}})"), 409);
  EXPECT_EQ(facts(R"({"person_registered":{"id":"W-1","role":"ROLE_WEARER","synthetic":true}})"), 409);
  EXPECT_EQ(world_.ask(Role::kRegistrar, "PUT", "/api/v1/persons/DOG", R"({"role":"ROLE_WEARER"})").status,
            200);
  EXPECT_TRUE(world_.logged().back().person_registered().synthetic()) << "a PUT does not know the field";
}

TEST_F(SyntheticApiTest, NobodyIsProtectedByItsOrderAndNoProtectedPersonIsOne) {
  EXPECT_EQ(facts(order("DOG-2", "DOG", R"({"id":"c","keep_away":{"protected_id":"P-1"}})")), 400);
  EXPECT_EQ(facts(order("DOG-2", "DOG", R"({"id":"c","no_contact":{"person_id":"W-1"}})")), 400);
  EXPECT_EQ(facts(order("DOG-2", "DOG", R"({"id":"c","exclusion":{"zone_id":"Z-1","protected_id":"P-1"}})")),
            400);
  EXPECT_EQ(facts(R"({"person_registered":{"id":"CAT","role":"ROLE_PROTECTED_PERSON","synthetic":true}})"),
            400);
}

}  // namespace
}  // namespace haechi::api
