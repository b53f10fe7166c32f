#include "api/watching.h"

#include <algorithm>

#include "api/case_world.h"
#include "api/look_ups.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

constexpr const char* kBreak =
    R"({"person_id":"w-1","reason":"GLASS_REASON_DANGER_TO_LIFE","minutes":10,"note":"she screams, the line is cut"})";

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

// w-1 stands somewhere.
void place(CaseWorld& world) {
  v1::Fact fact;
  v1::ReportReceived& received = *fact.mutable_report_received();
  received.set_received_at_us(world.clock.now().us);
  received.mutable_report()->set_device_id("d-w");
  received.mutable_report()->set_seq(static_cast<uint64_t>(world.clock.now().us));
  v1::Fix& fix = *received.mutable_report()->mutable_fix();
  fix.mutable_place()->set_lat_e7(376'000'000);
  fix.mutable_place()->set_lng_e7(1'272'000'000);
  fix.set_accuracy_mm(8'000);
  fix.set_fixed_at_us(world.clock.now().us);
  world.log(fact);
}

TEST(BreakGlass, OpensOnePersonToOneAccountUntilItEnds) {
  CaseWorld world;
  place(world);
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/w-1").status, 403);
  const json::value glass = world.get("insp-park", "POST", "/break-glass", kBreak);
  const json::value seen = world.get("insp-park", "GET", "/positions/w-1");
  EXPECT_EQ(seen.at("fix").at("place").at("lat_e7").as_int64(), 376'000'000);
  EXPECT_EQ(world.ask("insp-choi", "GET", "/positions/w-1").status, 403) << "who did not break it";
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/s-77").status, 403) << "for whom it was not broken";
  const v1::Fact last = world.submit.logged.at(world.submit.logged.size() - 3);
  EXPECT_EQ(last.access_decided().basis(), text(glass.at("id"))) << "the record says by what right";
  world.pass(Duration::seconds(10 * 60 + 1));
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/w-1").status, 403);
}

// The picture keeps twenty minutes of everybody, and his call may be hours old.
TEST(BreakGlass, OpensAQuarterOfAnHourOfThePastAndNoMore) {
  CaseWorld world;
  auto call = std::make_shared<v1::Effect>();
  call->mutable_open_call()->set_id("call-1");
  call->mutable_open_call()->set_agency_id("police-1");
  call->mutable_open_call()->set_wearer_id("w-1");
  call->mutable_open_call()->set_state(v1::CALL_STATE_DISPATCHED);
  call->mutable_open_call()->set_opened_at_us(world.clock.now().us);
  v1::Fact tick;
  tick.mutable_clock_ticked();
  world.log(tick, {call});
  for (int minute = 0; minute < 20; ++minute) {
    place(world);
    world.pass(Duration::seconds(60));
  }
  EXPECT_EQ(world.ask("insp-park", "GET", "/tracks/w-1").status, 403);
  world.get("insp-park", "POST", "/break-glass", kBreak);
  const Time broken{world.picture.case_book().glasses().back().broken_at_us()};
  v1::Track track;
  ASSERT_TRUE(read_json(world.ask("insp-park", "GET", "/tracks/w-1").body, track).ok());
  ASSERT_GT(track.points_size(), 10);
  EXPECT_GE(track.points(0).fixed_at_us(), (broken - Duration::seconds(900)).us);
  v1::Track whole;
  ASSERT_TRUE(read_json(world.ask("control-1", "GET", "/tracks/w-1").body, whole).ok());
  EXPECT_GT(whole.points_size(), track.points_size());
}

TEST(BreakGlass, IsToldToASecondPersonWhoReadsWhyAndMayCloseItAtOnce) {
  CaseWorld world;
  place(world);
  const std::string id = text(world.get("insp-park", "POST", "/break-glass", kBreak).at("id"));
  const json::value told = world.get("auditor-1", "GET", "/break-glass").at("glasses").at(0);
  EXPECT_EQ(text(told.at("account")), "insp-park");
  EXPECT_EQ(text(told.at("note")), "she screams, the line is cut");
  EXPECT_EQ(world.ask("insp-park", "GET", "/break-glass").status, 403);
  world.get("auditor-1", "POST", "/break-glass/" + id + "/answer",
            R"({"verdict":"REVIEW_VERDICT_NOT_JUSTIFIED"})");
  world.pass(Duration::seconds(1));
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/w-1").status, 403);
  for (const v1::Fact& fact : world.submit.logged)
    EXPECT_EQ(fact.SerializeAsString().find("screams"), std::string::npos)
        << "what was written stays out of the log";
}

TEST(BreakGlass, NeedsARegisteredPersonAndWords) {
  CaseWorld world;
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/break-glass",
                     R"({"person_id":"nobody","reason":"GLASS_REASON_DANGER_TO_LIFE","note":"x"})")
                .status,
            400);
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/break-glass",
                     R"({"person_id":"w-1","reason":"GLASS_REASON_DANGER_TO_LIFE"})")
                .status,
            400);
  EXPECT_EQ(world.ask("insp-park", "POST", "/break-glass", R"({"person_id":"w-1","note":"x"})").status, 400);
  EXPECT_EQ(world.ask("control-1", "POST", "/break-glass", kBreak).status, 403);
}

