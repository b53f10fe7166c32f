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
#include <functional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "haechi/v1/device.pb.h"
#include "haechi/v1/geo.pb.h"

namespace haechi::trust {

inline constexpr double kCoarseCellM = 640;
inline constexpr double kCoarseShiftMinM = 1.1 * kCoarseCellM;
inline constexpr double kCoarseShiftMaxM = 1.6 * kCoarseCellM;
inline constexpr uint32_t kCoarseAccuracyMm = 1'500'000;  // a shift and half of a square's diagonal

// The secret, known or kept by somebody who only answers HMAC-SHA-256 under it. Any thread.
class CoarseSecret {
 public:
  CoarseSecret(std::string secret = "")  // NOLINT: implicit by design
      : hmac_([secret = std::move(secret)](std::string_view text) { return hmac_sha256(secret, text); }) {}
  explicit CoarseSecret(std::function<Digest(std::string_view text)> hmac) : hmac_(std::move(hmac)) {}
  Digest hmac(std::string_view text) const { return hmac_(text); }

 private:
  std::function<Digest(std::string_view text)> hmac_;
};

class CoarsePlaces {
 public:
  explicit CoarsePlaces(CoarseSecret secret) : secret_(std::move(secret)) {}
  explicit CoarsePlaces(std::string secret) : CoarsePlaces(CoarseSecret(std::move(secret))) {}
  v1::Place of(const std::string& person_id, const v1::Place& place) const;
  // When and roughly where, and nothing else of it.
  v1::Fix of(const std::string& person_id, const v1::Fix& fix) const;

 private:
  CoarseSecret secret_;
};

}  // namespace haechi::trust
