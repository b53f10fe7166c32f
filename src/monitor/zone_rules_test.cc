#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

World zone_world(const std::function<void(v1::Condition&)>& condition,
                 const std::string& start = "2026-03-14T08:00:00+09:00") {
  World world(start);
  world.seoul_time();
  world.wearer("w-1");
  world.circle("z-1", at_m(0, 0), 200'000);
  v1::Order order = world.order("o-1", "w-1");
  order.add_conditions()->set_id("c-1");
  condition(*order.mutable_conditions(0));
  world.submit_order(order);
  return world;
}

void walk(World& world, double from, double to, double step) {
  for (double d = from; step > 0 ? d <= to : d >= to; d += step) {
    world.report("w-1", at_m(d, 0));
    world.pass(15);
  }
}

void exclusion(v1::Condition& condition) {
  condition.mutable_exclusion()->set_zone_id("z-1");
  condition.mutable_exclusion()->set_buffer_mm(300'000);
  condition.mutable_exclusion()->set_police_mm(1'000'000);
}

// What is foreseen has tests of its own.
std::vector<v1::Alert> broken(const World& world) {
  std::vector<v1::Alert> out;
  for (const v1::Alert& alert : world.raised())
    if (alert.kind() != v1::ALERT_KIND_APPROACHING) out.push_back(alert);
  return out;
}
std::vector<v1::AlertKind> broken_kinds(const World& world) {
  std::vector<v1::AlertKind> out;
  for (const v1::Alert& alert : broken(world)) out.push_back(alert.kind());
  return out;
}

TEST(Exclusion, RingsAtThePoliceDistanceTheBufferAndTheBorder) {
  World world = zone_world(exclusion);
  walk(world, 3'000, 100, -60);
  EXPECT_THAT(broken_kinds(world), ElementsAre(v1::ALERT_KIND_EXCLUSION_POLICE,
                                               v1::ALERT_KIND_EXCLUSION_BUFFER, v1::ALERT_KIND_EXCLUSION));
  EXPECT_EQ(broken(world)[2].zone_id(), "z-1");
  EXPECT_EQ(broken(world)[2].code(), 1u);
  EXPECT_LT(broken(world)[2].margin_mm(), 0);
  // A zone he has been told of: his own device may be asked for more.
  EXPECT_EQ(world.of(v1::Effect::kCommandDevice).back().command_device().interval_s(), 2u);
}

TEST(Exclusion, DrivingThroughBetweenTwoFixesIsFound) {
  World world = zone_world([](v1::Condition& c) { c.mutable_exclusion()->set_zone_id("z-1"); });
  // 100 km/h; of the half minute within the zone nothing is heard.
  for (int east = -2'700; east <= -300; east += 400) {
    world.report("w-1", at_m(east, 50));
    world.pass(15);
  }
  world.pass(10);
  world.report("w-1", at_m(400, 50));
  EXPECT_THAT(broken_kinds(world), ElementsAre(v1::ALERT_KIND_EXCLUSION));
}

TEST(Exclusion, PassingFarFromEverythingRingsNothingAndComingBackStillDoes) {
  World world = zone_world([](v1::Condition& c) { c.mutable_exclusion()->set_zone_id("z-1"); });
  walk(world, 20'000, 40'000, 1'000);
  EXPECT_THAT(broken(world), IsEmpty());
  walk(world, 40'000, 0, -1'000);
  EXPECT_THAT(broken_kinds(world), ElementsAre(v1::ALERT_KIND_EXCLUSION));
}

TEST(Exclusion, AHoleOfAPolygonIsOutside) {
  World world = zone_world([](v1::Condition& c) { c.mutable_exclusion()->set_zone_id("z-hole"); });
  v1::Fact fact;
  fact.mutable_zone_registered()->set_id("z-hole");
  v1::Polygon& polygon = *fact.mutable_zone_registered()->mutable_shape()->mutable_polygon();
  const auto square = [](v1::Ring& ring, double half) {
    for (const auto& [x, y] : {std::pair(-half, -half), {half, -half}, {half, half}, {-half, half}})
      law::set_place(at_m(x, y), *ring.add_corners());
  };
  square(*polygon.mutable_outer(), 1'000);
  square(*polygon.add_holes(), 500);
  world.submit(fact);
  walk(world, 0, 440, 20);
  EXPECT_THAT(broken(world), IsEmpty());
  walk(world, 460, 600, 20);
  EXPECT_THAT(broken_kinds(world), ElementsAre(v1::ALERT_KIND_EXCLUSION));
}

TEST(Exclusion, AZoneMovedOverAWearerRingsAtOnceAndItsRemovalClears) {
  World world = zone_world([](v1::Condition& c) { c.mutable_exclusion()->set_zone_id("z-1"); });
  world.report("w-1", at_m(5'000, 0));
  world.circle("z-1", at_m(5'000, 0), 300'000);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_EXCLUSION));
  v1::Fact fact;
  fact.mutable_zone_registered()->set_id("z-1");
  fact.mutable_zone_registered()->set_removed(true);
  world.submit(fact);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "zone_removed");
  walk(world, 5'000, 4'900, -20);
  EXPECT_EQ(world.raised().size(), 1u);
}

TEST(Inclusion, RingsOutsideAndClearsAfterAMinuteInside) {
  World world = zone_world([](v1::Condition& c) { c.mutable_inclusion()->set_zone_id("z-1"); });
  walk(world, 0, 280, 20);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_INCLUSION));
  walk(world, 100, 0, -20);
  EXPECT_EQ(world.cleared().size(), 1u);
}

void curfew(v1::Condition& condition) {
  condition.mutable_inclusion()->set_zone_id("z-1");
  v1::Window* window = condition.mutable_inclusion()->mutable_schedule()->add_windows();
  window->set_days(127);
  window->set_start_min(22 * 60);
  window->set_end_min(6 * 60);
}

TEST(Curfew, RingsAtItsOnsetWithoutANewFixAndEndsWithTheMorning) {
  World world = zone_world(curfew, "2026-03-14T21:59:00+09:00");
  world.report("w-1", at_m(600, 0));
  world.pass(40);
  world.report("w-1", at_m(600, 0));
  world.pass(15);
  EXPECT_THAT(world.raised(), IsEmpty());
  world.pass(10);
  ASSERT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_CURFEW));
  EXPECT_EQ(world.raised()[0].happened_at_us(),
            parse_iso8601("2026-03-14T22:00:00+09:00")->us / 1'000'000 * 1'000'000 + 1);
  EXPECT_EQ(world.raised()[0].received_at_us(), 0) << "noticed by the clock";
  world.pass_until("2026-03-15T06:00:00+09:00");
  bool ended = false;
  for (const v1::Alert& alert : world.cleared())
    ended = ended || (alert.kind() == v1::ALERT_KIND_CURFEW && alert.clear_reason() == "schedule_ended");
  EXPECT_TRUE(ended);
}

TEST(Curfew, AFixFromBeforeTheOnsetRingsNothing) {
  World world = zone_world(curfew, "2026-03-14T22:00:05+09:00");
  world.report("w-1", at_m(600, 0), [&](v1::Report& report) {
    report.mutable_fix()->set_fixed_at_us(parse_iso8601("2026-03-14T21:59:58+09:00")->us);
  });
  EXPECT_THAT(world.raised(), IsEmpty());
  world.report("w-1", at_m(600, 0));
  EXPECT_THAT(world.raised_kinds(), ElementsAre(v1::ALERT_KIND_CURFEW));
}

TEST(Curfew, FollowsTheRulesOfTheZoneOfTimeAsTheyAreLearned) {
  World world = zone_world(curfew, "2026-03-14T13:30:00Z");  // 22:30 in Seoul
  world.report("w-1", at_m(600, 0));
  ASSERT_EQ(world.raised().size(), 1u);
  v1::Fact fact;
  fact.mutable_time_zone_registered()->set_name("Asia/Seoul");
  auto* transition = fact.mutable_time_zone_registered()->add_transitions();
  transition->set_from_s(INT64_MIN);
  transition->set_offset_s(8 * 3600);
  world.submit(fact);
  ASSERT_EQ(world.cleared().size(), 1u);
  EXPECT_EQ(world.cleared()[0].clear_reason(), "schedule_ended");
}

TEST(Exclusion, OfAPlaceOfHersIsToldToHerAtTheBorderAndAtThePoliceDistanceOnly) {
  World world = zone_world([](v1::Condition& condition) {
    exclusion(condition);
    condition.mutable_exclusion()->set_protected_id("p-1");
  });
  world.protected_person("p-1");
  walk(world, 2'000, 50, -50);
  ASSERT_THAT(broken_kinds(world), ElementsAre(v1::ALERT_KIND_EXCLUSION_POLICE,
                                               v1::ALERT_KIND_EXCLUSION_BUFFER, v1::ALERT_KIND_EXCLUSION));
  std::vector<v1::AlertKind> told;
  for (const v1::Effect& effect : world.of(v1::Effect::kNotifyProtected)) {
    EXPECT_EQ(effect.notify_protected().protected_id(), "p-1");
    const v1::AlertKind kind = world.alert(effect.notify_protected().alert_id()).kind();
    if (kind != v1::ALERT_KIND_APPROACHING) told.push_back(kind);
  }
  EXPECT_THAT(told, ElementsAre(v1::ALERT_KIND_EXCLUSION_POLICE, v1::ALERT_KIND_EXCLUSION));
}

}  // namespace
}  // namespace haechi::monitor
