#include "node/time_zones.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "haechi/v1/law.pb.h"

namespace haechi::node {
namespace {

int32_t offset_at(const v1::TimeZone& zone, const char* utc) {
  const int64_t s = parse_iso8601(utc)->us / 1'000'000;
  int32_t offset = 0;
  for (const auto& transition : zone.transitions())
    if (transition.from_s() <= s) offset = transition.offset_s();
  return offset;
}

TEST(TimeZones, SeoulIsNineHoursAheadAndHadSummerTimeForTheOlympics) {
  const auto zone = read_time_zone("Asia/Seoul");
  ASSERT_TRUE(zone.ok());
  EXPECT_EQ(offset_at(*zone, "2026-03-14T00:00:00Z"), 9 * 3600);
  EXPECT_EQ(offset_at(*zone, "1988-07-01T00:00:00Z"), 10 * 3600);
}

TEST(TimeZones, MadridChangesOnTheLastSundayOfMarch) {
  const auto zone = read_time_zone("Europe/Madrid");
  ASSERT_TRUE(zone.ok());
  EXPECT_EQ(offset_at(*zone, "2026-03-29T00:59:59Z"), 3600);
  EXPECT_EQ(offset_at(*zone, "2026-03-29T01:00:00Z"), 7200);
}

TEST(TimeZones, AnUnknownNameIsRefusedByName) {
  const auto zone = read_time_zone("Asia/Pyeongyang");
  ASSERT_FALSE(zone.ok());
  EXPECT_EQ(zone.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace haechi::node
