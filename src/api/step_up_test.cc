// What weighs most asks a session for a second factor of the last five minutes.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/routes.h"
#include "api/test_people.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

struct StepUp : People {
  // Somebody of this role, signed in; a minute later.
  explicit StepUp(const std::string& role) {
    const net::Response made = ask(trust::Role::kAdministrator, "POST", "/api/v1/accounts",
                                   R"({"account":"somebody","role":")" + role + R"("})");
    EXPECT_EQ(made.status, 201) << made.body;
    cookie = cookie_of(enrol(std::string(json::parse(made.body).at("token").as_string())));
  }
  net::Response send(const std::string& method, const std::string& path, const std::string& body) {
    return ask_with_key("", method, "/api/v1/" + path, body,
                        {{"cookie", cookie}, {"haechi-surface", "control"}});
  }
  void wait(Duration time) {
    on_loop([&] { clock.advance(time); });
  }
  static std::string code_of(const net::Response& answer) {
    return answer.status == 403 ? std::string(json::parse(answer.body).at("code").as_string()) : "";
  }
  net::Response prove(const std::string& with) {
    return send("POST", "me/proof", R"({"code":")" + with + R"("})");
  }

  std::string cookie;
};

constexpr const char* kInvitation = R"({"account":"op-new","role":"control"})";

TEST(StepUp, IsAskedOfASessionOfMoreThanFiveMinutesAndGoneWithACode) {
  StepUp world("administrator");
  EXPECT_EQ(world.send("POST", "accounts", kInvitation).status, 201) << "a minute after signing in";
  world.wait(trust::kProofFresh);
  world.new_decisions();
  const net::Response asked = world.send("POST", "accounts", R"({"account":"op-next","role":"control"})");
  EXPECT_EQ(world.code_of(asked), "factor_needed") << asked.body;
  EXPECT_EQ(world.send("GET", "accounts", "").status, 200) << "looking does not ask";
  EXPECT_EQ(asked.body.find("op-next"), std::string::npos);
  EXPECT_EQ(world.code_of(world.prove("000000")), "forbidden");
  EXPECT_EQ(world.code_of(world.send("POST", "accounts", R"({"account":"op-next","role":"control"})")),
            "factor_needed");
  ASSERT_EQ(world.prove(world.code()).status, 200);
  EXPECT_EQ(world.send("POST", "accounts", R"({"account":"op-next","role":"control"})").status, 201)
      << "nothing was made before";
  world.wait(trust::kProofFresh);
  EXPECT_EQ(world.code_of(world.send("POST", "api-keys", "{}")), "factor_needed");
  std::string actions;
  for (const v1::AccessDecided& decided : world.new_decisions())
    actions += decided.action() + (decided.allowed() ? " " : "! ");
  EXPECT_NE(actions.find("prove! "), std::string::npos) << actions;
  EXPECT_NE(actions.find("prove "), std::string::npos) << actions;
}

TEST(StepUp, IsAskedForErasureTheEndOfAHoldAndSecretsOfDevices) {
  StepUp privacy("privacy"), registrar("registrar");
  privacy.wait(trust::kProofFresh);
  registrar.wait(trust::kProofFresh);
  for (const char* path : {"persons/W-1/erase", "persons/W-1/release"})
    EXPECT_EQ(privacy.code_of(privacy.send("POST", path, R"({"reason":"x"})")), "factor_needed") << path;
  EXPECT_NE(privacy.code_of(privacy.send("POST", "persons/W-1/hold", R"({"reason":"x"})")), "factor_needed")
      << "to keep something is never held up";
  for (const char* path : {"devices/D-1", "agencies/A-1", "accounts/op/address", "orders/O-1"})
    EXPECT_EQ(registrar.code_of(registrar.send("PUT", path, "{}")), "factor_needed") << path;
  EXPECT_EQ(registrar.code_of(registrar.send("POST", "facts", "{}")), "factor_needed")
      << "or a device would be registered by the other door";
}

TEST(StepUp, IsNotAskedOfWhoMayNotDoItAndNotOfSystems) {
  StepUp world("control");
  world.wait(trust::kProofFresh);
  EXPECT_EQ(world.code_of(world.send("POST", "accounts", kInvitation)), "forbidden");
  EXPECT_EQ(world.ask(trust::Role::kAdministrator, "POST", "/api/v1/accounts", kInvitation).status, 201)
      << "a key has no factor";
}

TEST(StepUp, IsAskedByTheRoutesThatGiveRightsOrSecretsOrEndData) {
  std::string asking;
  for (const Route& route : routes())
    if (route.asks_factor) asking += std::string(route.method) + " " + route.path + "\n";
  EXPECT_EQ(
      asking,
      "POST /api/v1/positions/table\nPOST /api/v1/persons/{id}/release\nPOST /api/v1/persons/{id}/erase\n"
      "PUT /api/v1/devices/{id}\nPUT /api/v1/orders/{id}\nPUT /api/v1/jurisdictions/{id}\n"
      "PUT /api/v1/agencies/{id}\nPOST /api/v1/facts\nPOST /api/v1/cases\n"
      "POST /api/v1/cases/{id}/bundle\nPOST /api/v1/measures\n"
      "PUT /api/v1/accounts/{id}/address\nPUT /api/v1/agencies/{id}/address\n"
      "POST /api/v1/petitions/{id}/bundle\nPOST /api/v1/petitions/{id}/interim\n"
      "POST /api/v1/petitions/{id}/decision\nPOST /api/v1/break-glass\n"
      "POST /api/v1/cases/{id}/inquiries\nPOST /api/v1/inquiries/{id}/confirmation\nPOST /api/v1/accounts\n"
      "POST /api/v1/accounts/{id}/change\nPOST /api/v1/api-keys\nPOST /api/v1/acts/{id}/answer\n");
}

TEST(StepUp, NeverStandsBetweenAnAlarmAndWhoAnswersIt) {
  for (const Route& route : routes()) {
    const std::string_view path = route.path;
    const bool is_emergency = path.starts_with("/api/v1/alerts") || path.starts_with("/api/v1/incidents") ||
                              path.starts_with("/api/v1/calls") || path.starts_with("/api/v1/units/{id}/") ||
                              path.starts_with("/api/v1/hand-offs") || path.starts_with("/api/v1/me/");
    EXPECT_FALSE(is_emergency && (route.asks_factor || route.second != nullptr)) << path;
  }
}

}  // namespace
}  // namespace haechi::api
