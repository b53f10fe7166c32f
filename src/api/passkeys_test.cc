// Passkeys over the interface: adding, signing in with and removing them, and each thing that is refused.
#include "api/passkeys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "api/test_holder.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::TestAuthenticator;

TEST(Passkeys, OpenTheDoorTogetherWithThePasswordAndNeverWithoutIt) {
  for (const auto kind :
       {TestAuthenticator::Kind::kEs256, TestAuthenticator::Kind::kRs256, TestAuthenticator::Kind::kEdDsa}) {
    Holder holder;
    TestAuthenticator authenticator(kind);
    holder.added(authenticator);
    EXPECT_EQ(holder.passkeys(), 1u);
    const net::Response in = holder.sign_in(authenticator, holder.challenge());
    ASSERT_EQ(in.status, 200) << in.body;
    EXPECT_EQ(holder.status_with(holder.cookie_of(in)), 200);
    EXPECT_EQ(holder.sign_in(authenticator, holder.challenge(), "op-kim", "another").status, 401);
    EXPECT_EQ(holder.post("sign-in", holder.right()).status, 200) << "the authenticator's code stays";
  }
}

TEST(Passkeys, EndCodesAtTheDoorWhereTheConfigurationSaysSo) {
  Holder holder;
  holder.on_loop([&] { holder.accounts->end_codes_by_passkeys(); });
  EXPECT_EQ(holder.post("sign-in", holder.right()).status, 200) << "there is none yet";
  TestAuthenticator authenticator;
  const std::string id = holder.added(authenticator);
  holder.new_decisions();
  EXPECT_EQ(holder.post("sign-in", holder.right()).status, 401);
  EXPECT_THAT(holder.new_decisions().back().reason(),
              testing::StartsWith("a code, and the account has a passkey"));
  const auto sign_in_by_recovery = [&] {
    json::object both = holder.both_factors();
    both["account"] = "op-kim";
    return holder.post("sign-in", both, holder.at_the_door()).status;
  };
  EXPECT_EQ(sign_in_by_recovery(), 401) << "nor a recovery code";
  EXPECT_EQ(holder.sign_in(authenticator, holder.challenge()).status, 200);
  EXPECT_EQ(holder.post("me/passkeys/" + id + "/remove", holder.both_factors(), holder.signed_in()).status,
            200)
      << "who is in shows a code as before";
  EXPECT_EQ(sign_in_by_recovery(), 200);
}

TEST(Passkeys, AreRefusedForEachThingThatIsWrongAndTheTrailSaysWhich) {
  Holder holder;
  TestAuthenticator authenticator;
  holder.added(authenticator);
  const auto expect = [&](const char* why, const std::function<void(TestAuthenticator&)>& spoil) {
    TestAuthenticator& a = authenticator;
    const auto before = std::tuple(a.site, a.origin, a.cross_origin, a.type, a.flags, a.credential_id);
    spoil(a);
    const std::string said = holder.refusal(a, holder.challenge());
    EXPECT_NE(said.find(why), std::string::npos) << said;
    std::tie(a.site, a.origin, a.cross_origin, a.type, a.flags, a.credential_id) = before;
  };
  expect("another site", [](auto& a) { a.site = "elsewhere.example"; });
  expect("another page", [](auto& a) { a.origin = "https://elsewhere.example"; });
  expect("frame of another", [](auto& a) { a.cross_origin = "true"; });
  expect("another ceremony", [](auto& a) { a.type = "webauthn.create"; });
  expect("nobody was present", [](auto& a) { a.flags = 4; });
  expect("did not check who", [](auto& a) { a.flags = 1; });
  expect("not one of this account", [](auto& a) { a.credential_id = "another"; });
  TestAuthenticator other;
  other.credential_id = authenticator.credential_id;
  EXPECT_NE(holder.refusal(other, holder.challenge()).find("not of this passkey"), std::string::npos);
  EXPECT_NE(holder.refusal(authenticator, "a challenge of another").find("has ended"), std::string::npos);
  EXPECT_EQ(holder.refusal(authenticator, holder.challenge()), "");
}

TEST(Passkeys, AnswerAChallengeOnceAndWithinFiveMinutes) {
  Holder holder;
  TestAuthenticator authenticator;
  holder.added(authenticator);
  const std::string challenge = holder.challenge(), late = holder.challenge();
  EXPECT_EQ(holder.refusal(authenticator, challenge), "");
  EXPECT_NE(holder.refusal(authenticator, challenge).find("has ended"), std::string::npos);
  holder.on_loop([&] { holder.clock.advance(Duration::seconds(300)); });
  EXPECT_NE(holder.refusal(authenticator, late).find("has ended"), std::string::npos);
}

TEST(Passkeys, WhoseCounterGoesBackAreRefusedAndOnesThatDoNotCountAreNot) {
  Holder holder;
  TestAuthenticator counting, other;
  counting.counter = 7;
  holder.added(counting);
  EXPECT_NE(holder.refusal(counting, holder.challenge()).find("copied"), std::string::npos);
  counting.counter = 8;
  EXPECT_EQ(holder.refusal(counting, holder.challenge()), "");
  for (const uint32_t copied : {8u, 7u, 0u}) {
    counting.counter = copied;
    EXPECT_NE(holder.refusal(counting, holder.challenge()).find("copied"), std::string::npos) << copied;
  }
  holder.added(other);
  EXPECT_EQ(holder.refusal(other, holder.challenge()), "");
  EXPECT_EQ(holder.refusal(other, holder.challenge()), "") << "0 and again 0";
}

