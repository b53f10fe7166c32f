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
  EXPECT_EQ(world.of(v1::CaseEffect::kQueueNotification).back().queue_notification().account(), "privacy-officer");
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

}  // namespace
}  // namespace haechi::cases
