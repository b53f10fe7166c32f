#include "dispatch/dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::dispatch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Message = v1::HandOffMessage;

constexpr Time kStart{1'700'000'000'000'000};
constexpr int32_t kLat = 375'000'000;
constexpr int32_t kLng = 1'270'000'000;
constexpr int32_t kKm = 90'000;  // of latitude, in 1e-7 degrees: about a kilometre

class DispatchTest : public testing::Test {
 protected:
  DispatchTest() {
    agency("police", v1::DESK_BUILT_IN);
    agency("neighbour", v1::DESK_BUILT_IN);
    agency("outside", v1::DESK_CONNECTOR);
  }

  void step(const v1::Fact& fact) { run(fact, nullptr); }
  void receive(const Message& message) { run({}, &message); }

  void run(const v1::Fact& fact, const Message* message) {
    now_ = now_ + Duration{1};
    const law::Entry entry{++entry_no_, now_, fact};
    law::EffectSink sink(0, entry_no_, now_);
    answers_.clear();
    effects_.clear();
    if (message) {
      dispatch_.receive(*message, entry, sink, answers_);
    } else {
      dispatch_.step(entry, sink, answers_);
    }
    for (const auto& effect : sink.effects()) fold(*effect);
  }

  // Keeps what a reader of effects would know.
  void fold(const v1::Effect& effect) {
    effects_.push_back(effect);
    if (effect.has_open_call()) call_ = effect.open_call(), ++opened_;
    if (effect.has_update_call()) call_ = effect.update_call();
    if (effect.has_close_call()) call_ = effect.close_call();
    if (effect.has_update_unit()) units_[effect.update_unit().unit_id()] = effect.update_unit();
    if (effect.has_grant_track()) tracks_[key(effect.grant_track())] = effect.grant_track();
    if (effect.has_revoke_track()) tracks_.erase(key(effect.revoke_track()));
    if (effect.has_raise_alarm()) alarms_.push_back(effect.raise_alarm().kind());
  }
  static std::string key(const v1::TrackAccess& access) {
    return access.unit_id() + " sees " + access.person_id();
  }
  std::vector<std::string> tracks() const {
    std::vector<std::string> keys;
    for (const auto& [key, access] : tracks_) keys.push_back(key);
    return keys;
  }
  std::vector<std::string> answered() const {
    std::vector<std::string> names;
    for (const Message& answer : answers_) {
      if (answer.has_ack()) names.push_back("ack");
      if (answer.has_accepted()) names.push_back("accepted");
      if (answer.has_closed()) names.push_back("closed");
      if (answer.has_cancel_answer()) names.push_back(answer.cancel_answer().agreed() ? "agreed" : "denied");
      if (answer.has_unit_progress())
        names.push_back(answer.unit_progress().unit_id() + " " +
                        v1::UnitStatus_Name(answer.unit_progress().status()).substr(12));
    }
    return names;
  }

  void agency(const std::string& id, v1::Desk desk) {
    v1::Fact fact;
    fact.mutable_agency_registered()->set_id(id);
    fact.mutable_agency_registered()->set_desk(desk);
    step(fact);
  }
  // A unit that far north of the wearer.
  void unit(const std::string& id, double km, const std::string& agency_id = "police") {
    v1::Fact fact;
    fact.mutable_unit_registered()->set_id(id);
    fact.mutable_unit_registered()->set_agency_id(agency_id);
    step(fact);
    fact.mutable_device_registered()->set_id("D-" + id);
    fact.mutable_device_registered()->set_unit_id(id);
    step(fact);
    move(id, km);
  }
  void move(const std::string& id, double km) {
    v1::Fact fact;
    auto& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id("D-" + id);
    report.mutable_fix()->set_fixed_at_us(now_.us);
    report.mutable_fix()->mutable_place()->set_lat_e7(kLat + static_cast<int32_t>(km * kKm));
    report.mutable_fix()->mutable_place()->set_lng_e7(kLng);
    step(fact);
  }
  void press(const std::string& unit_id, v1::UnitStatus status, const std::string& call_id = "") {
    v1::Fact fact;
    fact.mutable_unit_status_changed()->set_unit_id(unit_id);
    fact.mutable_unit_status_changed()->set_status(status);
    fact.mutable_unit_status_changed()->set_call_id(call_id);
    step(fact);
  }
  void assign(const std::string& unit_id, v1::Target target) {
    v1::Fact fact;
    fact.mutable_unit_assigned_by_hand()->set_call_id(call_.id());
    fact.mutable_unit_assigned_by_hand()->set_unit_id(unit_id);
    fact.mutable_unit_assigned_by_hand()->set_target(target);
    step(fact);
  }
  void close() {
    v1::Fact fact;
    fact.mutable_call_closed_by_hand()->set_call_id(call_.id());
    fact.mutable_call_closed_by_hand()->set_disposition("12");
    step(fact);
  }
  void tick(Duration after) {
    now_ = now_ + after;
    v1::Fact fact;
    fact.mutable_clock_ticked();
    step(fact);
  }

  static void destination(Message::Alarm& alarm, v1::Target target, const std::string& person_id, double km) {
    auto& to = *alarm.add_destinations();
    to.set_target(target);
    to.set_person_id(person_id);
    to.set_fixed_at_us(kStart.us);
    to.mutable_place()->set_lat_e7(kLat + static_cast<int32_t>(km * kKm));
    to.mutable_place()->set_lng_e7(kLng);
  }
  // He is at 0 km, she at 5 km.
  static Message::Alarm both(uint32_t code) {
    Message::Alarm alarm;
    alarm.set_alert_id("A-1");
    alarm.set_code(code);
    alarm.set_order_id("O-1");
    alarm.set_wearer_id("W-1");
    alarm.set_protected_id("P-1");
    destination(alarm, v1::TARGET_WEARER, "W-1", 0);
    destination(alarm, v1::TARGET_PROTECTED_PERSON, "P-1", 5);
    return alarm;
  }
  Message message(const std::string& hand_off_id = "H-1") {
    Message message;
    message.set_hand_off_id(hand_off_id);
    message.set_id(hand_off_id + "-" + std::to_string(++seq_));
    message.set_incident_id("I-1");
    message.set_seq(seq_);
    message.set_from_agency_id("monitoring");
    message.set_to_agency_id("police");
    return message;
  }
  Message alarm_new(uint32_t code, const std::string& hand_off_id = "H-1") {
    Message made = message(hand_off_id);
    *made.mutable_alarm_new() = both(code);
    return made;
  }
  Message alarm_update(const Message::Alarm& alarm) {
    Message made = message();
    *made.mutable_alarm_update() = alarm;
    return made;
  }
  std::string unit_for(v1::Target target) const {
    for (const auto& assignment : call_.assignments())
      if (assignment.target() == target) return assignment.unit_id();
    return "";
  }

  Dispatch dispatch_;
  Time now_ = kStart;
  uint64_t entry_no_ = 0;
  uint64_t seq_ = 0;
  std::vector<Message> answers_;
  std::vector<v1::Effect> effects_;
  v1::Call call_;
  int opened_ = 0;
  std::map<std::string, v1::UnitState> units_;
  std::map<std::string, v1::TrackAccess> tracks_;
  std::vector<v1::AlarmKind> alarms_;
};

TEST_F(DispatchTest, AnAlarmIsAcknowledgedAcceptedAndGivenOneUnitPerPersonInOneStep) {
  unit("U-far", 20), unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  EXPECT_THAT(answered(), ElementsAre("ack", "accepted", "U-her ASSIGNED", "U-him ASSIGNED"));
  EXPECT_EQ(answers_[0].ack().message_id(), "H-1-1");
  EXPECT_EQ(answers_[1].accepted().event_no(), call_.id());
  EXPECT_EQ(answers_[1].from_agency_id(), "police");
  EXPECT_EQ(unit_for(v1::TARGET_WEARER), "U-him");
  EXPECT_EQ(unit_for(v1::TARGET_PROTECTED_PERSON), "U-her");
  EXPECT_EQ(call_.state(), v1::CALL_STATE_DISPATCHED);
  EXPECT_TRUE(call_.assignments(0).by_policy());
  EXPECT_EQ(units_["U-him"].call_id(), call_.id());
  EXPECT_EQ(opened_, 1);
}

TEST_F(DispatchTest, TheEstimateIsTheStraightLineTimesOnePointThreeAtTheUnitsSpeed) {
  unit("U-1", 5);
  Message made = message();
  *made.mutable_alarm_new() = both(1);
  made.mutable_alarm_new()->mutable_destinations()->RemoveLast();
  receive(made);
  ASSERT_EQ(call_.assignments_size(), 1);
  // 45,000e-6 degree of latitude are 4,994 m: at 40 km/h over 1.3 times the way, 585 s.
  EXPECT_NEAR(call_.assignments(0).eta_s(), 585, 2);
}

TEST_F(DispatchTest, TheSameMessageTwiceGetsTheSameAnswersAndMakesOneCall) {
  unit("U-1", 1), unit("U-2", 6);
  const Message made = alarm_new(0);
  receive(made);
  std::vector<std::string> first;
  for (const Message& answer : answers_) first.push_back(answer.SerializeAsString());
  receive(made);
  std::vector<std::string> second;
  for (const Message& answer : answers_) second.push_back(answer.SerializeAsString());
  EXPECT_EQ(first, second);
  EXPECT_THAT(effects_, IsEmpty());
  EXPECT_EQ(opened_, 1);
}

TEST_F(DispatchTest, ACallStaysOneWhenItsAlarmIsSentAnewUnderAnotherNumber) {
  unit("U-1", 1), unit("U-2", 6);
  receive(alarm_new(0));
  const std::string id = call_.id();
  receive(alarm_new(0));
  EXPECT_EQ(call_.id(), id);
  EXPECT_EQ(opened_, 1);
  EXPECT_THAT(answered(), ElementsAre("ack"));
}

TEST_F(DispatchTest, MessagesForOutsideOrUnknownAgenciesAreNotOurs) {
  for (const char* agency_id : {"outside", "nobody", ""}) {
    Message made = alarm_new(0);
    made.set_to_agency_id(agency_id);
    receive(made);
    EXPECT_THAT(answers_, IsEmpty());
    EXPECT_THAT(effects_, IsEmpty());
  }
}

TEST_F(DispatchTest, AnAlarmForInformationIsAnsweredWithoutACall) {
  unit("U-1", 1);
  Message made = alarm_new(0);
  made.mutable_alarm_new()->set_informative(true);
  receive(made);
  EXPECT_THAT(answered(), ElementsAre("ack", "accepted"));
  EXPECT_EQ(answers_[1].accepted().event_no(), "info-H-1");
  EXPECT_THAT(effects_, IsEmpty());
}

TEST_F(DispatchTest, LowCodesAreOnlyProposedNearestFirst) {
  unit("U-a", 9), unit("U-b", 1), unit("U-c", 3), unit("U-d", 30);
  receive(alarm_new(3));
  EXPECT_EQ(call_.assignments_size(), 0);
  EXPECT_EQ(call_.state(), v1::CALL_STATE_OPEN);
  EXPECT_FALSE(call_.unit_missing());
  std::vector<std::string> for_him;
  for (const auto& proposal : call_.proposals())
    if (proposal.target() == v1::TARGET_WEARER) for_him.push_back(proposal.unit_id());
  EXPECT_THAT(for_him, ElementsAre("U-b", "U-c", "U-a"));
}

TEST_F(DispatchTest, AHigherCodeTriggersAssignmentAndALowerOneChangesNothing) {
  unit("U-1", 1), unit("U-2", 6);
  receive(alarm_new(3));
  Message::Alarm alarm = both(1);
  alarm.set_alert_id("A-2");
  receive(alarm_update(alarm));
  EXPECT_EQ(call_.code(), 1u);
  EXPECT_EQ(call_.assignments_size(), 2);
  receive(alarm_update(both(4)));
  EXPECT_EQ(call_.code(), 1u);
  EXPECT_THAT(call_.alert_ids(), ElementsAre("A-1", "A-2"));
}

TEST_F(DispatchTest, TheNearestUnitGoesRegardlessOfBorderButTheOwnOneWinsWithinTenPercent) {
  struct Row {
    double own_km, other_km;
    const char* chosen;
  };
  for (const Row row :
       {Row{10, 2, "other"}, Row{10.8, 10, "own"}, Row{11.5, 10, "other"}, Row{10, 10, "own"}}) {
    Dispatch fresh;
    std::swap(dispatch_, fresh);
    agency("police", v1::DESK_BUILT_IN), agency("neighbour", v1::DESK_BUILT_IN);
    unit("own", row.own_km), unit("other", row.other_km, "neighbour");
    Message made = alarm_new(1);
    made.mutable_alarm_new()->mutable_destinations()->RemoveLast();
    receive(made);
    EXPECT_EQ(unit_for(v1::TARGET_WEARER), row.chosen) << row.own_km << " " << row.other_km;
  }
}

TEST_F(DispatchTest, UnitsOfOutsideAgenciesAreNeverSent) {
  unit("U-theirs", 0.1, "outside");
  receive(alarm_new(0));
  EXPECT_EQ(call_.assignments_size(), 0);
  EXPECT_EQ(call_.proposals_size(), 0);
}

TEST_F(DispatchTest, AFreshPositionIsPreferredToAnOldOneAndAnOldOneToNone) {
  unit("U-old", 1);
  now_ = now_ + Duration::seconds(601);
  unit("U-fresh", 30);
  v1::Fact fact;
  fact.mutable_unit_registered()->set_id("U-blind");
  fact.mutable_unit_registered()->set_agency_id("police");
  step(fact);
  receive(alarm_new(3));
  std::vector<std::string> order;
  for (const auto& proposal : call_.proposals())
    if (proposal.target() == v1::TARGET_WEARER) order.push_back(proposal.unit_id());
  EXPECT_THAT(order, ElementsAre("U-fresh", "U-old", "U-blind"));
}

TEST_F(DispatchTest, EveryDeskOfOursIsToldOfAnEntryThatNobodyJudged) {
  agency("fire", v1::DESK_BUILT_IN);
  v1::Fact fact;
  fact.mutable_entry_quarantined()->set_entry_no(41);
  step(fact);
  std::set<std::string> told, ids;
  for (const v1::Effect& effect : effects_) {
    EXPECT_EQ(effect.raise_alarm().kind(), v1::ALARM_KIND_ENTRY_QUARANTINED);
    EXPECT_EQ(effect.raise_alarm().entry_no(), 41U);
    told.insert(effect.raise_alarm().agency_id());
    ids.insert(effect.raise_alarm().id());
  }
  EXPECT_THAT(told, ElementsAre("fire", "neighbour", "police"));
  EXPECT_THAT(ids, SizeIs(3));
}

TEST_F(DispatchTest, WithOneUnitForTwoPersonsItGoesToTheProtectedPersonAndTheLackIsAlarmedOnce) {
  unit("U-1", 0.1);
  receive(alarm_new(0));
  EXPECT_EQ(unit_for(v1::TARGET_PROTECTED_PERSON), "U-1");
  EXPECT_EQ(unit_for(v1::TARGET_WEARER), "");
  EXPECT_TRUE(call_.unit_missing());
  EXPECT_THAT(alarms_, ElementsAre(v1::ALARM_KIND_NO_UNIT));
  for (int i = 0; i < 40; ++i) tick(Duration::seconds(1));
  EXPECT_THAT(alarms_, SizeIs(1));
}

TEST_F(DispatchTest, AUnitThatBecomesAvailableIsSentToTheMostUrgentCallThatLacksOne) {
  receive(alarm_new(2, "H-2"));
  const std::string less_urgent = call_.id();
  receive(alarm_new(0, "H-1"));
  const std::string urgent = call_.id();
  EXPECT_THAT(alarms_, SizeIs(4));
  unit("U-1", 1);
  EXPECT_EQ(units_["U-1"].call_id(), urgent);
  unit("U-2", 1);
  EXPECT_EQ(units_["U-2"].call_id(), urgent);
  unit("U-3", 1);
  EXPECT_EQ(units_["U-3"].call_id(), less_urgent);
  EXPECT_EQ(answered(), std::vector<std::string>{}) << "a report answers nothing";
}

TEST_F(DispatchTest, EachUnitSeesWhoItGoesToAndOnlyHersSeesHer) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  EXPECT_THAT(tracks(), ElementsAre("U-her sees P-1", "U-her sees W-1", "U-him sees W-1"));
  const v1::TrackAccess& access = tracks_["U-him sees W-1"];
  EXPECT_EQ(access.from_us(), call_.opened_at_us() - 900'000'000);
  EXPECT_EQ(access.basis(), call_.id() + "/O-1");
  EXPECT_EQ(access.target(), v1::TARGET_WEARER);
}

