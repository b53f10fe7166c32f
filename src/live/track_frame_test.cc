#include "live/track_frame.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "live/frame_reader.h"

namespace haechi::live {
namespace {

namespace bj = boost::json;

constexpr Time kNow{1'795'305'600'123'999};

bj::object vector_file() {
  std::ifstream file(std::string(HAECHI_SOURCE_DIR) + "/tests/vectors/tracks_v1.json");
  std::stringstream text;
  text << file.rdbuf();
  return bj::parse(text.str()).as_object();
}

std::string hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) {
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

int64_t ago(int64_t ms) {
  return (kNow.us / 1000 - ms) * 1000;
}

v1::LivePosition position(int32_t lat_e7, int32_t lng_e7, int64_t fixed_us, int64_t heard_us) {
  v1::LivePosition out;
  out.mutable_fix()->mutable_place()->set_lat_e7(lat_e7);
  out.mutable_fix()->mutable_place()->set_lng_e7(lng_e7);
  out.mutable_fix()->set_fixed_at_us(fixed_us);
  out.set_heard_at_us(heard_us);
  return out;
}

// A wearer on foot; someone seen only coarsely, with nothing else known; a unit whose device exaggerates.
std::string the_frame() {
  v1::LivePosition wearer = position(375'665'001, 1'269'780'002, ago(2'300), ago(1'300));
  wearer.mutable_fix()->set_accuracy_mm(11'400);
  wearer.mutable_fix()->set_course_cdeg(27'049);
  wearer.mutable_fix()->set_speed_mmps(1'499);
  wearer.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
  wearer.set_stale_after_s(45);
  wearer.set_battery_percent(83);
  wearer.set_charging(true);

  v1::LivePosition far = position(-338'600'000, -1'512'000'000, 0, ago(0));
  far.mutable_fix()->set_accuracy_mm(1'500'000);
  far.mutable_fix()->set_source(v1::FIX_SOURCE_CELL);
  far.set_stale_after_s(180);
  far.set_stored(true);

  v1::LivePosition unit = position(0, -1, ago(-5'000), ago(86'400'000));
  unit.mutable_fix()->set_accuracy_mm(4'000'000'000);
  unit.mutable_fix()->set_course_cdeg(35'999);
  unit.mutable_fix()->set_speed_mmps(4'000'000'000);
  unit.mutable_fix()->set_source(v1::FIX_SOURCE_BEACON);
  unit.mutable_fix()->set_mocked(true);
  unit.set_stale_after_s(100'000);
  unit.set_battery_percent(0);
  unit.set_charging(false);

  std::string out;
  append_frame_header(out, 3, kNow);
  append_frame_record(out, 7, wearer, false, kNow);
  append_frame_record(out, 70'000, far, true, kNow);
  append_frame_record(out, 9, unit, false, kNow);
  return out;
}

TEST(TrackFrame, IsByteForByteTheVectorThatOtherReadersAreTestedWith) {
  EXPECT_EQ(hex(the_frame()), std::string(vector_file().at("hex").as_string()));
}

TEST(TrackFrame, SaysWhatTheVectorExpects) {
  const bj::object expected = vector_file().at("expected").as_object();
  const auto frame = read_frame(the_frame());
  ASSERT_TRUE(frame);
  EXPECT_EQ(static_cast<int64_t>(frame->server_time_ms), expected.at("server_time_ms").as_int64());
  const bj::array& records = expected.at("records").as_array();
  ASSERT_EQ(frame->records.size(), records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    const auto want = [&](const char* name) { return records[i].at(name).as_int64(); };
    const FrameRecord& record = frame->records[i];
    EXPECT_EQ(record.index, want("index"));
    EXPECT_EQ(record.lat_e7, want("lat_e7"));
    EXPECT_EQ(record.lng_e7, want("lng_e7"));
    EXPECT_EQ(record.fix_age_ms, want("fix_age_ms"));
    EXPECT_EQ(record.heard_age_ms, want("heard_age_ms"));
    EXPECT_EQ(record.accuracy_m, want("accuracy_m"));
    EXPECT_EQ(record.course_deg, want("course_deg"));
    EXPECT_EQ(record.speed_dmps, want("speed_dmps"));
    EXPECT_EQ(record.stale_after_s, want("stale_after_s"));
    EXPECT_EQ(record.battery_percent, want("battery_percent"));
    EXPECT_EQ(record.source, want("source"));
    EXPECT_EQ(record.flags, want("flags"));
  }
}

TEST(TrackFrame, AFixFromTheFutureCountsFromWhenItWasReceived) {
  v1::LivePosition position_of_a_fast_clock = position(1, 2, ago(-60'000), ago(4'000));
  position_of_a_fast_clock.set_received_at_us(ago(4'000));
  std::string out;
  append_frame_header(out, 1, kNow);
  append_frame_record(out, 0, position_of_a_fast_clock, false, kNow);
  EXPECT_EQ(read_frame(out)->records.at(0).fix_age_ms, 4'000u);
}

}  // namespace
}  // namespace haechi::live
