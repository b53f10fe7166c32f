#include "api/cases.h"

#include "api/case_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
constexpr Duration kHour = Duration::seconds(3'600);

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

TEST(Cases, AreSeenByTheirStationAndNoOther) {
  CaseWorld world;
  world.open_case();
  const json::value seen = world.get("insp-park", "GET", "/cases/c-1");
  EXPECT_EQ(text(seen.at("case_record").at("agency_id")), "police-1");
  EXPECT_EQ(text(seen.at("persons").at(0).at("name")), "Kim");
  EXPECT_EQ(world.ask("insp-choi", "GET", "/cases/c-1").status, 403);
  EXPECT_EQ(world.get("insp-choi", "GET", "/cases").at("cases").as_array().size(), 0u);
  EXPECT_EQ(world.get("insp-park", "GET", "/cases").at("cases").as_array().size(), 1u);
  EXPECT_EQ(world.ask("judge-1", "GET", "/cases/c-1").status, 403) << "nothing lies before a court";
  EXPECT_EQ(world.ask("officer-lee", "GET", "/cases/c-1").status, 403) << "they are not known to be one";
  EXPECT_EQ(world.ask("dispatch-1", "GET", "/cases/c-1").status, 403);
  EXPECT_EQ(world.get("control-1", "GET", "/cases/c-1").at("persons").as_array().size(), 2u);
}

TEST(Cases, AreOpenedOnlyAgainstRegisteredPersonsByPolice) {
  CaseWorld world;
  EXPECT_EQ(world.ask("insp-park", "POST", "/cases", R"({"kind":"CASE_KIND_STALKING","subject_id":"nobody"})")
                .status,
            400);
  EXPECT_EQ(
      world.ask("control-1", "POST", "/cases", R"({"kind":"CASE_KIND_STALKING","subject_id":"s-77"})").status,
      403);
  const net::Response kindless = world.ask("insp-park", "POST", "/cases", R"({"subject_id":"s-77"})");
  EXPECT_EQ(kindless.status, 400) << "the machine refuses what the law does not know";
  EXPECT_NE(kindless.body.find("\"kind\""), std::string::npos);
  world.open_case();
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/cases",
                     R"({"id":"c-1","kind":"CASE_KIND_STALKING","subject_id":"s-77"})")
                .status,
            409);
}

TEST(Cases, MayNameSomebodyWhomTheRegistersDoNotKnowYet) {
  CaseWorld world;
  world.get("registrar-1", "PUT", "/persons/w-1/identity",
            R"({"document_kind":"rrn","document_number":"850101-1234567"})");
  const std::string body = R"({"id":"c-9","kind":"CASE_KIND_STALKING","number":"2026-9","subject_id":"s-new",
      "protected_ids":["p-new"],"persons":[
        {"id":"s-new","role":"ROLE_WEARER","record":{"name":"Park"},
         "identity":{"document_kind":"rrn","document_number":"850101-1234567"}},
        {"id":"p-new","role":"ROLE_PROTECTED_PERSON","record":{"name":"Choi","phone":"010-1"}}]})";
  const json::value made = world.get("insp-park", "POST", "/cases", body);
  EXPECT_EQ(text(made.at("persons").at(0).at("name")), "Park");
  EXPECT_EQ(world.picture.persons().at("p-new").role(), v1::ROLE_PROTECTED_PERSON);
  ASSERT_EQ(made.at("links").as_array().size(), 1u) << "he wears a device already: the document says so";
  EXPECT_EQ(text(made.at("links").at(0).at("wearer_id")), "w-1");
  for (const v1::Fact& fact : world.submit.logged)
    EXPECT_EQ(fact.SerializeAsString().find("Park"), std::string::npos);
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/cases",
                     R"({"kind":"CASE_KIND_STALKING","subject_id":"s-77","persons":[
                          {"id":"p-1","role":"ROLE_PROTECTED_PERSON","record":{"name":"Another"}}]})")
                .status,
            409)
      << "nobody who is registered is written over";
  EXPECT_EQ(world.ask("control-1", "POST", "/cases", body).status, 403);
}

TEST(Cases, KeepWhatWasReportedOutOfTheLog) {
  CaseWorld world;
  world.open_case();
  const json::value seen = world.get("insp-park", "POST", "/cases/c-1/reports",
                                     R"({"code":"waited","text":"He stood at the bus stop."})");
  EXPECT_EQ(text(seen.at("reports").at(0).at("text")), "He stood at the bus stop.");
  EXPECT_EQ(text(seen.at("reports").at(0).at("report").at("code")), "waited");
  for (const v1::Fact& fact : world.submit.logged)
    EXPECT_EQ(fact.SerializeAsString().find("bus stop"), std::string::npos);
  EXPECT_EQ(world.ask("insp-park", "POST", "/cases/c-1/reports", R"({"code":"smiled"})").status, 400);
}

