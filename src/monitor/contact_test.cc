// Radio: devices that hear each other, and wearers heard by the beacon of their home.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/margin.h"
#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

void hear(v1::Report& report, const std::string& device_id, int32_t rssi_dbm) {
  v1::Contact& contact = *report.add_contacts();
  contact.set_device_id(device_id);
  contact.set_rssi_dbm(rssi_dbm);
}

// A report without any fix: from a basement, say.
void hears_only(World& world, const std::string& who, const std::string& device_id, int32_t rssi_dbm) {
  world.report(who, kHome, [&](v1::Report& report) {
    report.clear_fix();
    report.set_sent_at_us(world.now().us);
    hear(report, device_id, rssi_dbm);
  });
}

World pair_world() {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  return world;
}

// The alerts about the distance of the two, and nothing about their devices.
std::vector<v1::Alert> tiers(std::vector<v1::Alert> alerts) {
  std::erase_if(alerts, [](const v1::Alert& alert) {
    return alert.kind() < v1::ALERT_KIND_KEEP_AWAY || alert.kind() > v1::ALERT_KIND_NEAR_WARN;
  });
  return alerts;
}

void zone_condition(
    World& world, const std::function<void(v1::Inclusion&)>& change = [](v1::Inclusion&) {}) {
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z-home");
  change(*order.mutable_conditions(0)->mutable_inclusion());
  world.submit_order(order);
}

// A wearer who is to stay at home, and the beacon that stands there.
World home_world(
    const std::function<void(v1::Inclusion&)>& change = [](v1::Inclusion&) {},
    const std::string& start = "2026-03-14T08:00:00+09:00") {
  World world(start);
  world.seoul_time();
  world.wearer("w-1");
  world.circle("z-home", at_m(0, 0), 60'000);
  zone_condition(world, change);
  v1::Fact beacon;
  beacon.mutable_device_registered()->set_id("b-1");
  beacon.mutable_device_registered()->set_kind(v1::DEVICE_KIND_HOME_BEACON);
  beacon.mutable_device_registered()->set_zone_id("z-home");
  world.submit(beacon);
  return world;
}

// His satellites put him so far east of his home, while he is heard by the beacon or is not.
void stay(World& world, double east, bool heard, int reports) {
  for (int i = 0; i < reports; ++i) {
    world.report("w-1", at_m(east, 0), [&](v1::Report& report) {
      if (heard) hear(report, "b-1", -70);
    });
    world.pass(15);
  }
}

TEST(RadioMeasure, FallsOffWithTheLogarithmOfTheDistance) {
  const Measure near = radio_measure(-59, std::nullopt, Time{1});
  EXPECT_EQ(near.distance_mm, 1'000);
  EXPECT_EQ(near.sigma_mm, 628) << "6 dB up or down";
  EXPECT_TRUE(near.radio);
  EXPECT_EQ(radio_measure(-81, std::nullopt, Time{1}).distance_mm, 10'000) << "22 dB a decade";
  EXPECT_EQ(radio_measure(-81, -37, Time{1}).distance_mm, 100'000) << "a louder neighbour is farther";
  EXPECT_EQ(radio_measure(20, std::nullopt, Time{1}).distance_mm,
            radio_measure(-95, std::nullopt, Time{1}).distance_mm)
      << "a strength that cannot be is not said, and the weakest is assumed";
  EXPECT_LE(radio_measure(-127, 127, Time{1}).distance_mm, 600'000);
  EXPECT_GE(radio_measure(-1, -127, Time{1}).distance_mm, 100);
}

TEST(RadioContact, RingsInABasementWhereNeitherHasEverHadAFix) {
  World world = pair_world();
  hears_only(world, "w-1", "d-p-1", -75);
  ASSERT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  const v1::Alert alert = world.raised().back();
  EXPECT_EQ(alert.basis(), v1::ALERT_BASIS_RADIO);
  EXPECT_EQ(alert.protected_id(), "p-1");
  EXPECT_FALSE(alert.has_place());
  EXPECT_GT(alert.proximity().distance_mm(), 1'000);
  EXPECT_LT(alert.proximity().distance_mm(), 20'000);
  EXPECT_FALSE(alert.sentence_en().empty());
  EXPECT_FALSE(world.of(v1::Effect::kNotifyProtected).empty());
}

TEST(RadioContact, CountsWhicheverOfTheTwoReportsIt) {
  World world = pair_world();
  hears_only(world, "p-1", "d-w-1", -75);
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
}

TEST(RadioContact, RingsAlthoughHisFixesSayHeIsFarAwayAndTheyDoNotClearIt) {
  World world = pair_world();
  for (int i = 0; i < 40; ++i) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(5'000, 0), [](v1::Report& report) { hear(report, "d-p-1", -80); });
    world.pass(15);
  }
  EXPECT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  EXPECT_THAT(tiers(world.cleared()), IsEmpty())
      << "ten minutes of fixes 5 km away, and heard beside her all along";
  EXPECT_EQ(tiers(world.raised()).size(), 4u) << "once each";
}

TEST(RadioContact, OnceItIsOverFixesClearAsEver) {
  World world = pair_world();
  hears_only(world, "w-1", "d-p-1", -80);
  ASSERT_EQ(tiers(world.raised()).size(), 4u);
  for (int i = 0; i < 40; ++i) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(5'000, 0));
    world.pass(15);
  }
  EXPECT_EQ(tiers(world.raised()).size(), 4u);
  EXPECT_EQ(tiers(world.cleared()).size(), 4u);
}

TEST(RadioContact, OnceItIsOverWithoutAnyFixNothingIsKnown) {
  World world = pair_world();
  hears_only(world, "w-1", "d-p-1", -80);
  const std::string id = tiers(world.raised()).back().id();
  world.pass(39);
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_ACTIVE);
  world.pass(5);
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_UNKNOWN);
  hears_only(world, "w-1", "d-p-1", -80);
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_ACTIVE) << "heard again, known again";
  EXPECT_THAT(tiers(world.cleared()), IsEmpty());
}

TEST(RadioContact, KeepsAnAlertKnownWhenBothLoseTheirSatellites) {
  World world = pair_world();
  world.report("p-1", at_m(0, 0));
  world.report("w-1", at_m(20, 0));
  for (int i = 0; i < 4; ++i) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(20, 0));
    world.pass(15);
  }
  ASSERT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  const std::string id = world.raised().back().id();
  for (int i = 0; i < 20; ++i) {
    hears_only(world, "p-1", "d-w-1", -72);
    world.pass(15);
  }
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_ACTIVE);
}

TEST(RadioContact, BetweenTwoWhoMayNotMeetRingsTheMeeting) {
  World world;
  world.wearer("w-1");
  world.wearer("w-2");
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_no_contact()->set_person_id("w-2");
  world.submit_order(order);
  hears_only(world, "w-2", "d-w-1", -70);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NO_CONTACT));
  EXPECT_EQ(world.raised()[0].wearer_id(), "w-1");
  EXPECT_EQ(world.raised()[0].basis(), v1::ALERT_BASIS_RADIO);
}

