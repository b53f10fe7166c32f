// Every rule of the auditor can fail: an auditor that is never cross proves nothing.
#include "hunt/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haechi::hunt {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr Time kStart{1'773'446'400'000'000};

class AuditorTest : public testing::Test {
 protected:
  AuditorTest() { auditor_.node_begins(); }

  void publish(const v1::Fact& fact, const std::vector<v1::Effect>& effects = {}, bool replayed = false,
               uint64_t no = 0) {
    spine::Batch batch;
    spine::PublishedEntry entry;
    entry.no = no == 0 ? ++last_no_ : no;
    entry.stamped_at = schedule_.now();
    entry.fact = std::make_shared<v1::Fact>(fact);
    for (const v1::Effect& effect : effects) entry.effects.push_back(std::make_shared<v1::Effect>(effect));
    batch.entries.push_back(entry);
    batch.replayed = replayed;
    auditor_.published(batch);
  }
  void say(const v1::Effect& effect) { publish({}, {effect}); }
  v1::Report report(const std::string& person, uint64_t seq) const {
    v1::Report report;
    report.set_device_id("D-" + person);
    report.set_epoch(1);
    report.set_seq(seq);
    report.mutable_fix()->set_fixed_at_us(schedule_.now().us);
    return report;
  }
  v1::Fact received(const v1::Report& report) const {
    v1::Fact fact;
    *fact.mutable_report_received()->mutable_report() = report;
    return fact;
  }
  static v1::Effect raised(const std::string& id, v1::AlertKind kind = v1::ALERT_KIND_KEEP_AWAY) {
    v1::Effect effect;
    effect.set_at_us(kStart.us);
    v1::Alert& alert = *effect.mutable_raise_alert();
    alert.set_id(id);
    alert.set_kind(kind);
    alert.set_wearer_id("W-1");
    alert.set_protected_id("P-1");
    alert.set_happened_at_us(kStart.us);
    alert.set_basis(v1::ALERT_BASIS_BETWEEN_FIXES);
    return effect;
  }
  static v1::Effect cleared(const std::string& id) {
    v1::Effect effect = raised(id);
    const v1::Alert alert = effect.raise_alert();
    *effect.mutable_clear_alert() = alert;
    effect.mutable_clear_alert()->set_state(v1::ALERT_STATE_CLEARED);
    return effect;
  }
  // The built-in desk has a call about that alert.
  static v1::Effect called_for(const std::string& alert_id) {
    v1::Effect effect;
    effect.mutable_open_call()->set_id("C-" + alert_id);
    effect.mutable_open_call()->set_hand_off_id("H-" + alert_id);
    effect.mutable_open_call()->add_alert_ids(alert_id);
    return effect;
  }
  static v1::Effect handed_over(const std::string& id) {
    v1::Effect effect;
    effect.mutable_send_hand_off()->set_hand_off_id(id);
    effect.mutable_send_hand_off()->set_incident_id("I-1");
    effect.mutable_send_hand_off()->set_to_agency_id(kOutside);
    effect.mutable_send_hand_off()->mutable_alarm_new();
    return effect;
  }
  void pass(int64_t seconds, bool node_up = true) {
    for (int64_t i = 0; i < seconds; ++i) {
      schedule_.run_until(schedule_.now() + Duration::seconds(1));
      auditor_.second({node_up, true, true});
    }
  }

  Schedule schedule_{kStart, 1};
  Town town_{2, 1};
  std::vector<std::string> found_;
  Auditor auditor_{schedule_, town_, [](const std::string&) {},
                   [this](const std::string& finding) { found_.push_back(finding); }};
  uint64_t last_no_ = 0;
};

TEST_F(AuditorTest, FindsAnAcknowledgementThatCameBeforeItsEntry) {
  auditor_.acknowledged(report("W-1", 1));
  publish(received(report("W-1", 1)));
  EXPECT_THAT(
      found_,
      Contains("acknowledged: report 1 (count 1) of D-W-1 was acknowledged before it was in the log"));
}

