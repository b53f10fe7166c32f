#include "bench/judge/follow.h"

#include <algorithm>

namespace haechi::judge {
namespace {

constexpr auto kBack = static_cast<size_t>(kLookBackS);
constexpr int64_t kSpeedWindowS = 15;
constexpr int64_t kTurnLagS = 10;
constexpr double kVelocityShare = 0.5;
constexpr double kAnyPaceMps = 3, kAnyKeepPace = 0.95;
constexpr double kPaceMpsMin = 0.02, kAnywhereM2 = 1e8, kFixM2 = 0.25;

Metres operator-(Metres a, Metres b) {
  return {a.east - b.east, a.north - b.north};
}
Metres operator+(Metres a, Metres b) {
  return {a.east + b.east, a.north + b.north};
}
Metres operator*(double k, Metres a) {
  return {k * a.east, k * a.north};
}
double dot(Metres a, Metres b) {
  return a.east * b.east + a.north * b.north;
}

Metres step_at(const std::vector<Metres>& way, size_t i) {
  return i + 1 < way.size() ? way[i + 1] - way[i] : Metres{};
}

std::vector<double> paces(const std::vector<Metres>& way) {
  std::vector<double> squares(way.size() + 1, 0), out(way.size());
  for (size_t i = 0; i < way.size(); ++i) {
    const Metres step = step_at(way, i);
    squares[i + 1] = squares[i] + dot(step, step) / 2;
  }
  for (size_t i = 0; i < way.size(); ++i) {
    const size_t from = i < kSpeedWindowS ? 0 : i - kSpeedWindowS;
    const size_t to = std::min(way.size(), i + kSpeedWindowS + 1);
    out[i] = std::max(kPaceMpsMin, std::sqrt((squares[to] - squares[from]) / static_cast<double>(to - from)));
  }
  return out;
}

// What is left of a direction after a second.
double keep_pace(const std::vector<Metres>& way, const std::vector<double>& pace_mps) {
  double same = 0, most = 0;
  for (size_t i = 0; i + kTurnLagS < way.size(); ++i) {
    same += dot(step_at(way, i), step_at(way, i + kTurnLagS));
    most += 2 * pace_mps[i] * pace_mps[i + kTurnLagS];
  }
  return std::pow(std::clamp(same / most, 0.3, 0.98), 1.0 / kTurnLagS);
}

using Square = double[3][3];

void invert(const Square& a, Square& out) {
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      const int r = (j + 1) % 3, s = (j + 2) % 3, p = (i + 1) % 3, q = (i + 2) % 3;
      out[i][j] = a[r][p] * a[s][q] - a[r][q] * a[s][p];
    }
  const double size = a[0][0] * out[0][0] + a[0][1] * out[1][0] + a[0][2] * out[2][0];
  for (auto& row : out)
    for (double& one : row) one /= size;
}

}  // namespace

Follower::Follower(const World& world, const Cell& cell, bool hers, Told told, Point origin)
    : told_(told),
      begins_s_(world.begins_s),
      reach_s_(cell.interval_s + 1 + kAheadS),
      sigma_m_(cell.sigma_m),
      keep_error_(std::exp(-1 / kDriftS)),
      origin_(origin) {
  Device device(world, cell, hers);
  std::vector<Delivery> unused;
  for (int64_t s = world.begins_s; s < world.ends_s; ++s) {
    truth_.push_back(between(origin, (hers ? world.hers : world.his).at(static_cast<double>(s))));
    device.tick(s, unused);
  }
  fixes_ = device.unflawed();
  pace_mps_ = paces(truth_);
  keep_pace_ = keep_pace(truth_, pace_mps_);
  believed_.resize(truth_.size() + static_cast<size_t>(reach_s_));
  State start;
  start.cov[0][0] = kAnywhereM2;
  start.cov[1][1] = 1;
  start.cov[2][2] = sigma_m_ * sigma_m_;
  if (told == Told::kErrors) {
    pace_mps_.assign(truth_.size(), kAnyPaceMps);
    keep_pace_ = kAnyKeepPace;
  }
  if (told == Told::kVelocities) {
    for (size_t i = 0; i < truth_.size(); ++i) drive_.push_back(step_at(truth_, i));
    for (double& one : pace_mps_) one *= kVelocityShare;
  } else {
    drive_.assign(truth_.size(), {});
  }
  filtered_.reserve(truth_.size());
  filtered_.push_back(start);
}

bool Follower::hear(int64_t s) {
  bool heard = false;
  for (; heard_ < fixes_.size() && fixes_[heard_].fixed_s < s; ++heard_, heard = true)
    hear_fix(index(fixes_[heard_].fixed_s), between(origin_, fixes_[heard_].place));
  return heard;
}

void Follower::go_on(State& state, size_t i) const {
  const double pace = pace_mps_[std::min(i, pace_mps_.size() - 1)], keep = keep_pace_;
  const Metres drive = i < drive_.size() ? drive_[i] : Metres{};
  state.mean[0][0] += drive.east;
  state.mean[1][0] += drive.north;
  for (auto& mean : state.mean) {
    mean[0] += pace * mean[1];
    mean[1] *= keep;
    mean[2] *= keep_error_;
  }
  Square& p = state.cov;
  p[0][0] += 2 * pace * p[0][1] + pace * pace * p[1][1];
  p[0][1] = keep * (p[0][1] + pace * p[1][1]);
  p[0][2] = keep_error_ * (p[0][2] + pace * p[1][2]);
  p[1][1] = keep * keep * p[1][1] + 1 - keep * keep;
  p[1][2] *= keep * keep_error_;
  p[2][2] = keep_error_ * keep_error_ * p[2][2] + (1 - keep_error_ * keep_error_) * sigma_m_ * sigma_m_;
  p[1][0] = p[0][1];
  p[2][0] = p[0][2];
  p[2][1] = p[1][2];
}

