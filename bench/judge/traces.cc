#include "bench/judge/traces.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace haechi::judge {
namespace {

constexpr int64_t kGapSMax = 30;
constexpr double kSpeedMpsMax = 60;

struct Row {
  std::string person, trip;
  Sample sample;
};

bool read_row(const std::string& line, Row& row) {
  char person[64], trip[64];
  double s = 0;
  if (std::sscanf(line.c_str(), "%63[^,],%63[^,],%lf,%lf,%lf", person, trip, &s, &row.sample.at.lat,
                  &row.sample.at.lng) != 5)
    return false;
  row.person = person;
  row.trip = trip;
  if (!(std::abs(s) < 1e11)) return false;
  row.sample.s = std::llround(s);
  return std::abs(row.sample.at.lat) < 85 && std::abs(row.sample.at.lng) <= 180;
}

bool goes_on(const Sample& from, const Sample& to) {
  const auto seconds = static_cast<double>(to.s - from.s);
  return to.s - from.s <= kGapSMax && between(from.at, to.at).length() <= kSpeedMpsMax * seconds;
}

}  // namespace

Result<std::vector<Stretch>> read_traces(std::istream& in, int64_t seconds_min) {
  std::vector<Stretch> all;
  Stretch open;
  std::string line, trip;
  const auto close = [&] {
    if (open.samples.size() > 1 && open.seconds() >= seconds_min) all.push_back(open);
    open.samples.clear();
  };
  for (size_t number = 1; std::getline(in, line); ++number) {
    Row row;
    if (!read_row(line, row)) {
      if (number == 1 || line.empty()) continue;  // the heading
      return invalid("traces", "line " + std::to_string(number) + " is not person,trip,unix_s,lat,lon");
    }
    if (row.person != open.person || row.trip != trip) {
      close();
      open.person = row.person;
      trip = row.trip;
    }
    if (!open.samples.empty() && row.sample.s == open.samples.back().s) continue;
    if (!open.samples.empty() &&
        (row.sample.s < open.samples.back().s || !goes_on(open.samples.back(), row.sample)))
      close();
    open.samples.push_back(row.sample);
  }
  close();
  if (all.empty()) return invalid("traces", "no stretch of " + std::to_string(seconds_min) + " s or more");
  return all;
}

Point Path::at(double s) const {
  const auto after = std::lower_bound(samples_.begin(), samples_.end(), s, [](const Sample& one, double at) {
    return static_cast<double>(one.s) < at;
  });
  if (after == samples_.begin()) return samples_.front().at;
  if (after == samples_.end()) return samples_.back().at;
  const Sample& before = *(after - 1);
  const double part = (s - static_cast<double>(before.s)) / static_cast<double>(after->s - before.s);
  return {before.at.lat + (after->at.lat - before.at.lat) * part,
          before.at.lng + (after->at.lng - before.at.lng) * part};
}

}  // namespace haechi::judge
