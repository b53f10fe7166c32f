// What a call shows of the alarms that came for it.
#include "dispatch/call_picture.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "dispatch/dispatch.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/entry.h"

namespace haechi::dispatch {
namespace {

using Message = v1::HandOffMessage;

Message::Alarm alarm(const std::string& id, uint32_t code = 2,
                     const std::string& kind = "ALERT_KIND_SILENCE") {
  Message::Alarm made;
  made.set_alert_id(id);
  made.set_code(code);
  made.set_alert_kind(kind);
  made.set_wearer_id("W1");
  made.set_protected_id("P1");
  made.set_sentence_en("of " + id);
  return made;
}

v1::Destination destination(v1::Target target, const std::string& person_id, int32_t lat_e7 = 0,
                            int64_t at_us = 0) {
  v1::Destination made;
  made.set_target(target);
  made.set_person_id(person_id);
  if (lat_e7 == 0) return made;
  made.mutable_place()->set_lat_e7(lat_e7);
  made.set_fixed_at_us(at_us);
  return made;
}

TEST(CallPicture, ADestinationWithoutANameIsTheWearerOrThePersonOfTheAlarm) {
  v1::Call call;
  Message::Alarm first = alarm("A1");
  *first.add_destinations() = destination(v1::TARGET_WEARER, "");
  *first.add_destinations() = destination(v1::TARGET_PROTECTED_PERSON, "");
  *first.add_destinations() = destination(v1::TARGET_UNSPECIFIED, "nobody");
  merge_alarm(call, first);
  ASSERT_EQ(call.destinations_size(), 2) << "a destination of nothing is none";
  EXPECT_EQ(call.destinations(0).person_id(), "P1") << "she is listed first";
  EXPECT_EQ(call.destinations(1).person_id(), "W1");
}

TEST(CallPicture, AnOlderPlaceOrNoneTakesTheNewerOnesPlaceNever) {
  v1::Call call;
  Message::Alarm told = alarm("A1");
  *told.add_destinations() = destination(v1::TARGET_WEARER, "W1", 5, 100);
  merge_alarm(call, told);
  *told.mutable_destinations(0) = destination(v1::TARGET_WEARER, "W1", 6, 99);
  merge_alarm(call, told);
  *told.mutable_destinations(0) = destination(v1::TARGET_WEARER, "W1");
  merge_alarm(call, told);
  EXPECT_EQ(call.destinations(0).place().lat_e7(), 5);
  *told.mutable_destinations(0) = destination(v1::TARGET_WEARER, "W1", 7, 101);
  merge_alarm(call, told);
  EXPECT_EQ(call.destinations(0).place().lat_e7(), 7);
  *told.mutable_destinations(0) = destination(v1::TARGET_WEARER, "W2", 8, 101);
  merge_alarm(call, told);
  EXPECT_EQ(call.destinations_size(), 2) << "another wearer is another destination";
}

TEST(CallPicture, TheNewestOfTheMostUrgentHeadsItAndItsCodeIsNeverLowered) {
  v1::Call call;
  merge_alarm(call, alarm("A1", 2));
  merge_alarm(call, alarm("A2", 0, "ALERT_KIND_SOS"));
  EXPECT_EQ(call.code(), 0u);
  EXPECT_EQ(call.sentence_en(), "of A2");
  merge_alarm(call, alarm("A3", 3, "ALERT_KIND_LOW_BATTERY"));
  EXPECT_EQ(call.code(), 0u);
  EXPECT_EQ(call.sentence_en(), "of A2") << "her call for help is not hidden by an empty battery";
  call.set_condition_cleared_at_us(5);
  merge_alarm(call, alarm("A4", 3, "ALERT_KIND_LOW_BATTERY"));
  EXPECT_EQ(call.sentence_en(), "of A4") << "all before it were clear";
  EXPECT_EQ(call.condition_cleared_at_us(), 0);
  merge_alarm(call, alarm("A4", 3, "a kind of another version"));
  EXPECT_EQ(call.alert_ids_size(), 4);
}

TEST(CallPicture, HelpGoesWhereAnyOfThemIsWhileNobodyKnowsWhereThisOneIs) {
  v1::Call call;
  EXPECT_FALSE(place_for(call, destination(v1::TARGET_WEARER, "W1")));
  *call.add_destinations() = destination(v1::TARGET_PROTECTED_PERSON, "P1");
  EXPECT_FALSE(place_for(call, destination(v1::TARGET_WEARER, "W1")));
  *call.add_destinations() = destination(v1::TARGET_PROTECTED_PERSON, "P2", 9, 1);
  EXPECT_EQ(place_for(call, destination(v1::TARGET_WEARER, "W1"))->lat_e7, 9);
  EXPECT_EQ(place_for(call, destination(v1::TARGET_WEARER, "W1", 4, 1))->lat_e7, 4);
  EXPECT_NE(destination_of(call, v1::TARGET_PROTECTED_PERSON, "P2"), nullptr);
  EXPECT_EQ(destination_of(call, v1::TARGET_WEARER, "P2"), nullptr);
  EXPECT_EQ(destination_of(call, v1::TARGET_PROTECTED_PERSON, "P3"), nullptr);
}

TEST(CallPicture, IsClearedWhenEverybodyHadAUnitAndEveryUnitHasCleared) {
  v1::Call call;
  *call.add_destinations() = destination(v1::TARGET_WEARER, "W1");
  EXPECT_FALSE(all_cleared(call)) << "nobody was sent";
  v1::Assignment& unit = *call.add_assignments();
  unit.set_unit_id("U1");
  unit.set_target(v1::TARGET_WEARER);
  unit.set_person_id("W1");
  unit.set_status(v1::UNIT_STATUS_ON_SCENE);
  EXPECT_FALSE(all_cleared(call));
  EXPECT_NE(assignment_of(call, "U1"), nullptr);
  EXPECT_EQ(assignment_of(call, "U2"), nullptr);
  unit.set_status(v1::UNIT_STATUS_CLEARED);
  EXPECT_TRUE(all_cleared(call));
  EXPECT_EQ(assignment_of(call, "U1"), nullptr) << "it has left";
  *call.add_destinations() = destination(v1::TARGET_PROTECTED_PERSON, "P1");
  EXPECT_FALSE(all_cleared(call)) << "nobody was sent to her";
  EXPECT_TRUE(all_cleared(v1::Call()) == false);
}

// A desk with one agency and, if asked for, one car that is not anywhere.
class Desk : public testing::Test {
 protected:
  Desk() {
    v1::Fact fact;
    fact.mutable_agency_registered()->set_id("police");
    fact.mutable_agency_registered()->set_desk(v1::DESK_BUILT_IN);
    step(fact);
  }
  void step(const v1::Fact& fact) { run(fact, nullptr); }
  void run(const v1::Fact& fact, const Message* message) {
    const law::Entry entry{++entry_no_, Time{static_cast<int64_t>(entry_no_)}, fact};
    law::EffectSink sink(0, entry_no_, entry.stamped_at);
    answers_.clear();
    effects_.clear();
    if (message != nullptr) {
      dispatch_.receive(*message, entry, sink, answers_);
    } else {
      dispatch_.step(entry, sink, answers_);
    }
    for (const auto& effect : sink.effects()) effects_.push_back(*effect);
  }
  Message message(const std::string& id, const std::string& hand_off_id = "H1") const {
    Message made;
    made.set_id(id);
    made.set_hand_off_id(hand_off_id);
    made.set_incident_id("I1");
    made.set_from_agency_id("monitoring");
    made.set_to_agency_id("police");
    return made;
  }
  void receive(const Message& message) { run({}, &message); }
  std::string opened() const {
    for (const v1::Effect& effect : effects_)
      if (effect.has_open_call()) return effect.open_call().id();
    return "";
  }

