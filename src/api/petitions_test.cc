#include "api/petitions.h"

#include "api/case_world.h"
#include "base/base64.h"
#include "base/digest.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

// In May 2027 the police have declined to apply and told her so: she may petition herself.
void decline(CaseWorld& world) {
  world.clock.set(Time{1'810'000'000'000'000});
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-2","kind":"ST_PROV_2","protected_id":"p-1"})");
  world.step("insp-park", "m-2", "DECLINE_TO_APPLY");
  const json::value duties = world.get("insp-park", "GET", "/duties").at("duties");
  for (const json::value& duty : duties.as_array())
    if (text(duty.at("code")) == "N8-3")
      world.get("insp-park", "POST", "/duties/" + text(duty.at("id")) + "/done",
                R"({"note_code":"told_by_phone"})");
}

constexpr const char* kPetition = R"({"id":"pet-1","case_id":"c-1","kinds":["ST_VPO_1"],
    "statement":"He waits at my door every night.",
    "attachments":[{"name":"door.png","media_type":"image/png","content":"iVBORw0KGgo="}]})";

TEST(MyCases, SayThatSheMayPetitionAndUntilWhen) {
  CaseWorld world;
  decline(world);
  const json::value mine = world.get("her", "GET", "/me/cases").at("cases").at(0);
  EXPECT_TRUE(mine.at("may_petition").as_bool());
  const int64_t by = std::stoll(text(mine.at("petition_by_us")));
  const Duration left = Time{by} - world.clock.now();
  EXPECT_GT(left, Duration::seconds(89 * 86'400));
  EXPECT_LE(left, Duration::seconds(92 * 86'400));
  bool no_approach = false;
  for (const json::value& kind : mine.at("petition_kinds").as_array()) {
    no_approach |= text(kind.at("code")) == "ST_VPO_1";
    EXPECT_FALSE(kind.at("interim").as_bool());
  }
  EXPECT_TRUE(no_approach);
  EXPECT_TRUE(world.get("another", "GET", "/me/cases").at("cases").as_array().empty());
}

TEST(Petition, IsFiledByHerDocketedOrderedForTheTimeBeingDecidedAndSigned) {
  CaseWorld world;
  decline(world);
  const json::value filed = world.get("her", "POST", "/petitions", kPetition);
  EXPECT_EQ(text(filed.at("petition").at("state")), "PETITION_STATE_FILED");
  EXPECT_EQ(text(filed.at("statement")), "He waits at my door every night.");
  world.get("her", "POST", "/petitions", kPetition);
  EXPECT_EQ(world.picture.case_book().petitions().size(), 1u) << "the same id files once";

  const json::value docket = world.get("judge-1", "GET", "/petitions").at("petitions");
  ASSERT_EQ(docket.as_array().size(), 1u);
  EXPECT_EQ(text(docket.at(0).at("duty").at("code")), "DOCKET");
  world.get("judge-1", "POST", "/petitions/pet-1/docket", R"({"docket":"2027-17"})");
  EXPECT_EQ(world.ask("judge-2", "GET", "/petitions/pet-1").status, 403) << "it is of another court now";
  EXPECT_TRUE(world.get("judge-2", "GET", "/petitions").at("petitions").as_array().empty());

  const json::value seen = world.get("judge-1", "GET", "/petitions/pet-1");
  EXPECT_TRUE(seen.at("statement_intact").as_bool());
  EXPECT_EQ(text(seen.at("persons").at(0).at("name")), "Lee");
  const std::string file_id = text(seen.at("attachments").at(0).at("id"));
  const json::value file = world.get("judge-1", "GET", "/petitions/pet-1/files/" + file_id);
  EXPECT_TRUE(file.at("intact").as_bool());
  EXPECT_EQ(text(file.at("content")), "iVBORw0KGgo=");
  EXPECT_EQ(world.ask("judge-1", "GET", "/petitions/pet-1/files/other").status, 404);

  EXPECT_EQ(file_id.rfind("S-pet-1", 0), std::string::npos) << "no petition is named into another's papers";

  const std::string interim_kind = text(seen.at("interim_kinds").at(0).at("code"));
  const json::value interim =
      world.get("judge-1", "POST", "/petitions/pet-1/interim", R"({"kind":")" + interim_kind + R"("})");
  EXPECT_NE(text(interim.at("petition").at("interim_measure_id")), "");
  EXPECT_EQ(text(interim.at("petition").at("interim_by")), "judge-1");
  const json::value decided = world.get("judge-1", "POST", "/petitions/pet-1/decision",
                                        R"({"granted":true,"reasons":"Her statement is credible.",
                    "stated":{"conditions":[{"id":"k","keep_away":{"protected_id":"p-1"}}]}})");
  EXPECT_EQ(text(decided.at("petition").at("state")), "PETITION_STATE_GRANTED");
  EXPECT_EQ(text(decided.at("petition").at("decided_by")), "judge-1");
  EXPECT_EQ(text(decided.at("reasons")), "Her statement is credible.");
  const std::string signed_as = text(decided.at("decision"));
  for (const char* line : {"haechi decision 1\n", "about: petition pet-1\n", "docket: 2027-17\n",
                           "agency: court-1\n", "account: judge-1\n", "decision: granted\n",
                           "kinds: ST_VPO_1\n", "reasons:\nHer statement is credible."})
    EXPECT_NE(signed_as.find(line), std::string::npos) << line << signed_as;
  EXPECT_TRUE(decided.at("decision_intact").as_bool());
  const std::string paper = text(decided.at("petition").at("decision_id"));
  ASSERT_TRUE(world.records->put_note(paper, "p-1", store::Personal(signed_as + " Not.")).ok());
  EXPECT_FALSE(world.get("judge-1", "GET", "/petitions/pet-1").at("decision_intact").as_bool())
      << "one word more is another decision";
  const json::value hers = world.get("her", "GET", "/petitions/pet-1");
  EXPECT_EQ(text(hers.at("petition").at("state")), "PETITION_STATE_GRANTED");
  for (const v1::Fact& fact : world.submit.logged) {
    EXPECT_EQ(fact.SerializeAsString().find("my door"), std::string::npos);
    EXPECT_EQ(fact.SerializeAsString().find("credible"), std::string::npos);
  }
}

TEST(Petition, GoesToTheCourtInWhoseDistrictSheLivesUnlessSheNamesAnother) {
  CaseWorld world;
  decline(world);
  world.get(
      "registrar-1", "PUT", "/agencies/court-1",
      R"({"name":"Namyangju","desk":"DESK_BUILT_IN","court_districts":["경기도 남양주시","경기도 구리시"]})");
  world.get("registrar-1", "PUT", "/agencies/police-2",
            R"({"name":"Uijeongbu","desk":"DESK_BUILT_IN","court_districts":["경기도"]})");
  ASSERT_TRUE(world.records
                  ->put_person("p-1", store::Personal(R"({"name":"Lee","address":"경기 남양주시 오남읍 1"})"))
                  .ok());
  const json::value courts = world.get("her", "GET", "/me/cases").at("courts");
  ASSERT_EQ(courts.as_array().size(), 1u);
  EXPECT_EQ(text(courts.at(0).at("agency_id")), "court-1");
  const json::value filed = world.get("her", "POST", "/petitions", kPetition);
  EXPECT_EQ(text(filed.at("petition").at("court_id")), "court-1");
  EXPECT_EQ(text(filed.at("petition").at("court_ground")), "her_residence");
  EXPECT_EQ(world.ask("judge-2", "GET", "/petitions/pet-1").status, 403) << "it lies before the other court";
  for (const v1::Fact& fact : world.submit.logged)
    EXPECT_EQ(fact.SerializeAsString().find("오남읍"), std::string::npos);
}

TEST(Petition, IsHersAlone) {
  CaseWorld world;
  decline(world);
  EXPECT_EQ(world.ask("another", "POST", "/petitions", kPetition).status, 404);
  EXPECT_EQ(world.ask("insp-park", "POST", "/petitions", kPetition).status, 403);
  world.get("her", "POST", "/petitions", kPetition);
  EXPECT_EQ(world.ask("another", "GET", "/petitions/pet-1").status, 403);
  EXPECT_EQ(world.ask("insp-choi", "GET", "/petitions/pet-1").status, 403);
  EXPECT_EQ(world.ask("officer-lee", "GET", "/petitions/pet-1").status, 403);
  EXPECT_EQ(world.ask("her", "GET", "/petitions/pet-1/evidence").status, 403);
  EXPECT_EQ(world.ask("her", "POST", "/petitions/pet-1/decision", R"({"granted":true})").status, 403);
  EXPECT_EQ(world.ask("insp-park", "POST", "/petitions/pet-1/docket", R"({"docket":"x"})").status, 403);
}

TEST(Petition, RefusesWhatIsTooLargeOrOfAnotherType) {
  CaseWorld world;
  decline(world);
  EXPECT_EQ(world
                .ask("her", "POST", "/petitions",
                     R"({"case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[
                          {"name":"a.exe","media_type":"application/x-dosexec","content":"aGk="}]})")
                .status,
            400);
  EXPECT_EQ(
      world
          .ask("her", "POST", "/petitions",
               R"({"case_id":"c-1","kinds":["ST_VPO_1"],"statement":")" + std::string(20'001, 'x') + R"("})")
          .status,
      400);
}

TEST(Petition, TakesAFileOnlyWhenItsBytesAreWhatItsTypeSaysAndItsNameIsAName) {
  CaseWorld world;
  decline(world);
  const auto petition = [&](const char* name, const char* type, const char* content) {
    const std::string file = std::string(R"({"name":")") + name + R"(","media_type":")" + type +
                             R"(","content":")" + content + "\"}";
    return world.ask("her", "POST", "/petitions",
                     R"({"case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[)" + file + "]}");
  };
  constexpr const char* kProgram = "TVqQAAMAAAAEAAAA";  // how a Windows program begins
  for (const char* type :
       {"image/jpeg", "image/png", "application/pdf", "text/plain", "audio/mp4", "video/mp4"}) {
    const net::Response answer = petition("a.bin", type, kProgram);
    EXPECT_EQ(answer.status, 400) << type;
    EXPECT_NE(answer.body.find("attachments[0].content"), std::string::npos) << answer.body;
  }
  for (const char* name : {"../a.txt", ".bashrc", "a\\\\b.txt", "a\\r\\nb.txt"})
    EXPECT_NE(petition(name, "text/plain", "aGk=").body.find("attachments[0].name"), std::string::npos)
        << name;
  EXPECT_EQ(petition("문자 (1).txt", "text/plain", "aGk=").status, 200);
}

TEST(Petition, KeepsNothingThatACameraWroteBesideThePicture) {
  CaseWorld world;
  decline(world);
  using namespace std::string_literals;
  const std::string head = "\x89PNG\r\n\x1A\n\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0____"s;
  const std::string place = "\0\0\0\x0etEXtPlace\0her door____"s, end = "\0\0\0\0IEND____"s;
  const net::Response filed =
      world.ask("her", "POST", "/petitions",
                R"({"id":"p-hidden","case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[
      {"name":"a.png","media_type":"image/png","content":")" +
                    base64(head + place + end) + R"("}]})");
  ASSERT_EQ(filed.status, 200) << filed.body;
  const net::Response petition = world.ask("her", "GET", "/petitions/p-hidden");
  EXPECT_NE(petition.body.find(hex(view(sha256(head + end)))), std::string::npos) << petition.body;
}

