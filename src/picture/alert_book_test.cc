#include "picture/alert_book.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

constexpr int64_t kS = 1'000'000;
constexpr int64_t kOpened = 1'700'000'000 * kS;

class AlertBookTest : public testing::Test {
 protected:
  At next() { return {++entry_no_, Time{kOpened + static_cast<int64_t>(entry_no_) * kS}}; }
  void alert(const std::string& id, v1::AlertState state = v1::ALERT_STATE_ACTIVE,
             v1::AlertHandling handling = v1::ALERT_HANDLING_NEW, uint32_t code = 2) {
    v1::Alert made;
    made.set_id(id);
    made.set_incident_id("I1");
    made.set_wearer_id("W1");
    made.set_protected_id("P1");
    made.set_state(state);
    made.set_handling(handling);
    made.set_code(code);
    made.set_opened_at_us(kOpened);
    made.mutable_place()->set_lat_e7(1);
    book_.put_alert(next(), made);
  }
  void incident(int64_t closed_at_us = 0) {
    v1::Incident made;
    made.set_id("I1");
    made.set_closed_at_us(closed_at_us);
    book_.put_incident(next(), made);
  }
  void contact(v1::ContactLogged::Outcome outcome, const std::string& incident_id = "I1") {
    v1::ContactLogged made;
    made.set_incident_id(incident_id);
    made.set_outcome(outcome);
    made.set_by("operator-1");
    book_.contact(next(), made);
  }
  void hop(v1::Hop kind, const std::string& alert_id = "A1", int64_t at_us = 0) {
    v1::HopObserved made;
    made.set_alert_id(alert_id);
    made.set_hop(kind);
    made.set_at_us(at_us);
    book_.hop(next(), made);
  }
  void alarm(v1::AlarmKind kind, const std::string& alert_id = "") {
    v1::Alarm made;
    made.set_kind(kind);
    made.set_incident_id("I1");
    made.set_alert_id(alert_id);
    book_.put_alarm(next(), made);
  }
  // The steps of an alert after its opening.
  std::vector<std::string> steps(const std::string& id = "A1") const {
    std::vector<std::string> out;
    const v1::Timeline timeline = book_.timeline(id);
    for (const v1::TimelineStep& step : timeline.steps())
      if (step.what() != "opened") out.push_back(step.what());
    return out;
  }
  using Steps = std::vector<std::string>;

  AlertBook book_;
  uint64_t entry_no_ = 0;
};

TEST_F(AlertBookTest, TellsWhatWasDoneWithAnAlertAndByWhom) {
  alert("A1");
  for (const v1::Handling handling : {v1::HANDLING_ACKNOWLEDGE, v1::HANDLING_ACT, v1::HANDLING_SHELVE,
                                      v1::HANDLING_RESOLVE, v1::HANDLING_CLOSE, v1::HANDLING_UNSPECIFIED}) {
    v1::AlertHandled handled;
    handled.set_alert_id("A1");
    handled.set_handling(handling);
    handled.set_by("operator-1");
    book_.handled(next(), handled);
  }
  EXPECT_EQ(steps(), (Steps{"acknowledged", "acted", "shelved", "resolved", "closed", "handled"}));
  EXPECT_EQ(book_.timeline("A1").steps(1).who(), "operator-1");
}

TEST_F(AlertBookTest, TellsHowEachContactEnded) {
  alert("A1");
  for (const auto outcome :
       {v1::ContactLogged::REACHED, v1::ContactLogged::NO_ANSWER, v1::ContactLogged::REFUSED,
        v1::ContactLogged::WRONG_NUMBER, v1::ContactLogged::OUTCOME_UNSPECIFIED})
    contact(outcome);
  EXPECT_EQ(steps(), (Steps{"contact_reached", "contact_no_answer", "contact_refused", "contact_wrong_number",
                            "contact"}));
  contact(v1::ContactLogged::REACHED, "an incident that nobody knows");
  EXPECT_EQ(book_.contacts("I1").size(), 5u);
  EXPECT_TRUE(book_.contacts("an incident that nobody knows").empty());
}

TEST_F(AlertBookTest, KeepsTheNewestContactsOfAnIncident) {
  incident();
  contact(v1::ContactLogged::REFUSED);
  for (size_t i = 0; i < kContactsMax; ++i) contact(v1::ContactLogged::REACHED);
  EXPECT_EQ(book_.contacts("I1").size(), kContactsMax);
  EXPECT_EQ(book_.contacts("I1").front().contact.outcome(), v1::ContactLogged::REACHED);
}

