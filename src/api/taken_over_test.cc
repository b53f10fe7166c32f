// Violations that another system judged: taken over by a registrar, shown for what they are, counted nowhere.
#include "api/case_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

std::string violation(const std::string& id, const std::string& more = "") {
  return R"([{"violation_taken_over":{"id":")" + id +
         R"(","source":"old-system","kind":"ALERT_KIND_KEEP_AWAY","wearer_id":"s-77","protected_id":"p-1",
             "happened_at_us":"1600000000000000","distance_mm":"84500","outcome":"TRUE_VIOLATION")" +
         more + "}}]";
}

size_t entries(CaseWorld& world) {
  size_t count = 0;
  for (const v1::Fact& fact : world.submit.logged) count += fact.has_violation_taken_over();
  return count;
}

TEST(ViolationTakenOver, IsTakenOnceFromARegistrarAndFromNobodyElse) {
  CaseWorld world;
  for (const char* account : {"insp-park", "judge-1", "officer-lee", "control-1", "her", "auditor-1"})
    EXPECT_EQ(world.ask(account, "POST", "/facts", violation("v-1")).status, 403) << account;
  EXPECT_EQ(world.ask("registrar-1", "POST", "/facts", violation("v-1")).status, 201);
  EXPECT_EQ(world.ask("registrar-1", "POST", "/facts", violation("v-1")).status, 201) << "asked again";
  EXPECT_EQ(entries(world), 1u);
  const net::Response other =
      world.ask("registrar-1", "POST", "/facts", violation("v-1", R"(,"zone_id":"z-1")"));
  EXPECT_EQ(other.status, 409) << "the same id says something else";
  EXPECT_NE(other.body.find("facts[0].id"), std::string::npos) << other.body;
}

TEST(ViolationTakenOver, NamesPersonsWhoAreRegisteredAndAMomentThatHasPassed) {
  CaseWorld world;
  const std::map<std::string, std::string> bad = {
      {R"("wearer_id":"nobody")", "facts[0].wearer_id"},
      {R"("wearer_id":"p-1")", "facts[0].wearer_id"},
      {R"("protected_id":"s-77")", "facts[0].protected_id"},
      {R"("happened_at_us":"1999999999999999")", "facts[0].happened_at_us"},
      {R"("happened_at_us":"0")", "facts[0].happened_at_us"},
      {R"("ended_at_us":"1599999999999999")", "facts[0].ended_at_us"},
      {R"("outcome":"WELL")", "facts[0].outcome"},
      {R"("source":"the old one")", "facts[0].source"},
      {R"("kind":"ALERT_KIND_UNSPECIFIED")", "facts[0].kind"},
      {R"("distance_mm":"-1")", "facts[0].distance_mm"},
      {R"("place":{"lat_e7":900000001})", "facts[0].place"},
  };
  for (const auto& [said, field] : bad) {
    json::value body = json::parse(violation("v-1"));
    const json::object instead = json::parse("{" + said + "}").as_object();
    for (const auto& [name, value] : instead) body.at(0).at("violation_taken_over").as_object()[name] = value;
    const net::Response refused = world.ask("registrar-1", "POST", "/facts", json::serialize(body));
    EXPECT_GE(refused.status, 400) << said;
    EXPECT_NE(refused.body.find("\"" + field + "\""), std::string::npos) << said << refused.body;
  }
  EXPECT_EQ(entries(world), 0u);
}

TEST(ViolationTakenOver, StandsAmongPastAlertsWithItsSourceAndInNoNumber) {
  CaseWorld world;
  world.open_case();
  ASSERT_EQ(world.ask("registrar-1", "POST", "/facts", violation("v-1")).status, 201);
  for (const auto& [account, person] : {std::pair("control-1", "s-77"), std::pair("insp-park", "p-1")}) {
    const json::value risk = world.get(account, "GET", std::string("/persons/") + person + "/risk");
    ASSERT_EQ(risk.at("alerts").as_array().size(), 1u) << person;
    const json::value& one = risk.at("alerts").at(0);
    EXPECT_EQ(text(one.at("source")), "old-system");
    EXPECT_EQ(text(one.at("outcome")), "TRUE_VIOLATION");
    EXPECT_EQ(one.at("distance_m").as_int64(), 84);
    EXPECT_TRUE(risk.at("alert_counts").as_array().empty()) << "it is no alert of ours";
  }
  const json::value numbers = world.get("control-1", "GET", "/statistics?from_us=1&to_us=1799999999999999");
  EXPECT_TRUE(numbers.at("violations_by_month").as_array().empty());
  EXPECT_EQ(text(numbers.at("alerts_total")), "0");
}

}  // namespace
}  // namespace haechi::api
