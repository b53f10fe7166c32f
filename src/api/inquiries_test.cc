#include "api/inquiries.h"

#include "api/case_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

// A case against w-1, who was somewhere on each of the last three days; the latitude tells the hour.
class InquiryWorld : public CaseWorld {
 public:
  InquiryWorld() {
    get("insp-park", "POST", "/cases",
        R"({"id":"c-1","kind":"CASE_KIND_STALKING","number":"2026-1","subject_id":"w-1","protected_ids":["p-1"]})");
    for (int hour = 0; hour < 72; ++hour) {
      v1::Fact fact;
      v1::ReportReceived& received = *fact.mutable_report_received();
      received.set_received_at_us(clock.now().us);
      received.mutable_report()->set_device_id("d-w");
      received.mutable_report()->set_seq(static_cast<uint64_t>(hour + 1));
      v1::Fix& fix = *received.mutable_report()->mutable_fix();
      fix.mutable_place()->set_lat_e7(376'000'000 + hour);
      fix.mutable_place()->set_lng_e7(1'272'000'000);
      fix.set_accuracy_mm(8'000);
      fix.set_fixed_at_us(clock.now().us);
      log(fact);
      pass(Duration::seconds(3'600));
    }
  }
  // Of the hours from `from` to `to` of those three days.
  std::string ask_for(const std::string& id, int from, int to, const std::string& more = "") {
    return R"({"id":")" + id + R"(","person_id":"w-1","use":"EM_INQUIRY","court_id":"court-1","from_us":")" +
           std::to_string(start.us + from * kHour.us) + R"(","to_us":")" +
           std::to_string(start.us + to * kHour.us) + R"(","reason":"seen at the school gate")" + more + "}";
  }
  // The hours that were shown.
  std::vector<int64_t> hours(const std::string& account, const std::string& id,
                             const std::string& query = "") {
    std::vector<int64_t> out;
    const json::value track = get(account, "GET", "/inquiries/" + id + "/track" + query);
    if (!track.is_object() || !track.as_object().contains("points")) return out;
    for (const json::value& point : track.at("points").as_array())
      out.push_back(point.at("point").at("place").at("lat_e7").as_int64() - 376'000'000);
    return out;
  }
  std::string until(Duration some) { return std::to_string((clock.now() + some).us); }
  std::string grant(Duration some) {
    return R"({"granted":true,"until_us":")" + until(some) + R"(","reasons":"needed"})";
  }

  static constexpr Duration kHour = Duration::seconds(3'600);
  const Time start{1'780'000'000'000'000};  // of the world's clock
};

constexpr const char* kUrgent = R"(,"urgent":true,"approved_by":"chief-oh")";
constexpr const char* kConfirm = R"({"confirmed":true})";
constexpr const char* kRefuse = R"({"granted":false,"reasons":"not needed"})";

TEST(Inquiries, ShowNothingBeforeTheCourtHasPermitted) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 20));
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 403);
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/w-1").status, 403);
  EXPECT_EQ(world
                .ask("insp-park", "GET",
                     "/playback?person_id=w-1&from_us=" + std::to_string(world.start.us) +
                         "&to_us=" + std::to_string(world.start.us + 3'600'000'000))
                .status,
            403);
}

TEST(Inquiries, OpenExactlyTheirSpanToExactlyTheirAgencyUntilTheirEnd) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14));
  const json::value granted =
      world.get("judge-1", "POST", "/inquiries/q-1/decision", world.grant(Duration::seconds(7'200)));
  EXPECT_EQ(text(granted.at("inquiry").at("state")), "INQUIRY_STATE_GRANTED");
  EXPECT_TRUE(granted.at("decision_intact").as_bool());
  EXPECT_EQ(world.hours("insp-park", "q-1"), (std::vector<int64_t>{10, 11, 12, 13}));
  const auto span = [&](int from, int to) {
    return "?from_us=" + std::to_string(world.start.us + from * world.kHour.us) +
           "&to_us=" + std::to_string(world.start.us + to * world.kHour.us);
  };
  EXPECT_EQ(world.hours("insp-park", "q-1", span(11, 12)), (std::vector<int64_t>{11}));
  for (const auto& [from, to] : {std::pair(9, 12), std::pair(12, 15)})
    EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track" + span(from, to)).status, 400);
  for (const char* account : {"insp-choi", "judge-1", "officer-lee", "control-1", "dispatch-1", "her"})
    EXPECT_EQ(world.ask(account, "GET", "/inquiries/q-1/track").status, 403) << account;
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/w-1").status, 403) << "the present was not permitted";
  EXPECT_EQ(world.ask("insp-choi", "GET", "/inquiries/q-1").status, 403);
  world.pass(Duration::seconds(7'200));
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 403);
}

TEST(Inquiries, AskedOfAnyCourtAreReadByEachUntilOneDecidesAndThenByWhoDid) {
  InquiryWorld world;
  std::string to_any = world.ask_for("q-1", 10, 14);
  to_any.replace(to_any.find("court-1"), 7, "");
  world.get("insp-park", "POST", "/cases/c-1/inquiries", to_any);
  EXPECT_EQ(world.ask("judge-1", "GET", "/inquiries/q-1").status, 200);
  EXPECT_EQ(world.ask("judge-2", "GET", "/inquiries/q-1").status, 200);
  world.get("judge-1", "POST", "/inquiries/q-1/decision", kRefuse);
  EXPECT_EQ(world.ask("judge-1", "GET", "/inquiries/q-1").status, 200) << "of what it decided";
  EXPECT_EQ(world.ask("judge-2", "GET", "/inquiries/q-1").status, 403);
}

TEST(Inquiries, OpenInUrgencyAndListWhatWasHandedOverUntilItIsDestroyed) {
  InquiryWorld world;
  const json::value asked =
      world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14, kUrgent));
  EXPECT_EQ(text(asked.at("inquiry").at("state")), "INQUIRY_STATE_PENDING");
  EXPECT_EQ(text(asked.at("duties").at(0).at("code")), "K12");
  EXPECT_TRUE(asked.at("open").as_bool());
  EXPECT_EQ(world.hours("insp-park", "q-1"), (std::vector<int64_t>{10, 11, 12, 13}));
  EXPECT_EQ(world.hours("insp-park", "q-1").size(), 4u);
  const json::value refused = world.get("judge-1", "POST", "/inquiries/q-1/decision", kRefuse);
  EXPECT_EQ(text(refused.at("inquiry").at("state")), "INQUIRY_STATE_REFUSED");
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 403) << "at once";
  const json::value left = world.get("insp-park", "GET", "/inquiries/q-1");
  EXPECT_EQ(text(left.at("duties").at(0).at("code")), "K12-R");
  const json::value& row = left.at("inquiry").at("handed_over").at(0);
  EXPECT_EQ(text(row.at("account")), "insp-park");
  EXPECT_EQ(row.at("answers").as_int64(), 2);
  EXPECT_EQ(world.ask("insp-choi", "POST", "/inquiries/q-1/destroyed", R"({"proof":"x"})").status, 403);
  EXPECT_EQ(world.ask("insp-park", "POST", "/inquiries/q-1/destroyed", "{}").status, 400);
  const json::value gone = world.get("insp-park", "POST", "/inquiries/q-1/destroyed",
                                     R"({"proof":"two prints shredded, file wiped, before sergeant Yun"})");
  EXPECT_EQ(text(gone.at("inquiry").at("destroyed_by")), "insp-park");
  EXPECT_FALSE(gone.as_object().contains("duties") && !gone.at("duties").as_array().empty());
  for (const v1::Fact& fact : world.submit.logged)
    EXPECT_EQ(fact.SerializeAsString().find("shredded"), std::string::npos)
        << "what was typed stays out of the log";
}

