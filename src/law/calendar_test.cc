#include "law/calendar.h"

#include <gtest/gtest.h>

#include "haechi/v1/law.pb.h"

namespace haechi::law {
namespace {

Time at(const std::string& text) {
  const Result<Time> time = parse_iso8601(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

int64_t day(const char* date) {
  const Result<int64_t> made = day_from_date(date);
  EXPECT_TRUE(made.ok()) << date;
  return *made;
}

Calendar calendar(const std::vector<std::pair<int64_t, int32_t>>& transitions,
                  const std::vector<const char*>& holidays = {}) {
  v1::TimeZone zone;
  zone.set_name("Test/Zone");
  for (const auto& [from_s, offset_s] : transitions) {
    auto* transition = zone.add_transitions();
    transition->set_from_s(from_s);
    transition->set_offset_s(offset_s);
  }
  Calendar made{*LocalRules::from(zone), {}};
  for (const char* date : holidays) made.holidays.push_back(day(date));
  return made;
}

// With the holidays of 2026 that the tables below come near.
Calendar seoul() {
  return calendar({{INT64_MIN, 9 * 3600}},
                  {"2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18", "2026-03-01", "2026-03-02",
                   "2026-05-05", "2026-05-25", "2026-10-05", "2026-10-09", "2026-12-25"});
}

// Europe/Madrid in 2026: forward on 29 March 01:00 UTC, back on 25 October 01:00 UTC.
Calendar madrid() {
  return calendar({{INT64_MIN, 3600},
                   {at("2026-03-29T01:00:00Z").us / 1'000'000, 7200},
                   {at("2026-10-25T01:00:00Z").us / 1'000'000, 3600}},
                  {"2026-01-01", "2026-01-06", "2026-04-03", "2026-05-01", "2026-12-08", "2026-12-25"});
}

// America/New_York in 2026: forward on 8 March 07:00 UTC, back on 1 November 06:00 UTC.
Calendar new_york() {
  return calendar({{INT64_MIN, -5 * 3600},
                   {at("2026-03-08T07:00:00Z").us / 1'000'000, -4 * 3600},
                   {at("2026-11-01T06:00:00Z").us / 1'000'000, -5 * 3600}},
                  {"2026-01-01", "2026-01-19", "2026-07-03", "2026-09-07", "2026-11-26", "2026-12-25"});
}

TEST(Date, GoesFromDayToDateAndBackOverFourCenturies) {
  EXPECT_EQ(day_of({1970, 1, 1}), 0);
  EXPECT_EQ(day_of({2026, 11, 22}), day("2026-11-22"));
  for (int64_t one = day_of({1899, 12, 31}); one < day_of({2301, 1, 1}); ++one)
    ASSERT_EQ(day_of(date_of(one)), one);
}

TEST(Date, AddsMonthsAndStopsAtTheEndOfAShorterOne) {
  struct Row {
    Date from;
    int32_t months;
    Date expected;
  };
  const Row rows[] = {
      {{2026, 1, 31}, 1, {2026, 2, 28}},   {{2028, 1, 31}, 1, {2028, 2, 29}},
      {{2028, 2, 29}, 12, {2029, 2, 28}},  {{2028, 2, 29}, 48, {2032, 2, 29}},
      {{2026, 11, 30}, 3, {2027, 2, 28}},  {{2026, 12, 31}, 1, {2027, 1, 31}},
      {{2026, 3, 31}, -1, {2026, 2, 28}},  {{2026, 1, 15}, -1, {2025, 12, 15}},
      {{2100, 1, 31}, 1, {2100, 2, 28}},   {{2000, 1, 31}, 1, {2000, 2, 29}},
      {{2026, 8, 15}, 360, {2056, 8, 15}},
  };
  for (const Row& row : rows)
    EXPECT_EQ(date_of(add_months(day_of(row.from), row.months)), row.expected)
        << row.from.year << '-' << row.from.month << '-' << row.from.day << " + " << row.months;
}

struct PeriodRow {
  const char* event;
  Period period;
  const char* ends;  // the first moment after it, in UTC
  const char* why;
};

void expect_ends(const Calendar& where, const Counting& counting, const std::vector<PeriodRow>& rows) {
  for (const PeriodRow& row : rows)
    EXPECT_EQ(iso8601(period_end(where, counting, at(row.event), row.period)), row.ends)
        << row.event << ": " << row.why;
}

TEST(Period, IsCountedInKoreaWithoutTheDayOfTheEventAndByCalendarMonths) {
  expect_ends(seoul(), kKoreaMeasure,
              {
                  {"2026-06-10T15:00:00+09:00", months(3), "2026-09-10T15:00:00.000Z",
                   "11 June to 10 September, over at local midnight"},
                  {"2026-06-10T00:00:00+09:00", months(3), "2026-09-09T15:00:00.000Z",
                   "from midnight: that day counts"},
                  {"2026-06-10T00:00:00.001+09:00", months(3), "2026-09-10T15:00:00.000Z",
                   "a millisecond later: it does not"},
                  {"2026-01-30T10:00:00+09:00", months(1), "2026-02-28T15:00:00.000Z",
                   "31 January + 1 month: no 31 February, so the end of the month"},
                  {"2028-01-30T10:00:00+09:00", months(1), "2028-02-29T15:00:00.000Z", "29 in a leap year"},
                  {"2026-01-28T10:00:00+09:00", months(1), "2026-02-28T15:00:00.000Z",
                   "29 January + 1 month: no 29 February"},
                  {"2026-01-27T10:00:00+09:00", months(1), "2026-02-27T15:00:00.000Z",
                   "28 January + 1 month: the day before 28 February"},
                  {"2026-01-31T10:00:00+09:00", months(1), "2026-02-28T15:00:00.000Z",
                   "from the first of a month: that whole month"},
                  {"2026-02-28T10:00:00+09:00", months(1), "2026-03-31T15:00:00.000Z",
                   "1 March + 1 month: all of March"},
                  {"2028-02-28T10:00:00+09:00", years(1), "2029-02-28T15:00:00.000Z",
                   "29 February + 1 year: no such day"},
                  {"2026-12-31T23:59:59+09:00", months(1), "2027-01-31T15:00:00.000Z", "over the year's end"},
                  {"2026-12-31T10:00:00+09:00", days(1), "2027-01-01T15:00:00.000Z", "1 January"},
                  {"2026-11-22T14:59:59Z", days(1), "2026-11-23T15:00:00.000Z", "22 November there"},
                  {"2026-11-22T15:00:01Z", days(1), "2026-11-24T15:00:00.000Z",
                   "already 23 November there, still 22 in UTC"},
              });
}

TEST(Period, RunsOnInKoreaToTheNextWorkingDayWhenSomethingHasToBeDoneInIt) {
  expect_ends(seoul(), kKoreaActs,
              {
                  {"2026-11-10T10:00:00+09:00", days(7), "2026-11-17T15:00:00.000Z", "Tuesday: stands"},
                  {"2026-11-07T10:00:00+09:00", days(7), "2026-11-16T15:00:00.000Z", "Saturday: Monday"},
                  {"2026-11-08T10:00:00+09:00", days(7), "2026-11-16T15:00:00.000Z", "Sunday: Monday"},
                  {"2026-12-18T10:00:00+09:00", days(7), "2026-12-28T15:00:00.000Z",
                   "Friday Christmas, then a weekend"},
                  {"2026-02-07T10:00:00+09:00", days(7), "2026-02-19T15:00:00.000Z",
                   "Saturday, Sunday, three days of New Year"},
                  {"2027-04-30T10:00:00+09:00", days(90), "2027-07-29T15:00:00.000Z", "ninety days"},
              });
  expect_ends(seoul(), kKoreaMeasure,
              {{"2026-11-07T10:00:00+09:00", days(7), "2026-11-14T15:00:00.000Z",
                "a restriction is not lengthened by a Saturday"}});
}

TEST(Period, CountsTheFirstDayOfCustodyAndOfWearingWhateverTheHour) {
  expect_ends(seoul(), kKoreaFirstDayCounts,
              {
                  {"2026-06-10T23:50:00+09:00", months(1), "2026-07-09T15:00:00.000Z", "10 June to 9 July"},
                  {"2026-01-31T23:50:00+09:00", months(1), "2026-02-28T15:00:00.000Z", "no 31 February"},
                  {"2026-06-10T23:50:00+09:00", days(1), "2026-06-10T15:00:00.000Z", "ten minutes"},
                  {"2028-02-29T12:00:00+09:00", years(10), "2038-02-28T15:00:00.000Z", "from a leap day"},
              });
}

TEST(Period, OfHoursRunsFromTheMomentThroughNightsAndHolidays) {
  expect_ends(seoul(), kKoreaActs,
              {{"2026-12-25T22:30:15.500+09:00", hours(48), "2026-12-27T13:30:15.500Z", "to the Sunday"}});
  expect_ends(madrid(), kSpainCivil,
              {{"2026-03-28T12:00:00+01:00", hours(48), "2026-03-30T11:00:00.000Z",
                "hours that pass, not hours on the wall: 13:00 there"}});
}

TEST(Period, RunsInSpainFromDateToDateAndCountsDaysOff) {
  expect_ends(madrid(), kSpainCivil,
              {
                  {"2026-01-15T10:00:00+01:00", months(1), "2026-02-15T23:00:00.000Z", "15 to 15"},
                  {"2026-01-31T10:00:00+01:00", months(1), "2026-02-28T23:00:00.000Z", "end of February"},
                  {"2026-02-28T10:00:00+01:00", months(1), "2026-03-28T23:00:00.000Z",
                   "28 to 28, where Korea would count to the end of March"},
                  {"2026-01-15T00:00:00+01:00", days(30), "2026-02-14T23:00:00.000Z",
                   "the day of the event is out even at midnight"},
                  {"2026-12-31T10:00:00+01:00", years(1), "2027-12-31T23:00:00.000Z", "over a year"},
              });
}

TEST(Period, EndsAtLocalMidnightOnTheDaysTheClocksChange) {
  expect_ends(madrid(), kSpainCivil,
              {
                  {"2026-03-27T10:00:00+01:00", days(1), "2026-03-28T23:00:00.000Z", "midnight before"},
                  {"2026-03-28T10:00:00+01:00", days(1), "2026-03-29T22:00:00.000Z", "a day of 23 hours"},
                  {"2026-02-28T10:00:00+01:00", months(1), "2026-03-28T23:00:00.000Z", "winter to winter"},
                  {"2026-02-28T10:00:00+01:00", months(2), "2026-04-28T22:00:00.000Z", "winter to summer"},
                  {"2026-10-23T10:00:00+02:00", days(1), "2026-10-24T22:00:00.000Z", "midnight before"},
                  {"2026-10-24T10:00:00+02:00", days(1), "2026-10-25T23:00:00.000Z", "a day of 25 hours"},
                  {"2026-09-25T10:00:00+02:00", months(1), "2026-10-25T23:00:00.000Z", "summer to winter"},
              });
}

TEST(Period, IsOverOnceAndForAllWhereClocksChangeAtMidnight) {
  // Forward at midnight: 15 October has no 00:00; it starts at 01:00 by the wall.
  const Calendar forward =
      calendar({{INT64_MIN, -3 * 3600}, {at("2026-10-15T03:00:00Z").us / 1'000'000, -2 * 3600}});
  EXPECT_EQ(iso8601(day_starts(forward.rules, day("2026-10-15"))), "2026-10-15T03:00:00.000Z");
  // Back by an hour at 00:30: 23:30 to 24:00 of the 14th come twice, and the day is over after the second
  // time.
  const Calendar back =
      calendar({{INT64_MIN, -2 * 3600}, {at("2026-02-15T02:30:00Z").us / 1'000'000, -3 * 3600}});
  EXPECT_EQ(iso8601(day_starts(back.rules, day("2026-02-15"))), "2026-02-15T03:00:00.000Z");
  EXPECT_EQ(local_day(back.rules, at("2026-02-15T02:15:00Z")), day("2026-02-15"));
  EXPECT_EQ(local_day(back.rules, at("2026-02-15T02:45:00Z")), day("2026-02-14"));
}

TEST(Period, OfWorkingDaysLeavesOutWeekendsHolidaysAndTheCourtsRecess) {
  expect_ends(
      madrid(), kSpainJudicial,
      {
          {"2026-11-03T10:00:00+01:00", days(3), "2026-11-06T23:00:00.000Z", "Wed, Thu, Fri"},
          {"2026-11-05T10:00:00+01:00", days(3), "2026-11-10T23:00:00.000Z", "Fri, Mon, Tue"},
          {"2026-07-30T10:00:00+02:00", days(3), "2026-09-02T22:00:00.000Z",
           "31 July, then 1 and 2 September"},
          {"2026-12-22T10:00:00+01:00", days(2), "2027-01-07T23:00:00.000Z", "23 December, then 7 January"},
          {"2026-07-10T10:00:00+02:00", months(1), "2026-09-01T22:00:00.000Z",
           "a month that ends in August runs to the first day after it"},
      });
}

TEST(Period, FollowsTheFederalRuleInTheUnitedStates) {
  expect_ends(new_york(), kUsFederal,
              {
                  {"2026-06-10T10:00:00-04:00", days(14), "2026-06-25T04:00:00.000Z", "Wednesday stands"},
                  {"2026-06-19T10:00:00-04:00", days(14), "2026-07-07T04:00:00.000Z",
                   "a holiday on Friday, then a weekend"},
                  {"2026-10-31T10:00:00-04:00", days(1), "2026-11-03T05:00:00.000Z",
                   "Sunday, and the clocks go back: Monday"},
                  {"2026-11-26T09:15:00-05:00", hours(48), "2026-11-30T14:15:00.000Z",
                   "hours that end on a Saturday run to that hour of Monday"},
                  {"2026-10-30T09:15:00-04:00", hours(48), "2026-11-02T13:15:00.000Z",
                   "08:15 on the Sunday of the change, so 08:15 on Monday"},
              });
  expect_ends(new_york(), kUsMeasure,
              {{"2026-06-20T10:00:00-04:00", days(14), "2026-07-05T04:00:00.000Z", "no day off lengthens"}});
}

TEST(Period, NeverEndsEarlierWhenItIsLongerOrStartsLater) {
  const Calendar places[] = {seoul(), madrid(), new_york()};
  const Counting countings[] = {kKoreaActs,  kKoreaMeasure,  kKoreaFirstDayCounts,
                                kSpainCivil, kSpainJudicial, kUsFederal};
  const Time start = at("2026-01-01T00:30:00Z");
  for (const Calendar& place : places) {
    for (const Counting& counting : countings) {
      Time before;
      for (int32_t step = 0; step < 800; ++step) {
        const Time event = start + Duration::seconds(step * 11 * 3'600);
        const Time month = period_end(place, counting, event, months(1));
        EXPECT_GT(month, event);
        EXPECT_GE(month, before);
        EXPECT_GE(period_end(place, counting, event, months(2)), month);
        EXPECT_GE(period_end(place, counting, event, days(31)), period_end(place, counting, event, days(30)));
        before = month;
      }
    }
  }
}

}  // namespace
}  // namespace haechi::law
