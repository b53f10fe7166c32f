// Follow: where one person is believed to be, second by second, by somebody who is told what no judge can
// know.
//
// Every oracle gets every fix one second after it was taken: none lost, none late, none a leap; their error
// is the device's, and its size and persistence are known. What else it is told, is its name:
//
//   speeds  how fast the person is at every second, past and future, and how long a direction lasts in this
//           world; not the direction. Fixes of before and after a second are weighed together (Kalman, Rauch-
//           Tung-Striebel), which is the best that means and variances allow.
//   way     the whole way, past and future, but for where it lies: one displacement, the same for all of it.
//   places  the true place at every fix and all of the way before it; of what comes after, what `speeds`
//   knows.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/judge/device.h"

namespace haechi::judge {

enum class Told : uint8_t { kErrors, kSpeeds, kVelocities, kWay, kPlaces };
inline constexpr const char* kToldNames[] = {"errors", "speeds", "velocities", "way", "places"};

inline constexpr int64_t kLookBackS = 90;  // believed anew with every fix: so far back,
inline constexpr int64_t kAheadS = 300;    // and so far ahead

struct Belief {
  Metres place;
  double variance_m2 = 0;  // per axis
};

class Follower {
 public:
  // Places are metres from `origin`. `world` outlives the follower.
  Follower(const World& world, const Cell& cell, bool hers, Told told, Point origin);

  // Hears what has arrived by second `s`, called in order; whether anything did.
  bool hear(int64_t s);
  bool heard_any() const { return heard_ > 0; }
  // What is believed of second `s`, up to kAheadS after the second of the last hear().
  const Belief& at(int64_t s) const { return believed_[index(s)]; }

 private:
  // Mean per axis and common covariance of place, of pace (velocity by speed) and of the fix's error.
  struct State {
    double mean[2][3] = {}, cov[3][3] = {};
  };
  // From a second to the next: what is expected of it, and how much what is learned of it tells of this one.
  struct Link {
    State ahead;
    double gain[3][3] = {};
  };
  size_t index(int64_t s) const { return static_cast<size_t>(s - begins_s_); }
  void go_on(State& state, size_t i) const;  // from second i to the next
  void link(size_t i);
  void hear_fix(size_t i, Metres fix);
  void smooth(size_t i);
  void shift(size_t i, Metres fix);
  void foresee(size_t i, State state);

  Told told_;
  int64_t begins_s_, reach_s_;
  double sigma_m_, keep_error_, keep_pace_ = 0;
  std::vector<Metres> truth_;     // one a second, as are all below
  std::vector<Metres> drive_;     // told of the next second's way
  std::vector<double> pace_mps_;  // of one axis
  std::vector<State> filtered_;   // as far as there are fixes
  std::vector<Link> links_;       // one fewer
  std::vector<Belief> believed_;
  std::vector<Delivery> fixes_;
  Point origin_;
  size_t heard_ = 0, known_ = 0;  // fixes heard; the second of the last one
  Metres last_fix_, offset_;      // of `way`: the mean displacement,
  double information_ = 0;        // and its worth, in fixes
};

}  // namespace haechi::judge
