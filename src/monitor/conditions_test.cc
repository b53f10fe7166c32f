// Conditions and the law: travel areas, holidays, orders that begin, end and overlap, and fixes that come
// late.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

void square(v1::Ring& ring, double east, double half) {
  for (const auto& [x, y] : {std::pair(-half, -half), {half, -half}, {half, half}, {-half, half}})
    law::set_place(at_m(east + x, y), *ring.add_corners());
}

void go(World& world, const std::string& who, double from, double to, double step) {
  for (double d = from; step > 0 ? d <= to : d >= to; d += step) {
    world.report(who, at_m(d, 0));
    world.pass(15);
  }
}

void stay(World& world, const std::string& who, double east, int reports) {
  for (int i = 0; i < reports; ++i) {
    world.report(who, at_m(east, 0));
    world.pass(15);
  }
}

// What the device kept and sends now: he was so far east at that moment.
void kept(World& world, const std::string& who, double east, const std::string& moment) {
  world.report(who, at_m(east, 0), [&](v1::Report& report) {
    report.set_stored(true);
    report.mutable_fix()->set_fixed_at_us(parse_iso8601(moment)->us);
  });
}

void calendar(World& world, const std::vector<std::string>& dates) {
  v1::Fact fact;
  fact.mutable_holiday_calendar_registered()->set_name("kr");
  for (const std::string& date : dates) fact.mutable_holiday_calendar_registered()->add_dates(date);
  world.submit(fact);
}

World home_world(const std::string& start, const std::function<void(v1::Inclusion&)>& change) {
  World world(start);
  world.seoul_time();
  world.wearer("w-1");
  world.circle("z-home", at_m(0, 0), 100'000);
  v1::Order order = world.order("o-1", "w-1");
  order.set_starts_at_us(world.now().us - 86'400'000'000);
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z-home");
  change(*order.mutable_conditions(0)->mutable_inclusion());
  world.submit_order(order);
  return world;
}

void nights(v1::Inclusion& inclusion) {
  v1::Window& window = *inclusion.mutable_schedule()->add_windows();
  window.set_days(127);
  window.set_start_min(22 * 60);
  window.set_end_min(6 * 60);
}

void nights_but_holidays(v1::Inclusion& inclusion) {
  nights(inclusion);
  inclusion.mutable_schedule()->set_holiday_calendar("kr");
}

// Every alert of one kind, by order and by the two it is about.
std::vector<std::string> who(const World& world, v1::AlertKind kind) {
  std::vector<std::string> out;
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() == kind)
      out.push_back(alert.order_id() + " " + alert.wearer_id() + " " + alert.protected_id());
  return out;
}

TEST(TravelArea, IsACountryWithItsIslandsAndRingsWhenHeLeavesIt) {
  World world;
  world.wearer("w-1");
  v1::Fact country;
  country.mutable_zone_registered()->set_id("z-country");
  auto* shape = country.mutable_zone_registered()->mutable_shape()->mutable_multi_polygon();
  square(*shape->add_polygons()->mutable_outer(), 0, 5'000);
  square(*shape->add_polygons()->mutable_outer(), 12'000, 3'000);
  world.submit(country);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z-country");
  order.mutable_conditions(0)->mutable_inclusion()->set_purpose(v1::Inclusion::TRAVEL_AREA);
  world.submit_order(order);
  go(world, "w-1", 10'000, 12'000, 100);
  EXPECT_THAT(world.raised(), IsEmpty()) << "on the island";
  go(world, "w-1", 12'000, 15'600, 100);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_TRAVEL_AREA));
  EXPECT_EQ(world.raised()[0].zone_id(), "z-country");
  EXPECT_EQ(world.raised()[0].code(), 2u);
  EXPECT_FALSE(world.of(v1::Effect::kSendHandOff).size() > 0) << "no jurisdiction is registered";
  go(world, "w-1", 15'500, 14'000, -100);
  EXPECT_EQ(world.cleared().size(), 1u);
}

