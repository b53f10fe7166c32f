// Areas of nearest station: the land cut into one area per point, each the part of the land that is nearer to
// that point than to any other. A stand-in for official boundaries, which `haechi import` reads.
#pragma once

#include <vector>

#include "geo/place.h"

namespace haechi::sim {

using Outline = std::vector<geo::Place>;

// One list of outlines (usually one) for each point, in the order of `points`. Points are distinct.
std::vector<std::vector<Outline>> nearest_areas(const std::vector<geo::Place>& points, const Outline& land);

}  // namespace haechi::sim
