// Walker: someone who moves along streets, drawn from a seed. Streets are a grid turned by an angle of its
// own, so paths are plausible without a road map: straight stretches, right-angled turns, stops.
#pragma once

#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "geo/place.h"

namespace haechi::sim {

struct WalkerHabits {
  geo::Place home;
  int64_t roam_mm = 1'500'000;  // never further than this from home
  int64_t speed_mmps = 1'350;   // while moving
  int64_t pause_s_max = 600;    // between two walks
  int64_t block_mm = 80'000;    // side of a street block
};

class Walker {
 public:
  Walker(WalkerHabits habits, Random random);

  // Moves on by `passed`.
  void advance(Duration passed);
  // Leaves everything and goes straight (by streets) to `place` at `speed_mmps`; stays there until released.
  void go_to(geo::Place place, int64_t speed_mmps);
  void release();
  bool arrived() const { return called_ && path_.empty(); }

  geo::Place place() const { return place_; }
  int64_t speed_mmps() const { return path_.empty() || pause_.us > 0 ? 0 : speed_; }
  int32_t course_cdeg() const { return course_cdeg_; }

 private:
  void choose_walk();
  void plan(geo::Place to);

  WalkerHabits habits_;
  Random random_;
  geo::Place place_;
  int64_t turn_cdeg_;  // of the street grid
  int64_t speed_;
  std::vector<geo::Place> path_;  // corners still to reach, the next one last
  Duration pause_{};
  int32_t course_cdeg_ = 0;
  bool called_ = false;
};

}  // namespace haechi::sim
