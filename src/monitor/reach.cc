#include "monitor/reach.h"

#include <algorithm>

namespace haechi::monitor {
namespace {

constexpr int64_t kWalkMmps = 2'000;
constexpr int64_t kTownMmps = 16'700;
constexpr int64_t kRoadMmps = 25'000;
constexpr int64_t kFastestMmps = 33'000;
constexpr Duration kInTown = Duration::seconds(600);
constexpr Duration kFootWalking = Duration::seconds(600);
constexpr Duration kFootResting = Duration::seconds(900);
constexpr Duration kFootSettled = Duration::seconds(1'800);
constexpr Duration kHerWalk = Duration::seconds(900);
// Nobody is further away than half the Earth is round.
constexpr Duration kAgeMax = Duration::seconds(60 * 24 * 3600);

int64_t way_mm(int64_t mmps, Duration time) {
  return time.ms() * mmps / 1'000;
}

}  // namespace

Pace his_pace(const LastSeen& seen, std::optional<int64_t> speed_max_mmps) {
  Pace pace{kFootWalking, kWalkMmps, kTownMmps, kRoadMmps};
  if (seen.state == MotionState::kResting) pace.on_foot = seen.settled ? kFootSettled : kFootResting;
  if (seen.state == MotionState::kVehicle) {
    pace.on_foot = {};
    pace.town_mmps = std::clamp(seen.speed_mmps, kTownMmps, kFastestMmps);
    pace.road_mmps = std::max(pace.road_mmps, pace.town_mmps);
  }
  if (seen.tampered) {
    pace.on_foot = {};
    pace.town_mmps = pace.road_mmps = kFastestMmps;
  }
  if (speed_max_mmps) {
    pace.town_mmps = pace.road_mmps = *speed_max_mmps;
    pace.foot_mmps = std::min(pace.foot_mmps, *speed_max_mmps);
  }
  return pace;
}

int64_t reach_mm(const Pace& pace, Duration age) {
  const Duration whole = std::clamp(age, Duration{}, kAgeMax);
  const Duration foot = std::min(whole, pace.on_foot);
  const Duration town = std::min(whole - foot, kInTown);
  return way_mm(pace.foot_mmps, foot) + way_mm(pace.town_mmps, town) +
         way_mm(pace.road_mmps, whole - foot - town);
}

int64_t her_reach_mm(Duration age) {
  return way_mm(kWalkMmps, std::clamp(age, Duration{}, kHerWalk));
}

}  // namespace haechi::monitor