TEST(Measures, GoFromTheUrgentOneWithItsClockToTheGrantedOneThatMonitorsHim) {
  CaseWorld world;
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"u-1","kind":"ST_URGENT_1","protected_id":"p-1"})");
  const json::value imposed = world.step("insp-park", "u-1", "IMPOSE");
  bool approval = false;
  for (const json::value& duty : imposed.at("duties").as_array())
    approval |= text(duty.at("code")) == "N5-2" && text(duty.at("due_at_us")) != "0";
  EXPECT_TRUE(approval) << "48 hours to ask the judge";

  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-2","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  world.step("insp-park", "m-2", "PETITION");
  world.step("judge-1", "m-2", "GRANT");
  const json::value applied =
      world.get("insp-park", "POST", "/cases/c-1/measures",
                R"({"id":"m-32","kind":"ST_PROV_3_2","protected_id":"p-1","apply":true,
          "stated":{"conditions":[{"id":"k","keep_away":{"protected_id":"p-1"}}]}})");
  EXPECT_EQ(text(applied.at("measure").at("stage")), "MEASURE_STAGE_APPLIED");
  EXPECT_EQ(world.ask("judge-1", "GET", "/measures/m-32").status, 403) << "not before the court yet";
  world.step("insp-park", "m-32", "PETITION", R"(,"court_id":"court-1")");
  EXPECT_EQ(world.ask("judge-2", "GET", "/measures/m-32").status, 403) << "another court";
  const json::value before = world.get("judge-1", "GET", "/measures/m-32");
  EXPECT_EQ(text(before.at("steps").at(0)), "CASE_STEP_GRANT");
  EXPECT_EQ(world.ask("insp-park", "POST", "/measures/m-32/steps", R"({"step":"CASE_STEP_GRANT"})").status,
            403);
  world.step("judge-1", "m-32", "GRANT");
  world.step("insp-park", "m-32", "SERVE");
  world.step("control-1", "m-32", "FIT");
  const json::value active = world.step("insp-park", "m-32", "RECEIVE_VICTIM_DATA");
  EXPECT_EQ(text(active.at("measure").at("stage")), "MEASURE_STAGE_ACTIVE");
  EXPECT_EQ(text(active.at("order").at("kind")), "ST_PROV_3_2");
  const std::string order_id = text(active.at("order").at("id"));
  EXPECT_EQ(world.ask("registrar-1", "PUT", "/orders/" + order_id, R"({"withdrawn":true})").status, 409)
      << "it changes with its measure";
  world.step("judge-1", "m-32", "CANCEL");
  EXPECT_TRUE(world.picture.orders().at(order_id).withdrawn());
}

TEST(Measures, AnswerWhatTheLawDoesNotAllowWithItsReasonAndChangeNothing) {
  CaseWorld world;
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-32","kind":"ST_PROV_3_2","protected_id":"p-1"})");
  const net::Response early =
      world.ask("insp-park", "POST", "/measures/m-32/steps", R"({"step":"CASE_STEP_SERVE"})");
  EXPECT_EQ(early.status, 409) << early.body;
  EXPECT_NE(early.body.find("granted first"), std::string::npos);
  EXPECT_EQ(text(world.get("insp-park", "GET", "/measures/m-32").at("measure").at("stage")),
            "MEASURE_STAGE_NEW");
  EXPECT_EQ(
      world.ask("insp-park", "POST", "/cases/c-1/measures", R"({"kind":"ST_PROV_3_2","protected_id":"p-2"})")
          .status,
      400)
      << "she is not protected in this case";
}

TEST(Measures, SayWhatWasRefusedFirstWhereOneRequestIsTwoSteps) {
  CaseWorld world;
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/close", R"({"reason":"CASE_CLOSE_REASON_JUDGED"})");
  const net::Response answer = world.ask("insp-park", "POST", "/cases/c-1/measures",
                                         R"({"kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_NE(answer.body.find("is closed"), std::string::npos) << answer.body;
}

TEST(Measures, TakeZonesDrawnForThem) {
  CaseWorld world;
  world.open_case();
  const json::value made = world.get("insp-park", "POST", "/cases/c-1/measures", R"({"id":"m-2",
      "kind":"ST_PROV_2","protected_id":"p-1",
      "zones":[{"id":"z-home","shape":{"circle":{"centre":{"lat_e7":377000000,"lng_e7":1272000000},
                "radius_mm":100000}}}],
      "stated":{"conditions":[{"id":"h","exclusion":{"zone_id":"z-home","protected_id":"p-1"}}]}})");
  EXPECT_EQ(text(made.at("zones").at(0).at("id")), "z-home");
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/cases/c-1/measures",
                     R"({"kind":"ST_PROV_2","protected_id":"p-1","stated":{"conditions":[
                          {"id":"h","exclusion":{"zone_id":"z-none","protected_id":"p-1"}}]}})")
                .status,
            400);
}

