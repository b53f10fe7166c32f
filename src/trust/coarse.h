// CoarsePlaces: what is shown of a person's place to who may know roughly where he is.
//
// The world is cut into squares of kCoarseCellM, for each person elsewhere, and what is shown is the middle
// of his square moved by kCoarseShiftMinM at least, the same way for ever. Whoever does not have the secret
// does not know where his squares end nor how he is moved, so that neither asking often, nor his resting at
// a border, nor his going about shows him nearer than a square's size.
//
// 1. One place, one person, one secret: one answer, whoever asks, from wherever, however often.
// 2. No answer is farther from the place than kCoarseAccuracyMm.
//
// What it does not keep: who knows from elsewhere where somebody was at one moment learns how he is moved,
// and then knows him to the square. So whoever was shown him in full is told no less afterwards.
#pragma once

#include <cstdint>
#include <string>

#include "haechi/v1/device.pb.h"
#include "haechi/v1/geo.pb.h"

namespace haechi::trust {

inline constexpr double kCoarseCellM = 640;
inline constexpr double kCoarseShiftMinM = 1.1 * kCoarseCellM;
inline constexpr double kCoarseShiftMaxM = 1.6 * kCoarseCellM;
inline constexpr uint32_t kCoarseAccuracyMm = 1'500'000;  // a shift and half of a square's diagonal

class CoarsePlaces {
 public:
  explicit CoarsePlaces(std::string secret) : secret_(std::move(secret)) {}
  v1::Place of(const std::string& person_id, const v1::Place& place) const;
  // When and roughly where, and nothing else of it.
  v1::Fix of(const std::string& person_id, const v1::Fix& fix) const;

 private:
  std::string secret_;
};

}  // namespace haechi::trust
