#include "api/contacts.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

constexpr const char* kPath = "/api/v1/incidents/I-1/contacts";

TEST(Contacts, KeepTheNoteOutOfTheLogAndShowItInTheList) {
  TestWorld world;
  const net::Response made =
      world.ask(Role::kControl, "POST", kPath,
                R"({"with":"WEARER","channel":"PHONE","outcome":"REACHED","note":"He turned round."})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(json::parse(made.body).at("by").as_string(), "control-1");
  EXPECT_EQ(world
                .ask(Role::kProbation, "POST", kPath,
                     R"({"with":"PROTECTED_PERSON","channel":"MESSAGE","outcome":"NO_ANSWER"})")
                .status,
            200);
  const json::value list = json::parse(world.ask(Role::kControl, "GET", kPath).body);
  const json::array& contacts = list.at("contacts").as_array();
  ASSERT_EQ(contacts.size(), 2u);
  EXPECT_EQ(contacts[0].at("note").as_string(), "He turned round.");
  EXPECT_EQ(contacts[0].at("outcome").as_string(), "REACHED");
  EXPECT_EQ(contacts[0].at("id").as_string(), json::parse(made.body).at("id").as_string());
  EXPECT_EQ(contacts[1].at("with").as_string(), "PROTECTED_PERSON");
  for (const v1::Fact& fact : world.logged())
    EXPECT_EQ(fact.SerializeAsString().find("turned round"), std::string::npos);
}

TEST(Contacts, AreStepsOfTheTimelineOfTheirIncidentsAlerts) {
  TestWorld world;
  world.ask(Role::kControl, "POST", kPath, R"({"with":"POLICE","channel":"PHONE","outcome":"NO_ANSWER"})");
  const net::Response timeline = world.ask(Role::kControl, "GET", "/api/v1/alerts/AL-1/timeline");
  EXPECT_NE(timeline.body.find("\"what\":\"contact_no_answer\""), std::string::npos) << timeline.body;
}

TEST(Contacts, AreForgottenWithThePersonTheyAreAbout) {
  TestWorld world;
  world.ask(Role::kControl, "POST", kPath,
            R"({"with":"PROTECTED_PERSON","channel":"PHONE","outcome":"REACHED","note":"at her sister's"})");
  EXPECT_NE(world.ask(Role::kControl, "GET", kPath).body.find("sister"), std::string::npos);
  EXPECT_EQ(world
                .ask(Role::kRegistrar, "PUT", "/api/v1/persons/P-1",
                     R"({"role":"ROLE_PROTECTED_PERSON","removed":true})")
                .status,
            200);
  EXPECT_EQ(world.ask(Role::kControl, "GET", kPath).body.find("sister"), std::string::npos);
}

TEST(Contacts, NameTheFieldThatIsMissing) {
  TestWorld world;
  const auto field = [&](const char* body) {
    const net::Response answer = world.ask(Role::kControl, "POST", kPath, body);
    EXPECT_EQ(answer.status, 400);
    return std::string(json::parse(answer.body).at("field").as_string());
  };
  EXPECT_EQ(field(R"({"channel":"PHONE","outcome":"REACHED"})"), "with");
  EXPECT_EQ(field(R"({"with":"OTHER","outcome":"REACHED"})"), "channel");
  EXPECT_EQ(field(R"({"with":"OTHER","channel":"VIBRATION"})"), "outcome");
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/incidents/I-77/contacts").status, 404);
}

TEST(Proximity, IsAnsweredForAnIncidentAndNamesBothInTheRecord) {
  TestWorld world;
  const net::Response answer = world.ask(Role::kControl, "GET", "/api/v1/incidents/I-1/proximity");
  ASSERT_EQ(answer.status, 200);
  const json::value series = json::parse(answer.body);
  const json::array& points = series.at("points").as_array();
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].at("protected_id").as_string(), "P-1");
  const auto decisions = world.new_decisions();
  EXPECT_EQ(decisions.at(0).shown_ids_size(), 2);
  EXPECT_EQ(world.ask(Role::kProtectedPerson, "GET", "/api/v1/incidents/I-1/proximity").status, 403);
}

}  // namespace
}  // namespace haechi::api