TEST(Petition, TakesNoPictureThatFillsTheMemoryOfWhoeverOpensIt) {
  CaseWorld world;
  decline(world);
  const net::Response answer = world.ask("her", "POST", "/petitions",
                                         R"({"case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[
      {"name":"a.png","media_type":"image/png","content":"iVBORw0KGgoAAAANSUhEUgAA//8AAP//"}]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("50 million pixels"), std::string::npos) << answer.body;
}

TEST(Petition, TakesNoMoreThanTwoHundredFilesOfOnePerson) {
  CaseWorld world;
  decline(world);
  std::string files;
  for (int i = 0; i < 8; ++i)
    files +=
        std::string(i == 0 ? "" : ",") + R"({"name":"a.txt","media_type":"text/plain","content":"aGk="})";
  const auto petition = [&](int number, const std::string& attached) {
    return world.ask("her", "POST", "/petitions",
                     R"({"id":"pet-)" + std::to_string(number) +
                         R"(","case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[)" + attached + "]}");
  };
  for (int number = 1; number <= 25; ++number) ASSERT_EQ(petition(number, files).status, 200) << number;
  EXPECT_EQ(petition(25, files).status, 200) << "it is asked again";
  const net::Response answer = petition(26, files);
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("more than 200"), std::string::npos) << answer.body;
  EXPECT_EQ(petition(26, "").status, 200) << "the petition itself is taken";
}

