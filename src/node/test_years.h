// For tests of retention: dates, counted here without the law room.
#pragma once

#include <chrono>

#include "base/time.h"

namespace haechi::node {

// The same day five years on, in Korea; what the statute calls five years.
inline Time five_years_on(Time at) {
  using namespace std::chrono;
  const sys_seconds local{seconds(at.us / 1'000'000 + 9 * 3'600)};
  const sys_days day = floor<days>(local);
  year_month_day date{day};
  date += years(5);
  if (!date.ok()) date = date.year() / date.month() / last;
  const seconds moment = sys_days(date).time_since_epoch() + (local - day) - hours(9);
  return Time{moment.count() * 1'000'000};
}

}  // namespace haechi::node
