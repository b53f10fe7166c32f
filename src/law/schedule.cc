#include "law/schedule.h"

#include <algorithm>

#include "haechi/v1/law.pb.h"
#include "law/shapes.h"

namespace haechi::law {
namespace {

constexpr int64_t kDayS = 86'400;
constexpr int64_t kOffsetSMax = 18 * 3600;
constexpr int kWindowsMax = 64;
constexpr int kExceptionsMax = 400;
constexpr int kHolidaysMax = 4'000;
constexpr uint32_t kHolidayBit = 1u << 7;
constexpr uint32_t kAnyDay = 0xff;
// A week and a day shows every weekly edge; another week covers a night that a clock change swallowed.
constexpr int64_t kSearchDays = 16;

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Days from civil, by counting years that start in March, so that the leap day comes last.
int64_t day_of(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = floor_div(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

bool leap(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// 1970-01-01 was a Thursday; bit 0 is Monday.
uint32_t weekday_bit(int64_t day) {
  return 1u << static_cast<uint32_t>(((day + 3) % 7 + 7) % 7);
}

}  // namespace

Result<int64_t> day_from_date(const std::string& date) {
  const auto digits = [&date](size_t from, size_t count) -> int64_t {
    int64_t value = 0;
    for (size_t i = from; i < from + count; ++i) {
      if (date[i] < '0' || date[i] > '9') return -1;
      value = value * 10 + (date[i] - '0');
    }
    return value;
  };
  if (date.size() != 10 || date[4] != '-' || date[7] != '-')
    return invalid("", "is not a date like 2026-03-14");
  const int64_t year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  static constexpr int64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1970 || month < 1 || month > 12) return invalid("", "is not a date from 1970 on");
  const int64_t days = kDays[month - 1] + (month == 2 && leap(year) ? 1 : 0);
  if (day < 1 || day > days) return invalid("", "names a day that month does not have");
  return day_of(year, month, day);
}

Result<LocalRules> LocalRules::from(const v1::TimeZone& zone) {
  LocalRules rules;
  for (int i = 0; i < zone.transitions_size(); ++i) {
    const auto& transition = zone.transitions(i);
    const std::string field = "transitions[" + std::to_string(i) + "]";
    if (i > 0 && transition.from_s() <= zone.transitions(i - 1).from_s())
      return invalid(field + ".from_s", "must be later than the transition before it");
    if (transition.offset_s() > kOffsetSMax || transition.offset_s() < -kOffsetSMax)
      return invalid(field + ".offset_s", "must be within 18 hours of UTC");
    rules.transitions_.push_back({transition.from_s(), transition.offset_s()});
  }
  return rules;
}

int64_t LocalRules::offset_s(int64_t utc_s) const {
  if (transitions_.empty()) return 0;
  const auto after =
      std::upper_bound(transitions_.begin(), transitions_.end(), utc_s,
                       [](int64_t at, const Transition& transition) { return at < transition.from_s; });
  return after == transitions_.begin() ? after->offset_s : std::prev(after)->offset_s;
}

Result<Holidays> Holidays::from(const v1::HolidayCalendar& calendar) {
  TRY_STATUS(check_id(calendar.name(), "name"));
  if (calendar.dates_size() > kHolidaysMax) return invalid("dates", "must be at most 4000");
  Holidays made;
  made.days_.reserve(static_cast<size_t>(calendar.dates_size()));
  for (int i = 0; i < calendar.dates_size(); ++i) {
    const std::string field = "dates[" + std::to_string(i) + "]";
    const Result<int64_t> day = day_from_date(calendar.dates(i));
    if (!day.ok()) return invalid(field, day.error().reason);
    if (!made.days_.empty() && *day <= made.days_.back())
      return invalid(field, "must be later than the date before it");
    made.days_.push_back(*day);
  }
  return made;
}

bool Holidays::contains(int64_t day) const {
  return std::binary_search(days_.begin(), days_.end(), day);
}

std::optional<int64_t> Holidays::next(int64_t day) const {
  const auto found = std::lower_bound(days_.begin(), days_.end(), day);
  return found == days_.end() ? std::nullopt : std::optional(*found);
}

Result<Schedule::Window> Schedule::window_from(uint32_t days, uint32_t start_min, uint32_t end_min,
                                               const std::string& field) {
  if (days == 0 || days > kAnyDay)
    return invalid(field + ".days", "must name at least one day, bit 0 Monday to bit 6, or bit 7, a holiday");
  if (start_min > 1439) return invalid(field + ".start_min", "must be 0..1439");
  if (end_min < 1 || end_min > 1440) return invalid(field + ".end_min", "must be 1..1440");
  const int64_t start_s = int64_t{start_min} * 60;
  const int64_t end_s = int64_t{end_min} * 60 + (end_min <= start_min ? kDayS : 0);
  return Window{days, start_s, end_s};
}

Result<Schedule> Schedule::from(const v1::Schedule& schedule, const std::string& field) {
  if (schedule.windows_size() > kWindowsMax) return invalid(field + ".windows", "must be at most 64");
  if (schedule.exceptions_size() > kExceptionsMax)
    return invalid(field + ".exceptions", "must be at most 400");
  Schedule checked;
  for (int i = 0; i < schedule.windows_size(); ++i) {
    const auto& window = schedule.windows(i);
    TRY(Window made, window_from(window.days(), window.start_min(), window.end_min(),
                                 field + ".windows[" + std::to_string(i) + "]"));
    if ((made.days & kHolidayBit) != 0 && schedule.holiday_calendar().empty())
      return invalid(field + ".holiday_calendar", "must be given where a window holds on holidays");
    checked.windows_.push_back(made);
  }
  if (!schedule.holiday_calendar().empty()) {
    TRY_STATUS(check_id(schedule.holiday_calendar(), field + ".holiday_calendar"));
    if (checked.windows_.empty())
      return invalid(field + ".holiday_calendar", "says nothing without windows: always is always");
    checked.holiday_calendar_ = schedule.holiday_calendar();
  }
  for (int i = 0; i < schedule.exceptions_size(); ++i) {
    const auto& exception = schedule.exceptions(i);
    const std::string name = field + ".exceptions[" + std::to_string(i) + "]";
    const Result<int64_t> day = day_from_date(exception.date());
    if (!day.ok()) return invalid(name + ".date", day.error().reason);
    Exception made{*day, {}};
    if (exception.windows_size() > kWindowsMax) return invalid(name + ".windows", "must be at most 64");
    for (int k = 0; k < exception.windows_size(); ++k) {
      const auto& window = exception.windows(k);
      TRY(Window one, window_from(kAnyDay, window.start_min(), window.end_min(),
                                  name + ".windows[" + std::to_string(k) + "]"));
      made.windows.push_back(one);
    }
    checked.exceptions_.push_back(std::move(made));
  }
  std::sort(checked.exceptions_.begin(), checked.exceptions_.end(),
            [](const Exception& a, const Exception& b) { return a.day < b.day; });
  for (size_t i = 1; i < checked.exceptions_.size(); ++i)
    if (checked.exceptions_[i].day == checked.exceptions_[i - 1].day)
      return invalid(field + ".exceptions", "name the same date twice");
  return checked;
}

Schedule::Day Schedule::on(int64_t day, const Holidays* holidays) const {
  const auto found =
      std::lower_bound(exceptions_.begin(), exceptions_.end(), day,
                       [](const Exception& exception, int64_t d) { return exception.day < d; });
  if (found != exceptions_.end() && found->day == day) return {found->windows, kAnyDay};
  const bool holiday = holidays != nullptr && holidays->contains(day);
  return {windows_, holiday ? kHolidayBit : weekday_bit(day)};
}

bool Schedule::covers(int64_t local_s, const Holidays* holidays) const {
  const int64_t today = floor_div(local_s, kDayS);
  for (const int64_t day : {today - 1, today}) {
    const Day held = on(day, holidays);
    // Dates alone, without weekly windows: on every other day the schedule is always in force, as without
    // any.
    if (held.bit != kAnyDay && windows_.empty()) {
      if (day == today) return true;
      continue;
    }
    const int64_t since_s = local_s - day * kDayS;
    for (const Window& window : held.windows) {
      if ((window.days & held.bit) == 0) continue;
      if (since_s >= window.start_s && since_s < window.end_s) return true;
    }
  }
  return false;
}

bool Schedule::in_force(const LocalRules& rules, Time at, const Holidays* holidays) const {
  if (always()) return true;
  const int64_t utc_s = floor_div(at.us, 1'000'000);
  return covers(utc_s + rules.offset_s(utc_s), holidays);
}

// UTC seconds at which the wall clock may show an edge of this local day: each edge under each offset in use
// around then, and the clock changes themselves.
void Schedule::edges_on(int64_t day, const LocalRules& rules, std::vector<int64_t>& out) const {
  const int64_t from_s = day * kDayS - 2 * kDayS, to_s = day * kDayS + 4 * kDayS;
  std::vector<int64_t> offsets = {rules.offset_s(from_s)};
  for (const LocalRules::Transition& transition : rules.transitions()) {
    if (transition.from_s < from_s || transition.from_s > to_s) continue;
    offsets.push_back(transition.offset_s);
    out.push_back(transition.from_s);
  }
  std::vector<int64_t> edges = {0, kDayS};
  for (const Window& window : on(day, nullptr).windows) {
    edges.push_back(window.start_s);
    edges.push_back(window.end_s);
  }
  for (const int64_t edge : edges)
    for (const int64_t offset : offsets) out.push_back(day * kDayS + edge - offset);
}

std::optional<Time> Schedule::next_change(const LocalRules& rules, Time at, const Holidays* holidays) const {
  if (always()) return std::nullopt;
  const bool now = in_force(rules, at, holidays);
  int64_t first_day = floor_div(floor_div(at.us, 1'000'000), kDayS);
  while (true) {
    std::vector<int64_t> edges;
    for (int64_t day = first_day - 2; day <= first_day + kSearchDays + 2; ++day) edges_on(day, rules, edges);
    std::sort(edges.begin(), edges.end());
    for (const int64_t edge : edges) {
      const Time then{edge * 1'000'000};
      if (edge > (first_day + kSearchDays) * kDayS) break;
      if (then > at && in_force(rules, then, holidays) != now) return then;
    }
    first_day += kSearchDays;
    // From here on only a date of its own or a holiday can change anything: go straight to the next one.
    const auto later =
        std::lower_bound(exceptions_.begin(), exceptions_.end(), first_day - 2,
                         [](const Exception& exception, int64_t d) { return exception.day < d; });
    std::optional<int64_t> day = holidays == nullptr ? std::nullopt : holidays->next(first_day - 2);
    if (later != exceptions_.end() && (!day || later->day < *day)) day = later->day;
    if (!day) return std::nullopt;
    first_day = std::max(first_day, *day - 2);
  }
}

}  // namespace haechi::law
