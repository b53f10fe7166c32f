#include "monitor/position.h"

#include <algorithm>
#include <cmath>

#include "geo/segment.h"

namespace haechi::monitor {
namespace {

// A fix that does not state its error is taken for an ordinary one among buildings.
constexpr int32_t kUnstatedSigmaMm = 15'000;
// Nobody is assumed to stand perfectly still, and nobody to outrun this. Who has rested for long may yet
// leave.
constexpr int64_t kRestingMmps = 200;
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

// A way of which the fixes in between are gone was not straight: one part in so many of its length.
constexpr double kBentShare = 8;
// Beyond this, and what the error of a fix explains, nobody is where he stays.
constexpr int64_t kElsewhereMm = 50'000;

}  // namespace

int32_t axis_sigma_mm(uint32_t accuracy_mm, v1::FixSource source) {
  if (accuracy_mm == 0) return std::max(kUnstatedSigmaMm, floor_mm(source));
  // Errors beyond 100 km mean nothing more than "somewhere".
  const int64_t stated = int64_t{std::min(accuracy_mm, 100'000'000u)} * 1000 / 1515;
  return std::max(static_cast<int32_t>(stated), floor_mm(source));
}

bool Track::keep(const KeptFix& fix) {
  if (empty() || fix.at > latest().at) {
    fixes_.append(fix);
    return true;
  }
  const FixRing::Gap gap = fixes_.around(fix.at);
  if (gap.next && gap.next->at == fix.at) return false;
  if (fixes_.was_told(gap.place)) return false;
  // A stay between two fixes at one place is a guess: one in between that lies elsewhere ends it.
  if (gap.next && stays_at(fix.at) &&
      geo::distance_mm(stay_->place(), fix.place) > kElsewhereMm + int64_t{4} * fix.sigma_mm)
    away_at_ = fix.at;
  fixes_.insert(gap.place, fix);
  return true;
}

void Track::set_motion(const std::optional<Stay>& stay, int64_t speed_mmps) {
  stay_ = stay;
  speed_mmps_ = speed_mmps;
}

KeptFix Track::judged(const KeptFix& fix) const {
  KeptFix made = fix;
  if (!stays_at(fix.at)) return made;
  made.place = stay_->place();
  made.sigma_mm = static_cast<int32_t>(std::min<int64_t>(fix.sigma_mm, stay_->sigma_mm));
  return made;
}

// Where he may be who was last placed there.
Estimate Track::position_after(const KeptFix& last, Time at) const {
  const Duration age = at - last.at;
  const KeptFix fix = judged(last);
  const int64_t pace = stay_ ? kRestingMmps : std::clamp(speed_mmps_, kSpeedMmpsMin, kSpeedMmpsMax);
  const int64_t growth = std::min(pace * std::min<int64_t>(age.ms(), 3'600'000) / 1'000, kGrowthMmMax);
  const double sigma = std::hypot(static_cast<double>(fix.sigma_mm), static_cast<double>(growth));
  return Estimate{fix.place, std::llround(sigma), age};
}

std::optional<Estimate> Track::position_at(Time at) const {
  if (empty()) return std::nullopt;
  if (at >= latest().at) return position_after(latest(), at);
  const FixRing::Gap gap = fixes_.around(at);
  const KeptFix& next = *gap.next;
  if (next.at == at) {
    const KeptFix fix = judged(next);
    return Estimate{fix.place, fix.sigma_mm, {}};
  }
  // Of a stay this reaches back beyond the oldest fix that is kept.
  if (stays_at(at)) return Estimate{stay_->place(), stay_->sigma_mm, {}};
  if (!gap.before) return std::nullopt;
  const KeptFix& last = *gap.before;
  const double fraction =
      static_cast<double>((at - last.at).us) / static_cast<double>((next.at - last.at).us);
  int64_t sigma = std::max(last.sigma_mm, next.sigma_mm);
  if (fixes_.is_thinned(gap.place - 1)) {
    const auto bent = static_cast<double>(geo::distance_mm(last.place, next.place)) / kBentShare;
    sigma = std::llround(std::hypot(static_cast<double>(sigma), bent));
  }
  return Estimate{geo::part_of_way(last.place, next.place, fraction), sigma, {}};
}

}  // namespace haechi::monitor
