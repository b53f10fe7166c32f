#include "api/pin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/test_world.h"

namespace haechi::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using trust::Role;

constexpr const char* kSet = R"({"pin":"4711","duress_pin":"1174","away_minutes":3})";

class PinTest : public testing::Test {
 protected:
  net::Response put(const std::string& body) {
    return world_.ask(Role::kProtectedPerson, "PUT", "/api/v1/me/pin", body);
  }
  // What is shown for a number.
  std::string open(const std::string& pin) {
    const std::string body = R"({"pin":")" + pin + R"(","id":"opening-)" + std::to_string(++opened_) +
                             R"(","fix":{"place":{"lat_e7":374000000,"lng_e7":1274000000},
                             "fixed_at_us":"1700000099000000","accuracy_mm":12000}})";
    last_ = world_.ask(Role::kProtectedPerson, "POST", "/api/v1/me/pin/open", body);
    if (last_.status != 200) return std::to_string(last_.status);
    v1::PinAnswer answer;
    EXPECT_TRUE(read_json(last_.body, answer).ok()) << last_.body;
    return answer.page();
  }
  std::vector<v1::ReportReceived> reports() {
    std::vector<v1::ReportReceived> out;
    for (const v1::Fact& fact : world_.logged())
      if (fact.report_received().protocol() == "app") out.push_back(fact.report_received());
    return out;
  }

  TestWorld world_;
  net::Response last_;
  int opened_ = 0;
};

TEST_F(PinTest, OpensTheAppAndTheOtherOneRingsSilently) {
  ASSERT_EQ(put(kSet).status, 200);
  EXPECT_EQ(open("4711"), "NOTES");
  EXPECT_EQ(open("0000"), "WRONG");
  EXPECT_EQ(open("1174"), "LISTS");
  const auto all = reports();
  ASSERT_EQ(all.size(), 3u) << "each says where her phone is";
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(all[i].report().events_size(), 0);
    EXPECT_FALSE(all[i].duress());
  }
  EXPECT_EQ(all[2].report().events(0), v1::DEVICE_EVENT_SOS);
  EXPECT_TRUE(all[2].silent());
  EXPECT_TRUE(all[2].duress());
  EXPECT_EQ(all[2].report().fix().accuracy_mm(), 12000u);
}

TEST_F(PinTest, AnswersEachNumberAlike) {
  ASSERT_EQ(put(kSet).status, 200);
  std::vector<net::Response> answers;
  std::vector<size_t> facts;
  for (const char* pin : {"4711", "1174", "0000"}) {
    const size_t before = world_.logged().size();
    open(pin);
    answers.push_back(last_);
    facts.push_back(world_.logged().size() - before);
  }
  for (size_t i = 1; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].status, answers[0].status);
    EXPECT_EQ(answers[i].body.size(), answers[0].body.size());
    EXPECT_EQ(answers[i].headers, answers[0].headers);
    EXPECT_EQ(facts[i], facts[0]) << "so that it takes as long";
  }
}

TEST_F(PinTest, IsKeptAsAHashAndAlone) {
  ASSERT_EQ(put(kSet).status, 200);
  const auto kept = world_.records->address(store::Holder::kPerson, "P-1", store::AddressKind::kPin);
  for (const v1::Fact& fact : world_.logged()) {
    EXPECT_THAT(fact.DebugString(), Not(HasSubstr("4711")));
    EXPECT_THAT(fact.DebugString(), Not(HasSubstr("1174")));
  }
  const net::Response state = world_.ask(Role::kProtectedPerson, "GET", "/api/v1/me/pin");
  EXPECT_THAT(state.body, HasSubstr("\"away_minutes\":3"));
  EXPECT_THAT(state.body, Not(HasSubstr("argon2")));
}

TEST_F(PinTest, AfterFiveWrongOnesDoesNotOpenForAQuarterOfAnHourWhileTheOtherOneStillRings) {
  ASSERT_EQ(put(kSet).status, 200);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(open("000" + std::to_string(i)), "WRONG");
  EXPECT_EQ(open("4711"), "WRONG");
  EXPECT_EQ(open("1174"), "LISTS");
  world_.clock.set(world_.clock.now() + PinGuesses::kClosedFor);
  EXPECT_EQ(open("4711"), "NOTES");
}

TEST_F(PinTest, OnesAreCountedInARow) {
  ASSERT_EQ(put(kSet).status, 200);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(open("0000"), "WRONG");
    EXPECT_EQ(open("4711"), "NOTES");
  }
}

TEST_F(PinTest, IsChangedOnlyByWhoKnowsIt) {
  ASSERT_EQ(put(kSet).status, 200);
  EXPECT_EQ(put(R"({"pin":"2222","away_minutes":3})").status, 403);
  EXPECT_EQ(put(R"({"current_pin":"1174"})").status, 403) << "the one that rings changes nothing";
  EXPECT_EQ(put(R"({"current_pin":"4711","pin":"2222","away_minutes":3})").status, 200);
  EXPECT_EQ(open("4711"), "WRONG");
  EXPECT_EQ(open("1174"), "WRONG") << "no other was given";
  EXPECT_EQ(open("2222"), "NOTES");
  EXPECT_EQ(put(R"({"current_pin":"2222"})").status, 200);
  EXPECT_EQ(open("2222"), "404") << "none is set";
}

TEST_F(PinTest, NamesWhatIsWrongWithIt) {
  for (const auto& [body, field] : {std::pair(R"({"pin":"123","away_minutes":3})", "\"pin\""),
                                    {R"({"pin":"12a4","away_minutes":3})", "\"pin\""},
                                    {R"({"pin":"1234","duress_pin":"1234","away_minutes":3})", "duress_pin"},
                                    {R"({"pin":"1234","duress_pin":"12345","away_minutes":3})", "duress_pin"},
                                    {R"({"pin":"1234","away_minutes":61})", "away_minutes"}}) {
    const net::Response answer = put(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(field)) << body;
  }
}

TEST_F(PinTest, IsTakenOffByARegistrarForWhoHasForgottenIt) {
  ASSERT_EQ(put(kSet).status, 200);
  const std::string hers = "/api/v1/persons/P-1/pin";
  EXPECT_EQ(world_.ask(Role::kUnit, "PUT", hers, "{}").status, 403);
  EXPECT_EQ(world_.ask(Role::kRegistrar, "PUT", hers, R"({"pin":"9999","away_minutes":3})").status, 400);
  EXPECT_EQ(open("4711"), "NOTES");
  EXPECT_EQ(world_.ask(Role::kRegistrar, "PUT", hers, "{}").status, 200);
  EXPECT_EQ(open("4711"), "404");
}

}  // namespace
}  // namespace haechi::api