// The link of Namyangju: his document makes the two records one person, and both agencies are told.
void know_both(CaseWorld& world) {
  for (const char* person : {"w-1", "s-77"})
    world.get("registrar-1", "PUT", std::string("/persons/") + person + "/identity",
              R"({"document_kind":"rrn","document_number":"850101-1234567","name":"Kim Min-jun"})");
  world.get("control-1", "PUT", "/persons/w-1/supervisor",
            R"({"officer":"officer-lee","agency_id":"probation-1"})");
}

TEST(Judgements, AreWrittenDownByWhoeverMayAndCarriedOutAsWhatTheyOrder) {
  CaseWorld world;
  const std::string body = R"({"kind":"EM_POST","subject_id":"w-1","protected_id":"p-1","court_id":"court-1",
      "term":{"unit":"YEARS","count":10},"text":"He wears it for ten years.",
      "stated":{"conditions":[{"id":"k","keep_away":{"protected_id":"p-1"}}]},"id":)";
  EXPECT_EQ(world.ask("officer-kang", "POST", "/measures", body + "\"j-0\"}").status, 403)
      << "he does not supervise this wearer";
  EXPECT_EQ(world.ask("registrar-1", "POST", "/measures", body + "\"j-0\"}").status, 403);
  const json::value made = world.get("judge-1", "POST", "/measures", body + "\"j-1\"}");
  EXPECT_EQ(text(made.at("measure").at("stage")), "MEASURE_STAGE_GRANTED");
  EXPECT_EQ(text(made.at("measure").at("court_id")), "court-1");
  EXPECT_NE(text(made.at("decision")).find("He wears it for ten years."), std::string::npos);
  EXPECT_TRUE(made.at("decision_intact").as_bool());
  const json::value noted = world.get("officer-lee", "POST", "/measures", body + "\"j-2\"}");
  EXPECT_EQ(text(noted.at("measure").at("decided_by")), "officer-lee");
  world.step("officer-lee", "j-2", "SERVE");
  world.step("officer-lee", "j-2", "FIT");
  const json::value active = world.step("officer-lee", "j-2", "RECEIVE_VICTIM_DATA");
  EXPECT_EQ(text(active.at("measure").at("stage")), "MEASURE_STAGE_ACTIVE");
  EXPECT_EQ(text(active.at("order").at("conditions").at(0).at("keep_away").at("protected_id")), "p-1");
  EXPECT_EQ(world
                .ask("insp-park", "POST", "/measures",
                     R"({"kind":"ST_PROV_2","subject_id":"w-1","court_id":"court-1"})")
                .status,
            400)
      << "what is applied for belongs to a case";
}

TEST(Links, TellBothAgenciesAndAreCarriedOutByThePolice) {
  CaseWorld world;
  know_both(world);
  world.open_case();
  const json::value police = world.get("insp-park", "GET", "/links").at("links");
  const json::value probation = world.get("officer-lee", "GET", "/links").at("links");
  ASSERT_EQ(police.as_array().size(), 1u);
  ASSERT_EQ(probation.as_array().size(), 1u);
  EXPECT_EQ(text(police.at(0).at("step_kind").at("code")), "ST_PROV_3_2");
  EXPECT_NE(text(police.at(0).at("duty").at("due_at_us")), "0");
  EXPECT_EQ(text(police.at(0).at("officer")), "officer-lee");
  EXPECT_TRUE(world.get("officer-kang", "GET", "/links").at("links").as_array().empty());
  EXPECT_TRUE(world.get("insp-choi", "GET", "/links").at("links").as_array().empty());
  EXPECT_EQ(text(world.get("officer-lee", "GET", "/notifications").at("notifications").at(0).at("kind")),
            "NOTIFICATION_KIND_CASE_ON_WEARER");
  const std::string id = text(police.at(0).at("link").at("id"));
  EXPECT_EQ(world.ask("officer-lee", "POST", "/links/" + id + "/step", "{}").status, 403) << "police apply";
  const json::value taken = world.get("insp-park", "POST", "/links/" + id + "/step", "{}");
  EXPECT_EQ(text(taken.at("measure").at("stage")), "MEASURE_STAGE_APPLIED");
  EXPECT_EQ(text(taken.at("link").at("state")), "LINK_STATE_UNDER_WAY");
  EXPECT_EQ(text(taken.at("measure").at("stated").at("conditions").at(0).at("keep_away").at("protected_id")),
            "p-1");
}

