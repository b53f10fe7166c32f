#include "picture/picture.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/saved.h"

namespace haechi::picture {
namespace {

constexpr int64_t kS = 1'000'000;
constexpr int64_t kStart = 1'700'000'000 * kS;

class PictureTest : public ::testing::Test {
 protected:
  PictureTest() {
    person("W1", v1::ROLE_WEARER);
    person("P1", v1::ROLE_PROTECTED_PERSON);
    device("D1", "W1", v1::DEVICE_KIND_ANKLE);
  }

  // Whatever a test did, the picture can be saved and taken up by another.
  ~PictureTest() override {
    Picture other;
    EXPECT_TRUE(take_saved(saved(picture_), other).ok());
    EXPECT_EQ(saved(other), saved(picture_));
  }

  std::optional<uint32_t> fold(const v1::Fact& fact, std::vector<v1::Effect> effects = {}) {
    Effects shared;
    for (v1::Effect& effect : effects)
      shared.push_back(std::make_shared<const v1::Effect>(std::move(effect)));
    ++no_;
    return picture_.fold(no_, Time{kStart + static_cast<int64_t>(no_)}, fact, shared);
  }
  void fold_effects(std::vector<v1::Effect> effects) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    fold(tick, std::move(effects));
  }
  void person(const std::string& id, v1::Role role, bool removed = false) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(id);
    fact.mutable_person_registered()->set_role(role);
    fact.mutable_person_registered()->set_removed(removed);
    fold(fact);
  }
  void device(const std::string& id, const std::string& person_id, v1::DeviceKind kind) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(id);
    fact.mutable_device_registered()->set_kind(kind);
    fact.mutable_device_registered()->set_person_id(person_id);
    fact.mutable_device_registered()->set_interval_s(10);
    fold(fact);
  }
  std::optional<uint32_t> report(int64_t fixed_us, int64_t received_us, int32_t lat_e7 = 370'000'000,
                                 const std::string& device_id = "D1") {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(received_us);
    received.mutable_report()->set_device_id(device_id);
    v1::Fix& fix = *received.mutable_report()->mutable_fix();
    fix.set_fixed_at_us(fixed_us);
    fix.mutable_place()->set_lat_e7(lat_e7);
    fix.mutable_place()->set_lng_e7(1'270'000'000);
    fix.set_accuracy_mm(5'000);
    return fold(fact);
  }
  v1::Effect alert(const std::string& id, v1::AlertState state = v1::ALERT_STATE_ACTIVE,
                   v1::AlertHandling handling = v1::ALERT_HANDLING_NEW) {
    v1::Effect effect;
    v1::Alert& body = *effect.mutable_raise_alert();
    body.set_id(id);
    body.set_incident_id("I1");
    body.set_state(state);
    body.set_handling(handling);
    body.set_wearer_id("W1");
    body.set_protected_id("P1");
    body.set_happened_at_us(kStart - 3 * kS);
    body.set_received_at_us(kStart - 2 * kS);
    body.set_opened_at_us(kStart);
    return effect;
  }
  const v1::LivePosition live(const std::string& id) {
    return *picture_.positions().live(*picture_.positions().find_person(id));
  }

  Picture picture_;
  uint64_t no_ = 0;
};

TEST_F(PictureTest, ShowsTheNewestFixWithItsTimesAndWhenItGoesStale) {
  EXPECT_TRUE(report(kStart, kStart + kS));
  const v1::LivePosition position = live("W1");
  EXPECT_EQ(position.fix().fixed_at_us(), kStart);
  EXPECT_EQ(position.received_at_us(), kStart + kS);
  EXPECT_EQ(position.stale_after_s(), 30u);
  EXPECT_EQ(position.device_id(), "D1");
  EXPECT_EQ(position.role(), v1::ROLE_WEARER);
}

TEST_F(PictureTest, LateFixNeverMovesAPersonBack) {
  EXPECT_TRUE(report(kStart + 60 * kS, kStart + 61 * kS, 371'000'000));
  EXPECT_FALSE(report(kStart + 30 * kS, kStart + 62 * kS, 372'000'000));
  EXPECT_FALSE(report(kStart + 60 * kS, kStart + 63 * kS, 373'000'000)) << "same moment: the first stays";
  EXPECT_EQ(live("W1").fix().place().lat_e7(), 371'000'000);
  EXPECT_EQ(live("W1").received_at_us(), kStart + 61 * kS);
}

TEST_F(PictureTest, OfAHundredThousandOrdersOfArrivalNoneMovesAPersonBackOrEndsElsewhere) {
  Random random(5);
  std::vector<int64_t> arrivals = {0, 1, 2, 3, 4, 5, 6, 7, 0, 3, 5, 7};  // seconds; some come twice
  int64_t began = kStart;
  for (int order = 0; order < 100'000; ++order, began += 10 * kS) {
    for (size_t i = arrivals.size() - 1; i > 0; --i) std::swap(arrivals[i], arrivals[random.below(i + 1)]);
    int64_t shown = 0;
    for (const int64_t s : arrivals) {
      const bool moved =
          report(began + s * kS, began + 8 * kS, 370'000'000 + static_cast<int32_t>(s)).has_value();
      const int64_t now = live("W1").fix().fixed_at_us();
      ASSERT_EQ(moved, now > shown) << order;
      ASSERT_GE(now, shown) << order;
      shown = now;
    }
    ASSERT_EQ(live("W1").fix().fixed_at_us(), began + 7 * kS) << order;
    ASSERT_EQ(live("W1").fix().place().lat_e7(), 370'000'007) << order;
  }
}

TEST_F(PictureTest, LateFixStillFillsTheTrackInItsPlace) {
  report(kStart, kStart);
  report(kStart + 60 * kS, kStart + 60 * kS);
  report(kStart + 30 * kS, kStart + 90 * kS);
  const v1::Track track = picture_.positions().track(0, Time{});
  ASSERT_EQ(track.points_size(), 3);
  EXPECT_EQ(track.points(1).fixed_at_us(), kStart + 30 * kS);
  EXPECT_EQ(picture_.positions().track(0, Time{kStart + 60 * kS}).points_size(), 1);
}

TEST_F(PictureTest, AClockRunningAheadCannotFreezeAPerson) {
  report(kStart + 3'600 * kS, kStart, 371'000'000);
  EXPECT_TRUE(report(kStart + 10 * kS, kStart + 10 * kS, 372'000'000));
  EXPECT_EQ(live("W1").fix().place().lat_e7(), 372'000'000);
}

TEST_F(PictureTest, TrackStaysWithinTwentyMinutesAndItsBoundAtOneFixASecond) {
  for (int64_t s = 0; s < 3'600; ++s) report(kStart + s * kS, kStart + s * kS);
  EXPECT_LE(picture_.positions().track_points(0), kTrackPointsMax);
  const v1::Track track = picture_.positions().track(0, Time{});
  EXPECT_EQ(track.points_size(), 121);
  EXPECT_GE(track.points(0).fixed_at_us(), kStart + 2'390 * kS);
}

TEST_F(PictureTest, HomeBeaconsUnknownAndRetiredDevicesMoveNobody) {
  device("H1", "W1", v1::DEVICE_KIND_HOME_BEACON);
  EXPECT_FALSE(report(kStart, kStart, 0, "H1"));
  EXPECT_FALSE(report(kStart, kStart, 0, "unknown"));
}

TEST_F(PictureTest, RemovedPersonIsForgottenAtOnce) {
  report(kStart, kStart);
  person("W1", v1::ROLE_WEARER, true);
  EXPECT_FALSE(picture_.positions().live(0));
  EXPECT_EQ(picture_.positions().track_points(0), 0u);
  EXPECT_FALSE(report(kStart + kS, kStart + kS));
}

TEST_F(PictureTest, WhatAnotherSystemJudgedGoesWithAPersonWhoIsRemovedOrErased) {
  v1::Fact fact;
  v1::ViolationTakenOver& violation = *fact.mutable_violation_taken_over();
  violation.set_source("old-system");
  violation.set_wearer_id("W1");
  violation.set_protected_id("P1");
  for (const bool erased : {false, true}) {
    violation.set_id(erased ? "v-2" : "v-1");
    fold(fact);
    ASSERT_EQ(picture_.taken_over().of("W1")->size(), 1u);
    EXPECT_TRUE(picture_.past_alerts().tallies().empty()) << "it is no alert of ours";
    if (!erased) {
      person("P1", v1::ROLE_PROTECTED_PERSON, true);
    } else {
      v1::Effect effect;
      effect.mutable_settle_erasure()->set_person_id("W1");
      effect.mutable_settle_erasure()->set_erased(true);
      fold_effects({effect});
    }
    EXPECT_TRUE(picture_.taken_over().of("W1")->empty());
  }
}

TEST_F(PictureTest, WhoIsErasedIsForgottenAtOnceWithEveryPlace) {
  device("D2", "P1", v1::DEVICE_KIND_PHONE);
  v1::Fact zone, order;
  zone.mutable_zone_registered()->set_id("home");
  fold(zone);
  order.mutable_order_registered()->set_id("O1");
  order.mutable_order_registered()->set_wearer_id("W1");
  v1::Condition& barred = *order.mutable_order_registered()->add_conditions();
  barred.mutable_exclusion()->set_zone_id("home");
  barred.mutable_exclusion()->set_protected_id("P1");
  fold(order);
  v1::Effect incident, raised = alert("A1"), erased;
  incident.mutable_open_incident()->set_id("I1");
  incident.mutable_open_incident()->set_wearer_id("W1");
  incident.mutable_open_incident()->add_protected_ids("P1");
  raised.mutable_raise_alert()->mutable_place()->set_lat_e7(370'000'000);
  fold_effects({incident, raised});
  report(kStart, kStart);
  report(kStart, kStart, 370'100'000, "D2");
  ASSERT_GT(picture_.proximity_book().series("I1").points_size(), 0);
  ASSERT_NE(picture_.place_history().of("P1"), nullptr);
  erased.mutable_settle_erasure()->set_person_id("P1");
  erased.mutable_settle_erasure()->set_erased(true);
  erased.mutable_settle_erasure()->add_zone_ids("home");
  fold_effects({erased});
  const uint32_t her = *picture_.positions().find_person("P1"), him = *picture_.positions().find_person("W1");
  EXPECT_FALSE(picture_.positions().has_fix(her));
  EXPECT_EQ(picture_.positions().track_points(her), 0u);
  EXPECT_EQ(picture_.place_history().of("P1"), nullptr);
  EXPECT_FALSE(picture_.zones().contains("home"));
  EXPECT_EQ(picture_.proximity_book().series("I1").points_size(), 0);
  EXPECT_FALSE(picture_.alerts().alert("A1")->alert().has_place());
  EXPECT_TRUE(picture_.positions().has_fix(him)) << "others are where they were";
  report(kStart + kS, kStart + kS);
  report(kStart + kS, kStart + kS, 370'100'000, "D2");
  EXPECT_EQ(picture_.proximity_book().series("I1").points_size(), 0);
  EXPECT_FALSE(picture_.positions().has_fix(her));
}

TEST_F(PictureTest, LedgerCollectsEveryHopOnce) {
  v1::Effect hand_off;
  hand_off.mutable_update_hand_off()->set_id("H1");
  hand_off.mutable_update_hand_off()->set_incident_id("I1");
  hand_off.mutable_update_hand_off()->set_agency_id("A1");
  hand_off.mutable_update_hand_off()->set_received_at_us(kStart + 5 * kS);
  fold_effects({alert("X1"), hand_off});
  hand_off.mutable_update_hand_off()->set_accepted_at_us(kStart + 6 * kS);
  fold_effects({hand_off});
  fold_effects({hand_off});
  v1::Effect call;
  call.mutable_open_call()->set_id("C1");
  call.mutable_open_call()->set_incident_id("I1");
  call.mutable_open_call()->set_state(v1::CALL_STATE_OPEN);
  v1::Assignment& assignment = *call.mutable_open_call()->add_assignments();
  assignment.set_unit_id("U1");
  assignment.set_status(v1::UNIT_STATUS_ASSIGNED);
  assignment.set_assigned_at_us(kStart + 7 * kS);
  fold_effects({call});
  for (const int64_t at : {kStart + 8 * kS, kStart + 9 * kS}) {
    v1::Fact hop;
    hop.mutable_hop_observed()->set_alert_id("X1");
    hop.mutable_hop_observed()->set_hop(v1::HOP_SHOWN_CONTROL);
    hop.mutable_hop_observed()->set_at_us(at);
    fold(hop);
  }
  const v1::Ledger& ledger = picture_.alerts().alert("X1")->ledger();
  EXPECT_EQ(ledger.fixed_at_us(), kStart - 3 * kS);
  EXPECT_EQ(ledger.received_at_us(), kStart - 2 * kS);
  EXPECT_EQ(ledger.handed_off_at_us(), kStart + 5 * kS);
  EXPECT_EQ(ledger.accepted_at_us(), kStart + 6 * kS);
  EXPECT_EQ(ledger.assigned_at_us(), kStart + 7 * kS);
  EXPECT_EQ(ledger.shown_control_at_us(), kStart + 8 * kS) << "the first showing counts";

  const v1::Timeline timeline = picture_.alerts().timeline("X1");
  std::vector<std::string> steps;
  for (const auto& step : timeline.steps()) steps.push_back(step.what());
  EXPECT_EQ(steps, (std::vector<std::string>{"fixed", "received", "opened", "handed_off", "accepted",
                                             "assigned", "shown_control", "shown_control"}));
  EXPECT_EQ(timeline.steps(3).ms_since_fix(), 8'000);
}

TEST_F(PictureTest, EndedAlertsAreBoundedAndOpenOnesAreNot) {
  for (int i = 0; i < static_cast<int>(kClosedAlertsMax) + 500; ++i) {
    fold_effects({alert("closed" + std::to_string(i), v1::ALERT_STATE_ACTIVE, v1::ALERT_HANDLING_CLOSED)});
    fold_effects({alert("open" + std::to_string(i))});
  }
  size_t ended = 0, open = 0;
  for (const auto& [id, record] : picture_.alerts().alerts()) ++(has_ended(record.alert()) ? ended : open);
  EXPECT_EQ(ended, kClosedAlertsMax);
  EXPECT_EQ(open, kClosedAlertsMax + 500);
  EXPECT_EQ(picture_.alerts().alert("closed0"), nullptr);
  EXPECT_EQ(picture_.alerts().timeline("closed0").steps_size(), 0);
}

TEST_F(PictureTest, TimelineKeepsItsFirstStepsAndCountsTheRest) {
  fold_effects({alert("X1")});
  for (int i = 0; i < 300; ++i) {
    v1::Fact handled;
    handled.mutable_alert_handled()->set_alert_id("X1");
    fold(handled);
  }
  const v1::Timeline timeline = picture_.alerts().timeline("X1");
  EXPECT_EQ(timeline.steps_size(), kStepsMax);
  EXPECT_EQ(timeline.steps_left_out(), 103u);
}

TEST_F(PictureTest, UnitFollowsOnlyUntilItsCallEnds) {
  v1::Effect call, wearer, hers;
  call.mutable_open_call()->set_id("C1");
  call.mutable_open_call()->set_agency_id("A1");
  call.mutable_open_call()->set_wearer_id("W1");
  call.mutable_open_call()->set_state(v1::CALL_STATE_OPEN);
  call.mutable_open_call()->add_assignments()->set_unit_id("U1");
  wearer.mutable_grant_track()->set_unit_id("U1");
  wearer.mutable_grant_track()->set_call_id("C1");
  wearer.mutable_grant_track()->set_person_id("W1");
  wearer.mutable_grant_track()->set_target(v1::TARGET_WEARER);
  hers = wearer;
  hers.mutable_grant_track()->set_person_id("P1");
  fold_effects({call, wearer, hers});
  EXPECT_NE(picture_.following("U1", "W1"), nullptr);
  EXPECT_EQ(picture_.following("U1", "P1"), nullptr) << "sent to the wearer, not to her";
  EXPECT_EQ(picture_.following("U2", "W1"), nullptr);
  EXPECT_NE(picture_.call_about("A1", "W1"), nullptr);

  v1::Effect closed;
  *closed.mutable_close_call() = call.open_call();
  fold_effects({closed});
  EXPECT_EQ(picture_.following("U1", "W1"), nullptr);
  EXPECT_EQ(picture_.call_about("A1", "W1"), nullptr);
}

TEST_F(PictureTest, ACallIsAboutEveryPersonItHasADestinationFor) {
  v1::Effect call;
  call.mutable_open_call()->set_id("C1");
  call.mutable_open_call()->set_agency_id("A1");
  call.mutable_open_call()->set_protected_id("P1");
  call.mutable_open_call()->add_destinations()->set_person_id("P2");
  fold_effects({call});
  EXPECT_NE(picture_.call_about("A1", "P1"), nullptr);
  EXPECT_NE(picture_.call_about("A1", "P2"), nullptr);
  EXPECT_EQ(picture_.call_about("A1", "P3"), nullptr);
  EXPECT_EQ(picture_.call_about("A2", "P2"), nullptr);
}

TEST_F(PictureTest, EntryFoldedTwiceChangesNothing) {
  v1::Fact fact;
  fact.mutable_access_decided()->set_allowed(true);
  picture_.fold(10, Time{kStart}, fact, {});
  picture_.fold(10, Time{kStart}, fact, {});
  EXPECT_EQ(picture_.access_counts().allowed, 1u);
}

TEST_F(PictureTest, AnOlderVersionOfAnOrderReplacesNothing) {
  for (const uint32_t version : {2u, 1u}) {
    v1::Fact fact;
    fact.mutable_order_registered()->set_id("O1");
    fact.mutable_order_registered()->set_version(version);
    fold(fact);
  }
  EXPECT_EQ(picture_.orders().find("O1")->second.version(), 2u);
}

TEST_F(PictureTest, OpenAlertBetweenTwoEndsWithItsCondition) {
  fold_effects({alert("X1")});
  EXPECT_NE(picture_.open_alert_between("W1", "P1"), nullptr);
  fold_effects({alert("X1", v1::ALERT_STATE_CLEARED)});
  EXPECT_EQ(picture_.open_alert_between("W1", "P1"), nullptr);
}

}  // namespace
}  // namespace haechi::picture
