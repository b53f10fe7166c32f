// Random zones for tests, and slow answers that use nothing of zone.h or S2 to compare the fast ones with.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "geo/zone.h"

namespace haechi::geo {

// A ring of `corners` corners around `centre`, each between the two radii from it, that does not cross
// itself.
std::vector<Place> star(Random& random, Place centre, int corners, double radius_m_min, double radius_m_max);

// A place up to `reach_mm` east or west and north or south of a place.
Place near(Random& random, Place place, int64_t reach_mm);

// A fraction of the way along the great circle.
Place part_way(Place from, Place to, double fraction);

// The distance to the nearest of `steps` + 1 places on each edge, and of places close around the nearest of
// those.
int64_t slow_border_mm(const std::vector<std::vector<Place>>& rings, Place place, int steps);

// Even-odd rule in the plane of longitude and latitude. Right where edges are short and do not meet the
// antimeridian, but for places within millimetres of the border.
bool slow_contains(const std::vector<std::vector<Place>>& rings, Place place);

}  // namespace haechi::geo
