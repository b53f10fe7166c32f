// Units: who could go. Positions and statuses of the units of every desk of ours, and the search for the
// nearest.
//
// Any status, position or assignment here changes only through Dispatch; this class keeps and finds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "geo/place.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::dispatch {

struct Unit {
  std::string id;
  std::string agency_id;
  uint32_t speed_mmps = 0;
  bool removed = false;
  v1::UnitStatus status = v1::UNIT_STATUS_AVAILABLE;
  std::string call_id;  // empty: on no call
  v1::Target target = v1::TARGET_UNSPECIFIED;
  std::optional<geo::Place> place;
  Time placed_at;
};

// A unit that could go, and how long it would take.
struct Candidate {
  Unit* unit = nullptr;
  int64_t distance_mm = 0;  // 0 with eta_s 0: not known
  uint32_t eta_s = 0;
};

class Units {
 public:
  // Registers, changes or removes. The unit as it is now, which stays at its address for ever.
  Unit& put(const v1::Unit& registered);
  Unit* find(const std::string& id);

  void put_device(const v1::Device& device);
  // A fix of a unit's own device. Costs one hash lookup when the device is not one.
  void moved(const v1::ReportReceived& received, Time now);

  // The best `count` available units for that place, best first: fresh positions before old ones before none;
  // then by arrival, where a unit of `agency_id` wins within 10 %; then by id. No place: any, own agency
  // first. `agencies` are those whose units are ours. O(units).
  std::vector<Candidate> nearest(const std::optional<geo::Place>& place, const std::string& agency_id,
                                 const std::set<std::string>& agencies, const std::set<std::string>& excluded,
                                 Time now, size_t count);
  // Not known (0) if either place is not.
  static uint32_t eta_s(const Unit& unit, const std::optional<geo::Place>& place);

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::map<std::string, Unit> units_;
  std::map<std::string, Unit*, std::less<>> by_device_;
};

}  // namespace haechi::dispatch