TEST(Links, ThatOnlyAHumanMayAcceptAreToldToThePoliceAlone) {
  CaseWorld world;
  for (const char* person : {"w-1", "s-77"})
    world.get("registrar-1", "PUT", std::string("/persons/") + person + "/identity",
              R"({"name":"김민준","born":"1985-01-01","address":"경기도 남양주시 경춘로 1037"})");
  world.get("control-1", "PUT", "/persons/w-1/supervisor", R"({"officer":"officer-lee"})");
  world.open_case();
  EXPECT_TRUE(world.get("officer-lee", "GET", "/links").at("links").as_array().empty());
  const json::value police = world.get("insp-park", "GET", "/links").at("links");
  ASSERT_EQ(police.as_array().size(), 1u);
  const std::string id = text(police.at(0).at("link").at("id"));
  EXPECT_EQ(text(police.at(0).at("link").at("state")), "LINK_STATE_IDENTITY");
  EXPECT_EQ(world.ask("insp-park", "POST", "/links/" + id + "/decision", R"({"accepted":false})").status,
            400);
  EXPECT_EQ(text(world.get("insp-park", "POST", "/links/" + id + "/decision", R"({"accepted":true})")
                     .at("link")
                     .at("state")),
            "LINK_STATE_OPEN");
  EXPECT_EQ(world.get("officer-lee", "GET", "/links").at("links").as_array().size(), 1u);
  for (const v1::Fact& fact : world.submit.logged) {
    EXPECT_EQ(fact.SerializeAsString().find("김민준"), std::string::npos);
    EXPECT_EQ(fact.SerializeAsString().find("1985"), std::string::npos);
  }
}

