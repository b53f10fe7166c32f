// Drive: where someone is who follows a route by plan: straight legs, a speed on each, standing still at the
// end.
#pragma once

#include <vector>

#include "base/time.h"
#include "geo/place.h"

namespace haechi::sim {

// Where a carrier is and how he moves.
struct Pose {
  geo::Place place;
  int64_t speed_mmps = 0;
  int32_t course_cdeg = 0;
};

struct Leg {
  geo::Place to;
  int64_t speed_mmps;  // > 0
};

class Drive {
 public:
  explicit Drive(geo::Place start) : start_(start) {}

  // From where he is at `now`, along these legs. Replaces the route before.
  void go(std::vector<Leg> legs, Time now);
  Pose at(Time now) const;
  bool arrived(Time now) const { return now >= ends_at_; }

 private:
  geo::Place start_;
  std::vector<Leg> legs_;
  Time begins_at_, ends_at_;
};

}  // namespace haechi::sim