TEST_F(DispatchTest, ClosingRevokesEveryTrackFreesTheUnitsAndIsAnswered) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  close();
  EXPECT_THAT(tracks(), IsEmpty());
  EXPECT_EQ(call_.state(), v1::CALL_STATE_CLOSED);
  EXPECT_THAT(answered(), ElementsAre("closed"));
  EXPECT_EQ(answers_[0].closed().disposition(), "12");
  EXPECT_EQ(units_["U-him"].status(), v1::UNIT_STATUS_AVAILABLE);
  close();
  EXPECT_THAT(effects_, IsEmpty());
}

TEST_F(DispatchTest, StatusesGoForwardMaySkipAndNeverGoBack) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  struct Row {
    v1::UnitStatus pressed;
    v1::UnitStatus then;
    v1::CallState call;
  };
  const Row rows[] = {
      {v1::UNIT_STATUS_ACKNOWLEDGED, v1::UNIT_STATUS_ACKNOWLEDGED, v1::CALL_STATE_DISPATCHED},
      {v1::UNIT_STATUS_ASSIGNED, v1::UNIT_STATUS_ACKNOWLEDGED, v1::CALL_STATE_DISPATCHED},
      {v1::UNIT_STATUS_EN_ROUTE, v1::UNIT_STATUS_EN_ROUTE, v1::CALL_STATE_EN_ROUTE},
      {v1::UNIT_STATUS_ON_SCENE, v1::UNIT_STATUS_ON_SCENE, v1::CALL_STATE_ON_SCENE},
      {v1::UNIT_STATUS_EN_ROUTE, v1::UNIT_STATUS_ON_SCENE, v1::CALL_STATE_ON_SCENE},
      {v1::UNIT_STATUS_UNSPECIFIED, v1::UNIT_STATUS_ON_SCENE, v1::CALL_STATE_ON_SCENE},
      {v1::UNIT_STATUS_TRANSPORTING, v1::UNIT_STATUS_TRANSPORTING, v1::CALL_STATE_ON_SCENE},
      {v1::UNIT_STATUS_CLEARED, v1::UNIT_STATUS_CLEARED, v1::CALL_STATE_ON_SCENE},
      {v1::UNIT_STATUS_EN_ROUTE, v1::UNIT_STATUS_CLEARED, v1::CALL_STATE_ON_SCENE},
  };
  for (const Row& row : rows) {
    press("U-him", row.pressed, call_.id());
    EXPECT_EQ(units_["U-him"].status(), row.then) << v1::UnitStatus_Name(row.pressed);
    EXPECT_EQ(call_.state(), row.call) << v1::UnitStatus_Name(row.pressed);
  }
  press("U-him", v1::UNIT_STATUS_AVAILABLE, call_.id());
  EXPECT_EQ(units_["U-him"].status(), v1::UNIT_STATUS_AVAILABLE);
  EXPECT_THAT(tracks(), ElementsAre("U-her sees P-1", "U-her sees W-1"));
}

