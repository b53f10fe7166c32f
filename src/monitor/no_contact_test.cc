// Two who may not meet: a wearer and another wearer, or a wearer and anyone else who carries a device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

v1::Order apart(const World& world, const std::string& id, const std::string& wearer,
                const std::string& other, uint32_t radius_mm = 0) {
  v1::Order order = world.order(id, wearer);
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_no_contact()->set_person_id(other);
  order.mutable_conditions(0)->mutable_no_contact()->set_radius_mm(radius_mm);
  return order;
}

// w-1 may not meet w-2, who wears a device of his own and is bound by nothing.
World two_wearers(uint32_t radius_mm = 0) {
  World world;
  world.wearer("w-1");
  world.wearer("w-2");
  world.jurisdiction("j-1", "police", -20'000, 20'000);
  world.submit_order(apart(world, "o-1", "w-1", "w-2", radius_mm));
  return world;
}

// Both report; w-2 stands at the origin and w-1 comes from the east.
void come(World& world, double from, double to, double step) {
  for (double d = from; step > 0 ? d <= to : d >= to; d += step) {
    world.report("w-2", at_m(0, 0));
    world.report("w-1", at_m(d, 0));
    world.pass(15);
  }
}

TEST(NoContact, RingsOnceWhenTheyMeetAndClearsWhenTheyHaveParted) {
  World world = two_wearers();
  come(world, 1'000, 20, -70);
  come(world, 20, 60, 10);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NO_CONTACT));
  const v1::Alert alert = world.raised()[0];
  EXPECT_EQ(alert.wearer_id(), "w-1");
  EXPECT_EQ(alert.protected_id(), "w-2") << "the other of the two";
  EXPECT_EQ(alert.order_id(), "o-1");
  EXPECT_EQ(alert.condition_id(), "c-1");
  EXPECT_EQ(alert.code(), 1u);
  EXPECT_LT(alert.margin_mm(), 0);
  EXPECT_LT(alert.proximity().distance_mm(), 100'000);
  come(world, 100, 3'000, 70);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "margin");
}

TEST(NoContact, WarnsNobodyAheadAndShowsNobodyAnything) {
  World world = two_wearers();
  come(world, 2'500, 150, -70);
  EXPECT_THAT(world.raised(), IsEmpty()) << "there is no tier but the meeting itself";
  come(world, 80, 20, -20);
  ASSERT_EQ(world.raised().size(), 1u);
  EXPECT_THAT(world.of(v1::Effect::kOpenView), IsEmpty());
  EXPECT_THAT(world.of(v1::Effect::kNotifyProtected), IsEmpty());
}

TEST(NoContact, NeitherDeviceIsToldToHurryBecauseTheOtherIsNear) {
  World world = two_wearers();
  come(world, 600, 20, -70);
  ASSERT_EQ(world.raised().size(), 1u);
  EXPECT_THAT(world.of(v1::Effect::kCommandDevice), IsEmpty());
}

TEST(NoContact, PoliceAreToldWhereBothAre) {
  World world = two_wearers();
  come(world, 600, 20, -70);
  const std::vector<v1::Effect> sent = world.of(v1::Effect::kSendHandOff);
  ASSERT_FALSE(sent.empty());
  const v1::HandOffMessage_Alarm& alarm = sent[0].send_hand_off().alarm_new();
  ASSERT_EQ(alarm.destinations_size(), 2);
  EXPECT_EQ(alarm.destinations(0).person_id(), "w-1");
  EXPECT_EQ(alarm.destinations(1).person_id(), "w-2");
  EXPECT_LT(alarm.proximity().distance_mm(), 100'000);
}

TEST(NoContact, TwoOrdersThatNameEachOtherRingOnceEach) {
  World world = two_wearers();
  world.submit_order(apart(world, "o-2", "w-2", "w-1"));
  come(world, 600, 20, -70);
  come(world, 20, 60, 5);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NO_CONTACT, v1::ALERT_KIND_NO_CONTACT));
  EXPECT_NE(world.raised()[0].wearer_id(), world.raised()[1].wearer_id());
  EXPECT_EQ(world.of(v1::Effect::kOpenIncident).size(), 2u) << "each is the incident of its own wearer";
}

TEST(NoContact, MakesTheOtherNoProtectedPerson) {
  World world = two_wearers();
  come(world, 5'000, 4'900, -50);
  // The other presses for help, loses his strap, runs low and falls silent: nothing of it concerns this
  // order.
  world.event("w-2", v1::DEVICE_EVENT_SOS);
  world.event("w-2", v1::DEVICE_EVENT_STRAP_CUT);
  world.event("w-2", v1::DEVICE_EVENT_LOW_BATTERY);
  for (int i = 0; i < 20; ++i) {
    world.report("w-1", at_m(4'900, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.raised(), IsEmpty());
  // And of the wearer's own cut strap nobody is told as if she were near.
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_STRAP_CUT));
  EXPECT_EQ(world.raised()[0].protected_id(), "");
  EXPECT_FALSE(world.raised()[0].has_proximity());
}

TEST(NoContact, HoldsAgainstAProtectedPersonAsWellAndGrantsHerNoView) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(apart(world, "o-1", "w-1", "p-1"));
  for (double d = 500; d >= 20; d -= 60) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(d, 0));
    world.pass(15);
  }
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NO_CONTACT));
  EXPECT_THAT(world.of(v1::Effect::kOpenView), IsEmpty());
  EXPECT_THAT(world.of(v1::Effect::kNotifyProtected), IsEmpty());
  world.pass(300);
  EXPECT_THAT(world.raised_kinds(), Not(Contains(v1::ALERT_KIND_PROTECTED_SILENCE)));
}

