#include "gateway/osmand.h"

#include <gtest/gtest.h>

#include "net/http.h"

namespace haechi::gateway {
namespace {

constexpr Time kNow{1'790'000'000'000'000};

Result<v1::Report> read(std::string_view query) {
  return read_osmand_form(net::decode_form(query), kNow);
}

TEST(OsmandForm, ReadsTheSampleWithIsoTime) {
  auto report = read(
      "id=902064&lat=42.06288&lon=-88.23412&timestamp=2016-01-27T18%3A55%3A47Z&hdop=6.0&altitude=224.0&speed="
      "10");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->device_id(), "902064");
  EXPECT_EQ(report->fix().place().lat_e7(), 420'628'800);
  EXPECT_EQ(report->fix().place().lng_e7(), -882'341'200);
  EXPECT_EQ(report->fix().fixed_at_us(), 1'453'920'947'000'000);
  EXPECT_EQ(report->fix().altitude_mm(), 224'000);
  EXPECT_EQ(report->fix().speed_mmps(), 5'144u) << "ten knots";
  EXPECT_EQ(report->fix().accuracy_mm(), 0u);
}

TEST(OsmandForm, TakesNothingThatIsSaidTwice) {
  for (const char* query : {"id=1&id=2", "id=1&deviceid=1", "id=1&lat=60&lon=30&lat=61",
                            "id=1&location=60,30&lat=61", "id=1&lat=60&location=60,30", "id=1&key=a&key=b",
                            "id=1&bearing=1&heading=2", "id=1&alarm=sos&alarm=no"})
    EXPECT_EQ(read(query).error().reason, "is given twice") << query;
  EXPECT_TRUE(read("id=1&lat=60&lon=30&wifi=a&wifi=b").ok()) << "nothing here reads it";
}

TEST(OsmandForm, ReadsEveryFormOfTime) {
  const std::pair<const char*, int64_t> samples[] = {
      {"1377177267", 1'377'177'267'000'000},
      {"1377177267123", 1'377'177'267'123'000},
      {"2013-08-22T13:14:27Z", 1'377'177'267'000'000},
      {"2013-08-22+13:14:27", 1'377'177'267'000'000},
      {"2147483648", 2'147'483'648'000'000},
      {"soon", 1},
      {"-5", 1},
      {"1e999", 1},
      {"nan", 1},
      {"", 1},
  };
  for (const auto& [text, expected_us] : samples) {
    auto report = read("id=1&lat=60&lon=30&timestamp=" + std::string(text));
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->fix().fixed_at_us(), expected_us) << text;
  }
  EXPECT_EQ(read("id=1&lat=60&lon=30")->fix().fixed_at_us(), kNow.us);
}

TEST(OsmandForm, ReadsLocationBatteryAlarmsAndMock) {
  auto report = read(
      "deviceid=123456&timestamp=1377177267&location=60.0,30.0&batt=41.6&charge=true&bearing=360"
      "&accuracy=12.5&alarm=lowBattery,sos&mock=true&unknown=1");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->fix().place().lat_e7(), 600'000'000);
  EXPECT_EQ(report->fix().place().lng_e7(), 300'000'000);
  EXPECT_EQ(report->battery_percent(), 42u);
  EXPECT_TRUE(report->charging());
  EXPECT_EQ(report->fix().course_cdeg(), 0u);
  EXPECT_EQ(report->fix().accuracy_mm(), 12'500u);
  EXPECT_TRUE(report->fix().mocked());
  ASSERT_EQ(report->events_size(), 2);
  EXPECT_EQ(report->events(0), v1::DEVICE_EVENT_LOW_BATTERY);
  EXPECT_EQ(report->events(1), v1::DEVICE_EVENT_SOS);
}

TEST(OsmandForm, HasNoFixWithoutAPlaceOrWhenTheDeviceDoubtsIt) {
  auto cells = read("id=123456&timestamp=1377177267&cell=257,02,16,2224&wifi=00-14-22-01-23-45,-80");
  ASSERT_TRUE(cells.ok());
  EXPECT_FALSE(cells->has_fix());
  EXPECT_EQ(cells->sent_at_us(), 1'377'177'267'000'000);
  EXPECT_FALSE(read("id=1&lat=60&lon=30&valid=false")->has_fix());
}

TEST(OsmandForm, NeedsAnId) {
  EXPECT_EQ(read("timestamp=1377177267&lat=60.0&lon=30.0").error().field, "id");
  EXPECT_EQ(read("id=&lat=60.0&lon=30.0").error().field, "id");
}

TEST(OsmandForm, TurnsUnreadablePlacesIntoOnesThatAreRefusedLater) {
  for (const char* place :
       {"lat=abc&lon=30", "lat=nan&lon=30", "lat=inf&lon=30", "lat=1e400&lon=30", "lat=90.1&lon=30", "lon=30",
        "location=60", "lat=60&lon=180.5", "lat=60&lon=540", "lat=60,5&lon=30"}) {
    auto report = read("id=1&" + std::string(place));
    ASSERT_TRUE(report.ok()) << place;
    const v1::Place& read_place = report->fix().place();
    EXPECT_TRUE(read_place.lat_e7() == INT32_MAX || read_place.lng_e7() == INT32_MAX) << place;
  }
  EXPECT_EQ(read("id=1&lat=-0.0&lon=-180")->fix().place().lng_e7(), -1'800'000'000);
}

TEST(OsmandForm, LeavesSenselessDecorationOut) {
  auto report = read("id=1&lat=60&lon=30&speed=-1&bearing=-1&altitude=inf&accuracy=nan&batt=-1");
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->fix().has_speed_mmps());
  EXPECT_FALSE(report->fix().has_course_cdeg());
  EXPECT_FALSE(report->fix().has_altitude_mm());
  EXPECT_FALSE(report->has_battery_percent());
  EXPECT_EQ(report->fix().accuracy_mm(), 0u);
  EXPECT_EQ(read("id=1&lat=60&lon=30&accuracy=1000000000")->fix().accuracy_mm(), 100'000'000u);
}

TEST(OsmandJson, ReadsTheSample) {
  auto reports =
      read_osmand_json(R"({"device_id":"48241179","location":{"timestamp":"2025-06-15T13:45:12.862Z",
    "coords":{"latitude":37.4219983,"longitude":-122.084,"accuracy":5,"speed":2,"heading":-1,"altitude":5},
    "is_moving":false,"odometer":0,"event":"motionchange","mock":true,"battery":{"level":0.5,"is_charging":false},
    "activity":{"type":"still"},"alarm":"sos","extras":{},"_":"&id=48241179"}})");
  ASSERT_TRUE(reports.ok());
  ASSERT_EQ(reports->size(), 1u);
  const v1::Report& report = reports->front();
  EXPECT_EQ(report.device_id(), "48241179");
  EXPECT_EQ(report.fix().place().lat_e7(), 374'219'983);
  EXPECT_EQ(report.fix().place().lng_e7(), -1'220'840'000);
  EXPECT_EQ(report.fix().fixed_at_us(), 1'749'995'112'862'000);
  EXPECT_EQ(report.fix().speed_mmps(), 2'000u) << "metres per second here";
  EXPECT_FALSE(report.fix().has_course_cdeg());
  EXPECT_TRUE(report.fix().mocked());
  EXPECT_EQ(report.battery_percent(), 50u);
  EXPECT_FALSE(report.charging());
  ASSERT_EQ(report.events_size(), 1);
  EXPECT_EQ(report.events(0), v1::DEVICE_EVENT_SOS);
}

TEST(OsmandJson, TakesAnArrayAndKeepsAnAlarmWithoutCoordinates) {
  auto reports = read_osmand_json(R"({"device_id":"1","location":[
    {"timestamp":"2025-06-15T13:45:12Z","coords":{"latitude":1,"longitude":2}},
    {"timestamp":"2025-06-15T13:45:13Z","alarm":"sos","battery":{"level":-1}}]})");
  ASSERT_TRUE(reports.ok());
  ASSERT_EQ(reports->size(), 2u);
  EXPECT_TRUE((*reports)[0].has_fix());
  EXPECT_FALSE((*reports)[1].has_fix());
  EXPECT_FALSE((*reports)[1].has_battery_percent());
  EXPECT_EQ((*reports)[1].events_size(), 1);
}

TEST(OsmandJson, RefusesWhatIsNot) {
  for (const char* body :
       {"", "[]", "null", "{", "{}", R"({"device_id":5,"location":{}})", R"({"device_id":"1"})",
        R"({"device_id":"1","location":[]})", R"({"device_id":"1","location":[7]})",
        R"({"device_id":"\ud800","location":{}})", "{\"device_id\":\"\xff\",\"location\":{}}"}) {
    EXPECT_FALSE(read_osmand_json(body).ok()) << body;
  }
  EXPECT_FALSE(read_osmand_json(std::string(100'000, '[')).ok());
  std::string deep = "{\"device_id\":\"1\",\"location\":{},\"x\":";
  EXPECT_FALSE(read_osmand_json(deep + std::string(100, '[') + std::string(100, ']') + "}").ok());
}

}  // namespace
}  // namespace haechi::gateway
