#include "geo/place.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace haechi::geo {
namespace {

// Length and initial azimuth of the WGS84 geodesic, made with Karney's own GeographicLib (Python, 2.1) for
// random pairs of places.
struct Reference {
  Place from, to;
  double metres, azimuth_degrees;
};

const Reference kKorea[] = {
    {{366470101, 1301672697}, {366470389, 1301673187}, 5.4234, 53.8931},
    {{373094602, 1309200303}, {373094715, 1309201525}, 10.9053, 83.3963},
    {{370679949, 1312102331}, {370680084, 1312102386}, 1.5760, 18.0805},
    {{351487588, 1263955688}, {351492376, 1263968422}, 127.6161, 65.4018},
    {{331861080, 1266136411}, {331860956, 1266136854}, 4.3542, 108.4121},
    {{354904393, 1256808666}, {354649135, 1256508983}, 3926.5388, 223.8498},
    {{373810610, 1269952271}, {373943553, 1269688795}, 2760.6539, 302.3155},
    {{344794991, 1296868110}, {344550112, 1296725765}, 3014.8854, 205.7119},
    {{352222185, 1270166117}, {352126784, 1270140733}, 1083.3605, 192.3182},
    {{386108942, 1294920395}, {386066334, 1294827509}, 937.1635, 239.6917},
    {{352568622, 1266319150}, {352470907, 1265961630}, 3429.5518, 251.5827},
    {{354372525, 1247626332}, {354372101, 1247623867}, 22.8712, 258.1306},
    {{349869478, 1310316238}, {349869373, 1310316141}, 1.4633, 217.2452},
    {{371040140, 1244982386}, {371030614, 1244960757}, 219.4111, 241.1956},
    {{372824817, 1298115199}, {372853489, 1298109546}, 322.1349, 351.0474},
    {{384737865, 1266754753}, {384744173, 1266752151}, 73.6117, 342.0338},
    {{344899226, 1268751010}, {344891020, 1268685162}, 611.6356, 261.4427},
    {{355555857, 1243646341}, {355601215, 1243613881}, 582.9851, 329.6823},
    {{383453339, 1299444564}, {383471398, 1299272011}, 1521.6838, 277.5753},
    {{345764624, 1289948139}, {345762501, 1289945670}, 32.6785, 223.8886},
    {{367119272, 1246930570}, {367070972, 1247070697}, 1361.9296, 113.1718},
    {{356334104, 1270073347}, {356334120, 1270073458}, 1.0210, 79.9868},
    {{359585818, 1318592273}, {359596177, 1318622048}, 292.1610, 66.8317},
    {{347102914, 1244623144}, {346958170, 1244559972}, 1706.8393, 199.8229},
};

const Reference kRegion[] = {
    {{648664629, -1615075644}, {648720066, -1618013721}, 13941.9489, 272.6738},
    {{409968478, 625454307}, {407904969, 628157064}, 32309.1327, 135.0863},
    {{545847465, -1447834112}, {548075895, -1447769606}, 24809.9065, 0.9579},
    {{293236270, -1198315549}, {294059698, -1198853387}, 10515.3789, 330.2367},
    {{-129946380, 1473689230}, {-128352027, 1474512814}, 19773.4938, 26.8814},
    {{133737763, -268136015}, {136940015, -266350821}, 40355.7334, 28.5896},
    {{693461685, -311131617}, {692597375, -314017115}, 14919.7549, 229.8769},
    {{-281884317, 1026602793}, {-283015957, 1026252635}, 13003.5011, 195.3151},
    {{487619325, -1479746285}, {487318932, -1478455037}, 10066.4985, 109.3322},
    {{-389454642, 820184311}, {-389884282, 818903617}, 12080.7720, 246.7055},
    {{385407352, -274904918}, {383379512, -274283895}, 23153.7665, 166.4380},
    {{-663471573, -1772351653}, {-665486809, -1766467073}, 34554.7660, 130.8371},
};

const Reference kCountry[] = {
    {{100081909, -662537368}, {98117443, -672407225}, 110401.3735, 258.7346},
    {{37738623, 1575512099}, {26895408, 1564911168}, 168101.8227, 224.5300},
    {{435205093, 1135135950}, {451656710, 1104747402}, 303510.4113, 308.0854},
    {{-85105323, 401435763}, {-89925842, 400824575}, 53737.3987, 187.1846},
    {{-624298503, -288911605}, {-622211882, -306924328}, 96223.8397, 283.1866},
    {{314172408, 639394117}, {317664099, 648686604}, 96317.5107, 66.0565},
    {{-342397149, 1081409205}, {-345813411, 1077059556}, 55093.7140, 226.4168},
    {{166343781, -1442856681}, {190533066, -1453123907}, 288994.5398, 338.0335},
};

const Reference kWorld[] = {
    {{-632029077, -1420427713}, {-26158756, -228557132}, 11157499.0623, 117.6823},
    {{-5563674, 757039878}, {-445108198, 1652630732}, 9932416.5991, 134.4124},
    {{-650335627, -387780718}, {-461612424, -1271319729}, 5412085.6346, 247.4895},
    {{205926239, 1404314626}, {535464196, 1176544115}, 4140854.4212, 337.5835},
    {{-179359466, -1547597622}, {-32803454, -823682820}, 8041080.9312, 87.7599},
    {{477699835, 831136307}, {80708984, -701256804}, 13284802.5860, 329.3458},
};

template <size_t n>
void expect_close(const Reference (&references)[n], int64_t error_mm, double error_degrees) {
  for (const Reference& r : references) {
    EXPECT_NEAR(static_cast<double>(distance_mm(r.from, r.to)), r.metres * 1000,
                static_cast<double>(error_mm) + 0.6)
        << r.metres;
    const double turn = std::remainder(bearing_cdeg(r.from, r.to) / 100.0 - r.azimuth_degrees, 360.0);
    if (r.metres > 5) {
      EXPECT_LE(std::abs(turn), error_degrees) << r.metres;
    }
  }
}

Place random_place(Random& random, double lat_min, double lat_max, double lng_min, double lng_max) {
  return *place_from_degrees(lat_min + (lat_max - lat_min) * random.unit(),
                             lng_min + (lng_max - lng_min) * random.unit());
}

TEST(Distance, IsTheGeodesicToTheRoundingInKorea) {
  expect_close(kKorea, 0, 0.0065);
}
TEST(Distance, IsTheGeodesicToThreeMillimetresUpToFiftyKilometres) {
  expect_close(kRegion, 3, 0.0065);
}
TEST(Distance, IsTheGeodesicToTwoMetresUpToFiveHundredKilometres) {
  expect_close(kCountry, 2'000, 0.011);
}
TEST(Distance, IsNearTheGeodesicAnywhere) {
  for (const Reference& r : kWorld) {
    EXPECT_NEAR(static_cast<double>(distance_mm(r.from, r.to)), r.metres * 1000, r.metres * 5);
  }
}

TEST(Distance, OfOneLeastStepIsElevenMillimetres) {
  const Place place{375'000'000, 1'270'000'000};
  EXPECT_EQ(distance_mm(place, {375'000'001, 1'270'000'000}), 11);
  EXPECT_EQ(distance_mm(place, {375'000'000, 1'270'000'001}), 9);
  EXPECT_EQ(distance_mm(place, place), 0);
}

TEST(Distance, IsSymmetricAndTakesNoShortcuts) {
  Random random(1);
  for (int i = 0; i < 5'000; ++i) {
    const bool near = random.chance(0.5);
    const auto draw = [&] {
      return near ? random_place(random, 37.4, 37.5, 127.0, 127.1) : random_place(random, -90, 90, -180, 180);
    };
    const Place a = draw(), b = draw(), c = draw();
    EXPECT_EQ(distance_mm(a, b), distance_mm(b, a));
    // Rounding may add a millimetre and a half; far apart, the rule itself errs by up to 0.5 %.
    const int64_t way_mm = distance_mm(a, b) + distance_mm(b, c);
    EXPECT_LE(distance_mm(a, c), way_mm + (near ? 2 : way_mm / 100)) << i;
    EXPECT_LE(distance_mm(a, c), kDistanceMmMax);
  }
}

TEST(Distance, CrossesTheAntimeridianAndThePole) {
  EXPECT_EQ(distance_mm({0, 1'799'999'999}, {0, -1'799'999'999}), 22);
  EXPECT_EQ(distance_mm({100, kLngE7Max}, {100, -kLngE7Max}), 0);
  EXPECT_EQ(distance_mm({kLatE7Max, 0}, {kLatE7Max, 1'234'567'890}), 0);
  EXPECT_NEAR(static_cast<double>(distance_mm({899'000'000, 0}, {899'000'000, kLngE7Max})), 22'339'000, 500);
}

TEST(Distance, OfOppositePointsIsHalfTheEarth) {
  EXPECT_EQ(distance_mm({0, 0}, {0, kLngE7Max}), kDistanceMmMax);
  EXPECT_NEAR(static_cast<double>(distance_mm({kLatE7Max, 0}, {-kLatE7Max, 0})), 20'003'931'459.0, 4.0e7);
}

TEST(Bearing, CountsClockwiseFromNorth) {
  const Place place{375'000'000, 1'270'000'000};
  EXPECT_EQ(bearing_cdeg(place, {375'010'000, 1'270'000'000}), 0);
  EXPECT_EQ(bearing_cdeg(place, {375'000'000, 1'270'001'000}), 9'000);
  EXPECT_EQ(bearing_cdeg(place, {374'990'000, 1'270'000'000}), 18'000);
  EXPECT_EQ(bearing_cdeg(place, {375'000'000, 1'269'999'000}), 27'000);
  EXPECT_EQ(bearing_cdeg(place, place), 0);
}

TEST(Bearing, StaysBelowAFullTurn) {
  const Place place{375'000'000, 1'270'000'000};
  EXPECT_EQ(bearing_cdeg(place, {385'000'000, 1'269'999'999}), 0);
}

TEST(Offset, ComesBackToTheSamePlace) {
  Random random(2);
  for (int i = 0; i < 5'000; ++i) {
    const Place origin = random_place(random, -89.9, 89.9, -180, 180);
    const Offset by{random.between(-50'000'000, 50'000'000), random.between(-50'000'000, 50'000'000)};
    const Place place = moved(origin, by);
    EXPECT_TRUE(in_range(place));
    const Offset back = offset_mm(origin, place);
    // Near a pole a step of longitude is short; elsewhere half a step is 5.6 mm.
    EXPECT_NEAR(static_cast<double>(back.east_mm), static_cast<double>(by.east_mm), 8) << i;
    EXPECT_NEAR(static_cast<double>(back.north_mm), static_cast<double>(by.north_mm), 8) << i;
    EXPECT_NEAR(std::hypot(back.east_mm, back.north_mm), static_cast<double>(distance_mm(origin, place)),
                1.5);
  }
}

TEST(Offset, LeavesDistancesBetweenOthersWhatTheyAre) {
  Random random(3);
  const auto worst_mm_per_km = [&](int64_t reach_mm) {
    double worst = 0;
    for (int i = 0; i < 5'000; ++i) {
      const Place origin = random_place(random, 33, 39, 124, 132);
      const Offset a{random.between(-reach_mm, reach_mm), random.between(-reach_mm, reach_mm)};
      const Offset b{random.between(-reach_mm, reach_mm), random.between(-reach_mm, reach_mm)};
      const Place place_a = moved(origin, a), place_b = moved(origin, b);
      const Offset exact_a = offset_mm(origin, place_a), exact_b = offset_mm(origin, place_b);
      const double plane_mm =
          std::hypot(exact_a.east_mm - exact_b.east_mm, exact_a.north_mm - exact_b.north_mm);
      const double ground_mm = static_cast<double>(distance_mm(place_a, place_b));
      worst = std::max(worst, (std::abs(plane_mm - ground_mm) - 2) / ground_mm * 1e6);
    }
    return worst;
  };
  EXPECT_LT(worst_mm_per_km(3'500'000), 0.2);
  EXPECT_LT(worst_mm_per_km(35'000'000), 20.0);
}

TEST(Offset, WorksAtThePoleAndTheAntimeridian) {
  const Place pole{kLatE7Max, 0};
  EXPECT_NEAR(static_cast<double>(distance_mm(pole, moved(pole, {0, 1'000'000}))), 1'000'000, 6);
  const Place east = moved({100'000'000, 1'799'999'000}, {1'000'000, 0});
  EXPECT_LT(east.lng_e7, -1'799'000'000);
}

TEST(PlaceFromDegrees, RefusesWhatIsNoPlace) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto field = [](double lat, double lng) {
    const auto place = place_from_degrees(lat, lng);
    return place.ok() ? "taken" : place.error().field;
  };
  EXPECT_EQ(field(nan, 127), "lat");
  EXPECT_EQ(field(37, nan), "lng");
  EXPECT_EQ(field(-infinity, 127), "lat");
  EXPECT_EQ(field(37, infinity), "lng");
  EXPECT_EQ(field(90.0000001, 127), "lat");
  EXPECT_EQ(field(std::nextafter(-90.0, -91.0), 127), "lat");
  EXPECT_EQ(field(37, 180.0000001), "lng");
  EXPECT_EQ(field(37, 540), "lng");
  EXPECT_EQ(field(37, -180.0000001), "lng");
  EXPECT_EQ(field(127, 37), "lat");
}

TEST(PlaceFromDegrees, RefusesNullIslandButNotItsNeighbours) {
  for (const double zero : {0.0, -0.0}) {
    const auto place = place_from_degrees(zero, -zero);
    ASSERT_FALSE(place.ok());
    EXPECT_EQ(place.error().field, "");
    EXPECT_FALSE(place.error().reason.empty());
  }
  EXPECT_EQ(*place_from_degrees(0, 127), (Place{0, 1'270'000'000}));
  EXPECT_EQ(*place_from_degrees(1e-7, 0), (Place{1, 0}));
}

TEST(PlaceFromDegrees, RoundsToTheNearestStepAndNamesOneMeridianOnce) {
  EXPECT_EQ(*place_from_degrees(37.56654321, 126.97801239), (Place{375'665'432, 1'269'780'124}));
  EXPECT_EQ(*place_from_degrees(-90, 180), (Place{-kLatE7Max, -kLngE7Max}));
  EXPECT_EQ(place_from_degrees(12, 179.99999999)->lng_e7, -kLngE7Max);
  EXPECT_EQ(lat_degrees({375'665'432, 0}), 37.5665432);
  EXPECT_EQ(lng_degrees({0, -1'269'780'124}), -126.9780124);
}

TEST(PlaceFromDegrees, KnowsItsRange) {
  EXPECT_TRUE(in_range({kLatE7Max, -kLngE7Max}));
  EXPECT_FALSE(in_range({kLatE7Max + 1, 0}));
  EXPECT_FALSE(in_range({0, -kLngE7Max - 1}));
}

}  // namespace
}  // namespace haechi::geo
