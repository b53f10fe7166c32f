#include "tools/track_text.h"

#include <gtest/gtest.h>

namespace haechi::tools {
namespace {

v1::ReportReceived received() {
  v1::ReportReceived out;
  v1::Report& report = *out.mutable_report();
  report.set_device_id("d");
  report.set_epoch(3);
  report.set_seq(18'446'744'073'709'551'615u);
  report.set_stored(true);
  report.set_battery_percent(0);
  v1::Fix& fix = *report.mutable_fix();
  fix.mutable_place()->set_lat_e7(-376'360'001);
  fix.mutable_place()->set_lng_e7(1'272'165'009);
  fix.set_fixed_at_us(1'773'475'202'000'001);
  fix.set_accuracy_mm(8'001);
  fix.set_source(v1::FIX_SOURCE_WIFI);
  fix.set_speed_mmps(0);
  fix.set_course_cdeg(35'999);
  fix.set_altitude_mm(-1'250);
  fix.set_mocked(true);
  out.set_received_at_us(1'773'475'203'999'999);
  out.set_conflicting(true);
  out.set_protocol("import");
  return out;
}

TEST(TrackText, WritesWholeUnitsAsDecimalsExactly) {
  EXPECT_EQ(decimal(0, 3), "0.000");
  EXPECT_EQ(decimal(-5, 3), "-0.005");
  EXPECT_EQ(decimal(1'234, 3), "1.234");
  EXPECT_EQ(decimal(-1'800'000'000, 7), "-180.0000000");
  EXPECT_EQ(decimal(7, 0), "7");
}

TEST(TrackText, WritesEveryMicrosecondOfATime) {
  EXPECT_EQ(iso8601_us(Time{1'773'475'202'000'001}), "2026-03-14T08:00:02.000001Z");
  EXPECT_EQ(iso8601_us(Time{}), "");
}

TEST(TrackText, ReadsBackARowOfItsOwnCsvToTheLastUnit) {
  const auto columns = TrackColumns::read(kTrackColumns, "");
  ASSERT_TRUE(columns.ok()) << columns.error().text();
  const auto row = columns->row(track_csv("w", received()));
  ASSERT_TRUE(row.ok()) << row.error().text();
  EXPECT_EQ(row->SerializeAsString(), received().SerializeAsString());
}

TEST(TrackText, ReadsBackItsOwnGpxButForWhatGpxDoesNotTell) {
  const std::string text = gpx_head("w") + kGpxSegment + gpx_point(received()) + kGpxSegmentEnd + kGpxEnd;
  const auto rows = read_gpx(text, "d");
  ASSERT_TRUE(rows.ok()) << rows.error().text();
  ASSERT_EQ(rows->size(), 1u);
  ASSERT_TRUE(rows->front().received.ok()) << rows->front().received.error().text();
  v1::ReportReceived wanted = received();
  wanted.mutable_report()->clear_epoch();
  wanted.mutable_report()->clear_seq();
  wanted.mutable_report()->clear_battery_percent();
  EXPECT_EQ(rows->front().received->SerializeAsString(), wanted.SerializeAsString());
}

TEST(TrackText, ReadsBackItsOwnFeatures) {
  const auto rows = read_track_features(R"({"features":[)" + track_feature(received()) + "]}", "another");
  ASSERT_TRUE(rows.ok()) << rows.error().text();
  ASSERT_TRUE(rows->front().received.ok()) << rows->front().received.error().text();
  const v1::Report& report = rows->front().received->report();
  EXPECT_EQ(report.device_id(), "another") << "the device is for whoever imports to say";
  EXPECT_EQ(report.fix().SerializeAsString(), received().report().fix().SerializeAsString());
}

TEST(TrackText, RefusesColumnsThatMeanNothingToIt) {
  EXPECT_FALSE(TrackColumns::read("device_id,fixed_at,lat,lng,latt", "").ok());
  EXPECT_FALSE(TrackColumns::read("device_id,fixed_at,lat,lng,lat", "").ok());
  EXPECT_FALSE(TrackColumns::read("device_id,lat,lng", "").ok());
  EXPECT_FALSE(TrackColumns::read("fixed_at,lat,lng", "").ok());
  EXPECT_TRUE(TrackColumns::read("fixed_at,lat,lng", "d").ok());
}

TEST(TrackText, NamesTheCellThatIsWrong) {
  const auto columns = TrackColumns::read("fixed_at,lat,lng,accuracy_m,mocked\r", "d");
  ASSERT_TRUE(columns.ok());
  const auto field = [&](const std::string& line) {
    const auto row = columns->row(line);
    return row.ok() ? "good" : row.error().field;
  };
  EXPECT_EQ(field("2026-03-14T08:00:00Z,37.5,127,8,false"), "good");
  EXPECT_EQ(field("\"2026-03-14T08:00:00Z\",37.5,127,,\r"), "good");
  EXPECT_EQ(field("yesterday,37.5,127,8,false"), "fixed_at");
  EXPECT_EQ(field("2026-03-14T08:00:00Z,91,127,8,false"), "lat");
  EXPECT_EQ(field("2026-03-14T08:00:00Z,nan,127,8,false"), "lat");
  EXPECT_EQ(field("2026-03-14T08:00:00Z,37.5,,8,false"), "lng");
  EXPECT_EQ(field("2026-03-14T08:00:00Z,37.5,127,-8,false"), "accuracy_m");
  EXPECT_EQ(field("2026-03-14T08:00:00Z,37.5,127,8,maybe"), "mocked");
  EXPECT_NE(field("2026-03-14T08:00:00Z,37.5,127,8"), "good");
  EXPECT_NE(field("\"2026-03-14T08:00:00Z,37.5,127,8,false"), "good");
}

TEST(TrackText, SaysWhereAGpxFileIsBroken) {
  EXPECT_FALSE(read_gpx("", "d").ok());
  EXPECT_FALSE(read_gpx("<kml/>", "d").ok());
  EXPECT_FALSE(read_gpx("<gpx></gpx>", "d").ok());
  const auto broken = read_gpx("<gpx>\n<trk>\n</gpx>", "d");
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().field, "line 3");
}

TEST(TrackText, RefusesALineOfPlacesWithoutATimeForEach) {
  const auto rows = read_track_features(
      R"({"features":[{"geometry":{"type":"LineString","coordinates":[[127,37],[127,38]]},)"
      R"("properties":{"coordTimes":["2026-03-14T08:00:00Z"]}},7,)"
      R"({"geometry":{"type":"Polygon","coordinates":[]}}]})",
      "d");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 3u);
  for (const TrackRow& row : *rows) EXPECT_FALSE(row.received.ok());
  EXPECT_EQ(rows->back().line, 3u);
}

}  // namespace
}  // namespace haechi::tools
