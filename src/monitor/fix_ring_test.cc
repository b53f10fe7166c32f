#include "monitor/fix_ring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace haechi::monitor {
namespace {

TEST(FixRing, KeepsTheRecentOnesAndOneInAWhileOfThoseBefore) {
  Random random(6);
  for (int round = 0; round < 200; ++round) {
    FixRing ring;
    std::vector<int64_t> told;  // all of them, in order
    for (int step = 0; step < 600; ++step) {
      if (ring.size() > 2 && random.chance(0.05)) {
        ring.pop_back();
        told.pop_back();
      }
      KeptFix fix;
      fix.at = Time{(random.chance(0.9) ? 1'000 + step * 10 : random.between(1, 7'500)) * 1'000'000};
      const size_t place = ring.before(fix.at);
      if (place < ring.size() && ring[place].at == fix.at) continue;
      if (ring.was_told(place)) continue;
      ring.insert(place, fix);
      told.insert(std::lower_bound(told.begin(), told.end(), fix.at.us), fix.at.us);
      ASSERT_LE(ring.size(), FixRing::kRecentMax + FixRing::kOlderMax);
      for (size_t i = 1; i < ring.size(); ++i) ASSERT_LT(ring[i - 1].at, ring[i].at) << round << ' ' << step;
      for (size_t i = 0; i < ring.size(); ++i)
        ASSERT_TRUE(std::binary_search(told.begin(), told.end(), ring[i].at.us));
      ASSERT_EQ(ring.back().at.us, told.back());
    }
  }
}

TEST(FixRing, SpansHalfAnHourOfReportsEveryFewSeconds) {
  FixRing ring;
  for (int64_t s = 0; s < 7'200; s += 5) {
    KeptFix fix;
    fix.at = Time{} + Duration::seconds(10'000 + s);
    ring.insert(ring.size(), fix);
  }
  ASSERT_TRUE(ring.full());
  EXPECT_GE(ring.back().at - ring[0].at, Duration::seconds(1'400));
  for (size_t i = 1; i <= FixRing::kRecentMax; ++i)
    EXPECT_EQ(ring[ring.size() - i].at,
              ring.back().at - Duration::seconds(5 * (static_cast<int64_t>(i) - 1)));
  EXPECT_FALSE(ring.is_thinned(ring.size() - 1));
  EXPECT_TRUE(ring.is_thinned(0));
}

}  // namespace
}  // namespace haechi::monitor
