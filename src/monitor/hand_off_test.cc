#include "monitor/hand_off.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::monitor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Message = v1::HandOffMessage;

const Recipient kPolice{"police", "J-1", false};
const Recipient kProvince{"province", "J-1", true};

// Drives one HandOffs as the monitor does: every call is an entry of its own.
class HandOffTest : public testing::Test {
 protected:
  using Act = std::function<void(const law::Entry&, law::EffectSink&)>;

  void act(const Act& what) {
    now_ = now_ + Duration{1};
    const law::Entry entry{++entry_no_, now_, fact_};
    law::EffectSink sink(0, entry_no_, now_);
    what(entry, sink);
    sent_.clear();
    alarms_.clear();
    pictures_.clear();
    for (const auto& effect : sink.effects()) {
      if (effect->has_send_hand_off()) sent_.push_back(effect->send_hand_off());
      if (effect->has_raise_alarm()) alarms_.push_back(effect->raise_alarm().kind());
      if (effect->has_update_hand_off()) {
        pictures_.push_back(effect->update_hand_off());
        picture_ = effect->update_hand_off();
      }
    }
    for (const Message& message : sent_) all_sent_.push_back(message);
    for (const auto kind : alarms_) all_alarms_.push_back(kind);
  }

  static Message::Alarm alarm(const std::string& alert_id, uint32_t code) {
    Message::Alarm alarm;
    alarm.set_alert_id(alert_id);
    alarm.set_code(code);
    alarm.set_wearer_id("W-1");
    alarm.set_protected_id("P-1");
    auto& to = *alarm.add_destinations();
    to.set_target(v1::TARGET_WEARER);
    to.mutable_place()->set_lat_e7(375'000'000);
    alarm.add_destinations()->set_target(v1::TARGET_PROTECTED_PERSON);
    return alarm;
  }
  static Message::Alarm moved(Message::Alarm alarm, int lat_e7) {
    alarm.mutable_destinations(0)->mutable_place()->set_lat_e7(lat_e7);
    return alarm;
  }

  void raise(const std::string& alert_id = "A-1", uint32_t code = 1,
             const std::vector<Recipient>& recipients = {kPolice}) {
    act([&](const auto& entry, auto& sink) {
      hand_offs_.raise("I-1", recipients, alarm(alert_id, code), entry, sink);
    });
  }
  void update(const Message::Alarm& alarm) {
    act([&](const auto& entry, auto& sink) { hand_offs_.update("I-1", alarm, entry, sink); });
  }
  void tick_to(Duration since_start) {
    while (now_ < kStart + since_start) {
      now_ = now_ + Duration::seconds(1) - Duration{1};
      act([&](const auto& entry, auto& sink) { hand_offs_.tick(entry, sink); });
    }
  }
  // An answer of the agency that holds the hand-off shown last.
  Message answer() {
    Message message;
    message.set_hand_off_id(picture_.id());
    message.set_incident_id("I-1");
    message.set_from_agency_id(picture_.agency_id());
    message.set_seq(++answer_seq_);
    message.set_id(picture_.id() + "-r" + std::to_string(answer_seq_));
    return message;
  }
  std::vector<std::string> give(const Message& message, bool by_human = false) {
    std::vector<std::string> unheard;
    act([&](const auto& entry, auto& sink) { unheard = hand_offs_.answer(message, by_human, entry, sink); });
    return unheard;
  }
  Message ack_of(const std::string& message_id) {
    Message message = answer();
    message.mutable_ack()->set_message_id(message_id);
    return message;
  }
  void acknowledge() { give(ack_of(picture_.id() + "-1")); }
  Message acceptance(const std::string& event_no = "E-9") {
    Message message = answer();
    message.mutable_accepted()->set_event_no(event_no);
    return message;
  }
  Message refusal(v1::RejectReason reason, bool retryable) {
    Message message = answer();
    message.mutable_rejected()->set_reason(reason);
    message.mutable_rejected()->set_retryable(retryable);
    return message;
  }
  Message progress(const std::string& unit, v1::UnitStatus status, uint32_t eta_s = 0) {
    Message message = answer();
    message.mutable_unit_progress()->set_unit_id(unit);
    message.mutable_unit_progress()->set_status(status);
    message.mutable_unit_progress()->set_eta_s(eta_s);
    return message;
  }
  Message closing() {
    Message message = answer();
    message.mutable_closed()->set_disposition("07");
    return message;
  }
  void reach(v1::HandOffState state) {
    raise();
    if (state >= v1::HAND_OFF_STATE_RECEIVED) acknowledge();
    if (state >= v1::HAND_OFF_STATE_ACCEPTED) give(acceptance());
    if (state >= v1::HAND_OFF_STATE_DISPATCHED) give(progress("U-1", v1::UNIT_STATUS_ASSIGNED, 60));
    if (state >= v1::HAND_OFF_STATE_EN_ROUTE) give(progress("U-1", v1::UNIT_STATUS_EN_ROUTE));
    if (state >= v1::HAND_OFF_STATE_ON_SCENE) give(progress("U-1", v1::UNIT_STATUS_ON_SCENE));
    if (state >= v1::HAND_OFF_STATE_CLOSED) give(closing());
    ASSERT_EQ(picture_.state(), state);
  }