TEST(Inquiries, InUrgencyNameAnotherAccountOfTheStationOrOpenNothing) {
  InquiryWorld world;
  std::set<std::string> answers;
  for (const char* named : {"x", "chief-nobody", "insp-choi", "dispatch-1", "control-1", "insp-park", ""}) {
    const net::Response answer = world.ask(
        "insp-park", "POST", "/cases/c-1/inquiries",
        world.ask_for("q-1", 10, 14, R"(,"urgent":true,"approved_by":")" + std::string(named) + "\""));
    EXPECT_EQ(answer.status, 400) << named;
    answers.insert(answer.body);
  }
  EXPECT_EQ(answers.size(), 1u) << "which accounts there are is not told";
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 403);
}

TEST(Inquiries, InUrgencyCloseWithinTheHourUnlessTheOneWhoIsNamedConfirms) {
  InquiryWorld world;
  const json::value asked =
      world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14, kUrgent));
  EXPECT_FALSE(asked.at("may_confirm").as_bool());
  const Time end{world.picture.case_book().inquiry("q-1")->open_until_us()};
  for (const char* other : {"insp-park", "insp-choi", "judge-1", "control-1", "officer-lee"})
    EXPECT_EQ(world.ask(other, "POST", "/inquiries/q-1/confirmation", kConfirm).status, 403) << other;
  world.pass(end - world.clock.now() - Duration::seconds(1));
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 200);
  world.clock.set(end);
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 403) << "before any tick";
  EXPECT_EQ(world.ask("chief-oh", "POST", "/inquiries/q-1/confirmation", kConfirm).status, 409);
}

