#include "monitor/deadlines.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace haechi::monitor {
namespace {

// Times near each other and far, equal ones, and ones in the past.
TEST(Deadlines, ComeInOrderOfTimeAndThoseOfOneMomentInTheOrderInWhichTheyWereSet) {
  Random random(4);
  Deadlines deadlines;
  std::map<std::pair<Time, uint64_t>, uint64_t> expected;
  Time now{1'000'000'000};
  uint64_t set = 0;
  for (int step = 0; step < 20'000; ++step) {
    const int64_t reach_us = random.chance(0.1) ? 100'000'000'000 : 3'000'000;
    const Time at = now + Duration{random.between(-1'000'000, reach_us) / 50'000 * 50'000};
    deadlines.add(at, {Deadline::Kind::kStale, set, 0});
    expected.emplace(std::pair(at, set), set);
    ++set;
    if (random.chance(0.3)) now = now + Duration{random.between(0, 2'000'000)};
    while (random.chance(0.8)) {
      const std::optional<Deadline> due = deadlines.take(now);
      const bool any = !expected.empty() && expected.begin()->first.first <= now;
      ASSERT_EQ(due.has_value(), any);
      if (!any) break;
      ASSERT_EQ(due->subject, expected.begin()->second);
      expected.erase(expected.begin());
      ASSERT_EQ(deadlines.size(), expected.size());
    }
  }
}

TEST(Deadlines, AreNotTakenBeforeTheirTimeToTheMicrosecond) {
  Deadlines deadlines;
  deadlines.add(Time{5'000'000}, {Deadline::Kind::kSilence, 7, 9});
  EXPECT_FALSE(deadlines.take(Time{4'999'999}));
  const std::optional<Deadline> due = deadlines.take(Time{5'000'000});
  ASSERT_TRUE(due);
  EXPECT_EQ(due->kind, Deadline::Kind::kSilence);
  EXPECT_EQ(due->subject, 7u);
  EXPECT_EQ(due->detail, 9u);
  EXPECT_EQ(deadlines.size(), 0u);
}

}  // namespace
}  // namespace haechi::monitor