TEST(Passkeys, OfAnotherAccountAndOfAnUnknownOneAreAnsweredAlike) {
  Holder holder;
  TestAuthenticator authenticator;
  holder.added(authenticator);
  const net::Response wrong = holder.sign_in(authenticator, "no challenge");
  const net::Response unknown = holder.sign_in(authenticator, holder.challenge(), "nobody-here");
  const net::Response by_code =
      holder.post("sign-in", {{"account", "nobody-here"}, {"password", kPassword}, {"code", "000000"}},
                  holder.at_the_door());
  for (const net::Response* answer : {&wrong, &unknown, &by_code}) {
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(answer->body, by_code.body);
    EXPECT_EQ(answer->headers, by_code.headers);
  }
  const auto asked = [&](const char* path) {
    return holder.ask_with_key("", "GET", path, "", holder.at_the_door()).body;
  };
  EXPECT_NE(asked("/api/v1/sign-in/passkey").find(R"("credential_ids":[])"), std::string::npos)
      << "no account's passkeys are named";
  EXPECT_NE(asked("/api/v1/sign-in/ways").find("\"passkeys\":true"), std::string::npos);
}

TEST(Passkeys, AreAddedOnlyByWhoShowsBothFactorsAgainAndOnceForEachChallenge) {
  Holder holder;
  TestAuthenticator authenticator, second;
  EXPECT_EQ(
      holder.post("me/passkeys/question", {{"password", kPassword}, {"code", "000000"}}, holder.signed_in())
          .status,
      403);
  EXPECT_EQ(holder
                .post("me/passkeys/question", {{"password", "another"}, {"code", holder.recovery[0]}},
                      holder.signed_in())
                .status,
            403);
  EXPECT_EQ(holder.add(authenticator, holder.challenge()).status, 400) << "a challenge to sign in";
  const std::string challenge = Holder::challenge_of(holder.question());
  EXPECT_EQ(holder.add(authenticator, challenge, "").status, 400);
  EXPECT_EQ(holder.add(authenticator, challenge, std::string(41, 'a')).status, 400);
  EXPECT_EQ(holder.add(authenticator, challenge, "two\nlines").status, 400);
  authenticator.flags = 1;
  EXPECT_EQ(holder.add(authenticator, challenge).status, 400) << "nobody was recognised";
  authenticator.flags = 5;
  EXPECT_EQ(holder.add(authenticator, challenge).status, 201);
  EXPECT_EQ(holder.add(second, challenge).status, 400);
  EXPECT_EQ(holder.add(authenticator, Holder::challenge_of(holder.question())).status, 409)
      << "known already";
  EXPECT_EQ(holder.passkeys(), 1u);
}

TEST(Passkeys, AreRemovedByBothFactorsAndOpenNothingFromThenOn) {
  Holder holder;
  TestAuthenticator authenticator;
  const std::string id = holder.added(authenticator);
  const std::string remove = "me/passkeys/" + id + "/remove";
  EXPECT_EQ(holder.post(remove, {{"password", kPassword}, {"code", "000000"}}, holder.signed_in()).status,
            403);
  EXPECT_EQ(holder.post("me/passkeys/none/remove", holder.both_factors(), holder.signed_in()).status, 404);
  holder.new_decisions();
  EXPECT_EQ(holder.post(remove, holder.both_factors(), holder.signed_in()).status, 200);
  EXPECT_EQ(holder.new_decisions().back().action(), "remove_passkey");
  EXPECT_EQ(holder.passkeys(), 0u);
  EXPECT_NE(holder.refusal(authenticator, holder.challenge()).find("not one of this account"),
            std::string::npos);
}

TEST(Passkeys, EndTheOtherSessionsWhenTheyComeAndGoAndGoThemselvesWithANewLink) {
  Holder holder;
  TestAuthenticator authenticator;
  const std::string other = holder.cookie_of(holder.post("sign-in", holder.right()));
  EXPECT_EQ(holder.status_with(other), 200);
  holder.added(authenticator);
  EXPECT_EQ(holder.status_with(other), 401);
  EXPECT_EQ(holder.status_with(holder.cookie), 200) << "the one that added it";
  const net::Response renewal = holder.post("me/account/renewal", holder.both_factors(), holder.signed_in());
  ASSERT_EQ(renewal.status, 200) << renewal.body;
  holder.cookie =
      holder.cookie_of(holder.enrol(std::string(json::parse(renewal.body).at("token").as_string())));
  EXPECT_EQ(holder.passkeys(), 0u);
}

TEST(Passkeys, AreNotOfferedWhereABrowserHasNone) {
  People people;
  const net::Headers by_number = {{"haechi-surface", "control"}, {"host", "127.0.0.1:8080"}};
  EXPECT_EQ(people.ask_with_key("", "GET", "/api/v1/sign-in/ways", "", by_number).body,
            R"({"passkeys":false,"providers":[]})");
  EXPECT_EQ(people.ask_with_key("", "GET", "/api/v1/sign-in/passkey", "", by_number).status, 400);
}

}  // namespace
}  // namespace haechi::api