TEST_F(AuditorTest, FindsThatANewProcessKnowsNothingOfWhatTheOneBeforeAcknowledgedWhileItDied) {
  auditor_.acknowledged(report("W-1", 1));
  auditor_.node_begins();
  auditor_.node_listens(0);
  EXPECT_THAT(found_, Contains("acknowledged: report 1 (count 1) of D-W-1 is lost"));
}

TEST_F(AuditorTest, IsContentWhenTheNewProcessReadsItBack) {
  auditor_.acknowledged(report("W-1", 1));
  auditor_.node_begins();
  publish(received(report("W-1", 1)), {}, true);
  auditor_.node_listens(0);
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(AuditorTest, FindsThatWhatWasAcknowledgedIsLostOrChangedAfterAStart) {
  publish(received(report("W-1", 1)));
  auditor_.acknowledged(report("W-1", 1));
  EXPECT_THAT(found_, IsEmpty());
  auditor_.node_begins();
  v1::Report other = report("W-1", 1);
  other.set_battery_percent(3);
  publish(received(other), {}, true, 1);
  auditor_.node_listens(0);
  EXPECT_THAT(found_, Contains("acknowledged: report 1 (count 1) of D-W-1 was changed"));
  auditor_.node_begins();
  auditor_.node_listens(0);
  EXPECT_THAT(found_, Contains("acknowledged: report 1 (count 1) of D-W-1 is lost"));
}

TEST_F(AuditorTest, FindsASecondEntryOfOneReport) {
  publish(received(report("W-1", 1)));
  publish(received(report("W-1", 1)));
  EXPECT_THAT(found_, Contains(StartsWith("logged once:")));
}

TEST_F(AuditorTest, FindsAnEntryThatSaysSomethingElseAfterAStart) {
  say(raised("A-1"));
  auditor_.node_begins();
  publish({}, {raised("A-2")}, true, 1);
  EXPECT_THAT(found_, Contains(StartsWith("told again:")));
}

TEST_F(AuditorTest, LeavesToALaterStartWhatASnapshotLeavesUnreadAndFindsItThere) {
  publish(received(report("W-1", 1)));
  auditor_.acknowledged(report("W-1", 1));
  auditor_.node_begins();
  auditor_.node_listens(1);
  EXPECT_THAT(found_, IsEmpty());
  publish({});
  auditor_.node_begins();
  auditor_.node_listens(1);
  EXPECT_THAT(found_, Contains("told again: entries after 1 were published and are gone"));
  auditor_.node_begins();
  auditor_.node_listens(0);
  EXPECT_THAT(found_, Contains("acknowledged: report 1 (count 1) of D-W-1 is lost"));
}

TEST_F(AuditorTest, FindsPoisonThatEndsAThirdProcessOrIsPassedOverWithoutAlarm) {
  auditor_.poisoned(report("W-1", 1));
  auditor_.ended_by_poison();
  auditor_.ended_by_poison();
  EXPECT_THAT(found_, IsEmpty());
  auditor_.ended_by_poison();
  EXPECT_THAT(found_, Contains("poison: ends a third process in a row"));
  publish(received(report("W-1", 1)));
  v1::Fact told;
  told.mutable_entry_quarantined()->set_entry_no(last_no_);
  publish(told);
  EXPECT_FALSE(auditor_.poison_outstanding());
  auditor_.drained({});
  EXPECT_THAT(found_, Contains("poison: nobody was alarmed that entry 1 is passed over"));
}

TEST_F(AuditorTest, FindsThatASoundEntryIsPassedOver) {
  publish(received(report("W-1", 1)));
  v1::Fact told;
  told.mutable_entry_quarantined()->set_entry_no(last_no_);
  publish(told);
  EXPECT_THAT(found_, Contains("poison: entry 1 is passed over, and nothing was wrong with it"));
}

TEST_F(AuditorTest, FindsTwoOpenAlertsOfOneRule) {
  say(raised("A-1"));
  say(raised("A-2"));
  EXPECT_THAT(found_, Contains(StartsWith("once:")));
}

TEST_F(AuditorTest, TakesASecondAlertWhenTheFirstHasEnded) {
  say(raised("A-1"));
  say(cleared("A-1"));
  say(raised("A-2"));
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(AuditorTest, FindsAnAlertWithoutThatAnybodyWasNear) {
  v1::Effect effect = raised("A-1");
  effect.mutable_raise_alert()->set_basis(v1::ALERT_BASIS_FIX);
  say(effect);
  EXPECT_THAT(found_, Contains(StartsWith("no cause:")));
}

TEST_F(AuditorTest, FindsThatNothingRingsWhileHeIsWhereHeMayNotBe) {
  // He goes there sooner or later, and stays for two minutes at least.
  for (uint64_t seq = 1; seq < 3'000 && found_.empty(); ++seq) {
    pass(5);
    publish(received(report("W-1", seq)));
    publish(received(report("P-1", seq)));
  }
  EXPECT_THAT(found_, Contains(StartsWith("rings: W-1 is ")));
}

TEST_F(AuditorTest, FindsThatAnAlertEndsWhileHeIsStillThere) {
  // Of alerts that end every hundred seconds, some end while he is with her.
  for (int i = 0; i < 150 && found_.empty(); ++i) {
    const std::string id = "A-" + std::to_string(i);
    say(raised(id));
    say(called_for(id));
    pass(100);
    say(cleared(id));
  }
  EXPECT_THAT(found_, Contains(StartsWith("holds: ALERT_KIND_KEEP_AWAY")));
}

TEST_F(AuditorTest, FindsASilenceThatNobodyTells) {
  publish(received(report("P-2", 1)));
  pass(200);
  EXPECT_THAT(found_, Contains(StartsWith("silence: P-2")));
}

TEST_F(AuditorTest, HoldsTimeInWhichTheNodeWasDownAgainstNobody) {
  publish(received(report("P-2", 1)));
  pass(1'000, false);
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(AuditorTest, FindsAnAlertThatTheAgencyIsNotTold) {
  say(raised("A-1"));
  pass(30);
  EXPECT_THAT(found_, Contains(StartsWith("handed over:")));
}

TEST_F(AuditorTest, FindsASecondHandOffOfOneIncidentAndOneOfWhichNoEntrySpeaks) {
  say(handed_over("H-1"));
  say(handed_over("H-1"));
  EXPECT_THAT(found_, IsEmpty()) << "sent again is not handed over again";
  say(handed_over("H-2"));
  EXPECT_THAT(found_, Contains(StartsWith("one call: a second hand-off")));
  auditor_.told(handed_over("H-3").send_hand_off());
  EXPECT_THAT(found_, Contains("one call: the agency was handed H-3, of which no entry speaks"));
}

TEST_F(AuditorTest, FindsAPhoneThatDidNotStir) {
  v1::Effect notice;
  notice.mutable_notify_protected()->set_protected_id("P-1");
  notice.mutable_notify_protected()->set_alert_id("A-1");
  const auto rings = [&] {
    say(raised("A-1"));
    say(notice);
  };
  rings();
  auditor_.woken("P-1");
  pass(90);
  EXPECT_THAT(found_, Not(Contains(StartsWith("woken:")))) << "it stirred";
  say(notice);
  pass(90, false);
  EXPECT_THAT(found_, Not(Contains(StartsWith("woken:")))) << "there was no node to wake it";
  pass(90);
  EXPECT_THAT(found_, Contains("woken: the phone of P-1 did not stir for A-1"));
}

TEST_F(AuditorTest, FindsWhatStillWaitsWhenAllIsQuiet) {
  say(raised("A-1"));
  auditor_.drained({{"D-W-1", 3}});
  EXPECT_THAT(found_, Contains("drains: 3 still wait at D-W-1"));
  EXPECT_THAT(found_, Contains(testing::EndsWith("is still open")));
  EXPECT_THAT(found_, Contains(testing::EndsWith("was never told")));
}

}  // namespace
}  // namespace haechi::hunt
