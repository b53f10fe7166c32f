// The morning of Namyangju, as it should have gone: a wearer under an old order that knows nothing of her,
// and a new order, registered the evening before, that does.
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

// He drives up from 4 km at 12 m/s, slows down at 150 m, walks; she is at home. His device reports every 15 s
// and at every cut, hers every 15 s.
void drive_in(World& world, double from_m, double to_m) {
  double distance_m = from_m;
  while (distance_m > to_m) {
    world.report("w-1", at_m(distance_m, 0));
    world.pass(7);
    world.report("p-1", at_m(0, 0));
    world.pass(8);
    distance_m -= distance_m > 300 ? 180 : 20;
  }
}

World evening_before() {
  World world("2026-03-13T18:00:00+09:00");
  world.seoul_time();
  world.jurisdiction("j-namyangju", "police-namyangju", -10'000, 10'000);
  world.wearer("w-1");
  world.protected_person("p-1");
  v1::Order old = world.order("o-post", "w-1");
  old.set_kind("EM_POST");
  world.submit_order(old);
  v1::Order order = world.keep_away_order("o-new", "w-1", "p-1");
  order.set_ends_at_us(order.starts_at_us() + int64_t{90} * 86'400 * 1'000'000);
  world.submit_order(order);
  return world;
}

World morning() {
  World world = evening_before();
  world.pass_until("2026-03-14T08:50:00+09:00");
  drive_in(world, 4'000, 70);
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  world.pass(3);
  world.event("p-1", v1::DEVICE_EVENT_SOS);
  return world;
}

TEST(Namyangju, RingsOncePerDistanceInOneIncident) {
  const World world = morning();
  const std::vector<v1::AlertKind> expected = {v1::ALERT_KIND_APPROACHING, v1::ALERT_KIND_NEAR_WARN,
                                               v1::ALERT_KIND_NEAR_POLICE, v1::ALERT_KIND_NEAR_MAP,
                                               v1::ALERT_KIND_KEEP_AWAY,   v1::ALERT_KIND_STRAP_CUT,
                                               v1::ALERT_KIND_SOS};
  EXPECT_EQ(world.raised_kinds(), expected);
  EXPECT_EQ(world.of(v1::Effect::kOpenIncident).size(), 1u);
  const std::string incident = world.raised()[0].incident_id();
  const uint32_t codes[] = {3, 3, 1, 1, 0, 0, 0};
  for (size_t i = 0; i < expected.size(); ++i) {
    const v1::Alert alert = world.raised()[i];
    EXPECT_EQ(alert.incident_id(), incident);
    EXPECT_EQ(alert.code(), codes[i]) << v1::AlertKind_Name(alert.kind());
    EXPECT_EQ(alert.order_id(), "o-new");
    EXPECT_EQ(alert.wearer_id(), "w-1");
    EXPECT_EQ(alert.protected_id(), "p-1");
    EXPECT_FALSE(alert.sentence_en().empty());
  }
  EXPECT_TRUE(world.cleared().empty());
}

TEST(Namyangju, IsForeseenMinutesBeforeHeIsThere) {
  const v1::Alert first = morning().raised().front();
  ASSERT_EQ(first.kind(), v1::ALERT_KIND_APPROACHING);
  EXPECT_GE(first.proximity().distance_mm(), 2'500'000);
  EXPECT_GE(first.time_to_contact_s(), 120u);
  EXPECT_LE(first.time_to_contact_s(), 400u);
}

TEST(Namyangju, RingsWithinTwoFixesOfTheTruth) {
  const World world = morning();
  const int64_t limits_m[] = {2'000, 1'000, 600, 100};
  for (size_t i = 0; i < 4; ++i) {
    // The first is what was foreseen.
    const v1::Alert alert = world.raised()[i + 1];
    const int64_t rang_m = alert.proximity().distance_mm() / 1'000;
    EXPECT_LE(rang_m, limits_m[i]);
    EXPECT_GE(rang_m, limits_m[i] - 2 * (limits_m[i] > 200 ? 180 : 20)) << limits_m[i];
    EXPECT_GE(alert.probability_ppm(), 500'000u);
    EXPECT_TRUE(alert.proximity().closing_known());
    EXPECT_GT(alert.proximity().closing_mmps(), 0);
  }
}

TEST(Namyangju, HandsOffToTheStationWithBothDestinations) {
  const World world = morning();
  ASSERT_EQ(world.hand_off_ids().size(), 1u);
  const auto messages = world.of(v1::Effect::kSendHandOff);
  const v1::HandOffMessage& first = messages.front().send_hand_off();
  EXPECT_EQ(first.to_agency_id(), "police-namyangju");
  ASSERT_TRUE(first.has_alarm_new());
  EXPECT_EQ(first.alarm_new().code(), 1u);
  EXPECT_EQ(first.alarm_new().alert_kind(), "ALERT_KIND_APPROACHING");
  EXPECT_EQ(first.alarm_new().legal_basis(), "31-6");
  EXPECT_EQ(first.alarm_new().jurisdiction_id(), "j-namyangju");
  ASSERT_EQ(first.alarm_new().destinations_size(), 2);
  EXPECT_EQ(first.alarm_new().destinations(0).target(), v1::TARGET_WEARER);
  EXPECT_TRUE(first.alarm_new().destinations(0).has_place());
  EXPECT_EQ(first.alarm_new().destinations(1).person_id(), "p-1");
  bool told_of_sos = false;
  for (const v1::Effect& effect : messages)
    told_of_sos = told_of_sos || effect.send_hand_off().alarm_update().alert_kind() == "ALERT_KIND_SOS";
  EXPECT_TRUE(told_of_sos);
}

TEST(Namyangju, SheSeesDistanceFirstAndAMapOnlyWithinItsLimit) {
  const World world = morning();
  const auto opened = world.of(v1::Effect::kOpenView);
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].open_view().mode(), v1::VIEW_MODE_DISTANCE);
  EXPECT_FALSE(opened[0].open_view().has_place());
  EXPECT_EQ(opened[0].open_view().direction_deg(), 90u);
  bool map = false;
  for (const v1::Effect& effect : world.of(v1::Effect::kUpdateView)) {
    const v1::View& view = effect.update_view();
    EXPECT_EQ(view.id(), opened[0].open_view().id());
    EXPECT_EQ(view.mode() == v1::VIEW_MODE_MAP, view.has_place());
    EXPECT_TRUE(view.mode() != v1::VIEW_MODE_MAP || view.distance_m() <= 600u);
    map = map || view.mode() == v1::VIEW_MODE_MAP;
  }
  EXPECT_TRUE(map);
  EXPECT_TRUE(world.of(v1::Effect::kCloseView).empty());
  // What was foreseen, four distances and the strap.
  EXPECT_EQ(world.of(v1::Effect::kNotifyProtected).size(), 6u);
}

TEST(Namyangju, HisDeviceIsNotToldAnythingUntilTheStrapIsCut) {
  World world = evening_before();
  world.pass_until("2026-03-14T08:50:00+09:00");
  drive_in(world, 4'000, 70);
  bool hers = false;
  for (const v1::Effect& effect : world.of(v1::Effect::kCommandDevice)) {
    EXPECT_EQ(effect.command_device().device_id(), "d-p-1");
    hers = hers || effect.command_device().interval_s() == 2;
  }
  EXPECT_TRUE(hers);
  world.forget_effects();
  world.event("w-1", v1::DEVICE_EVENT_STRAP_CUT);
  ASSERT_EQ(world.of(v1::Effect::kCommandDevice).size(), 1u);
  EXPECT_EQ(world.of(v1::Effect::kCommandDevice)[0].command_device().device_id(), "d-w-1");
}

TEST(Namyangju, AnOrderThatHasEndedOrNotBegunRingsNothing) {
  World ended = evening_before();
  ended.pass_until("2026-03-13T18:00:10+09:00");
  v1::Order order = ended.keep_away_order("o-new", "w-1", "p-1");
  order.set_version(2);
  order.set_starts_at_us(parse_iso8601("2026-03-13T18:00:00+09:00")->us);
  order.set_ends_at_us(parse_iso8601("2026-03-14T00:00:00+09:00")->us);
  ended.submit_order(order);
  ended.pass_until("2026-03-14T08:50:00+09:00");
  drive_in(ended, 4'000, 70);
  EXPECT_TRUE(ended.raised().empty());
  EXPECT_TRUE(ended.of(v1::Effect::kOpenView).empty());

  World early = evening_before();
  order.set_starts_at_us(parse_iso8601("2026-03-14T12:00:00+09:00")->us);
  order.set_ends_at_us(0);
  early.submit_order(order);
  early.pass_until("2026-03-14T08:50:00+09:00");
  drive_in(early, 4'000, 70);
  EXPECT_TRUE(early.raised().empty());
}

TEST(Namyangju, AReplayGivesTheSameBytes) {
  const std::string first = morning().bytes();
  EXPECT_GT(first.size(), 10'000u);
  EXPECT_EQ(first, morning().bytes());
}

}  // namespace
}  // namespace haechi::monitor