TEST(TravelArea, OfCertainHoursIsStillATravelAreaAndAHomeIsAnInclusion) {
  World area = home_world("2026-03-14T23:00:00+09:00", [](v1::Inclusion& inclusion) {
    nights(inclusion);
    inclusion.set_purpose(v1::Inclusion::TRAVEL_AREA);
  });
  stay(area, "w-1", 400, 4);
  EXPECT_THAT(area.raised_kinds(), ElementsAre(v1::ALERT_KIND_TRAVEL_AREA));
  World home = home_world("2026-03-14T23:00:00+09:00",
                          [](v1::Inclusion& inclusion) { inclusion.set_purpose(v1::Inclusion::RESIDENCE); });
  stay(home, "w-1", 400, 4);
  EXPECT_THAT(home.raised_kinds(), ElementsAre(v1::ALERT_KIND_INCLUSION));
}

TEST(HolidayCurfew, DoesNotHoldOnTheEveningOfAHoliday) {
  World world = home_world("2026-10-08T21:59:00+09:00", nights_but_holidays);
  calendar(world, {"2026-10-09"});
  stay(world, "w-1", 400, 8);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_CURFEW)) << "Thursday is no holiday";
  World holiday = home_world("2026-10-09T21:59:00+09:00", nights_but_holidays);
  calendar(holiday, {"2026-10-09"});
  stay(holiday, "w-1", 400, 8);
  EXPECT_THAT(holiday.raised(), IsEmpty());
}

TEST(HolidayCurfew, ACalendarThatIsRegisteredAnewIsJudgedByAtOnce) {
  World world = home_world("2026-10-09T22:30:00+09:00", nights_but_holidays);
  stay(world, "w-1", 400, 4);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_CURFEW)) << "nobody has told of holidays";
  calendar(world, {"2026-10-09"});
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "schedule_ended");
  stay(world, "w-1", 400, 4);
  calendar(world, {"2026-10-10"});
  stay(world, "w-1", 400, 2);
  EXPECT_EQ(world.raised().size(), 2u) << "it was no holiday after all";
}

TEST(HolidayCurfew, OfAnotherOrderIsNotTouched) {
  World world = home_world("2026-10-09T22:30:00+09:00", nights);
  stay(world, "w-1", 400, 4);
  calendar(world, {"2026-10-09"});
  EXPECT_EQ(world.raised().size(), 1u);
  EXPECT_THAT(world.cleared(), IsEmpty());
}

TEST(HolidayCurfew, ANewVersionOfTheOrderFollowsItsOwnCalendar) {
  World world = home_world("2026-10-09T22:30:00+09:00", nights_but_holidays);
  v1::Order next = world.order("o-1", "w-1");
  next.set_version(2);
  next.add_conditions()->set_id("c-1");
  next.mutable_conditions(0)->mutable_inclusion()->set_zone_id("z-home");
  nights(*next.mutable_conditions(0)->mutable_inclusion());
  next.mutable_conditions(0)->mutable_inclusion()->mutable_schedule()->set_holiday_calendar("other");
  world.submit_order(next);
  stay(world, "w-1", 400, 4);
  ASSERT_EQ(world.raised().size(), 1u);
  calendar(world, {"2026-10-09"});
  EXPECT_THAT(world.cleared(), IsEmpty());
}