TEST_F(DispatchTest, WhenEveryUnitHasClearedTheCallCloses) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  press("U-her", v1::UNIT_STATUS_CLEARED);
  EXPECT_THAT(answered(), ElementsAre("U-her CLEARED"));
  press("U-him", v1::UNIT_STATUS_CLEARED);
  EXPECT_THAT(answered(), ElementsAre("U-him CLEARED", "closed"));
  EXPECT_EQ(call_.state(), v1::CALL_STATE_CLOSED);
  EXPECT_THAT(tracks(), IsEmpty());
}

TEST_F(DispatchTest, AWithdrawnUnitIsReplacedByAnotherAndNotSentAgain) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  press("U-him", v1::UNIT_STATUS_AVAILABLE, call_.id());
  EXPECT_THAT(answered(), ElementsAre("U-him AVAILABLE"));
  EXPECT_TRUE(call_.unit_missing());
  EXPECT_THAT(tracks(), ElementsAre("U-her sees P-1", "U-her sees W-1"));
  unit("U-new", 25);
  EXPECT_EQ(unit_for(v1::TARGET_WEARER), "U-new");
  EXPECT_FALSE(call_.unit_missing());
}

TEST_F(DispatchTest, AUnitOutOfServiceOrRemovedLeavesItsCall) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  press("U-him", v1::UNIT_STATUS_OUT_OF_SERVICE);
  EXPECT_EQ(units_["U-him"].status(), v1::UNIT_STATUS_OUT_OF_SERVICE);
  v1::Fact fact;
  fact.mutable_unit_registered()->set_id("U-her");
  fact.mutable_unit_registered()->set_agency_id("police");
  fact.mutable_unit_registered()->set_removed(true);
  step(fact);
  EXPECT_EQ(call_.assignments_size(), 0);
  EXPECT_EQ(call_.state(), v1::CALL_STATE_OPEN);
  EXPECT_THAT(tracks(), IsEmpty());
}

