#include "picture/case_book.h"

#include <gtest/gtest.h>

#include "base/saved.h"

namespace haechi::picture {
namespace {

class CaseBookTest : public testing::Test {
 protected:
  // Whatever a test did, the book can be saved and taken up by another.
  ~CaseBookTest() override {
    CaseBook other;
    EXPECT_TRUE(take_saved(saved(book_), other).ok());
    EXPECT_EQ(saved(other), saved(book_));
  }
  void fold(const v1::CaseEffect& effect) { book_.fold({++entry_no_, Time{}}, effect); }

  void duty(const std::string& id, const std::string& case_id, int64_t done_at_us = 0) {
    v1::CaseEffect effect;
    effect.mutable_update_duty()->set_id(id);
    effect.mutable_update_duty()->set_case_id(case_id);
    effect.mutable_update_duty()->set_done_at_us(done_at_us);
    fold(effect);
  }
  void glass(const std::string& id, const std::string& account, int64_t broken_us, int64_t ends_us) {
    v1::CaseEffect effect;
    v1::BrokenGlass& one = *effect.mutable_update_glass();
    one.set_id(id);
    one.set_account(account);
    one.set_person_id("P1");
    one.set_broken_at_us(broken_us);
    one.set_ends_at_us(ends_us);
    fold(effect);
  }
  void link(const std::string& id, const std::string& wearer_id, v1::LinkState state, bool proposed = false) {
    v1::CaseEffect effect;
    v1::CaseLink& one = proposed ? *effect.mutable_propose_link() : *effect.mutable_update_link();
    one.set_id(id);
    one.set_subject_id("S1");
    one.set_wearer_id(wearer_id);
    one.set_state(state);
    fold(effect);
  }
  void recused(bool ended) {
    v1::CaseEffect effect;
    effect.mutable_update_recusal()->set_account("insp-park");
    effect.mutable_update_recusal()->set_person_id("P1");
    effect.mutable_update_recusal()->set_ended(ended);
    fold(effect);
  }

