#include "monitor/position.h"

#include <algorithm>
#include <cmath>

namespace haechi::monitor {
namespace {

// A fix that does not state its error is taken for an ordinary one among buildings.
constexpr int32_t kUnstatedSigmaMm = 15'000;
// Nobody is assumed to stand perfectly still, and nobody to outrun this.
constexpr int64_t kSpeedMmpsMin = 500;
constexpr int64_t kSpeedMmpsMax = 33'000;
// An older fix says less, but it never says nothing: she is most likely still near where she was.
constexpr int64_t kGrowthMmMax = 200'000;

int32_t floor_mm(v1::FixSource source) {
  switch (source) {
    case v1::FIX_SOURCE_WIFI:
      return 15'000;
    case v1::FIX_SOURCE_CELL:
      return 300'000;
    default:
      return 3'000;
  }
}

struct Earlier {
  bool operator()(const KeptFix& fix, Time at) const { return fix.at < at; }
};

}  // namespace

int32_t axis_sigma_mm(uint32_t accuracy_mm, v1::FixSource source) {
  if (accuracy_mm == 0) return std::max(kUnstatedSigmaMm, floor_mm(source));
  // Errors beyond 100 km mean nothing more than "somewhere".
  const int64_t stated = int64_t{std::min(accuracy_mm, 100'000'000u)} * 1000 / 1515;
  return std::max(static_cast<int32_t>(stated), floor_mm(source));
}

bool Track::keep(const KeptFix& fix) {
  const auto place = std::lower_bound(fixes_.begin(), fixes_.end(), fix.at, Earlier{});
  if (place != fixes_.end() && place->at == fix.at) return false;
  if (fixes_.size() == kFixesMax) {
    if (place == fixes_.begin()) return false;
    // Everything before the place moves down by one over the oldest.
    std::move(fixes_.begin() + 1, place, fixes_.begin());
    *(place - 1) = fix;
    return true;
  }
  fixes_.insert(place, fix);
  return true;
}

const KeptFix* Track::before(Time at) const {
  const auto place = std::lower_bound(fixes_.begin(), fixes_.end(), at, Earlier{});
  return place == fixes_.begin() ? nullptr : &*std::prev(place);
}

const KeptFix* Track::after(Time at) const {
  auto place = std::lower_bound(fixes_.begin(), fixes_.end(), at, Earlier{});
  if (place != fixes_.end() && place->at == at) ++place;
  return place == fixes_.end() ? nullptr : &*place;
}

int64_t Track::speed_mmps(size_t index) const {
  const KeptFix& fix = fixes_[index];
  if (fix.speed_known) return fix.speed_mmps;
  if (index == 0) return 0;
  const KeptFix& previous = fixes_[index - 1];
  const int64_t ms = (fix.at - previous.at).ms();
  if (ms < 1'000) return 0;
  // What the errors alone explain is no movement.
  const int64_t moved = geo::distance_mm(previous.place, fix.place) - fix.sigma_mm - previous.sigma_mm;
  return std::max<int64_t>(moved, 0) * 1'000 / ms;
}

std::optional<Estimate> Track::position_at(Time at) const {
  const auto next = std::lower_bound(fixes_.begin(), fixes_.end(), at, Earlier{});
  if (next != fixes_.end() && next->at == at) return Estimate{next->place, next->sigma_mm, {}};
  if (next == fixes_.begin()) return std::nullopt;
  const KeptFix& last = *std::prev(next);
  if (next != fixes_.end()) {
    const double fraction =
        static_cast<double>((at - last.at).us) / static_cast<double>((next->at - last.at).us);
    const geo::Offset way = geo::offset_mm(last.place, next->place);
    const geo::Offset part{std::llround(static_cast<double>(way.east_mm) * fraction),
                           std::llround(static_cast<double>(way.north_mm) * fraction)};
    return Estimate{geo::moved(last.place, part), std::max(last.sigma_mm, next->sigma_mm), {}};
  }
  const Duration age = at - last.at;
  const int64_t speed = std::clamp(speed_mmps(fixes_.size() - 1), kSpeedMmpsMin, kSpeedMmpsMax);
  const int64_t growth = std::min(speed * std::min<int64_t>(age.ms(), 3'600'000) / 1'000, kGrowthMmMax);
  const double sigma = std::hypot(static_cast<double>(last.sigma_mm), static_cast<double>(growth));
  return Estimate{last.place, std::llround(sigma), age};
}

}  // namespace haechi::monitor