  static constexpr Time kStart{1'700'000'000'000'000};
  HandOffs hand_offs_;
  Time now_ = kStart;
  uint64_t entry_no_ = 0;
  uint64_t answer_seq_ = 0;
  v1::Fact fact_;
  std::vector<Message> sent_, all_sent_;
  std::vector<v1::AlarmKind> alarms_, all_alarms_;
  std::vector<v1::HandOff> pictures_;
  v1::HandOff picture_;
};

TEST_F(HandOffTest, TheFirstAlarmIsSentAsNewUnderAnIdMadeOfHandOffAndSequence) {
  raise();
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_new());
  EXPECT_EQ(sent_[0].id(), picture_.id() + "-1");
  EXPECT_EQ(sent_[0].from_agency_id(), "monitoring");
  EXPECT_EQ(sent_[0].to_agency_id(), "police");
  EXPECT_EQ(sent_[0].alarm_new().jurisdiction_id(), "J-1");
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_SENT);
  EXPECT_EQ(picture_.tries(), 1u);
  EXPECT_THAT(hand_offs_.ids("I-1"), ElementsAre(picture_.id()));
  EXPECT_FALSE(hand_offs_.all_ended("I-1"));
}

TEST_F(HandOffTest, EachStepOfTheOtherSideLeadsToItsState) {
  struct Row {
    v1::HandOffState from;
    std::function<Message()> event;
    v1::HandOffState to;
  };
  const Row rows[] = {
      {v1::HAND_OFF_STATE_SENT, [&] { return ack_of(picture_.id() + "-1"); }, v1::HAND_OFF_STATE_RECEIVED},
      {v1::HAND_OFF_STATE_SENT, [&] { return acceptance(); }, v1::HAND_OFF_STATE_ACCEPTED},
      {v1::HAND_OFF_STATE_RECEIVED, [&] { return acceptance(); }, v1::HAND_OFF_STATE_ACCEPTED},
      {v1::HAND_OFF_STATE_SENT, [&] { return refusal(v1::REJECT_REASON_NOT_AUTHORISED, false); },
       v1::HAND_OFF_STATE_REJECTED},
      {v1::HAND_OFF_STATE_RECEIVED, [&] { return refusal(v1::REJECT_REASON_OTHER, false); },
       v1::HAND_OFF_STATE_REJECTED},
      {v1::HAND_OFF_STATE_ACCEPTED, [&] { return progress("U-1", v1::UNIT_STATUS_ASSIGNED); },
       v1::HAND_OFF_STATE_DISPATCHED},
      {v1::HAND_OFF_STATE_DISPATCHED, [&] { return progress("U-1", v1::UNIT_STATUS_EN_ROUTE); },
       v1::HAND_OFF_STATE_EN_ROUTE},
      {v1::HAND_OFF_STATE_EN_ROUTE, [&] { return progress("U-1", v1::UNIT_STATUS_ON_SCENE); },
       v1::HAND_OFF_STATE_ON_SCENE},
      {v1::HAND_OFF_STATE_SENT, [&] { return closing(); }, v1::HAND_OFF_STATE_CLOSED},
      {v1::HAND_OFF_STATE_ACCEPTED, [&] { return closing(); }, v1::HAND_OFF_STATE_CLOSED},
      {v1::HAND_OFF_STATE_ON_SCENE, [&] { return closing(); }, v1::HAND_OFF_STATE_CLOSED},
  };
  for (const Row& row : rows) {
    hand_offs_ = HandOffs();
    reach(row.from);
    give(row.event());
    EXPECT_EQ(picture_.state(), row.to)
        << v1::HandOffState_Name(row.from) << " -> " << v1::HandOffState_Name(row.to);
    EXPECT_EQ(pictures_.size(), 1u);
  }
}

