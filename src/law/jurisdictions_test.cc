#include "law/jurisdictions.h"

#include <gtest/gtest.h>

#include "haechi/v1/dispatch.pb.h"
#include "law/shapes.h"

namespace haechi::law {
namespace {

// A box of whole 1e-3 degrees (about 100 m).
v1::Jurisdiction box(const std::string& id, const std::string& agency, int south, int west, int north,
                     int east) {
  v1::Jurisdiction made;
  made.set_id(id);
  made.set_agency_id(agency);
  auto* ring = made.mutable_shape()->mutable_polygon()->mutable_outer();
  for (const auto& [lat, lng] : {std::pair(south, west), {south, east}, {north, east}, {north, west}})
    set_place({375'000'000 + lat * 10'000, 1'270'000'000 + lng * 10'000}, *ring->add_corners());
  return made;
}

geo::Place at(int lat, int lng) {
  return {375'000'000 + lat * 10'000, 1'270'000'000 + lng * 10'000};
}

TEST(Jurisdictions, TheOneThatHoldsThePlaceRunsTheCallAndTheStraddledNeighbourIsTold) {
  Jurisdictions jurisdictions;
  v1::Jurisdiction west = box("j-west", "station-west", 0, 0, 100, 100);
  west.add_informed_agency_ids("province");
  ASSERT_TRUE(jurisdictions.put(west).ok());
  ASSERT_TRUE(jurisdictions.put(box("j-east", "station-east", 0, 100, 100, 200)).ok());
  const auto far = jurisdictions.at(at(50, 50), 20'000);
  ASSERT_EQ(far.size(), 2u);
  EXPECT_EQ(far[0].agency_id, "station-west");
  EXPECT_FALSE(far[0].informative);
  EXPECT_EQ(far[1].agency_id, "province");
  EXPECT_TRUE(far[1].informative);
  const auto near = jurisdictions.at(at(50, 99), 200'000);
  ASSERT_EQ(near.size(), 3u);
  EXPECT_EQ(near[0].agency_id, "station-west");
  EXPECT_EQ(near[1].agency_id, "station-east");
  EXPECT_TRUE(near[1].informative);
}

TEST(Jurisdictions, OfTwoThatHoldThePlaceTheSmallerRunsTheCall) {
  Jurisdictions jurisdictions;
  ASSERT_TRUE(jurisdictions.put(box("a-province", "province", 0, 0, 300, 300)).ok());
  ASSERT_TRUE(jurisdictions.put(box("b-station", "station", 0, 0, 100, 100)).ok());
  const auto told = jurisdictions.at(at(50, 50), 0);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].agency_id, "station");
  EXPECT_EQ(told[1].agency_id, "province");
}

TEST(Jurisdictions, OutsideEveryBorderTheNearestWithinTheErrorAnswersOrNobody) {
  Jurisdictions jurisdictions;
  ASSERT_TRUE(jurisdictions.put(box("j", "station", 0, 0, 100, 100)).ok());
  EXPECT_TRUE(jurisdictions.at(at(101, 50), 10'000).empty());
  const auto told = jurisdictions.at(at(101, 50), 200'000);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].informative);
  v1::Jurisdiction gone;
  gone.set_id("j");
  gone.set_removed(true);
  ASSERT_TRUE(jurisdictions.put(gone).ok());
  EXPECT_TRUE(jurisdictions.at(at(50, 50), 0).empty());
}

TEST(Jurisdictions, ASmallerOneOfAnotherAgencyTakesOverWhatLiesWithinALarger) {
  const v1::Jurisdiction town = box("town", "station", 0, 0, 1'000, 1'000);
  EXPECT_TRUE(takes_over(box("quarter", "other", 100, 100, 200, 200), town));
  EXPECT_TRUE(takes_over(box("edge", "other", 900, 900, 1'100, 1'100), town)) << "in part";
  EXPECT_TRUE(
      takes_over(box("bar", "other", -50, 400, 1'050, 500), box("wide", "station", 0, 0, 2'000, 2'000)))
      << "through it, with no corner inside";
  EXPECT_TRUE(takes_over(box("same", "other", 0, 0, 1'000, 1'000), town))
      << "which of the two runs it is by id";
  EXPECT_FALSE(takes_over(box("neighbour", "other", 0, 1'000, 900, 1'900), town)) << "they share a border";
  EXPECT_FALSE(takes_over(box("far", "other", 5'000, 5'000, 5'100, 5'100), town));
  EXPECT_FALSE(takes_over(box("own", "station", 100, 100, 200, 200), town)) << "it answers there already";
  EXPECT_FALSE(takes_over(box("province", "other", -500, -500, 1'500, 1'500), town))
      << "the smaller one runs a call";
  v1::Jurisdiction round = box("round", "other", 0, 0, 1, 1), gone = town;
  round.mutable_shape()->clear_polygon();
  *round.mutable_shape()->mutable_circle()->mutable_centre() = v1::Place();
  set_place(at(500, 500), *round.mutable_shape()->mutable_circle()->mutable_centre());
  round.mutable_shape()->mutable_circle()->set_radius_mm(50'000);
  EXPECT_TRUE(takes_over(round, town));
  gone.set_removed(true);
  EXPECT_FALSE(takes_over(round, gone));
}

}  // namespace
}  // namespace haechi::law