TEST(Inquiries, InUrgencyStayOpenOnceTheOneWhoIsNamedHasConfirmed) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14, kUrgent));
  EXPECT_TRUE(world.get("chief-oh", "GET", "/inquiries/q-1").at("may_confirm").as_bool());
  world.get("chief-oh", "POST", "/inquiries/q-1/confirmation", kConfirm);
  world.pass(Duration::seconds(2 * 3'600));
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 200);
}

TEST(Inquiries, AreLooksThatAreCountedAtThePersonAndNotAtTheInquiry) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14, kUrgent));
  EXPECT_EQ(world.hours("insp-park", "q-1").size(), 4u);
  EXPECT_EQ(world.hours("insp-park", "q-1").size(), 4u);
  for (const json::value& one : world.get("auditor-1", "GET", "/look-ups").at("accounts").as_array()) {
    if (text(one.at("account")) != "insp-park") continue;
    EXPECT_EQ(text(one.at("looks")), "2");
    EXPECT_EQ(text(one.at("persons")), "1");
    return;
  }
  ADD_FAILURE() << "nothing was counted";
}

TEST(Inquiries, LapseWithTheTermForThePermission) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14, kUrgent));
  world.get("chief-oh", "POST", "/inquiries/q-1/confirmation", kConfirm);
  const auto open_until = [&] {
    const v1::Inquiry* inquiry = world.picture.case_book().inquiry("q-1");
    return Time{inquiry->open_until_us()};
  };
  world.pass(open_until() - world.clock.now() - Duration{1'000'000});
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 200);
  world.clock.set(open_until());
  EXPECT_EQ(world.ask("insp-park", "GET", "/inquiries/q-1/track").status, 403) << "before any tick";
  world.pass(Duration{1});
  EXPECT_EQ(text(world.get("insp-park", "GET", "/inquiries/q-1").at("inquiry").at("state")),
            "INQUIRY_STATE_LAPSED");
  EXPECT_EQ(
      world.ask("judge-1", "POST", "/inquiries/q-1/decision", world.grant(Duration::seconds(60))).status,
      409);
}

TEST(Inquiries, AreDecidedByTheCourtThatWasAskedAndByNobodyElse) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14));
  for (const char* account : {"judge-2", "insp-park", "control-1", "officer-lee"})
    EXPECT_EQ(world.ask(account, "POST", "/inquiries/q-1/decision", kRefuse).status, 403) << account;
  EXPECT_EQ(world.get("judge-2", "GET", "/inquiries").at("inquiries").as_array().size(), 0u);
  EXPECT_EQ(world.get("judge-1", "GET", "/inquiries").at("inquiries").as_array().size(), 1u);
  EXPECT_EQ(world.get("insp-choi", "GET", "/inquiries").at("inquiries").as_array().size(), 0u);
  EXPECT_EQ(world.ask("judge-1", "POST", "/inquiries/q-1/decision", R"({"granted":false})").status, 400);
  world.get("judge-1", "POST", "/inquiries/q-1/decision", kRefuse);
  EXPECT_EQ(
      world.ask("judge-1", "POST", "/inquiries/q-1/decision", world.grant(Duration::seconds(60))).status,
      409);
}

