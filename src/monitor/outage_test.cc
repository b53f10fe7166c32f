// Area outages: many silences of one area or carrier are one event, and nothing that matters is lost in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::string wearer(int n) {
  return "w-" + std::to_string(n);
}

void give_device(World& world, const std::string& person, v1::DeviceKind kind, const std::string& carrier) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id("d-" + person);
  device.set_kind(kind);
  device.set_person_id(person);
  device.set_interval_s(15);
  device.set_carrier(carrier);
  world.submit(fact);
}

// Wearers 1..n live in one cell, 30 km east of p-1, who is protected from the first of them; the others must
// stay out of a zone elsewhere.
struct Town {
  explicit Town(int n) : size(n) {
    world.protected_person("p-1");
    world.circle("z-1", at_m(-20'000, 0), 500'000);
    for (int i = 1; i <= n; ++i) {
      world.wearer(wearer(i));
      v1::Order order = world.keep_away_order("o-" + std::to_string(i), wearer(i), "p-1");
      if (i > 1) {
        order.clear_conditions();
        order.add_conditions()->set_id("c-1");
        order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
      }
      world.submit_order(order);
    }
  }
  void carrier(const std::string& name, int from, int to) {
    for (int i = from; i <= to; ++i) give_device(world, wearer(i), v1::DEVICE_KIND_ANKLE, name);
  }
  geo::Place home(int n) const { return at_m(30'000 + 2 * n, spread_m * n); }
  // All but the wearers from..to report for so many rounds of 15 s.
  void live(int rounds, int from = 0, int to = -1) {
    for (int round = 0; round < rounds; ++round) {
      world.report("p-1", at_m(0, 0));
      for (int i = 1; i <= size; ++i)
        if (i < from || i > to) world.report(wearer(i), home(i));
      world.pass(15);
    }
  }
  int rung(v1::AlertKind kind) const {
    const auto kinds = world.raised_kinds();
    return static_cast<int>(std::count(kinds.begin(), kinds.end(), kind));
  }
  v1::Alert outage() const {
    for (const v1::Alert& alert : world.raised())
      if (alert.kind() == v1::ALERT_KIND_AREA_OUTAGE) return world.alert(alert.id());
    return {};
  }
  std::vector<v1::ProtectedNotice::Reason> told(const std::string& person) const {
    std::vector<v1::ProtectedNotice::Reason> out;
    for (const v1::Effect& effect : world.of(v1::Effect::kNotifyProtected))
      if (effect.notify_protected().protected_id() == person)
        out.push_back(effect.notify_protected().reason());
    return out;
  }

  World world;
  int size;
  double spread_m = 0;
};

TEST(AreaOutage, IsOneAlertForManySilences) {
  Town town(10);
  town.live(4);
  town.live(4, 1, 8);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  const v1::Alert outage = town.outage();
  EXPECT_EQ(outage.devices(), 8u);
  EXPECT_EQ(outage.code(), 2u);
  EXPECT_TRUE(outage.wearer_id().empty());
  EXPECT_TRUE(outage.has_place());
  EXPECT_THAT(outage.uncovered_ids(), ElementsAre("p-1"));
  // Those that rang before it was known for an outage are part of it.
  int open = 0;
  for (const v1::Alert& alert : town.world.raised())
    if (alert.kind() == v1::ALERT_KIND_SILENCE)
      open += town.world.alert(alert.id()).state() != v1::ALERT_STATE_CLEARED;
  EXPECT_EQ(open, 0);
  EXPECT_LT(town.rung(v1::ALERT_KIND_SILENCE), 5);
}

TEST(AreaOutage, OfFiveHundredWithinTenSecondsIsOneEventAndNoStorm) {
  Town town(500);
  town.carrier("K", 1, 500);
  // Each reports at a second of his own, so that they fall silent within ten.
  const auto live = [&](int seconds, bool silent) {
    for (int second = 0; second < seconds; ++second) {
      if (second % 15 == 0) town.world.report("p-1", at_m(0, 0));
      for (int i = 1; i <= town.size && !silent; ++i)
        if ((second + i) % 10 == 0) town.world.report(wearer(i), town.home(i));
      town.world.pass(1);
    }
  };
  live(60, false);
  live(180, true);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  EXPECT_EQ(town.outage().devices(), 500u);
  EXPECT_THAT(town.outage().uncovered_ids(), ElementsAre("p-1"));
  // Before it is known for one, under a third of them have rung alone, for the control room, for seconds.
  EXPECT_LE(town.world.raised().size(), 150u);
  const Time known{town.outage().opened_at_us()};
  for (const v1::Alert& raised : town.world.raised()) {
    if (raised.kind() == v1::ALERT_KIND_AREA_OUTAGE) continue;
    const v1::Alert now = town.world.alert(raised.id());
    EXPECT_EQ(raised.kind(), v1::ALERT_KIND_SILENCE);
    EXPECT_EQ(raised.code(), 3u);
    EXPECT_LE(known - Time{raised.opened_at_us()}, Duration::seconds(5));
    EXPECT_EQ(now.state(), v1::ALERT_STATE_CLEARED);
    EXPECT_EQ(now.cleared_at_us(), known.us) << "all at once, in the entry of the event";
  }
  EXPECT_THAT(town.world.of(v1::Effect::kSendHandOff), IsEmpty());
}

TEST(AreaOutage, BelongsToNoWearerAndIsHandedToNobody) {
  Town town(10);
  town.world.jurisdiction("j-1", "police", -100'000, 100'000);
  town.live(4);
  town.live(4, 1, 8);
  ASSERT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  EXPECT_TRUE(town.outage().incident_id().empty());
  EXPECT_THAT(town.world.of(v1::Effect::kSendHandOff), IsEmpty());
}

TEST(AreaOutage, IsNotWhatFourDevicesMake) {
  Town town(8);
  town.live(4);
  town.live(4, 1, 4);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 0);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_SILENCE), 4);
}

