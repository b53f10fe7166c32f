// Properties of the whole machine over many drawn worlds: what may not matter, does not matter.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

// Which rule and which of its tiers: an alert without its number.
using Name = std::tuple<std::string, std::string, v1::AlertKind>;

Name name_of(const v1::Alert& alert) {
  return {alert.order_id(), alert.condition_id(), alert.kind()};
}

// Foresight, reach and silence speak of the moment in which they are asked: what he may do next, or where he
// may be while nobody hears him. Who tells it later tells another moment.
bool of_the_moment(v1::AlertKind kind) {
  return kind == v1::ALERT_KIND_APPROACHING || kind == v1::ALERT_KIND_UNACCOUNTED_NEAR ||
         kind == v1::ALERT_KIND_SILENCE;
}

std::set<Name> rang(const World& world) {
  std::set<Name> out;
  for (const v1::Alert& alert : world.raised())
    if (!of_the_moment(alert.kind())) out.insert(name_of(alert));
  return out;
}

std::set<Name> still_open(const World& world) {
  std::set<std::string> cleared;
  for (const v1::Alert& alert : world.cleared()) cleared.insert(alert.id());
  std::set<Name> out;
  for (const v1::Alert& alert : world.raised())
    if (!cleared.contains(alert.id()) && !of_the_moment(alert.kind())) out.insert(name_of(alert));
  return out;
}

// Everything that rang and cleared, in order, with its numbers.
std::vector<std::string> story(const World& world, bool with_implausible) {
  std::vector<std::string> out;
  const auto tell = [&](const char* what, const v1::Alert& alert) {
    if (alert.kind() == v1::ALERT_KIND_IMPLAUSIBLE && !with_implausible) return;
    out.push_back(std::string(what) + ' ' + v1::AlertKind_Name(alert.kind()) + ' ' + alert.order_id() + '/' +
                  alert.condition_id() + " at " + std::to_string(alert.happened_at_us()) + " margin " +
                  std::to_string(alert.margin_mm()) + (alert.late() ? " late" : ""));
  };
  for (const v1::Effect& effect : world.effects()) {
    if (effect.has_raise_alert()) tell("rings", effect.raise_alert());
    if (effect.has_clear_alert()) tell("clears", effect.clear_alert());
  }
  return out;
}

constexpr int64_t kIntervalS = 15;