TEST(Inquiries, EachLookIsRecordedBeforeItIsAnsweredWithTheSpanItShows) {
  InquiryWorld world;
  world.get("insp-park", "POST", "/cases/c-1/inquiries", world.ask_for("q-1", 10, 14));
  world.get("judge-1", "POST", "/inquiries/q-1/decision", world.grant(Duration::seconds(7'200)));
  (void)world.hours("insp-park", "q-1");
  const v1::AccessDecided& record = world.submit.logged.back().access_decided();
  EXPECT_EQ(record.action(), "see_history");
  EXPECT_EQ(record.subject_id(), "q-1");
  EXPECT_EQ(record.basis(), "q-1");
  EXPECT_EQ(record.precision(), "full");
  ASSERT_EQ(record.shown_ids_size(), 2);
  EXPECT_EQ(record.shown_ids(0), "w-1");
  EXPECT_EQ(record.shown_ids(1), std::to_string(world.start.us + 10 * world.kHour.us) + "-" +
                                     std::to_string(world.start.us + 14 * world.kHour.us));
}

TEST(Inquiries, TellForWhatTheCountryLetsPositionsBeUsed) {
  InquiryWorld world;
  const json::value kr = world.get("insp-park", "GET", "/law/uses");
  EXPECT_TRUE(kr.at("urgent").as_bool());
  EXPECT_EQ(kr.at("permission_within").at("count").as_int64(), 48);
  const json::value es = world.get("insp-park", "GET", "/law/uses?country=es");
  EXPECT_FALSE(es.as_object().contains("urgent") && es.at("urgent").as_bool());
  EXPECT_EQ(world.ask("insp-park", "GET", "/law/uses?country=xx").status, 400);
}

constexpr const char* kPictures =
    R"({"id":"x-1","wearer_id":"w-1","provider":"namyangju-city","from_us":"1779990000000000",
        "to_us":"1779993600000000","cameras":"market gate, cameras 3 and 4","reason":"strap cut at the market"})";

TEST(Pictures, AreAskedForViewedAndToldToTheWearer) {
  CaseWorld world;
  EXPECT_EQ(world.ask("insp-park", "POST", "/pictures", kPictures).status, 403);
  const json::value asked = world.get("control-1", "POST", "/pictures", kPictures);
  EXPECT_EQ(text(asked.at("cameras")), "market gate, cameras 3 and 4");
  EXPECT_TRUE(asked.at("intact").as_bool());
  const std::string now = std::to_string(world.clock.now().us + 1'000'000);
  world.pass(Duration::seconds(1'800));
  const json::value viewed =
      world.get("control-1", "POST", "/pictures/x-1/viewed", R"({"from_us":")" + now + "\"}");
  const int64_t due_us = std::stoll(text(viewed.at("request").at("notice_due_at_us")));
  // Thirty days, the first not counted, to the end of the last; that is a Saturday, so to the end of Monday.
  EXPECT_EQ(iso8601(Time{due_us}), "2026-06-29T15:00:00.000Z");
  EXPECT_NE(text(viewed.at("notice_ko")).find("namyangju-city"), std::string::npos);
  EXPECT_EQ(text(viewed.at("notice_ko")).find("strap"), std::string::npos)
      << "why and which stays with the centre";
  const json::value duty = world.get("control-1", "GET", "/duties?person_id=w-1").at("duties").at(0);
  EXPECT_EQ(text(duty.at("code")), "K13-N");
  EXPECT_EQ(
      world.ask("control-1", "POST", "/duties/" + text(duty.at("id")) + "/done", R"({"note_code":"done"})")
          .status,
      400);
  EXPECT_EQ(world.ask("control-1", "POST", "/pictures/x-1/notice", R"({"channel":"smoke"})").status, 400);
  const json::value told = world.get("control-1", "POST", "/pictures/x-1/notice", R"({"channel":"letter"})");
  EXPECT_EQ(text(told.at("request").at("notice_channel")), "letter");
  EXPECT_EQ(world.get("control-1", "GET", "/duties?person_id=w-1").at("duties").as_array().size(), 0u);
  for (const v1::Fact& fact : world.submit.logged) {
    EXPECT_EQ(fact.SerializeAsString().find("market"), std::string::npos) << "an area is a place";
    EXPECT_EQ(fact.SerializeAsString().find("strap cut at"), std::string::npos);
  }
}

TEST(Pictures, SayWhatIsWrongWithARequest) {
  CaseWorld world;
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string body = kPictures;
    body.replace(body.find(from), from.size(), to);
    return world.ask("control-1", "POST", "/pictures", body);
  };
  EXPECT_EQ(refused("market gate, cameras 3 and 4", "").status, 400);
  EXPECT_EQ(refused("strap cut at the market", "").status, 400);
  EXPECT_EQ(refused("\"w-1\"", "\"p-1\"").status, 400);
  EXPECT_EQ(refused("namyangju-city", "Namyangju city!").status, 400);
  EXPECT_EQ(refused("1779993600000000", "1").status, 400);
  EXPECT_EQ(world.get("control-1", "GET", "/pictures").at("requests").as_array().size(), 0u);
}

}  // namespace
}  // namespace haechi::api
