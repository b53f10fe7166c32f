#include "picture/approach.h"

#include <algorithm>
#include <cmath>

#include "dispatch/units.h"

namespace haechi::picture {
namespace {

geo::Place place_of(const v1::LivePosition& position) {
  return {position.fix().place().lat_e7(), position.fix().place().lng_e7()};
}

struct Gap {
  int64_t distance_mm;
  int64_t sigma_mm;  // of the distance
};

std::optional<Gap> gap_at(const Positions& positions, uint32_t a, uint32_t b, Time at) {
  const std::optional<PlaceAt> first = positions.place_at(a, at);
  const std::optional<PlaceAt> second = positions.place_at(b, at);
  if (!first || !second) return std::nullopt;
  const double sigma =
      std::hypot(static_cast<double>(first->sigma_mm), static_cast<double>(second->sigma_mm));
  return Gap{geo::distance_mm(first->place, second->place), std::llround(sigma)};
}

v1::Trend trend(const Positions& positions, uint32_t unit, uint32_t person, Duration live_for) {
  const Time unit_at = positions.fixed_at(unit), person_at = positions.fixed_at(person);
  const Time now = std::min(unit_at, person_at);
  if (std::max(unit_at, person_at) - now > live_for) return v1::TREND_UNKNOWN;
  const std::optional<Gap> before = gap_at(positions, unit, person, now - kTrendSpan);
  const std::optional<Gap> after = gap_at(positions, unit, person, now);
  if (!before || !after) return v1::TREND_UNKNOWN;
  const int64_t change_mm = after->distance_mm - before->distance_mm;
  const double sigma =
      std::hypot(static_cast<double>(before->sigma_mm), static_cast<double>(after->sigma_mm));
  const int64_t noise_mm = std::max(kTrendSteadyMm, int64_t{std::llround(2 * sigma)});
  if (change_mm < -noise_mm) return v1::TREND_APPROACHING;
  if (change_mm > noise_mm) return v1::TREND_RECEDING;
  return noise_mm <= kTrendNoiseMaxMm ? v1::TREND_STEADY : v1::TREND_UNKNOWN;
}

uint32_t accuracy_m(const v1::Fix& a, const v1::Fix& b) {
  if (a.accuracy_mm() == 0 || b.accuracy_mm() == 0) return 0;
  return static_cast<uint32_t>(std::ceil(
      std::hypot(static_cast<double>(a.accuracy_mm()), static_cast<double>(b.accuracy_mm())) / 1000));
}

}  // namespace

std::optional<v1::Approach> approach(const Picture& picture, const v1::TrackAccess& access) {
  const Positions& positions = picture.positions();
  const std::optional<uint32_t> unit = positions.find_unit(access.unit_id());
  const std::optional<uint32_t> person = positions.find_person(access.person_id());
  if (!unit || !person) return std::nullopt;
  const std::optional<v1::LivePosition> from = positions.live(*unit);
  const std::optional<v1::LivePosition> to = positions.live(*person);
  if (!from || !to || from->fix().mocked() || to->fix().mocked()) return std::nullopt;

  v1::Approach out;
  out.set_unit_id(access.unit_id());
  out.set_call_id(access.call_id());
  out.set_target(access.target());
  out.set_person_id(access.person_id());
  const int64_t distance_mm = geo::distance_mm(place_of(*from), place_of(*to));
  out.set_distance_m(static_cast<uint32_t>((distance_mm + 500) / 1000));
  const int32_t bearing_cdeg = geo::bearing_cdeg(place_of(*from), place_of(*to));
  out.set_direction_deg(static_cast<uint32_t>((bearing_cdeg + 50) / 100 % 360));
  out.set_accuracy_m(accuracy_m(from->fix(), to->fix()));
  out.set_unit_fixed_at_us(positions.fixed_at(*unit).us);
  out.set_person_fixed_at_us(positions.fixed_at(*person).us);
  dispatch::Unit going;
  if (const UnitRecord* record = picture.calls().unit(access.unit_id())) {
    going.speed_mmps = record->unit.speed_mmps();
  }
  going.place = place_of(*from);
  out.set_eta_s(dispatch::Units::eta_s(going, place_of(*to)));
  const uint32_t live_for_s = std::max(from->stale_after_s(), to->stale_after_s());
  out.set_trend(trend(positions, *unit, *person, Duration::seconds(live_for_s)));
  return out;
}

}  // namespace haechi::picture
