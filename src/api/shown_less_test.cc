// What is shown of a place and of a number to who need not know more.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

std::string problem_field(const net::Response& response) {
  return std::string(json::parse(response.body).at("field").as_string());
}

TEST(ShownLess, IsTheEndOfATelephoneNumberUntilSomebodyAsksForAllOfItWhichIsRecorded) {
  TestWorld world;
  const auto put = [&](const std::string& id, const std::string& phone) {
    return world.ask(Role::kRegistrar, "PUT", "/api/v1/persons/" + id,
                     R"({"role":"ROLE_WEARER","record":{"name":"Hong","phone":")" + phone + R"("}})");
  };
  ASSERT_EQ(put("W-9", "010-1234-5678").status, 201);
  ASSERT_EQ(put("W-8", "+82 112").status, 201);
  const auto got = [&](Role role, const std::string& path) {
    return world.ask(role, "GET", "/api/v1/" + path).body;
  };
  const auto has = [](const std::string& body, const char* text) {
    return body.find(text) != std::string::npos;
  };
  for (const std::string& body : {got(Role::kControl, "persons/W-9"), got(Role::kControl, "persons"),
                                  got(Role::kRegistrar, "persons")}) {
    EXPECT_TRUE(has(body, "…5678")) << body;
    EXPECT_FALSE(has(body, "1234")) << body;
  }
  EXPECT_TRUE(has(got(Role::kControl, "persons/W-8"), "\"phone\":\"…\"")) << "of a short one nothing";
  (void)world.new_decisions();
  EXPECT_TRUE(has(got(Role::kControl, "persons/W-9?show=phone"), "010-1234-5678"));
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_THAT(decisions[0].shown_ids(), testing::ElementsAre("W-9", "W-9#phone"));
  EXPECT_EQ(problem_field(world.ask(Role::kControl, "GET", "/api/v1/persons/W-9?show=all")), "show");
  EXPECT_TRUE(has(got(Role::kRegistrar, "persons/W-9"), "010-1234-5678")) << "who keeps it writes it back";
  EXPECT_EQ(problem_field(put("W-9", "…5678")), "record.phone");
}

// An agency that was only informed asks again and again, while its own car drives round him.
TEST(ShownLess, TellsAnInformedAgencyOneRoughPlaceHoweverOftenAndFromWhereverItAsks) {
  TestWorld world;
  std::string key;
  world.on_loop([&] {
    key = *world.keys->issue({.account = "dispatch-2", .role = Role::kDispatch, .agency_id = "A-2"}, Time{});
    v1::Effect told;
    told.mutable_update_hand_off()->set_id("H-2");
    told.mutable_update_hand_off()->set_incident_id("I-1");
    told.mutable_update_hand_off()->set_agency_id("A-2");
    told.mutable_update_hand_off()->set_informative(true);
    v1::Fact car;
    car.mutable_device_registered()->set_id("D-car");
    car.mutable_device_registered()->set_unit_id("U-2");
    world.submit.add(car, {std::make_shared<const v1::Effect>(told)});
  });
  std::set<std::pair<int64_t, int64_t>> told;
  for (int i = 0; i < 2'500; ++i) {
    world.on_loop([&] {
      v1::Fact moved;
      v1::Report& report = *moved.mutable_report_received()->mutable_report();
      report.set_device_id("D-car");
      report.set_seq(static_cast<uint64_t>(i) + 1);
      report.mutable_fix()->set_fixed_at_us(world.clock.now().us);
      report.mutable_fix()->mutable_place()->set_lat_e7(371'000'000 + 97 * i);
      report.mutable_fix()->mutable_place()->set_lng_e7(1'271'000'000 - 83 * i);
      moved.mutable_report_received()->set_received_at_us(world.clock.now().us);
      world.submit.add(moved, {});
      world.clock.advance(Duration::seconds(1));
    });
    for (const std::string path : {"positions/W-1", "positions/P-1", "alerts", "alerts/AL-1"}) {
      const net::Response answer = world.ask_with_key(key, "GET", "/api/v1/" + path);
      ASSERT_EQ(answer.status, 200) << path << answer.body;
      ASSERT_EQ(answer.body.find("371234567"), std::string::npos) << path << answer.body;
      for (size_t at = 0; (at = answer.body.find("\"lat_e7\":", at)) != std::string::npos; ++at) {
        const size_t lng = answer.body.find("\"lng_e7\":", at);
        told.emplace(std::stoll(answer.body.substr(at + 9)), std::stoll(answer.body.substr(lng + 9)));
      }
    }
  }
  EXPECT_EQ(told.size(), 2u) << "one of his, one of hers";
}

}  // namespace
}  // namespace haechi::api