TEST(Duties, AreListedWithTheirClocksForWhoeverOwesThemAndDoneWithProof) {
  CaseWorld world;
  know_both(world);
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-2","kind":"ST_PROV_2","protected_id":"p-1"})");
  world.step("insp-park", "m-2", "DECLINE_TO_APPLY");
  const json::value duties = world.get("insp-park", "GET", "/duties").at("duties");
  std::string told;
  for (const json::value& duty : duties.as_array())
    if (text(duty.at("code")) == "N8-3") told = text(duty.at("id"));
  ASSERT_NE(told, "");
  EXPECT_TRUE(world.get("insp-choi", "GET", "/duties").at("duties").as_array().empty());
  EXPECT_EQ(world.ask("insp-choi", "POST", "/duties/" + told + "/done", R"({"note_code":"done"})").status,
            403);
  const json::value done = world.get("insp-park", "POST", "/duties/" + told + "/done",
                                     R"({"note_code":"told_by_phone","proof":"spoke to her at 10:04",
                                         "file":{"name":"call.txt","media_type":"text/plain","content":"aGk="}})");
  EXPECT_EQ(text(done.at("duty").at("done_by")), "insp-park");
  EXPECT_EQ(text(done.at("duty").at("note_code")), "told_by_phone");
  EXPECT_NE(text(done.at("duty").at("proof_sha256")), "");
  for (const v1::Fact& fact : world.submit.logged)
    EXPECT_EQ(fact.SerializeAsString().find("10:04"), std::string::npos);
  const json::value hers = world.get("her", "GET", "/me/cases").at("cases").at(0);
  EXPECT_EQ(hers.at("may_petition").as_bool(), world.clock.now() > Time{1'808'000'000'000'000})
      << "the direct petition is law from 2027-04-22 on";
}

TEST(Notifications, AreReadOnce) {
  CaseWorld world;
  know_both(world);
  world.open_case();
  const json::value first = world.get("insp-park", "GET", "/notifications").at("notifications").at(0);
  const std::string id = text(first.at("id"));
  EXPECT_EQ(world.ask("insp-choi", "POST", "/notifications/" + id + "/opened", "{}").status, 404);
  EXPECT_EQ(text(world.get("insp-park", "POST", "/notifications/" + id + "/opened", "{}").at("state")),
            "NOTIFICATION_STATE_OPENED");
}

TEST(Risk, ShowsTheGapToBothAgenciesUntilAnOrderNamesHer) {
  CaseWorld world;
  know_both(world);
  world.open_case();
  for (const char* account : {"insp-park", "officer-lee", "control-1"}) {
    const json::value view = world.get(account, "GET", "/persons/w-1/risk");
    EXPECT_TRUE(view.at("no_order_names_a_protected_person").as_bool()) << account;
    EXPECT_EQ(text(view.at("officer")), "officer-lee");
    EXPECT_EQ(view.at("caseload").as_int64(), 1);
    EXPECT_EQ(text(view.at("guideline_thousandths")), "10000");
    EXPECT_EQ(text(view.at("average_thousandths")), "21600");
    EXPECT_EQ(view.at("devices").as_array().size(), 1u);
    EXPECT_EQ(view.at("links").as_array().size(), 1u);
    EXPECT_GE(view.at("duties").as_array().size(), 1u);
  }
  EXPECT_EQ(world.ask("officer-kang", "GET", "/persons/w-1/risk").status, 403);
  EXPECT_EQ(world.ask("insp-choi", "GET", "/persons/w-1/risk").status, 403);
  EXPECT_EQ(world.ask("her", "GET", "/persons/w-1/risk").status, 403);
}

TEST(Statistics, CountWhatWasAppliedForAndDecidedPerStation) {
  CaseWorld world;
  world.open_case();
  for (const char* id : {"m-a", "m-b", "m-c"}) {
    world.get("insp-park", "POST", "/cases/c-1/measures",
              std::string(R"({"kind":"ST_PROV_3_2","protected_id":"p-1","apply":true,"id":")") + id + "\"}");
    world.step("insp-park", id, "PETITION");
  }
  world.step("judge-1", "m-a", "GRANT");
  world.step("judge-1", "m-b", "DENY");
  const json::value row = world.get("control-1", "GET", "/statistics").at("measures").at(0);
  EXPECT_EQ(text(row.at("applied")), "3");
  EXPECT_EQ(text(row.at("granted")), "1");
  EXPECT_EQ(text(row.at("denied")), "1");
  EXPECT_EQ(text(row.at("waiting")), "1");
  EXPECT_EQ(text(row.at("granted_thousandths")), "500");
  const net::Response table = world.ask("auditor-1", "GET", "/statistics.csv");
  EXPECT_EQ(table.status, 200);
  EXPECT_NE(table.body.find("measures,\"police-1 ST_PROV_3_2\",\"granted\",1\r\n"), std::string::npos)
      << table.body;
  EXPECT_NE(table.body.find("measures,\"police-1 ST_PROV_3_2\",\"granted_thousandths\",500\r\n"),
            std::string::npos);
  EXPECT_EQ(world.ask("her", "GET", "/statistics").status, 403);
  EXPECT_EQ(world.ask("control-1", "GET", "/statistics?from_us=9&to_us=3").status, 400);
}

// Measure 3-2 against s-77 for p-1, with her home barred to him, in force; the id of its order.
std::string active_device_order(CaseWorld& world) {
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-ban","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-dev","kind":"ST_PROV_3_2","protected_id":"p-1","apply":true,
                "stated":{"conditions":[{"id":"place","exclusion":{"zone_id":"z-home","protected_id":"p-1"}}]},
                "zones":[{"id":"z-home","shape":{"circle":{"centre":{"lat_e7":376000000,"lng_e7":1270000000},
                "radius_mm":100000}}}]})");
  for (const char* id : {"m-ban", "m-dev"}) {
    world.step("insp-park", id, "PETITION");
    world.step("judge-1", id, "GRANT", R"(,"term":{"unit":"MONTHS","count":3})");
    world.step("insp-park", id, "SERVE");
  }
  world.step("control-1", "m-dev", "FIT");
  world.step("control-1", "m-dev", "RECEIVE_VICTIM_DATA");
  return text(world.get("insp-park", "GET", "/measures/m-dev").at("measure").at("order_id"));
}

// An alert that nobody has taken, opened now.
void raise(CaseWorld& world, const std::string& id, v1::AlertKind kind, const std::string& order_id) {
  v1::Effect raised;
  v1::Alert& alert = *raised.mutable_raise_alert();
  alert.set_id(id);
  alert.set_kind(kind);
  alert.set_wearer_id("w-1");
  alert.set_order_id(order_id);
  alert.set_opened_at_us(world.clock.now().us);
  alert.set_handling(v1::ALERT_HANDLING_NEW);
  v1::Fact tick;
  tick.mutable_clock_ticked();
  world.log(tick, {std::make_shared<const v1::Effect>(raised)});
}

