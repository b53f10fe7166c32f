#include <algorithm>

#include "monitor/margin.h"

namespace haechi::monitor {

Measure exclusion_measure(const geo::Zone& zone, const KeptFix& fix) {
  return {zone.signed_distance_mm(fix.place), fix.sigma_mm, fix.at};
}

std::optional<Measure> exclusion_way_measure(const geo::Zone& zone, const KeptFix& from, const KeptFix& to) {
  if (to.at - from.at > kWayMax) return std::nullopt;
  // When along the way is not said; the middle is off by at most half the way.
  Measure made{zone.signed_distance_along_mm(from.place, to.place), std::max(from.sigma_mm, to.sigma_mm),
               from.at + Duration{(to.at - from.at).us / 2}};
  made.way = true;
  return made;
}

Measure inclusion_measure(const geo::Zone& zone, const KeptFix& fix) {
  return {-zone.signed_distance_mm(fix.place), fix.sigma_mm, fix.at};
}

}  // namespace haechi::monitor