TEST(LateFix, IsNotJudgedByAnOrderThatHadNotBegun) {
  World world("2026-03-14T08:00:00+09:00");
  world.wearer("w-1");
  world.circle("z-1", at_m(0, 0), 200'000);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
  world.submit_order(order);
  world.report("w-1", at_m(5'000, 0));
  kept(world, "w-1", 0, "2026-03-14T07:59:30+09:00");
  EXPECT_THAT(world.raised(), IsEmpty());
}

// In force for a minute, with a barred place of 200 m.
World a_minute_of_an_order() {
  World world("2026-03-14T08:00:00+09:00");
  world.wearer("w-1");
  world.circle("z-1", at_m(0, 0), 200'000);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
  order.set_ends_at_us(world.now().us + 60'000'000);
  world.submit_order(order);
  return world;
}

TEST(LateFix, OfAnOrderThatHasEndedSinceRingsOnceAndIsOverInAMinute) {
  World world = a_minute_of_an_order();
  world.pass(120);
  world.forget_effects();
  kept(world, "w-1", 0, "2026-03-14T08:00:30+09:00");
  kept(world, "w-1", 10, "2026-03-14T08:00:40+09:00");
  ASSERT_EQ(world.raised().size(), 1u);
  EXPECT_EQ(world.raised()[0].kind(), v1::ALERT_KIND_EXCLUSION);
  EXPECT_TRUE(world.raised()[0].late());
  EXPECT_EQ(world.raised()[0].order_id(), "o-1");
  EXPECT_EQ(world.raised()[0].order_version(), 1u);
  world.pass(61);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "order_ended");
  world.forget_effects();
  kept(world, "w-1", 0, "2026-03-14T08:00:35+09:00");
  EXPECT_THAT(world.raised(), IsEmpty()) << "the same episode";
}

TEST(LateFix, OfTheTimeAfterAnOrderOrOfAnOrderLongGoneRingsNothing) {
  World world = a_minute_of_an_order();
  world.pass(120);
  kept(world, "w-1", 0, "2026-03-14T08:01:30+09:00");
  EXPECT_THAT(world.raised(), IsEmpty());
  World later = a_minute_of_an_order();
  later.pass(24 * 3600 + 120);
  kept(later, "w-1", 0, "2026-03-14T08:00:30+09:00");
  EXPECT_THAT(later.raised(), IsEmpty());
}

TEST(LateFix, OfAWithdrawnOrderRestsOnTheVersionThatHeldThen) {
  World world = a_minute_of_an_order();
  world.pass(30);
  v1::Order withdrawn = world.order("o-1", "w-1");
  withdrawn.set_version(2);
  withdrawn.set_withdrawn(true);
  withdrawn.add_conditions()->set_id("c-1");
  withdrawn.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
  world.submit_order(withdrawn);
  world.pass(60);
  kept(world, "w-1", 0, "2026-03-14T08:00:40+09:00");
  EXPECT_THAT(world.raised(), IsEmpty()) << "it was withdrawn by then";
  kept(world, "w-1", 0, "2026-03-14T08:00:20+09:00");
  ASSERT_EQ(world.raised().size(), 1u);
  EXPECT_EQ(world.raised()[0].order_version(), 1u);
}

TEST(LateFix, OfAnOrderThatIsInForceAgainRingsForThatOneAlone) {
  World world = a_minute_of_an_order();
  world.pass(90);
  v1::Order again = world.order("o-1", "w-1");
  again.set_version(2);
  again.set_starts_at_us(world.now().us - 90'000'000);
  again.add_conditions()->set_id("c-1");
  again.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-1");
  world.submit_order(again);
  kept(world, "w-1", 0, "2026-03-14T08:00:30+09:00");
  ASSERT_EQ(world.raised().size(), 1u);
  EXPECT_EQ(world.raised()[0].order_version(), 2u);
}

TEST(LateFix, OfAnHourWithoutCurfewIsNotHeldAgainstHimDuringOne) {
  World world = home_world("2026-03-14T21:50:00+09:00", nights);
  world.report("w-1", at_m(0, 0));
  world.pass_until("2026-03-14T22:05:00+09:00");
  stay(world, "w-1", 0, 2);
  world.forget_effects();
  kept(world, "w-1", 400, "2026-03-14T21:58:00+09:00");
  EXPECT_THAT(world.raised(), IsEmpty());
}

TEST(LateFix, OfACurfewThatIsOverRingsOnceAndEnds) {
  World world = home_world("2026-03-15T05:00:00+09:00", nights);
  world.report("w-1", at_m(0, 0));
  world.pass_until("2026-03-15T06:30:00+09:00");
  world.forget_effects();
  for (const char* moment : {"2026-03-15T05:30:00+09:00", "2026-03-15T05:40:00+09:00",
                             "2026-03-15T05:50:00+09:00", "2026-03-15T06:10:00+09:00"})
    kept(world, "w-1", 900, moment);
  ASSERT_EQ(who(world, v1::ALERT_KIND_CURFEW).size(), 1u);
  v1::Alert alert;
  for (const v1::Alert& one : world.raised())
    if (one.kind() == v1::ALERT_KIND_CURFEW) alert = one;
  EXPECT_TRUE(alert.late());
  world.pass(70);
  EXPECT_EQ(world.alert(alert.id()).state(), v1::ALERT_STATE_CLEARED);
  EXPECT_EQ(world.alert(alert.id()).clear_reason(), "schedule_ended");
  kept(world, "w-1", 900, "2026-03-15T05:45:00+09:00");
  EXPECT_EQ(who(world, v1::ALERT_KIND_CURFEW).size(), 1u) << "the same night again";
}

TEST(OnePair, UnderTwoOrdersIsJudgedByTheRadiusOfEach) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.submit_order(world.keep_away_order("o-narrow", "w-1", "p-1"));
  v1::Order wide = world.keep_away_order("o-wide", "w-1", "p-1");
  wide.mutable_conditions(0)->mutable_keep_away()->set_ban_mm(500'000);
  world.submit_order(wide);
  const auto approach = [&](double from, double to) {
    for (double d = from; d >= to; d -= 20) {
      world.report("p-1", at_m(0, 0));
      world.report("w-1", at_m(d, 0));
      world.pass(15);
    }
  };
  approach(900, 300);
  EXPECT_THAT(who(world, v1::ALERT_KIND_KEEP_AWAY), ElementsAre("o-wide w-1 p-1"));
  approach(300, 20);
  EXPECT_THAT(who(world, v1::ALERT_KIND_KEEP_AWAY), ElementsAre("o-wide w-1 p-1", "o-narrow w-1 p-1"));
  EXPECT_EQ(world.of(v1::Effect::kOpenIncident).size(), 1u) << "one wearer, one incident";
  wide.set_version(2);
  wide.set_withdrawn(true);
  world.submit_order(wide);
  for (const v1::Alert& alert : world.cleared()) EXPECT_EQ(alert.order_id(), "o-wide");
}

TEST(OneVictim, OfThreeWearersIsProtectedFromEach) {
  World world;
  world.protected_person("p-1");
  for (const char* id : {"w-1", "w-2", "w-3"}) {
    world.wearer(id);
    world.submit_order(world.keep_away_order(std::string("o-") + id, id, "p-1"));
  }
  for (double d = 800; d >= 20; d -= 20) {
    world.report("p-1", at_m(0, 0));
    world.report("w-1", at_m(d, 0));
    world.report("w-2", at_m(-d, 0));
    world.report("w-3", at_m(9'000, 0));
    world.pass(15);
  }
  EXPECT_THAT(who(world, v1::ALERT_KIND_KEEP_AWAY), UnorderedElementsAre("o-w-1 w-1 p-1", "o-w-2 w-2 p-1"));
  EXPECT_EQ(world.of(v1::Effect::kOpenIncident).size(), 2u);
  for (const v1::Effect& effect : world.of(v1::Effect::kOpenView))
    EXPECT_NE(effect.open_view().wearer_id(), "w-3");
}

TEST(OneWearer, OfThreeVictimsIsKeptFromEachAndShownToTheOneHeIsNear) {
  World world;
  world.wearer("w-1");
  for (const char* id : {"p-1", "p-2", "p-3"}) {
    world.protected_person(id);
    world.submit_order(world.keep_away_order(std::string("o-") + id, "w-1", id));
  }
  const auto all = [&](double d) {
    world.report("p-1", at_m(0, 0));
    world.report("p-2", at_m(6'000, 0));
    world.report("p-3", at_m(-6'000, 0));
    world.report("w-1", at_m(d, 0));
    world.pass(15);
  };
  for (double d = 700; d >= 20; d -= 20) all(d);
  EXPECT_THAT(who(world, v1::ALERT_KIND_KEEP_AWAY), ElementsAre("o-p-1 w-1 p-1"));
  for (const v1::Effect& effect : world.of(v1::Effect::kOpenView))
    EXPECT_EQ(effect.open_view().protected_id(), "p-1");
  for (double d = 40; d <= 5'900; d += 140) all(d);
  for (int i = 0; i < 4; ++i) all(5'980);
  EXPECT_THAT(who(world, v1::ALERT_KIND_KEEP_AWAY), ElementsAre("o-p-1 w-1 p-1", "o-p-2 w-1 p-2"));
}

TEST(BarredPlace, WithoutAPoliceDistanceOfTheOrderTellsPoliceAtTheBorderOnly) {
  World world;
  world.wearer("w-1");
  world.protected_person("p-1");
  world.circle("z-work", at_m(0, 0), 100'000);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("z-work");
  order.mutable_conditions(0)->mutable_exclusion()->set_protected_id("p-1");
  world.submit_order(order);
  go(world, "w-1", 1'500, 300, -60);
  EXPECT_THAT(world.raised_kinds(), testing::Not(testing::Contains(v1::ALERT_KIND_EXCLUSION_POLICE)));
  go(world, "w-1", 300, 0, -60);
  EXPECT_THAT(world.raised_kinds(), testing::Contains(v1::ALERT_KIND_EXCLUSION));
}

}  // namespace
}  // namespace haechi::monitor