TEST_F(HandOffTest, UnacknowledgedIsResentAtOneTwoAndFourSecondsUnderTheSameIdThenFallsBack) {
  raise();
  const std::string first = sent_[0].SerializeAsString();
  tick_to(Duration::seconds(3));
  EXPECT_EQ(all_sent_.size(), 3u);
  EXPECT_FALSE(picture_.fallback());
  tick_to(Duration::seconds(5));
  ASSERT_EQ(all_sent_.size(), 4u);
  for (const Message& message : all_sent_) EXPECT_EQ(message.SerializeAsString(), first);
  EXPECT_TRUE(picture_.fallback());
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_SENT);
  EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_NO_ANSWER));
}

TEST_F(HandOffTest, AfterTheFallbackItIsStillResentEveryFiveSecondsAndAlarmedOnce) {
  raise();
  tick_to(Duration::seconds(5));
  all_sent_.clear();
  tick_to(Duration::seconds(65));
  EXPECT_EQ(all_sent_.size(), 12u);
  EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_NO_ANSWER));
  acknowledge();
  EXPECT_EQ(picture_.tries(), 16u);
  all_sent_.clear();
  tick_to(Duration::seconds(73));
  EXPECT_THAT(all_sent_, IsEmpty());
}

TEST_F(HandOffTest, AfterAStandstillOneResendGoesOutPerTick) {
  raise();
  now_ = now_ + Duration::seconds(100);
  act([&](const auto& entry, auto& sink) { hand_offs_.tick(entry, sink); });
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(HandOffTest, ReceivedButNotAcceptedInTenSecondsFallsBack) {
  reach(v1::HAND_OFF_STATE_RECEIVED);
  tick_to(Duration::seconds(9));
  EXPECT_THAT(all_alarms_, IsEmpty());
  tick_to(Duration::seconds(11));
  EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_NO_ANSWER));
  EXPECT_TRUE(picture_.fallback());
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_RECEIVED);
}

TEST_F(HandOffTest, ARetryableRefusalIsCorrectedAndSentOnceMoreUnderANewNumber) {
  reach(v1::HAND_OFF_STATE_RECEIVED);
  give(refusal(v1::REJECT_REASON_INVALID_ADDRESS, true));
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_new());
  EXPECT_EQ(sent_[0].id(), picture_.id() + "-2");
  EXPECT_EQ(sent_[0].alarm_new().destinations_size(), 1) << "the destination without a place is left out";
  EXPECT_NE(picture_.state(), v1::HAND_OFF_STATE_REJECTED);
  give(refusal(v1::REJECT_REASON_INVALID_ADDRESS, true));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_REJECTED);
  EXPECT_THAT(alarms_, ElementsAre(v1::ALARM_KIND_REJECTED));
}

TEST_F(HandOffTest, ARefusalThatCameTwiceCountsOnce) {
  reach(v1::HAND_OFF_STATE_RECEIVED);
  const Message message = refusal(v1::REJECT_REASON_TOO_OLD, true);
  give(message);
  give(message);
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_NE(picture_.state(), v1::HAND_OFF_STATE_REJECTED);
}

TEST_F(HandOffTest, ARefusalOfAnOlderSendingIsOnlyCounted) {
  reach(v1::HAND_OFF_STATE_RECEIVED);
  give(refusal(v1::REJECT_REASON_TOO_OLD, true));
  Message message = refusal(v1::REJECT_REASON_TOO_OLD, true);
  message.mutable_rejected()->set_message_id(picture_.id() + "-1");
  give(message);
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_RECEIVED);
  EXPECT_EQ(picture_.late_answers(), 1u);
}

TEST_F(HandOffTest, AFinalRefusalAlarmsFallsBackAndEndsTheResending) {
  raise();
  Message message = refusal(v1::REJECT_REASON_NOT_AUTHORISED, false);
  message.mutable_rejected()->set_text("no agreement");
  give(message);
  EXPECT_TRUE(picture_.fallback());
  EXPECT_EQ(picture_.reject_text(), "no agreement");
  EXPECT_THAT(alarms_, ElementsAre(v1::ALARM_KIND_REJECTED));
  EXPECT_TRUE(hand_offs_.all_ended("I-1"));
  tick_to(Duration::seconds(30));
  EXPECT_EQ(all_sent_.size(), 1u);
}

