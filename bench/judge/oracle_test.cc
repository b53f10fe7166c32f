// The oracles of the benchmark: that what they believe is as true as they say it is.
#include "bench/judge/oracle.h"

#include <gtest/gtest.h>

namespace haechi::judge {
namespace {

// He walks north at 1.4 m/s past a place 60 m off his way, with turns; she rests there.
World walk(uint64_t seed) {
  World world;
  world.seed = seed;
  world.kind = Kind::kHerAtRest;
  world.begins_s = 1'000'000;
  world.ends_s = world.begins_s + 900;
  world.centre = {37.5, 127};
  std::vector<Sample> samples;
  Metres at{60, -500};
  for (int64_t s = 0; s <= 900; s += 2) {
    samples.push_back({world.begins_s + s, moved(world.centre, at)});
    at = {at.east + 2 * std::sin(static_cast<double>(s) / 40), at.north + 2 * 1.4};
  }
  world.his = Path(samples);
  world.hers = Path({{world.begins_s, world.centre}});
  return world;
}

// The mean square of (believed - true) by the variance that is claimed, over many walks: 1 for who is honest.
double honesty(Told told, const Cell& cell, int64_t ago_s) {
  double sum = 0, count = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const World world = walk(seed * 77);
    Follower follower(world, cell, false, told, world.centre);
    for (int64_t s = world.begins_s; s < world.ends_s; ++s) {
      if (!follower.hear(s) || s < world.begins_s + 300) continue;
      const Belief belief = follower.at(s - 1 - ago_s);
      const Metres truth = between(world.centre, world.his.at(static_cast<double>(s - 1 - ago_s)));
      sum += std::pow(belief.place.east - truth.east, 2) / belief.variance_m2 / 2;
      sum += std::pow(belief.place.north - truth.north, 2) / belief.variance_m2 / 2;
      ++count;
    }
  }
  return sum / count;
}

TEST(Oracle, HearsAFixOneSecondAfterItWasTakenAndNoneIsLost) {
  const World world = walk(5);
  Follower follower(world, {15, 10}, false, Told::kSpeeds, world.centre);
  int heard = 0;
  for (int64_t s = world.begins_s; s < world.ends_s; ++s) heard += follower.hear(s);
  EXPECT_EQ(heard, 60);
}

TEST(Oracle, DoubtsNoMoreAndNoLessThanItErrs) {
  EXPECT_NEAR(honesty(Told::kSpeeds, {15, 10}, 0), 0.9, 0.35);
  EXPECT_NEAR(honesty(Told::kSpeeds, {15, 10}, 60), 0.9, 0.35);
  EXPECT_NEAR(honesty(Told::kWay, {5, 20}, 0), 1.0, 0.35);
  EXPECT_NEAR(honesty(Told::kWay, {60, 20}, 0), 1.0, 0.35);
}

TEST(Oracle, KnowsMoreTheMoreItIsTold) {
  const World world = walk(3);
  double variance_m2[4] = {};
  for (const Told told : {Told::kErrors, Told::kSpeeds, Told::kVelocities, Told::kWay}) {
    Follower follower(world, {15, 20}, false, told, world.centre);
    for (int64_t s = world.begins_s; s < world.begins_s + 600; ++s) follower.hear(s);
    variance_m2[static_cast<int>(told)] = follower.at(world.begins_s + 590).variance_m2;
  }
  EXPECT_GT(variance_m2[0], variance_m2[1]);
  EXPECT_GT(variance_m2[1], variance_m2[2]);
  EXPECT_GT(variance_m2[2], variance_m2[3]);
}

TEST(Oracle, LearnsFromAPersistentErrorAsMuchAsTheTheorySays) {
  const World world = walk(3);
  Follower follower(world, {5, 20}, false, Told::kWay, world.centre);
  for (int64_t s = world.begins_s; s <= world.begins_s + 600; ++s) follower.hear(s);
  // The mean of an error of correlation time 60 s, over 600 s: a variance of 1 / (1 + 600 / 120).
  EXPECT_NEAR(follower.at(world.begins_s + 600).variance_m2, 400.0 / 6, 2);
}

TEST(Oracle, WithPlacesRingsWhenHeIsThere) {
  const World world = walk(9);
  const Truth truth = truth_of(world);
  ASSERT_EQ(truth.episodes.size(), 1u);
  const Readings readings = read(world, {5, 20}, Told::kPlaces);
  const std::vector<Alert> alerts = alerts_at(world, &truth, readings.certainty[0], 2);
  ASSERT_EQ(alerts.size(), 1u);
  EXPECT_NEAR(alerts.front().opened_s, truth.episodes.front().begins_s, 7);
}

TEST(Oracle, StandsThroughAnEpisodeAndRingsAgainOnlyAfterDoubt) {
  World world;
  world.begins_s = 0;
  Truth truth;
  truth.episodes.push_back({.begins_s = 2, .ends_s = 4, .violations = {}});
  const std::vector<float> certainty = {0, 0, 2, 0, 2, 0, 2, 0, 2};
  EXPECT_EQ(alerts_at(world, &truth, certainty, 1.5).size(), 1u);
  EXPECT_EQ(alerts_at(world, nullptr, certainty, 1.5).size(), 4u);
  EXPECT_EQ(alerts_at(world, nullptr, {0, 0, 2, 1, 2, 1, 2}, 1.5).size(), 1u);
}

}  // namespace
}  // namespace haechi::judge