TEST(Recusals, ShutEverythingAboutThePersonToTheAccountAndOpenItAgain) {
  CaseWorld world;
  place(world);
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1"})");
  const std::vector<std::string> open = {"/positions/w-1", "/persons/w-1/risk", "/orders/o-post",
                                         "/devices/d-w",   "/persons/w-1",      "/tracks/w-1"};
  for (const std::string& path : open) EXPECT_EQ(world.ask("control-1", "GET", path).status, 200) << path;
  world.get("registrar-1", "POST", "/recusals",
            R"({"account":"control-1","person_id":"w-1","ground":"RECUSAL_GROUND_FORMER_PARTNER"})");
  for (const std::string& path : open) EXPECT_EQ(world.ask("control-1", "GET", path).status, 403) << path;
  EXPECT_EQ(world.get("control-1", "GET", "/orders").at("orders").as_array().size(), 0u);
  EXPECT_EQ(world.get("control-1", "GET", "/devices?person_id=w-1").at("devices").as_array().size(), 0u);
  EXPECT_EQ(world.get("control-1", "GET", "/positions").at("positions").as_array().size(), 0u);

  EXPECT_EQ(world.ask("insp-park", "GET", "/cases/c-1").status, 200);
  world.get("auditor-1", "POST", "/recusals",
            R"({"account":"insp-park","person_id":"p-1","ground":"RECUSAL_GROUND_FAMILY"})");
  for (const char* path : {"/cases/c-1", "/measures/m-1"})
    EXPECT_EQ(world.ask("insp-park", "GET", path).status, 403)
        << path << ": the case of somebody of his family";
  EXPECT_EQ(world.get("insp-park", "GET", "/cases").at("cases").as_array().size(), 0u);
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/break-glass",
                     R"({"person_id":"p-1","reason":"GLASS_REASON_DANGER_TO_LIFE","note":"x"})")
                .status,
            403);

  world.get(
      "registrar-1", "POST", "/recusals",
      R"({"account":"control-1","person_id":"w-1","ground":"RECUSAL_GROUND_FORMER_PARTNER","ended":true})");
  for (const std::string& path : open) EXPECT_EQ(world.ask("control-1", "GET", path).status, 200) << path;
}

v1::LookUps of(const v1::LookUpsReport& report, const std::string& account) {
  for (const v1::LookUps& one : report.accounts()) {
    if (one.account() == account) return one;
  }
  return {};
}

// One batch with so many looks of an account, each at another person when `spread`.
spine::Batch looks(const std::string& account, const std::string& role, size_t count, bool spread,
                   const std::string& at = "2026-11-05T00:00:00Z", const std::string& person = "w-1") {
  spine::Batch batch;
  for (size_t i = 0; i < count; ++i) {
    auto fact = std::make_shared<v1::Fact>();
    v1::AccessDecided& access = *fact->mutable_access_decided();
    access.set_viewer(account);
    access.set_viewer_role(role);
    access.set_action("see_position");
    access.set_subject_kind("position");
    access.set_subject_id(spread ? "w-" + std::to_string(i) : person);
    access.set_allowed(true);
    batch.entries.push_back({i + 1, *parse_iso8601(at), fact, {}});
  }
  return batch;
}