TEST_F(HandOffTest, ARefusalAsDuplicateIsSuccessWithItsEventNumber) {
  raise();
  Message message = refusal(v1::REJECT_REASON_DUPLICATE, false);
  message.mutable_rejected()->set_event_no("E-4");
  give(message);
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED);
  EXPECT_EQ(picture_.event_no(), "E-4");
  EXPECT_THAT(alarms_, IsEmpty());
}

TEST_F(HandOffTest, APersonMayConfirmTheEventNumberAfterFallbackOrRefusal) {
  for (const bool refused : {false, true}) {
    hand_offs_ = HandOffs();
    now_ = kStart;
    raise();
    if (refused) give(refusal(v1::REJECT_REASON_OTHER, false));
    tick_to(Duration::seconds(6));
    Message message = acceptance("by telephone 12");
    message.set_from_agency_id("");
    give(message, true);
    EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED);
    EXPECT_EQ(picture_.event_no(), "by telephone 12");
    all_sent_.clear();
    tick_to(Duration::seconds(20));
    EXPECT_EQ(all_sent_.empty(), refused)
        << "the agency's system still has to learn of an alarm it never confirmed";
  }
}

TEST_F(HandOffTest, AnAcceptedAlarmWithoutAUnitIsADroppedDispatch) {
  struct Row {
    uint32_t code;
    int64_t within_s;
  };
  for (const Row row : {Row{0, 30}, Row{1, 30}, Row{2, 300}, Row{3, 300}}) {
    hand_offs_ = HandOffs();
    now_ = kStart;
    all_alarms_.clear();
    raise("A-1", row.code);
    give(acceptance());
    tick_to(Duration::seconds(row.within_s - 1));
    EXPECT_THAT(all_alarms_, IsEmpty()) << row.code;
    tick_to(Duration::seconds(row.within_s + 1));
    EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_DROPPED_DISPATCH)) << row.code;
    EXPECT_TRUE(picture_.overdue());
    EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED);
    give(progress("U-1", v1::UNIT_STATUS_ASSIGNED));
    EXPECT_FALSE(picture_.overdue());
  }
}

TEST_F(HandOffTest, AHigherCodeShortensTheTimeForNamingAUnit) {
  raise("A-1", 2);
  give(acceptance());
  tick_to(Duration::seconds(10));
  raise("A-2", 0);
  tick_to(Duration::seconds(39));
  EXPECT_THAT(all_alarms_, testing::Not(testing::Contains(v1::ALARM_KIND_DROPPED_DISPATCH)));
  tick_to(Duration::seconds(42));
  EXPECT_THAT(all_alarms_, testing::Contains(v1::ALARM_KIND_DROPPED_DISPATCH));
}

TEST_F(HandOffTest, AUnitThatDoesNotArriveByTwiceItsEstimateAndAMinuteIsAlarmed) {
  reach(v1::HAND_OFF_STATE_DISPATCHED);  // 60 s
  give(progress("U-1", v1::UNIT_STATUS_EN_ROUTE, 500));
  tick_to(Duration::seconds(179));
  EXPECT_THAT(all_alarms_, IsEmpty());
  tick_to(Duration::seconds(182));
  EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_ETA_BREACH))
      << "a later estimate does not move the limit";
}

TEST_F(HandOffTest, OneUnitOnSceneDoesNotExcuseTheOther) {
  reach(v1::HAND_OFF_STATE_ON_SCENE);
  give(progress("U-2", v1::UNIT_STATUS_ASSIGNED, 10));
  tick_to(Duration::seconds(200));
  EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_ETA_BREACH));
}

TEST_F(HandOffTest, WhenTheOnlyUnitIsWithdrawnTheClockRunsAgain) {
  reach(v1::HAND_OFF_STATE_EN_ROUTE);
  give(progress("U-1", v1::UNIT_STATUS_AVAILABLE));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_EN_ROUTE) << "a state never goes back";
  tick_to(Duration::seconds(32));
  EXPECT_THAT(all_alarms_, ElementsAre(v1::ALARM_KIND_DROPPED_DISPATCH));
}

TEST_F(HandOffTest, AStateNeverGoesBackAndLateAnswersAreCounted) {
  raise();
  give(progress("U-1", v1::UNIT_STATUS_ON_SCENE));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ON_SCENE);
  give(progress("U-1", v1::UNIT_STATUS_ASSIGNED));
  give(acceptance("E-5"));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ON_SCENE);
  EXPECT_EQ(picture_.event_no(), "E-5");
  EXPECT_NE(picture_.accepted_at_us(), 0);
  EXPECT_EQ(picture_.late_answers(), 2u);
  give(refusal(v1::REJECT_REASON_OTHER, false));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ON_SCENE);
  give(closing());
  give(progress("U-1", v1::UNIT_STATUS_EN_ROUTE));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_CLOSED);
  EXPECT_EQ(picture_.disposition(), "07");
  EXPECT_EQ(picture_.late_answers(), 4u);
}

