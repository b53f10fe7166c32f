#include "sim/walker.h"

#include <algorithm>
#include <cmath>

namespace haechi::sim {

Walker::Walker(WalkerHabits habits, Random random)
    : habits_(habits), random_(random), place_(habits.home), speed_(habits.speed_mmps) {
  turn_cdeg_ = random_.between(0, 8'999);
  pause_ = Duration::seconds(random_.between(0, habits_.pause_s_max));
}

void Walker::choose_walk() {
  const int64_t reach = habits_.roam_mm * 7 / 10;
  const geo::Offset by{random_.between(-reach, reach), random_.between(-reach, reach)};
  speed_ = habits_.speed_mmps * random_.between(80, 120) / 100;
  plan(geo::moved(habits_.home, by));
}

// A staircase of blocks along the turned grid, from here to there.
void Walker::plan(geo::Place to) {
  path_.clear();
  const geo::Offset whole = geo::offset_mm(place_, to);
  const double angle = static_cast<double>(turn_cdeg_) * 1.7453292519943295e-4;
  const double c = std::cos(angle), s = std::sin(angle);
  const double along = static_cast<double>(whole.east_mm) * c + static_cast<double>(whole.north_mm) * s;
  const double across = -static_cast<double>(whole.east_mm) * s + static_cast<double>(whole.north_mm) * c;
  const auto stretch = static_cast<double>(habits_.block_mm * random_.between(2, 6));
  const int steps = std::clamp(static_cast<int>((std::abs(along) + std::abs(across)) / (2 * stretch)), 1, 40);
  std::vector<geo::Place> corners;
  const auto corner = [&](double u, double v) {
    corners.push_back(geo::moved(place_, {std::llround(u * c - v * s), std::llround(u * s + v * c)}));
  };
  for (int i = 1; i <= steps; ++i) {
    corner(along * i / steps, across * (i - 1) / steps);
    corner(along * i / steps, across * i / steps);
  }
  path_.assign(corners.rbegin(), corners.rend());
}

void Walker::go_to(geo::Place place, int64_t speed_mmps) {
  called_ = true;
  pause_ = {};
  speed_ = speed_mmps;
  plan(place);
}

void Walker::release() {
  called_ = false;
  speed_ = habits_.speed_mmps;
  path_.clear();
}

void Walker::advance(Duration passed) {
  if (path_.empty() && called_) return;
  if (pause_.us > 0) {
    pause_ = pause_ - passed;
    if (pause_.us > 0) return;
    passed = Duration{} - pause_;
    pause_ = {};
  }
  if (path_.empty()) choose_walk();
  int64_t left_mm = speed_ * passed.ms() / 1'000;
  while (left_mm > 0 && !path_.empty()) {
    const geo::Place next = path_.back();
    const int64_t distance = geo::distance_mm(place_, next);
    if (distance > 0) course_cdeg_ = geo::bearing_cdeg(place_, next);
    if (distance > left_mm) {
      const geo::Offset whole = geo::offset_mm(place_, next);
      place_ = geo::moved(place_, {whole.east_mm * left_mm / distance, whole.north_mm * left_mm / distance});
      return;
    }
    place_ = next;
    path_.pop_back();
    left_mm -= distance;
  }
  if (path_.empty() && !called_) pause_ = Duration::seconds(random_.between(20, habits_.pause_s_max));
}

}  // namespace haechi::sim
