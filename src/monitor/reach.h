// Reach: how far someone may have come since he was last placed. Of him it is assumed that he goes straight
// to where he must not be, as fast as he can by what was last seen of him.
//
//   last seen          on foot (2 m/s) for   then by car, in a straight line
//   driving            0                     60 km/h, or as fast as he was, for ten minutes; then 90 km/h
//   walking, unknown   10 min                60 km/h for ten minutes, then 90 km/h
//   resting            15 min                the same
//   settled            30 min                the same
//   tampered with      0                     120 km/h
//
// Why: 33 m/s is what a road allows, not what it yields. Streets are a third longer than the straight line
// and have lights: 60 km/h straight through a town is a night drive without one red light, 90 km/h is a
// motorway at 120 km/h with the same detour. So a driver last seen 3 km from a radius of 100 m is told of
// after 174 s.
//
// Nobody boards a car the moment his signal is lost, and nearly everyone who is lost is in a basement, a lift
// or a subway for less than a quarter of an hour: to ring for these at the speed of a car would be to ring
// for every phone within 15 km each time. Who was walking or at rest is therefore taken to walk first, for as
// long as such losses usually last, and then to drive whatever he did before; who has not moved for half an
// hour is at home or at work, where devices lose their places for longest. His silence has rung long before
// any of this; a cut strap, a device switched off or jammed says that it was meant, and nothing is granted
// then.
//
// Of her it is assumed that she goes where she goes: at a walk, for a quarter of an hour. She may be anywhere
// after that, and to take her to drive to his door would ring for every ride of hers on the subway. That she
// is unheard of has its own alert; where she was last is still judged as if she were there.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "monitor/motion.h"

namespace haechi::monitor {

struct Pace {
  Duration on_foot;
  int64_t foot_mmps = 0;
  int64_t town_mmps = 0;  // for the first ten minutes by car
  int64_t road_mmps = 0;
};

// What was last seen of him.
struct LastSeen {
  MotionState state = MotionState::kUnknown;
  int64_t speed_mmps = 0;
  bool settled = false;  // had not moved for half an hour
  bool tampered = false;
};

inline constexpr Duration kSettledAfter = Duration::seconds(1'800);

// `speed_max_mmps`: what the order states, in place of every speed by car and as a bound on walking.
Pace his_pace(const LastSeen& seen, std::optional<int64_t> speed_max_mmps);
// In millimetres, never decreasing with age; 0 for no age.
int64_t reach_mm(const Pace& pace, Duration age);
int64_t her_reach_mm(Duration age);

}  // namespace haechi::monitor
