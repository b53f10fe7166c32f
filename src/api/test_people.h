// For the tests of this room: people of a TestWorld who enrol by a link and sign in with password and code.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "api/test_world.h"
#include "trust/totp.h"

namespace haechi::api {

inline constexpr const char* kPassword = "a green coat at dusk";

inline std::string header(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

struct People : TestWorld {
  using TestWorld::TestWorld;
  net::Response post(const std::string& path, const boost::json::object& body,
                     net::Headers headers = {{"haechi-surface", "control"}}) {
    return ask_with_key("", "POST", "/api/v1/" + path, boost::json::serialize(body), std::move(headers));
  }
  std::string invite(const std::string& name, const std::string& role = "control") {
    const net::Response made = ask(trust::Role::kAdministrator, "POST", "/api/v1/accounts",
                                   R"({"account":")" + name + R"(","role":")" + role + R"("})");
    EXPECT_EQ(made.status, 201) << made.body;
    return std::string(boost::json::parse(made.body).at("token").as_string());
  }
  // Enrols as an operator of the control centre; a minute later.
  net::Response enrol(const std::string& token, const std::string& password = kPassword) {
    const net::Response asked = post("enrolment/question", {{"token", token}});
    EXPECT_EQ(asked.status, 200) << asked.body;
    secret = *trust::decode_base32(std::string(boost::json::parse(asked.body).at("totp_secret").as_string()));
    net::Response done = post("enrolment", {{"token", token}, {"password", password}, {"code", code()}});
    if (done.status == 200) on_loop([&] { clock.advance(Duration::seconds(60)); });
    return done;
  }
  std::string code() const { return trust::totp_code(secret, trust::totp_step_at(clock.now())); }
  boost::json::object right() const {
    return {{"account", "op-kim"}, {"password", kPassword}, {"code", code()}};
  }
  std::string cookie_of(const net::Response& response) const {
    const std::string set = header(response, "set-cookie");
    return set.substr(0, set.find(';'));
  }
  int status_with(const std::string& cookie, const std::string& method = "GET",
                  const std::string& path = "me/account") {
    return ask_with_key("", method, "/api/v1/" + path, "",
                        {{"cookie", cookie}, {"haechi-surface", "control"}})
        .status;
  }
  // What the log says of people's phones, a line each.
  std::string told() {
    std::string out;
    for (const v1::Fact& fact : logged())
      if (fact.case_fact().has_her_phone_changed())
        out += fact.case_fact().her_phone_changed().person_id() + " " +
               v1::HerPhoneEvent_Name(fact.case_fact().her_phone_changed().event()).substr(16) + "\n";
    return out;
  }

  std::string secret;
};

}  // namespace haechi::api