  Dispatch dispatch_;
  uint64_t entry_no_ = 0;
  std::vector<Message> answers_;
  std::vector<v1::Effect> effects_;
};

TEST_F(Desk, AnswersNothingThatIsNoAlarmOrOfNoHandOff) {
  Message heartbeat = message("M1");
  heartbeat.mutable_heartbeat()->set_last_seq(1);
  receive(heartbeat);
  EXPECT_TRUE(answers_.empty());
  Message nameless = message("M2", "");
  *nameless.mutable_alarm_new() = alarm("A1");
  receive(nameless);
  EXPECT_TRUE(answers_.empty());
  EXPECT_TRUE(effects_.empty());
}

TEST_F(Desk, AgreesToCancelWhatItNeverHadACallFor) {
  Message informed = message("M1");
  *informed.mutable_alarm_new() = alarm("A1");
  informed.mutable_alarm_new()->set_informative(true);
  receive(informed);
  ASSERT_EQ(answers_.size(), 2u);
  Message again = informed;
  again.set_id("M2");
  receive(again);
  ASSERT_EQ(answers_.size(), 1u) << "accepted once, acknowledged each time";
  Message cancel = message("M3");
  cancel.mutable_cancel_request()->set_reason("EQUIPMENT");
  receive(cancel);
  ASSERT_EQ(answers_.size(), 2u);
  EXPECT_TRUE(answers_[1].cancel_answer().agreed());
  Message clear = message("M4");
  clear.mutable_alarm_clear()->set_alert_id("A1");
  receive(clear);
  EXPECT_TRUE(effects_.empty());
}

TEST_F(Desk, AnAlarmAfterTheCallWasClosedIsAcknowledgedAndOpensNothing) {
  Message first = message("M1");
  *first.mutable_alarm_new() = alarm("A1");
  receive(first);
  const std::string call_id = opened();
  ASSERT_NE(call_id, "");
  Message clear = message("M2");
  clear.mutable_alarm_clear()->set_alert_id("A1");
  receive(clear);
  ASSERT_EQ(effects_.size(), 1u) << "its condition is clear";
  clear.set_id("M3");
  receive(clear);
  EXPECT_TRUE(effects_.empty()) << "once";
  v1::Fact closed;
  closed.mutable_call_closed_by_hand()->set_call_id(call_id);
  step(closed);
  Message late = message("M4");
  *late.mutable_alarm_update() = alarm("A2", 0);
  receive(late);
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(answers_[0].has_ack());
  EXPECT_TRUE(effects_.empty());
}

TEST_F(Desk, AUnitSentByHandGoesToTheOneOfTwoPersonsWhoHasNobodyYet) {
  for (const char* id : {"U1", "U2", "U3"}) {
    v1::Fact fact;
    fact.mutable_unit_registered()->set_id(id);
    fact.mutable_unit_registered()->set_agency_id("police");
    step(fact);
  }
  Message first = message("M1");
  *first.mutable_alarm_new() = alarm("A1", 4);  // so low a code sends nobody by itself
  *first.mutable_alarm_new()->add_destinations() = destination(v1::TARGET_PROTECTED_PERSON, "P1", 9, 1);
  *first.mutable_alarm_new()->add_destinations() = destination(v1::TARGET_PROTECTED_PERSON, "P2", 9, 1);
  receive(first);
  const std::string call_id = opened();
  const auto sent = [&](const char* unit_id) -> std::string {
    v1::Fact fact;
    fact.mutable_unit_assigned_by_hand()->set_call_id(call_id);
    fact.mutable_unit_assigned_by_hand()->set_unit_id(unit_id);
    fact.mutable_unit_assigned_by_hand()->set_target(v1::TARGET_PROTECTED_PERSON);
    step(fact);
    for (const v1::Effect& effect : effects_)
      if (effect.has_update_call())
        for (const v1::Assignment& one : effect.update_call().assignments())
          if (one.unit_id() == unit_id) return one.person_id();
    return "";
  };
  EXPECT_EQ(sent("U1"), "P1");
  EXPECT_EQ(sent("U2"), "P2");
  EXPECT_EQ(sent("U3"), "P1") << "both have one: the first of them";
  EXPECT_EQ(sent("U3"), "") << "it is there already";
}

TEST_F(Desk, TenThousandHandOffsToldAgainAndAgainInAnyOrderAreACallEach) {
  constexpr size_t kHandOffs = 10'000;
  Random random(10);
  std::map<std::string, size_t> calls;  // of each hand-off
  std::map<std::string, std::string> answered;
  for (size_t told = 0; told < 3 * kHandOffs; ++told) {
    // In the end each of them was told at least once.
    const size_t which = told < kHandOffs ? told : random.below(kHandOffs);
    const std::string id = "H" + std::to_string(which);
    Message alarmed = message(id + "-m", id);
    *alarmed.mutable_alarm_new() = alarm("A" + std::to_string(which), 4);
    receive(alarmed);
    for (const v1::Effect& effect : effects_)
      if (effect.has_open_call()) ++calls[effect.open_call().hand_off_id()];
    ASSERT_EQ(answers_.size(), 2u);
    const std::string number = answers_[1].accepted().event_no();
    const auto first = answered.try_emplace(id, number).first;
    ASSERT_EQ(number, first->second) << "one number for ever";
  }
  ASSERT_EQ(calls.size(), kHandOffs);
  for (const auto& [id, count] : calls) ASSERT_EQ(count, 1u) << id;
}

}  // namespace
}  // namespace haechi::dispatch
