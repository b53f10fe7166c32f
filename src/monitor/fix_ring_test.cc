#include "monitor/fix_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "monitor/fix_ring_rest.h"

namespace haechi::monitor {
namespace {

bool same(const KeptFix& a, const KeptFix& b) {
  return a.at == b.at && a.place == b.place && a.sigma_mm == b.sigma_mm;
}

// The same ring with every fix kept as it is.
struct Plain {
  std::vector<KeptFix> older, recent;

  void insert(size_t i, const KeptFix& fix) {
    if (i < older.size() || (i == older.size() && recent.size() == FixRing::kRecentMax && !recent.empty() &&
                             fix.at < recent.front().at)) {
      older.insert(older.begin() + static_cast<ptrdiff_t>(i), fix);
    } else {
      recent.insert(recent.begin() + static_cast<ptrdiff_t>(i - older.size()), fix);
      if (recent.size() <= FixRing::kRecentMax) return;
      if (older.empty() || recent.front().at - older.back().at >= FixRing::kSpacing)
        older.push_back(recent.front());
      recent.erase(recent.begin());
    }
    if (older.size() > FixRing::kOlderMax) older.erase(older.begin());
  }
  void pop_back() { recent.pop_back(); }
  std::vector<KeptFix> all() const {
    std::vector<KeptFix> fixes = older;
    fixes.insert(fixes.end(), recent.begin(), recent.end());
    return fixes;
  }
};

// Mostly a little further on in a short while, now and then anything.
KeptFix any_fix(Random& random, Time at, const KeptFix& last) {
  KeptFix fix = last;
  fix.at = at;
  const int64_t reach = int64_t{1} << random.between(1, 20);
  fix.place.lat_e7 += static_cast<int32_t>(random.between(-reach, reach));
  fix.place.lng_e7 += static_cast<int32_t>(random.between(-reach, reach));
  if (random.chance(0.3)) fix.sigma_mm = static_cast<int32_t>(random.between(0, reach));
  if (random.chance(0.02)) {
    fix.place = {random.chance(0.5) ? geo::kLatE7Max : -geo::kLatE7Max,
                 random.chance(0.5) ? geo::kLngE7Max : -geo::kLngE7Max};
    fix.sigma_mm = random.chance(0.5) ? INT32_MAX : 0;
  }
  fix.accuracy_mm = static_cast<uint32_t>(random.below(100'000));
  fix.speed_mmps = static_cast<uint32_t>(random.below(30'000));
  fix.speed_known = random.chance(0.5);
  return fix;
}

TEST(FixRing, GivesBackExactlyWhatWasPutInWhateverLiesBetween) {
  Random random(11);
  const int64_t steps_us[] = {15'000'000, 15'000'000,  15'001'000,        7'000'003,
                              1,          300'000'000, 86'400'000'000'000};
  for (int round = 0; round < 60; ++round) {
    FixRing ring;
    Plain plain;
    KeptFix last;
    last.at = Time{1};
    for (int step = 0; step < 300; ++step) {
      if (plain.recent.size() > 2 && random.chance(0.03)) {
        ring.pop_back();
        plain.pop_back();
        last = plain.recent.back();
      }
      const bool late = random.chance(0.08) && plain.recent.size() > 1;
      const Time at = late ? Time{random.between(plain.all().front().at.us - 50, last.at.us)}
                           : last.at + Duration{steps_us[random.below(round < 30 ? 3 : 7)]};
      const FixRing::Gap gap = ring.around(at);
      if ((gap.next && gap.next->at == at) || ring.was_told(gap.place)) continue;
      const KeptFix fix = any_fix(random, at, last);
      ring.insert(gap.place, fix);
      plain.insert(gap.place, fix);
      if (!late) last = fix;
      const std::vector<KeptFix> all = plain.all();
      ASSERT_EQ(ring.size(), all.size()) << round << ' ' << step;
      for (size_t i = 0; i < all.size(); ++i) {
        ASSERT_TRUE(same(ring[i], all[i])) << round << ' ' << step << ' ' << i;
        ASSERT_EQ(ring.is_thinned(i), i < plain.older.size());
        const FixRing::Gap there = ring.around(all[i].at);
        ASSERT_EQ(there.place, i);
        ASSERT_TRUE(same(*there.next, all[i]));
        ASSERT_EQ(there.before.has_value(), i > 0);
        if (i > 0) {
          ASSERT_TRUE(same(*there.before, all[i - 1]));
        }
      }
      ASSERT_FALSE(ring.around(all.back().at + Duration{1}).next);
    }
  }
}

TEST(FixRing, KnowsAccuracyAndSpeedOfTheLatest) {
  FixRing ring;
  for (int64_t s = 1; s <= 40; ++s) {
    KeptFix fix;
    fix.at = Time{s * 15'000'000};
    fix.accuracy_mm = 8'000;
    fix.speed_mmps = 1'400;
    fix.speed_known = true;
    ring.append(fix);
  }
  EXPECT_EQ(ring.back().accuracy_mm, 8'000u);
  EXPECT_EQ(ring.back().speed_mmps, 1'400u);
  EXPECT_TRUE(ring.back().speed_known);
  EXPECT_EQ(ring[0].accuracy_mm, 0u);
  EXPECT_FALSE(ring[0].speed_known);
}

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
      const size_t place = ring.around(fix.at).place;
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

TEST(FixRing, IsAsItWasAfterItHasRested) {
  using Form = resting::Short<FixRing>;
  const auto archived = [](const FixRing& ring) {
    haechi::Writer out;
    haechi::write(out, ring);
    return out.take();
  };
  Random random(11);
  for (int world = 0; world < 200; ++world) {
    FixRing ring, woken;
    KeptFix last;
    last.at = Time{1'700'000'000'000'000};
    const int64_t unit_us = std::array<int64_t, 3>{1, 1'000, 1'000'000}.at(random.below(3));
    for (int step = 0; step < 60; ++step) {
      last = any_fix(
          random, last.at + Duration{unit_us * random.between(1, random.chance(0.1) ? 300'000 : 20)}, last);
      ring.append(last);
      std::string rows, raw(Form::kSizes.alike, '\0');
      haechi::Writer others;
      resting::Out out{raw.data(), nullptr, others, rows};
      out.put(ring);
      haechi::Reader no_others({});
      const std::vector<char> exactly(rows.begin(), rows.end());
      resting::In in{raw.data(), nullptr, no_others, exactly.data()};
      in.get(woken);
      ASSERT_EQ(archived(woken), archived(ring));
      ASSERT_EQ(in.rows, exactly.data() + exactly.size());
    }
  }
}

}  // namespace
}  // namespace haechi::monitor
