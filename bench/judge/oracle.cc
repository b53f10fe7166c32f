#include "bench/judge/oracle.h"

#include <algorithm>

namespace haechi::judge {
namespace {

constexpr double kJoinS = 60, kClearedBy = 1, kWarningS = 900;
constexpr int64_t kAheadStepS = 5;
constexpr float kNever = -1e9f;

struct Margin {
  double mean_m, deviation_m;
};

struct Pair {
  Pair(const World& of, const Cell& cell, Told told) : world(of), his(of, cell, false, told, of.centre) {
    if (of.pair()) hers.emplace(of, cell, true, told, of.centre);
  }
  bool hear(int64_t s) {
    const bool his_new = his.hear(s);
    return (hers && hers->hear(s)) || his_new;
  }
  bool heard_both() const { return his.heard_any() && (!hers || hers->heard_any()); }
  Margin at(int64_t s) const {
    Belief he = his.at(s);
    if (world.kind == Kind::kSquareZone) return {world.block.margin_m(he.place), std::sqrt(he.variance_m2)};
    if (hers) {
      const Belief& she = hers->at(s);
      he.place = {he.place.east - she.place.east, he.place.north - she.place.north};
      he.variance_m2 += she.variance_m2;
    }
    // Whoever errs sideways is further off than he seems.
    const double far_m =
        std::sqrt(he.place.east * he.place.east + he.place.north * he.place.north + he.variance_m2);
    return {far_m - kRadiusM, std::sqrt(he.variance_m2)};
  }

  const World& world;
  Follower his;
  std::optional<Follower> hers;
};

// Of being inside at some moment of the next minutes: where the place is quite unknown, it is the size of the
// target that counts.
double chance_ahead(const Pair& pair, int64_t s) {
  double most = 0;
  for (int64_t k = s; k < s + kAheadS; k += kAheadStepS) {
    const Margin margin = pair.at(k);
    const double v = margin.deviation_m * margin.deviation_m;
    const double along = std::erfc(margin.mean_m / margin.deviation_m / std::sqrt(2.0)) / 2;
    most = std::max(most, along * -std::expm1(-kRadiusM * kRadiusM / (2 * v)));
  }
  return most;
}

}  // namespace

Readings read(const World& world, const Cell& cell, Told told) {
  Pair pair(world, cell, told);
  const auto count = static_cast<size_t>(world.ends_s - world.begins_s);
  Readings readings;
  std::array<std::vector<float>, kLevelsM.size()> now;  // of a second, as it is believed at present
  for (std::vector<float>& one : now) one.assign(count, kNever);
  std::array<size_t, kLevelsM.size()> best = {};  // of the last 90 s
  double chance = 0;
  for (size_t i = 0; i < count; ++i) {
    const int64_t s = world.begins_s + static_cast<int64_t>(i);
    const bool heard = pair.hear(s);
    const size_t first = i < kLookBackS ? 0 : i - kLookBackS;
    if (pair.heard_both()) {
      for (size_t k = heard ? first : i; k <= i; ++k) {
        const Margin margin = pair.at(world.begins_s + static_cast<int64_t>(k));
        for (size_t level = 0; level < kLevelsM.size(); ++level)
          now[level][k] = static_cast<float>((kLevelsM[level] - margin.mean_m) / margin.deviation_m);
      }
      if (heard) chance = chance_ahead(pair, s);
    }
    for (size_t level = 0; level < kLevelsM.size(); ++level) {
      const std::vector<float>& all = now[level];
      if (heard || best[level] < first)
        best[level] = static_cast<size_t>(std::max_element(all.begin() + static_cast<int64_t>(first),
                                                           all.begin() + static_cast<int64_t>(i) + 1) -
                                          all.begin());
      else if (all[i] > all[best[level]])
        best[level] = i;
      readings.certainty[level].push_back(all[best[level]]);
    }
    readings.chance.push_back(static_cast<float>(chance));
  }
  return readings;
}

std::vector<Alert> alerts_at(const World& world, const Truth* truth, const std::vector<float>& certainty,
                             double least) {
  std::vector<Alert> alerts;
  bool stands = false;
  double until_s = 0;  // the end of its episode
  for (size_t i = 0; i < certainty.size(); ++i) {
    const double s = static_cast<double>(world.begins_s) + static_cast<double>(i);
    if (!stands && certainty[i] >= least) {
      stands = true;
      until_s = 0;
      alerts.push_back({s, std::nullopt, false, {}});
      if (truth != nullptr)
        for (const Episode& one : truth->episodes)
          if (one.begins_s <= s && s <= one.ends_s + kLookBackS) until_s = one.ends_s + kJoinS;
    } else if (stands && s > until_s && certainty[i] < least - kClearedBy) {
      stands = false;
      alerts.back().cleared_s = s;
    }
  }
  return alerts;
}

std::vector<Alert> warnings_at(const World& world, const std::vector<float>& chance, double least) {
  std::vector<Alert> warnings;
  for (size_t i = 0; i < chance.size(); ++i) {
    const double s = static_cast<double>(world.begins_s) + static_cast<double>(i);
    if (chance[i] < least || (!warnings.empty() && s < *warnings.back().cleared_s)) continue;
    warnings.push_back({s, s + kWarningS, true, {}});
  }
  return warnings;
}

}  // namespace haechi::judge
