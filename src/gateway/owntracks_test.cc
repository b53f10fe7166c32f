#include "gateway/owntracks.h"

#include <gtest/gtest.h>

namespace haechi::gateway {
namespace {

TEST(Owntracks, ReadsTheSampleLocation) {
  auto reports = read_owntracks(
      R"({"_type":"location","lat":37.6361,"lon":127.2165,"tst":1787368455,"acc":8,"alt":43,"vac":4,"vel":36,
       "cog":187,"batt":81,"bs":1,"conn":"m","t":"t","m":2,"tid":"v9","inregions":["home"],"p":101.3,
       "created_at":1787368457,"topic":"owntracks/kim/phone","_id":"x"})",
      "P-1");
  ASSERT_TRUE(reports.ok());
  ASSERT_EQ(reports->size(), 1u);
  const v1::Report& report = reports->front();
  EXPECT_EQ(report.device_id(), "P-1");
  EXPECT_EQ(report.fix().place().lat_e7(), 376'361'000);
  EXPECT_EQ(report.fix().place().lng_e7(), 1'272'165'000);
  EXPECT_EQ(report.fix().fixed_at_us(), 1'787'368'455'000'000);
  EXPECT_EQ(report.sent_at_us(), 1'787'368'457'000'000);
  EXPECT_EQ(report.fix().accuracy_mm(), 8'000u);
  EXPECT_EQ(report.fix().altitude_mm(), 43'000);
  EXPECT_EQ(report.fix().speed_mmps(), 10'000u) << "36 km/h";
  EXPECT_EQ(report.fix().course_cdeg(), 18'700u);
  EXPECT_EQ(report.battery_percent(), 81u);
  EXPECT_TRUE(report.has_charging());
  EXPECT_FALSE(report.charging());
}

TEST(Owntracks, IgnoresEveryOtherKindOfMessage) {
  for (const char* body :
       {"",
        R"({"_type":"transition","event":"enter","tst":1787368455,"lat":37.63,"lon":127.21,"desc":"home"})",
        R"({"_type":"waypoint","desc":"home","lat":1,"lon":2,"rad":150,"tst":1787000000})",
        R"({"_type":"lwt","tst":1787360000})", R"({"_type":"status"})", R"({"_type":"of the future"})"}) {
    auto reports = read_owntracks(body, "P-1");
    ASSERT_TRUE(reports.ok()) << body;
    EXPECT_TRUE(reports->empty()) << body;
  }
}

TEST(Owntracks, RefusesWhatItCannotRead) {
  EXPECT_EQ(read_owntracks(R"({"_type":"encrypted","data":"AAAA"})", "P-1").error().code, Code::kForbidden);
  for (const char* body : {" ", "x", "[]", "{}", R"({"_type":7})"}) {
    EXPECT_EQ(read_owntracks(body, "P-1").error().code, Code::kInvalid) << body;
  }
}

TEST(Owntracks, TurnsMissingValuesIntoOnesThatAreRefusedLater) {
  auto reports = read_owntracks(R"({"_type":"location","lat":"37","tst":1e400})", "P-1");
  ASSERT_TRUE(reports.ok());
  EXPECT_EQ(reports->front().fix().place().lat_e7(), INT32_MAX);
  EXPECT_EQ(reports->front().fix().place().lng_e7(), INT32_MAX);
  EXPECT_EQ(reports->front().fix().fixed_at_us(), 1);
}

}  // namespace
}  // namespace haechi::gateway