// Ten alerts of one wearer, opened a minute apart: to the n-th of them a car was sent n seconds after what it
// is about and arrived ten times as late; the first two were false, the last was never taken.
void ten_alerts(CaseWorld& world) {
  constexpr int64_t kS = 1'000'000;
  const int64_t begin = world.clock.now().us;
  for (int64_t n = 1; n <= 10; ++n) {
    picture::Effects effects;
    v1::Effect raised, called, settled;
    v1::Alert& alert = *raised.mutable_raise_alert();
    alert.set_id("A-" + std::to_string(n));
    alert.set_incident_id("I-" + std::to_string(n));
    alert.set_kind(v1::ALERT_KIND_KEEP_AWAY);
    alert.set_wearer_id("w-1");
    alert.set_protected_id("p-1");
    alert.set_opened_at_us(begin + n * 60 * kS);
    alert.set_happened_at_us(begin + n * 60 * kS);
    alert.set_handling(v1::ALERT_HANDLING_NEW);
    v1::Call& call = *called.mutable_open_call();
    call.set_id("C-" + std::to_string(n));
    call.set_incident_id(alert.incident_id());
    call.set_agency_id(n <= 5 ? "police-1" : "police-2");
    call.add_alert_ids(alert.id());
    call.add_assignments()->set_assigned_at_us(alert.happened_at_us() + n * kS);
    call.mutable_assignments(0)->set_arrived_at_us(alert.happened_at_us() + n * 10 * kS);
    effects.push_back(std::make_shared<const v1::Effect>(raised));
    effects.push_back(std::make_shared<const v1::Effect>(called));
    if (n < 10) {
      *settled.mutable_update_alert() = alert;
      settled.mutable_update_alert()->set_handling(v1::ALERT_HANDLING_RESOLVED);
      settled.mutable_update_alert()->set_reason_code(n <= 2 ? "EQUIPMENT" : "TRUE_VIOLATION");
      effects.push_back(std::make_shared<const v1::Effect>(settled));
    }
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world.log(tick, effects);
  }
}

TEST(Statistics, SayHowLongPoliceTookPerStationAndHowManyAlertsWereFalseOrNeverTaken) {
  CaseWorld world;
  ten_alerts(world);
  world.get("control-1", "PUT", "/persons/w-1/supervisor", R"({"officer":"officer-lee","agency_id":"pb"})");
  const json::value said = world.get("control-1", "GET", "/statistics");
  const auto number = [](const json::value& of, const char* name) { return text(of.at(name)); };
  const json::value all = said.at("times").at(0);
  EXPECT_EQ(number(all, "assigned_ms_p50"), "5000");
  EXPECT_EQ(number(all, "assigned_ms_p90"), "9000");
  EXPECT_EQ(number(all, "assigned_ms_p99"), "10000");
  EXPECT_EQ(number(all, "on_scene_ms_p50"), "50000");
  const json::value second = said.at("times").at(2);
  EXPECT_EQ(text(second.at("agency_id")), "police-2");
  EXPECT_EQ(number(second, "alerts"), "5");
  EXPECT_EQ(number(second, "assigned_ms_p50"), "8000");
  EXPECT_EQ(number(said, "alerts_total"), "10");
  EXPECT_EQ(number(said, "alerts_resolved"), "9");
  EXPECT_EQ(number(said, "alerts_false"), "2");
  EXPECT_EQ(number(said, "alerts_unacknowledged"), "1");
  EXPECT_EQ(text(said.at("violations_by_month").at(0).at("key")), "2026-05");
  EXPECT_EQ(number(said.at("violations_by_month").at(0), "count"), "8") << "two were none";
  EXPECT_EQ(text(said.at("wearers_by_kind").at(0).at("key")), "EM_POST");
  EXPECT_EQ(number(said.at("caseloads").at(0), "wearers"), "1");
  EXPECT_EQ(number(said, "guideline_thousandths"), "10000");
  // Only the third to the fifth.
  const int64_t begin = world.clock.now().us;
  const json::value some = world.get("control-1", "GET",
                                     "/statistics?from_us=" + std::to_string(begin + 3 * 60'000'000) +
                                         "&to_us=" + std::to_string(begin + 6 * 60'000'000));
  EXPECT_EQ(number(some, "alerts_total"), "3");
  EXPECT_EQ(number(some.at("times").at(0), "assigned_ms_p50"), "4000");
  EXPECT_EQ(number(some.at("violations_by_month").at(0), "count"), "3");
}

