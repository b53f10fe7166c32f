// Margins: one small function per kind of condition. How far is the world from a violation, and how sure is
// that? Each answers with the distance that all tiers of a rule share; a tier's margin is that distance minus
// its limit.
#pragma once

#include <optional>

#include "geo/zone.h"
#include "monitor/position.h"
#include "monitor/tracker.h"

namespace haechi::monitor {

struct Measure {
  int64_t distance_mm = 0;  // between the two; to the border, negative inside; for inclusion negative outside
  int64_t sigma_mm = 0;
  Time at;
  bool radio = false;  // one device heard the other
  bool way = false;    // the nearest between two fixes
  bool rests = false;  // nobody in it moves: it rests on stays
};

// Longer than this between two fixes, the straight line says nothing about the way.
inline constexpr Duration kWayMax = Duration::seconds(600);

// Keep away from a person: both at the same moment. None when either has no place then.
std::optional<Measure> pair_measure(const Track& wearer, const Track& protected_person, Time at);
// The nearest the two came while one of them went from one fix to the next. None when the way is too long in
// time or the other has no place at both ends.
std::optional<Measure> pair_way_measure(const KeptFix& from, const KeptFix& to, const Track& other);

// Exclusion: to the zone.
Measure exclusion_measure(const geo::Zone& zone, const KeptFix& fix);
std::optional<Measure> exclusion_way_measure(const geo::Zone& zone, const KeptFix& from, const KeptFix& to);

// Inclusion and curfew: to the way out. What was left and entered again between two fixes cannot be seen in a
// straight line between two places inside, so there is no way measure.
Measure inclusion_measure(const geo::Zone& zone, const KeptFix& fix);

// Between two persons of whose devices one heard the other. A strength of 0 or more, or below -127, counts as
// not said; power not announced as -59 dBm.
Measure radio_measure(int32_t rssi_dbm, std::optional<int32_t> power_at_1m_dbm, Time at);

}  // namespace haechi::monitor
