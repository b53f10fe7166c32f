#include "cases/test_world.h"

namespace haechi::cases {
namespace {

v1::CaseFact broken(const std::string& by, const std::string& id, uint32_t minutes = 15) {
  v1::CaseFact fact;
  fact.set_by(by);
  fact.mutable_glass_broken()->set_id(id);
  fact.mutable_glass_broken()->set_person_id("w-1");
  fact.mutable_glass_broken()->set_reason(v1::GLASS_REASON_DANGER_TO_LIFE);
  fact.mutable_glass_broken()->set_minutes(minutes);
  return fact;
}
v1::CaseFact answered(const std::string& by, const std::string& id, v1::ReviewVerdict verdict) {
  v1::CaseFact fact;
  fact.set_by(by);
  fact.mutable_glass_answered()->set_glass_id(id);
  fact.mutable_glass_answered()->set_verdict(verdict);
  return fact;
}

TEST(BrokenGlass, TellsThePrivacyOfficerInTheEntryInWhichItIsBrokenAndEndsByItself) {
  World world("2026-11-22T09:00:00+09:00");
  ASSERT_EQ(world.submit(broken("insp-park", "g-1", 30)), "");
  const auto made = world.of(v1::CaseEffect::kUpdateGlass);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].update_glass().account(), "insp-park");
  EXPECT_EQ(made[0].update_glass().ends_at_us(), (world.now() + Duration::seconds(1800)).us);
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_GLASS_BROKEN, v1::CASE_PARTY_PRIVACY_OFFICER), 1u);
  EXPECT_EQ(world.of(v1::CaseEffect::kQueueNotification).back().queue_notification().account(),
            "privacy-officer");
}

TEST(BrokenGlass, NeedsSomebodyAReasonAndAnEndWithinHalfAnHour) {
  World world("2026-11-22T09:00:00+09:00");
  EXPECT_EQ(world.submit(broken("", "g-1")), "invalid: by: must be 1..128 bytes");
  EXPECT_EQ(world.submit(broken("insp-park", "g-1", 0)), "invalid: minutes: must be 1..30");
  EXPECT_EQ(world.submit(broken("insp-park", "g-1", 31)), "invalid: minutes: must be 1..30");
  v1::CaseFact fact = broken("insp-park", "g-1");
  fact.mutable_glass_broken()->clear_reason();
  EXPECT_EQ(world.submit(fact), "invalid: reason: must be given");
  EXPECT_EQ(world.of(v1::CaseEffect::kUpdateGlass).size(), 0u);
}

TEST(BrokenGlass, IsClosedAtOnceWhenASecondPersonSaysThatItWasNotJustified) {
  World world("2026-11-22T09:00:00+09:00");
  ASSERT_EQ(world.submit(broken("insp-park", "g-1")), "");
  EXPECT_EQ(world.submit(answered("insp-park", "g-1", v1::REVIEW_VERDICT_JUSTIFIED)),
            "conflict: by: must be another than who broke it");
  EXPECT_EQ(world.submit(answered("auditor-1", "g-1", v1::REVIEW_VERDICT_UNSPECIFIED)),
            "invalid: verdict: must be REVIEW_VERDICT_JUSTIFIED or REVIEW_VERDICT_NOT_JUSTIFIED");
  ASSERT_EQ(world.submit(answered("auditor-1", "g-1", v1::REVIEW_VERDICT_NOT_JUSTIFIED)), "");
  const v1::BrokenGlass closed = world.of(v1::CaseEffect::kUpdateGlass).back().update_glass();
  EXPECT_EQ(closed.ends_at_us(), world.now().us);
  EXPECT_EQ(closed.answered_by(), "auditor-1");
  EXPECT_EQ(world.submit(answered("auditor-2", "g-1", v1::REVIEW_VERDICT_JUSTIFIED)),
            "not_found: glass_id: is not the id of broken glass that waits for an answer");
}

TEST(BrokenGlass, KeepsItsEndWhenItWasJustified) {
  World world("2026-11-22T09:00:00+09:00");
  ASSERT_EQ(world.submit(broken("insp-park", "g-1")), "");
  const int64_t ends = world.of(v1::CaseEffect::kUpdateGlass).back().update_glass().ends_at_us();
  ASSERT_EQ(world.submit(answered("auditor-1", "g-1", v1::REVIEW_VERDICT_JUSTIFIED)), "");
  EXPECT_EQ(world.of(v1::CaseEffect::kUpdateGlass).back().update_glass().ends_at_us(), ends);
}

