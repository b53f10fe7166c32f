// What is refused, field by field: nothing of it changes anything (test_world.h looks), and who sent it is
// told which field it was.
#include <functional>

#include "cases/test_world.h"

namespace haechi::cases {
namespace {

const std::string kLong(129, 'x');
const std::string kNoId = "not an id";
const std::string kDigest(32, 'd');

struct Spoilt {
  const char* starts;  // of what is answered
  std::function<void(v1::CaseFact&)> by;
};

// Each of them spoils one field of a fact that is then taken as it was.
void expect_refused(World& world, const v1::CaseFact& whole, const std::vector<Spoilt>& all,
                    bool then_taken = true) {
  for (const Spoilt& spoilt : all) {
    v1::CaseFact fact = whole;
    spoilt.by(fact);
    const std::string said = world.submit(fact);
    EXPECT_TRUE(said.starts_with(spoilt.starts)) << "\"" << said << "\", not " << spoilt.starts;
  }
  if (then_taken) {
    EXPECT_EQ(world.submit(whole), "");
  }
}

World with_case() {
  World world("2027-05-03T10:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  return world;
}

TEST(Refused, IsAFactWhoseTimeIsNone) {
  World world = with_case();
  v1::CaseFact fact = world.stepped("m", v1::CASE_STEP_APPLY);
  fact.set_at_us(-1);
  EXPECT_EQ(world.submit(fact), "invalid: at_us: must be a moment from 1970 to 2199");
  fact.set_at_us(INT64_MAX);
  EXPECT_EQ(world.submit(fact), "invalid: at_us: must be a moment from 1970 to 2199");
}

TEST(Refused, IsACaseThatNamesNobodyOrTooMuch) {
  World world("2027-05-03T10:00:00+09:00");
  v1::CaseFact fact;
  auto& opened = *fact.mutable_case_opened();
  opened.set_case_id("c-1");
  opened.set_country("kr");
  opened.set_kind(v1::CASE_KIND_STALKING);
  opened.set_agency_id("police-1");
  opened.set_subject_id("s-1");
  opened.add_protected_ids("p-1");
  opened.set_holiday_calendar("kr");
  using F = v1::CaseFact;
  expect_refused(
      world, fact,
      {{"invalid: case_id", [](F& f) { f.mutable_case_opened()->clear_case_id(); }},
       {"invalid: country", [](F& f) { f.mutable_case_opened()->set_country("xx"); }},
       {"invalid: kind", [](F& f) { f.mutable_case_opened()->clear_kind(); }},
       {"invalid: kind", [](F& f) { f.mutable_case_opened()->set_kind(static_cast<v1::CaseKind>(99)); }},
       {"invalid: agency_id", [](F& f) { f.mutable_case_opened()->set_agency_id(kNoId); }},
       {"invalid: subject_id", [](F& f) { f.mutable_case_opened()->set_subject_id(""); }},
       {"invalid: protected_ids", [](F& f) { f.mutable_case_opened()->add_protected_ids(kNoId); }},
       {"invalid: protected_ids",
        [](F& f) {
          for (int i = 0; i < 100; ++i) f.mutable_case_opened()->add_protected_ids("p-" + std::to_string(i));
        }},
       {"invalid: number", [](F& f) { f.mutable_case_opened()->set_number(kLong); }},
       {"invalid: protection_officer", [](F& f) { f.mutable_case_opened()->set_protection_officer(kLong); }},
       {"invalid: reported_at_us", [](F& f) { f.mutable_case_opened()->set_reported_at_us(-1); }},
       {"invalid: time_zone", [](F& f) { f.mutable_case_opened()->set_time_zone("Moon/Crater"); }},
       {"invalid: holiday_calendar", [](F& f) { f.mutable_case_opened()->set_holiday_calendar("moon"); }}});
}

TEST(Refused, IsAnEndOfACaseWithoutAReasonOrOfNoCase) {
  World world = with_case();
  EXPECT_EQ(world.close_case("c-9", v1::CASE_CLOSE_REASON_JUDGED),
            "not_found: case_id: is not the id of a case");
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_UNSPECIFIED), "invalid: reason: must be given");
  EXPECT_EQ(world.close_case("c-1", static_cast<v1::CaseCloseReason>(99)), "invalid: reason: must be given");
}

TEST(Reports, OfACaseAreKeptWithTheirDayAndEachOnce) {
  World world = with_case();
  v1::CaseFact fact;
  fact.set_by("insp-park");
  v1::CaseReported& report = *fact.mutable_case_reported();
  report.set_case_id("c-1");
  report.set_report_id("r-1");
  report.set_code("FOLLOWED_HOME");
  report.set_happened_at_us(at("2027-05-02T22:00:00+09:00").us);
  using F = v1::CaseFact;
  expect_refused(
      world, fact,
      {{"invalid: report_id", [](F& f) { f.mutable_case_reported()->clear_report_id(); }},
       {"not_found: case_id", [](F& f) { f.mutable_case_reported()->set_case_id("c-9"); }},
       {"invalid: code", [](F& f) { f.mutable_case_reported()->clear_code(); }},
       {"invalid: code", [](F& f) { f.mutable_case_reported()->set_code(kLong); }},
       {"invalid: happened_at_us", [](F& f) { f.mutable_case_reported()->set_happened_at_us(-1); }},
       {"invalid: happened_at_us: lies in the future",
        [](F& f) { f.mutable_case_reported()->set_happened_at_us(at("2028-01-01T00:00:00+09:00").us); }}});
  const v1::Case kept = world.of(v1::CaseEffect::kUpdateCase).back().update_case();
  ASSERT_EQ(kept.reports_size(), 1);
  EXPECT_EQ(kept.reports(0).by(), "insp-park");
  EXPECT_EQ(kept.reports(0).code(), "FOLLOWED_HOME");
  EXPECT_EQ(world.submit(fact), "conflict: report_id: is the id of a report already");
  for (int i = 2; i <= 201; ++i) {
    report.set_report_id("r-" + std::to_string(i));
    ASSERT_EQ(world.submit(fact), "");
  }
  const v1::Case full = world.of(v1::CaseEffect::kUpdateCase).back().update_case();
  ASSERT_EQ(full.reports_size(), 200);
  EXPECT_EQ(full.reports(0).id(), "r-2") << "the oldest made room";
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
  report.set_report_id("r-300");
  EXPECT_EQ(world.submit(fact), "conflict: case_id: is closed");
}

TEST(Refused, IsAnIdentityThatIsNoSetOfKeys) {
  World world = with_case();
  v1::CaseFact fact;
  fact.mutable_identity_recorded()->set_person_id("s-1");
  fact.mutable_identity_recorded()->add_sound_keys("gim");
  using F = v1::CaseFact;
  expect_refused(
      world, fact,
      {{"invalid: person_id", [](F& f) { f.mutable_identity_recorded()->clear_person_id(); }},
       {"invalid: document", [](F& f) { f.mutable_identity_recorded()->set_document(kLong); }},
       {"invalid: name_key", [](F& f) { f.mutable_identity_recorded()->set_name_key(kLong); }},
       {"invalid: born_key", [](F& f) { f.mutable_identity_recorded()->set_born_key(kLong); }},
       {"invalid: address_key", [](F& f) { f.mutable_identity_recorded()->set_address_key(kLong); }},
       {"invalid: building_key", [](F& f) { f.mutable_identity_recorded()->set_building_key(kLong); }},
       {"invalid: sound_keys", [](F& f) { f.mutable_identity_recorded()->add_sound_keys(kLong); }},
       {"invalid: sound_keys", [](F& f) { f.mutable_identity_recorded()->add_sound_keys(""); }},
       {"invalid: sound_keys", [](F& f) {
          for (int i = 0; i < 8; ++i) f.mutable_identity_recorded()->add_sound_keys("k");
        }}});
}

TEST(Refused, IsAWearerOrASupervisorWhoIsNone) {
  World world = with_case();
  using F = v1::CaseFact;
  v1::CaseFact wears;
  wears.mutable_wearer_known()->set_wearer_id("w-1");
  wears.mutable_wearer_known()->set_order_id("o-1");
  expect_refused(world, wears,
                 {{"invalid: wearer_id", [](F& f) { f.mutable_wearer_known()->clear_wearer_id(); }},
                  {"invalid: order_id", [](F& f) { f.mutable_wearer_known()->clear_order_id(); }},
                  {"invalid: agency_id", [](F& f) { f.mutable_wearer_known()->set_agency_id(kNoId); }},
                  {"invalid: kind", [](F& f) { f.mutable_wearer_known()->set_kind(kLong); }},
                  {"invalid: ends_at_us", [](F& f) { f.mutable_wearer_known()->set_ends_at_us(-1); }},
                  {"invalid: protected_ids", [](F& f) {
                     for (int i = 0; i < 1'001; ++i) f.mutable_wearer_known()->add_protected_ids("p");
                   }}});
  v1::CaseFact supervised;
  supervised.mutable_supervisor_assigned()->set_wearer_id("w-1");
  expect_refused(
      world, supervised,
      {{"invalid: wearer_id", [](F& f) { f.mutable_supervisor_assigned()->clear_wearer_id(); }},
       {"invalid: officer", [](F& f) { f.mutable_supervisor_assigned()->set_officer(kNoId); }},
       {"invalid: agency_id", [](F& f) { f.mutable_supervisor_assigned()->set_agency_id(kNoId); }}});
}

TEST(Refused, IsAMeasureOfNoCountryCourtOrPerson) {
  World world = with_case();
  using F = v1::CaseFact;
  v1::CaseFact judged;
  judged.mutable_measure_begun()->set_measure_id("m-post");
  judged.mutable_measure_begun()->set_country("kr");
  judged.mutable_measure_begun()->set_kind("EM_POST");
  judged.mutable_measure_begun()->set_subject_id("w-1");
  judged.mutable_measure_begun()->set_court_id("court-1");
  judged.mutable_measure_begun()->set_agency_id("probation-1");
  judged.mutable_measure_begun()->set_time_zone("Asia/Seoul");
  expect_refused(
      world, judged,
      {{"invalid: measure_id", [](F& f) { f.mutable_measure_begun()->clear_measure_id(); }},
       {"invalid: country", [](F& f) { f.mutable_measure_begun()->set_country("xx"); }},
       {"invalid: case_id", [](F& f) { f.mutable_measure_begun()->set_kind("ST_PROV_2"); }},
       {"invalid: court_id", [](F& f) { f.mutable_measure_begun()->set_court_id(kNoId); }},
       {"invalid: agency_id", [](F& f) { f.mutable_measure_begun()->set_agency_id(kNoId); }},
       {"invalid: subject_id", [](F& f) { f.mutable_measure_begun()->clear_subject_id(); }},
       {"invalid: protected_id", [](F& f) { f.mutable_measure_begun()->set_protected_id(kNoId); }},
       {"invalid: protected_id: is the subject",
        [](F& f) { f.mutable_measure_begun()->set_protected_id("w-1"); }},
       {"invalid: time_zone", [](F& f) { f.mutable_measure_begun()->set_time_zone("Moon/Crater"); }}});
  EXPECT_EQ(world.measure("m-post").court_id(), "court-1");
  EXPECT_EQ(world.submit(judged), "conflict: measure_id: is the id of a measure already");
}

TEST(Refused, IsAStepThatSaysItselfWrongly) {
  World world = with_case();
  ASSERT_EQ(world.begin("m-2", "c-1", "ST_PROV_2"), "");
  ASSERT_EQ(world.go("m-2", v1::CASE_STEP_APPLY), "");
  ASSERT_EQ(world.go("m-2", v1::CASE_STEP_PETITION), "");
  using F = v1::CaseFact;
  expect_refused(
      world, world.stepped("m-2", v1::CASE_STEP_GRANT),
      {{"invalid: step", [](F& f) { f.mutable_measure_stepped()->clear_step(); }},
       {"invalid: step", [](F& f) { f.mutable_measure_stepped()->set_step(static_cast<v1::CaseStep>(99)); }},
       {"invalid: until_us", [](F& f) { f.mutable_measure_stepped()->set_until_us(-1); }},
       {"invalid: from_us", [](F& f) { f.mutable_measure_stepped()->set_from_us(-1); }},
       {"invalid: report_by_us", [](F& f) { f.mutable_measure_stepped()->set_report_by_us(-1); }},
       {"invalid: term.unit",
        [](F& f) {
          f.mutable_measure_stepped()->mutable_term()->set_unit(static_cast<v1::StatedPeriod::Unit>(99));
        }},
       {"invalid: term.count",
        [](F& f) { f.mutable_measure_stepped()->mutable_term()->set_unit(v1::StatedPeriod::MONTHS); }},
       {"invalid: term.count",
        [](F& f) {
          f.mutable_measure_stepped()->mutable_term()->set_unit(v1::StatedPeriod::DAYS);
          f.mutable_measure_stepped()->mutable_term()->set_count(36'501);
        }},
       {"invalid: court_id", [](F& f) { f.mutable_measure_stepped()->set_court_id(kNoId); }},
       {"invalid: decision_id", [](F& f) { f.mutable_measure_stepped()->set_decision_id(kNoId); }},
       {"invalid: decision_sha256", [](F& f) { f.mutable_measure_stepped()->set_decision_sha256("short"); }},
       {"not_found: measure_id", [](F& f) { f.mutable_measure_stepped()->set_measure_id("m-9"); }}});
  v1::CaseFact done = world.stepped("m-2", v1::CASE_STEP_DONE);
  EXPECT_EQ(world.submit(done), "invalid: task: is not known");
  done.mutable_measure_stepped()->set_task(static_cast<v1::CaseTask>(99));
  EXPECT_EQ(world.submit(done), "invalid: task: is not known");
  v1::CaseFact not_counted = world.stepped("m-2", v1::CASE_STEP_NOT_COUNTED);
  not_counted.mutable_measure_stepped()->set_not_counted_us(-1);
  EXPECT_TRUE(world.submit(not_counted).starts_with("invalid: not_counted_us"));
}

TEST(Refused, ArePlacesOfNobodyOrNone) {
  World world = with_case();
  v1::CaseFact fact;
  v1::PlacesChanged& changed = *fact.mutable_places_changed();
  changed.set_case_id("c-1");
  changed.set_protected_id("p-1");
  changed.add_places()->set_new_zone_id("z-1");
  using F = v1::CaseFact;
  expect_refused(
      world, fact,
      {{"not_found: case_id", [](F& f) { f.mutable_places_changed()->set_case_id("c-9"); }},
       {"invalid: protected_id", [](F& f) { f.mutable_places_changed()->set_protected_id(kNoId); }},
       {"invalid: protected_id: is not protected",
        [](F& f) { f.mutable_places_changed()->set_protected_id("p-2"); }},
       {"invalid: places", [](F& f) { f.mutable_places_changed()->clear_places(); }},
       {"invalid: places", [](F& f) { f.mutable_places_changed()->add_places(); }},
       {"invalid: places",
        [](F& f) {
          for (int i = 0; i < 64; ++i) f.mutable_places_changed()->add_places()->set_new_zone_id("z");
        }},
       {"invalid: places.zone_id",
        [](F& f) { f.mutable_places_changed()->mutable_places(0)->set_old_zone_id(kNoId); }}});
}

TEST(Refused, IsWhatWasSeenOfNobody) {
  World world = with_case();
  v1::CaseFact fact;
  fact.mutable_trigger_seen()->set_trigger(v1::DUTY_TRIGGER_BAN_BREACH);
  fact.mutable_trigger_seen()->set_case_id("c-1");
  fact.mutable_trigger_seen()->set_alert_id("a-1");
  using F = v1::CaseFact;
  expect_refused(world, fact,
                 {{"invalid: trigger", [](F& f) { f.mutable_trigger_seen()->clear_trigger(); }},
                  {"invalid: trigger",
                   [](F& f) { f.mutable_trigger_seen()->set_trigger(static_cast<v1::DutyTrigger>(99)); }},
                  {"invalid: alert_id", [](F& f) { f.mutable_trigger_seen()->set_alert_id(kNoId); }},
                  {"not_found: case_id", [](F& f) { f.mutable_trigger_seen()->set_case_id("c-9"); }},
                  {"not_found: measure_id", [](F& f) { f.mutable_trigger_seen()->set_measure_id("m-9"); }},
                  {"not_found: wearer_id", [](F& f) { f.mutable_trigger_seen()->clear_case_id(); }}});
  EXPECT_EQ(world.duty("K2").wearer_id(), "s-1") << "the subject of that case";
  fact.mutable_trigger_seen()->clear_case_id();
  fact.mutable_trigger_seen()->set_wearer_id("w-1");
  EXPECT_EQ(world.wears("w-1", "o-1"), "");
  EXPECT_EQ(world.submit(fact), "") << "whoever wears a device for another agency is under its country's law";
  EXPECT_GT(world.of(v1::CaseEffect::kUpdateDuty).size(), 0u);
}

TEST(Refused, IsADutyDoneBeforeItWasOneOrWithAProofThatIsNone) {
  World world = with_case();
  ASSERT_EQ(world.begin("m-2", "c-1", "ST_PROV_2"), "");
  ASSERT_EQ(world.go("m-2", v1::CASE_STEP_DECLINE_TO_APPLY), "");
  v1::CaseFact fact;
  fact.mutable_duty_done()->set_duty_id(world.duty("N8-3").id());
  fact.mutable_duty_done()->set_proof_id("proof-1");
  fact.mutable_duty_done()->set_proof_sha256(kDigest);
  using F = v1::CaseFact;
  expect_refused(world, fact,
                 {{"not_found: duty_id", [](F& f) { f.mutable_duty_done()->set_duty_id("duty-9"); }},
                  {"invalid: note_code", [](F& f) { f.mutable_duty_done()->set_note_code(kLong); }},
                  {"invalid: proof_id", [](F& f) { f.mutable_duty_done()->set_proof_id(kNoId); }},
                  {"invalid: proof_sha256", [](F& f) { f.mutable_duty_done()->set_proof_sha256("short"); }},
                  {"invalid: at_us", [](F& f) { f.set_at_us(at("2027-05-01T00:00:00+09:00").us); }}});
  EXPECT_EQ(world.of(v1::CaseEffect::kUpdateDuty).front().update_duty().proof_id(), "proof-1");
}

TEST(Refused, IsALinkStoppedAsADutyOrDecidedTwice) {
  World world("2026-03-05T20:00:00+09:00");
  ASSERT_EQ(world.wears("s-1", "o-post"), "");
  ASSERT_EQ(world.open_case("c-1", "s-1"), "");
  v1::CaseFact done;
  done.mutable_duty_done()->set_duty_id(world.duty("LINK-STEP").id());
  EXPECT_EQ(world.submit(done), "invalid: duty_id: is stopped by deciding the link");
  v1::CaseFact fact;
  fact.mutable_link_decided()->set_link_id(world.link().id());
  fact.mutable_link_decided()->set_accepted(true);
  using F = v1::CaseFact;
  expect_refused(world, fact,
                 {{"not_found: link_id", [](F& f) { f.mutable_link_decided()->set_link_id("link-9"); }},
                  {"invalid: reason_code", [](F& f) { f.mutable_link_decided()->set_reason_code(kLong); }}});
  EXPECT_EQ(world.submit(fact), "conflict: link_id: was accepted already");
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
  EXPECT_EQ(world.submit(fact), "conflict: link_id: waits for no decision");
}

v1::CaseFact petition() {
  v1::CaseFact fact;
  auto& filed = *fact.mutable_petition_filed();
  filed.set_petition_id("pet-1");
  filed.set_case_id("c-1");
  filed.set_protected_id("p-1");
  filed.add_kinds("ST_VPO_1");
  filed.set_statement_id("st-1");
  filed.set_statement_sha256(kDigest);
  filed.set_attachments(1);
  filed.add_attachment_sha256(kDigest);
  filed.set_court_id("court-1");
  filed.set_court_ground("her_choice");
  return fact;
}

// She was told that nobody asked for a measure, so she may.
World may_petition() {
  World world = with_case();
  EXPECT_EQ(world.begin("m-2", "c-1", "ST_PROV_2"), "");
  EXPECT_EQ(world.go("m-2", v1::CASE_STEP_DECLINE_TO_APPLY), "");
  v1::CaseFact told;
  told.mutable_duty_done()->set_duty_id(world.duty("N8-3").id());
  EXPECT_EQ(world.submit(told), "");
  return world;
}

TEST(Refused, IsAPetitionWithoutItsPapersInOrder) {
  World world = may_petition();
  using F = v1::CaseFact;
  expect_refused(
      world, petition(),
      {{"invalid: petition_id", [](F& f) { f.mutable_petition_filed()->clear_petition_id(); }},
       {"not_found: case_id", [](F& f) { f.mutable_petition_filed()->set_case_id("c-9"); }},
       {"invalid: protected_id", [](F& f) { f.mutable_petition_filed()->set_protected_id(kNoId); }},
       {"invalid: protected_id: is not protected",
        [](F& f) { f.mutable_petition_filed()->set_protected_id("p-2"); }},
       {"invalid: statement_id", [](F& f) { f.mutable_petition_filed()->set_statement_id(kNoId); }},
       {"invalid: statement_sha256", [](F& f) { f.mutable_petition_filed()->set_statement_sha256("short"); }},
       {"invalid: court_id", [](F& f) { f.mutable_petition_filed()->set_court_id(kNoId); }},
       {"invalid: court_ground", [](F& f) { f.mutable_petition_filed()->set_court_ground(kLong); }},
       {"invalid: attachments", [](F& f) { f.mutable_petition_filed()->set_attachments(17); }},
       {"invalid: attachments", [](F& f) { f.mutable_petition_filed()->set_attachments(2); }},
       {"invalid: attachment_sha256",
        [](F& f) { f.mutable_petition_filed()->set_attachment_sha256(0, "x"); }},
       {"invalid: kinds", [](F& f) { f.mutable_petition_filed()->clear_kinds(); }},
       {"invalid: kinds",
        [](F& f) {
          for (int i = 0; i < 8; ++i) f.mutable_petition_filed()->add_kinds("ST_VPO_1");
        }},
       {"invalid: kinds", [](F& f) { f.mutable_petition_filed()->set_kinds(0, "ST_NONE"); }},
       {"invalid: kinds: must not repeat", [](F& f) { f.mutable_petition_filed()->add_kinds("ST_VPO_1"); }}});
  EXPECT_EQ(world.petition("pet-1").court_ground(), "her_choice");
  EXPECT_EQ(world.submit(petition()), "conflict: petition_id: is the id of a petition already");
  v1::CaseFact done;
  done.mutable_duty_done()->set_duty_id(world.duty("DOCKET").id());
  EXPECT_EQ(world.submit(done), "invalid: duty_id: is stopped by docketing the petition");
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
  v1::CaseFact late = petition();
  late.mutable_petition_filed()->set_petition_id("pet-2");
  EXPECT_EQ(world.submit(late), "conflict: case_id: is closed");
}

TEST(Refused, IsADecisionOnAPetitionThatDoesNotFitIt) {
  World world = may_petition();
  ASSERT_EQ(world.submit(petition()), "");
  using F = v1::CaseFact;
  v1::CaseFact docketed;
  docketed.mutable_petition_docketed()->set_petition_id("pet-1");
  docketed.mutable_petition_docketed()->set_court_id("court-1");
  expect_refused(
      world, docketed,
      {{"not_found: petition_id", [](F& f) { f.mutable_petition_docketed()->set_petition_id("pet-9"); }},
       {"invalid: court_id", [](F& f) { f.mutable_petition_docketed()->set_court_id(""); }},
       {"invalid: docket", [](F& f) { f.mutable_petition_docketed()->set_docket(kLong); }}});
  EXPECT_EQ(world.submit(docketed), "conflict: petition_id: is docketed already");
  v1::CaseFact interim;
  interim.mutable_petition_decided()->set_petition_id("pet-1");
  interim.mutable_petition_decided()->set_granted(true);
  interim.mutable_petition_decided()->set_interim_kind("ST_VPO_TMP");
  expect_refused(
      world, interim,
      {{"invalid: interim_kind", [](F& f) { f.mutable_petition_decided()->set_interim_kind("ST_VPO_1"); }},
       {"invalid: interim_kind", [](F& f) { f.mutable_petition_decided()->set_interim_kind("ST_PROV_2"); }},
       {"invalid: interim_kind", [](F& f) { f.mutable_petition_decided()->set_interim_kind("ST_NONE"); }},
       {"invalid: until_us", [](F& f) { f.mutable_petition_decided()->set_until_us(-1); }},
       {"invalid: stated",
        [](F& f) { *f.mutable_petition_decided()->mutable_stated() = keep_away("s-1"); }}});
  v1::CaseFact decided;
  decided.mutable_petition_decided()->set_petition_id("pet-1");
  decided.mutable_petition_decided()->set_granted(true);
  decided.mutable_petition_decided()->set_reasons_id("why-1");
  decided.mutable_petition_decided()->set_decision_id("text-1");
  expect_refused(
      world, decided,
      {{"not_found: petition_id", [](F& f) { f.mutable_petition_decided()->set_petition_id("pet-9"); }},
       {"invalid: reasons_id", [](F& f) { f.mutable_petition_decided()->set_reasons_id(kNoId); }},
       {"invalid: reasons_sha256", [](F& f) { f.mutable_petition_decided()->set_reasons_sha256("x"); }},
       {"invalid: decision_id", [](F& f) { f.mutable_petition_decided()->set_decision_id(kNoId); }},
       {"invalid: decision_sha256", [](F& f) { f.mutable_petition_decided()->set_decision_sha256("x"); }},
       {"invalid: until_us", [](F& f) { f.mutable_petition_decided()->set_until_us(-1); }},
       {"invalid: until: ",
        [](F& f) { f.mutable_petition_decided()->set_until_us(at("2190-01-01T00:00:00+09:00").us); }},
       {"invalid: stated",
        [](F& f) { *f.mutable_petition_decided()->mutable_stated() = keep_away("s-1"); }}});
  EXPECT_EQ(world.petition("pet-1").reasons_id(), "why-1");
}

TEST(Petition, OfAWithdrawnCaseIsOverWithItsInterimOrder) {
  World world = may_petition();
  ASSERT_EQ(world.submit(petition()), "");
  v1::CaseFact fact;
  fact.mutable_petition_docketed()->set_petition_id("pet-1");
  fact.mutable_petition_docketed()->set_court_id("court-1");
  ASSERT_EQ(world.submit(fact), "");
  fact.mutable_petition_decided()->set_petition_id("pet-1");
  fact.mutable_petition_decided()->set_granted(false);
  fact.mutable_petition_decided()->set_interim_kind("ST_VPO_TMP");
  EXPECT_EQ(world.submit(fact), "") << "no interim order is no decision on the petition";
  EXPECT_EQ(world.petition("pet-1").interim_measure_id(), "");
  EXPECT_EQ(world.petition("pet-1").state(), v1::PETITION_STATE_DOCKETED);
  fact.mutable_petition_decided()->set_granted(true);
  ASSERT_EQ(world.submit(fact), "");
  const std::string interim = world.petition("pet-1").interim_measure_id();
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_WITHDRAWN), "");
  EXPECT_EQ(world.measure(interim).end(), v1::MEASURE_END_PETITION_DECIDED);
  EXPECT_EQ(world.measure(world.petition("pet-1").measure_ids(0)).end(), v1::MEASURE_END_WITHDRAWN);
  fact.mutable_petition_decided()->clear_interim_kind();
  EXPECT_EQ(world.submit(fact), "conflict: case_id: is closed");
}

TEST(Petition, WhoseMeasuresWereWithdrawnWaitsForNoDecision) {
  World world = may_petition();
  ASSERT_EQ(world.submit(petition()), "");
  v1::CaseFact fact;
  fact.mutable_petition_docketed()->set_petition_id("pet-1");
  fact.mutable_petition_docketed()->set_court_id("court-1");
  ASSERT_EQ(world.submit(fact), "");
  ASSERT_EQ(world.go(world.petition("pet-1").measure_ids(0), v1::CASE_STEP_WITHDRAW), "");
  fact.mutable_petition_decided()->set_petition_id("pet-1");
  fact.mutable_petition_decided()->set_granted(true);
  EXPECT_EQ(world.submit(fact), "conflict: petition_id: was withdrawn");
}

TEST(Refused, IsANoticeOrAConsentOfNobody) {
  World world = with_case();
  v1::CaseFact fact;
  fact.mutable_notice_given()->set_protected_id("p-1");
  fact.mutable_notice_given()->set_notice_code(std::string(law::kr().exposure.notice_code));
  using F = v1::CaseFact;
  expect_refused(world, fact,
                 {{"invalid: protected_id", [](F& f) { f.mutable_notice_given()->clear_protected_id(); }},
                  {"invalid: text_sha256", [](F& f) { f.mutable_notice_given()->set_text_sha256("x"); }}});
  v1::CaseFact consent;
  consent.mutable_consent_recorded()->set_protected_id(kNoId);
  EXPECT_TRUE(world.submit(consent).starts_with("invalid: protected_id"));
}

TEST(Refused, IsGlassOrAReviewOfNobody) {
  World world = with_case();
  v1::CaseFact glass;
  glass.set_by("insp-park");
  glass.mutable_glass_broken()->set_id("g-1");
  glass.mutable_glass_broken()->set_person_id("p-1");
  glass.mutable_glass_broken()->set_reason(v1::GLASS_REASON_DANGER_TO_LIFE);
  glass.mutable_glass_broken()->set_minutes(5);
  using F = v1::CaseFact;
  expect_refused(world, glass,
                 {{"invalid: id", [](F& f) { f.mutable_glass_broken()->clear_id(); }},
                  {"invalid: person_id", [](F& f) { f.mutable_glass_broken()->clear_person_id(); }},
                  {"invalid: reason",
                   [](F& f) { f.mutable_glass_broken()->set_reason(static_cast<v1::GlassReason>(99)); }}});
  EXPECT_EQ(world.submit(glass), "conflict: id: is the id of broken glass already");
  v1::CaseFact answered;
  answered.mutable_glass_answered()->set_glass_id("g-1");
  answered.mutable_glass_answered()->set_verdict(v1::REVIEW_VERDICT_NOT_JUSTIFIED);
  EXPECT_TRUE(world.submit(answered).starts_with("invalid: by")) << "somebody must have said it";
  world.pass_to(world.now() + Duration::seconds(3'600));
  answered.set_by("auditor-1");
  EXPECT_EQ(world.submit(answered), "");
  EXPECT_LT(world.of(v1::CaseEffect::kUpdateGlass).back().update_glass().ends_at_us(), world.now().us)
      << "it had ended by itself, and stays ended then";
  v1::CaseFact reviewed;
  reviewed.set_by("auditor-1");
  reviewed.mutable_look_ups_reviewed()->set_account("insp-park");
  reviewed.mutable_look_ups_reviewed()->set_month("2027-04");
  reviewed.mutable_look_ups_reviewed()->set_verdict(v1::REVIEW_VERDICT_JUSTIFIED);
  expect_refused(world, reviewed,
                 {{"invalid: account", [](F& f) { f.mutable_look_ups_reviewed()->clear_account(); }},
                  {"invalid: account", [](F& f) { f.mutable_look_ups_reviewed()->set_account(kLong); }},
                  {"invalid: by", [](F& f) { f.clear_by(); }},
                  {"invalid: verdict", [](F& f) { f.mutable_look_ups_reviewed()->clear_verdict(); }},
                  {"invalid: month", [](F& f) { f.mutable_look_ups_reviewed()->set_month("2027-0x"); }},
                  {"invalid: month", [](F& f) { f.mutable_look_ups_reviewed()->set_month("/027-04"); }}});
  v1::CaseFact recused;
  recused.mutable_recused()->set_account("insp-park");
  recused.mutable_recused()->set_person_id("p-1");
  recused.mutable_recused()->set_ground(v1::RECUSAL_GROUND_FAMILY);
  expect_refused(world, recused,
                 {{"invalid: account", [](F& f) { f.mutable_recused()->clear_account(); }},
                  {"invalid: person_id", [](F& f) { f.mutable_recused()->set_person_id(kNoId); }},
                  {"invalid: ground", [](F& f) { f.mutable_recused()->clear_ground(); }},
                  {"invalid: ground",
                   [](F& f) { f.mutable_recused()->set_ground(static_cast<v1::RecusalGround>(99)); }}});
}

TEST(Refused, IsWordOfANotificationThatGoesBackOrIsOfNone) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  std::string id;
  for (const auto& [one_id, one] : world.notifications())
    if (one.kind() == v1::NOTIFICATION_KIND_ORDER_ACTIVE && one.party() == v1::CASE_PARTY_PROTECTED_PERSON)
      id = one_id;
  v1::CaseFact fact;
  v1::NotificationReported& reported = *fact.mutable_notification_reported();
  reported.set_notification_id(id);
  reported.set_state(v1::NOTIFICATION_STATE_DELIVERED);
  reported.set_channel(v1::NOTIFICATION_CHANNEL_PUSH);
  using F = v1::CaseFact;
  expect_refused(world, fact,
                 {{"not_found: notification_id",
                   [](F& f) { f.mutable_notification_reported()->set_notification_id("note-9"); }},
                  {"invalid: state", [](F& f) { f.mutable_notification_reported()->clear_state(); }},
                  {"invalid: state", [](F& f) {
                     f.mutable_notification_reported()->set_state(static_cast<v1::NotificationState>(99));
                   }}});
  EXPECT_EQ(world.submit(fact), "conflict: state: never goes back");
  reported.set_state(v1::NOTIFICATION_STATE_FAILED);
  EXPECT_EQ(world.submit(fact), "conflict: state: is of a channel that is not tried any more")
      << "she has it";
}

TEST(Calendars, ThatAreNoneChangeNothingAndACaseOfAnUnknownOneIsRefused) {
  Cases cases;
  v1::HolidayCalendar calendar;
  calendar.set_name("kr");
  calendar.add_dates("2026-12-25");
  calendar.add_dates("2026-12-25");
  cases.know(calendar);
  calendar.clear_dates();
  calendar.add_dates("2026-02-30");
  cases.know(calendar);
  v1::TimeZone zone;
  zone.set_name("Asia/Seoul");
  zone.add_transitions()->set_offset_s(9 * 3600);
  zone.add_transitions()->set_offset_s(8 * 3600);
  cases.know(zone);  // both from the same moment: it is no zone
  class Discard : public Out {
   public:
    v1::CaseEffect& add() override { return effects.emplace_back(); }
    std::string new_id(const char* prefix) override { return prefix; }
    std::vector<v1::CaseEffect> effects;
  } out;
  v1::CaseFact fact;
  auto& opened = *fact.mutable_case_opened();
  opened.set_case_id("c-1");
  opened.set_country("kr");
  opened.set_kind(v1::CASE_KIND_STALKING);
  opened.set_agency_id("police-1");
  opened.set_subject_id("s-1");
  opened.set_holiday_calendar("kr");
  const Time now = at("2026-06-10T15:00:00+09:00");
  EXPECT_EQ(cases.step(fact, now, out).error().field, "time_zone");
  zone.mutable_transitions()->RemoveLast();
  cases.know(zone);
  EXPECT_EQ(cases.step(fact, now, out).error().field, "holiday_calendar");
  EXPECT_EQ(out.effects.back().refuse().subject_id(), "c-1");
}

}  // namespace
}  // namespace haechi::cases