TEST_F(HandOffTest, OneHandOffKeepsItsFirstNumber) {
  reach(v1::HAND_OFF_STATE_ACCEPTED);
  give(acceptance("another"));
  EXPECT_EQ(picture_.event_no(), "E-9");
  EXPECT_EQ(picture_.late_answers(), 1u);
}

TEST_F(HandOffTest, RepeatedUnknownForeignAndMisdirectedAnswersChangeNothing) {
  reach(v1::HAND_OFF_STATE_RECEIVED);
  const Message once = acceptance();
  Message foreign = acceptance("foreign"), unknown = acceptance("unknown"),
          misdirected = acceptance("misdirected");
  foreign.set_from_agency_id("province");
  unknown.set_hand_off_id("H-77-0");
  misdirected.set_incident_id("I-2");
  for (const Message& message : {foreign, unknown, misdirected}) {
    give(message);
    EXPECT_THAT(pictures_, IsEmpty());
  }
  give(once);
  EXPECT_EQ(pictures_.size(), 1u);
  give(once);
  EXPECT_THAT(pictures_, IsEmpty());
  give(closing());
  give(closing());
  EXPECT_EQ(picture_.late_answers(), 1u);
}

TEST_F(HandOffTest, AnAcknowledgementOfAMessageNeverSentIsNoReceipt) {
  raise();
  give(ack_of("H-0-0-1"));
  give(ack_of(picture_.id() + "-99"));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_SENT);
  tick_to(Duration::seconds(5));
  EXPECT_TRUE(picture_.fallback());
}

TEST_F(HandOffTest, TheSameAlarmAgainMakesNoSecondHandOff) {
  reach(v1::HAND_OFF_STATE_ACCEPTED);
  raise();
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_EQ(hand_offs_.ids("I-1").size(), 1u);
}

TEST_F(HandOffTest, AnotherAlertOrAHigherCodeGoesOutAsUpdateUntilAcknowledged) {
  reach(v1::HAND_OFF_STATE_ACCEPTED);
  raise("A-2", 2);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_update());
  EXPECT_EQ(sent_[0].alarm_update().code(), 1u) << "a code is never lowered";
  raise("A-1", 0);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].alarm_update().code(), 0u);
  const std::string id = sent_[0].id();
  give(ack_of(id));
  all_sent_.clear();
  tick_to(Duration::seconds(3));
  EXPECT_FALSE(all_sent_.empty());
  for (const Message& message : all_sent_) EXPECT_EQ(message.alarm_update().alert_id(), "A-2");
}

TEST_F(HandOffTest, PositionsGoOutAtMostOnceInFifteenSecondsAndTheLastOneDoesGoOut) {
  reach(v1::HAND_OFF_STATE_ON_SCENE);
  all_sent_.clear();
  for (int i = 1; i <= 30; ++i) {
    tick_to(Duration::seconds(i));
    update(moved(alarm("A-1", 1), 375'000'000 + i));
  }
  EXPECT_EQ(all_sent_.size(), 2u);
  tick_to(Duration::seconds(60));
  ASSERT_EQ(all_sent_.size(), 3u);
  EXPECT_EQ(all_sent_.back().alarm_update().destinations(0).place().lat_e7(), 375'000'030);
}

TEST_F(HandOffTest, AClearedConditionIsToldOnceAndDoesNotCloseTheCall) {
  reach(v1::HAND_OFF_STATE_ACCEPTED);
  const auto clear = [&](const std::string& alert_id) {
    act([&](const auto& entry, auto& sink) { hand_offs_.clear("I-1", alert_id, entry, sink); });
  };
  clear("A-7");
  EXPECT_THAT(sent_, IsEmpty());
  clear("A-1");
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].alarm_clear().alert_id(), "A-1");
  clear("A-1");
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_FALSE(hand_offs_.all_ended("I-1"));
}