TEST(RadioContact, OfAPersonWhomNoOrderConcernsOrOfAnUnknownDeviceIsIgnored) {
  World world = pair_world();
  world.wearer("w-9");
  world.protected_person("p-9");
  for (const char* other : {"d-w-9", "d-p-9", "nobody's", "d-w-1"}) hears_only(world, "w-1", other, -60);
  hears_only(world, "w-9", "d-p-1", -60);
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(RadioContact, OfAPhoneThatHeLeftSomewhereDoesNotSpeakForHim) {
  World world = pair_world();
  v1::Fact phone;
  phone.mutable_device_registered()->set_id("phone-1");
  phone.mutable_device_registered()->set_kind(v1::DEVICE_KIND_PHONE);
  phone.mutable_device_registered()->set_person_id("w-1");
  world.submit(phone);
  hears_only(world, "p-1", "phone-1", -60);
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(RadioContact, LearnedLateRingsAsLateAndMovesNothingElse) {
  World world = pair_world();
  world.pass(600);
  const int64_t then = world.now().us - 400'000'000;
  world.report("w-1", at_m(3'000, 0), [&](v1::Report& report) {
    report.set_stored(true);
    report.mutable_fix()->set_fixed_at_us(then);
    report.set_sent_at_us(world.now().us);
    hear(report, "d-p-1", -70);
  });
  ASSERT_THAT(world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  EXPECT_TRUE(world.raised().back().late());
  EXPECT_EQ(world.raised().back().happened_at_us(), then);
  EXPECT_THAT(world.of(v1::Effect::kNotifyProtected), IsEmpty());
}

TEST(RadioContact, BeforeTheOrderBeganIsNoEvidenceUnderIt) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.pass(600);
  world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
  world.report("w-1", at_m(3'000, 0), [&](v1::Report& report) {
    report.set_stored(true);
    report.mutable_fix()->set_fixed_at_us(world.now().us - 300'000'000);
    hear(report, "d-p-1", -70);
  });
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(RadioContact, OfSeveralDevicesHeardAtOnceTheNearestSpeaks) {
  World world = pair_world();
  v1::Fact watch;
  watch.mutable_device_registered()->set_id("watch-1");
  watch.mutable_device_registered()->set_kind(v1::DEVICE_KIND_WATCH);
  watch.mutable_device_registered()->set_person_id("p-1");
  world.submit(watch);
  world.report("w-1", kHome, [](v1::Report& report) {
    report.clear_fix();
    hear(report, "d-p-1", -95);
    hear(report, "watch-1", -59);
    for (int i = 0; i < 62; ++i) hear(report, "d-p-1", -90);
  });
  ASSERT_FALSE(world.raised().empty());
  EXPECT_EQ(world.raised().back().proximity().distance_mm(), 1'000);
}

TEST(HomeBeacon, SatellitesThatDriftOffIndoorsRingNothingWhileItHearsHim) {
  World world = home_world();
  stay(world, 200, true, 40);
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(HomeBeacon, TheSameDriftRingsWithoutIt) {
  World world = home_world();
  stay(world, 200, false, 8);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_INCLUSION));
}

TEST(HomeBeacon, WhenHeLeavesSatellitesDecideAgain) {
  World world = home_world();
  stay(world, 0, true, 10);
  stay(world, 200, false, 8);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_INCLUSION));
  // And coming home is believed of the beacon, wherever the satellites are.
  stay(world, 200, true, 10);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "margin");
}

