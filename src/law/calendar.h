// Legal periods: from an event and a period of a statute to the first moment that is no longer inside it.
//
// What differs between legal orders is data (`Counting`), not code: whether the day of the event counts, how
// months are counted, whether days off are skipped, and whether a period whose last day is a day off runs on.
// Days are days of the wall clock of the jurisdiction (LocalRules), numbered since 1970-01-01, so a day on
// which the clocks change is still one day. A period ends with the last moment of its last day.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "law/schedule.h"

namespace haechi::law {

struct Date {
  int32_t year = 0;
  int32_t month = 0;  // 1..12
  int32_t day = 0;    // 1..31

  constexpr auto operator<=>(const Date&) const = default;
  constexpr bool known() const { return year != 0; }
};

int64_t day_of(Date date);
Date date_of(int64_t day);
int32_t days_in_month(int32_t year, int32_t month);
// The same day of the month, so many months later; where that month has no such day, its last day.
int64_t add_months(int64_t day, int32_t months);

enum class PeriodUnit : uint8_t { kNone, kHours, kDays, kMonths, kYears };

struct Period {
  PeriodUnit unit = PeriodUnit::kNone;
  int32_t count = 0;

  constexpr auto operator<=>(const Period&) const = default;
  constexpr bool known() const { return unit != PeriodUnit::kNone; }
};

constexpr Period hours(int32_t count) {
  return {PeriodUnit::kHours, count};
}
constexpr Period days(int32_t count) {
  return {PeriodUnit::kDays, count};
}
constexpr Period months(int32_t count) {
  return {PeriodUnit::kMonths, count};
}
constexpr Period years(int32_t count) {
  return {PeriodUnit::kYears, count};
}

enum class FirstDay : uint8_t {
  kExcluded,
  kExcludedUnlessMidnight,  // a period that begins at 00:00 has its first day whole
  kIncluded,                // counted as a day, at whatever hour the event was
};

enum class Months : uint8_t {
  kBeforeSameDay,  // ends with the day before the one that corresponds to its first counted day
  kDateToDate,     // ends with the day that corresponds to the day of the event
};

enum class LastDay : uint8_t {
  kStands,
  kRollsForward,  // on a day off, runs on to the end of the next day that is not
};

// Days of every year on which courts do not work, both included; may pass the end of the year.
struct Recess {
  int32_t from_month, from_day, to_month, to_day;
};

struct Counting {
  FirstDay first_day = FirstDay::kExcluded;
  Months months = Months::kDateToDate;
  LastDay last_day = LastDay::kStands;
  bool working_days_only = false;  // a period in days counts only days that are not off
  bool hours_roll = false;         // a period in hours that ends on a day off runs to that hour of the next
  uint32_t weekend = 0b1100000;    // days off of every week: bit 0 Monday .. bit 6 Sunday; never all seven
  std::span<const Recess> recesses = {};
};

// Criminal Procedure Act 66 and Civil Act 157, 160, 161: for what someone must do within a time.
inline constexpr Counting kKoreaActs{FirstDay::kExcludedUnlessMidnight, Months::kBeforeSameDay,
                                     LastDay::kRollsForward};
// How long a measure binds a person. The same, but a restriction is not lengthened by a day off: our reading.
inline constexpr Counting kKoreaMeasure{FirstDay::kExcludedUnlessMidnight, Months::kBeforeSameDay,
                                        LastDay::kStands};
// Criminal Procedure Act 66(1)(3), for custody; Electronic Monitoring Act 32(1), for wearing a device: the
// first day counts as one, whatever the hour.
inline constexpr Counting kKoreaFirstDayCounts{FirstDay::kIncluded, Months::kBeforeSameDay, LastDay::kStands};
// Código Civil 5: the day of the event is excluded, months run from date to date, days off count.
inline constexpr Counting kSpainCivil{FirstDay::kExcluded, Months::kDateToDate, LastDay::kStands};
// Ley Orgánica del Poder Judicial 182, 183, 185: only working days, without August and 24 December - 6
// January.
extern const Counting kSpainJudicial;
// Federal Rules of Civil Procedure 6(a): days and longer, and hours.
inline constexpr Counting kUsFederal{.first_day = FirstDay::kExcluded,
                                     .months = Months::kDateToDate,
                                     .last_day = LastDay::kRollsForward,
                                     .hours_roll = true};
// How long an order binds a person there: nothing is lengthened by a day off.
inline constexpr Counting kUsMeasure{.first_day = FirstDay::kExcluded, .months = Months::kDateToDate};

// Where and when: the clock on the wall and the public holidays of one jurisdiction.
struct Calendar {
  LocalRules rules;
  std::vector<int64_t> holidays;  // days since 1970-01-01, sorted
};

// The day that the clock on the wall shows.
int64_t local_day(const LocalRules& rules, Time at);
// The first moment from which the wall clock shows this day or a later one, and never an earlier one again.
Time day_starts(const LocalRules& rules, int64_t day);

bool day_off(const Calendar& calendar, const Counting& counting, int64_t day);

// The first moment after the period that the event starts. `period` is known, its count 1..100'000.
Time period_end(const Calendar& calendar, const Counting& counting, Time event, Period period);

}  // namespace haechi::law