TEST_F(DispatchTest, AStatusPressedForAnEarlierCallIsIgnored) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  press("U-him", v1::UNIT_STATUS_ON_SCENE, "C-older");
  EXPECT_THAT(effects_, IsEmpty());
}

TEST_F(DispatchTest, APersonMayAssignMoreUnitsOrTakeOneFromAnotherCall) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1, "H-1"));
  const v1::Call first = call_;
  unit("U-spare", 50);
  assign("U-spare", v1::TARGET_WEARER);
  EXPECT_THAT(answered(), ElementsAre("U-spare ASSIGNED"));
  EXPECT_EQ(call_.assignments_size(), 3);
  EXPECT_FALSE(call_.assignments(2).by_policy());
  receive(alarm_new(0, "H-2"));
  ASSERT_NE(call_.id(), first.id());
  assign("U-him", v1::TARGET_WEARER);
  EXPECT_THAT(answered(), ElementsAre("U-him AVAILABLE", "U-him ASSIGNED"));
  EXPECT_EQ(units_["U-him"].call_id(), call_.id());
  EXPECT_NE(units_["U-him"].call_id(), first.id());
}

TEST_F(DispatchTest, AssignmentsByHandThatMakeNoSenseChangeNothing) {
  unit("U-him", 1), unit("U-her", 6), unit("U-out", 2), unit("U-theirs", 2, "outside");
  receive(alarm_new(1));
  press("U-out", v1::UNIT_STATUS_OUT_OF_SERVICE);
  for (const char* id : {"U-out", "U-theirs", "U-unknown"}) {
    assign(id, v1::TARGET_WEARER);
    EXPECT_THAT(effects_, IsEmpty()) << id;
  }
  assign("U-him", v1::TARGET_WEARER);
  EXPECT_THAT(effects_, IsEmpty()) << "there already";
  assign("U-him", v1::TARGET_UNSPECIFIED);
  EXPECT_THAT(effects_, IsEmpty());
}

