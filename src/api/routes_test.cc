#include "api/routes.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "api/field_table.h"
#include "api/openapi.h"
#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

std::string name(const Route& route) {
  return std::string(route.method) + " " + route.path;
}

TEST(Routes, EachHasAnActionAHandlerAndADescription) {
  std::set<std::string> names;
  for (const Route& route : routes()) {
    EXPECT_TRUE(names.insert(name(route)).second) << name(route) << " twice";
    EXPECT_FALSE(std::string(route.summary).empty()) << name(route);
    if (route.access != Access::kKey) continue;
    EXPECT_NE(route.run, nullptr) << name(route);
    const bool is_file = std::string_view(route.path).ends_with("/bundle");
    EXPECT_EQ(route.response == nullptr, is_file) << name(route);
    EXPECT_FALSE(std::string(route.subject_kind).empty()) << name(route);
    EXPECT_EQ(route.request == nullptr, std::string(route.method) == "GET") << name(route);
  }
}

TEST(Routes, MatchIdsAndTellWhichMethodsAPathTakes) {
  const Match found = match("GET", "/api/v1/alerts/AL-1/timeline");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.ids, std::vector<std::string>{"AL-1"});
  EXPECT_EQ(match("DELETE", "/api/v1/zones/Z").allow, (std::vector<std::string>{"PUT", "GET"}));
  EXPECT_TRUE(match("GET", "/api/v1/nothing").allow.empty());
  EXPECT_TRUE(match("GET", "/api/v1/alerts/").allow.empty());
  EXPECT_TRUE(match("GET", "").allow.empty());
}

