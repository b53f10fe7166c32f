// Plausibility: what a device says of its place that cannot be believed, and what can.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/plausibility.h"
#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

World pair_world() {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  return world;
}

std::vector<v1::Suspicion> doubts(const World& world) {
  std::vector<v1::Suspicion> out;
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() == v1::ALERT_KIND_IMPLAUSIBLE) out.push_back(alert.suspicion());
  return out;
}

// A place that wanders as that of a receiver does.
geo::Place about(double east, double north, int i) {
  return at_m(east + (i * 7 % 5) - 2, north + (i * 3 % 7) - 3);
}

void report(
    World& world, geo::Place place, const std::function<void(v1::Report&)>& change = [](auto&) {}) {
  world.report("w-1", place, change);
  world.pass(15);
}

TEST(Plausibility, OneFixFarAwayIsAnOutlierAndRingsNothing) {
  World world = pair_world();
  for (int i = 0; i < 60; ++i) report(world, i % 10 == 5 ? at_m(20'000, 5'000) : about(9'000, 0, i));
  EXPECT_THAT(doubts(world), IsEmpty());
}

TEST(Plausibility, FasterThanAnyoneTravelsRingsWhenASecondFixConfirmsIt) {
  World world = pair_world();
  for (int i = 0; i < 8; ++i) report(world, about(9'000, 0, i));
  report(world, about(40'000, 0, 0));
  EXPECT_THAT(doubts(world), IsEmpty());
  report(world, about(40'000, 0, 1));
  EXPECT_THAT(doubts(world), ElementsAre(v1::SUSPICION_SPEED));
}

TEST(Plausibility, ADeviceThatIsAtTwoPlacesAtOnceRings) {
  World world = pair_world();
  for (int i = 0; i < 12; ++i) report(world, i % 2 == 0 ? about(9'000, 0, i) : about(40'000, 0, i));
  EXPECT_THAT(doubts(world), ElementsAre(v1::SUSPICION_SPEED));
}

TEST(Plausibility, AFastTrainAndAFlightAreBelieved) {
  World world = pair_world();
  for (int i = 0; i < 30; ++i) report(world, at_m(-40'000 + 85 * 15 * i, 5'000));
  world.pass(3'600);
  const geo::Place island{335'100'000, 1'265'300'000};  // 480 km to the south
  for (int i = 0; i < 4; ++i) report(world, geo::moved(island, {i * 3'000, 0}));
  EXPECT_THAT(doubts(world), IsEmpty());
}

TEST(Plausibility, FixesThatClaimLittleProveNoSpeed) {
  World world = pair_world();
  for (int i = 0; i < 20; ++i)
    report(world, i % 2 == 0 ? about(9'000, 0, i) : about(14'000, 0, i), [](v1::Report& report) {
      report.mutable_fix()->set_accuracy_mm(3'000'000);
      report.mutable_fix()->set_source(v1::FIX_SOURCE_CELL);
    });
  EXPECT_THAT(doubts(world), IsEmpty());
}

void moving(v1::Report& report) {
  report.mutable_fix()->set_speed_mmps(1'400);
}

TEST(Plausibility, WhoClaimsToMoveAndStaysToTheLastDigitIsFrozen) {
  World world = pair_world();
  for (int i = 0; i < 40; ++i) report(world, at_m(9'000, 0), moving);
  EXPECT_THAT(doubts(world), IsEmpty()) << "not before ten minutes";
  for (int i = 0; i < 4; ++i) report(world, at_m(9'000, 0), moving);
  EXPECT_THAT(doubts(world), ElementsAre(v1::SUSPICION_FROZEN));
}

// After so many hours of the very same place, each 15 s.
bool frozen_after(int hours, bool says_it_rests) {
  Plausibility device;
  Claim claim;
  claim.satellites = true;
  claim.fix.place = at_m(9'000, 0);
  claim.fix.sigma_mm = 5'000;
  claim.fix.speed_known = says_it_rests;
  bool frozen = false;
  for (int64_t s = 1; s <= hours * 3'600; s += 15) {
    claim.fix.at = Time{s * 1'000'000};
    frozen = device.observe(claim).frozen;
  }
  return frozen;
}

TEST(Plausibility, AReceiverThatHoldsItsPlaceAtRestIsBelieved) {
  EXPECT_FALSE(frozen_after(100, true));
}

TEST(Plausibility, WhoSaysNothingOfHisSpeedIsGrantedThreeDays) {
  EXPECT_FALSE(frozen_after(71, false));
  EXPECT_TRUE(frozen_after(73, false));
}

TEST(Plausibility, AWifiPlaceMayRepeatForEver) {
  World world = pair_world();
  for (int i = 0; i < 60; ++i)
    report(world, at_m(9'000, 0), [](v1::Report& report) {
      moving(report);
      report.mutable_fix()->set_source(v1::FIX_SOURCE_WIFI);
    });
  EXPECT_THAT(doubts(world), IsEmpty());
}

void mocked(v1::Report& report) {
  report.mutable_fix()->set_mocked(true);
}

TEST(Plausibility, AMadeUpPlaceRingsAtOnceAndOnce) {
  World world = pair_world();
  for (int i = 0; i < 8; ++i) report(world, about(9'000, 0, i), mocked);
  EXPECT_THAT(doubts(world), ElementsAre(v1::SUSPICION_MOCKED));
  EXPECT_EQ(world.raised()[0].wearer_id(), "w-1");
  EXPECT_EQ(world.raised()[0].device_id(), "d-w-1");
  EXPECT_EQ(world.raised()[0].order_id(), "o-1");
}

TEST(Plausibility, ADoubtEndsWhenTheSignHasBeenAbsentForLong) {
  World world = pair_world();
  report(world, about(9'000, 0, 0), mocked);
  for (int i = 0; i < 39; ++i) report(world, about(9'000, 0, i));
  EXPECT_THAT(world.cleared(), IsEmpty());
  for (int i = 0; i < 3; ++i) report(world, about(9'000, 0, i));
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "plausible");
}

TEST(Plausibility, SilenceEndsNoDoubt) {
  World world = pair_world();
  report(world, about(9'000, 0, 0), mocked);
  world.pass(3'600);
  for (const v1::Alert& alert : world.cleared()) EXPECT_NE(alert.kind(), v1::ALERT_KIND_IMPLAUSIBLE);
}

TEST(Plausibility, HerMadeUpPlaceIsAboutHer) {
  World world = pair_world();
  world.report("p-1", at_m(0, 0), mocked);
  ASSERT_THAT(doubts(world), ElementsAre(v1::SUSPICION_MOCKED));
  EXPECT_TRUE(world.raised()[0].wearer_id().empty());
  EXPECT_EQ(world.raised()[0].protected_id(), "p-1");
}

TEST(Plausibility, WithoutAnOrderNobodyIsDoubted) {
  World world;
  world.wearer("w-1");
  report(world, about(9'000, 0, 0), mocked);
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(Plausibility, ADoubtEndsWithTheOrder) {
  World world = pair_world();
  report(world, about(9'000, 0, 0), mocked);
  v1::Order order = world.keep_away_order("o-1", "w-1", "p-1");
  order.set_version(2);
  order.set_withdrawn(true);
  world.submit_order(order);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "order_withdrawn");
}

void network_says(v1::Report& report, geo::Place place) {
  law::set_place(place, *report.mutable_network_fix()->mutable_place());
  report.mutable_network_fix()->set_accuracy_mm(40'000);
  report.mutable_network_fix()->set_source(v1::FIX_SOURCE_WIFI);
}

TEST(Plausibility, ThatTheNetworkPlacesItElsewhereRingsTheSecondTime) {
  World world = pair_world();
  report(world, about(9'000, 0, 0), [](v1::Report& report) { network_says(report, at_m(12'000, 0)); });
  EXPECT_THAT(doubts(world), IsEmpty());
  report(world, about(9'000, 0, 1), [](v1::Report& report) { network_says(report, at_m(12'000, 0)); });
  EXPECT_THAT(doubts(world), ElementsAre(v1::SUSPICION_NETWORK));
}

TEST(Plausibility, TheNetworkMayErr) {
  World world = pair_world();
  for (int i = 0; i < 10; ++i)
    report(world, about(9'000, 0, i), [](v1::Report& report) { network_says(report, at_m(9'350, 0)); });
  EXPECT_THAT(doubts(world), IsEmpty());
}

TEST(Plausibility, ADeviceHeardBesideOneThatIsElsewhereRings) {
  World world = pair_world();
  world.report("p-1", at_m(0, 0));
  report(world, about(9'000, 0, 0), [](v1::Report& report) {
    report.add_contacts()->set_device_id("d-p-1");
    report.mutable_contacts(0)->set_rssi_dbm(-70);
  });
  EXPECT_THAT(doubts(world), ElementsAre(v1::SUSPICION_RADIO));
}

TEST(Plausibility, ADeviceHeardBesideOneThatIsThereDoesNot) {
  World world = pair_world();
  world.report("p-1", at_m(0, 0));
  report(world, at_m(20, 0), [](v1::Report& report) {
    report.add_contacts()->set_device_id("d-p-1");
    report.mutable_contacts(0)->set_rssi_dbm(-70);
  });
  EXPECT_THAT(doubts(world), IsEmpty());
}

// What rings, but for the doubts, is the same.
TEST(Plausibility, OnlyEverAdds) {
  const auto rung = [](bool flags) {
    World world = pair_world();
    for (int i = 0; i < 60; ++i) {
      world.report("p-1", at_m(0, 0));
      report(world, at_m(3'000 - 50 * i, 0), [&](v1::Report& report) {
        if (!flags) return;
        mocked(report);
        network_says(report, at_m(50'000, 0));
      });
    }
    std::vector<std::pair<v1::AlertKind, int64_t>> out;
    for (const v1::Alert& alert : world.raised())
      if (alert.kind() != v1::ALERT_KIND_IMPLAUSIBLE) out.emplace_back(alert.kind(), alert.opened_at_us());
    return out;
  };
  EXPECT_FALSE(rung(false).empty());
  EXPECT_EQ(rung(false), rung(true));
}

}  // namespace
}  // namespace haechi::monitor
