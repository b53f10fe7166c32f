#include "law/schedule.h"

#include <gtest/gtest.h>

#include "haechi/v1/law.pb.h"

namespace haechi::law {
namespace {

Time at(const char* text) {
  const Result<Time> time = parse_iso8601(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

v1::Window window(uint32_t days, uint32_t start_min, uint32_t end_min) {
  v1::Window made;
  made.set_days(days);
  made.set_start_min(start_min);
  made.set_end_min(end_min);
  return made;
}

Schedule made(const std::vector<v1::Window>& windows,
              const std::vector<std::pair<std::string, std::vector<v1::Window>>>& dates = {}) {
  v1::Schedule schedule;
  for (const v1::Window& one : windows) *schedule.add_windows() = one;
  for (const auto& [date, on] : dates) {
    v1::DateException* exception = schedule.add_exceptions();
    exception->set_date(date);
    for (const v1::Window& one : on) *exception->add_windows() = one;
  }
  const Result<Schedule> checked = Schedule::from(schedule, "schedule");
  EXPECT_TRUE(checked.ok());
  return *checked;
}

LocalRules rules(const std::vector<std::pair<int64_t, int32_t>>& transitions) {
  v1::TimeZone zone;
  zone.set_name("Test/Zone");
  for (const auto& [from_s, offset_s] : transitions) {
    auto* transition = zone.add_transitions();
    transition->set_from_s(from_s);
    transition->set_offset_s(offset_s);
  }
  return *LocalRules::from(zone);
}

LocalRules seoul() {
  return rules({{INT64_MIN, 9 * 3600}});
}

// Berlin in 2026: forward on 29 March 01:00 UTC, back on 25 October 01:00 UTC.
LocalRules berlin() {
  return rules({{INT64_MIN, 3600},
                {at("2026-03-29T01:00:00Z").us / 1'000'000, 7200},
                {at("2026-10-25T01:00:00Z").us / 1'000'000, 3600}});
}

TEST(Date, CountsDaysAcrossLeapYearsAndRefusesDaysThatAreNot) {
  EXPECT_EQ(*day_from_date("1970-01-01"), 0);
  EXPECT_EQ(*day_from_date("2024-02-29") + 1, *day_from_date("2024-03-01"));
  EXPECT_EQ(*day_from_date("2026-03-14"), at("2026-03-14T00:00:00Z").us / 86'400'000'000);
  for (const char* bad :
       {"2026-02-29", "2026-13-01", "2026-04-31", "26-03-14", "2026/03/14", "2026-03-1x", ""})
    EXPECT_FALSE(day_from_date(bad).ok()) << bad;
}

TEST(Schedule, WithoutWindowsIsAlwaysInForceAndNeverChanges) {
  const Schedule always;
  EXPECT_TRUE(always.in_force(seoul(), at("2026-03-14T00:00:00Z")));
  EXPECT_FALSE(always.next_change(seoul(), at("2026-03-14T00:00:00Z")).has_value());
}

TEST(Schedule, HoldsANightWindowPastMidnightOnTheDayItStarts) {
  const Schedule night = made({window(1u << 4, 22 * 60, 6 * 60)});  // Friday night; 13 March 2026 is a Friday
  const struct {
    const char* local;
    bool in_force;
  } kTable[] = {{"2026-03-13T21:59:59+09:00", false}, {"2026-03-13T22:00:00+09:00", true},
                {"2026-03-14T00:00:00+09:00", true},  {"2026-03-14T05:59:59+09:00", true},
                {"2026-03-14T06:00:00+09:00", false}, {"2026-03-14T22:00:00+09:00", false},
                {"2026-03-13T02:00:00+09:00", false}};
  for (const auto& row : kTable) EXPECT_EQ(night.in_force(seoul(), at(row.local)), row.in_force) << row.local;
}

TEST(Schedule, NamesTheNextChangeExactly) {
  const Schedule night = made({window(127, 22 * 60, 6 * 60)});
  EXPECT_EQ(*night.next_change(seoul(), at("2026-03-14T12:00:00+09:00")), at("2026-03-14T22:00:00+09:00"));
  EXPECT_EQ(*night.next_change(seoul(), at("2026-03-14T22:00:00+09:00")), at("2026-03-15T06:00:00+09:00"));
  const Schedule monday = made({window(1, 60, 120)});
  EXPECT_EQ(*monday.next_change(seoul(), at("2026-03-10T12:00:00+09:00")), at("2026-03-16T01:00:00+09:00"));
}

TEST(Schedule, ReplacesTheWeekOnDatesOfTheirOwn) {
  const Schedule schedule =
      made({window(127, 22 * 60, 6 * 60)}, {{"2026-03-14", {}}, {"2026-03-20", {window(127, 600, 660)}}});
  EXPECT_TRUE(schedule.in_force(seoul(), at("2026-03-14T05:00:00+09:00")));  // the night of the 13th
  EXPECT_FALSE(schedule.in_force(seoul(), at("2026-03-14T23:00:00+09:00")));
  EXPECT_FALSE(schedule.in_force(seoul(), at("2026-03-15T03:00:00+09:00")));
  EXPECT_TRUE(schedule.in_force(seoul(), at("2026-03-20T10:30:00+09:00")));
  EXPECT_FALSE(schedule.in_force(seoul(), at("2026-03-20T22:30:00+09:00")));
  EXPECT_EQ(*schedule.next_change(seoul(), at("2026-03-14T06:00:00+09:00")), at("2026-03-15T22:00:00+09:00"));
}

TEST(Schedule, FindsADateFarAwayAfterWhichNothingChanges) {
  const Schedule schedule = made({window(127, 0, 1440)}, {{"2027-01-01", {}}});
  EXPECT_EQ(*schedule.next_change(seoul(), at("2026-03-14T00:00:00Z")), at("2027-01-01T00:00:00+09:00"));
  EXPECT_EQ(*schedule.next_change(seoul(), at("2027-01-01T12:00:00+09:00")), at("2027-01-02T00:00:00+09:00"));
  EXPECT_FALSE(schedule.next_change(seoul(), at("2027-01-02T00:00:00+09:00")).has_value());
}

TEST(Schedule, FollowsTheWallClockThroughBothClockChanges) {
  const Schedule night = made({window(127, 22 * 60, 6 * 60)});
  // Seven hours in March, nine in October.
  EXPECT_EQ(*night.next_change(berlin(), at("2026-03-28T21:00:00Z")), at("2026-03-29T04:00:00Z"));
  EXPECT_EQ(*night.next_change(berlin(), at("2026-10-24T20:00:00Z")), at("2026-10-25T05:00:00Z"));
  const Schedule missing = made({window(127, 2 * 60, 3 * 60)});
  EXPECT_FALSE(missing.in_force(berlin(), at("2026-03-29T01:30:00Z")));
  EXPECT_EQ(*missing.next_change(berlin(), at("2026-03-28T12:00:00Z")), at("2026-03-30T00:00:00Z"));
  EXPECT_TRUE(missing.in_force(berlin(), at("2026-10-25T00:30:00Z")));
  EXPECT_TRUE(missing.in_force(berlin(), at("2026-10-25T01:30:00Z")));
}

TEST(Schedule, NextChangeAgreesWithAskingEveryMinute) {
  const Schedule schedule = made({window(31, 8 * 60 + 30, 17 * 60), window(96, 23 * 60, 3 * 60)},
                                 {{"2026-10-24", {window(127, 60, 200)}}, {"2026-10-28", {}}});
  Time now = at("2026-10-21T00:00:00Z");
  const Time end = at("2026-11-03T00:00:00Z");
  while (now < end) {
    const Time next = *schedule.next_change(berlin(), now);
    const bool state = schedule.in_force(berlin(), now);
    for (Time t = now; t < next; t = t + Duration::seconds(60))
      ASSERT_EQ(schedule.in_force(berlin(), t), state);
    ASSERT_NE(schedule.in_force(berlin(), next), state);
    now = next;
  }
}

TEST(Schedule, RefusesWhatCannotBeMeant) {
  v1::Schedule schedule;
  *schedule.add_windows() = window(0, 0, 60);
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.windows[0].days");
  *schedule.mutable_windows(0) = window(1, 1440, 60);
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.windows[0].start_min");
  *schedule.mutable_windows(0) = window(1, 0, 1441);
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.windows[0].end_min");
  *schedule.mutable_windows(0) = window(1, 0, 60);
  schedule.add_exceptions()->set_date("2026-02-30");
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.exceptions[0].date");
}

constexpr uint32_t kHoliday = 1u << 7;
constexpr uint32_t kEveryDay = 127;

Holidays holidays(const std::vector<std::string>& dates) {
  v1::HolidayCalendar calendar;
  calendar.set_name("kr");
  for (const std::string& date : dates) calendar.add_dates(date);
  const Result<Holidays> checked = Holidays::from(calendar);
  EXPECT_TRUE(checked.ok());
  return *checked;
}

Schedule with_holidays(const std::vector<v1::Window>& windows,
                       const std::vector<std::pair<std::string, std::vector<v1::Window>>>& dates = {}) {
  v1::Schedule schedule;
  schedule.set_holiday_calendar("kr");
  for (const v1::Window& one : windows) *schedule.add_windows() = one;
  for (const auto& [date, on] : dates) {
    v1::DateException* exception = schedule.add_exceptions();
    exception->set_date(date);
    for (const v1::Window& one : on) *exception->add_windows() = one;
  }
  const Result<Schedule> checked = Schedule::from(schedule, "schedule");
  EXPECT_TRUE(checked.ok()) << checked.error().field;
  return *checked;
}

TEST(Holiday, HoldsOnlyTheWindowsForHolidays) {
  // 3 October 2026 is a Saturday, 9 October a Friday; both are public holidays.
  const Schedule school = with_holidays({window(kEveryDay, 8 * 60, 16 * 60)});
  const Schedule both =
      with_holidays({window(kEveryDay, 8 * 60, 16 * 60), window(kHoliday, 10 * 60, 11 * 60)});
  const Holidays days = holidays({"2026-10-03", "2026-10-09"});
  EXPECT_TRUE(school.in_force(seoul(), at("2026-10-08T10:30:00+09:00"), &days));
  EXPECT_FALSE(school.in_force(seoul(), at("2026-10-09T10:30:00+09:00"), &days)) << "none: not that day";
  EXPECT_TRUE(school.in_force(seoul(), at("2026-10-09T10:30:00+09:00"))) << "no calendar is known";
  EXPECT_TRUE(both.in_force(seoul(), at("2026-10-09T10:30:00+09:00"), &days));
  EXPECT_FALSE(both.in_force(seoul(), at("2026-10-09T12:00:00+09:00"), &days));
  EXPECT_TRUE(both.in_force(seoul(), at("2026-10-10T12:00:00+09:00"), &days));
  EXPECT_FALSE(both.in_force(seoul(), at("2026-10-08T07:00:00+09:00"), &days));
}

TEST(Holiday, AWindowForHolidaysAloneHoldsOnNoOtherDay) {
  const Schedule only = with_holidays({window(kHoliday, 0, 1440)});
  const Holidays days = holidays({"2026-10-09", "2029-01-01"});
  EXPECT_FALSE(only.in_force(seoul(), at("2026-10-08T12:00:00+09:00"), &days));
  EXPECT_TRUE(only.in_force(seoul(), at("2026-10-09T12:00:00+09:00"), &days));
  EXPECT_EQ(only.next_change(seoul(), at("2026-03-01T00:00:00+09:00"), &days),
            at("2026-10-09T00:00:00+09:00"));
  EXPECT_EQ(only.next_change(seoul(), at("2026-10-09T12:00:00+09:00"), &days),
            at("2026-10-10T00:00:00+09:00"));
  EXPECT_EQ(only.next_change(seoul(), at("2026-10-11T00:00:00+09:00"), &days),
            at("2029-01-01T00:00:00+09:00"));
  EXPECT_FALSE(only.next_change(seoul(), at("2029-01-02T00:00:00+09:00"), &days).has_value());
}

TEST(Holiday, ADateOfItsOwnGoesFirst) {
  const Schedule school =
      with_holidays({window(kEveryDay, 8 * 60, 16 * 60)}, {{"2026-10-09", {window(0, 12 * 60, 13 * 60)}}});
  const Holidays days = holidays({"2026-10-09"});
  EXPECT_TRUE(school.in_force(seoul(), at("2026-10-09T12:30:00+09:00"), &days));
  EXPECT_FALSE(school.in_force(seoul(), at("2026-10-09T10:30:00+09:00"), &days));
}

TEST(Holiday, ANightThatBeginsBeforeTheHolidayBelongsToTheDayBefore) {
  const Schedule night = with_holidays({window(kEveryDay, 22 * 60, 6 * 60)});
  const Holidays days = holidays({"2026-10-09"});
  EXPECT_TRUE(night.in_force(seoul(), at("2026-10-09T05:00:00+09:00"), &days)) << "Thursday's night";
  EXPECT_FALSE(night.in_force(seoul(), at("2026-10-09T23:00:00+09:00"), &days));
  EXPECT_FALSE(night.in_force(seoul(), at("2026-10-10T05:00:00+09:00"), &days)) << "the holiday had no night";
  EXPECT_TRUE(night.in_force(seoul(), at("2026-10-10T22:00:00+09:00"), &days));
}

TEST(Holiday, BreaksAScheduleThatIsOtherwiseNeverOff) {
  const Schedule always = with_holidays({window(kEveryDay, 0, 1440)});
  const Holidays days = holidays({"2027-12-25"});
  EXPECT_EQ(always.next_change(seoul(), at("2026-03-01T00:00:00+09:00"), &days),
            at("2027-12-25T00:00:00+09:00"));
  EXPECT_EQ(always.next_change(seoul(), at("2027-12-25T00:00:00+09:00"), &days),
            at("2027-12-26T00:00:00+09:00"));
}

TEST(Holiday, OnTheDayTheClocksGoForwardHoldsByTheWall) {
  // Easter-like holiday on the Sunday of the change; the wall never shows 02:30 that night.
  const Schedule early = with_holidays({window(kEveryDay, 60, 120), window(kHoliday, 2 * 60 + 30, 4 * 60)});
  const Holidays days = holidays({"2026-03-29", "2026-10-25"});
  EXPECT_FALSE(early.in_force(berlin(), at("2026-03-29T00:30:00Z"), &days)) << "01:30, a weekday's window";
  EXPECT_TRUE(early.in_force(berlin(), at("2026-03-29T01:00:00Z"), &days)) << "03:00 at once";
  EXPECT_TRUE(early.in_force(berlin(), at("2026-03-29T01:59:59Z"), &days));
  EXPECT_FALSE(early.in_force(berlin(), at("2026-03-29T02:00:00Z"), &days)) << "04:00";
  // In October the wall shows 02:30..02:59 twice, and both times count.
  EXPECT_TRUE(early.in_force(berlin(), at("2026-10-25T00:45:00Z"), &days));
  EXPECT_FALSE(early.in_force(berlin(), at("2026-10-25T01:15:00Z"), &days)) << "02:15 again";
  EXPECT_TRUE(early.in_force(berlin(), at("2026-10-25T01:45:00Z"), &days));
  EXPECT_EQ(early.next_change(berlin(), at("2026-03-28T12:00:00Z"), &days), at("2026-03-29T01:00:00Z"));
}

TEST(Holiday, EveryChangeIsFoundAmongHolidaysDatesAndClockChanges) {
  const Schedule mixed = with_holidays({window(kEveryDay, 22 * 60, 6 * 60),
                                        window(kHoliday, 2 * 60, 2 * 60 + 30), window(kHoliday, 20 * 60, 60)},
                                       {{"2026-03-30", {window(0, 0, 60)}}, {"2026-04-06", {}}});
  const Holidays days = holidays({"2026-03-28", "2026-03-29", "2026-04-03", "2026-04-06"});
  Time now = at("2026-03-20T00:00:00Z");
  while (now < at("2026-04-20T00:00:00Z")) {
    const std::optional<Time> next = mixed.next_change(berlin(), now, &days);
    ASSERT_TRUE(next.has_value());
    const bool state = mixed.in_force(berlin(), now, &days);
    for (Time t = now; t < *next; t = t + Duration::seconds(60))
      ASSERT_EQ(mixed.in_force(berlin(), t, &days), state);
    ASSERT_NE(mixed.in_force(berlin(), *next, &days), state);
    now = *next;
  }
}

TEST(Holiday, RefusesACalendarThatIsNotOne) {
  v1::HolidayCalendar calendar;
  EXPECT_EQ(Holidays::from(calendar).error().field, "name");
  calendar.set_name("kr");
  EXPECT_TRUE(Holidays::from(calendar).ok()) << "no holidays at all";
  calendar.add_dates("2026-10-09");
  calendar.add_dates("2026-10-03");
  EXPECT_EQ(Holidays::from(calendar).error().field, "dates[1]");
  calendar.set_dates(1, "2026-10-09");
  EXPECT_EQ(Holidays::from(calendar).error().field, "dates[1]") << "repeated";
  calendar.set_dates(1, "2026-02-29");
  EXPECT_EQ(Holidays::from(calendar).error().field, "dates[1]");
  for (int i = 0; i < 4'000; ++i) calendar.add_dates("2026-10-10");
  EXPECT_EQ(Holidays::from(calendar).error().field, "dates");
}

TEST(Holiday, IsRefusedInAScheduleThatNamesNoCalendarOrHasNoUseForOne) {
  v1::Schedule schedule;
  *schedule.add_windows() = window(kHoliday, 0, 60);
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.holiday_calendar");
  schedule.set_holiday_calendar("k r");
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.holiday_calendar");
  schedule.set_holiday_calendar("kr");
  EXPECT_TRUE(Schedule::from(schedule, "s").ok());
  schedule.mutable_windows(0)->set_days(256);
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.windows[0].days");
  schedule.clear_windows();
  EXPECT_EQ(Schedule::from(schedule, "s").error().field, "s.holiday_calendar");
}

}  // namespace
}  // namespace haechi::law