TEST_F(AlertBookTest, EachHopHasItsPlaceInTheLedgerAndTheFirstCounts) {
  alert("A1");
  for (const v1::Hop kind : {v1::HOP_DURABLE, v1::HOP_JUDGED, v1::HOP_HANDED_OFF, v1::HOP_SHOWN_CONTROL,
                             v1::HOP_SHOWN_DISPATCH, v1::HOP_SHOWN_FIELD, v1::HOP_SHOWN_PROTECTED}) {
    hop(kind, "A1", kOpened + kind);
    hop(kind, "A1", kOpened + 100 + kind);
  }
  const v1::Ledger& ledger = book_.alert("A1")->ledger();
  EXPECT_EQ(ledger.durable_at_us(), kOpened + v1::HOP_DURABLE);
  EXPECT_EQ(ledger.judged_at_us(), kOpened + v1::HOP_JUDGED);
  EXPECT_EQ(ledger.handed_off_at_us(), kOpened + v1::HOP_HANDED_OFF);
  EXPECT_EQ(ledger.shown_control_at_us(), kOpened + v1::HOP_SHOWN_CONTROL);
  EXPECT_EQ(ledger.shown_dispatch_at_us(), kOpened + v1::HOP_SHOWN_DISPATCH);
  EXPECT_EQ(ledger.shown_field_at_us(), kOpened + v1::HOP_SHOWN_FIELD);
  EXPECT_EQ(ledger.shown_protected_at_us(), kOpened + v1::HOP_SHOWN_PROTECTED);
  EXPECT_EQ(steps().size(), 14u);
  EXPECT_STREQ(hop_name(v1::HOP_SHOWN_PROTECTED), "shown_protected");
  EXPECT_STREQ(hop_name(v1::HOP_UNSPECIFIED), "hop");
}

TEST_F(AlertBookTest, AHopWithoutATimeCountsFromItsEntryAndOneOfNothingIsNoStep) {
  alert("A1");
  hop(v1::HOP_SHOWN_FIELD);
  EXPECT_EQ(book_.alert("A1")->ledger().shown_field_at_us(), kOpened + 2 * kS);
  hop(v1::HOP_UNSPECIFIED);
  hop(v1::HOP_SHOWN_FIELD, "an alert that nobody knows");
  EXPECT_EQ(steps(), Steps{"shown_field"});
  EXPECT_EQ(book_.alert("an alert that nobody knows"), nullptr);
}

TEST_F(AlertBookTest, AnAlarmStandsInTheAlertThatItNamesOrInEachOfItsIncident) {
  alert("A1");
  alert("A2");
  alarm(v1::ALARM_KIND_NO_UNIT, "A1");
  alarm(v1::ALARM_KIND_NO_JURISDICTION);
  EXPECT_EQ(steps("A1"), (Steps{"alarm_no_unit", "alarm_no_jurisdiction"}));
  EXPECT_EQ(steps("A2"), Steps{"alarm_no_jurisdiction"});
  alarm(v1::ALARM_KIND_UNSPECIFIED, "A2");
  EXPECT_EQ(steps("A2").back(), "alarm");
  for (size_t i = 0; i < kAlarmsMax; ++i) alarm(v1::ALARM_KIND_ETA_BREACH, "A1");
  EXPECT_EQ(book_.alarms().size(), kAlarmsMax);
  EXPECT_EQ(book_.alarms().front().kind(), v1::ALARM_KIND_ETA_BREACH) << "the oldest made room";
}

