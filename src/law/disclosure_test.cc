#include "law/disclosure.h"

#include <gtest/gtest.h>

#include "law/pack.h"

namespace haechi::law {
namespace {

Permission granted() {
  return {.order_in_force = true,
          .view_granted = true,
          .agreed = true,
          .tier_alert_open = true,
          .warn_mm = 2'000'000,
          .map_mm = 600'000};
}

Sight seen(int64_t distance_mm) {
  Sight sight;
  sight.distance_mm = distance_mm;
  sight.bearing_cdeg = 9'100;
  sight.closing_known = true;
  sight.closing_mmps = 1'400;
  sight.wearer = {375'000'000, 1'270'000'000};
  sight.wearer_accuracy_mm = 8'200;
  sight.wearer_fixed_at = Time{5};
  sight.protected_fixed_at = Time{6};
  return sight;
}

TEST(Disclosure, ShowsNothingWithoutALiveOrderAGrantHerAgreementAndAnOpenAlert) {
  Permission permission = granted();
  permission.order_in_force = false;
  EXPECT_FALSE(disclose(permission, seen(50'000)).has_value());
  permission = granted();
  permission.view_granted = false;
  EXPECT_FALSE(disclose(permission, seen(50'000)).has_value());
  permission = granted();
  permission.agreed = false;
  EXPECT_FALSE(disclose(permission, seen(50'000)).has_value());
  permission = granted();
  permission.tier_alert_open = false;
  EXPECT_FALSE(disclose(permission, seen(50'000)).has_value());
}

TEST(Disclosure, ShowsThePlaceAtTheMapDistanceAndNotOneMillimetreBefore) {
  const v1::View map = *disclose(granted(), seen(600'000));
  EXPECT_EQ(map.mode(), v1::VIEW_MODE_MAP);
  EXPECT_TRUE(map.has_place());
  EXPECT_EQ(map.accuracy_m(), 9u);
  const v1::View distance = *disclose(granted(), seen(600'001));
  EXPECT_EQ(distance.mode(), v1::VIEW_MODE_DISTANCE);
  EXPECT_FALSE(distance.has_place());
  EXPECT_EQ(distance.accuracy_m(), 0u);
  EXPECT_EQ(distance.distance_m(), 600u);
  EXPECT_EQ(distance.direction_deg(), 90u);
  EXPECT_EQ(distance.trend(), v1::TREND_APPROACHING);
  EXPECT_EQ(distance.time_to_contact_s(), 428u);
}

TEST(Disclosure, AStrapCutShowsHimOnlyWithinTheWarningDistance) {
  Permission permission = granted();
  permission.tier_alert_open = false;
  permission.strap_alert_open = true;
  EXPECT_TRUE(disclose(permission, seen(2'000'000)).has_value());
  EXPECT_FALSE(disclose(permission, seen(2'000'001)).has_value());
}

TEST(Disclosure, WhatIsStaleIsDegradedAndHasNoTrendButStaysOpen) {
  Sight sight = seen(900'000);
  sight.stale = true;
  const v1::View view = *disclose(granted(), sight);
  EXPECT_TRUE(view.degraded());
  EXPECT_EQ(view.trend(), v1::TREND_UNKNOWN);
  EXPECT_EQ(view.time_to_contact_s(), 0u);
}

TEST(Pack, RoundsWhatSheIsShown) {
  const struct {
    int64_t mm;
    uint32_t m;
  } kTable[] = {{0, 0},         {14'999, 10},    {15'000, 20},      {99'999, 100},    {124'999, 100},
                {125'000, 150}, {999'999, 1000}, {1'049'999, 1000}, {1'050'000, 1100}};
  for (const auto& row : kTable) EXPECT_EQ(shown_distance_m(row.mm), row.m) << row.mm;
  EXPECT_EQ(shown_direction_deg(2249), 0u);
  EXPECT_EQ(shown_direction_deg(2250), 45u);
  EXPECT_EQ(shown_direction_deg(35999), 0u);
}

TEST(Pack, GivesEachAlertItsCode) {
  const struct {
    v1::AlertKind kind;
    Nearness nearness;
    uint32_t code;
  } kTable[] = {
      {v1::ALERT_KIND_SOS, Nearness::kFar, 0},          {v1::ALERT_KIND_KEEP_AWAY, Nearness::kNear, 0},
      {v1::ALERT_KIND_NEAR_POLICE, Nearness::kNear, 1}, {v1::ALERT_KIND_NEAR_WARN, Nearness::kNear, 3},
      {v1::ALERT_KIND_STRAP_CUT, Nearness::kNear, 0},   {v1::ALERT_KIND_STRAP_CUT, Nearness::kUnknown, 1},
      {v1::ALERT_KIND_STRAP_CUT, Nearness::kFar, 2},    {v1::ALERT_KIND_STRAP_CUT, Nearness::kNobody, 2},
      {v1::ALERT_KIND_SILENCE, Nearness::kFar, 3},      {v1::ALERT_KIND_SILENCE, Nearness::kNear, 1},
      {v1::ALERT_KIND_EXCLUSION, Nearness::kNobody, 1}, {v1::ALERT_KIND_CURFEW, Nearness::kNobody, 2},
      {v1::ALERT_KIND_LOW_BATTERY, Nearness::kNear, 4}};
  for (const auto& row : kTable) EXPECT_EQ(code112(row.kind, row.nearness), row.code) << row.kind;
}

}  // namespace
}  // namespace haechi::law
