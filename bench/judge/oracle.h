// Oracle: what a judge could do who is told what no judge can know (follow.h), with the best thresholds there
// are, chosen afterwards. What an oracle does not reach is out of reach for whoever is told less.
//
// Told besides: when an episode is over, so that nothing rings twice; and it never rings for a place, only
// for a number: how surely he is, or within the last 90 s was, nearer to the border than so many metres.
#pragma once

#include <array>
#include <vector>

#include "bench/judge/follow.h"
#include "bench/judge/score.h"

namespace haechi::judge {

// Metres past the border; negative inside it. The first is where an alert stops being false.
inline constexpr std::array<double, 3> kLevelsM = {kBandM, 5, -10};
// Deviations by which the margin must lie below the level.
inline constexpr std::array<double, 16> kCertainties = {-1,  -0.5, 0,    0.25, 0.5, 0.75, 1,   1.25,
                                                        1.5, 1.75, 2.05, 2.33, 2.6, 3,    3.5, 4};
// Probability, roughly, of a violation within five minutes.
inline constexpr std::array<double, 12> kChances = {0.01, 0.02, 0.03, 0.05, 0.08, 0.12,
                                                    0.18, 0.25, 0.35, 0.5,  0.7,  0.9};

struct Readings {
  std::array<std::vector<float>, kLevelsM.size()> certainty;  // a number for each second
  std::vector<float> chance;
};
Readings read(const World& world, const Cell& cell, Told told);

// `truth`: nullptr lets alerts end as soon as they can (for somebody who rests, of whom there are no
// episodes).
std::vector<Alert> alerts_at(const World& world, const Truth* truth, const std::vector<float>& certainty,
                             double least);
std::vector<Alert> warnings_at(const World& world, const std::vector<float>& chance, double least);

}  // namespace haechi::judge
