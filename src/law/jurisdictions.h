// Jurisdictions: which agency answers for a place, and who else is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/archived.h"
#include "base/names.h"
#include "base/result.h"
#include "geo/zone_index.h"

namespace haechi::v1 {
class Jurisdiction;
}

namespace haechi::law {

// One agency to be told of an alarm at a place.
struct Responsible {
  std::string agency_id;
  std::string jurisdiction_id;
  bool informative = false;  // another agency runs the call
};

// Would the agency of `fresh` run calls that the agency of `known` runs now? Where it lies within the other
// by ten metres or more: neighbours that share a border take nothing from each other.
bool takes_over(const v1::Jurisdiction& fresh, const v1::Jurisdiction& known);

class Jurisdictions {
 public:
  // Replaces the jurisdiction of that id, or takes it away. Refuses a shape that is no zone.
  Status put(const v1::Jurisdiction& jurisdiction);

  // First the agency that runs the call: of the jurisdictions that hold the place the smallest (then by id),
  // or else the nearest that the circle of error touches. Then, for information, its informed agencies and
  // those of every other jurisdiction that the circle touches. Each agency once. Empty when no jurisdiction
  // is touched.
  std::vector<Responsible> at(geo::Place place, int64_t error_mm) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Held {
    std::optional<geo::Zone> zone;  // none: taken away
    std::string agency_id;
    std::vector<std::string> informed_agency_ids;
    int64_t reach_mm = 0;
  };

  Names ids_;
  std::vector<Held> held_;  // by index of ids_
  geo::ZoneIndex index_;
};

}  // namespace haechi::law