// Who may use which route, written down a second time: C control, D dispatch, U unit, P protected person,
// O probation officer, R registrar, K connector, A auditor, L police, J court, M administrator.
const std::map<std::string, std::string> kMayUse = {
    {"GET /api/v1/me/capabilities", "CDUPORKALJMV"},
    {"POST /api/v1/session", "CDUPORKALJMV"},
    {"POST /api/v1/me/position", "UP"},
    {"GET /api/v1/me/push", "CDUPORKALJMV"},
    {"PUT /api/v1/me/push", "CDUPORKALJMV"},
    {"GET /api/v1/persons", "CDORLJ"},
    {"GET /api/v1/devices", "CR"},
    {"GET /api/v1/orders", "CR"},
    {"GET /api/v1/zones", "CR"},
    {"GET /api/v1/jurisdictions", "CDRLJ"},
    {"GET /api/v1/agencies", "CDRLJ"},
    {"POST /api/v1/search", "CDOR"},
    {"GET /api/v1/vocabulary", "CDUPORKALJMV"},
    {"POST /api/v1/me/sos", "P"},
    {"GET /api/v1/me/pin", "CDUPORKALJMV"},
    {"PUT /api/v1/me/pin", "UP"},
    {"POST /api/v1/me/pin/open", "P"},
    {"PUT /api/v1/persons/{id}/pin", "R"},
    {"GET /api/v1/node", "M"},
    {"GET /api/v1/positions", "CDUOL"},
    {"GET /api/v1/positions/{id}", "CDUO"},
    {"GET /api/v1/tracks/{id}", "CDUO"},
    {"GET /api/v1/playback", "CDUOL"},
    {"POST /api/v1/positions/table", "CDUOL"},
    {"GET /api/v1/acts", "ORAJMV"},
    {"POST /api/v1/acts/{id}/answer", "ORAJMV"},
    {"POST /api/v1/measure", "CDUO"},
    {"GET /api/v1/alerts", "CDOK"},
    {"GET /api/v1/alerts/{id}", "CDO"},
    {"GET /api/v1/alerts/{id}/timeline", "CDO"},
    {"GET /api/v1/incidents", "CDOK"},
    {"GET /api/v1/incidents/{id}", "CDO"},
    {"GET /api/v1/incidents/{id}/proximity", "CDO"},
    {"POST /api/v1/incidents/{id}/contacts", "CO"},
    {"GET /api/v1/incidents/{id}/contacts", "CO"},
    {"GET /api/v1/calls", "CDU"},
    {"GET /api/v1/calls/{id}", "CDU"},
    {"GET /api/v1/units", "CDU"},
    {"GET /api/v1/units/{id}", "CDU"},
    {"GET /api/v1/views", "P"},
    {"GET /api/v1/audit", "A"},
    {"POST /api/v1/alerts/{id}/handling", "C"},
    {"POST /api/v1/alerts/{id}/shown", "CDUPO"},
    {"POST /api/v1/hand-offs/{id}/answer", "C"},
    {"POST /api/v1/units/{id}/status", "DU"},
    {"POST /api/v1/calls/{id}/assign", "D"},
    {"POST /api/v1/calls/{id}/close", "D"},
    {"PUT /api/v1/persons/{id}", "R"},
    {"GET /api/v1/persons/{id}", "CDOR"},
    {"PUT /api/v1/devices/{id}", "R"},
    {"GET /api/v1/devices/{id}", "CR"},
    {"PUT /api/v1/orders/{id}", "R"},
    {"GET /api/v1/orders/{id}", "CR"},
    {"PUT /api/v1/zones/{id}", "R"},
    {"GET /api/v1/zones/{id}", "CR"},
    {"PUT /api/v1/jurisdictions/{id}", "R"},
    {"GET /api/v1/jurisdictions/{id}", "CDRLJ"},
    {"PUT /api/v1/agencies/{id}", "R"},
    {"GET /api/v1/agencies/{id}", "CDRLJ"},
    {"PUT /api/v1/holiday-calendars/{id}", "R"},
    {"GET /api/v1/holiday-calendars/{id}", "CR"},
    {"PUT /api/v1/units/{id}", "R"},
    {"POST /api/v1/facts", "R"},
    {"GET /api/v1/holds", "V"},
    {"GET /api/v1/endings", "V"},
    {"GET /api/v1/old-secrets", "M"},
    {"POST /api/v1/persons/{id}/hold", "V"},
    {"POST /api/v1/persons/{id}/release", "V"},
    {"POST /api/v1/persons/{id}/erase", "V"},
    {"GET /api/v1/law/kinds", "CDUPORKALJMV"},
    {"POST /api/v1/cases", "L"},
    {"GET /api/v1/cases", "COLJ"},
    {"GET /api/v1/measures", "COLJ"},
    {"POST /api/v1/measures", "COLJ"},
    {"GET /api/v1/links", "COLJ"},
    {"GET /api/v1/duties", "COLJ"},
    {"GET /api/v1/notifications", "COLJ"},
    {"GET /api/v1/me/cases", "P"},
    {"POST /api/v1/me/consent", "P"},
    {"POST /api/v1/petitions", "P"},
    {"GET /api/v1/petitions", "PLJ"},
    {"GET /api/v1/statistics", "COALJ"},
    {"GET /api/v1/law/uses", "CDUPORKALJMV"},
    {"GET /api/v1/inquiries", "COLJ"},
    {"POST /api/v1/pictures", "C"},
    {"GET /api/v1/pictures", "C"},
    {"POST /api/v1/me/provisions", "P"},
    {"GET /api/v1/statistics/publication", "COALJ"},
    {"POST /api/v1/break-glass", "DOL"},
    {"GET /api/v1/break-glass", "A"},
    {"POST /api/v1/recusals", "RA"},
    {"GET /api/v1/recusals", "RA"},
    {"GET /api/v1/look-ups", "A"},
    {"POST /api/v1/look-ups/review", "A"},
    {"POST /api/v1/look-ups/lift", "A"},
    {"GET /api/v1/statistics.csv", "COALJ"},
    {"GET /api/v1/me/account", "CDUPORKALJMV"},
    {"POST /api/v1/me/account/renewal", "CDUPORKALJMV"},
    {"POST /api/v1/me/proof", "CDUPORKALJMV"},
    {"POST /api/v1/me/sessions/{id}/end", "CDUPORKALJMV"},
    {"POST /api/v1/me/passkeys/question", "CDUPORKALJMV"},
    {"POST /api/v1/me/passkeys", "CDUPORKALJMV"},
    {"POST /api/v1/me/passkeys/{id}/remove", "CDUPORKALJMV"},
    {"GET /api/v1/api-keys", "M"},
    {"POST /api/v1/api-keys", "M"},
    {"POST /api/v1/api-keys/{id}/end", "M"},
    {"GET /api/v1/accounts", "M"},
    {"POST /api/v1/accounts", "M"},
    {"POST /api/v1/accounts/{id}/change", "M"},
    {"GET /api/v1/accounts/{id}/sessions", "M"},
    {"POST /api/v1/accounts/{id}/sessions/{session}/end", "M"},
};
const std::map<Role, char> kLetter = {
    {Role::kControl, 'C'},         {Role::kDispatch, 'D'},      {Role::kUnit, 'U'},
    {Role::kProtectedPerson, 'P'}, {Role::kProbation, 'O'},     {Role::kRegistrar, 'R'},
    {Role::kConnector, 'K'},       {Role::kAuditor, 'A'},       {Role::kPolice, 'L'},
    {Role::kCourt, 'J'},           {Role::kAdministrator, 'M'}, {Role::kPrivacy, 'V'}};