TEST(BrokenGlass, IsNotBrokenAgainForTheSamePersonBeforeSomebodyAnsweredForTheFirstTime) {
  World world("2026-11-22T09:00:00+09:00");
  ASSERT_EQ(world.submit(broken("insp-park", "g-1")), "");
  const char* kAgain =
      "conflict: person_id: the glass was broken for this person; again when somebody has answered for that";
  EXPECT_EQ(world.submit(broken("insp-park", "g-2")), kAgain);
  EXPECT_EQ(world.submit(broken("insp-choi", "g-3")), "") << "another officer, of whom it is told as well";
  v1::CaseFact other = broken("insp-park", "g-4");
  other.mutable_glass_broken()->set_person_id("w-2");
  EXPECT_EQ(world.submit(other), "") << "another person";
  ASSERT_EQ(world.submit(answered("auditor-1", "g-1", v1::REVIEW_VERDICT_JUSTIFIED)), "");
  EXPECT_EQ(world.submit(broken("insp-park", "g-5")), "");
  world.pass_to("2026-11-22T20:59:00+09:00");
  EXPECT_EQ(world.submit(broken("insp-park", "g-6")), kAgain);
  world.pass_to("2026-11-22T21:00:01+09:00");
  EXPECT_EQ(world.submit(broken("insp-park", "g-6")), "") << "half a day later at the latest";
}

v1::CaseFact exceeded(v1::LookAlarmKind kind, const std::string& account, const std::string& person_id) {
  v1::CaseFact fact;
  fact.set_by("haechi");
  v1::LooksExceeded& one = *fact.mutable_looks_exceeded();
  one.set_kind(kind);
  one.set_account(account);
  one.set_person_id(person_id);
  one.set_count(41);
  return fact;
}

TEST(ManyLooks, AreToldToThePrivacyOfficerInTheSameEntry) {
  World world("2026-11-22T09:00:00+09:00");
  ASSERT_EQ(world.submit(exceeded(v1::LOOK_ALARM_KIND_MANY_PERSONS, "operator-1", "")), "");
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_MANY_LOOKS, v1::CASE_PARTY_PRIVACY_OFFICER), 1u);
  const v1::LookAlarm alarm = world.of(v1::CaseEffect::kTellLookAlarm).back().tell_look_alarm();
  EXPECT_EQ(alarm.account(), "operator-1");
  EXPECT_EQ(alarm.count(), 41u);
  ASSERT_EQ(world.submit(exceeded(v1::LOOK_ALARM_KIND_MANY_ACCOUNTS, "", "w-1")), "");
  EXPECT_EQ(world.submit(exceeded(v1::LOOK_ALARM_KIND_UNSPECIFIED, "a", "")), "invalid: kind: must be given");
  EXPECT_EQ(world.submit(exceeded(v1::LOOK_ALARM_KIND_BOUND, "", "w-1")),
            "invalid: account: must be 1..128 bytes");
  EXPECT_NE(world.submit(exceeded(v1::LOOK_ALARM_KIND_MANY_ACCOUNTS, "a", "")), "");
}

TEST(ManyLooks, AreLiftedForAnHourByAnotherThanTheAccount) {
  World world("2026-11-22T09:00:00+09:00");
  v1::CaseFact fact;
  fact.set_by("auditor-1");
  fact.mutable_looks_lifted()->set_account("operator-1");
  ASSERT_EQ(world.submit(fact), "");
  const v1::LooksLift lift = world.of(v1::CaseEffect::kUpdateLookLift).back().update_look_lift();
  EXPECT_EQ(lift.until_us(), (world.now() + Duration::seconds(3600)).us);
  fact.set_by("operator-1");
  EXPECT_EQ(world.submit(fact), "conflict: by: must be another than the account");
}

v1::CaseFact her_phone(const std::string& person_id, v1::HerPhoneEvent event) {
  v1::CaseFact fact;
  fact.mutable_her_phone_changed()->set_person_id(person_id);
  fact.mutable_her_phone_changed()->set_event(event);
  return fact;
}

TEST(HerPhone, AnotherOneOrAnotherSignInIsToldToTheOfficerWhoProtectsHer) {
  World world("2026-11-22T09:00:00+09:00");
  ASSERT_EQ(world.open_case("c-1", "s-1", "p-1"), "");
  ASSERT_EQ(world.open_case("c-2", "s-2", "p-2"), "");
  ASSERT_EQ(world.submit(her_phone("p-1", v1::HER_PHONE_EVENT_SIGNED_IN)), "");
  const auto told = world.of(v1::CaseEffect::kQueueNotification);
  ASSERT_EQ(told.size(), 1u) << "the officer of her case, nobody of another's";
  EXPECT_EQ(told[0].queue_notification().kind(), v1::NOTIFICATION_KIND_HER_PHONE);
  EXPECT_EQ(told[0].queue_notification().account(), "officer-kim");
  EXPECT_EQ(told[0].queue_notification().case_id(), "c-1");
  EXPECT_EQ(world.submit(her_phone("p-1", v1::HER_PHONE_EVENT_UNSPECIFIED)), "invalid: event: must be given");
  ASSERT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_MISTAKE), "");
  ASSERT_EQ(world.submit(her_phone("p-1", v1::HER_PHONE_EVENT_DEVICE)), "");
  EXPECT_EQ(world.of(v1::CaseEffect::kQueueNotification).size(), 0u) << "nobody protects her any more";
}