// A way on which no fix is near enough to any limit to be in doubt: what is certain may not depend on how the
// fixes arrive. Metres east of her, who stays at home; he comes and goes along one road.
std::vector<double> decided_way(Random& random, size_t fixes) {
  constexpr double kLimits[] = {100, 600, 1'000, 2'000};
  const auto decided = [&](double east_m) {
    return std::all_of(std::begin(kLimits), std::end(kLimits),
                       [&](double limit) { return std::abs(east_m - limit) > 60; });
  };
  for (;;) {
    std::vector<double> way;
    double east_m = 2'600, step_m = -120;
    while (way.size() < fixes) {
      // A driver's choice: some braking, some speeding up, never both at once.
      double best = step_m;
      for (int draw = 0; draw < 40; ++draw) {
        best = std::clamp(step_m + static_cast<double>(random.between(-70, 70)), -230.0, 230.0);
        if (east_m + best < 300) best = step_m + 70;
        if (east_m + best > 3'200) best = step_m - 70;
        if (decided(east_m + best)) break;
      }
      step_m = best;
      east_m += step_m;
      if (!decided(east_m)) break;
      way.push_back(east_m);
    }
    if (way.size() == fixes) return way;
  }
}

struct Told {
  double east_m;
  Time at;
  uint64_t seq;
};

// Her phone goes on reporting; his reports arrive as they are given.
class Pair {
 public:
  Pair() {
    world_.seoul_time();
    world_.wearer("him");
    world_.protected_person("her");
    world_.circle("barred", at_m(0, 0), 750'000);
    v1::Order order = world_.keep_away_order("o-1", "him", "her");
    order.add_conditions()->set_id("c-2");
    order.mutable_conditions(1)->mutable_exclusion()->set_zone_id("barred");
    world_.submit_order(order);
  }

  World& world() { return world_; }
  void she_reports() { world_.report("her", kHome); }
  void he_tells(const Told& told, bool stored) {
    world_.report("him", at_m(told.east_m, 0), [&](v1::Report& report) {
      report.mutable_fix()->set_fixed_at_us(told.at.us);
      report.set_epoch(1);
      report.set_seq(told.seq);
      report.set_stored(stored);
    });
  }
  // One interval of an ordinary life.
  Told live(double east_m) {
    world_.pass(kIntervalS);
    she_reports();
    const Told told{east_m, world_.now(), ++seq_};
    he_tells(told, false);
    return told;
  }
  // He drives, his phone keeps what it has to say; only she is heard.
  std::vector<Told> unheard(const std::vector<double>& way) {
    std::vector<Told> kept;
    for (const double east_m : way) {
      world_.pass(kIntervalS);
      she_reports();
      kept.push_back({east_m, world_.now(), ++seq_});
    }
    return kept;
  }

 private:
  World world_;
  uint64_t seq_ = 0;
};

struct Outcome {
  std::set<Name> rang, open;
};

// What is said to be the same: which tiers of which rules rang, and which are open after he has been heard
// again live for longer than any hold. Not the same is when they rang and how often: a burst told backwards
// shows its latest fix first, and what was told of one episode is not told again.
Outcome told_in_order(const std::vector<double>& before, const std::vector<double>& hidden, double after_m,
                      const std::vector<size_t>& order, const std::vector<size_t>& pauses) {
  Pair pair;
  for (const double east_m : before) pair.live(east_m);
  const std::vector<Told> kept = pair.unheard(hidden);
  for (size_t i = 0; i < order.size(); ++i) {
    pair.he_tells(kept[order[i]], true);
    if (std::find(pauses.begin(), pauses.end(), i) != pauses.end()) pair.world().pass(1);
  }
  // He drives on at once, and away or to her again, braking and speeding up as a car can (2 m/s2 is too hard
  // to be believed of a fix that came late).
  double east_m = hidden.back(), step_m = east_m - hidden[hidden.size() - 2];
  for (int i = 0; i < 40; ++i) {
    step_m = std::clamp(std::clamp(after_m - east_m, -240.0, 240.0), step_m - 200, step_m + 200);
    east_m += step_m + (std::abs(step_m) < 1 ? (i % 2 == 0 ? 20 : -20) : 0);
    pair.live(east_m);
  }
  return {rang(pair.world()), still_open(pair.world())};
}

std::vector<size_t> ascending(size_t size) {
  std::vector<size_t> order(size);
  for (size_t i = 0; i < size; ++i) order[i] = i;
  return order;
}

void shuffle(std::vector<size_t>& order, Random& random) {
  for (size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
}

TEST(Property, TheOrderInWhichStoredReportsArriveChangesNeitherWhatRingsNorWhatIsOpenInTheEnd) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(1'000 + seed);
    const std::vector<double> way = decided_way(random, 30);
    const std::vector<double> before(way.begin(), way.begin() + 8), hidden(way.begin() + 8, way.end());
    const double after_m = random.chance(0.5) ? 2'800 : 300;
    std::vector<size_t> order = ascending(hidden.size());
    const Outcome first = told_in_order(before, hidden, after_m, order, {});
    for (int draw = 0; draw < 4; ++draw) {
      shuffle(order, random);
      const Outcome other = told_in_order(before, hidden, after_m, order, {});
      EXPECT_EQ(other.rang, first.rang) << seed << ' ' << draw;
      EXPECT_EQ(other.open, first.open) << seed << ' ' << draw;
    }
  }
}

// A shorter way, and a hundred thousand orders.
TEST(Property, OfAHundredThousandOrdersOfArrivalNoneChangesWhatRingsOrWhatIsOpenInTheEnd) {
  size_t orders = 0, differences = 0, rang = 0;
  for (uint64_t seed = 0; orders < 100'000; ++seed) {
    Random random(7'000'000 + seed);
    const std::vector<double> way = decided_way(random, 15);
    const std::vector<double> before(way.begin(), way.begin() + 5), hidden(way.begin() + 5, way.end());
    const double after_m = random.chance(0.5) ? 2'800 : 300;
    std::vector<size_t> order = ascending(hidden.size());
    const Outcome first = told_in_order(before, hidden, after_m, order, {});
    rang += first.rang.size();
    for (int draw = 0; draw < 50; ++draw, ++orders) {
      shuffle(order, random);
      const Outcome other = told_in_order(before, hidden, after_m, order, {});
      if (other.rang == first.rang && other.open == first.open) continue;
      ++differences;
      ADD_FAILURE() << "seed " << seed << ", draw " << draw;
    }
  }
  EXPECT_EQ(differences, 0u);
  EXPECT_GT(rang, 4'000u) << "else nothing was tried";
}

// The commonest disorder: a phone that is back says where it is, and only then where it has been. That it is
// where it was before says nothing of the time between.
TEST(Property, APhoneThatTellsWhereItIsBeforeWhereItWasHidesNothing) {
  for (const int rests : {1, 12, 60}) {
    const std::vector<double> before(static_cast<size_t>(rests), 2'600.0);
    std::vector<double> hidden;
    for (int i = 1; i <= 11; ++i) hidden.push_back(2'600 - 220.0 * i);
    for (int i = 10; i >= 0; --i) hidden.push_back(2'600 - 220.0 * i);
    const Outcome first = told_in_order(before, hidden, 2'600, ascending(hidden.size()), {});
    EXPECT_TRUE(first.rang.contains({"o-1", "c-1", v1::ALERT_KIND_NEAR_MAP})) << rests;
    EXPECT_TRUE(first.rang.contains({"o-1", "c-2", v1::ALERT_KIND_EXCLUSION})) << rests;
    std::vector<size_t> newest_first = ascending(hidden.size() - 1);
    newest_first.insert(newest_first.begin(), hidden.size() - 1);
    std::vector<size_t> backwards = ascending(hidden.size());
    std::reverse(backwards.begin(), backwards.end());
    for (const std::vector<size_t>& order : {newest_first, backwards}) {
      const Outcome other = told_in_order(before, hidden, 2'600, order, {});
      EXPECT_EQ(other.rang, first.rang) << rests;
      EXPECT_EQ(other.open, first.open) << rests;
    }
  }
}

TEST(Property, HowStoredReportsAreBatchedChangesNeitherWhatRingsNorWhatIsOpenInTheEnd) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    Random random(2'000 + seed);
    const std::vector<double> way = decided_way(random, 30);
    const std::vector<double> before(way.begin(), way.begin() + 8), hidden(way.begin() + 8, way.end());
    const std::vector<size_t> order = ascending(hidden.size());
    const Outcome first = told_in_order(before, hidden, 2'800, order, {});
    for (int draw = 0; draw < 3; ++draw) {
      std::vector<size_t> pauses;
      for (size_t i = 0; i < order.size(); ++i)
        if (random.chance(0.3)) pauses.push_back(i);
      const Outcome other = told_in_order(before, hidden, 2'800, order, pauses);
      EXPECT_EQ(other.rang, first.rang) << seed << ' ' << draw;
      EXPECT_EQ(other.open, first.open) << seed << ' ' << draw;
    }
  }
}

TEST(Property, AReportThatComesAgainChangesNothingAtAll) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    Random random(3'000 + seed);
    const std::vector<double> way = decided_way(random, 60);
    Pair once, often;
    std::vector<Told> told;
    for (const double east_m : way) {
      once.live(east_m);
      told.push_back(often.live(east_m));
      // Told again at the very next moment: the same one, or one of the last ten minutes.
      const size_t back = random.below(std::min<size_t>(told.size(), 30));
      if (random.chance(0.5)) often.he_tells(told[told.size() - 1 - back], random.chance(0.5));
    }
    // The second world's stamps differ by the microseconds of its extra entries.
    const std::vector<v1::Alert> a = once.world().raised(), b = often.world().raised();
    ASSERT_EQ(a.size(), b.size()) << seed;
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(name_of(a[i]), name_of(b[i]));
      EXPECT_EQ(a[i].margin_mm(), b[i].margin_mm());
      EXPECT_NEAR(static_cast<double>(a[i].happened_at_us()), static_cast<double>(b[i].happened_at_us()),
                  1e3);
    }
    EXPECT_EQ(still_open(once.world()), still_open(often.world()));
  }
}

TEST(Property, SignsOfAFalsePositionOnlyEverAddAlerts) {
  size_t added = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    Random random(4'000'000 + seed);
    const std::vector<double> way = decided_way(random, 40);
    Pair plain, marked;
    for (const double east_m : way) {
      const bool mocked = random.chance(0.2), network = random.chance(0.3), far = random.chance(0.5);
      for (Pair* pair : {&plain, &marked}) {
        World& world = pair->world();
        world.pass(kIntervalS);
        pair->she_reports();
        world.report("him", at_m(east_m, 0), [&](v1::Report& report) {
          if (pair == &plain) return;
          report.mutable_fix()->set_mocked(mocked);
          if (!network) return;
          law::set_place(at_m(far ? east_m + 9'000 : east_m, 200),
                         *report.mutable_network_fix()->mutable_place());
          report.mutable_network_fix()->set_accuracy_mm(50'000);
          report.mutable_network_fix()->set_fixed_at_us(world.now().us);
          report.mutable_network_fix()->set_source(v1::FIX_SOURCE_WIFI);
        });
      }
    }
    EXPECT_EQ(story(marked.world(), false), story(plain.world(), false)) << seed;
    added += story(marked.world(), true).size() - story(marked.world(), false).size();
  }
  EXPECT_GT(added, 1'000u);  // else nothing was tried
}

// Somewhere else altogether, by a receiver that claims ten metres: nobody was there.
double elsewhere_m(Random& random) {
  return static_cast<double>(random.between(9'000, 30'000));
}

// What had rung when each of his reports was judged.
using Rang = std::vector<std::set<Name>>;

// Who has hardly been heard, or is where nothing led him, is judged once his fixes agree for a while.
constexpr size_t kReportsLaterMax = 3;

// Everything that rings in `certain` from that report on.
void expect_no_less(const Rang& certain, const Rang& doubted, size_t from, uint64_t seed) {
  const std::set<Name> before = from == 0 ? std::set<Name>{} : certain[from - 1];
  for (size_t i = from; i + kReportsLaterMax < certain.size(); ++i)
    for (const Name& name : certain[i])
      EXPECT_TRUE(before.contains(name) || doubted[i + kReportsLaterMax].contains(name))
          << seed << " report " << i << ' ' << v1::AlertKind_Name(std::get<2>(name));
}

// One fix of nowhere between two of his: both of these say enough.
TEST(Property, WildFixesTakeNothingFromWhatRings) {
  size_t wild = 0, rang_in_all = 0;
  for (uint64_t seed = 0; seed < 1'500; ++seed) {
    Random random(8'000'000 + seed);
    Pair plain, doubted;
    Rang certain, with_doubt;
    bool before = false;
    for (const double east_m : decided_way(random, 40)) {
      plain.world().pass(kIntervalS);
      doubted.world().pass(kIntervalS / 2);
      // Two that agree are believed.
      before = !before && random.chance(0.3);
      if (before) {
        ++wild;
        doubted.world().report("him", at_m(elsewhere_m(random), elsewhere_m(random)));
      }
      doubted.world().pass(kIntervalS - kIntervalS / 2);
      for (Pair* pair : {&plain, &doubted}) {
        pair->she_reports();
        pair->world().report("him", at_m(east_m, 0));
      }
      certain.push_back(rang(plain.world()));
      with_doubt.push_back(rang(doubted.world()));
    }
    expect_no_less(certain, with_doubt, 0, seed);
    rang_in_all += certain.back().size();
  }
  EXPECT_GT(wild, 5'000u) << "else nothing was tried";
  EXPECT_GT(rang_in_all, 3'000u) << "likewise";
}

// He is suddenly where a believable way has led in the other world, from a place that he cannot have left so
// fast. When the next fix agrees he is believed.
TEST(Property, WhoLeapsToAPlaceAndStaysThereRingsAsOneWhoWentThere) {
  size_t rang_after = 0;
  for (uint64_t seed = 0; seed < 1'500; ++seed) {
    Random random(9'000'000 + seed);
    const size_t leap = static_cast<size_t>(random.between(3, 20));
    Pair plain, doubted;
    Rang certain, with_doubt;
    const geo::Place away = at_m(elsewhere_m(random), elsewhere_m(random));
    for (const double east_m : decided_way(random, 40)) {
      for (Pair* pair : {&plain, &doubted}) {
        pair->world().pass(kIntervalS);
        pair->she_reports();
        pair->world().report("him", pair == &plain || certain.size() >= leap ? at_m(east_m, 0) : away);
      }
      certain.push_back(rang(plain.world()));
      with_doubt.push_back(rang(doubted.world()));
    }
    expect_no_less(certain, with_doubt, leap, seed);
    rang_after += certain.back().size() - certain[leap - 1].size();
  }
  EXPECT_GT(rang_after, 1'500u) << "else nothing was tried";
}

// A mirror of the world is a world: nothing depends on which side of her he comes from. What is rounded to a
// centimetre may move a margin by two.
TEST(Property, HeMayComeFromAnySide) {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    Random random(5'000 + seed);
    const std::vector<double> way = decided_way(random, 60);
    std::vector<std::set<Name>> outcomes;
    for (int side = 0; side < 8; ++side) {
      const double angle = side * std::numbers::pi / 4;
      Pair pair;
      for (const double east_m : way) {
        pair.world().pass(kIntervalS);
        pair.she_reports();
        pair.world().report("him", at_m(east_m * std::cos(angle), east_m * std::sin(angle)));
      }
      outcomes.push_back(rang(pair.world()));
    }
    for (const std::set<Name>& outcome : outcomes) EXPECT_EQ(outcome, outcomes.front()) << seed;
  }
}

// Taveuni in Fiji: the meridian where the numbers jump runs through the village.
TEST(Property, AZoneAcrossTheAntimeridianIsEnteredFromBothSidesOfIt) {
  for (const int32_t towards : {1, -1}) {
    World world;
    world.wearer("him");
    const geo::Place shore{-168'000'000, -geo::kLngE7Max};
    world.circle("barred", shore, 400'000);
    v1::Order order = world.order("o-1", "him");
    order.add_conditions()->set_id("c-1");
    order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("barred");
    world.submit_order(order);
    std::vector<int> rang_at;
    for (int i = -20; i <= 20; ++i) {
      world.pass(kIntervalS);
      world.forget_effects();
      world.report("him", geo::moved(shore, {int64_t{towards} * i * 100'000, 0}));
      for (const v1::Alert& alert : world.raised())
        if (alert.kind() == v1::ALERT_KIND_EXCLUSION) rang_at.push_back(i);
    }
    // Once, on the way in, and not before he is inside.
    ASSERT_EQ(rang_at.size(), 1u) << towards;
    EXPECT_GE(rang_at[0], -4);
    EXPECT_LE(rang_at[0], -1);
  }
}

TEST(Property, TwoWhoMeetOnTheAntimeridianMeet) {
  World world;
  world.wearer("him");
  world.protected_person("her");
  world.submit_order(world.keep_away_order("o-1", "him", "her"));
  const geo::Place shore{-168'000'000, -geo::kLngE7Max};
  for (int i = 30; i >= 1; --i) {
    world.pass(kIntervalS);
    world.report("her", geo::moved(shore, {-i * 60'000, 0}));
    world.report("him", geo::moved(shore, {i * 60'000, 0}));
  }
  std::set<v1::AlertKind> kinds;
  for (const v1::Alert& alert : world.raised()) kinds.insert(alert.kind());
  for (const v1::AlertKind kind :
       {v1::ALERT_KIND_NEAR_WARN, v1::ALERT_KIND_NEAR_POLICE, v1::ALERT_KIND_NEAR_MAP})
    EXPECT_TRUE(kinds.contains(kind)) << v1::AlertKind_Name(kind);
}

}  // namespace
}  // namespace haechi::monitor
