#include "monitor/tracker.h"

#include <algorithm>
#include <cmath>

namespace haechi::monitor {
namespace {

constexpr int32_t kYoungZ = 2'054;     // p >= 0.98
constexpr int32_t kYoungDwellZ = 842;  // p >= 0.8
// The way between two fixes that err by more than this is drawn by their errors.
constexpr int64_t kWaySigmaMmMax = 250'000;

bool at_least(const Margin& margin, int32_t z) {
  return margin.margin_mm * 1'000 <= -z * margin.sigma_mm;
}
bool confirms(const Margin& margin, int32_t z, int64_t band_mm) {
  if (margin.young) return at_least(margin, std::max(z, kYoungZ));
  return margin.margin_mm <= 0 && (margin.margin_mm - band_mm) * 1'000 <= -z * margin.sigma_mm;
}
bool is_likely(const Margin& margin, const TrackerPolicy& policy) {
  if (margin.rests) return false;
  if (margin.young) return at_least(margin, std::max(policy.z_dwell, kYoungDwellZ));
  return confirms(margin, policy.z_dwell, policy.band_mm);
}
bool at_most(const Margin& margin, int32_t z) {
  return margin.margin_mm * 1'000 >= z * margin.sigma_mm;
}

}  // namespace

Tracker::Change Tracker::open_at(Time at) {
  state_ = TrackerState::kViolating;
  was_open_ = held_ = false;
  episode_from_ = at;
  calm_since_ = likely_since_ = Time{};
  likely_count_ = 0;
  return Change::kOpened;
}

Tracker::Change Tracker::hold_at(Time at) {
  const Change change = open_at(at);
  held_ = true;
  return change;
}

Tracker::Change Tracker::clear_at(Time at) {
  state_ = TrackerState::kClear;
  episode_until_ = at;
  calm_since_ = likely_since_ = Time{};
  likely_count_ = 0;
  return Change::kCleared;
}

Tracker::Change Tracker::observe(const Margin& margin, const TrackerPolicy& policy) {
  const bool behind = margin.evidence == Evidence::kLive && last_at_.known() && margin.at < last_at_;
  if (margin.evidence == Evidence::kLive && !behind) return observe_live(margin, policy);
  if (open()) {
    const bool now = margin.evidence == Evidence::kSegment || margin.evidence == Evidence::kStale;
    if (now && at_least(margin, policy.z_possible)) calm_since_ = Time{};
    return Change::kNothing;
  }
  const int32_t z = margin.way && margin.sigma_mm <= kWaySigmaMmMax ? policy.z_way : policy.z_confirm;
  if (!confirms(margin, z, policy.band_mm)) return Change::kNothing;
  const bool told = episode_from_.known() && margin.at >= episode_from_ && margin.at <= episode_until_;
  return told ? Change::kNothing : open_at(margin.at);
}

Tracker::Change Tracker::observe_live(const Margin& margin, const TrackerPolicy& policy) {
  last_at_ = margin.at;
  Change change = Change::kNothing;
  if (state_ == TrackerState::kUnknown) {
    state_ = was_open_ ? TrackerState::kViolating : TrackerState::kClear;
    change = was_open_ ? Change::kRegained : Change::kNothing;
    was_open_ = false;
    calm_since_ = likely_since_ = Time{};  // nothing was held while nothing was known
    likely_count_ = 0;
  }
  if (state_ == TrackerState::kViolating) {
    if (margin.margin_mm <= policy.hysteresis_mm || !at_most(margin, policy.z_clear)) {
      calm_since_ = Time{};
      return change;
    }
    if (!calm_since_.known()) calm_since_ = margin.at;
    return margin.at - calm_since_ >= policy.clear_hold ? clear_at(margin.at) : change;
  }
  if (confirms(margin, policy.z_confirm, policy.band_mm)) return open_at(margin.at);
  if (is_likely(margin, policy)) {
    if (likely_count_ == 0) likely_since_ = margin.at;
    likely_count_ = static_cast<uint16_t>(std::min<int>(likely_count_ + 1, 1'000));
    if (margin.at - likely_since_ >= policy.dwell) return hold_at(margin.at);
  } else {
    likely_count_ = 0;
  }
  if (at_least(margin, policy.z_possible)) {
    state_ = TrackerState::kPossible;
    calm_since_ = Time{};
  } else if (state_ == TrackerState::kPossible && at_most(margin, policy.z_clear)) {
    if (!calm_since_.known()) calm_since_ = margin.at;
    if (margin.at - calm_since_ >= policy.dwell) state_ = TrackerState::kClear;
  }
  return change;
}

void Tracker::suspect(const Margin& margin, const TrackerPolicy& policy) {
  if (!at_least(margin, policy.z_possible)) return;
  if (state_ == TrackerState::kClear) state_ = TrackerState::kPossible;
  calm_since_ = Time{};
}

Tracker::Change Tracker::pass(Time now, bool fresh, const TrackerPolicy& policy) {
  if (!fresh) return Change::kNothing;
  // One fix on the wrong side is not held by waiting; a second one must have said so too.
  if (state_ == TrackerState::kPossible && likely_count_ >= 2 && now - likely_since_ >= policy.dwell)
    return hold_at(now);
  if (state_ == TrackerState::kViolating && calm_since_.known() && now - calm_since_ >= policy.clear_hold)
    return clear_at(now);
  return Change::kNothing;
}

bool Tracker::lose() {
  const bool known = state_ == TrackerState::kViolating;
  if (state_ != TrackerState::kUnknown) was_open_ = known;
  state_ = TrackerState::kUnknown;
  calm_since_ = likely_since_ = Time{};
  likely_count_ = 0;
  return known;
}

void Tracker::end(Time at) {
  if (open()) episode_until_ = at;
  state_ = TrackerState::kClear;
  was_open_ = false;
  likely_count_ = 0;
  calm_since_ = likely_since_ = Time{};
}

std::optional<Time> Tracker::due(const TrackerPolicy& policy) const {
  if (state_ == TrackerState::kPossible && likely_count_ >= 2) return likely_since_ + policy.dwell;
  if (state_ == TrackerState::kViolating && calm_since_.known()) return calm_since_ + policy.clear_hold;
  return std::nullopt;
}

uint32_t probability_ppm(int64_t margin_mm, int64_t sigma_mm) {
  if (sigma_mm <= 0) return margin_mm <= 0 ? 1'000'000 : 0;
  const double z = static_cast<double>(margin_mm) / static_cast<double>(sigma_mm);
  return static_cast<uint32_t>(std::lround(500'000.0 * std::erfc(z * 0.70710678118654752)));
}

}  // namespace haechi::monitor
