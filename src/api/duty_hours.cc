#include "api/duty_hours.h"

#include <array>
#include <cstdio>
#include <optional>
#include <sstream>

#include "trust/viewer.h"

namespace haechi::api {
namespace {

constexpr std::array kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr uint32_t kDayMin = 24 * 60;

std::optional<uint32_t> day_of(const std::string& text) {
  for (uint32_t day = 0; day < kDays.size(); ++day)
    if (text == kDays[day]) return day;
  return std::nullopt;
}

// "Mon-Fri" or "Sat".
uint32_t days_of(const std::string& text) {
  const size_t dash = text.find('-');
  const auto first = day_of(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : day_of(text.substr(dash + 1));
  if (!first || !last || *last < *first) return 0;
  uint32_t days = 0;
  for (uint32_t day = *first; day <= *last; ++day) days |= 1u << day;
  return days;
}

// "07:00-20:00".
bool read_hours(const std::string& text, v1::Window& window) {
  unsigned from_h = 0, from_m = 0, to_h = 0, to_m = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%2u:%2u-%2u:%2u%n", &from_h, &from_m, &to_h, &to_m, &read) != 4)
    return false;
  const uint32_t from = from_h * 60 + from_m, to = to_h * 60 + to_m;
  if (static_cast<size_t>(read) != text.size() || from_m >= 60 || to_m >= 60 || from >= kDayMin ||
      to > kDayMin || to == 0)
    return false;
  window.set_start_min(from);
  window.set_end_min(to);
  return true;
}

}  // namespace

Result<DutyHours> DutyHours::from(const std::vector<std::string>& hours, const v1::TimeZone& zone) {
  DutyHours out;
  TRY(out.rules_, law::LocalRules::from(zone));
  std::map<std::string, v1::Schedule> of_role;
  for (const std::string& one : hours) {
    std::istringstream words(one);
    std::string role, days, clock, more;
    words >> role >> days >> clock;
    v1::Window window;
    window.set_days(days_of(days));
    if (!trust::parse_role(role) || window.days() == 0 || !read_hours(clock, window) || words >> more)
      return invalid("", "must be like \"probation Mon-Fri 07:00-20:00\": " + one);
    *of_role[role].add_windows() = window;
  }
  for (const auto& [role, schedule] : of_role) {
    TRY(out.of_role_[role], law::Schedule::from(schedule, ""));
  }
  return out;
}

bool DutyHours::off_duty(const std::string& role, Time at) const {
  const auto found = of_role_.find(role);
  return found != of_role_.end() && !found->second.in_force(rules_, at);
}

}  // namespace haechi::api