TEST(AreaOutage, IsNotWhatAFewOfManyMake) {
  Town town(30);
  town.live(4);
  town.live(4, 1, 6);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 0);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_SILENCE), 6);
}

TEST(AreaOutage, IsNotWhatFallsSilentOneAfterTheOther) {
  Town town(10);
  town.live(4);
  for (int i = 1; i <= 8; ++i) town.live(8, 1, i);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 0);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_SILENCE), 8);
}

TEST(AreaOutage, OfACarrierReachesAcrossTheCountry) {
  Town town(12);
  town.spread_m = 9'000;  // a cell for each
  town.carrier("north-tel", 1, 6);
  town.carrier("south-tel", 7, 12);
  town.live(4);
  town.live(4, 1, 6);
  ASSERT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  EXPECT_EQ(town.outage().carrier(), "north-tel");
  EXPECT_FALSE(town.outage().has_place());
  EXPECT_EQ(town.outage().devices(), 6u);
}

TEST(AreaOutage, TellsHerOnceThatSheIsUncoveredAndOnceThatSheIsCovered) {
  Town town(10);
  town.live(4);
  town.live(6, 1, 8);
  EXPECT_THAT(town.told("p-1"), ElementsAre(v1::ProtectedNotice::COVER_LOST));
  town.live(8);
  EXPECT_THAT(town.told("p-1"),
              ElementsAre(v1::ProtectedNotice::COVER_LOST, v1::ProtectedNotice::COVER_BACK));
  EXPECT_EQ(town.outage().state(), v1::ALERT_STATE_CLEARED);
  EXPECT_EQ(town.outage().clear_reason(), "report");
}

TEST(AreaOutage, DoesNotTellHerThatSheIsCoveredWhileHerWearerIsMissing) {
  Town town(10);
  town.live(4);
  town.live(6, 1, 8);
  town.live(8, 1, 1);
  EXPECT_EQ(town.outage().state(), v1::ALERT_STATE_CLEARED);
  EXPECT_THAT(town.told("p-1"), ElementsAre(v1::ProtectedNotice::COVER_LOST));
  town.live(1);
  EXPECT_THAT(town.told("p-1"),
              ElementsAre(v1::ProtectedNotice::COVER_LOST, v1::ProtectedNotice::COVER_BACK));
}

TEST(AreaOutage, WhoIsStillSilentWhenItEndsRingsAlone) {
  Town town(10);
  town.live(4);
  town.live(6, 1, 8);
  town.world.forget_effects();
  town.live(8, 7, 8);
  std::vector<std::string> rung;
  for (const v1::Alert& alert : town.world.raised())
    if (alert.kind() == v1::ALERT_KIND_SILENCE) rung.push_back(alert.wearer_id());
  EXPECT_THAT(rung, UnorderedElementsAre("w-7", "w-8"));
}