TEST(Statistics, SayPerStationAndPerOfficeHowManyAlertsWereFalseAndHowManyNobodyTook) {
  CaseWorld world;
  ten_alerts(world);
  world.get("control-1", "PUT", "/persons/w-1/supervisor", R"({"officer":"officer-lee","agency_id":"pb"})");
  const json::value said = world.get("control-1", "GET", "/statistics");
  const json::array& stations = said.at("stations").as_array();
  ASSERT_EQ(stations.size(), 2u);
  EXPECT_EQ(text(stations[0].at("agency_id")), "police-1");
  EXPECT_EQ(text(stations[0].at("false_alarms")), "2");
  EXPECT_EQ(text(stations[0].at("false_thousandths")), "400");
  EXPECT_EQ(text(stations[0].at("unacknowledged_thousandths")), "0");
  EXPECT_EQ(text(stations[1].at("false_thousandths")), "0");
  EXPECT_EQ(text(stations[1].at("unacknowledged_thousandths")), "200");
  const json::array& offices = said.at("offices").as_array();
  ASSERT_EQ(offices.size(), 1u);
  EXPECT_EQ(text(offices[0].at("agency_id")), "pb");
  EXPECT_EQ(text(offices[0].at("false_thousandths")), "222");
  EXPECT_EQ(text(offices[0].at("unacknowledged_thousandths")), "100");
  const std::string table = world.ask("auditor-1", "GET", "/statistics.csv").body;
  EXPECT_NE(table.find("stations,\"police-1\",\"false_thousandths\",400\r\n"), std::string::npos) << table;
  EXPECT_NE(table.find("offices,\"pb\",\"unacknowledged_thousandths\",100\r\n"), std::string::npos);
  EXPECT_NE(table.find("alerts,\"false_thousandths\",\"\",222\r\n"), std::string::npos);
}

TEST(Statistics, GiveAnAlertThatNoUnitWasSentForToTheStationWhoseCaseMadeTheOrder) {
  CaseWorld world;
  world.open_case();
  const std::string order_id = active_device_order(world);
  raise(world, "A-1", v1::ALERT_KIND_KEEP_AWAY, order_id);
  const json::value said = world.get("control-1", "GET", "/statistics");
  EXPECT_EQ(text(said.at("stations").at(0).at("agency_id")), "police-1");
  EXPECT_EQ(text(said.at("stations").at(0).at("unacknowledged")), "1");
}

TEST(Statistics, CountViolationsInTheMonthsOfTheOrdersOwnClockAndWarningsNotAtAll) {
  CaseWorld world;
  world.clock.set(Time{1'780'241'400'000'000});  // 2026-05-31 15:30 UTC: in Seoul it is June
  raise(world, "A-1", v1::ALERT_KIND_KEEP_AWAY, "o-post");
  raise(world, "A-2", v1::ALERT_KIND_STRAP_CUT, "o-post");
  raise(world, "A-3", v1::ALERT_KIND_KEEP_AWAY, "");
  raise(world, "A-4", v1::ALERT_KIND_NEAR_WARN, "o-post");
  raise(world, "A-5", v1::ALERT_KIND_LOW_BATTERY, "o-post");
  const json::array months =
      world.get("control-1", "GET", "/statistics").at("violations_by_month").as_array();
  ASSERT_EQ(months.size(), 2u);
  EXPECT_EQ(text(months[0].at("key")), "2026-05") << "under no order: UTC";
  EXPECT_EQ(text(months[0].at("count")), "1");
  EXPECT_EQ(text(months[1].at("key")), "2026-06");
  EXPECT_EQ(text(months[1].at("count")), "2");
}

TEST(Statistics, CountWearersByTheOffenceThatTheirOrderStatesOrItsKindSays) {
  CaseWorld world;
  world.open_case();
  active_device_order(world);
  world.log(CaseWorld::fact(
      R"({"order_registered":{"id":"o-2","version":1,"kind":"EM_POST","wearer_id":"s-77","offence":"MURDER",
          "legal_basis":"EM Act 5","starts_at_us":"1"}})"));
  world.pass(kHour);
  const json::array counts = world.get("control-1", "GET", "/statistics").at("wearers_by_offence").as_array();
  ASSERT_EQ(counts.size(), 3u);
  EXPECT_EQ(text(counts[0].at("key")), "") << "the order of w-1 states none";
  EXPECT_EQ(text(counts[1].at("key")), "MURDER");
  EXPECT_EQ(text(counts[2].at("key")), "STALKING") << "measure 3-2 is for nothing else";
  EXPECT_EQ(text(counts[2].at("count")), "1");
  const std::string table = world.ask("control-1", "GET", "/statistics.csv").body;
  EXPECT_NE(table.find("wearers_by_offence,\"MURDER\",\"\",1\r\n"), std::string::npos) << table;
}

TEST(Statistics, AreNoFormulaInASpreadsheet) {
  CaseWorld world;
  world.open_case();
  world.log(CaseWorld::fact(R"({"order_registered":{"id":"o-2","version":1,"kind":"=cmd|' /C calc'!A0",
      "wearer_id":"s-77","legal_basis":"EM Act 5","starts_at_us":"1"}})"));
  world.pass(kHour);
  const std::string table = world.ask("control-1", "GET", "/statistics.csv").body;
  EXPECT_NE(table.find(",\"'=cmd|' /C calc'!A0\","), std::string::npos) << table;
}

