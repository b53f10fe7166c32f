// World: one wearer on a real way, one condition that binds him, and the truth about it.
//
// Worlds are drawn from a seed and a number alone, so a world can be named and looked at again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "bench/judge/traces.h"

namespace haechi::judge {

inline constexpr double kRadiusM = 100;  // of the ban, and of round zones
inline constexpr double kBandM = 20;     // what lies this near the border is nobody's error
inline constexpr double kTruthStepS = 0.25;

enum class Kind : uint8_t { kHerAtRest, kHerMoving, kRoundZone, kSquareZone, kResting };
inline constexpr const char* kKindNames[] = {"she rests", "she moves", "round zone", "square zone",
                                             "resting"};

// A rectangle, turned.
struct Block {
  Point centre;
  double half_length_m = 0, half_width_m = 0, turn = 0;  // turn in radians
  // Metres outside its border; negative inside.
  double margin_m(Point at) const { return margin_m(between(centre, at)); }
  double margin_m(Metres from_centre) const;
  std::vector<Point> corners() const;
};

struct World {
  uint64_t seed = 0;
  Kind kind = Kind::kHerAtRest;
  int64_t begins_s = 0, ends_s = 0;
  Path his, hers;  // hers: one sample for someone who rests
  Point centre;    // of a round zone
  Block block;     // of a square zone

  bool pair() const { return kind == Kind::kHerAtRest || kind == Kind::kHerMoving; }
  double days() const { return static_cast<double>(ends_s - begins_s) / 86'400; }
  // Metres from violation at a moment, if he is at `his_place` and she at `her_place`.
  double margin_m(Point his_place, Point her_place) const;
  // The same in truth.
  double margin_m(double s) const { return margin_m(his.at(s), hers.at(s)); }
};

World draw_world(const std::vector<Stretch>& traces, uint64_t seed, uint64_t number);
// 24 hours at rest, 15 m outside or inside the border of a round zone.
World resting_world(uint64_t seed, uint64_t number, bool inside);

}  // namespace haechi::judge