void Follower::hear_fix(size_t i, Metres fix) {
  if (told_ == Told::kWay) return shift(i, fix);
  if (told_ == Told::kPlaces) {
    for (size_t k = known_; k <= i; ++k) believed_[k] = {truth_[k], kFixM2};
    known_ = i;
    State state;
    state.cov[0][0] = kFixM2;
    const Metres pace = (1 / pace_mps_[i]) * (i > 0 ? truth_[i] - truth_[i - 1] : Metres{});
    state.mean[0][0] = truth_[i].east, state.mean[0][1] = pace.east;
    state.mean[1][0] = truth_[i].north, state.mean[1][1] = pace.north;
    return foresee(i, state);
  }
  while (filtered_.size() <= i) link(filtered_.size() - 1);
  State& state = filtered_[i];
  double seen[3];  // covariance with what a fix shows: the place and its error together
  for (int k = 0; k < 3; ++k) seen[k] = state.cov[k][0] + state.cov[k][2];
  const double variance = seen[0] + seen[2] + kFixM2;
  for (int axis = 0; axis < 2; ++axis) {
    double* mean = state.mean[axis];
    const double off = (axis == 0 ? fix.east : fix.north) - mean[0] - mean[2];
    for (int k = 0; k < 3; ++k) mean[k] += seen[k] / variance * off;
  }
  for (int k = 0; k < 3; ++k)
    for (int l = 0; l < 3; ++l) state.cov[k][l] -= seen[k] * seen[l] / variance;
  smooth(i);
  foresee(i, state);
}

void Follower::link(size_t i) {
  const State& here = filtered_[i];
  Link made{here, {}};
  go_on(made.ahead, i);
  Square inverse;
  invert(made.ahead.cov, inverse);
  for (int r = 0; r < 3; ++r) {
    const double with[3] = {here.cov[r][0] + pace_mps_[i] * here.cov[r][1], keep_pace_ * here.cov[r][1],
                            keep_error_ * here.cov[r][2]};
    for (int c = 0; c < 3; ++c)
      made.gain[r][c] = with[0] * inverse[0][c] + with[1] * inverse[1][c] + with[2] * inverse[2][c];
  }
  links_.push_back(made);
  filtered_.push_back(made.ahead);
}

void Follower::smooth(size_t i) {
  State later = filtered_[i];
  believed_[i] = {{later.mean[0][0], later.mean[1][0]}, later.cov[0][0]};
  for (size_t k = i; k-- > (i > kBack ? i - kBack : 0);) {
    const Link& link = links_[k];
    State made = filtered_[k];
    for (int axis = 0; axis < 2; ++axis)
      for (int r = 0; r < 3; ++r)
        for (int c = 0; c < 3; ++c)
          made.mean[axis][r] += link.gain[r][c] * (later.mean[axis][c] - link.ahead.mean[axis][c]);
    Square news, half = {};
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c) news[r][c] = later.cov[r][c] - link.ahead.cov[r][c];
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c)
        for (int l = 0; l < 3; ++l) half[r][c] += link.gain[r][l] * news[l][c];
    for (int r = 0; r < 3; ++r)
      for (int c = r; c < 3; ++c) {
        for (int l = 0; l < 3; ++l) made.cov[r][c] += half[r][l] * link.gain[c][l];
        made.cov[c][r] = made.cov[r][c];
      }
    later = made;
    believed_[k] = {{later.mean[0][0], later.mean[1][0]}, std::max(later.cov[0][0], kFixM2)};
  }
}

// The mean of an error that persists, from fixes whose displacement is all that is unknown (generalised least
// squares): the first is worth one, a later one what is new in it.
void Follower::shift(size_t i, Metres fix) {
  const Metres off = fix - truth_[i];
  if (information_ == 0) {
    offset_ = off;
    information_ = 1;
  } else {
    const double same = std::pow(keep_error_, static_cast<double>(i - known_)),
                 worth = (1 - same) / (1 + same);
    information_ += worth;
    offset_ = offset_ + worth / information_ * (1 / (1 - same) * (off - same * last_fix_) - offset_);
  }
  last_fix_ = off;
  known_ = i;
  const double variance_m2 = sigma_m_ * sigma_m_ / information_;
  for (size_t k = i > kBack ? i - kBack : 0; k < i + static_cast<size_t>(reach_s_); ++k)
    believed_[k] = {truth_[std::min(k, truth_.size() - 1)] + offset_, variance_m2};
}

void Follower::foresee(size_t i, State state) {
  for (size_t k = i; k + 1 < i + static_cast<size_t>(reach_s_); ++k) {
    go_on(state, k);
    believed_[k + 1] = {{state.mean[0][0], state.mean[1][0]}, std::max(state.cov[0][0], kFixM2)};
  }
}

}  // namespace haechi::judge
