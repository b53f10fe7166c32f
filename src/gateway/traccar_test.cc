#include "gateway/traccar.h"

#include <gtest/gtest.h>

namespace haechi::gateway {
namespace {

const std::string kDevice =
    R"("device":{"id":10,"attributes":{},"groupId":0,"calendarId":0,"name":"wearer 10",
  "uniqueId":"356823031235028","status":"online","positionId":12345,"phone":null,"disabled":false})";

std::string position(const std::string& attributes, const std::string& valid = "true") {
  return R"("position":{"id":0,"attributes":)" + attributes + R"(,"deviceId":10,"protocol":"r16h",
    "serverTime":"2026-08-21T16:18:51.000+00:00","deviceTime":"2026-08-21T16:18:49.000+00:00",
    "fixTime":"2026-08-21T16:18:48.000+00:00","valid":)" +
         valid + R"(,"latitude":37.6361,"longitude":127.2165,"altitude":36.0,
    "speed":2.0,"course":111.0,"address":null,"accuracy":0.0,"network":null,"geofenceIds":[4],"outdated":false})";
}

TEST(TraccarPosition, ReadsTheSample) {
  auto report = read_traccar_position(
      "{" + position(R"({"batteryLevel":72,"strapLocked":true,"distance":0.0,"motion":false})") + "," +
      kDevice + "}");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->device_id(), "356823031235028");
  EXPECT_EQ(report->fix().place().lat_e7(), 376'361'000);
  EXPECT_EQ(report->fix().place().lng_e7(), 1'272'165'000);
  EXPECT_EQ(report->fix().fixed_at_us(), 1'787'329'128'000'000);
  EXPECT_EQ(report->sent_at_us(), 1'787'329'129'000'000);
  EXPECT_EQ(report->fix().speed_mmps(), 1'029u) << "two knots";
  EXPECT_EQ(report->fix().course_cdeg(), 11'100u);
  EXPECT_EQ(report->fix().accuracy_mm(), 0u);
  EXPECT_EQ(report->battery_percent(), 72u);
  EXPECT_EQ(report->events_size(), 0) << "a locked strap is no event";
  EXPECT_FALSE(report->stored());
}

TEST(TraccarPosition, ReadsAlarmsStrapAndArchive) {
  auto report = read_traccar_position(
      "{" + position(R"({"alarm":"lowBattery,removing","strapLocked":false,"archive":true})") + "," +
      kDevice + "}");
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->events_size(), 2);
  EXPECT_EQ(report->events(0), v1::DEVICE_EVENT_LOW_BATTERY);
  EXPECT_EQ(report->events(1), v1::DEVICE_EVENT_STRAP_CUT);
  EXPECT_TRUE(report->stored());
}

TEST(TraccarPosition, HasNoFixWhenTraccarRepeatsAnOldPlace) {
  auto report = read_traccar_position("{" + position("{}", "false") + "," + kDevice + "}");
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->has_fix());
}

TEST(TraccarPosition, RefusesWhatIsNot) {
  for (const std::string& body :
       {std::string("{}"), "{" + kDevice + "}", "{" + position("{}") + "}",
        "{" + position("{}") + R"(,"device":{"uniqueId":5}})", std::string("[1]")}) {
    EXPECT_FALSE(read_traccar_position(body).ok()) << body;
  }
}

std::string event(const std::string& type, const std::string& attributes = "{}") {
  return R"("event":{"id":500,"attributes":)" + attributes + R"(,"deviceId":10,"type":")" + type +
         R"(","eventTime":"2026-08-21T16:18:48.000+00:00","positionId":12346,"geofenceId":0,"maintenanceId":0})";
}

TEST(TraccarEvent, BringsAnAlarmWithAndWithoutPosition) {
  auto with = read_traccar_event("{" + event("alarm", R"({"alarm":"sos"})") + "," +
                                 position(R"({"alarm":"sos"})") + "," + kDevice + "}");
  ASSERT_TRUE(with.ok());
  ASSERT_TRUE(with->report.has_value());
  EXPECT_TRUE(with->report->has_fix());
  EXPECT_EQ(with->report->events_size(), 1);
  auto without = read_traccar_event("{" + event("alarm", R"({"alarm":"sos"})") + "," + kDevice + "}");
  ASSERT_TRUE(without.ok());
  ASSERT_TRUE(without->report.has_value());
  EXPECT_FALSE(without->report->has_fix());
  EXPECT_EQ(without->report->sent_at_us(), 1'787'329'128'000'000);
  EXPECT_EQ(without->report->device_id(), "356823031235028");
}

TEST(TraccarEvent, BringsTheConnectionAndIgnoresTheRest) {
  EXPECT_EQ(read_traccar_event("{" + event("deviceOnline") + "," + kDevice + "}")->connected, true);
  EXPECT_EQ(read_traccar_event("{" + event("deviceOffline") + "," + kDevice + "}")->connected, false);
  for (const char* type : {"geofenceEnter", "deviceMoving", "proximityEnter", "of the future"}) {
    auto told = read_traccar_event("{" + event(type) + "," + position("{}") + "," + kDevice + "}");
    ASSERT_TRUE(told.ok()) << type;
    EXPECT_FALSE(told->report.has_value()) << type;
    EXPECT_FALSE(told->connected.has_value()) << type;
  }
  EXPECT_FALSE(
      read_traccar_event("{" + event("alarm", R"({"alarm":"vibration"})") + "," + kDevice + "}")->report);
}

}  // namespace
}  // namespace haechi::gateway