// The id of something that every role which may be tied to it is tied to.
std::string with_id(std::string path) {
  const size_t at = path.find("{id}");
  if (at == std::string::npos) return path;
  static const auto ids = [] {
    std::map<std::string, std::string> all = kTestIds;
    all.insert({{"hand-offs", "H-1"},
                {"cases", "c"},
                {"measures", "m"},
                {"links", "l"},
                {"duties", "d"},
                {"notifications", "n"},
                {"me/notifications", "n"},
                {"me/sessions", "s"},
                {"me/passkeys", "k"},
                {"api-keys", "k"},
                {"acts", "a"},
                {"petitions", "t"},
                {"inquiries", "q"},
                {"pictures", "x"},
                {"break-glass", "g"}});
    return all;
  }();
  const std::string kind = path.substr(8, at - 9);
  return path.replace(at, 4, ids.at(kind));
}

// What hangs on one case needs one: case_routes_test.cc.
bool is_about_one_case(const Route& route) {
  return std::string_view(route.tag) == "cases" &&
         std::string_view(route.path).find("{id}") != std::string_view::npos;
}

TEST(Routes, AreOpenToExactlyTheRolesOfTheMatrixAndEveryDecisionIsRecorded) {
  TestWorld world;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey || is_about_one_case(route)) continue;
    ASSERT_EQ(kMayUse.count(name(route)), 1u) << "no row for " << name(route);
    const std::string& letters = kMayUse.at(name(route));
    for (const auto& [role, letter] : kLetter) {
      const bool may = letters.find(letter) != std::string::npos;
      // An empty body asks for nothing, so the world stays as it is: what may be used answers 200 or 400.
      const std::string body = route.request == nullptr ? "" : "[]";
      const net::Response answer = world.ask(role, route.method, with_id(route.path), body);
      const std::string which = name(route) + " as " + trust::role_name(role) + ": " + answer.body;
      EXPECT_EQ(answer.status != 403, may) << which;
      if (may) {
        EXPECT_TRUE(answer.status == 200 || answer.status == 400) << which;
      }
      const auto decisions = world.new_decisions();
      if (!may || (answer.status == 200 && route.action != trust::Action::kSeeSelf)) {
        ASSERT_EQ(decisions.size(), 1u) << which;
        EXPECT_EQ(decisions[0].allowed(), may) << which;
        EXPECT_EQ(decisions[0].viewer_role(), trust::role_name(role)) << which;
        EXPECT_EQ(decisions[0].action(), trust::action_name(route.action)) << which;
      }
    }
  }
}

TEST(Routes, RecordFromWhereAndInWhichSessionAndOfAProtectedPersonNotFromWhere) {
  TestWorld world;
  const auto record = [&](Role role, const char* path) {
    world.ask(role, "GET", path);
    return world.new_decisions().back();
  };
  const v1::AccessDecided his = record(Role::kControl, "/api/v1/positions/W-1");
  EXPECT_EQ(his.address(), "203.0.113.7");
  EXPECT_EQ(his.session().substr(0, 4), "key-");
  EXPECT_EQ(world.key_of.at(Role::kControl).find(his.session().substr(4)), std::string::npos)
      << "it names the key and is no part of it";
  EXPECT_EQ(record(Role::kControl, "/api/v1/positions/W-2").session(), his.session());
  EXPECT_EQ(record(Role::kCourt, "/api/v1/positions/W-1").address(), "203.0.113.7") << "of a refusal too";
  const v1::AccessDecided hers = record(Role::kProtectedPerson, "/api/v1/views");
  EXPECT_EQ(hers.address(), "") << "it would tell where she is";
  EXPECT_NE(hers.session(), "");
}

