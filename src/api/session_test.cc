#include "api/session.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

std::string header(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

net::Response sign_in(TestWorld& world, Role role, const std::string& surface, net::Headers headers = {}) {
  return world.ask(role, "POST", "/api/v1/session", R"({"surface":")" + surface + R"("})",
                   std::move(headers));
}

std::string cookie_of(TestWorld& world, Role role, const std::string& surface) {
  const std::string set = header(sign_in(world, role, surface), "set-cookie");
  return set.substr(0, set.find(';'));
}

int status_with(TestWorld& world, const std::string& cookie, const char* surface) {
  return world
      .ask_with_key("", "GET", "/api/v1/me/capabilities", "",
                    {{"cookie", cookie}, {"haechi-surface", surface}})
      .status;
}

TEST(Session, GivesForAKeyTheCookieOfItsSurfaceInWhichTheKeyIsNot) {
  TestWorld world;
  const net::Response answer = sign_in(world, Role::kControl, "control");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body).at("account").as_string(), "control-1");
  const std::string cookie = header(answer, "set-cookie");
  EXPECT_EQ(cookie.rfind("haechi_control=", 0), 0u) << cookie;
  EXPECT_EQ(cookie.find(world.key_of[Role::kControl]), std::string::npos);
  for (const char* part : {"; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=57600"})
    EXPECT_NE(cookie.find(part), std::string::npos) << part;
  EXPECT_EQ(cookie.find("Secure"), std::string::npos);
  EXPECT_EQ(answer.body.find(world.key_of[Role::kControl]), std::string::npos);
}

TEST(Session, MarksTheCookieSecureOverTls) {
  TestWorld world;
  world.over_tls = true;
  const net::Response answer = sign_in(world, Role::kProtectedPerson, "me");
  EXPECT_EQ(header(answer, "set-cookie").rfind("__Host-haechi_me=", 0), 0u) << header(answer, "set-cookie");
  EXPECT_NE(header(answer, "set-cookie").find("; Path=/; "), std::string::npos);
  EXPECT_NE(header(answer, "set-cookie").find("; Secure"), std::string::npos);
}

TEST(Session, NeedsAKeyAndAKnownSurface) {
  TestWorld world;
  EXPECT_EQ(sign_in(world, Role::kControl, "elsewhere").status, 400);
  EXPECT_EQ(world.ask_with_key("nobodys-key-at-all", "POST", "/api/v1/session", R"({"surface":"me"})").status,
            401);
  EXPECT_EQ(header(world.ask_with_key("", "POST", "/api/v1/session", R"({"surface":"me"})"), "set-cookie"),
            "");
}

TEST(Session, LetsTheCookieCountOnlyTogetherWithTheSurfaceHeader) {
  TestWorld world;
  const auto ask = [&](net::Headers headers) {
    return world.ask_with_key("", "GET", "/api/v1/me/capabilities", "", std::move(headers));
  };
  const std::string cookie =
      cookie_of(world, Role::kControl, "control") + "; " + cookie_of(world, Role::kProtectedPerson, "me");
  const net::Response without = ask({{"cookie", cookie}});
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(json::parse(without.body).at("field").as_string(), "haechi-surface");
  EXPECT_EQ(ask({{"cookie", cookie}, {"haechi-surface", "elsewhere"}}).status, 401);
  EXPECT_EQ(ask({{"cookie", cookie}, {"haechi-surface", "field"}}).status, 401);
  const net::Response control = ask({{"cookie", cookie}, {"haechi-surface", "control"}});
  EXPECT_EQ(control.status, 200);
  EXPECT_EQ(json::parse(control.body).at("role").as_string(), "control");
  const net::Response me = ask({{"cookie", cookie}, {"haechi-surface", "me"}});
  EXPECT_EQ(json::parse(me.body).at("role").as_string(), "protected_person");
}

TEST(Session, AsksForTheKeyOfTheHeaderWhenThereIsOne) {
  TestWorld world;
  const std::string cookie = cookie_of(world, Role::kControl, "control");
  EXPECT_EQ(world
                .ask_with_key("nobodys-key-at-all", "GET", "/api/v1/me/capabilities", "",
                              {{"cookie", cookie}, {"haechi-surface", "control"}})
                .status,
            401);
}

TEST(Session, IsNeverAStandingKeyInACookie) {
  TestWorld world;
  EXPECT_EQ(status_with(world, "haechi_control=" + world.key_of[Role::kControl], "control"), 401);
}

TEST(Session, OfAKeyIsAnotherEachTimeAndEndsAtSignOut) {
  TestWorld world;
  const std::string first = cookie_of(world, Role::kControl, "control");
  const std::string second = cookie_of(world, Role::kControl, "control");
  EXPECT_NE(first, second);
  const net::Response ended = world.ask_with_key("", "DELETE", "/api/v1/session", "",
                                                 {{"cookie", first}, {"haechi-surface", "control"}});
  EXPECT_EQ(ended.status, 200);
  EXPECT_EQ(status_with(world, first, "control"), 401);
  EXPECT_EQ(status_with(world, second, "control"), 200);
}

TEST(Session, BeginsWithNothingButAKey) {
  TestWorld world;
  const std::string cookie = cookie_of(world, Role::kControl, "control");
  const net::Response again = world.ask_with_key("", "POST", "/api/v1/session", R"({"surface":"control"})",
                                                 {{"cookie", cookie}, {"haechi-surface", "control"}});
  EXPECT_EQ(again.status, 400) << again.body;
}

TEST(Session, EndsWithoutAValidKeyAndEmptiesThePhoneOfTheProtectedPerson) {
  TestWorld world;
  const auto end = [&](const char* surface) {
    return world.ask_with_key("", "DELETE", "/api/v1/session", "", {{"haechi-surface", surface}});
  };
  const net::Response me = end("me");
  EXPECT_EQ(me.status, 200);
  EXPECT_EQ(header(me, "set-cookie").rfind("haechi_me=; ", 0), 0u);
  EXPECT_NE(header(me, "set-cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(header(me, "clear-site-data"), "\"cache\", \"storage\"");
  EXPECT_EQ(header(end("control"), "clear-site-data"), "");
  const net::Response foreign = world.ask_with_key("", "DELETE", "/api/v1/session");
  EXPECT_EQ(foreign.status, 400);
  EXPECT_EQ(header(foreign, "set-cookie"), "");
}

}  // namespace
}  // namespace haechi::api