TEST_F(HandOffTest, AnAgencyToldForInformationOwesNoMoreThanAnAcknowledgement) {
  raise("A-1", 0, {kProvince});
  EXPECT_TRUE(sent_[0].alarm_new().informative());
  EXPECT_FALSE(hand_offs_.all_ended("I-1"));
  acknowledge();
  EXPECT_TRUE(hand_offs_.all_ended("I-1"));
  tick_to(Duration::seconds(400));
  EXPECT_THAT(all_alarms_, IsEmpty());
  give(acceptance("info-1"));
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED);
  tick_to(Duration::seconds(800));
  EXPECT_THAT(all_alarms_, IsEmpty());
}

TEST_F(HandOffTest, AnAgencyNamedTwiceHasTheHandOffThatMatters) {
  raise("A-1", 1, {{"police", "J-2", true}, kPolice, kProvince});
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0].to_agency_id(), "police");
  EXPECT_FALSE(sent_[0].alarm_new().informative());
  EXPECT_EQ(sent_[1].to_agency_id(), "province");
}

TEST_F(HandOffTest, AnAgencyToldForInformationThatBecomesResponsibleGetsAHandOffOfThatKind) {
  raise("A-1", 1, {kProvince});
  raise("A-2", 1, {{"province", "J-3", false}});
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_new());
  EXPECT_FALSE(sent_[0].alarm_new().informative());
}

TEST_F(HandOffTest, ANewAlertAfterTheCallWasClosedIsHandedOffAnew) {
  reach(v1::HAND_OFF_STATE_CLOSED);
  EXPECT_TRUE(hand_offs_.all_ended("I-1"));
  raise("A-1", 1);
  EXPECT_THAT(sent_, IsEmpty()) << "what the closed call was about is settled";
  raise("A-2", 1);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_new());
  EXPECT_EQ(hand_offs_.ids("I-1").size(), 2u);
  EXPECT_FALSE(hand_offs_.all_ended("I-1"));
}

TEST_F(HandOffTest, AnAlertThatTheAgencyHadNotHeardOfWhenItClosedItsCallHasToBeRaisedAgain) {
  reach(v1::HAND_OFF_STATE_ON_SCENE);
  raise("A-2", 1);
  raise("A-3", 1);
  give(ack_of(picture_.id() + "-2"));
  EXPECT_THAT(give(closing()), ElementsAre("A-3"));
  raise("A-2", 1);
  EXPECT_THAT(sent_, IsEmpty()) << "that one it knew when it closed the call";
  raise("A-3", 1);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_new());
  EXPECT_EQ(hand_offs_.ids("I-1").size(), 2u);
}

TEST_F(HandOffTest, ACallThatAPersonEndsByTelephoneIsEndedForAllItsAlerts) {
  reach(v1::HAND_OFF_STATE_ON_SCENE);
  raise("A-2", 1);
  EXPECT_THAT(give(closing(), true), IsEmpty());
}

TEST_F(HandOffTest, ANewAlertAfterARefusalIsOfferedAgainUnderTheSameHandOff) {
  raise();
  give(refusal(v1::REJECT_REASON_OTHER, false));
  raise("A-2", 0);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].has_alarm_new());
  EXPECT_EQ(sent_[0].id(), picture_.id() + "-2");
  give(acceptance());
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED);
}

TEST_F(HandOffTest, ACancellationEndsItOnlyWhenTheOtherSideAgrees) {
  reach(v1::HAND_OFF_STATE_ACCEPTED);
  Message agreed = answer();
  agreed.mutable_cancel_answer()->set_agreed(true);
  give(agreed);
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED) << "nobody asked";
  act([&](const auto& entry, auto& sink) { hand_offs_.cancel("I-1", "EQUIPMENT", "op-3", entry, sink); });
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].cancel_request().authoriser(), "op-3");
  Message denied = answer();
  denied.mutable_cancel_answer()->set_agreed(false);
  give(denied);
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_ACCEPTED);
  Message later = answer();
  later.mutable_cancel_answer()->set_agreed(true);
  give(later);
  EXPECT_EQ(picture_.state(), v1::HAND_OFF_STATE_CANCELLED);
  EXPECT_TRUE(hand_offs_.all_ended("I-1"));
}

TEST_F(HandOffTest, AForgottenIncidentKeepsNothing) {
  raise();
  hand_offs_.forget("I-1");
  tick_to(Duration::seconds(10));
  acknowledge();
  EXPECT_EQ(all_sent_.size(), 1u);
  EXPECT_THAT(hand_offs_.ids("I-1"), IsEmpty());
  EXPECT_TRUE(hand_offs_.all_ended("I-1"));
}

}  // namespace
}  // namespace haechi::monitor
