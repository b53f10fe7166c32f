#include "geo/area.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace haechi::geo {
namespace {

Place at(double lat, double lng) {
  return *place_from_degrees(lat, lng);
}

struct Known {
  std::vector<Place> ring;
  double m2;  // Karney, geodesic polygon on WGS84
};

const std::vector<Known>& table() {
  static const std::vector<Known> known = {
      {{at(37.5712, 126.9765), at(37.5712, 126.9775), at(37.5760, 126.9772), at(37.5758, 126.9760)},
       51'081.662737},
      {{at(37.60, 127.10), at(37.60, 127.2133), at(37.69, 127.2133), at(37.69, 127.10)}, 99'882'764.912872},
      {{at(36.5, 127.0), at(36.4, 128.1), at(37.4, 128.2), at(37.5, 126.9)}, 11'861'035'599.891243},
      {{at(33.25, 126.3), at(33.25, 126.8), at(33.40, 126.55), at(33.5, 126.8), at(33.5, 126.3)},
       967'679'447.643585},
      {{at(-0.5, 10.0), at(-0.5, 11.0), at(0.5, 11.0), at(0.5, 10.0)}, 12'309'234'582.502958},
  };
  return known;
}

TEST(Area, IsThatOfGeodesicPolygons) {
  for (const Known& known : table()) {
    const auto area = area_m2(known.ring);
    ASSERT_TRUE(area.ok()) << area.error().text();
    EXPECT_LE(std::abs(static_cast<double>(*area) - known.m2), 0.5 + known.m2 * 1e-5) << *area;
  }
}

TEST(Area, IsTheSameWhicheverWayTheRingWinds) {
  for (const Known& known : table()) {
    std::vector<Place> reversed = known.ring;
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(*area_m2(reversed), *area_m2(known.ring));
  }
}

TEST(Area, RefusesWhatIsNoRingAndNamesTheCorner) {
  const Place a = at(37.0, 127.0), b = at(37.1, 127.0), c = at(37.1, 127.1), d = at(37.0, 127.1);
  EXPECT_EQ(area_m2({a, b}).error().text(), invalid("", "has fewer than 3 corners").text());
  EXPECT_EQ(area_m2({a, b, c, b}).error().field, "[3]");
  EXPECT_EQ(area_m2(std::vector<Place>(20'001, a)).error().text(),
            invalid("", "has more than 20000 corners").text());
  const auto crossing = area_m2({a, c, b, d});
  ASSERT_FALSE(crossing.ok());
  EXPECT_EQ(crossing.error().field, "");
  EXPECT_EQ(crossing.error().reason.substr(0, 14), "crosses itself");
}

}  // namespace
}  // namespace haechi::geo
