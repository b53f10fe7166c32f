// Schedule: weekly windows of local time, with dates on which other windows hold. LocalRules: how far the
// clocks of one zone are from UTC, as it was known when logged; there is no zone database in the engine, so a
// replay judges by the same local time.
//
// A moment is in a window when the clock on the wall there and then shows a time in it. So when clocks go
// forward, a window that lies inside the missing hour does not happen that night; when they go back, an hour
// that comes twice counts both times. A window that passes midnight belongs to the day on which it starts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/archived.h"
#include "base/result.h"
#include "base/time.h"

namespace haechi::v1 {
class HolidayCalendar;
class Schedule;
class TimeZone;
}  // namespace haechi::v1

namespace haechi::law {

class LocalRules {
 public:
  struct Transition {
    int64_t from_s;
    int64_t offset_s;
  };

  LocalRules() = default;  // UTC
  // Refuses unsorted transitions and offsets beyond 18 hours, naming the field.
  static Result<LocalRules> from(const v1::TimeZone& zone);

  // Local time minus UTC in force at a moment. Before the first transition: that of the first; none: 0.
  int64_t offset_s(int64_t utc_s) const;
  const std::vector<Transition>& transitions() const { return transitions_; }

 private:
  friend struct haechi::Fields<LocalRules>;
  static constexpr size_t kFieldCount = 1;
  std::vector<Transition> transitions_;
};

// Days since 1970-01-01 of "2026-03-14".
Result<int64_t> day_from_date(const std::string& date);

// The days of one holiday calendar.
class Holidays {
 public:
  Holidays() = default;  // none
  // Refuses, naming the field: a bad name, a bad date, dates that are not sorted or repeat, more than 4000.
  static Result<Holidays> from(const v1::HolidayCalendar& calendar);

  bool contains(int64_t day) const;
  // The first holiday on or after a day.
  std::optional<int64_t> next(int64_t day) const;

 private:
  friend struct haechi::Fields<Holidays>;
  static constexpr size_t kFieldCount = 1;
  std::vector<int64_t> days_;  // sorted, since 1970-01-01
};

// On a day of its holiday calendar only the windows for holidays hold; a date of its own goes before both.
class Schedule {
 public:
  Schedule() = default;  // always
  // Refuses, naming the field below `field`: a window without days, minutes out of range, a bad or repeated
  // date, more than 64 windows or 400 dates, windows for holidays without a calendar, a calendar without
  // windows.
  static Result<Schedule> from(const v1::Schedule& schedule, const std::string& field);

  bool always() const { return windows_.empty() && exceptions_.empty(); }
  // Name of the calendar to ask with; empty: none.
  const std::string& holiday_calendar() const { return holiday_calendar_; }
  // `holidays`: of the calendar; null, or not known: no day is a holiday.
  bool in_force(const LocalRules& rules, Time at, const Holidays* holidays = nullptr) const;
  // The first moment after `at` when in_force changes; none when it never does. Costs a few hundred
  // comparisons.
  std::optional<Time> next_change(const LocalRules& rules, Time at, const Holidays* holidays = nullptr) const;

  bool operator==(const Schedule&) const = default;

 private:
  friend struct haechi::Fields<Schedule>;
  static constexpr size_t kFieldCount = 3;
  struct Window {
    uint32_t days;  // bit 0 Monday .. bit 6 Sunday, bit 7 a holiday
    int64_t start_s;
    int64_t end_s;  // after local midnight of the starting day; above 86400 when it passes midnight

    bool operator==(const Window&) const = default;
  };
  struct Exception {
    int64_t day;
    std::vector<Window> windows;

    bool operator==(const Exception&) const = default;
  };

  static Result<Window> window_from(uint32_t days, uint32_t start_min, uint32_t end_min,
                                    const std::string& field);
  // The windows that may hold on a day, and which of their bits counts there.
  struct Day {
    const std::vector<Window>& windows;
    uint32_t bit;
  };
  Day on(int64_t day, const Holidays* holidays) const;
  bool covers(int64_t local_s, const Holidays* holidays) const;
  void edges_on(int64_t day, const LocalRules& rules, std::vector<int64_t>& out) const;

  std::vector<Window> windows_;
  std::vector<Exception> exceptions_;  // sorted by day
  std::string holiday_calendar_;
};

}  // namespace haechi::law
