// Shapes and ids: from the vocabulary to checked values, with the field named when something is wrong.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "geo/place.h"
#include "geo/zone.h"

namespace haechi::v1 {
class Fact;
class Place;
class Shape;
}  // namespace haechi::v1

namespace haechi::law {

// 1..64 characters of [A-Za-z0-9_.:-].
Status check_id(std::string_view id, const std::string& field);

// The place as it stands; whether it is in range is geo::in_range's to say.
geo::Place place_of(const v1::Place& place);
void set_place(geo::Place from, v1::Place& to);

Result<geo::Zone> zone_from(const v1::Shape& shape, const std::string& field);

// Is this fact valid by itself? For whoever is about to log it: persons, devices, zones, orders, time zones,
// holiday calendars, agencies, jurisdictions, units. Facts of other kinds pass. Field names start inside the
// registered object.
Status check(const v1::Fact& fact);

}  // namespace haechi::law
