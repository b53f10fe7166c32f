#include "monitor/fix_ring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace haechi::monitor {
namespace {

TEST(FixRing, IsAShortSortedListThatForgetsItsOldest) {
  Random random(6);
  for (int round = 0; round < 200; ++round) {
    FixRing ring;
    std::vector<int64_t> model;
    for (int step = 0; step < 120; ++step) {
      if (!model.empty() && random.chance(0.05)) {
        ring.pop_back();
        model.pop_back();
      }
      KeptFix fix;
      fix.at = Time{random.chance(0.8) ? 1'000 + step * 10 : random.between(1, 2'500)};
      const auto place =
          static_cast<size_t>(std::lower_bound(model.begin(), model.end(), fix.at.us) - model.begin());
      ASSERT_EQ(ring.before(fix.at), place);
      if (model.size() == FixRing::kMax && place == 0) continue;
      ring.insert(place, fix);
      model.insert(model.begin() + static_cast<ptrdiff_t>(place), fix.at.us);
      if (model.size() > FixRing::kMax) model.erase(model.begin());
      ASSERT_EQ(ring.size(), model.size());
      for (size_t i = 0; i < model.size(); ++i) ASSERT_EQ(ring[i].at.us, model[i]) << round << ' ' << step;
      ASSERT_EQ(ring.back().at.us, model.back());
    }
  }
}

}  // namespace
}  // namespace haechi::monitor
