#include "law/calendar.h"

#include <algorithm>
#include <array>

#include "base/ensure.h"

namespace haechi::law {
namespace {

constexpr int64_t kDayS = 86'400;
constexpr int64_t kSecondUs = 1'000'000;
constexpr int32_t kCountMax = 100'000;
constexpr uint32_t kWholeWeek = 0b1111111;

constexpr std::array<Recess, 2> kSpanishRecesses{{{8, 1, 8, 31}, {12, 24, 1, 6}}};

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// The first moment from which the wall clock never again shows less than `local_s` (seconds since 1970-01-01
// 00:00 on that wall). Clocks that go back at midnight show the end of a day twice: it is over after the
// second time. Clocks that jump over the moment reach it with the jump.
Time reaches(const LocalRules& rules, int64_t local_s) {
  const auto& transitions = rules.transitions();
  for (size_t i = transitions.size(); i-- > 0;) {
    const auto& [from_s, offset_s] = transitions[i];
    // Whatever came before the first transition had its offset, so that segment has no beginning.
    const bool begins_before = i == 0 || from_s + offset_s < local_s;
    if (!begins_before) continue;
    const int64_t here_s = local_s - offset_s;
    const bool left_first = i + 1 < transitions.size() && transitions[i + 1].from_s < here_s;
    return Time{(left_first ? transitions[i + 1].from_s : here_s) * kSecondUs};
  }
  return Time{local_s * kSecondUs};
}

bool in_recess(std::span<const Recess> recesses, int64_t day) {
  const Date date = date_of(day);
  const int32_t here = date.month * 100 + date.day;
  return std::any_of(recesses.begin(), recesses.end(), [here](const Recess& recess) {
    const int32_t from = recess.from_month * 100 + recess.from_day;
    const int32_t to = recess.to_month * 100 + recess.to_day;
    return from <= to ? here >= from && here <= to : here >= from || here <= to;
  });
}

int64_t next_working_day(const Calendar& calendar, const Counting& counting, int64_t day) {
  while (day_off(calendar, counting, day)) ++day;
  return day;
}

Time hours_end(const Calendar& calendar, const Counting& counting, Time event, int32_t count) {
  const Time end = event + Duration::seconds(int64_t{count} * 3'600);
  if (!counting.hours_roll) return end;
  const int64_t day = local_day(calendar.rules, end);
  const int64_t working = next_working_day(calendar, counting, day);
  if (working == day) return end;
  const int64_t utc_s = floor_div(end.us, kSecondUs);
  const int64_t local_s = utc_s + calendar.rules.offset_s(utc_s) + (working - day) * kDayS;
  return reaches(calendar.rules, local_s) + Duration{end.us - utc_s * kSecondUs};
}

// The last day of a period of months whose first counted day is `first`.
int64_t last_day_of_months(int64_t first, int32_t count) {
  const int64_t same_day = add_months(first, count);
  // No such day in that month: the period ends with the month.
  return date_of(same_day).day == date_of(first).day ? same_day - 1 : same_day;
}

}  // namespace

const Counting kSpainJudicial{.first_day = FirstDay::kExcluded,
                              .months = Months::kDateToDate,
                              .last_day = LastDay::kRollsForward,
                              .working_days_only = true,
                              .recesses = kSpanishRecesses};

// Counted in years that start in March, so that the leap day comes last.
int64_t day_of(Date date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = floor_div(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

Date date_of(int64_t day) {
  const int64_t shifted = day + 719'468;
  const int64_t era = floor_div(shifted, 146'097);
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * day_of_year + 2) / 153;
  const int64_t month = from_march + (from_march < 10 ? 3 : -9);
  return {static_cast<int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), static_cast<int32_t>(month),
          static_cast<int32_t>(day_of_year - (153 * from_march + 2) / 5 + 1)};
}

int32_t days_in_month(int32_t year, int32_t month) {
  static constexpr std::array<int32_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

int64_t add_months(int64_t day, int32_t months) {
  const Date date = date_of(day);
  const int64_t counted = int64_t{date.year} * 12 + date.month - 1 + months;
  const auto year = static_cast<int32_t>(floor_div(counted, 12));
  const auto month = static_cast<int32_t>(counted - int64_t{year} * 12) + 1;
  return day_of({year, month, std::min(date.day, days_in_month(year, month))});
}

int64_t local_day(const LocalRules& rules, Time at) {
  const int64_t utc_s = floor_div(at.us, kSecondUs);
  return floor_div(utc_s + rules.offset_s(utc_s), kDayS);
}

Time day_starts(const LocalRules& rules, int64_t day) {
  return reaches(rules, day * kDayS);
}

bool day_off(const Calendar& calendar, const Counting& counting, int64_t day) {
  ENSURE(counting.weekend != kWholeWeek);
  // 1970-01-01 was a Thursday; bit 0 is Monday.
  const auto weekday = static_cast<uint32_t>(((day + 3) % 7 + 7) % 7);
  return (counting.weekend >> weekday & 1u) != 0 || in_recess(counting.recesses, day) ||
         std::binary_search(calendar.holidays.begin(), calendar.holidays.end(), day);
}

Time period_end(const Calendar& calendar, const Counting& counting, Time event, Period period) {
  ENSURE(period.known() && period.count >= 1 && period.count <= kCountMax, period.count);
  if (period.unit == PeriodUnit::kHours) return hours_end(calendar, counting, event, period.count);
  const int64_t event_day = local_day(calendar.rules, event);
  const bool first_counts =
      counting.first_day == FirstDay::kIncluded || (counting.first_day == FirstDay::kExcludedUnlessMidnight &&
                                                    event == day_starts(calendar.rules, event_day));
  const int64_t first = first_counts ? event_day : event_day + 1;
  int64_t last = first + period.count - 1;
  if (period.unit != PeriodUnit::kDays) {
    const int32_t months = period.unit == PeriodUnit::kYears ? period.count * 12 : period.count;
    const bool date_to_date = counting.months == Months::kDateToDate && !first_counts;
    last = date_to_date ? add_months(event_day, months) : last_day_of_months(first, months);
  } else if (counting.working_days_only) {
    last = next_working_day(calendar, counting, first);
    for (int32_t counted = 1; counted < period.count; ++counted)
      last = next_working_day(calendar, counting, last + 1);
  }
  if (counting.last_day == LastDay::kRollsForward) last = next_working_day(calendar, counting, last);
  return day_starts(calendar.rules, last + 1);
}

}  // namespace haechi::law
