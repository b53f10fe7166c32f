#include "monitor/motion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace haechi::monitor {
namespace {

constexpr geo::Place kStart{376'360'000, 1'272'165'000};

KeptFix fix(int64_t s, double east_m, double north_m, int32_t sigma_m = 5) {
  KeptFix made;
  made.at = Time{} + Duration::seconds(1'000'000 + s);
  made.place = geo::moved(kStart, {std::llround(east_m * 1'000), std::llround(north_m * 1'000)});
  made.sigma_mm = sigma_m * 1'000;
  return made;
}

// Errors that last for a minute, as receivers have them.
class Drift {
 public:
  Drift(uint64_t seed, double sigma_m) : random_(seed), sigma_m_(sigma_m) {}
  void pass(double s) {
    const double keep = std::exp(-s / 60), fresh = std::sqrt(1 - keep * keep);
    east_ = keep * east_ + fresh * random_.normal();
    north_ = keep * north_ + fresh * random_.normal();
  }
  double east_m() const { return east_ * sigma_m_; }
  double north_m() const { return north_ * sigma_m_; }

 private:
  Random random_;
  double sigma_m_, east_ = 0, north_ = 0;
};

TEST(Motion, KnowsNothingOfOneFix) {
  Motion motion;
  EXPECT_EQ(motion.state(), MotionState::kUnknown);
  EXPECT_EQ(motion.observe(fix(0, 0, 0)), Verdict::kAccepted);
  EXPECT_FALSE(motion.velocity());
  EXPECT_EQ(motion.speed_mmps(), 0);
  EXPECT_FALSE(motion.stay());
}

TEST(Motion, LearnsTheSpeedOfAWalkerWithinAMinute) {
  Motion motion;
  for (int64_t s = 0; s <= 60; s += 5) EXPECT_EQ(motion.observe(fix(s, 1.4 * s, 0)), Verdict::kAccepted) << s;
  EXPECT_EQ(motion.state(), MotionState::kWalking);
  EXPECT_NEAR(motion.velocity()->east_mmps, 1'400, 250);
  EXPECT_NEAR(motion.velocity()->north_mmps, 0, 100);
  EXPECT_LT(motion.velocity()->sigma_mmps, 750);
}

TEST(Motion, BelievesACarThatSetsOff) {
  Motion motion;
  double east = 0, speed = 0;
  int suspects = 0;
  for (int64_t s = 0; s <= 120; s += 5) {
    suspects += motion.observe(fix(s, east, 0)) == Verdict::kSuspect;
    for (int i = 0; i < 5; ++i) east += speed = std::min(speed + 1.5, 14.0);
  }
  EXPECT_LE(suspects, 2);
  EXPECT_EQ(motion.state(), MotionState::kVehicle);
  EXPECT_NEAR(motion.speed_mmps(), 14'000, 1'500);
}

TEST(Motion, BelievesAtOnceAMinuteLaterWhatAVehicleCanHaveDrivenAndNoReflectionExplains) {
  const auto verdict = [](int64_t after_s, double way_m, int32_t sigma_m) {
    Motion motion;
    motion.observe(fix(0, 0, 0));
    motion.observe(fix(60, 1, 1));
    return motion.observe(fix(60 + after_s, way_m, 0, sigma_m));
  };
  EXPECT_EQ(verdict(60, 1'500, 5), Verdict::kAccepted);
  EXPECT_EQ(verdict(60, 250, 5), Verdict::kSuspect) << "a reflected signal is as far off";
  EXPECT_EQ(verdict(60, 3'100, 5), Verdict::kSuspect) << "52 m/s";
  EXPECT_EQ(verdict(15, 400, 5), Verdict::kSuspect) << "nobody speeds up so hard";
  EXPECT_EQ(verdict(180, 1'500, 5), Verdict::kSuspect) << "after a silence a second fix is waited for";
  EXPECT_EQ(verdict(60, 1'500, 30), Verdict::kSuspect) << "so bad a fix is no ground";
}

TEST(Motion, OfAVehicleThatHasSetOffTheSpeedIsKnownFromItsWay) {
  Motion motion;
  motion.observe(fix(0, 0, 0));
  motion.observe(fix(60, 0, 0));
  motion.observe(fix(120, 1'500, 0));
  EXPECT_EQ(motion.state(), MotionState::kVehicle);
  EXPECT_NEAR(motion.velocity()->east_mmps, 25'000, 500);
}

TEST(Motion, DoubtsALeapUntilASecondFixAgrees) {
  Motion motion;
  for (int64_t s = 0; s <= 60; s += 5) motion.observe(fix(s, 1.4 * s, 0));
  EXPECT_EQ(motion.observe(fix(65, 91, 200)), Verdict::kSuspect);
  ASSERT_TRUE(motion.suspect());
  EXPECT_NEAR(motion.velocity()->east_mmps, 1'400, 250) << "what is doubted moves nothing";
  EXPECT_EQ(motion.observe(fix(70, 98, 200)), Verdict::kAgreed);
  EXPECT_FALSE(motion.suspect());
}

TEST(Motion, ForgetsALeapThatTheNextFixContradicts) {
  Motion motion;
  for (int64_t s = 0; s <= 60; s += 5) motion.observe(fix(s, 1.4 * s, 0));
  EXPECT_EQ(motion.observe(fix(65, 91, -200)), Verdict::kSuspect);
  EXPECT_EQ(motion.observe(fix(70, 98, 0)), Verdict::kAccepted);
  EXPECT_FALSE(motion.suspect());
}

TEST(Motion, TwoLeapsInDifferentDirectionsDoNotAgree) {
  Motion motion;
  for (int64_t s = 0; s <= 60; s += 5) motion.observe(fix(s, 1.4 * s, 0));
  EXPECT_EQ(motion.observe(fix(65, 91, -200)), Verdict::kSuspect);
  EXPECT_EQ(motion.observe(fix(70, 98, 200)), Verdict::kSuspect);
  EXPECT_EQ(motion.observe(fix(75, 105, 0)), Verdict::kAccepted);
}

TEST(Motion, AFastCarOnAStraightRoadIsNeverInDoubt) {
  Motion motion;
  int suspects = 0;
  for (int64_t s = 0; s <= 300; s += 15) suspects += motion.observe(fix(s, 40.0 * s, 0)) == Verdict::kSuspect;
  EXPECT_LE(suspects, 1);
}

TEST(Motion, TwoThatAgreeOutvoteTheOnlyOneBeforeThem) {
  Motion motion;
  motion.observe(fix(0, 150, -150));
  EXPECT_EQ(motion.observe(fix(5, 0, 0)), Verdict::kSuspect);
  EXPECT_EQ(motion.observe(fix(10, 5, 0)), Verdict::kAgreed);
  EXPECT_TRUE(motion.outvoted());
  EXPECT_EQ(motion.observe(fix(15, 10, 0)), Verdict::kAccepted);
  EXPECT_FALSE(motion.outvoted());
}

TEST(Motion, IsYoungForTwoMinutesAndNeverAgain) {
  Motion motion;
  motion.observe(fix(0, 0, 0));
  motion.observe(fix(60, 0, 0));
  EXPECT_TRUE(motion.young());
  motion.observe(fix(120, 0, 0));
  EXPECT_FALSE(motion.young());
  motion.observe(fix(4'000, 900, 0));
  EXPECT_FALSE(motion.young());
}

TEST(Motion, KnowsAPlaceOfRestBetterThanAnyOneFix) {
  int near = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Motion motion;
    Drift drift(seed, 20);
    drift.pass(600);
    for (int64_t s = 0; s <= 3'600; s += 15, drift.pass(15))
      motion.observe(fix(s, drift.east_m(), drift.north_m(), 20));
    ASSERT_EQ(motion.state(), MotionState::kResting) << seed;
    ASSERT_TRUE(motion.stay());
    EXPECT_LT(motion.stay()->sigma_mm, 9'000);
    near += geo::distance_mm(motion.stay()->place(), kStart) < 20'000;
  }
  EXPECT_GE(near, 19);
}

TEST(Motion, NoticesThatAWalkBeginsWithinAMinuteAndAHalf) {
  Motion motion;
  for (int64_t s = 0; s <= 900; s += 15) motion.observe(fix(s, 0, 0, 10));
  ASSERT_EQ(motion.state(), MotionState::kResting);
  for (int64_t s = 915; s <= 990; s += 15) motion.observe(fix(s, 1.3 * (s - 900), 0, 10));
  EXPECT_EQ(motion.state(), MotionState::kWalking);
  EXPECT_FALSE(motion.stay());
}

TEST(Motion, BeginsAnewAfterALongSilence) {
  Motion motion;
  for (int64_t s = 0; s <= 60; s += 5) motion.observe(fix(s, 1.4 * s, 0));
  EXPECT_EQ(motion.observe(fix(2'000, 9'000, 9'000)), Verdict::kAccepted);
  EXPECT_EQ(motion.state(), MotionState::kUnknown);
}

TEST(Motion, ALateFixMustFitBetweenItsNeighbours) {
  const KeptFix before = fix(0, 0, 0), after = fix(10, 14, 0), fits = fix(5, 7, 3), leaps = fix(5, 7, 200);
  EXPECT_TRUE(detour_explained(before, fits, after));
  EXPECT_FALSE(detour_explained(before, leaps, after));
  EXPECT_TRUE(detour_explained(std::nullopt, leaps, after)) << "nothing contradicts it";
  const KeptFix much_later = fix(600, 14, 0);
  EXPECT_TRUE(detour_explained(before, leaps, much_later)) << "in ten minutes he may well have been there";
}

TEST(Motion, TellsNoSpeedThatTurnsRoundInItsNumberHoweverSoonAFixComes) {
  Motion motion;
  motion.observe(fix(0, 0, 0));
  KeptFix near = fix(0, 100'000, -100'000), beside = fix(0, 100'010, -100'010);
  near.at = near.at + Duration{1};
  beside.at = beside.at + Duration{2};
  EXPECT_EQ(motion.observe(near), Verdict::kSuspect);
  EXPECT_EQ(motion.observe(beside), Verdict::kAgreed) << "ten metres on in a microsecond";
  EXPECT_EQ(motion.velocity()->east_mmps, 100'000'000);
  EXPECT_EQ(motion.velocity()->north_mmps, -100'000'000);
  EXPECT_EQ(motion.speed_mmps(), 100'000'000);
}

TEST(Motion, TellsNoiseThatIsNewWithEveryFixFromErrorsThatLastAndFromAWalk) {
  Random random(7);
  Drift drift(8, 20);
  Motion jumps, drifts, walks;
  for (int64_t s = 0; s <= 3'000; s += 15) {
    jumps.observe(fix(s, 8 * random.normal(), 8 * random.normal()));
    drift.pass(15);
    drifts.observe(fix(s, drift.east_m(), drift.north_m(), 20));
    walks.observe(fix(s, 1.4 * static_cast<double>(s), 0));
  }
  EXPECT_NEAR(static_cast<double>(jumps.scatter_mm(5'000)), 8'000, 3'000);
  EXPECT_EQ(drifts.scatter_mm(20'000), 0);
  EXPECT_EQ(walks.scatter_mm(5'000), 0);
}

}  // namespace
}  // namespace haechi::monitor