spine::Batch alarm_of(const char* wearer_id, const char* at) {
  auto raised = std::make_shared<v1::Effect>();
  raised->mutable_raise_alert()->set_wearer_id(wearer_id);
  raised->mutable_raise_alert()->set_id("a-1");
  raised->mutable_raise_alert()->set_state(v1::ALERT_STATE_ACTIVE);
  spine::Batch batch;
  batch.entries.push_back({99, *parse_iso8601(at), std::make_shared<v1::Fact>(), {raised}});
  return batch;
}

TEST(LookUps, CountWhatWasLookedAtWithoutAnAlarm) {
  LookUps look_ups;
  const picture::CaseBook book;
  look_ups.fold(looks("operator-1", "control", 12, false));
  look_ups.fold(looks("operator-2", "control", 9, true));
  look_ups.fold(looks("operator-4", "control", 5, false));
  look_ups.fold(looks("operator-5", "control", 4, false));
  look_ups.fold(alarm_of("w-1", "2026-11-06T00:00:00Z"));
  look_ups.fold(looks("operator-3", "control", 50, false, "2026-11-06T01:00:00Z"));
  const v1::LookUpsReport report = look_ups.report("2026-11", book, Time{});
  EXPECT_EQ(of(report, "operator-1").off_case(), 12u);
  ASSERT_EQ(of(report, "operator-1").findings_size(), 2);
  EXPECT_EQ(of(report, "operator-1").findings(0), "off_case");
  EXPECT_EQ(of(report, "operator-1").findings(1), "one_person");
  EXPECT_EQ(of(report, "operator-2").findings_size(), 0) << "nine at nine persons are not worth a question";
  ASSERT_EQ(of(report, "operator-4").findings_size(), 1);
  EXPECT_EQ(of(report, "operator-4").findings(0), "one_person");
  EXPECT_EQ(of(report, "operator-5").findings_size(), 0) << "nor are four at one";
  EXPECT_EQ(of(report, "operator-3").off_case(), 0u) << "he has an alarm";
  EXPECT_EQ(report.accounts(0).account(), "operator-1") << "those with findings stand first";
}

TEST(LookUps, NameEachPersonWhoWasLookedAtWithoutAnAlarmHoweverFewTheLooks) {
  LookUps look_ups;
  const picture::CaseBook book;
  look_ups.fold(looks("operator-1", "control", 2, false));
  look_ups.fold(looks("operator-1", "control", 1, true, "2026-11-09T00:00:00Z"));
  look_ups.fold(looks("officer-1", "probation", 3, false));
  const v1::LookUpsReport report = look_ups.report("2026-11", book, Time{});
  const v1::LookUps one = of(report, "operator-1");
  ASSERT_EQ(one.quiet_size(), 2);
  EXPECT_EQ(one.quiet(0).person_id(), "w-0") << "the newest first";
  EXPECT_EQ(one.quiet(0).looks(), 1u);
  EXPECT_EQ(one.quiet(1).person_id(), "w-1");
  EXPECT_EQ(one.quiet(1).looks(), 2u);
  EXPECT_EQ(one.quiet(1).last_at_us(), parse_iso8601("2026-11-05T00:00:00Z")->us);
  EXPECT_EQ(one.findings_size(), 0) << "to be read, not to be asked about";
  EXPECT_EQ(of(report, "officer-1").quiet_size(), 0) << "they are his to look at";
}