  CaseBook book_;
  uint64_t entry_no_ = 0;
};

TEST_F(CaseBookTest, SaysOfEachThingWhatTheMachineSaidLast) {
  for (const uint32_t version : {1u, 2u}) {
    v1::CaseEffect effect;
    effect.mutable_update_case()->set_id("c");
    effect.mutable_update_case()->set_number("no " + std::to_string(version));
    fold(effect);
    effect.mutable_update_measure()->set_id("m");
    effect.mutable_update_measure()->set_version(version);
    fold(effect);
    effect.mutable_update_petition()->set_id("pet");
    effect.mutable_update_petition()->set_docket("no " + std::to_string(version));
    fold(effect);
    effect.mutable_update_consent()->set_protected_id("P1");
    effect.mutable_update_consent()->set_view_allowed(version == 2);
    fold(effect);
    effect.mutable_update_caseload()->set_officer("officer-lee");
    effect.mutable_update_caseload()->add_wearer_ids("W" + std::to_string(version));
    fold(effect);
    effect.mutable_update_review()->set_account("operator-1");
    effect.mutable_update_review()->set_month("2026-10");
    effect.mutable_update_review()->set_at_us(version);
    fold(effect);
    effect.mutable_queue_notification()->set_id("note");
    effect.mutable_queue_notification()->set_level(version - 1);
    fold(effect);
    effect.mutable_update_notification()->set_id("note");
    effect.mutable_update_notification()->set_level(version);
    fold(effect);
  }
  EXPECT_EQ(book_.find_case("c")->number(), "no 2");
  EXPECT_EQ(book_.measure("m")->version(), 2u);
  EXPECT_EQ(book_.petition("pet")->docket(), "no 2");
  EXPECT_TRUE(book_.consents().at("P1").view_allowed());
  EXPECT_EQ(book_.caseloads().at("officer-lee").wearer_ids(0), "W2");
  EXPECT_EQ(book_.review("operator-1", "2026-10")->at_us(), 2);
  EXPECT_EQ(book_.review("operator-1", "2026-11"), nullptr);
  EXPECT_EQ(book_.notification("note")->level(), 2u);
  EXPECT_EQ(book_.notifications().size(), 1u);
  EXPECT_EQ(book_.find_case("m"), nullptr);
  EXPECT_EQ(book_.duty("c"), nullptr);
  EXPECT_EQ(book_.link("c"), nullptr);
}

TEST_F(CaseBookTest, LeadsFromAnOrderToItsMeasureUntilThatIsForgotten) {
  v1::CaseEffect effect;
  effect.mutable_update_measure()->set_id("m");
  fold(effect);
  effect.mutable_activate_order()->set_measure_id("m");
  effect.mutable_activate_order()->mutable_order()->set_id("o");
  fold(effect);
  effect.mutable_end_order()->set_measure_id("m");
  effect.mutable_end_order()->mutable_order()->set_id("o");
  fold(effect);
  ASSERT_NE(book_.measure_of_order("o"), nullptr) << "ended, it is still the order of that measure";
  EXPECT_EQ(book_.measure_of_order("o")->id(), "m");
  EXPECT_EQ(book_.measure_of_order("stated by an agency"), nullptr);
  effect.mutable_forget_measure()->set_measure_id("m");
  fold(effect);
  EXPECT_EQ(book_.measure_of_order("o"), nullptr);
  EXPECT_EQ(book_.measure("m"), nullptr);
}

TEST_F(CaseBookTest, ListsADutyUnderAllThatItIsAboutUntilItIsDone) {
  v1::CaseEffect effect;
  v1::Duty& one = *effect.mutable_update_duty();
  one.set_id("d");
  one.set_measure_id("m");
  one.set_wearer_id("W1");
  fold(effect);
  duty("e", "c");
  EXPECT_EQ(book_.open_duties("m").count("d"), 1u);
  EXPECT_EQ(book_.open_duties("W1").count("d"), 1u);
  EXPECT_EQ(book_.open_duties("c").count("e"), 1u);
  one.set_done_at_us(5);
  fold(effect);
  EXPECT_TRUE(book_.open_duties("m").empty());
  EXPECT_TRUE(book_.open_duties("W1").empty());
  EXPECT_EQ(book_.open_duties("c").size(), 1u);
  EXPECT_EQ(book_.duty("d")->done_at_us(), 5) << "what was done can still be read";
  duty("never open", "c-2", 7);
  EXPECT_TRUE(book_.open_duties("c-2").empty());
}

TEST_F(CaseBookTest, ForgetsTheOldestDutiesThatWereDoneAndNoneThatIsOpen) {
  duty("open", "c");
  for (size_t i = 0; i <= kDoneDutiesMax; ++i) {
    duty("d" + std::to_string(i), "c");
    duty("d" + std::to_string(i), "c", 1);
  }
  EXPECT_EQ(book_.duty("d0"), nullptr);
  EXPECT_NE(book_.duty("d1"), nullptr);
  EXPECT_NE(book_.duty("open"), nullptr);
  EXPECT_EQ(book_.duties().size(), kDoneDutiesMax + 1);
}

TEST_F(CaseBookTest, ForgetsTheOldestNotifications) {
  for (size_t i = 0; i <= kNotificationsMax; ++i) {
    v1::CaseEffect effect;
    effect.mutable_queue_notification()->set_id("n" + std::to_string(i));
    fold(effect);
  }
  EXPECT_EQ(book_.notification("n0"), nullptr);
  EXPECT_NE(book_.notification("n1"), nullptr);
  EXPECT_EQ(book_.notifications().size(), kNotificationsMax);
}

TEST_F(CaseBookTest, KeepsWhyAFactWasRefusedByItsEntryAndTheNewestOfThem) {
  for (size_t i = 0; i <= kRefusalsMax; ++i) {
    v1::CaseEffect effect;
    effect.mutable_refuse()->set_field("field " + std::to_string(i));
    fold(effect);
  }
  EXPECT_EQ(book_.refusal(1), nullptr) << "made room";
  EXPECT_EQ(book_.refusal(2)->field(), "field 1");
  EXPECT_EQ(book_.refusal(entry_no_ + 1), nullptr) << "was taken";
}

TEST_F(CaseBookTest, OpensOnlyWhatThatAccountBrokeLastAndUntilItEnds) {
  glass("g-1", "insp-park", 100, 200);
  EXPECT_NE(book_.open_glass("insp-park", "P1", Time{199}), nullptr);
  EXPECT_EQ(book_.open_glass("insp-park", "P1", Time{200}), nullptr) << "it has ended";
  EXPECT_EQ(book_.open_glass("insp-park", "P2", Time{150}), nullptr) << "of another person";
  EXPECT_EQ(book_.open_glass("insp-choi", "P1", Time{150}), nullptr) << "by somebody else";
  glass("g-2", "insp-park", 150, 300);
  EXPECT_EQ(book_.open_glass("insp-park", "P1", Time{250})->id(), "g-2");
  glass("g-1", "insp-park", 100, 400);
  EXPECT_EQ(book_.open_glass("insp-park", "P1", Time{250})->id(), "g-2") << "what is said of it later is old";
  EXPECT_EQ(book_.glass("g-1")->ends_at_us(), 400);
  EXPECT_EQ(book_.glass("g-3"), nullptr);
  glass("g-2", "insp-park", 150, 160);
  EXPECT_EQ(book_.open_glass("insp-park", "P1", Time{250}), nullptr) << "a second person closed it";
  EXPECT_EQ(book_.glasses().size(), 2u);
}

TEST_F(CaseBookTest, KeepsTheNewestBrokenGlass) {
  for (size_t i = 0; i <= kGlassesMax; ++i) glass("g" + std::to_string(i), "insp-park", 1, 2);
  EXPECT_EQ(book_.glass("g0"), nullptr);
  EXPECT_NE(book_.glass("g1"), nullptr);
  EXPECT_EQ(book_.glasses().size(), kGlassesMax);
}

TEST_F(CaseBookTest, BarsAnAccountFromAPersonUntilThatIsTakenBack) {
  EXPECT_FALSE(book_.recused("insp-park", "P1"));
  recused(false);
  EXPECT_TRUE(book_.recused("insp-park", "P1"));
  EXPECT_FALSE(book_.recused("insp-park", "P2"));
  EXPECT_FALSE(book_.recused("insp-choi", "P1"));
  recused(true);
  EXPECT_FALSE(book_.recused("insp-park", "P1"));
}

TEST_F(CaseBookTest, KnowsASubjectAsTheWearersOfLinksThatAHumanOrADocumentSettled) {
  using Ids = std::set<std::string>;
  EXPECT_EQ(book_.worn_as("S1"), Ids({"S1"}));
  link("l-1", "W1", v1::LINK_STATE_IDENTITY, true);
  link("l-2", "W2", v1::LINK_STATE_OPEN, true);
  EXPECT_EQ(book_.worn_as("S1"), Ids({"S1", "W2"})) << "nobody has said that W1 is the same person";
  link("l-1", "W1", v1::LINK_STATE_COVERED);
  EXPECT_EQ(book_.worn_as("S1"), Ids({"S1", "W1", "W2"}));
  link("l-2", "W2", v1::LINK_STATE_DECLINED);
  EXPECT_EQ(book_.worn_as("S1"), Ids({"S1", "W1"}));
  EXPECT_EQ(book_.link("l-2")->state(), v1::LINK_STATE_DECLINED);
}

TEST_F(CaseBookTest, KeepsTheAgencyOfAWearerWhenOnlyHisOfficerChanges) {
  v1::CaseFact fact;
  v1::SupervisorAssigned& assigned = *fact.mutable_supervisor_assigned();
  assigned.set_wearer_id("W1");
  assigned.set_officer("officer-lee");
  assigned.set_agency_id("probation-1");
  book_.fold(fact);
  assigned.set_officer("officer-new");
  assigned.clear_agency_id();
  book_.fold(fact);
  EXPECT_EQ(book_.supervision("W1")->officer, "officer-new");
  EXPECT_EQ(book_.supervision("W1")->agency_id, "probation-1");
  EXPECT_EQ(book_.supervision("W2"), nullptr);
}

}  // namespace
}  // namespace haechi::picture
