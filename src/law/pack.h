// Pack: the numbers of one country's law and practice, each with its source. A number of the order goes
// before a number of the pack.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::law {

struct Pack {
  int64_t warn_mm;
  int64_t police_mm;
  int64_t map_mm;
  int64_t ban_mm;
  int64_t place_police_mm;
  int64_t hysteresis_mm;
  Duration clear_hold;
};

// The Republic of Korea.
const Pack& kr();

// What is known of the distance between the two persons when a code is chosen.
enum class Nearness {
  kNobody,   // the wearer's orders protect no one in particular
  kUnknown,  // someone, but one of the two cannot be placed
  kFar,
  kNear,  // within the distance at which she is warned
};

// 112 code of an alert: 0 (highest) .. 4.
uint32_t code112(v1::AlertKind kind, Nearness nearness);

// How long the control room has to take an alert before it is passed up; zero: it is not passed up.
Duration acknowledge_within(uint32_t code);

// A distance as the protected person is shown it: steps of 10 m below 100 m, 50 m below 1 km, 100 m above.
uint32_t shown_distance_m(int64_t distance_mm);
// A direction as she is shown it: 0, 45, .. 315.
uint32_t shown_direction_deg(int32_t bearing_cdeg);

}  // namespace haechi::law
