// Margins and trackers against slow or simple models of themselves, over many drawn cases.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "geo/segment.h"
#include "monitor/margin.h"
#include "monitor/tracker.h"

namespace haechi::monitor {
namespace {

const geo::Place kSeoul{375'665'000, 1'269'780'000};
const Time kNoon{1'773'456'789'000'000};

KeptFix fix_at(Time at, geo::Place place) {
  KeptFix fix;
  fix.at = at;
  fix.place = place;
  fix.sigma_mm = 5'000;
  return fix;
}

geo::Place near(Random& random, geo::Place place, int64_t reach_mm) {
  const int64_t east_mm = random.between(-reach_mm, reach_mm);
  return geo::moved(place, {east_mm, random.between(-reach_mm, reach_mm)});
}

// A ring around a place that does not cross itself.
std::vector<geo::Place> star(Random& random, geo::Place centre, int corners, double min_m, double max_m) {
  std::vector<geo::Place> ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * (i + 0.3 * random.unit()) / corners;
    const double radius_mm = 1'000 * (min_m + (max_m - min_m) * random.unit());
    ring.push_back(geo::moved(
        centre, {std::llround(radius_mm * std::cos(angle)), std::llround(radius_mm * std::sin(angle))}));
  }
  return ring;
}

// To the nearest of very many places on the border.
int64_t slow_border_mm(const std::vector<geo::Place>& ring, geo::Place place) {
  int64_t least_mm = INT64_MAX;
  for (size_t i = 0; i < ring.size(); ++i)
    for (int k = 0; k < 1'500; ++k)
      least_mm = std::min(
          least_mm,
          geo::distance_mm(place, geo::part_of_way(ring[i], ring[(i + 1) % ring.size()], k / 1'500.0)));
  return least_mm;
}

// How often a ray to the east crosses the border.
bool slow_contains(const std::vector<geo::Place>& ring, geo::Place place) {
  bool inside = false;
  for (size_t i = 0; i < ring.size(); ++i) {
    const geo::Place a = ring[i], b = ring[(i + 1) % ring.size()];
    if ((a.lat_e7 > place.lat_e7) == (b.lat_e7 > place.lat_e7)) continue;
    const double part =
        static_cast<double>(place.lat_e7 - a.lat_e7) / static_cast<double>(b.lat_e7 - a.lat_e7);
    if (place.lng_e7 < a.lng_e7 + part * (b.lng_e7 - a.lng_e7)) inside = !inside;
  }
  return inside;
}

// One percent or half a metre.
void expect_near(int64_t got_mm, int64_t slow_mm) {
  EXPECT_NEAR(static_cast<double>(got_mm), static_cast<double>(slow_mm),
              std::max(500.0, 0.01 * std::abs(static_cast<double>(slow_mm))));
}

TEST(Margin, BetweenTwoWhoBothMoveIsTheLeastOfAThousandMoments) {
  Random random(81);
  for (int i = 0; i < 300; ++i) {
    const int64_t reach_mm = i % 3 == 0 ? 200'000 : 2'000'000;
    const geo::Place his_from = near(random, kSeoul, reach_mm), his_to = near(random, kSeoul, reach_mm);
    const Duration took = Duration::seconds(random.between(2, 600));
    // Her fixes fall where they will: before, within and after his way.
    Track her;
    std::vector<KeptFix> hers;
    Time at = kNoon - Duration::seconds(random.between(1, 60));
    while (at < kNoon + took + Duration::seconds(61)) {
      hers.push_back(fix_at(at, near(random, kSeoul, reach_mm)));
      her.keep(hers.back());
      at = at + Duration::seconds(random.between(601, 900));  // so that none falls within
    }
    const std::optional<Measure> way =
        pair_way_measure(fix_at(kNoon, his_from), fix_at(kNoon + took, his_to), her);
    ASSERT_TRUE(way);
    int64_t slow_mm = INT64_MAX;
    for (int k = 0; k <= 1'000; ++k) {
      const Time moment = kNoon + Duration{took.us / 1'000 * k};
      const geo::Place his = geo::part_of_way(his_from, his_to, k / 1'000.0);
      slow_mm = std::min(slow_mm, geo::distance_mm(his, her.position_at(moment)->place));
    }
    // Between two moments of the slow one they can pass by a thousandth of both ways.
    const double step = static_cast<double>(reach_mm) * 5.7 / 1'000;
    EXPECT_LE(way->distance_mm, slow_mm + 20) << i;
    EXPECT_GE(static_cast<double>(way->distance_mm), static_cast<double>(slow_mm) - std::max(500.0, step))
        << i;
    EXPECT_GE(way->at, kNoon);
    EXPECT_LE(way->at, kNoon + took);
  }
}

TEST(Margin, OfAPairAtAMomentIsTheirDistanceThen) {
  Random random(82);
  for (int i = 0; i < 300; ++i) {
    Track his, hers;
    std::vector<KeptFix> kept[2];
    for (int k = 0; k < 6; ++k)
      for (int who = 0; who < 2; ++who) {
        const KeptFix fix = fix_at(kNoon + Duration::millis(k * 15'000 + random.between(0, 14'000)),
                                   near(random, kSeoul, 1'500'000));
        kept[who].push_back(fix);
        (who == 0 ? his : hers).keep(fix);
      }
    const Time at = kNoon + Duration::millis(random.between(15'000, 75'000));
    const auto place = [&](const std::vector<KeptFix>& fixes) {
      for (size_t k = 0; k + 1 < fixes.size(); ++k)
        if (fixes[k].at <= at && at <= fixes[k + 1].at)
          return geo::part_of_way(fixes[k].place, fixes[k + 1].place,
                                  static_cast<double>((at - fixes[k].at).us) /
                                      static_cast<double>((fixes[k + 1].at - fixes[k].at).us));
      return fixes.back().place;
    };
    const std::optional<Measure> measure = pair_measure(his, hers, at);
    ASSERT_TRUE(measure);
    EXPECT_NEAR(static_cast<double>(measure->distance_mm),
                static_cast<double>(geo::distance_mm(place(kept[0]), place(kept[1]))), 60);
  }
}

TEST(Margin, OfAWayByAZoneWithAHoleIsTheLeastOfManyPlacesOnIt) {
  Random random(83);
  int through = 0;
  for (int i = 0; i < 60; ++i) {
    const std::vector<geo::Place> outer = star(random, kSeoul, 16, 500, 1'200);
    const std::vector<geo::Place> hole = star(random, kSeoul, 8, 120, 250);
    const geo::Zone zone = *geo::Zone::polygons({{outer, {hole}}});
    const KeptFix from = fix_at(kNoon, near(random, kSeoul, 2'000'000));
    const KeptFix to = fix_at(kNoon + Duration::seconds(60), near(random, kSeoul, 2'000'000));
    const std::optional<Measure> way = exclusion_way_measure(zone, from, to);
    ASSERT_TRUE(way);
    int64_t slow_mm = INT64_MAX;
    for (int k = 0; k <= 2'000; ++k)
      slow_mm =
          std::min(slow_mm, zone.signed_distance_mm(geo::part_of_way(from.place, to.place, k / 2'000.0)));
    if (slow_mm > 1'500) expect_near(way->distance_mm, slow_mm);
    // The depth of a way through is never overstated.
    if (way->distance_mm <= 0) {
      ++through;
      EXPECT_GE(way->distance_mm, slow_mm - 1'500) << i;
      EXPECT_LE(slow_mm, 1'500) << i;
    }
  }
  EXPECT_GT(through, 10);
}

TEST(Margin, OfAHomeIsTheWayOutAndThatOfABarredPlaceTheWayIn) {
  Random random(84);
  for (int i = 0; i < 100; ++i) {
    const std::vector<geo::Place> outer = star(random, kSeoul, 12, 400, 900);
    const geo::Zone zone = *geo::Zone::polygons({{outer, {}}});
    const KeptFix fix = fix_at(kNoon, near(random, kSeoul, 1'200'000));
    const int64_t slow_mm = slow_border_mm(outer, fix.place);
    EXPECT_EQ(exclusion_measure(zone, fix).distance_mm, -inclusion_measure(zone, fix).distance_mm);
    expect_near(std::abs(exclusion_measure(zone, fix).distance_mm), slow_mm);
    EXPECT_EQ(exclusion_measure(zone, fix).distance_mm <= 0, slow_contains(outer, fix.place)) << slow_mm;
  }
}

// A stream of evidence as bad as a life may give: late, stale, between fixes, from the past, lost, silent.
struct Stream {
  explicit Stream(uint64_t seed) : random(seed) {}

  Margin next(Time at) {
    if (random.chance(0.1)) drift_mm = random.between(-120'000, 160'000);
    Margin margin;
    margin.margin_mm = drift_mm + random.between(-40'000, 40'000);
    margin.sigma_mm = random.between(3'000, 40'000);
    const double kind = random.unit();
    margin.evidence = kind < 0.7   ? Evidence::kLive
                      : kind < 0.8 ? Evidence::kLate
                      : kind < 0.9 ? Evidence::kSegment
                                   : Evidence::kStale;
    margin.way = margin.evidence == Evidence::kSegment;
    margin.at = random.chance(0.1) ? at - Duration::seconds(random.between(1, 300)) : at;
    return margin;
  }

  Random random;
  int64_t drift_mm = 60'000;
};

bool sure(const Margin& margin, const TrackerPolicy& policy) {
  const int64_t z = margin.way ? policy.z_way : policy.z_confirm;
  return margin.margin_mm <= 0 && (margin.margin_mm - policy.band_mm) * 1'000 <= -z * margin.sigma_mm;
}

// What ended the last stretch of calm: anything live that is not calm, or now and possible; or not knowing.
struct Model {
  bool open = false;
  Time calm_from;
  Time last_live;

  // Whether this ends the calm.
  bool disturbs(const Margin& margin, const TrackerPolicy& policy) const {
    const bool late =
        margin.evidence == Evidence::kLate || (margin.evidence == Evidence::kLive && margin.at < last_live);
    if (late) return false;
    if (margin.evidence == Evidence::kLive)
      return margin.margin_mm <= policy.hysteresis_mm ||
             margin.margin_mm * 1'000 < policy.z_clear * margin.sigma_mm;
    return margin.margin_mm * 1'000 <= -policy.z_possible * margin.sigma_mm;
  }
};

int try_stream(uint64_t seed, const TrackerPolicy& policy) {
  Stream stream(seed);
  Tracker tracker;
  Model model;
  Time at = kNoon;
  int opened = 0;
  for (int i = 0; i < 1'500; ++i) {
    at = at + Duration::seconds(stream.random.between(1, 25));
    const bool was_open = tracker.open();
    const double what = stream.random.unit();
    Tracker::Change change = Tracker::Change::kNothing;
    if (what < 0.04) {
      EXPECT_EQ(tracker.lose(), was_open && !(i > 0 && tracker.state() == TrackerState::kUnknown) && was_open)
          << seed << ' ' << i;
      EXPECT_EQ(tracker.state(), TrackerState::kUnknown);
      EXPECT_EQ(tracker.open(), was_open);  // unknown never clears and never opens
      model.calm_from = Time{};
      continue;
    }
    if (what < 0.2) {
      change = tracker.pass(at, stream.random.chance(0.7), policy);
    } else {
      const Margin margin = stream.next(at);
      const bool unknown = tracker.state() == TrackerState::kUnknown;
      if (model.disturbs(margin, policy)) model.calm_from = Time{};
      const bool live = margin.evidence == Evidence::kLive && margin.at >= model.last_live;
      change = tracker.observe(margin, policy);
      if (live && sure(margin, policy) && !was_open) {
        EXPECT_EQ(change, Tracker::Change::kOpened) << seed << ' ' << i;
      }
      if (!live) {
        EXPECT_NE(change, Tracker::Change::kCleared) << seed << ' ' << i;
        EXPECT_NE(change, Tracker::Change::kRegained) << seed << ' ' << i;
        if (!sure(margin, policy)) {
          EXPECT_NE(change, Tracker::Change::kOpened) << seed << ' ' << i;
        }
      }
      if (live && unknown && was_open) {
        EXPECT_EQ(change, Tracker::Change::kRegained);
      }
      if (live) {
        model.last_live = margin.at;
        if (!model.calm_from.known() && !model.disturbs(margin, policy)) model.calm_from = margin.at;
      }
    }
    switch (change) {
      case Tracker::Change::kOpened:
        EXPECT_FALSE(was_open) << seed << ' ' << i;  // never two alerts for one episode
        EXPECT_TRUE(tracker.open());
        model.calm_from = Time{};
        ++opened;
        break;
      case Tracker::Change::kCleared:
        EXPECT_TRUE(was_open) << seed << ' ' << i;
        EXPECT_FALSE(tracker.open());
        // Calm for the whole hold, as the model saw it.
        EXPECT_TRUE(model.calm_from.known()) << seed << " " << i;
        EXPECT_GE(at - model.calm_from, policy.clear_hold) << seed << ' ' << i;
        break;
      default:
        EXPECT_EQ(tracker.open(), was_open) << seed << ' ' << i;
    }
  }
  return opened;
}

TEST(TrackerProperty, RingsOncePerEpisodeAndClearsOnlyAfterAWholeHoldOfCalm) {
  TrackerPolicy strict, banded;
  banded.band_mm = 15'000;
  banded.hysteresis_mm = 20'000;
  banded.clear_hold = Duration::seconds(60);
  int opened = 0;
  for (uint64_t seed = 0; seed < 60; ++seed)
    opened += try_stream(900 + seed, seed % 2 == 0 ? strict : banded);
  EXPECT_GT(opened, 300);  // else little was tried
}

}  // namespace
}  // namespace haechi::monitor
