#include "api/own.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

constexpr const char* kFix =
    R"("fix":{"place":{"lat_e7":374000000,"lng_e7":1274000000},"fixed_at_us":"1700000099000000",
       "accuracy_mm":12000,"speed_mmps":1400,"course_cdeg":9000})";

std::vector<v1::ReportReceived> reports(TestWorld& world) {
  std::vector<v1::ReportReceived> out;
  for (const v1::Fact& fact : world.logged()) {
    if (fact.report_received().protocol() == "app") out.push_back(fact.report_received());
  }
  return out;
}

net::Response press(TestWorld& world, const std::string& body) {
  return world.ask(Role::kProtectedPerson, "POST", "/api/v1/me/sos", body);
}

TEST(OwnPosition, BecomesAReportOfHerRegisteredPhone) {
  TestWorld world;
  const net::Response answer = world.ask(Role::kProtectedPerson, "POST", "/api/v1/me/position",
                                         std::string("{") + kFix + R"(,"battery_percent":41,"charging":true,
                    "health":{"location_off":false,"notifications_off":true}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto all = reports(world);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].report().device_id(), "D-3");
  EXPECT_EQ(all[0].report().seq(), 0u);
  EXPECT_EQ(all[0].report().fix().accuracy_mm(), 12000u);
  EXPECT_EQ(all[0].report().battery_percent(), 41u);
  EXPECT_TRUE(all[0].health().notifications_off());
  EXPECT_EQ(all[0].received_at_us(), world.clock.now().us);
  EXPECT_EQ(world.picture.device_book().health("D-3").phone().notifications_off(), true);
}

TEST(OwnPosition, IsTakenWithoutAPlaceSoThatAPhoneIsHeard) {
  TestWorld world;
  EXPECT_EQ(world
                .ask(Role::kProtectedPerson, "POST", "/api/v1/me/position",
                     R"({"battery_percent":9,"health":{"location_off":true}})")
                .status,
            200);
  EXPECT_FALSE(reports(world).at(0).report().has_fix());
}

TEST(OwnPosition, NamesWhatIsWrongWithAFix) {
  TestWorld world;
  const auto field = [&](const char* fix) {
    const net::Response answer = world.ask(Role::kProtectedPerson, "POST", "/api/v1/me/position",
                                           std::string(R"({"fix":)") + fix + "}");
    EXPECT_EQ(answer.status, 400) << fix;
    return std::string(json::parse(answer.body).at("field").as_string());
  };
  EXPECT_EQ(field(R"({"fixed_at_us":"1700000099000000"})"), "fix.place");
  EXPECT_EQ(field(R"({"place":{},"fixed_at_us":"1700000099000000"})"), "fix.place");
  EXPECT_EQ(field(R"({"place":{"lat_e7":910000000,"lng_e7":1},"fixed_at_us":"1700000099000000"})"),
            "fix.place");
  EXPECT_EQ(field(R"({"place":{"lat_e7":1,"lng_e7":1},"fixed_at_us":"5"})"), "fix.fixed_at_us");
  EXPECT_TRUE(reports(world).empty());
}

TEST(OwnPosition, SaysWhenNoDeviceIsRegistered) {
  TestWorld world;
  const net::Response answer = world.ask(Role::kUnit, "POST", "/api/v1/me/position", "{}");
  EXPECT_EQ(answer.status, 409);
  EXPECT_NE(answer.body.find("no device is registered for this unit"), std::string::npos);
  world.on_loop([&] {
    v1::Fact car;
    car.mutable_device_registered()->set_id("D-car");
    car.mutable_device_registered()->set_kind(v1::DEVICE_KIND_VEHICLE);
    car.mutable_device_registered()->set_unit_id("U-1");
    world.submit.add(car, {});
  });
  EXPECT_EQ(world.ask(Role::kUnit, "POST", "/api/v1/me/position", std::string("{") + kFix + "}").status, 200);
  EXPECT_EQ(reports(world).at(0).report().device_id(), "D-car");
}

TEST(OwnPosition, LeavesNoAccessRecordForEachReport) {
  TestWorld world;
  world.ask(Role::kProtectedPerson, "POST", "/api/v1/me/position", "{}");
  EXPECT_TRUE(world.new_decisions().empty());
  EXPECT_EQ(world.ask(Role::kControl, "POST", "/api/v1/me/position", "{}").status, 403);
  EXPECT_EQ(world.new_decisions().size(), 1u);
}