TEST(HerPhone, IsToldToTheStationWhereNoOfficerWasNamed) {
  World world("2026-11-22T09:00:00+09:00");
  v1::CaseFact fact;
  v1::CaseOpened& opened = *fact.mutable_case_opened();
  opened.set_case_id("c-1");
  opened.set_country("kr");
  opened.set_kind(v1::CASE_KIND_STALKING);
  opened.set_agency_id("police-namyangju");
  opened.set_subject_id("s-1");
  opened.add_protected_ids("p-1");
  ASSERT_EQ(world.submit(fact), "");
  ASSERT_EQ(world.submit(her_phone("p-1", v1::HER_PHONE_EVENT_DEVICE)), "");
  const auto told = world.of(v1::CaseEffect::kQueueNotification);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].queue_notification().agency_id(), "police-namyangju");
}

TEST(Recusals, AreToldToThePrivacyOfficerWhenTheyBeginAndWhenTheyEnd) {
  World world("2026-11-22T09:00:00+09:00");
  v1::CaseFact fact;
  fact.set_by("registrar-1");
  v1::Recused& recused = *fact.mutable_recused();
  recused.set_account("insp-park");
  recused.set_person_id("w-1");
  recused.set_ground(v1::RECUSAL_GROUND_FAMILY);
  ASSERT_EQ(world.submit(fact), "");
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_RECUSAL, v1::CASE_PARTY_PRIVACY_OFFICER), 1u);
  recused.set_ended(true);
  ASSERT_EQ(world.submit(fact), "");
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_RECUSAL, v1::CASE_PARTY_PRIVACY_OFFICER), 2u);
}

TEST(Reviews, AreOfARealMonthAndNeverOfOneself) {
  World world("2026-11-22T09:00:00+09:00");
  v1::CaseFact fact;
  fact.set_by("auditor-1");
  v1::LookUpsReviewed& reviewed = *fact.mutable_look_ups_reviewed();
  reviewed.set_account("operator-1");
  reviewed.set_verdict(v1::REVIEW_VERDICT_JUSTIFIED);
  for (const char* month : {"", "2026-13", "2026-00", "2026/10", "26-10-01"}) {
    reviewed.set_month(month);
    EXPECT_EQ(world.submit(fact), "invalid: month: must be a month like 2026-11") << month;
  }
  reviewed.set_month("2026-10");
  EXPECT_EQ(world.submit(fact), "");
  reviewed.set_account("auditor-1");
  EXPECT_EQ(world.submit(fact), "conflict: by: nobody reviews himself");
}

class CaseElsewhere : public testing::Test {
 protected:
  // So often the privacy officer was told by now.
  size_t told() const {
    return world_.told(v1::NOTIFICATION_KIND_CASE_ELSEWHERE, v1::CASE_PARTY_PRIVACY_OFFICER);
  }
  std::string open(const std::string& id, const std::string& agency, const std::string& protected_id) {
    v1::CaseFact fact;
    fact.set_by("insp-" + agency);
    v1::CaseOpened& opened = *fact.mutable_case_opened();
    opened.set_case_id(id);
    opened.set_country("kr");
    opened.set_kind(v1::CASE_KIND_STALKING);
    opened.set_agency_id(agency);
    opened.set_subject_id("s-" + id);
    opened.add_protected_ids(protected_id);
    return world_.submit(fact);
  }
  World world_{"2026-11-22T09:00:00+09:00"};
};

TEST_F(CaseElsewhere, ThatNamesWhomAnotherStationProtectsIsToldToThePrivacyOfficer) {
  ASSERT_EQ(open("c-1", "police-a", "p-1"), "");
  ASSERT_EQ(open("c-2", "police-a", "p-1"), "");
  ASSERT_EQ(open("c-3", "police-b", "p-2"), "");
  EXPECT_EQ(told(), 0u) << "her own station, and nobody's";
  ASSERT_EQ(open("c-4", "police-b", "p-1"), "");
  EXPECT_EQ(told(), 1u);
  const v1::CaseEffect opened = world_.of(v1::CaseEffect::kUpdateCase).front();
  EXPECT_EQ(opened.update_case().opened_by(), "insp-police-b");
  EXPECT_EQ(world_.of(v1::CaseEffect::kQueueNotification).back().queue_notification().case_id(), "c-4");
}

}  // namespace
}  // namespace haechi::cases
