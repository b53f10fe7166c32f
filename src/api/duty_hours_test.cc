#include "api/duty_hours.h"

#include <gtest/gtest.h>

namespace haechi::api {
namespace {

v1::TimeZone seoul() {
  v1::TimeZone zone;
  v1::TimeZone::Transition& only = *zone.add_transitions();
  only.set_from_s(0);
  only.set_offset_s(9 * 3600);
  return zone;
}

// 20 November 2026 is a Friday.
Time local(const char* text) {
  return *parse_iso8601(std::string(text) + "+09:00");
}

TEST(DutyHours, AreOfTheirRoleInLocalTimeAndAddUp) {
  const auto duty = DutyHours::from(
      {"probation Mon-Fri 07:00-20:00", "probation Sat 09:00-13:00", "court Mon-Fri 08:30-18:00"}, seoul());
  ASSERT_TRUE(duty.ok());
  EXPECT_FALSE(duty->off_duty("probation", local("2026-11-20T07:00:00")));
  EXPECT_FALSE(duty->off_duty("probation", local("2026-11-20T19:59:59")));
  EXPECT_TRUE(duty->off_duty("probation", local("2026-11-20T20:00:00")));
  EXPECT_TRUE(duty->off_duty("probation", local("2026-11-20T06:59:59")));
  EXPECT_FALSE(duty->off_duty("probation", local("2026-11-21T09:00:00")));
  EXPECT_TRUE(duty->off_duty("court", local("2026-11-21T09:00:00")));
  EXPECT_TRUE(duty->off_duty("probation", local("2026-11-22T12:00:00")));
  EXPECT_FALSE(duty->off_duty("control", local("2026-11-22T03:00:00")))
      << "nothing is said of a room that never sleeps";
}

TEST(DutyHours, PassMidnight) {
  const auto duty = DutyHours::from({"probation Fri 22:00-06:00"}, seoul());
  ASSERT_TRUE(duty.ok());
  EXPECT_FALSE(duty->off_duty("probation", local("2026-11-21T05:59:00")));
  EXPECT_TRUE(duty->off_duty("probation", local("2026-11-21T06:00:00")));
  EXPECT_TRUE(duty->off_duty("probation", local("2026-11-20T05:59:00"))) << "Thursday's night";
}

TEST(DutyHours, NameWhatIsNoneOfThem) {
  for (const char* wrong :
       {"", "probation", "probation Mon-Fri", "janitor Mon-Fri 07:00-20:00", "probation Fri-Mon 07:00-20:00",
        "probation Mon-Fri 7-20", "probation Mon-Fri 24:00-25:00", "probation Mon-Fri 07:60-20:00",
        "probation Mon-Fri 07:00-24:01", "probation Mon-Fri 07:00-20:00 always",
        "probation Mo-Fr 07:00-20:00"}) {
    const auto duty = DutyHours::from({wrong}, seoul());
    ASSERT_FALSE(duty.ok()) << wrong;
    EXPECT_NE(duty.error().reason.find(wrong), std::string::npos);
  }
}

}  // namespace
}  // namespace haechi::api
