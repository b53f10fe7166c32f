#include "monitor/tracker.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "monitor/position.h"

namespace haechi::monitor {
namespace {

using Change = Tracker::Change;

Margin margin(int64_t metres, int64_t at_s, Evidence evidence = Evidence::kLive, int64_t sigma_m = 10) {
  return {metres * 1000, sigma_m * 1000, Time{} + Duration::seconds(1'000 + at_s), evidence};
}
Time second(int64_t s) {
  return Time{} + Duration::seconds(1'000 + s);
}

const TrackerPolicy kPolicy;

TEST(Tracker, OpensAtOnceWhenItIsSureAndOnlyOnce) {
  Tracker tracker;
  EXPECT_EQ(tracker.observe(margin(-16, 0), kPolicy), Change::kNothing);  // 1.6 sigma
  EXPECT_EQ(tracker.state(), TrackerState::kPossible);
  EXPECT_EQ(tracker.observe(margin(-17, 15), kPolicy), Change::kOpened);
  EXPECT_EQ(tracker.observe(margin(-60, 30), kPolicy), Change::kNothing);
  EXPECT_TRUE(tracker.open());
}

TEST(Tracker, OpensWhenMoreLikelyThanNotForTheDwell) {
  Tracker tracker;
  EXPECT_EQ(tracker.observe(margin(-5, 0), kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.pass(second(30), true, kPolicy), Change::kNothing) << "one fix is not held by waiting";
  EXPECT_EQ(tracker.observe(margin(-5, 15), kPolicy), Change::kNothing);
  EXPECT_EQ(*tracker.due(kPolicy), second(20));
  EXPECT_EQ(tracker.pass(second(20), true, kPolicy), Change::kOpened);
}

TrackerPolicy with_band() {
  TrackerPolicy policy;
  policy.band_mm = 15'000;
  policy.z_way = 0;
  return policy;
}

TEST(Tracker, ABandForgivesTheErrorButNobodyRingsWhoWasMeasuredOutside) {
  Tracker inside, outside;
  EXPECT_EQ(inside.observe(margin(-2, 0), with_band()), Change::kOpened) << "surely not 15 m outside";
  EXPECT_EQ(outside.observe(margin(1, 0, Evidence::kLive, 3), with_band()), Change::kNothing);
  EXPECT_EQ(outside.observe(margin(1, 60, Evidence::kLive, 3), with_band()), Change::kNothing);
}

TEST(Tracker, WithoutABandOnlyTheErrorItselfDecides) {
  Tracker tracker;
  EXPECT_EQ(tracker.observe(margin(-16, 0), kPolicy), Change::kNothing);
}

TEST(Tracker, AWayThatIsOverRingsWhenItWasInsideMoreLikelyThanNot) {
  Tracker tracker;
  Margin way = margin(-1, 0, Evidence::kSegment, 20);
  EXPECT_EQ(tracker.observe(way, with_band()), Change::kNothing) << "as a fix would not";
  way.way = true;
  EXPECT_EQ(tracker.observe(way, with_band()), Change::kOpened);
}

TEST(Tracker, WhereSomeoneRestsTheDwellProvesNothing) {
  Tracker tracker;
  for (int64_t s = 0; s <= 600; s += 15) {
    Margin resting = margin(-5, s);
    resting.rests = true;
    ASSERT_EQ(tracker.observe(resting, kPolicy), Change::kNothing) << s;
  }
}

TEST(Tracker, OfSomeoneHardlyKnownOnlyNearCertaintyRings) {
  Tracker tracker;
  Margin young = margin(-20, 0);
  young.young = true;
  EXPECT_EQ(tracker.observe(young, with_band()), Change::kNothing);
  young = margin(-24, 15);
  young.young = true;
  EXPECT_EQ(tracker.observe(young, with_band()), Change::kOpened);
}

TEST(Tracker, WaitsForTheDwellOnlyOfSomeoneJustHeardWhoIsVeryLikelyInside) {
  for (const int64_t metres : {-18, -15}) {
    Tracker tracker;
    bool opened = false;
    for (int64_t s = 0; s <= 45; s += 15) {
      Margin young = margin(metres, s, Evidence::kLive, 20);
      young.young = true;
      opened = opened || tracker.observe(young, with_band()) == Change::kOpened;
    }
    EXPECT_EQ(opened, metres == -18);
  }
}

TEST(Tracker, WhatIsNotBelievedMakesPossibleAndNeverOpensNorClears) {
  Tracker tracker;
  tracker.suspect(margin(-80, 0), kPolicy);
  EXPECT_EQ(tracker.state(), TrackerState::kPossible);
  EXPECT_FALSE(tracker.open());
  ASSERT_EQ(tracker.observe(margin(-80, 5), kPolicy), Change::kOpened);
  tracker.suspect(margin(900, 10), kPolicy);
  EXPECT_TRUE(tracker.open());
}

TEST(Tracker, AFixOnTheRightSideStartsTheDwellAgain) {
  Tracker tracker;
  static_cast<void>(tracker.observe(margin(-5, 0), kPolicy));
  static_cast<void>(tracker.observe(margin(5, 10), kPolicy));
  EXPECT_EQ(tracker.observe(margin(-5, 25), kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.observe(margin(-5, 44), kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.observe(margin(-5, 46), kPolicy), Change::kOpened);
}

TEST(Tracker, ClearsOnlyBeyondTheHysteresisForTheWholeHold) {
  Tracker tracker;
  ASSERT_EQ(tracker.observe(margin(-40, 0), kPolicy), Change::kOpened);
  for (int64_t s = 15; s <= 1'500; s += 15)
    ASSERT_EQ(tracker.observe(margin(45, s), kPolicy), Change::kNothing) << "within the hysteresis";
  ASSERT_EQ(tracker.observe(margin(80, 1'600), kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.observe(margin(80, 1'899), kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.observe(margin(80, 1'900), kPolicy), Change::kCleared);
  EXPECT_EQ(tracker.state(), TrackerState::kClear);
}

TEST(Tracker, ClearsByTheClockOnlyWhileItsEvidenceIsFresh) {
  Tracker tracker;
  static_cast<void>(tracker.observe(margin(-40, 0), kPolicy));
  static_cast<void>(tracker.observe(margin(80, 15), kPolicy));
  EXPECT_EQ(tracker.pass(second(400), false, kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.pass(second(400), true, kPolicy), Change::kCleared);
}

TEST(Tracker, LateEvidenceMayOpenButNeverCloses) {
  Tracker tracker;
  static_cast<void>(tracker.observe(margin(500, 100), kPolicy));
  EXPECT_EQ(tracker.observe(margin(-40, 40, Evidence::kLate), kPolicy), Change::kOpened);
  for (int64_t s = 0; s < 2'000; s += 10)
    ASSERT_EQ(tracker.observe(margin(500, s, Evidence::kLate), kPolicy), Change::kNothing);
  EXPECT_TRUE(tracker.open());
}

TEST(Tracker, LiveEvidenceFromThePastIsLate) {
  Tracker tracker;
  static_cast<void>(tracker.observe(margin(-40, 1'000), kPolicy));
  for (int64_t s = 0; s < 900; s += 10) ASSERT_EQ(tracker.observe(margin(500, s), kPolicy), Change::kNothing);
  EXPECT_TRUE(tracker.open());
}

TEST(Tracker, LateEvidenceOfAnEpisodeThatWasToldTellsNothingNew) {
  Tracker tracker;
  static_cast<void>(tracker.observe(margin(-40, 0), kPolicy));
  static_cast<void>(tracker.observe(margin(90, 60), kPolicy));
  ASSERT_EQ(tracker.observe(margin(90, 360), kPolicy), Change::kCleared);
  EXPECT_EQ(tracker.observe(margin(-40, 30, Evidence::kLate), kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.observe(margin(-40, 375), kPolicy), Change::kOpened);
}

TEST(Tracker, UnknownNeverClearsAndRemembersWhatWas) {
  Tracker tracker;
  static_cast<void>(tracker.observe(margin(-40, 0), kPolicy));
  static_cast<void>(tracker.observe(margin(90, 60), kPolicy));
  EXPECT_TRUE(tracker.lose());
  EXPECT_FALSE(tracker.lose()) << "told once";
  EXPECT_EQ(tracker.state(), TrackerState::kUnknown);
  EXPECT_TRUE(tracker.open());
  EXPECT_EQ(tracker.pass(second(10'000), true, kPolicy), Change::kNothing);
  EXPECT_EQ(tracker.observe(margin(90, 10'000, Evidence::kStale), kPolicy), Change::kNothing);
  EXPECT_TRUE(tracker.open());
  EXPECT_EQ(tracker.observe(margin(90, 10'001), kPolicy), Change::kRegained);
  EXPECT_EQ(tracker.observe(margin(90, 10'300), kPolicy), Change::kNothing) << "the hold begins anew";
  EXPECT_EQ(tracker.observe(margin(90, 10'301), kPolicy), Change::kCleared);
}

TEST(Tracker, UnknownFromClearStillOpens) {
  Tracker tracker;
  EXPECT_FALSE(tracker.lose());
  EXPECT_FALSE(tracker.open());
  EXPECT_EQ(tracker.observe(margin(-40, 5, Evidence::kStale), kPolicy), Change::kOpened);
}

TEST(Tracker, JitterOnTheBorderRingsAtMostOnce) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    Tracker tracker;
    int opened = 0;
    for (int64_t s = 0; s < 4 * 3600; s += 15)
      opened +=
          tracker.observe(margin(std::llround(random.normal() * 10), s), kPolicy) == Change::kOpened ? 1 : 0;
    EXPECT_LE(opened, 1) << "seed " << seed;
  }
}

TEST(Probability, IsHalfOnTheBorderAndFollowsTheNormalCurve) {
  EXPECT_EQ(probability_ppm(0, 10'000), 500'000u);
  EXPECT_EQ(probability_ppm(-16'449, 10'000), 950'005u);
  EXPECT_EQ(probability_ppm(16'449, 10'000), 49'995u);
  EXPECT_EQ(probability_ppm(-1, 0), 1'000'000u);
}

TEST(FixError, IsNeverLessThanItsSourceIsWorth) {
  EXPECT_EQ(axis_sigma_mm(15'150, v1::FIX_SOURCE_GNSS), 10'000);
  EXPECT_EQ(axis_sigma_mm(1'000, v1::FIX_SOURCE_GNSS), 3'000);
  EXPECT_EQ(axis_sigma_mm(1'000, v1::FIX_SOURCE_WIFI), 15'000);
  EXPECT_EQ(axis_sigma_mm(1'000, v1::FIX_SOURCE_CELL), 300'000);
  EXPECT_EQ(axis_sigma_mm(0, v1::FIX_SOURCE_GNSS), 15'000);
  EXPECT_EQ(axis_sigma_mm(0, v1::FIX_SOURCE_CELL), 300'000);
  EXPECT_EQ(axis_sigma_mm(UINT32_MAX, v1::FIX_SOURCE_GNSS), 66'006'600);
}

KeptFix fix(int64_t at_s, int64_t east_mm, int32_t sigma_mm = 5'000) {
  KeptFix made;
  made.at = second(at_s);
  made.place = geo::moved({375'000'000, 1'270'000'000}, {east_mm, 0});
  made.sigma_mm = sigma_mm;
  return made;
}

TEST(Track, KeepsFixesInTheOrderInWhichTheyHappened) {
  Track track;
  EXPECT_TRUE(track.keep(fix(30, 300'000)));
  EXPECT_TRUE(track.keep(fix(10, 100'000)));
  EXPECT_FALSE(track.keep(fix(10, 900'000))) << "that moment is known";
  EXPECT_EQ(track.latest().at, second(30));
  EXPECT_EQ(track.before(second(30))->at, second(10));
  EXPECT_EQ(track.after(second(10))->at, second(30));
  EXPECT_FALSE(track.before(second(10)));
  const Estimate middle = *track.position_at(second(20));
  EXPECT_NEAR(static_cast<double>(geo::distance_mm(middle.place, fix(0, 200'000).place)), 0, 20);
  EXPECT_FALSE(track.position_at(second(9)).has_value());
}

TEST(Track, ThinsOutWhatIsOldAndRefusesWhatWasProbablyTold) {
  Track track;
  for (int64_t s = 0; s < 100; ++s) EXPECT_TRUE(track.keep(fix(s * 2, s * 1'000)));
  const Estimate old = *track.position_at(second(60));
  EXPECT_NEAR(static_cast<double>(geo::distance_mm(old.place, fix(0, 30'000).place)), 0, 100);
  EXPECT_GT(old.sigma_mm, 5'000) << "the way was not straight";
  EXPECT_FALSE(track.keep(fix(60, 30'000))) << "told before, and gone";
  EXPECT_TRUE(track.keep(fix(161, 0)));
  EXPECT_EQ(track.before(second(162))->at, second(161));
  EXPECT_EQ(track.latest().at, second(198));
}

TEST(Track, HearsAStoredFixOfASilenceWhateverWasToldSince) {
  Track track;
  for (int64_t s = 0; s < 100; ++s) EXPECT_TRUE(track.keep(fix(s * 5, 0)));
  for (int64_t s = 0; s < 100; ++s) EXPECT_TRUE(track.keep(fix(1'500 + s * 5, 0)));
  for (int64_t s = 600; s < 1'200; s += 30) EXPECT_TRUE(track.keep(fix(s, 5'000))) << s;
}

TEST(Track, IsLessSureOfAnOlderPlaceButNeverKnowsNothing) {
  Track track;
  track.keep(fix(0, 0));
  const int64_t soon = track.position_at(second(10))->sigma_mm;
  const int64_t later = track.position_at(second(60))->sigma_mm;
  EXPECT_GT(soon, 5'000);
  EXPECT_GT(later, soon);
  EXPECT_LE(track.position_at(second(1'000'000))->sigma_mm, 201'000);
}

}  // namespace
}  // namespace haechi::monitor
