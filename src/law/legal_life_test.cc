#include "law/legal_life.h"

#include <gtest/gtest.h>

#include <random>

#include "haechi/v1/law.pb.h"
#include "law/pack.h"

namespace haechi::law {
namespace {

Time at(const std::string& text) {
  const Result<Time> time = parse_iso8601(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

Calendar seoul() {
  v1::TimeZone zone;
  zone.set_name("Asia/Seoul");
  auto* transition = zone.add_transitions();
  transition->set_from_s(INT64_MIN);
  transition->set_offset_s(9 * 3600);
  return {*LocalRules::from(zone), {day_of({2026, 12, 25}), day_of({2027, 1, 1})}};
}

class Life {
 public:
  explicit Life(const char* kind, Measure measure = {"p-1", {}}, const Pack& pack = kr())
      : life_(*LegalLife::begin(pack, kind, std::move(measure))) {}

  // Takes a step that must be allowed.
  Life& go(Step step, const char* when) { return go(LifeEvent{.step = step, .at = at(when)}); }
  Life& go(const LifeEvent& event) {
    const Status taken = life_.take(event, seoul());
    EXPECT_TRUE(taken.ok()) << step_name(event.step) << ": " << (taken.ok() ? "" : taken.error().text());
    return *this;
  }
  Life& done(Task task, const char* when) {
    return go(LifeEvent{.step = Step::kDone, .at = at(when), .task = task});
  }
  // The reason why a step is refused; empty: it was taken.
  std::string why(Step step, const char* when) { return why(LifeEvent{.step = step, .at = at(when)}); }
  std::string why(const LifeEvent& event) {
    const Status taken = life_.take(event, seoul());
    return taken.ok() ? "" : taken.error().field + ": " + taken.error().reason;
  }
  std::string ends() const { return life_.ends_at().known() ? iso8601(life_.ends_at()) : "open"; }
  Stage stage(const char* when) const { return life_.stage(at(when)); }
  End end(const char* when) const { return life_.end(at(when)); }
  bool in_force(const char* when) const { return life_.in_force(at(when)); }
  std::vector<Task> tasks(const char* when) const {
    std::vector<Task> found;
    for (const Deadline& one : life_.clocks(at(when), seoul())) found.push_back(one.task);
    return found;
  }
  Deadline clock(Task task, const char* when) const {
    for (const Deadline& one : life_.clocks(at(when), seoul()))
      if (one.task == task) return one;
    ADD_FAILURE() << "no such clock";
    return {};
  }
  bool open(Task task, const char* when) const {
    const std::vector<Task> found = tasks(when);
    return std::find(found.begin(), found.end(), task) != found.end();
  }
  LegalLife& operator*() { return life_; }

 private:
  LegalLife life_;
};

// A device under measure 3-2, decided on 10 June and fitted on 12 June.
Life worn() {
  Life life("ST_PROV_3_2");
  life.go(Step::kApply, "2026-06-08T10:00:00+09:00")
      .go(Step::kPetition, "2026-06-09T10:00:00+09:00")
      .go(Step::kGrant, "2026-06-10T15:00:00+09:00")
      .go(Step::kServe, "2026-06-11T09:00:00+09:00")
      .go(Step::kFit, "2026-06-12T11:00:00+09:00");
  return life;
}

TEST(LegalLife, GoesFromApplicationToActiveAndIsInForceFromTheDecision) {
  Life life("ST_PROV_3_2");
  EXPECT_EQ(life.stage("2026-06-01T00:00:00Z"), Stage::kNew);
  life.go(Step::kApply, "2026-06-08T10:00:00+09:00");
  EXPECT_TRUE(life.open(Task::kPetitionCourt, "2026-06-08T10:00:00+09:00"));
  life.go(Step::kPetition, "2026-06-09T10:00:00+09:00");
  EXPECT_EQ(life.tasks("2026-06-09T10:00:00+09:00"), std::vector<Task>{Task::kDecide});
  life.go(Step::kGrant, "2026-06-10T15:00:00+09:00");
  EXPECT_FALSE(life.in_force("2026-06-10T14:59:59+09:00"));
  EXPECT_TRUE(life.in_force("2026-06-10T15:00:00+09:00"));
  EXPECT_EQ(life.ends(), "2026-09-10T15:00:00.000Z");
  life.go(Step::kServe, "2026-06-11T09:00:00+09:00");
  EXPECT_EQ(life.stage("2026-06-11T09:00:00+09:00"), Stage::kServed);
  life.go(Step::kFit, "2026-06-12T11:00:00+09:00");
  EXPECT_EQ(life.stage("2026-06-12T11:00:00+09:00"), Stage::kFitted);
  life.go(Step::kReceiveVictimData, "2026-06-12T11:20:00+09:00");
  EXPECT_EQ(life.stage("2026-06-12T12:00:00+09:00"), Stage::kActive);
  EXPECT_EQ(life.ends(), "2026-09-10T15:00:00.000Z");
}

TEST(LegalLife, RefusesStepsOutOfOrderAndSaysWhy) {
  Life life("ST_PROV_3_2");
  EXPECT_EQ(life.why(Step::kGrant, "2026-06-01T10:00:00Z"), "grant: it must be petitioned first");
  EXPECT_EQ(life.why(Step::kFit, "2026-06-01T10:00:00Z"),
            "fit: not while ST_PROV_3_2 is not asked for yet: it must be served first, and is fitted once");
  life.go(Step::kApply, "2026-06-08T10:00:00Z").go(Step::kPetition, "2026-06-09T10:00:00Z");
  EXPECT_EQ(life.why(Step::kApply, "2026-06-09T11:00:00Z"),
            "apply: not while ST_PROV_3_2 is petitioned: it is the first step");
  EXPECT_EQ(life.why(Step::kGrant, "2026-06-09T09:00:00Z"), "grant: is earlier than the step before it");
  life.go(Step::kGrant, "2026-06-10T10:00:00Z");
  EXPECT_EQ(life.why(Step::kFit, "2026-06-10T11:00:00Z"),
            "fit: not while ST_PROV_3_2 is granted: it must be served first, and is fitted once");
  EXPECT_EQ(life.why(Step::kImpose, "2026-06-10T11:00:00Z"),
            "impose: is not a step of ST_PROV_3_2: it comes about in another way");
  EXPECT_EQ(life.why(Step::kDecidePetition, "2026-06-10T11:00:00Z"),
            "decide_petition: ST_PROV_3_2 does not hang on another petition");
  EXPECT_EQ(life.stage("2026-06-10T11:00:00Z"), Stage::kGranted);
}

TEST(LegalLife, PutsADeviceOnNobodyWithoutAnOrderForOne) {
  Life life("ST_PROV_2");
  life.go(Step::kApply, "2026-06-08T10:00:00Z")
      .go(Step::kPetition, "2026-06-09T10:00:00Z")
      .go(Step::kGrant, "2026-06-10T10:00:00Z")
      .go(Step::kServe, "2026-06-10T12:00:00Z");
  EXPECT_EQ(life.stage("2026-06-10T12:00:00Z"), Stage::kActive);
  EXPECT_NE(life.why(Step::kFit, "2026-06-10T13:00:00Z").find("fit: "), std::string::npos);
  Life granted("ST_VPO_1", {"p-1", at("2027-05-01T10:00:00+09:00")});
  granted.go(Step::kPetition, "2027-05-02T10:00:00+09:00").go(Step::kGrant, "2027-05-03T10:00:00+09:00");
  EXPECT_FALSE((*granted).kind().carries_device());
}

TEST(LegalLife, RingsAfterFittingUntilTheVictimsDataHaveCome) {
  Life life = worn();
  const Deadline pending = life.clock(Task::kSendVictimData, "2026-06-12T11:00:00+09:00");
  EXPECT_EQ(pending.by, Party::kPolice);
  EXPECT_EQ(pending.to, parties(Party::kProbation));
  EXPECT_EQ(pending.deadline, By::kImmediately);
  EXPECT_FALSE(pending.overdue(at("2026-06-12T11:00:00+09:00")));
  EXPECT_TRUE(pending.overdue(at("2026-06-12T11:00:01+09:00")));
  EXPECT_EQ(cited(pending.source), "EM Act 31-6(3); EM Decree 23-13(1)");
  EXPECT_TRUE(life.open(Task::kTellOfFitting, "2026-06-12T11:00:00+09:00"));
  EXPECT_TRUE(life.open(Task::kGiveDevice, "2026-06-12T11:00:00+09:00"));
  life.go(Step::kReceiveVictimData, "2026-06-12T12:00:00+09:00")
      .done(Task::kTellOfFitting, "2026-06-12T12:01:00+09:00")
      .done(Task::kGiveDevice, "2026-06-12T13:00:00+09:00");
  EXPECT_FALSE(life.open(Task::kSendVictimData, "2026-06-13T00:00:00+09:00"));
  EXPECT_FALSE(life.open(Task::kTellOfFitting, "2026-06-13T00:00:00+09:00"));
  EXPECT_FALSE(life.open(Task::kGiveDevice, "2026-06-13T00:00:00+09:00"));
}

TEST(LegalLife, TellsThePoliceWhenHeDoesNotComeToBeFitted) {
  Life life("ST_PROV_3_2");
  life.go(Step::kApply, "2026-06-08T10:00:00Z").go(Step::kPetition, "2026-06-09T10:00:00Z");
  life.go(LifeEvent{
      .step = Step::kGrant, .at = at("2026-06-10T10:00:00Z"), .report_by = at("2026-06-11T09:00:00Z")});
  EXPECT_EQ(iso8601(life.clock(Task::kReportForFitting, "2026-06-10T10:00:00Z").due),
            "2026-06-11T09:00:00.000Z");
  EXPECT_FALSE(
      life.clock(Task::kReportForFitting, "2026-06-10T10:00:00Z").overdue(at("2026-06-11T08:59:59Z")));
  EXPECT_TRUE(
      life.clock(Task::kReportForFitting, "2026-06-10T10:00:00Z").overdue(at("2026-06-11T09:00:00Z")));
  life.go(Step::kServe, "2026-06-10T11:00:00Z").go(Step::kRefuseFitting, "2026-06-11T09:00:00Z");
  EXPECT_EQ(life.clock(Task::kTellOfRefusal, "2026-06-11T09:00:00Z").by, Party::kProbation);
  life.go(Step::kFit, "2026-06-11T15:00:00Z");
  EXPECT_FALSE(life.open(Task::kTellOfRefusal, "2026-06-11T15:00:00Z"));
}

TEST(LegalLife, ExtendsTwiceByThreeMonthsAndNoMore) {
  Life life = worn();
  EXPECT_TRUE(life.open(Task::kExtend, "2026-09-01T00:00:00Z"));
  life.go(Step::kExtend, "2026-09-01T10:00:00+09:00");
  EXPECT_EQ(life.ends(), "2026-12-10T15:00:00.000Z");
  EXPECT_TRUE(life.open(Task::kTellOfChange, "2026-09-01T10:00:00+09:00"));
  life.go(Step::kExtend, "2026-12-01T10:00:00+09:00");
  EXPECT_EQ(life.ends(), "2027-03-10T15:00:00.000Z");
  EXPECT_EQ((*life).extensions(), 2u);
  EXPECT_TRUE(life.open(Task::kLetEnd, "2026-12-02T00:00:00Z"));
  EXPECT_FALSE(life.open(Task::kExtend, "2026-12-02T00:00:00Z"));
  EXPECT_EQ(
      life.why(Step::kExtend, "2027-03-01T10:00:00+09:00"),
      "extend: was extended 2 times already: Stalking Act 9(7): three months, extended twice by up to three "
      "each");
}

TEST(LegalLife, ExtendsOnlyBeforeItsEndAndNeverBeyondTheStatute) {
  Life life = worn();
  EXPECT_EQ(
      life.why(LifeEvent{.step = Step::kExtend,
                         .at = at("2026-09-10T10:00:00+09:00"),
                         .until = at("2026-12-11T00:00:01+09:00")}),
      "until: goes beyond 2026-12-10: Stalking Act 9(7): three months, extended twice by up to three each");
  EXPECT_EQ(life.why(LifeEvent{.step = Step::kExtend,
                               .at = at("2026-09-10T10:00:00+09:00"),
                               .until = at("2026-09-11T00:00:00+09:00")}),
            "until: must be after the end it has now");
  EXPECT_EQ(life.why(Step::kExtend, "2026-09-11T00:00:00+09:00"),
            "extend: not while ST_PROV_3_2 is ended (expired on 2026-09-10): only before it ends");
  life.go(LifeEvent{.step = Step::kExtend,
                    .at = at("2026-09-10T23:59:59+09:00"),
                    .until = at("2026-12-11T00:00:00+09:00")});
  EXPECT_EQ(life.ends(), "2026-12-10T15:00:00.000Z");
}

TEST(LegalLife, ExpiresAtMidnightByItselfAndLeavesDuties) {
  Life life = worn();
  EXPECT_TRUE(life.in_force("2026-09-10T23:59:59.999+09:00"));
  EXPECT_FALSE(life.in_force("2026-09-11T00:00:00+09:00"));
  EXPECT_EQ(life.stage("2026-09-11T00:00:00+09:00"), Stage::kEnded);
  EXPECT_EQ(life.end("2026-09-11T00:00:00+09:00"), End::kExpired);
  EXPECT_EQ(life.end("2026-09-10T23:59:59+09:00"), End::kNone);
  EXPECT_FALSE(life.open(Task::kSendVictimData, "2026-09-11T00:00:00+09:00"));
  EXPECT_TRUE(life.open(Task::kRemoveDevice, "2026-09-11T00:00:00+09:00"));
  EXPECT_EQ(iso8601(life.clock(Task::kDestroyData, "2026-09-11T00:00:00+09:00").due),
            "2031-09-10T15:00:00.000Z");
  life.done(Task::kRemoveDevice, "2026-09-11T09:00:00+09:00");
  EXPECT_FALSE(life.open(Task::kRemoveDevice, "2026-09-11T09:00:00+09:00"));
}

TEST(LegalLife, LapsesWhenTheProsecutorDoesNotIndictAndTheDataGoAtOnce) {
  Life life = worn();
  life.go(Step::kNotIndict, "2026-07-01T10:00:00+09:00");
  EXPECT_FALSE(life.in_force("2026-07-01T10:00:00+09:00"));
  EXPECT_EQ(life.end("2026-07-01T10:00:00+09:00"), End::kNotIndicted);
  EXPECT_EQ(life.clock(Task::kTellOfLapse, "2026-07-01T10:00:00+09:00").by, Party::kPolice);
  EXPECT_EQ(life.clock(Task::kDestroyData, "2026-07-01T10:00:00+09:00").deadline, By::kImmediately);
  Life urgent("ST_URGENT_1");
  urgent.go(Step::kImpose, "2026-06-10T10:00:00Z");
  EXPECT_EQ(urgent.why(Step::kNotIndict, "2026-06-10T11:00:00Z"),
            "not_indict: ST_URGENT_1 does not lapse when the prosecutor does not indict");
}

TEST(LegalLife, OfAnUrgentMeasureAsksTheJudgeWithin48Hours) {
  Life life("ST_URGENT_1");
  life.go(Step::kImpose, "2026-06-10T22:30:00+09:00");
  EXPECT_TRUE(life.in_force("2026-06-10T22:30:00+09:00"));
  EXPECT_EQ(life.ends(), "2026-07-10T15:00:00.000Z");
  EXPECT_EQ(iso8601(life.clock(Task::kAskApproval, "2026-06-10T22:30:00+09:00").due),
            "2026-06-12T13:30:00.000Z");
  EXPECT_EQ(life.clock(Task::kTellOfDecision, "2026-06-10T22:30:00+09:00").by, Party::kPolice);
  EXPECT_EQ(life.why(Step::kApprove, "2026-06-11T22:30:00+09:00"),
            "approve: approval must be asked for first");
  life.go(Step::kAskApproval, "2026-06-12T22:29:59+09:00");
  EXPECT_FALSE(life.open(Task::kAskApproval, "2026-06-13T00:00:00+09:00"));
  EXPECT_TRUE(life.open(Task::kDecideApproval, "2026-06-13T00:00:00+09:00"));
  life.go(Step::kApprove, "2026-06-13T10:00:00+09:00").go(Step::kServe, "2026-06-13T11:00:00+09:00");
  EXPECT_EQ(life.stage("2026-06-13T11:00:00+09:00"), Stage::kActive);
  EXPECT_FALSE(life.open(Task::kCancelUrgent, "2026-06-20T00:00:00+09:00"));
  EXPECT_NE(life.why(Step::kExtend, "2026-07-01T00:00:00+09:00").find("cannot be extended"),
            std::string::npos);
}

TEST(LegalLife, OfAnUrgentMeasureMustBeCancelledWhenNobodyAskedInTimeOrTheJudgeRefused) {
  Life late("ST_URGENT_1");
  late.go(Step::kImpose, "2026-06-10T22:30:00+09:00");
  EXPECT_FALSE(late.open(Task::kCancelUrgent, "2026-06-12T22:29:59+09:00"));
  EXPECT_TRUE(late.open(Task::kCancelUrgent, "2026-06-12T22:30:00+09:00"));
  EXPECT_FALSE(late.open(Task::kAskApproval, "2026-06-12T22:30:00+09:00"));
  EXPECT_EQ(late.why(Step::kAskApproval, "2026-06-12T22:30:00+09:00"),
            "ask_approval: is too late: the measure must be cancelled (Stalking Act 5(2)(4))");
  late.go(Step::kCancel, "2026-06-12T23:00:00+09:00");
  EXPECT_FALSE(late.open(Task::kCancelUrgent, "2026-06-13T00:00:00+09:00"));
  EXPECT_TRUE(late.open(Task::kTellOfChange, "2026-06-13T00:00:00+09:00"));
  EXPECT_FALSE(late.in_force("2026-06-12T23:00:00+09:00"));

  Life denied("ST_URGENT_2");
  denied.go(Step::kImpose, "2026-06-10T22:30:00+09:00")
      .go(Step::kAskApproval, "2026-06-11T10:00:00+09:00")
      .go(Step::kRefuseApproval, "2026-06-12T10:00:00+09:00");
  EXPECT_TRUE(denied.open(Task::kCancelUrgent, "2026-06-12T10:00:00+09:00"));
}

TEST(LegalLife, OfAnUrgentMeasureEndsWithTheMatchingDecisionForTheSamePersonOnly) {
  Life life("ST_URGENT_1");
  life.go(Step::kImpose, "2026-06-10T22:30:00+09:00");
  LifeEvent event{.step = Step::kSupersede,
                  .at = at("2026-06-12T10:00:00+09:00"),
                  .kind = "ST_PROV_3",
                  .protected_id = "p-1"};
  EXPECT_EQ(life.why(event), "kind: ST_PROV_3 does not take the place of ST_URGENT_1");
  event.kind = "ST_PROV_2";
  event.protected_id = "p-2";
  EXPECT_EQ(life.why(event), "protected_id: is another person than the one this measure protects");
  event.protected_id = "p-1";
  life.go(event);
  EXPECT_EQ(life.end("2026-06-12T10:00:00+09:00"), End::kSuperseded);
}

TEST(LegalLife, ThatNobodyAskedForOpensNinetyDaysForHerOwnPetition) {
  Life life("ST_PROV_2");
  life.go(Step::kDeclineToApply, "2027-04-29T10:00:00+09:00");
  EXPECT_EQ(life.clock(Task::kTellDeclined, "2027-04-29T10:00:00+09:00").by, Party::kPolice);
  life.done(Task::kTellDeclined, "2027-04-30T10:00:00+09:00");
  const Deadline window = life.clock(Task::kPetitionDirectly, "2027-04-30T10:00:00+09:00");
  EXPECT_EQ(window.by, Party::kProtectedPerson);
  EXPECT_EQ(iso8601(window.due), "2027-07-29T15:00:00.000Z");
  EXPECT_FALSE(life.open(Task::kPetitionDirectly, "2027-07-30T00:00:00+09:00"));

  Life early("ST_PROV_2");
  early.go(Step::kApply, "2026-11-01T10:00:00Z").go(Step::kDeclineToPetition, "2026-11-05T10:00:00Z");
  EXPECT_EQ(early.clock(Task::kTellDeclined, "2026-11-05T10:00:00Z").by, Party::kProsecutor);
  early.done(Task::kTellDeclined, "2026-11-06T10:00:00Z");
  EXPECT_FALSE(early.open(Task::kPetitionDirectly, "2026-11-06T10:00:00Z"))
      << "her petition is law only from April 2027";
}

TEST(LegalLife, OfADirectPetitionKeepsItsNinetyDaysAndItsDateOfForce) {
  Life early("ST_VPO_1", {"p-1", at("2027-03-01T10:00:00+09:00")});
  EXPECT_EQ(early.why(Step::kPetition, "2027-04-21T23:59:59+09:00"),
            "petition: ST_VPO_1 is law only from 2027-04-22");
  early.go(Step::kPetition, "2027-04-22T00:00:00+09:00");
  Life late("ST_VPO_1", {"p-1", at("2027-04-30T10:00:00+09:00")});
  EXPECT_EQ(late.why(Step::kPetition, "2027-07-30T00:00:00+09:00"),
            "petition: the time to petition ended with 2027-07-29 (Stalking Act 17-6(1))");
  late.go(Step::kPetition, "2027-07-29T23:59:59+09:00").go(Step::kDeny, "2027-08-01T10:00:00+09:00");
  EXPECT_EQ(late.clock(Task::kAppeal, "2027-08-01T10:00:00+09:00").by, Party::kProtectedPerson);
  Life untold("ST_VPO_1");
  EXPECT_NE(untold.why(Step::kPetition, "2027-05-01T10:00:00+09:00").find("she must have been told first"),
            std::string::npos);
}

TEST(LegalLife, OfAnInterimOrderLastsUntilThePetitionIsDecided) {
  Life life("ST_VPO_TMP");
  life.go(Step::kPetition, "2027-05-01T10:00:00+09:00")
      .go(Step::kGrant, "2027-05-01T15:00:00+09:00")
      .go(Step::kServe, "2027-05-02T09:00:00+09:00");
  EXPECT_EQ(life.ends(), "open");
  EXPECT_TRUE(life.in_force("2028-05-01T00:00:00Z"));
  EXPECT_NE(life.why(Step::kExtend, "2027-06-01T10:00:00+09:00").find("no end that could be extended"),
            std::string::npos);
  life.go(Step::kDecidePetition, "2027-06-10T10:00:00+09:00");
  EXPECT_EQ(life.end("2027-06-10T10:00:00+09:00"), End::kPetitionDecided);
}

TEST(LegalLife, OfADomesticViolenceOrderExtendsByTwoMonthsUpToThreeYears) {
  Life life("DV_VPO");
  life.go(Step::kPetition, "2026-01-05T10:00:00+09:00").go(Step::kGrant, "2026-01-10T10:00:00+09:00");
  EXPECT_EQ(life.ends(), "2027-01-10T15:00:00.000Z");
  for (int i = 0; i < 12; ++i) {
    LifeEvent event{.step = Step::kExtend, .at = (*life).ends_at() - Duration::seconds(86'400)};
    life.go(event);
  }
  EXPECT_EQ(life.ends(), "2029-01-10T15:00:00.000Z");
  const LifeEvent once_more{.step = Step::kExtend, .at = at("2029-01-10T10:00:00+09:00")};
  EXPECT_NE(life.why(once_more).find("has reached its longest duration"), std::string::npos);
}

TEST(LegalLife, AfterASentenceIsCountedFromTheFittingAndNotWhileDefeated) {
  Life life("EM_POST", {"", {}});
  EXPECT_NE(life.why(Step::kGrant, "2026-03-02T10:00:00+09:00").find("must be stated"), std::string::npos);
  life.go(LifeEvent{.step = Step::kGrant, .at = at("2026-03-02T10:00:00+09:00"), .term = years(10)});
  EXPECT_EQ(life.ends(), "open");
  life.go(Step::kServe, "2026-03-02T11:00:00+09:00").go(Step::kFit, "2026-04-01T23:00:00+09:00");
  EXPECT_EQ(life.stage("2026-04-01T23:00:00+09:00"), Stage::kActive) << "protects nobody in particular";
  EXPECT_EQ(life.ends(), "2036-03-31T15:00:00.000Z") << "1 April counts whole";
  EXPECT_FALSE(life.in_force("2026-04-01T22:59:59+09:00")) << "in prison, without a device";
  EXPECT_TRUE(life.in_force("2026-04-01T23:00:00+09:00"));
  life.go(LifeEvent{.step = Step::kNotCounted,
                    .at = at("2027-01-01T00:00:00+09:00"),
                    .not_counted = Duration::seconds(3 * 86'400)});
  EXPECT_EQ(life.ends(), "2036-04-03T15:00:00.000Z");
  life.go(LifeEvent{.step = Step::kExtend, .at = at("2036-04-01T00:00:00+09:00"), .term = {}});
  EXPECT_EQ(life.ends(), "2037-04-03T15:00:00.000Z");
}

TEST(LegalLife, HoldsADecisionToWhatItsKindAllows) {
  struct Row {
    const char* kind;
    LifeEvent grant;
    const char* why;
  };
  const Time decided = at("2026-06-10T15:00:00+09:00");
  const Row rows[] = {
      {"ST_PROV_2", {.step = Step::kGrant, .at = decided, .until = at("2026-09-11T00:00:00+09:00")}, ""},
      {"ST_PROV_2", {.step = Step::kGrant, .at = decided, .until = at("2026-07-01T00:00:00+09:00")}, ""},
      {"ST_PROV_2", {.step = Step::kGrant, .at = decided, .term = days(14)}, ""},
      {"ST_PROV_2",
       {.step = Step::kGrant, .at = decided, .until = at("2026-09-11T00:00:00.001+09:00")},
       "until: goes beyond 2026-09-10"},
      {"ST_PROV_2", {.step = Step::kGrant, .at = decided, .term = months(4)}, "term: goes beyond 2026-09-10"},
      {"ST_PROV_2",
       {.step = Step::kGrant, .at = decided, .until = decided},
       "until: must be after the beginning"},
      {"ST_PROV_2",
       {.step = Step::kGrant, .at = decided, .until = at("2026-09-01T00:00:00Z"), .term = months(1)},
       "term: and an end cannot both be stated"},
      {"ST_PROV_2",
       {.step = Step::kGrant, .at = decided, .from = at("2026-06-10T14:00:00+09:00")},
       "from: must not be earlier than the decision"},
      {"ST_PROV_2",
       {.step = Step::kGrant,
        .at = decided,
        .until = at("2026-09-16T00:00:00+09:00"),
        .from = at("2026-06-16T00:00:00+09:00")},
       ""},
  };
  for (const Row& row : rows) {
    Life life(row.kind);
    life.go(Step::kApply, "2026-06-08T10:00:00+09:00").go(Step::kPetition, "2026-06-09T10:00:00+09:00");
    const std::string why = life.why(row.grant);
    EXPECT_EQ(why.substr(0, std::string_view(row.why).size()), row.why);
    EXPECT_EQ(why.empty(), std::string_view(row.why).empty()) << why;
  }
}

TEST(LegalLife, OfCustodyCountsTheFirstDayAndIsNotExtended) {
  Life life("ST_PROV_4");
  life.go(Step::kApply, "2026-06-08T10:00:00+09:00")
      .go(Step::kPetition, "2026-06-09T10:00:00+09:00")
      .go(Step::kGrant, "2026-06-10T23:00:00+09:00");
  EXPECT_EQ(life.ends(), "2026-07-09T15:00:00.000Z");
  EXPECT_NE(life.why(Step::kExtend, "2026-07-01T00:00:00Z").find("cannot be extended"), std::string::npos);
}

TEST(LegalLife, OfAWarningIsOverWhenItIsServed) {
  Life life("ST_PROV_1");
  life.go(Step::kApply, "2026-06-08T10:00:00Z")
      .go(Step::kPetition, "2026-06-09T10:00:00Z")
      .go(Step::kGrant, "2026-06-10T10:00:00Z")
      .go(Step::kServe, "2026-06-10T12:00:00Z");
  EXPECT_EQ(life.end("2026-06-10T12:00:00Z"), End::kInstant);
  Life scene("ST_EMERG");
  scene.go(Step::kImpose, "2026-06-10T10:00:00Z");
  EXPECT_EQ(scene.end("2026-06-10T10:00:00Z"), End::kInstant);
  EXPECT_FALSE(scene.in_force("2026-06-10T10:00:00Z"));
}

TEST(LegalLife, WorksForOtherCountriesFromTheirRowsAlone) {
  Life order("US_TRO", {"p-1", {}}, us());
  order.go(Step::kPetition, "2026-06-10T10:00:00Z").go(Step::kGrant, "2026-06-10T12:00:00Z");
  EXPECT_EQ(order.ends(), "2026-06-24T15:00:00.000Z");
  order.go(Step::kExtend, "2026-06-20T12:00:00Z");
  EXPECT_EQ(order.ends(), "2026-07-08T15:00:00.000Z") << "fourteen days more, counted from midnight";
  Life cometa("ES_COMETA", {"p-1", {}}, es());
  cometa.go(Step::kPetition, "2026-06-10T10:00:00Z")
      .go(Step::kGrant, "2026-06-10T12:00:00Z")
      .go(Step::kServe, "2026-06-10T13:00:00Z")
      .go(Step::kFit, "2026-06-11T13:00:00Z");
  EXPECT_EQ(cometa.ends(), "open");
  EXPECT_EQ(cited(cometa.clock(Task::kSendVictimData, "2026-06-11T13:00:00Z").source),
            "no statute names a time [D]");
  cometa.go(Step::kEndBasis, "2027-06-11T13:00:00Z");
  EXPECT_FALSE(LegalLife::begin(es(), "ST_PROV_2", {}).ok());
}

TEST(LegalLife, IsNeverInForceOutsideItsBoundsWhateverIsSaidAboutIt) {
  std::mt19937 random(20'261'122);
  const Calendar calendar = seoul();
  int seen_in_force = 0, seen_fitted = 0;
  for (int history = 0; history < 3'000; ++history) {
    const OrderKind& kind = kr().kinds[random() % kr().kinds.size()];
    LegalLife life = *LegalLife::begin(kr(), kind.code, {"p-1", at("2027-05-01T00:00:00Z")});
    Time now = at("2027-05-01T12:00:00Z");
    bool decided = false, fitted = false, served = false;
    for (int i = 0; i < 40; ++i) {
      now = now + Duration::seconds(static_cast<int64_t>(random() % (6 * 86'400)));
      LifeEvent event;
      event.step = static_cast<Step>(random() % 24);
      // Half of the steps go forward, so that histories get somewhere.
      static constexpr Step kForward[] = {
          Step::kApply, Step::kPetition,         Step::kGrant, Step::kImpose, Step::kServe,
          Step::kFit,   Step::kReceiveVictimData};
      if (random() % 2 == 0) event.step = kForward[random() % std::size(kForward)];
      event.at = now;
      event.task = static_cast<Task>(random() % 22);
      event.kind = kr().kinds[random() % kr().kinds.size()].code;
      event.protected_id = "p-1";
      if (random() % 3 == 0) event.term = days(static_cast<int32_t>(random() % 4'000 + 1));
      event.not_counted = Duration::seconds(static_cast<int64_t>(random() % 1'000));
      const bool over = life.stage(now) == Stage::kEnded;
      const bool taken = life.take(event, calendar).ok();
      const bool deciding = event.step == Step::kGrant || event.step == Step::kImpose;
      ASSERT_TRUE(!taken || !over || event.step == Step::kDone) << step_name(event.step);
      ASSERT_TRUE(!taken || event.step != Step::kFit || (served && kind.carries_device()));
      ASSERT_TRUE(!taken || event.step != Step::kReceiveVictimData || fitted);
      decided = decided || (taken && deciding);
      served = served || (taken && event.step == Step::kServe);
      fitted = fitted || (taken && event.step == Step::kFit);
      seen_fitted += taken && event.step == Step::kFit ? 1 : 0;
      if (life.in_force(now)) {
        ++seen_in_force;
        ASSERT_TRUE(decided) << kind.code;
        ASSERT_TRUE(in_force_on(kind, date_of(local_day(calendar.rules, now))) || kind.path != Path::kDirect);
        ASSERT_NE(life.stage(now), Stage::kEnded);
        ASSERT_TRUE(!life.ends_at().known() || now < life.ends_at());
      }
      ASSERT_LE(life.extensions(), kind.extensions_max);
      Time before;
      for (const Deadline& one : life.clocks(now, calendar)) {
        ASSERT_FALSE(one.what.en.empty() || one.what.ko.empty());
        ASSERT_FALSE(one.source.text.empty());
        if (!one.due.known()) break;
        ASSERT_GE(one.due, before);
        before = one.due;
      }
    }
  }
  EXPECT_GT(seen_in_force, 1'000);
  EXPECT_GT(seen_fitted, 100);
}

}  // namespace
}  // namespace haechi::law
