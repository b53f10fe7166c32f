#include "sim/drive.h"

#include "base/ensure.h"

namespace haechi::sim {
namespace {

Duration time_for(int64_t distance_mm, int64_t speed_mmps) {
  return Duration::millis(distance_mm * 1'000 / speed_mmps);
}

}  // namespace

void Drive::go(std::vector<Leg> legs, Time now) {
  start_ = at(now).place;
  legs_ = std::move(legs);
  begins_at_ = ends_at_ = now;
  geo::Place from = start_;
  for (const Leg& leg : legs_) {
    ENSURE(leg.speed_mmps > 0);
    ends_at_ = ends_at_ + time_for(geo::distance_mm(from, leg.to), leg.speed_mmps);
    from = leg.to;
  }
}

Pose Drive::at(Time now) const {
  geo::Place from = start_;
  Time leg_begins = begins_at_;
  for (const Leg& leg : legs_) {
    const int64_t distance = geo::distance_mm(from, leg.to);
    const Duration whole = time_for(distance, leg.speed_mmps);
    if (now < leg_begins + whole) {
      const int64_t done_ms = (now - leg_begins).ms(), whole_ms = whole.ms();
      const geo::Offset by = geo::offset_mm(from, leg.to);
      const geo::Place place =
          geo::moved(from, {by.east_mm * done_ms / whole_ms, by.north_mm * done_ms / whole_ms});
      return {place, leg.speed_mmps, geo::bearing_cdeg(from, leg.to)};
    }
    leg_begins = leg_begins + whole;
    from = leg.to;
  }
  return {from, 0, 0};
}

}  // namespace haechi::sim