TEST_F(DispatchTest, PositionsOfTheCallAreNeverReplacedByOlderOnes) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  Message::Alarm newer = both(1), older = both(1), without = both(1);
  for (auto& to : *newer.mutable_destinations())
    to.set_fixed_at_us(kStart.us + 10), to.mutable_place()->set_lng_e7(7);
  for (auto& to : *older.mutable_destinations())
    to.set_fixed_at_us(kStart.us + 5), to.mutable_place()->set_lng_e7(5);
  for (auto& to : *without.mutable_destinations()) to.clear_place(), to.set_fixed_at_us(kStart.us + 20);
  for (const auto& alarm : {newer, older, without}) receive(alarm_update(alarm));
  for (const auto& to : call_.destinations()) EXPECT_EQ(to.place().lng_e7(), 7);
}

TEST_F(DispatchTest, TwoProtectedPersonsOfOneIncidentEachGetAUnit) {
  unit("U-1", 1), unit("U-2", 6), unit("U-3", 12);
  receive(alarm_new(1));
  Message::Alarm second;
  second.set_alert_id("A-2");
  second.set_code(1);
  second.set_wearer_id("W-1");
  second.set_protected_id("P-2");
  destination(second, v1::TARGET_PROTECTED_PERSON, "P-2", 13);
  receive(alarm_update(second));
  EXPECT_EQ(call_.assignments_size(), 3);
  EXPECT_THAT(tracks(), testing::Contains("U-3 sees P-2"));
  EXPECT_THAT(tracks(), testing::Not(testing::Contains("U-3 sees P-1")));
}