TEST(Measures, AreRefusedForAnOffenceThatTheCountryDoesNotKnowAndKeepTheOneTheyWereBegunWith) {
  CaseWorld world;
  const auto judgement = [](const char* offence) {
    return std::string(R"({"id":"m-1","kind":"EM_POST","subject_id":"s-77","court_id":"court-1",
        "term":{"unit":"YEARS","count":3},"stated":{"offence":")") +
           offence + "\"}}";
  };
  const net::Response refused = world.ask("insp-park", "POST", "/measures", judgement("SHOPLIFTING"));
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_NE(refused.body.find("stated.offence"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("SEXUAL_VIOLENCE, KIDNAPPING_OF_MINOR, MURDER"), std::string::npos)
      << refused.body;
  world.get("insp-park", "POST", "/measures", judgement("SEXUAL_VIOLENCE"));
  world.step("judge-1", "m-1", "CHANGE",
             R"(,"stated":{"conditions":[{"id":"k","keep_away":{"protected_id":"p-1"}}]})");
  const json::value changed = world.get("judge-1", "GET", "/measures/m-1");
  EXPECT_EQ(text(changed.at("measure").at("stated").at("offence")), "SEXUAL_VIOLENCE");
  const json::value kinds = world.get("insp-park", "GET", "/law/kinds");
  const json::array& offences = kinds.at("offences").as_array();
  EXPECT_EQ(offences.size(), 7u);
  EXPECT_EQ(text(offences[0].at("basis")), "EM Act 2 no. 2");
}

TEST(Places, AreToldVersionForVersionToWhoeverMaySeeTheCaseAndToNobodyElse) {
  CaseWorld world;
  world.open_case();
  const std::string order_id = active_device_order(world);
  world.get("insp-park", "POST", "/cases/c-1/places",
            R"({"protected_id":"p-1","places":[{"old_zone_id":"z-home","new_zone_id":"z-new"}],
                "zones":[{"id":"z-new","shape":{"circle":{"centre":{"lat_e7":375000000,"lng_e7":1270000000},
                "radius_mm":50000}}}]})");
  const json::array rows = world.get("insp-park", "GET", "/cases/c-1/places").at("versions").as_array();
  ASSERT_EQ(rows.size(), 3u) << json::serialize(rows);
  const auto of_order = [&rows, &order_id](const char* zone_id) -> const json::value& {
    for (const json::value& row : rows)
      if (text(row.at("order_id")) == order_id && text(row.at("zones").at(0).at("id")) == zone_id) return row;
    ADD_FAILURE() << zone_id;
    return rows[0];
  };
  EXPECT_EQ(text(of_order("z-home").at("until_us")), text(of_order("z-new").at("since_us")));
  EXPECT_EQ(text(of_order("z-new").at("until_us")), "0");
  EXPECT_LT(of_order("z-home").at("version").as_int64(), of_order("z-new").at("version").as_int64());
  EXPECT_EQ(of_order("z-new").at("zones").at(0).at("shape").at("circle").at("radius_mm").as_int64(), 50'000);
  const auto looks = [&world] {
    return std::count_if(world.submit.logged.begin(), world.submit.logged.end(), [](const v1::Fact& fact) {
      return fact.has_access_decided() && fact.access_decided().allowed();
    });
  };
  const auto before = looks();
  world.get("control-1", "GET", "/cases/c-1/places");
  EXPECT_EQ(looks(), before + 1) << "each look is a fact";
  EXPECT_EQ(world.ask("insp-choi", "GET", "/cases/c-1/places").status, 403);
  EXPECT_EQ(world.ask("her", "GET", "/cases/c-1/places").status, 403);
}

}  // namespace
}  // namespace haechi::api