TEST(Sos, RingsOnceForOneIdAcrossRepeats) {
  TestWorld world;
  const std::string body = std::string(R"({"id":"press-0001","silent":true,)") + kFix + "}";
  const net::Response first = press(world, body);
  ASSERT_EQ(first.status, 200) << first.body;
  const auto all = reports(world);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].report().events(0), v1::DEVICE_EVENT_SOS);
  EXPECT_EQ(all[0].client_id(), "press-0001");
  EXPECT_TRUE(all[0].silent());
  EXPECT_TRUE(all[0].report().has_fix());
  world.clock.advance(Duration::seconds(60));
  const net::Response again = press(world, body);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(reports(world).size(), 1u);
  EXPECT_EQ(press(world, R"({"id":"press-0002"})").status, 200);
  EXPECT_EQ(reports(world).size(), 2u);
}

TEST(Sos, IsTakenWithoutAPlaceThatCannotBeRightWhichIsCounted) {
  TestWorld world;
  int n = 0;
  for (const char* fix : {R"({"place":{"lat_e7":910000000,"lng_e7":1},"fixed_at_us":"1700000099000000"})",
                          R"({"place":{"lat_e7":37.5,"lng_e7":"x"}})", R"({"nonsense":true})", R"("here")",
                          R"({"place":{"lat_e7":1,"lng_e7":1},"fixed_at_us":"-4"})"}) {
    const net::Response answer =
        press(world, R"({"id":"press-)" + std::to_string(1000 + ++n) + R"(","fix":)" + fix + "}");
    ASSERT_EQ(answer.status, 200) << fix << answer.body;
    EXPECT_NE(json::parse(answer.body).at("fix_refused").as_string(), "") << fix;
  }
  const auto all = reports(world);
  ASSERT_EQ(all.size(), 5u);
  for (const v1::ReportReceived& one : all) EXPECT_FALSE(one.report().has_fix());
  size_t counted = 0;
  for (const v1::Fact& fact : world.logged()) counted += fact.has_input_rejected() ? 1 : 0;
  EXPECT_EQ(counted, 5u);
}

TEST(Sos, IsTakenWithABatteryThatCannotBeRight) {
  TestWorld world;
  EXPECT_EQ(press(world, R"({"id":"press-0001","battery_percent":130})").status, 200);
  EXPECT_EQ(press(world, R"({"id":"press-0002","battery_percent":"full"})").status, 200);
  EXPECT_EQ(reports(world).size(), 2u);
}

TEST(Sos, WorksWhenNoOrderIsInForceAndNothingIsShownToHer) {
  TestWorld world;
  world.on_loop([&] {
    v1::Fact withdrawn;
    *withdrawn.mutable_order_registered() = world.picture.orders().at("O-1");
    withdrawn.mutable_order_registered()->set_version(2);
    withdrawn.mutable_order_registered()->set_withdrawn(true);
    world.submit.add(withdrawn, {});
  });
  EXPECT_EQ(press(world, R"({"id":"press-0001"})").status, 200);
}

TEST(Sos, RemembersWhenItWasPressedOffline) {
  TestWorld world;
  const int64_t pressed = world.clock.now().us - 90'000'000;
  EXPECT_EQ(
      press(world, R"({"id":"press-0001","pressed_at_us":")" + std::to_string(pressed) + R"("})").status,
      200);
  EXPECT_EQ(press(world, R"({"id":"press-0002","pressed_at_us":"99999999999999999"})").status, 200);
  const auto all = reports(world);
  EXPECT_EQ(all.at(0).report().sent_at_us(), pressed);
  EXPECT_TRUE(all.at(0).report().stored());
  EXPECT_EQ(all.at(1).report().sent_at_us(), world.clock.now().us);
}

TEST(Sos, NeedsAnIdAndNoRegisteredPhone) {
  TestWorld world;
  EXPECT_EQ(press(world, "{}").status, 400);
  EXPECT_EQ(press(world, R"({"id":"short"})").status, 400);
  world.on_loop([&] {
    v1::Fact retired;
    *retired.mutable_device_registered() = world.picture.devices().at("D-3");
    retired.mutable_device_registered()->set_retired(true);
    world.submit.add(retired, {});
  });
  const size_t before = world.logged().size();
  EXPECT_EQ(press(world, R"({"id":"press-0001"})").status, 200);
  EXPECT_EQ(press(world, R"({"id":"press-0002"})").status, 200);
  int registered = 0;
  std::vector<std::string> devices;
  const auto logged = world.logged();
  for (size_t i = before; i < logged.size(); ++i) {
    registered += logged[i].has_device_registered() ? 1 : 0;
    if (logged[i].has_device_registered()) {
      EXPECT_EQ(logged[i].device_registered().person_id(), "P-1");
    }
    if (logged[i].has_report_received()) devices.push_back(logged[i].report_received().report().device_id());
  }
  EXPECT_EQ(registered, 1) << "the app that she holds, with the first press";
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0], devices[1]);
}

}  // namespace
}  // namespace haechi::api