TEST_F(AlertBookTest, WhatHappensToAnIncidentConcernsNoAlertThatHadEndedOrCameLater) {
  alert("ended", v1::ALERT_STATE_CLEARED, v1::ALERT_HANDLING_RESOLVED);
  v1::Alert late;
  late.set_id("late");
  late.set_incident_id("I1");
  late.set_opened_at_us(kOpened + 3'600 * kS);
  book_.put_alert(next(), late);
  alert("A1");
  incident();
  incident(kOpened + kS);
  incident(kOpened + kS);
  EXPECT_EQ(steps("A1"), Steps{"incident_closed"}) << "once";
  EXPECT_TRUE(steps("ended").empty());
  EXPECT_TRUE(steps("late").empty());
  EXPECT_TRUE(book_.open_incidents().empty());
  EXPECT_EQ(book_.incidents().size(), 1u);
}

TEST_F(AlertBookTest, AnIncidentThatOnlyAlertsNameIsListedNowhere) {
  alert("A1");
  EXPECT_TRUE(book_.incidents().empty());
  EXPECT_EQ(book_.alert_ids("I1"), Steps{"A1"}) << "though its alerts hang on it";
  EXPECT_TRUE(book_.alert_ids("I2").empty());
  EXPECT_TRUE(book_.hand_off_ids("I2").empty());
  EXPECT_EQ(book_.incident("I2"), nullptr);
}

TEST_F(AlertBookTest, AHandOffToldOfForInformationIsNoHopOfTheResponse) {
  alert("A1");
  v1::HandOff hand_off;
  hand_off.set_id("H1");
  hand_off.set_incident_id("I1");
  hand_off.set_agency_id("province");
  hand_off.set_informative(true);
  hand_off.set_received_at_us(kOpened + kS);
  book_.put_hand_off(next(), hand_off);
  hand_off.set_state(v1::HAND_OFF_STATE_CANCELLED);
  hand_off.set_fallback(true);
  book_.put_hand_off(next(), hand_off);
  book_.put_hand_off(next(), hand_off);
  EXPECT_EQ(steps(), (Steps{"informed_handed_off", "informed_fallback", "informed_cancelled"}));
  EXPECT_EQ(book_.alert("A1")->ledger().handed_off_at_us(), 0);
  EXPECT_EQ(book_.hand_off_ids("I1"), Steps{"H1"});
}

TEST_F(AlertBookTest, TellsThatNoUnitWasNamedInTimeAndThatTheOtherSideRefused) {
  alert("A1");
  v1::HandOff hand_off;
  hand_off.set_id("H1");
  hand_off.set_incident_id("I1");
  book_.put_hand_off(next(), hand_off);
  hand_off.set_overdue(true);
  book_.put_hand_off(next(), hand_off);
  book_.put_hand_off(next(), hand_off);
  hand_off.set_state(v1::HAND_OFF_STATE_REJECTED);
  book_.put_hand_off(next(), hand_off);
  book_.put_hand_off(next(), hand_off);
  EXPECT_EQ(steps(), (Steps{"overdue", "rejected"}));
}

TEST_F(AlertBookTest, OnlyTheFirstMessageToTheAgencyThatRespondsIsTheSending) {
  alert("A1");
  v1::HandOffMessage message;
  message.set_to_agency_id("police");
  message.mutable_alarm_clear()->set_alert_id("A1");
  book_.sent(next(), message);
  message.mutable_alarm_new()->set_alert_id("an alert that nobody knows");
  book_.sent(next(), message);
  message.mutable_alarm_new()->set_alert_id("A1");
  message.mutable_alarm_new()->set_informative(true);
  book_.sent(next(), message);
  EXPECT_TRUE(steps().empty());
  message.mutable_alarm_update()->set_alert_id("A1");
  book_.sent(next(), message);
  const int64_t sent_us = book_.alert("A1")->ledger().sent_at_us();
  EXPECT_GT(sent_us, kOpened);
  book_.sent(next(), message);
  EXPECT_EQ(book_.alert("A1")->ledger().sent_at_us(), sent_us);
  EXPECT_EQ(steps(), Steps{"sent"});
}

TEST_F(AlertBookTest, TellsEachStepOfEachUnitOnce) {
  alert("A1");
  v1::Call before, now;
  now.set_incident_id("I1");
  v1::Assignment& unit = *now.add_assignments();
  unit.set_unit_id("U1");
  for (const v1::UnitStatus status :
       {v1::UNIT_STATUS_ASSIGNED, v1::UNIT_STATUS_ACKNOWLEDGED, v1::UNIT_STATUS_EN_ROUTE,
        v1::UNIT_STATUS_ON_SCENE, v1::UNIT_STATUS_TRANSPORTING, v1::UNIT_STATUS_CLEARED,
        v1::UNIT_STATUS_OUT_OF_SERVICE}) {
    unit.set_status(status);
    book_.call_changed(next(), before.assignments_size() == 0 ? nullptr : &before, now);
    before = now;
    book_.call_changed(next(), &before, now);
  }
  EXPECT_EQ(steps(),
            (Steps{"assigned", "unit_acknowledged", "en_route", "on_scene", "transporting", "unit_cleared"}));
  EXPECT_GT(book_.alert("A1")->ledger().on_scene_at_us(), book_.alert("A1")->ledger().assigned_at_us());
}

TEST_F(AlertBookTest, TellsHowItsConditionAndItsUrgencyChanged) {
  alert("A1");
  alert("A1", v1::ALERT_STATE_UNKNOWN);
  alert("A1", v1::ALERT_STATE_ACTIVE, v1::ALERT_HANDLING_NEW, 1);
  alert("A1", v1::ALERT_STATE_CLEARED, v1::ALERT_HANDLING_NEW, 1);
  EXPECT_EQ(steps(), (Steps{"unknown", "code_1", "active", "cleared"}));
  v1::Alert higher = book_.alert("A1")->alert();
  higher.set_escalation(2);
  book_.put_alert(next(), higher);
  book_.put_alert(next(), higher);
  EXPECT_EQ(steps().back(), "escalated_2");
  EXPECT_EQ(steps().size(), 5u);
}

TEST_F(AlertBookTest, AnAlertOfNoIncidentIsKeptAndEndsLikeAnyOther) {
  v1::Alert alone;
  alone.set_id("A1");
  book_.put_alert(next(), alone);
  alone.set_state(v1::ALERT_STATE_CLEARED);
  book_.put_alert(next(), alone);
  EXPECT_EQ(steps(), Steps{"cleared"});
  alone.set_synthetic(true);
  alone.set_handling(v1::ALERT_HANDLING_CLOSED);
  book_.put_alert(next(), alone);
  EXPECT_EQ(book_.alert("A1"), nullptr) << "one of a watchdog leaves at once";
}

TEST_F(AlertBookTest, TellsTheSecondUnitAndTheSameUnitSentToAnotherPerson) {
  alert("A1");
  v1::Call before, now;
  now.set_incident_id("I1");
  const auto add = [&now](const std::string& unit_id, v1::Target target) {
    v1::Assignment& unit = *now.add_assignments();
    unit.set_unit_id(unit_id);
    unit.set_target(target);
    unit.set_status(v1::UNIT_STATUS_EN_ROUTE);
  };
  add("U1", v1::TARGET_WEARER);
  book_.call_changed(next(), nullptr, now);
  for (const auto& [id, target] : {std::pair("U2", v1::TARGET_WEARER), {"U1", v1::TARGET_PROTECTED_PERSON}}) {
    before = now;
    add(id, target);
    book_.call_changed(next(), &before, now);
  }
  EXPECT_EQ(steps(), (Steps{"assigned", "en_route", "assigned", "en_route", "assigned", "en_route"}));
  EXPECT_EQ(book_.timeline("A1").steps(3).who(), "U2");
}

TEST_F(AlertBookTest, AConditionHoldsUntilItIsClearOrAPersonHasSettledIt) {
  const auto holds = [this](v1::AlertState state, v1::AlertHandling handling) {
    alert("A1", state, handling);
    return condition_holds(book_.alert("A1")->alert());
  };
  EXPECT_TRUE(holds(v1::ALERT_STATE_ACTIVE, v1::ALERT_HANDLING_NEW));
  EXPECT_TRUE(holds(v1::ALERT_STATE_UNKNOWN, v1::ALERT_HANDLING_ACKNOWLEDGED)) << "unknown is never safe";
  EXPECT_FALSE(holds(v1::ALERT_STATE_CLEARED, v1::ALERT_HANDLING_NEW));
  EXPECT_FALSE(holds(v1::ALERT_STATE_ACTIVE, v1::ALERT_HANDLING_RESOLVED));
  EXPECT_FALSE(holds(v1::ALERT_STATE_ACTIVE, v1::ALERT_HANDLING_CLOSED));
}

TEST_F(AlertBookTest, AnAlertOfAPeriodIsOneThatOpenedOrWasWorkedOnInIt) {
  alert("A1");
  hop(v1::HOP_SHOWN_CONTROL, "A1", kOpened + 100 * kS);
  const auto within = [this](int64_t from_s, int64_t to_s, const char* id = "A1") {
    return book_.happened_within(id, Time{kOpened + from_s * kS}, Time{kOpened + to_s * kS});
  };
  EXPECT_TRUE(within(0, 1)) << "opened then";
  EXPECT_TRUE(within(100, 101)) << "shown then";
  EXPECT_FALSE(within(50, 100)) << "the end of a period is not of it";
  EXPECT_FALSE(within(101, 200));
  EXPECT_FALSE(within(0, 200, "an alert that nobody knows"));
}

TEST_F(AlertBookTest, ForgetsWhereTheAlertsOfAPersonWereAndNotThoseOfOthers) {
  alert("A1");
  v1::Alert other;
  other.set_id("A2");
  other.set_wearer_id("W2");
  other.mutable_place()->set_lat_e7(1);
  book_.put_alert(next(), other);
  book_.forget_places("W3");
  EXPECT_TRUE(book_.alert("A1")->alert().has_place());
  book_.forget_places("P1");
  EXPECT_FALSE(book_.alert("A1")->alert().has_place());
  book_.forget_places("W2");
  EXPECT_FALSE(book_.alert("A2")->alert().has_place());
}

}  // namespace
}  // namespace haechi::picture
