// Disclosure: what a protected person may see of one wearer, and nothing else.
//
//   no order in force, or one that grants no view, or no open alert that concerns her,
//   or she has not read the penalty notice and agreed                                  -> nothing
//   an open alert                                       -> distance, direction, trend
//   the same, within the map distance                   -> the place as well
//
// Electronic Monitoring Act, decree 13-3 and 23-17(1): the place is given together with the notification of
// an alert, where the distance and the risk make it urgent; it is never a permanent feed. What is too old is
// marked degraded and loses its trend; it is never shown as safety, and never silently dropped. Where he was
// longer ago than kSeenAgeMax, told by an alert that came late, is his history: it is not shown, and the view
// waits for something newer.
#pragma once

#include <optional>

#include "base/time.h"
#include "geo/place.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::law {

// As far back as a patrol car sees his track.
inline constexpr Duration kSeenAgeMax = Duration::seconds(15 * 60);

struct Permission {
  bool order_in_force = false;
  bool view_granted = false;     // the order does not say no_view
  bool agreed = false;           // she was told of the penalty notice and agreed to be shown him
  bool tier_alert_open = false;  // of this order's distances to her
  bool strap_alert_open = false;
  int64_t warn_mm = 0;
  int64_t map_mm = 0;
};

struct Sight {
  int64_t distance_mm = 0;
  int32_t bearing_cdeg = 0;  // from her to him
  bool closing_known = false;
  int32_t closing_mmps = 0;  // positive: coming nearer
  geo::Place wearer;
  uint32_t wearer_accuracy_mm = 0;
  Time wearer_fixed_at;
  Time protected_fixed_at;
  bool stale = false;  // either side is too old to rely on
};

// The fields of a View that depend on what is seen (ids and alert are the caller's), or nothing.
std::optional<v1::View> disclose(const Permission& permission, const Sight& sight);

}  // namespace haechi::law
