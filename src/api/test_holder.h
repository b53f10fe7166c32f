// For the tests of this room: somebody with an authenticator for passkeys.
#pragma once

#include "api/test_people.h"
#include "base/base64.h"
#include "trust/test_authenticator.h"

namespace haechi::api {

inline constexpr const char* kHost = "haechi.example:8443";

// Somebody who is signed in at /control/ of https://haechi.example:8443, with an authenticator.
struct Holder : People {
  explicit Holder(const std::string& role = "control") {
    over_tls = true;
    const net::Response in = enrol(invite("op-kim", role));
    cookie = cookie_of(in);
    const boost::json::value answer = boost::json::parse(in.body);
    for (const boost::json::value& code : answer.at("recovery_codes").as_array())
      recovery.emplace_back(code.as_string());
  }

  net::Headers signed_in() const {
    return {{"cookie", cookie}, {"haechi-surface", "control"}, {"host", kHost}};
  }
  net::Headers at_the_door() const { return {{"haechi-surface", "control"}, {"host", kHost}}; }
  boost::json::object both_factors() {
    boost::json::object out{{"password", kPassword}, {"code", recovery.back()}};
    recovery.pop_back();
    return out;
  }
  net::Response question() { return post("me/passkeys/question", both_factors(), signed_in()); }
  static std::string challenge_of(const net::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return *decode_base64(std::string(boost::json::parse(response.body).at("challenge").as_string()));
  }
  net::Response add(trust::TestAuthenticator& authenticator, const std::string& challenge,
                    const std::string& label = "safe") {
    const std::string said = authenticator.client_data(challenge, "webauthn.create");
    return post("me/passkeys",
                {{"label", label},
                 {"client_data", base64(said)},
                 {"attestation", base64(authenticator.attestation())}},
                signed_in());
  }
  // The passkey's id.
  std::string added(trust::TestAuthenticator& authenticator) {
    const net::Response response = add(authenticator, challenge_of(question()));
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(boost::json::parse(response.body).at("id").as_string());
  }
  std::string challenge() {
    return challenge_of(ask_with_key("", "GET", "/api/v1/sign-in/passkey", "", at_the_door()));
  }
  net::Response sign_in(const trust::TestAuthenticator& authenticator, const std::string& challenge,
                        const std::string& account = "op-kim", const std::string& password = kPassword) {
    const std::string said = authenticator.client_data(challenge, "webauthn.get");
    const std::string data = authenticator.authenticator_data();
    const boost::json::object proof{{"credential_id", base64(authenticator.credential_id)},
                                    {"client_data", base64(said)},
                                    {"authenticator_data", base64(data)},
                                    {"signature", base64(authenticator.sign(data, said))}};
    return post("sign-in", {{"account", account}, {"password", password}, {"passkey", proof}}, at_the_door());
  }
  // Why it was refused, as the audit trail says; empty: it was not.
  std::string refusal(const trust::TestAuthenticator& authenticator, const std::string& challenge,
                      const std::string& account = "op-kim") {
    new_decisions();
    const net::Response response = sign_in(authenticator, challenge, account);
    const auto decisions = new_decisions();
    EXPECT_EQ(decisions.size(), 1u);
    EXPECT_EQ(response.status == 200, decisions.at(0).allowed());
    EXPECT_EQ(response.status, decisions.at(0).allowed() ? 200 : 401) << response.body;
    if (response.status == 200) return "";
    on_loop([&] { EXPECT_TRUE(accounts->unlock("op-kim").ok()); });
    return decisions.at(0).reason();
  }
  size_t passkeys() {
    const net::Response own = ask_with_key("", "GET", "/api/v1/me/account", "", signed_in());
    EXPECT_EQ(own.status, 200) << own.body;
    return boost::json::parse(own.body).as_object().contains("passkeys")
               ? boost::json::parse(own.body).at("passkeys").as_array().size()
               : 0;
  }

  std::string cookie;
  std::vector<std::string> recovery;
};

}  // namespace haechi::api