TEST_F(DispatchTest, EstimatesFollowTheUnitAtMostOnceInFifteenSeconds) {
  unit("U-him", 10), unit("U-her", 15);
  receive(alarm_new(1));
  int updates = 0;
  for (int i = 0; i < 60; ++i) {
    move("U-him", 10 - i * 0.1);
    tick(Duration::seconds(1));
    updates += !effects_.empty();
  }
  EXPECT_GE(updates, 3);
  EXPECT_LE(updates, 4);
}

TEST_F(DispatchTest, AClearedConditionIsNotedAndTheCallStaysOpen) {
  unit("U-him", 1), unit("U-her", 6);
  receive(alarm_new(1));
  Message made = message();
  made.mutable_alarm_clear()->set_alert_id("A-1");
  receive(made);
  EXPECT_THAT(answered(), ElementsAre("ack"));
  EXPECT_NE(call_.condition_cleared_at_us(), 0);
  EXPECT_NE(call_.state(), v1::CALL_STATE_CLOSED);
}

TEST_F(DispatchTest, ACancellationIsAgreedToOnlyWhileNobodyIsUnderWay) {
  Message request = message();
  request.mutable_cancel_request()->set_reason("EQUIPMENT");
  receive(alarm_new(4));
  receive(request);
  EXPECT_THAT(answered(), ElementsAre("ack", "agreed"));
  EXPECT_EQ(call_.state(), v1::CALL_STATE_CLOSED);
  unit("U-1", 1), unit("U-2", 1);
  receive(alarm_new(0, "H-2"));
  request = message("H-2");
  request.mutable_cancel_request()->set_reason("EQUIPMENT");
  receive(request);
  EXPECT_THAT(answered(), ElementsAre("ack", "denied"));
  EXPECT_EQ(call_.cancel_reason(), "EQUIPMENT");
  EXPECT_NE(call_.state(), v1::CALL_STATE_CLOSED);
}

TEST_F(DispatchTest, AnUpdateWhoseFirstMessageWasLostOpensTheCall) {
  receive(alarm_update(both(0)));
  EXPECT_THAT(answered(), ElementsAre("ack", "accepted"));
  EXPECT_EQ(opened_, 1);
}

TEST_F(DispatchTest, AnEndedCallIsRememberedForADayAndThenForgotten) {
  const Message made = alarm_new(3);
  receive(made);
  close();
  tick(Duration::seconds(86'000));
  receive(made);
  EXPECT_EQ(opened_, 1);
  tick(Duration::seconds(500));
  receive(made);
  EXPECT_EQ(opened_, 2);
}

}  // namespace
}  // namespace haechi::dispatch