TEST(Evidence, HoldsThePastAlertsBetweenTheTwoAndNobodyElses) {
  CaseWorld world;
  decline(world);
  for (const char* protected_id : {"p-1", "p-2"}) {
    v1::Effect effect;
    v1::Alert& alert = *effect.mutable_raise_alert();
    alert.set_id(std::string("A-") + protected_id);
    alert.set_incident_id("I-1");
    alert.set_kind(v1::ALERT_KIND_KEEP_AWAY);
    alert.set_wearer_id("s-77");
    alert.set_protected_id(protected_id);
    alert.set_opened_at_us(world.clock.now().us);
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world.log(tick, {std::make_shared<const v1::Effect>(effect)});
  }
  world.get("her", "POST", "/petitions", kPetition);
  world.get("judge-1", "POST", "/petitions/pet-1/docket", R"({"docket":"2027-17"})");
  const json::value bundle = world.get("judge-1", "GET", "/petitions/pet-1/evidence");
  ASSERT_EQ(bundle.at("alerts").as_array().size(), 1u);
  EXPECT_EQ(text(bundle.at("alerts").at(0).at("id")), "A-p-1");
  EXPECT_EQ(text(bundle.at("sha256")).size(), 64u);
  EXPECT_EQ(bundle.at("measures").as_array().size(), 2u) << "declined, and petitioned for";
}

TEST(Consent, FollowsThePenaltyNotice) {
  CaseWorld world;
  EXPECT_EQ(world.ask("her", "POST", "/me/consent", R"({"given":true})").status, 409);
  EXPECT_EQ(world.ask("her", "POST", "/me/consent", R"({"notice_code":"made up","given":true})").status, 400);
  const json::value notice = world.get("her", "GET", "/me/cases").at("notice");
  EXPECT_NE(text(notice.at("text_ko")).find("3년 이하의 징역"), std::string::npos);
  const json::value given = world.get("her", "POST", "/me/consent",
                                      R"({"notice_code":")" + text(notice.at("code")) + R"(","given":true})");
  EXPECT_TRUE(given.at("consent").at("view_allowed").as_bool());
  EXPECT_EQ(world.picture.case_book().consents().at("p-1").notice_sha256(),
            std::string(view(sha256(text(notice.at("text_en")) + "\n" + text(notice.at("text_ko"))))));
  EXPECT_FALSE(world.get("her", "POST", "/me/consent", R"({"given":false})")
                   .at("consent")
                   .at("view_allowed")
                   .as_bool());
}

}  // namespace
}  // namespace haechi::api
