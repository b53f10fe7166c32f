#include <algorithm>
#include <cmath>

#include "geo/segment.h"
#include "monitor/margin.h"

namespace haechi::monitor {
namespace {

int64_t joint_sigma_mm(int64_t a, int64_t b) {
  return std::llround(std::hypot(static_cast<double>(a), static_cast<double>(b)));
}

}  // namespace

std::optional<Measure> pair_measure(const Track& wearer, const Track& protected_person, Time at) {
  const std::optional<Estimate> his = wearer.position_at(at);
  const std::optional<Estimate> hers = protected_person.position_at(at);
  if (!his || !hers) return std::nullopt;
  Measure made{geo::distance_mm(his->place, hers->place), joint_sigma_mm(his->sigma_mm, hers->sigma_mm), at};
  made.rests = wearer.stays_at(at) && protected_person.stays_at(at);
  return made;
}

std::optional<Measure> pair_way_measure(const KeptFix& from, const KeptFix& to, const Track& other) {
  if (to.at - from.at > kWayMax) return std::nullopt;
  const std::optional<Estimate> start = other.position_at(from.at);
  const std::optional<Estimate> end = other.position_at(to.at);
  if (!start || !end) return std::nullopt;
  const geo::Approach nearest = geo::closest_approach(from.place, to.place, start->place, end->place);
  const auto passed_us = std::llround(static_cast<double>((to.at - from.at).us) * nearest.fraction);
  Measure made{nearest.distance_mm,
               joint_sigma_mm(std::max(from.sigma_mm, to.sigma_mm), std::max(start->sigma_mm, end->sigma_mm)),
               from.at + Duration{passed_us}};
  made.way = true;
  return made;
}

}  // namespace haechi::monitor