TEST(Routes, ShowEachRoleExactlyTheFieldsThatWereApproved) {
  TestWorld world;
  FieldTable table;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey || route.request != nullptr || is_about_one_case(route)) continue;
    for (const auto& [role, letter] : kLetter) {
      const net::Response answer = world.ask(role, route.method, with_id(route.path));
      if (answer.status == 200) table.add(name(route), letter, answer.body);
    }
  }
  table.check("fields_by_role.txt");
}

TEST(Routes, TakeFromEachRoleExactlyTheFieldsThatWereApproved) {
  TestWorld world;
  FieldTable table;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey || route.request == nullptr || is_about_one_case(route)) continue;
    for (const auto& [role, letter] : kLetter)
      if (world.ask(role, route.method, with_id(route.path), "[]").status != 403)
        table.add(name(route), letter, *route.request);
  }
  table.check("fields_written_by_role.txt");
}

TEST(Routes, AnswerNobodyWithoutAKey) {
  TestWorld world;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey) continue;
    for (const char* key : {"", "not-a-key-of-anybody"}) {
      const net::Response answer = world.ask_with_key(key, route.method, with_id(route.path), "{}");
      EXPECT_EQ(answer.status, 401) << name(route);
    }
  }
  EXPECT_TRUE(world.new_decisions().empty());
}

void each_reference(const json::value& value, const std::function<void(const std::string&)>& visit) {
  if (value.is_array()) {
    for (const json::value& element : value.get_array()) each_reference(element, visit);
  }
  if (!value.is_object()) return;
  for (const auto& member : value.get_object()) {
    if (member.key() == "$ref") visit(std::string(member.value().get_string()));
    each_reference(member.value(), visit);
  }
}

TEST(OpenApi, DescribesEveryRouteAndEveryReferenceResolves) {
  const json::value document = json::parse(openapi_json());
  const json::object& paths = document.at("paths").as_object();
  size_t operations = 0;
  for (const auto& path : paths) operations += path.value().as_object().size();
  EXPECT_EQ(operations, routes().size());
  const json::object& schemas = document.at("components").at("schemas").as_object();
  size_t references = 0;
  each_reference(document, [&](const std::string& reference) {
    const std::string prefix = "#/components/schemas/";
    ASSERT_EQ(reference.rfind(prefix, 0), 0u) << reference;
    EXPECT_TRUE(schemas.contains(reference.substr(prefix.size()))) << reference;
    ++references;
  });
  EXPECT_GT(references, 100u);
  for (const auto& schema : schemas) EXPECT_TRUE(schema.value().is_object()) << schema.key();
}

TEST(OpenApi, DescribesLiveMessagesAsTheyAreOnTheWire) {
  const json::value document = json::parse(openapi_json());
  const json::object& schemas = document.at("components").at("schemas").as_object();
  const json::value& message = schemas.at("LiveMessage").at("properties");
  EXPECT_EQ(message.at("entry").at("type").as_string(), "integer");
  EXPECT_EQ(message.at("positions").at("items").at("$ref").as_string(), "#/components/schemas/LivePosition");
  EXPECT_EQ(schemas.at("LiveMessage.Heartbeat").at("properties").at("server_time_us").at("type").as_string(),
            "integer");
  EXPECT_EQ(schemas.at("LivePosition").at("properties").at("entry_no").at("type").as_string(), "string");
  EXPECT_TRUE(schemas.contains("Approach"));
}

TEST(OpenApi, SaysThatSixtyFourBitNumbersAreStrings) {
  const json::value document = json::parse(openapi_json());
  const json::value& entry_no =
      document.at("components").at("schemas").at("Written").at("properties").at("entry_no");
  EXPECT_EQ(entry_no.at("type").as_string(), "string");
}

TEST(OpenApi, GivesEveryOperationAnIdOfItsOwn) {
  const json::value document = json::parse(openapi_json());
  std::set<std::string> ids;
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      const std::string id(operation.value().at("operationId").as_string());
      EXPECT_TRUE(ids.insert(id).second) << id;
    }
  }
}

}  // namespace
}  // namespace haechi::api
