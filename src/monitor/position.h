// Track: the recent fixes of one person, in the order in which they happened, and where that person was at a
// moment.
//
// Everything else asks position_at() and sees a place and an error. A place between two fixes is
// interpolated, and a place after the last one is the last one, with an error that grows with its age and the
// speed. Of someone who rests it is the mean of the stay, which errs less than any one fix.
//
// Only fixes that are believed (motion.h) are kept here.
#pragma once

#include <cstdint>
#include <optional>

#include "base/archived.h"
#include "base/time.h"
#include "geo/place.h"
#include "haechi/v1/device.pb.h"
#include "monitor/fix_ring.h"

namespace haechi::monitor {

// Standard deviation per axis of a fix: its 68 % radius / 1.515 (the radius of a circular normal distribution
// that holds 68 %), never less than what the source is worth.
int32_t axis_sigma_mm(uint32_t accuracy_mm, v1::FixSource source);

// Someone rests there; the place is better known than from one fix. It is worked out when it is first asked
// for, as of most stays it never is.
class Stay {
 public:
  Stay() = default;
  Stay(geo::Place origin, geo::Offset offset, int64_t sigma_mm_of, Time since)
      : from(since),
        sigma_mm(static_cast<int32_t>(sigma_mm_of)),
        east_mm_(static_cast<int32_t>(offset.east_mm)),
        north_mm_(static_cast<int32_t>(offset.north_mm)),
        place_(origin) {}

  geo::Place place() const {
    if (!worked_out_) place_ = geo::moved(place_, {east_mm_, north_mm_});
    worked_out_ = true;
    return place_;
  }

  Time from;
  int32_t sigma_mm = 0;

 private:
  friend struct haechi::Fields<Stay>;
  static constexpr size_t kFieldCount = 6;
  int32_t east_mm_ = 0, north_mm_ = 0;  // from the origin, which is nearby
  mutable geo::Place place_;
  mutable bool worked_out_ = false;
};

struct Estimate {
  geo::Place place;
  int64_t sigma_mm = 0;
  Duration age;  // since the fix it rests on; zero when interpolated
};

class Track {
 public:
  // False when a fix of that moment is known, or seems to be: where fixes were thinned out, and before all
  // kept ones.
  bool keep(const KeptFix& fix);
  void forget_latest() { fixes_.pop_back(); }
  bool empty() const { return fixes_.empty(); }
  void fetch() const { fixes_.fetch(); }  // into the caches
  const KeptFix& latest() const { return fixes_.back(); }
  // The neighbours in time of a moment, not counting a fix of that very moment.
  std::optional<KeptFix> before(Time at) const { return fixes_.around(at).before; }
  std::optional<KeptFix> after(Time at) const { return fixes_.around(at + Duration{1}).next; }
  // None before the first kept fix, unless he has rested since then.
  std::optional<Estimate> position_at(Time at) const;
  // A fix as it is to be judged: of someone who rests, the place of the stay.
  KeptFix judged(const KeptFix& fix) const;
  // How he moves as of the latest fix. None: he does not rest.
  void set_motion(const std::optional<Stay>& stay, int64_t speed_mmps);

  bool stays_at(Time at) const { return stay_ && at >= stay_->from && at > away_at_; }

 private:
  friend struct haechi::Fields<Track>;
  static constexpr size_t kFieldCount = 4;
  Estimate position_after(const KeptFix& last, Time at) const;

  FixRing fixes_;
  int64_t speed_mmps_ = 0;
  Time away_at_;  // when he was elsewhere all the same, as was learned late
  std::optional<Stay> stay_;
};

}  // namespace haechi::monitor