TEST(AreaOutage, APersonWhoSettlesItMakesTheSilentRingAlone) {
  Town town(10);
  town.live(4);
  town.live(4, 1, 8);
  const std::string id = town.outage().id();
  town.world.forget_effects();
  town.world.settle(id);
  EXPECT_EQ(town.world.alert(id).state(), v1::ALERT_STATE_CLEARED);
  EXPECT_EQ(town.world.alert(id).handling(), v1::ALERT_HANDLING_RESOLVED);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_SILENCE), 8);
}

TEST(AreaOutage, WhoWasNearHerRingsAlone) {
  Town town(10);
  const auto live = [&](int rounds, int from, int to) {
    for (int i = 0; i < rounds; ++i) {
      town.world.report("p-1", at_m(30'000, 1'500));
      for (int n = 1; n <= 10; ++n)
        if (n < from || n > to) town.world.report(wearer(n), town.home(n));
      town.world.pass(15);
    }
  };
  live(4, 0, -1);
  ASSERT_EQ(town.rung(v1::ALERT_KIND_NEAR_WARN), 1);
  live(4, 1, 8);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  bool open = false;
  for (const v1::Alert& alert : town.world.raised())
    if (alert.kind() == v1::ALERT_KIND_SILENCE && alert.wearer_id() == "w-1")
      open = town.world.alert(alert.id()).state() == v1::ALERT_STATE_ACTIVE;
  EXPECT_TRUE(open);
}

TEST(AreaOutage, WhoseStrapWasCutRingsAlone) {
  Town town(10);
  town.live(4);
  town.world.event("w-8", v1::DEVICE_EVENT_STRAP_CUT);
  town.live(4, 1, 8);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  bool open = false;
  for (const v1::Alert& alert : town.world.raised())
    if (alert.kind() == v1::ALERT_KIND_SILENCE && alert.wearer_id() == "w-8")
      open = town.world.alert(alert.id()).state() == v1::ALERT_STATE_ACTIVE;
  EXPECT_TRUE(open);
}

TEST(AreaOutage, WhoMayBeNearHerByNowRingsAllTheSame) {
  Town town(10);
  town.live(4);
  town.live(4 * 90, 1, 8);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_UNACCOUNTED_NEAR), 1);
}

TEST(AreaOutage, IsPassedUpWhenNobodyTakesIt) {
  Town town(10);
  town.live(4);
  town.live(30, 1, 8);
  EXPECT_GE(town.outage().escalation(), 1u);
}

TEST(AreaOutage, OurOwnOutageIsNone) {
  Town town(10);
  town.live(4);
  town.world.be_down(3'600);
  town.live(4);
  EXPECT_THAT(town.world.raised(), IsEmpty());
}

TEST(AreaOutage, ThatABorderOfTheGridSplitsIsOneAllTheSame) {
  Town town(16);
  // The border of two cells next to where they live; as many live on either side.
  constexpr int64_t kColumnE7 = 550'000;
  const geo::Place near = at_m(30'000, 0);
  const int64_t column = (int64_t{near.lng_e7} + geo::kLngE7Max) / kColumnE7 + 1;
  const geo::Place border{near.lat_e7, static_cast<int32_t>(column * kColumnE7 - geo::kLngE7Max)};
  const auto live = [&](int rounds, int heard_from) {
    for (int round = 0; round < rounds; ++round) {
      town.world.report("p-1", at_m(0, 0));
      for (int i = heard_from; i <= town.size; ++i)
        town.world.report(wearer(i), geo::moved(border, {i % 2 == 0 ? 500'000 : -500'000, i * 20'000}));
      town.world.pass(15);
    }
  };
  live(6, 1);
  live(12, 9);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 1) << "four of eight on either side";
  EXPECT_EQ(town.outage().devices(), 8u);
  EXPECT_LT(geo::distance_mm(law::place_of(town.outage().place()), border), 5'000'000);
  live(12, 1);
  EXPECT_EQ(town.outage().state(), v1::ALERT_STATE_CLEARED);
  live(12, 9);
  EXPECT_EQ(town.rung(v1::ALERT_KIND_AREA_OUTAGE), 2) << "and again";
}

}  // namespace
}  // namespace haechi::monitor