TEST(HomeBeacon, ReportsHimItselfAsWell) {
  World world = home_world();
  for (int i = 0; i < 20; ++i) {
    v1::Fact fact;
    v1::Report& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id("b-1");
    report.set_sent_at_us(world.now().us);
    hear(report, "d-w-1", -80);
    world.submit(fact);
    world.report("w-1", at_m(200, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(HomeBeacon, KeepsTheRuleKnownWhereNoSatelliteIsSeen) {
  World world = home_world();
  stay(world, 200, false, 8);
  ASSERT_EQ(world.raised().size(), 1u);
  const std::string id = world.raised()[0].id();
  world.pass(60);
  ASSERT_EQ(world.alert(id).state(), v1::ALERT_STATE_UNKNOWN);
  for (int i = 0; i < 10; ++i) {
    hears_only(world, "w-1", "b-1", -70);
    world.pass(15);
  }
  EXPECT_EQ(world.alert(id).state(), v1::ALERT_STATE_CLEARED) << "at home for more than a minute";
}

TEST(HomeBeacon, WithNeitherItNorSatellitesNothingIsKnownAndSilenceIsItsOwnAlert) {
  World world = home_world();
  stay(world, 0, true, 4);
  world.pass(120);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_SILENCE));
  stay(world, 200, false, 8);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_SILENCE, v1::ALERT_KIND_INCLUSION));
}

TEST(HomeBeacon, FindsHimAtHomeWhenTheCurfewBegins) {
  World world = home_world(
      [](v1::Inclusion& inclusion) {
        v1::Window& window = *inclusion.mutable_schedule()->add_windows();
        window.set_days(127);
        window.set_start_min(22 * 60);
        window.set_end_min(6 * 60);
      },
      "2026-03-14T21:55:00+09:00");
  stay(world, 250, true, 40);
  EXPECT_THAT(world.raised(), IsEmpty()) << "his last fix was outside when it began";
}

TEST(HomeBeacon, SpeaksForItsOwnZoneAndNeverPlacesHimForAnotherRule) {
  World world = home_world();
  world.circle("z-school", at_m(200, 0), 50'000);
  v1::Order order = world.order("o-2", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-school");
  order.add_conditions()->set_id("c-2");
  order.mutable_conditions(1)->mutable_inclusion()->set_zone_id("z-city");
  world.circle("z-city", at_m(9'000, 0), 1'000'000);
  world.submit_order(order);
  stay(world, 200, true, 8);
  EXPECT_THAT(world.raised_kinds(),
              testing::UnorderedElementsAre(v1::ALERT_KIND_EXCLUSION, v1::ALERT_KIND_INCLUSION));
  for (const v1::Alert& alert : world.raised()) EXPECT_EQ(alert.order_id(), "o-2");
}

TEST(HomeBeacon, ThatIsRetiredOrMovedSpeaksForThatZoneNoMore) {
  World world = home_world();
  v1::Fact moved;
  moved.mutable_device_registered()->set_id("b-1");
  moved.mutable_device_registered()->set_kind(v1::DEVICE_KIND_HOME_BEACON);
  moved.mutable_device_registered()->set_zone_id("z-elsewhere");
  world.submit(moved);
  stay(world, 200, true, 8);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_INCLUSION));
}

TEST(HomeBeacon, HoldsThroughANewVersionOfTheOrder) {
  World world = home_world();
  stay(world, 200, true, 4);
  v1::Order next = world.order("o-1", "w-1");
  next.set_version(2);
  next.add_conditions()->set_id("c-1");
  next.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z-home");
  world.submit_order(next);
  stay(world, 200, true, 4);
  EXPECT_THAT(world.raised(), IsEmpty());
  stay(world, 200, false, 8);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_INCLUSION));
}

}  // namespace
}  // namespace haechi::monitor
