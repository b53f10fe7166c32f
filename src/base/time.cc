#include "base/time.h"

#include <chrono>
#include <cstdio>

namespace haechi {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date (counting eras of 400 years from March).
int64_t days_of_date(int64_t year, int month, int day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

void date_of_days(int64_t days, int64_t& year, int& month, int& day) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int64_t day_of_era = days - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  year = year_of_era + era * 400 + (month <= 2);
}

// Reads exactly `digits` decimal digits at `at`, moving past them. -1 if they are not there.
int64_t take_number(const std::string& text, size_t& at, int digits) {
  int64_t value = 0;
  for (int i = 0; i < digits; ++i, ++at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool take_char(const std::string& text, size_t& at, const char* any_of) {
  for (const char* c = any_of; *c; ++c) {
    if (at < text.size() && text[at] == *c) {
      ++at;
      return true;
    }
  }
  return false;
}

int days_in_month(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

}  // namespace

std::string iso8601(Time time) {
  int64_t days = time.us / 86'400'000'000;
  int64_t rest = time.us % 86'400'000'000;
  if (rest < 0) {
    rest += 86'400'000'000;
    --days;
  }
  int64_t year;
  int month, day;
  date_of_days(days, year, month, day);
  char out[48];
  std::snprintf(out, sizeof out, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", static_cast<long long>(year), month,
                day, static_cast<int>(rest / 3'600'000'000), static_cast<int>(rest / 60'000'000 % 60),
                static_cast<int>(rest / 1'000'000 % 60), static_cast<int>(rest / 1'000 % 1'000));
  return out;
}

Result<Time> parse_iso8601(const std::string& text) {
  const Error bad = invalid("", "not an ISO 8601 time");
  size_t at = 0;
  const int64_t year = take_number(text, at, 4);
  if (year < 1970 || !take_char(text, at, "-")) return bad;
  const int64_t month = take_number(text, at, 2);
  if (month < 1 || month > 12 || !take_char(text, at, "-")) return bad;
  const int64_t day = take_number(text, at, 2);
  if (day < 1 || day > days_in_month(year, static_cast<int>(month)) || !take_char(text, at, "T ")) return bad;
  const int64_t hour = take_number(text, at, 2);
  if (hour < 0 || hour > 23 || !take_char(text, at, ":")) return bad;
  const int64_t minute = take_number(text, at, 2);
  if (minute < 0 || minute > 59) return bad;
  int64_t second = 0, fraction_us = 0;
  if (take_char(text, at, ":")) {
    second = take_number(text, at, 2);
    if (second < 0 || second > 60) return bad;  // 60: a leap second, counted as the next second
    if (take_char(text, at, ".,")) {
      int64_t unit = 100'000;
      size_t digits = 0;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits, unit /= 10)
        fraction_us += (text[at] - '0') * unit;
      if (digits == 0) return bad;
    }
  }
  int64_t offset_s = 0;
  if (at < text.size() && !take_char(text, at, "Zz")) {
    const int64_t sign = text[at] == '-' ? -1 : 1;
    if (!take_char(text, at, "+-")) return bad;
    const int64_t offset_hour = take_number(text, at, 2);
    if (offset_hour < 0 || offset_hour > 23) return bad;
    int64_t offset_minute = 0;
    if (at < text.size()) {
      take_char(text, at, ":");
      offset_minute = take_number(text, at, 2);
      if (offset_minute < 0 || offset_minute > 59) return bad;
    }
    offset_s = sign * (offset_hour * 3'600 + offset_minute * 60);
  }
  if (at != text.size()) return bad;
  const int64_t seconds = days_of_date(year, static_cast<int>(month), static_cast<int>(day)) * 86'400 +
                          hour * 3'600 + minute * 60 + second - offset_s;
  return Time{seconds * 1'000'000 + fraction_us};
}

Time SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace haechi
