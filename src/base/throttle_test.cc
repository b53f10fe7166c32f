#include "base/throttle.h"

#include <gtest/gtest.h>

namespace haechi {
namespace {

constexpr Time kNow{1'700'000'000'000'000};
constexpr Duration kSecond = Duration::seconds(1);
constexpr Duration kNothing{};

TEST(Throttle, LetsABurstThroughAndThenTheSteadyRate) {
  Throttle throttle({.per_minute = 60, .burst = 3}, 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.take("a", kNow), kNothing) << i;
  EXPECT_EQ(throttle.take("a", kNow), kSecond);
  EXPECT_EQ(throttle.take("a", kNow + Duration{999'999}), Duration{1});
  EXPECT_EQ(throttle.take("a", kNow + kSecond), kNothing);
  EXPECT_EQ(throttle.take("a", kNow + kSecond), kSecond);
}

TEST(Throttle, TakesNothingFromWhoIsToldToWait) {
  Throttle throttle({.per_minute = 60, .burst = 1}, 10);
  ASSERT_EQ(throttle.take("a", kNow), kNothing);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(throttle.take("a", kNow), kSecond);
  EXPECT_EQ(throttle.take("a", kNow + kSecond), kNothing);
}

TEST(Throttle, AClockThatIsSetBackHoldsNobodyUp) {
  Throttle throttle({.per_minute = 60, .burst = 3}, 10);
  ASSERT_EQ(throttle.take("a", kNow), kNothing);
  const Time back = kNow - Duration::seconds(3'600);
  EXPECT_EQ(throttle.take("a", back), kNothing);
  EXPECT_EQ(throttle.take("a", back), kNothing);
  EXPECT_EQ(throttle.take("a", back), kSecond) << "what was taken is taken";
  EXPECT_EQ(throttle.take("a", back + kSecond), kNothing) << "and it goes on from there";
}

TEST(Throttle, KeepsTheBucketsOfTwoKeysApart) {
  Throttle throttle({.per_minute = 1, .burst = 1}, 10);
  EXPECT_EQ(throttle.take("a", kNow), kNothing);
  EXPECT_EQ(throttle.take("b", kNow), kNothing);
  EXPECT_NE(throttle.take("a", kNow), kNothing);
}

TEST(Throttle, FillsNoFurtherThanTheBurstHoweverLongItWaits) {
  Throttle throttle({.per_minute = 4'000'000, .burst = 2}, 10);
  ASSERT_EQ(throttle.take("a", kNow), kNothing);
  const Time later = kNow + Duration::seconds(int64_t{100} * 365 * 86'400);
  EXPECT_EQ(throttle.take("a", later), kNothing);
  EXPECT_EQ(throttle.take("a", later), kNothing);
  EXPECT_NE(throttle.take("a", later), kNothing);
}

TEST(Throttle, TakesWhatIsLargerThanTheBurstFromAFullBucketAndThenWaitsForAllOfIt) {
  Throttle throttle({.per_minute = 60, .burst = 5}, 10);
  EXPECT_EQ(throttle.take("a", kNow, 20), kNothing);
  EXPECT_EQ(throttle.take("a", kNow), Duration::seconds(16));
}

TEST(Throttle, SaysHowLongToWaitWithoutTaking) {
  Throttle throttle({.per_minute = 60, .burst = 1}, 10);
  EXPECT_EQ(throttle.wait("a", kNow), kNothing);
  EXPECT_EQ(throttle.wait("a", kNow), kNothing);
  EXPECT_EQ(throttle.size(), 0u);
  ASSERT_EQ(throttle.take("a", kNow), kNothing);
  EXPECT_EQ(throttle.wait("a", kNow), kSecond);
}

TEST(Throttle, BeginsAnewForAKeyThatIsForgotten) {
  Throttle throttle({.per_minute = 1, .burst = 1}, 10);
  ASSERT_EQ(throttle.take("a", kNow), kNothing);
  throttle.forget("a");
  throttle.forget("nobody");
  EXPECT_EQ(throttle.take("a", kNow), kNothing);
}

TEST(Throttle, HoldsNoMoreKeysThanItsBoundAndForgetsTheOneUsedLongestAgo) {
  Throttle throttle({.per_minute = 1, .burst = 1}, 3);
  for (const char* key : {"a", "b", "c"}) ASSERT_EQ(throttle.take(key, kNow), kNothing);
  EXPECT_NE(throttle.take("a", kNow), kNothing);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(throttle.take("new " + std::to_string(i), kNow), kNothing);
    EXPECT_NE(throttle.take("a", kNow), kNothing) << "used all the time, so never forgotten";
  }
  EXPECT_EQ(throttle.size(), 3u);
  EXPECT_EQ(throttle.take("b", kNow), kNothing) << "forgotten, so it begins anew";
}

TEST(Throttle, HoldsNoMoreKeysThanAreInUse) {
  Throttle throttle({.per_minute = 60, .burst = 2}, 10'000);
  for (int i = 0; i < 10'000; ++i) {
    const Time now = kNow + Duration::seconds(i);
    EXPECT_EQ(throttle.take("new " + std::to_string(i), now), kNothing);
    EXPECT_EQ(throttle.take("new " + std::to_string(i), now), kNothing);
    EXPECT_EQ(throttle.take("new " + std::to_string(i), now), kSecond) << "as one that is not there";
  }
  EXPECT_LE(throttle.size(), 3u);
}

}  // namespace
}  // namespace haechi