TEST(LookUps, NameWhomAnAccountLookedAtHoweverOftenItLookedAtOthersSince) {
  LookUps look_ups;
  const picture::CaseBook book;
  look_ups.fold(looks("operator-1", "control", 1, false, "2026-11-05T23:00:00Z", "former-partner"));
  look_ups.fold(looks("officer-1", "probation", 1, false, "2026-11-05T23:00:00Z"));
  for (int i = 0; i < 20; ++i) {
    look_ups.fold(looks("operator-1", "control", 100, true, "2026-11-09T10:00:00Z"));
    look_ups.fold(looks("officer-1", "probation", 100, true, "2026-11-09T10:00:00Z"));
  }
  const auto duty = DutyHours::from({"probation Mon-Fri 07:00-20:00"}, v1::TimeZone());
  const v1::LookUpsReport report = look_ups.report("2026-11", book, Time{}, *duty);
  const v1::LookUps one = of(report, "operator-1");
  ASSERT_EQ(one.quiet_size(), 101);
  EXPECT_EQ(one.quiet(100).person_id(), "former-partner") << "the oldest look, last";
  const v1::LookUps officer = of(report, "officer-1");
  const auto& found = officer.findings();
  EXPECT_NE(std::find(found.begin(), found.end(), "off_duty"), found.end());
}

// He opens a case against somebody, and it comes to nothing.
TEST(LookUps, FindWhoTiedHimselfToAPersonByACaseOfHisOwn) {
  CaseWorld world;
  const auto findings = [&](const char* account) {
    std::string out;
    for (const json::value& one : world.get("auditor-1", "GET", "/look-ups").at("accounts").as_array())
      if (text(one.at("account")) == account && one.as_object().contains("own_cases"))
        for (const json::value& id : one.at("own_cases").as_array()) out += text(id) + " ";
    return out;
  };
  world.open_case();
  EXPECT_EQ(findings("insp-park"), "") << "nobody was looked at";
  world.get("insp-park", "GET", "/persons/p-1/risk");
  world.get("chief-oh", "GET", "/persons/p-1/risk");
  EXPECT_EQ(findings("insp-park"), "c-1 ");
  EXPECT_EQ(findings("chief-oh"), "") << "the case is another's";
  for (const json::value& one : world.get("auditor-1", "GET", "/look-ups").at("accounts").as_array())
    if (text(one.at("account")) == "insp-park") {
      EXPECT_EQ(json::serialize(one.at("findings")), R"(["own_case"])");
    }
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1"})");
  EXPECT_EQ(findings("insp-park"), "") << "it came to something";
}

TEST(LookUps, FindLooksOffDutyButNotDuringAnAlarm) {
  LookUps look_ups;
  const picture::CaseBook book;
  look_ups.fold(looks("officer-1", "probation", 1, false, "2026-11-05T10:00:00Z"));
  look_ups.fold(looks("officer-2", "probation", 1, false, "2026-11-05T23:00:00Z"));
  look_ups.fold(alarm_of("w-1", "2026-11-06T22:00:00Z"));
  look_ups.fold(looks("officer-3", "probation", 1, false, "2026-11-06T23:00:00Z"));
  const auto duty = DutyHours::from({"probation Mon-Fri 07:00-20:00"}, v1::TimeZone());
  ASSERT_TRUE(duty.ok());
  const v1::LookUpsReport report = look_ups.report("2026-11", book, Time{}, *duty);
  EXPECT_EQ(of(report, "officer-1").findings_size(), 0);
  ASSERT_EQ(of(report, "officer-2").findings_size(), 1);
  EXPECT_EQ(of(report, "officer-2").findings(0), "off_duty");
  EXPECT_EQ(of(report, "officer-3").findings_size(), 0) << "an alarm asks for looks at any hour";
}

TEST(LookUps, FindWhoLooksAtFarMorePersonsThanIsUsualForTheRole) {
  LookUps look_ups;
  const picture::CaseBook book;
  for (const char* account : {"officer-1", "officer-2", "officer-3"})
    look_ups.fold(looks(account, "probation", 8, true));
  look_ups.fold(looks("officer-4", "probation", 25, true));
  const v1::LookUpsReport report = look_ups.report("", book, Time{});
  EXPECT_EQ(report.month(), "2026-11");
  ASSERT_EQ(of(report, "officer-4").findings_size(), 1);
  EXPECT_EQ(of(report, "officer-4").findings(0), "volume");
  EXPECT_EQ(of(report, "officer-1").findings_size(), 0);
  EXPECT_EQ(of(report, "officer-4").off_case(), 0u) << "only who needs no tie can look off a case";
}

