// A random source drawn from a seed: the same seed gives the same numbers on every machine. For simulations
// and generated worlds; never for secrets.
#pragma once

#include <cmath>
#include <cstdint>

namespace haechi {

// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit state, full period.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // Uniform in [0, n). n > 0. The bias is under n / 2^64.
  uint64_t below(uint64_t n) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64);
  }
  // Uniform in [low, high], both included.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
  }
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }
  // Standard normal (Box-Muller; the second value is not kept).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
    return radius * std::cos(6.283185307179586 * unit());
  }
  // A source of its own for a named part, so that one part's draws do not shift another's.
  Random fork(uint64_t name) { return Random(next() ^ (name * 0xD6E8FEB86659FD93u)); }

 private:
  uint64_t state_;
};

}  // namespace haechi
