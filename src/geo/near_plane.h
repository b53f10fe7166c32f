// NearPlane: the plane of geo::offset_mm() for places near one origin, without trigonometry at every place.
//
// East and north in metres, to the second order of the angle: within half a metre of offset_mm() at 20 km
// from the origin and 2 mm at 1 km, at latitudes to 70 degrees (near_plane_test.cc). Farther than half a
// degree, or beyond 80 degrees, it asks offset_mm() itself. Filters use it; nothing is decided by it alone.
#pragma once

#include "base/archived.h"
#include "geo/place.h"

namespace haechi::geo {

class NearPlane {
 public:
  struct Point {
    double east_m = 0, north_m = 0;
  };

  NearPlane() = default;
  explicit NearPlane(Place origin);

  Place origin() const { return origin_; }
  Point at(Place place) const;

 private:
  friend struct haechi::Fields<NearPlane>;
  static constexpr size_t kFieldCount = 4;
  Place origin_;
  double north_m_ = 0;  // of 1e-7 degree of latitude, at the origin
  double east_m_ = 0;   // of 1e-7 degree of longitude
  double bend_ = 0;     // sine of the latitude, times the angle of 1e-7 degree; NaN: ask offset_mm()
};

}  // namespace haechi::geo