TEST(LookUps, FindLooksAtSomebodyCloseThoughThatWasSaidLater) {
  LookUps look_ups;
  picture::CaseBook book;
  look_ups.fold(looks("officer-1", "probation", 3, false));
  v1::CaseEffect effect;
  effect.mutable_update_recusal()->set_account("officer-1");
  effect.mutable_update_recusal()->set_person_id("w-1");
  effect.mutable_update_recusal()->set_ground(v1::RECUSAL_GROUND_FORMER_PARTNER);
  book.fold(picture::At{}, effect);
  const v1::LookUps found = of(look_ups.report("2026-11", book, Time{}), "officer-1");
  EXPECT_EQ(found.close(), 3u);
  ASSERT_EQ(found.findings_size(), 1);
  EXPECT_EQ(found.findings(0), "former_partner");
  effect.mutable_update_recusal()->set_ground(v1::RECUSAL_GROUND_NEIGHBOUR);
  book.fold(picture::At{}, effect);
  EXPECT_EQ(of(look_ups.report("2026-11", book, Time{}), "officer-1").findings(0), "neighbour");
  effect.mutable_update_recusal()->set_ended(true);
  book.fold(picture::At{}, effect);
  EXPECT_EQ(of(look_ups.report("2026-11", book, Time{}), "officer-1").findings(0), "neighbour")
      << "and though it is over";
}

TEST(LookUps, SayWhatWasTakenOutAndWhy) {
  LookUps look_ups;
  const picture::CaseBook book;
  auto fact = std::make_shared<v1::Fact>();
  v1::AccessDecided& access = *fact->mutable_access_decided();
  access.set_viewer("officer-1");
  access.set_viewer_role("probation");
  access.set_action("take_evidence");
  access.set_subject_kind("case");
  access.set_subject_id("c-1");
  access.set_allowed(true);
  access.set_why("hearing of 12 May");
  access.add_shown_ids("w-1");
  spine::Batch batch;
  batch.entries.push_back({1, *parse_iso8601("2026-11-05T00:00:00Z"), fact, {}});
  look_ups.fold(batch);
  const v1::LookUps found = of(look_ups.report("2026-11", book, Time{}), "officer-1");
  ASSERT_EQ(found.taken_size(), 1);
  EXPECT_EQ(found.taken(0).why(), "hearing of 12 May");
  EXPECT_EQ(found.taken(0).subject_id(), "c-1");
  EXPECT_EQ(found.findings(0), "taken") << "somebody is asked about it";
}

TEST(LookUps, KeepAYearAndTheMonthThatRuns) {
  LookUps look_ups;
  const picture::CaseBook book;
  for (int month = 1; month <= 12; ++month) {
    const std::string text = (month < 10 ? "0" : "") + std::to_string(month);
    look_ups.fold(looks("a", "control", 1, false, "2025-" + text + "-15T00:00:00Z"));
    look_ups.fold(looks("a", "control", 1, false, "2026-" + text + "-15T00:00:00Z"));
  }
  const v1::LookUpsReport report = look_ups.report("", book, Time{});
  ASSERT_EQ(report.months_size(), 13);
  EXPECT_EQ(report.months(0), "2026-12");
  EXPECT_EQ(report.months(12), "2025-12");
}

TEST(LookUps, AreReviewedByASecondPersonOnce) {
  CaseWorld world;
  place(world);
  EXPECT_EQ(world.ask("control-1", "GET", "/look-ups").status, 403);
  world.get("auditor-1", "POST", "/look-ups/review",
            R"({"account":"control-1","month":"2026-05","verdict":"REVIEW_VERDICT_JUSTIFIED"})");
  ASSERT_NE(world.picture.case_book().review("control-1", "2026-05"), nullptr);
  EXPECT_EQ(world.picture.case_book().review("control-1", "2026-05")->by(), "auditor-1");
}

}  // namespace
}  // namespace haechi::api