TEST(NoContact, TheOrdersOwnRadiusCounts) {
  World world = two_wearers(20'000);
  come(world, 600, 60, -60);
  come(world, 60, 60, 1);
  EXPECT_THAT(world.raised(), IsEmpty());
  for (int i = 0; i < 4; ++i) come(world, 2, 2, 1);
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_NO_CONTACT));
}

TEST(NoContact, IsUnknownAndNotOverWhenEitherFallsSilent) {
  World world = two_wearers();
  come(world, 600, 20, -70);
  ASSERT_EQ(world.raised().size(), 1u);
  for (int i = 0; i < 10; ++i) {
    world.report("w-1", at_m(900, 0));
    world.pass(15);
  }
  EXPECT_THAT(world.cleared(), IsEmpty());
  EXPECT_EQ(world.alert(world.raised()[0].id()).state(), v1::ALERT_STATE_UNKNOWN);
}

TEST(NoContact, EndsWithTheOrderAndWithThePerson) {
  World world = two_wearers();
  come(world, 600, 20, -70);
  ASSERT_EQ(world.raised().size(), 1u);
  v1::Fact gone;
  gone.mutable_person_registered()->set_id("w-2");
  gone.mutable_person_registered()->set_role(v1::ROLE_WEARER);
  gone.mutable_person_registered()->set_removed(true);
  world.submit(gone);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "person_removed");
  World other = two_wearers();
  come(other, 600, 20, -70);
  v1::Order over = apart(other, "o-1", "w-1", "w-2");
  over.set_version(2);
  over.set_withdrawn(true);
  other.submit_order(over);
  ASSERT_EQ(other.cleared().size(), 1u);
  EXPECT_EQ(other.cleared()[0].clear_reason(), "order_withdrawn");
}

TEST(NoContact, GoesOnThroughANewVersionOfTheOrder) {
  World world = two_wearers();
  come(world, 600, 20, -70);
  v1::Order next = apart(world, "o-1", "w-1", "w-2");
  next.set_version(2);
  next.add_conditions()->set_id("c-2");
  next.mutable_conditions(1)->mutable_no_contact()->set_person_id("w-3");
  world.submit_order(next);
  come(world, 20, 40, 5);
  EXPECT_EQ(world.raised().size(), 1u);
  EXPECT_THAT(world.cleared(), IsEmpty());
}

}  // namespace
}  // namespace haechi::monitor
