// Device: what a judge gets to see of somebody: fixes at an interval, wrong in the ways in which fixes are
// wrong, and delivered in the ways in which reports are delivered.
//
// Every flaw of a second is drawn from the world's seed, the device and that second alone, so that two
// judges, and two intervals, meet the same weather.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/judge/world.h"

namespace haechi::judge {

inline constexpr double kDriftS = 60;  // correlation time of a fix's error

struct Cell {
  int64_t interval_s = 15;
  double sigma_m = 10;  // per axis
  bool spared = false;  // no fix leaps, is lost, comes late or twice
};

// As delivered.
struct Delivery {
  int64_t at_s = 0;    // when it arrives
  uint64_t order = 0;  // among those of the same second
  bool hers = false;
  uint64_t seq = 0;
  int64_t fixed_s = 0;
  Point place;
  double accuracy_m = 0;  // 68 % radius, as claimed
  bool stored = false;
};

class Device {
 public:
  // `world` outlives the device. Its first fix comes within the first interval.
  Device(const World& world, const Cell& cell, bool hers);

  // The deliveries that leave at `s`, if a fix is due then. Called for every second, in order.
  void tick(int64_t s, std::vector<Delivery>& out);
  // A command has arrived: from now on a fix every so many seconds.
  void report_every(int64_t interval_s, int64_t now_s);
  uint64_t fixes() const { return seq_; }
  // Every fix so far as it would have been without leap, loss and lateness: for oracles.
  const std::vector<Delivery>& unflawed() const { return unflawed_; }

 private:
  const World& world_;
  double sigma_m_;
  bool spared_, hers_;
  uint64_t seed_;
  int64_t interval_s_, next_s_, last_s_;
  uint64_t seq_ = 0;
  std::vector<Delivery> unflawed_;
  std::vector<Metres> drift_;  // of unit variance, one for each second
};

}  // namespace haechi::judge
