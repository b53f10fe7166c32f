// Degrees and metres, independently of src/geo: the scorer must not share a mistake with what it scores.
//
// Metres come from the ellipsoid's two radii of curvature at the middle latitude; good to a millimetre per
// kilometre over the few kilometres at which anything is scored.
#pragma once

#include <cmath>

namespace haechi::judge {

struct Point {
  double lat = 0, lng = 0;  // degrees
};

struct Metres {
  double east = 0, north = 0;
  double length() const { return std::hypot(east, north); }
};

struct Scale {
  double east, north;  // metres per degree
};

inline Scale scale_at(double lat) {
  constexpr double kA = 6378137.0, kE2 = 6.69437999014e-3, kRadian = 0.017453292519943295;
  const double sine = std::sin(lat * kRadian), w = 1 - kE2 * sine * sine;
  return {kRadian * kA / std::sqrt(w) * std::cos(lat * kRadian),
          kRadian * kA * (1 - kE2) / (w * std::sqrt(w))};
}

inline Metres between(Point from, Point to) {
  const Scale scale = scale_at((from.lat + to.lat) / 2);
  return {(to.lng - from.lng) * scale.east, (to.lat - from.lat) * scale.north};
}

inline Point moved(Point from, Metres by) {
  const Scale scale = scale_at(from.lat);
  return {from.lat + by.north / scale.north, from.lng + by.east / scale.east};
}

}  // namespace haechi::judge
