// Signing in over the interface: what is said, what is recorded, and that nothing is said before it is
// recorded.
#include "api/sign_in.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/test_people.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

const net::Headers kControl = {{"haechi-surface", "control"}};

TEST(SignIn, GivesTheCookieOfTheSurfaceForPasswordAndCode) {
  People world;
  world.enrol(world.invite("op-kim"));
  const net::Response in = world.post("sign-in", world.right());
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_EQ(json::parse(in.body).at("role").as_string(), "control");
  const std::string set = header(in, "set-cookie");
  for (const char* part :
       {"haechi_control=", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"})
    EXPECT_NE(set.find(part), std::string::npos) << set;
  EXPECT_EQ(header(in, "cache-control"), "no-store");
  EXPECT_EQ(world.status_with(world.cookie_of(in)), 200);
}

// Her account, enrolled on her first phone.
struct HerPhones : People {
  HerPhones() {
    enrolled(link(R"({"account":"her-app","role":"protected_person","person_id":"P-1"})", "accounts"));
  }
  std::string link(const std::string& body, const std::string& path) {
    const net::Response made = ask(Role::kAdministrator, "POST", "/api/v1/" + path, body);
    EXPECT_LT(made.status, 300) << made.body;
    const json::value answer = json::parse(made.body);
    return std::string(
        (answer.as_object().contains("link") ? answer.at("link") : answer).at("token").as_string());
  }
  void enrolled(const std::string& token) { EXPECT_EQ(enrol(token).status, 200); }
  net::Response sign_in(net::Headers headers = {{"haechi-surface", "me"}}) {
    on_loop([&] { clock.advance(Duration::seconds(60)); });
    return post("sign-in", {{"account", "her-app"}, {"password", kPassword}, {"code", code()}}, headers);
  }
};

TEST(HerPhone, ASecondSignInIsToldAndTheSameBrowserAgainIsNot) {
  HerPhones world;
  EXPECT_EQ(world.told(), "") << "her first phone";
  world.on_loop([&] { EXPECT_TRUE(world.accounts->end_sessions("her-app").ok()); });
  const net::Response first = world.sign_in();
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(world.told(), "");
  ASSERT_EQ(world.sign_in({{"haechi-surface", "me"}, {"cookie", world.cookie_of(first)}}).status, 200);
  EXPECT_EQ(world.told(), "") << "in the place of the session that this browser had";
  ASSERT_EQ(world.sign_in().status, 200);
  EXPECT_EQ(world.told(), "P-1 SIGNED_IN\n");
}

TEST(HerPhone, TheAddressThatSheComesFromIsKeptNowhere) {
  HerPhones world;
  EXPECT_EQ(world.sign_in().status, 200);
  EXPECT_EQ(world.post("sign-in", {{"account", "her-app"}, {"password", "another"}, {"code", "0"}}).status,
            401);
  EXPECT_EQ(world.post("sign-in", {{"account", "her-app"}, {"password", kPassword}, {"code", "0"}}).status,
            401);
  world.enrolled(world.link(R"({"change":"ACCOUNT_CHANGE_INVITE","known_by":"came in person"})",
                            "accounts/her-app/change"));
  int hers = 0;
  for (const v1::Fact& fact : world.logged()) {
    if (fact.access_decided().viewer() != "her-app") continue;
    ++hers;
    EXPECT_EQ(fact.SerializeAsString().find("203.0.113"), std::string::npos) << fact.ShortDebugString();
  }
  EXPECT_EQ(hers, 5) << "two enrolments, a sign-in, two refusals";
  world.on_loop([&] {
    for (const trust::Session& one : world.accounts->sessions("her-app", "", world.clock.now()))
      EXPECT_EQ(one.address, "");
    const auto notices = world.account_records->notices("her-app");
    ASSERT_TRUE(notices.ok() && !notices->empty());
    for (const store::NoticeRecord& one : *notices) EXPECT_EQ(one.address, "");
  });
  world.enrol(world.invite("op-kim"));
  EXPECT_EQ(world.new_decisions().back().address(), "203.0.113.7") << "of others it is";
}

TEST(HerPhone, NewFactorsByALinkAreTold) {
  HerPhones world;
  world.enrolled(world.link(R"({"change":"ACCOUNT_CHANGE_INVITE","known_by":"came in person"})",
                            "accounts/her-app/change"));
  EXPECT_EQ(world.told(), "P-1 SIGNED_IN\n");
}

TEST(HerPhone, AnotherDeviceOfHersIsToldAndOneOfAWearerIsNot) {
  HerPhones world;
  const auto put = [&](const char* id, const char* person) {
    const std::string body = std::string(R"({"kind":"DEVICE_KIND_PHONE","person_id":")") + person + "\"}";
    const int status = world.ask(Role::kRegistrar, "PUT", std::string("/api/v1/devices/") + id, body).status;
    EXPECT_LT(status, 300) << id;
  };
  put("D-3", "P-1");
  EXPECT_EQ(world.told(), "") << "the one that she has";
  put("D-8", "W-1");
  EXPECT_EQ(world.told(), "");
  put("D-9", "P-1");
  EXPECT_EQ(world.told(), "P-1 DEVICE\n");
  EXPECT_EQ(world
                .ask(Role::kRegistrar, "POST", "/api/v1/facts",
                     R"([{"device_registered":{"id":"D-10","kind":"DEVICE_KIND_PHONE","person_id":"P-1"}}])")
                .status,
            201);
  EXPECT_EQ(world.told(), "P-1 DEVICE\nP-1 DEVICE\n") << "by the other door as well";
}

TEST(SignIn, RefusesAPasswordWithTheNameOfAnAgencyInIt) {
  People world;
  v1::Fact fact;
  v1::Agency& agency = *fact.mutable_agency_registered();
  agency.set_id("A-7");
  agency.set_name("Namyangju 남부경찰서");
  agency.set_desk(v1::DESK_BUILT_IN);
  world.on_loop([&] { world.submit.add(fact, {}); });
  const std::string token = world.invite("op-kim");
  for (const char* password : {"sunset over NAMYANGJU hills", "해질녘의남부경찰서뒷산언덕길"})
    EXPECT_EQ(world.enrol(token, password).status, 400) << password;
  EXPECT_EQ(world.enrol(token).status, 200);
}

TEST(SignIn, NeedsTheHeaderThatNoForeignPageCanSend) {
  People world;
  world.enrol(world.invite("op-kim"));
  EXPECT_EQ(world.post("sign-in", world.right(), {}).status, 400);
  EXPECT_EQ(world.post("sign-in", world.right(), {{"haechi-surface", "elsewhere"}}).status, 400);
}

TEST(SignIn, AnswersEverythingThatIsWrongAlikeAndRecordsWhy) {
  People world;
  world.enrol(world.invite("op-kim"));
  world.new_decisions();
  const net::Response password =
      world.post("sign-in", {{"account", "op-kim"}, {"password", "another"}, {"code", world.code()}});
  const net::Response code =
      world.post("sign-in", {{"account", "op-kim"}, {"password", kPassword}, {"code", "000000"}});
  const net::Response nobody = world.post(
      "sign-in", {{"account", "my secret typed here"}, {"password", kPassword}, {"code", "000000"}});
  for (const net::Response* answer : {&password, &code, &nobody}) {
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(answer->body, password.body);
    EXPECT_EQ(answer->headers, password.headers);
  }
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 3u);
  for (const v1::AccessDecided& decided : decisions) {
    EXPECT_EQ(decided.action(), "sign_in");
    EXPECT_FALSE(decided.allowed());
    EXPECT_EQ(decided.ShortDebugString().find("typed here"), std::string::npos);
  }
  EXPECT_EQ(decisions[0].viewer(), "op-kim");
  EXPECT_EQ(decisions[0].reason().find("wrong password"), 0u);
  EXPECT_EQ(decisions[1].reason().find("wrong code"), 0u);
  EXPECT_EQ(decisions[2].viewer(), "");
  EXPECT_EQ(decisions[2].reason().find("no such account"), 0u);
}

TEST(SignIn, IsNotAnsweredBeforeItIsRecordedAndNotAtAllWhenItCannotBe) {
  People world;
  world.enrol(world.invite("op-kim"));
  world.on_loop([&] { world.submit.hold = true; });
  auto answer = world.begin("", "POST", "/api/v1/sign-in", json::serialize(world.right()), kControl);
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  world.on_loop([&] {
    world.submit.hold = false;
    world.submit.release();
  });
  EXPECT_EQ(answer.get().status, 200);
  world.on_loop([&] {
    world.submit.refuse = true;
    world.clock.advance(Duration::seconds(60));
  });
  const net::Response refused = world.post("sign-in", world.right());
  EXPECT_GE(refused.status, 429);
  EXPECT_EQ(header(refused, "set-cookie"), "");
}

TEST(SignIn, HashesAPasswordAnewThatIsKeptAtAnotherCost) {
  People world;
  world.enrol(world.invite("op-kim"));
  const auto password = [&] { return (*world.account_records->account("op-kim"))->password; };
  const std::string todays = password().substr(0, password().find("p=1$"));
  world.on_loop([&] {
    store::AccountRecord account = **world.account_records->account("op-kim");
    account.password = *trust::hash_password(kPassword, {16, 2});
    ASSERT_TRUE(world.account_records->put_account(account).ok());
  });
  ASSERT_FALSE(password().starts_with(todays));
  EXPECT_EQ(world.post("sign-in", world.right()).status, 200);
  EXPECT_TRUE(password().starts_with(todays)) << password();
}

TEST(SignOut, EndsTheSessionItself) {
  People world;
  world.enrol(world.invite("op-kim"));
  const std::string cookie = world.cookie_of(world.post("sign-in", world.right()));
  world.new_decisions();
  EXPECT_EQ(world.status_with(cookie, "DELETE", "session"), 200);
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].action(), "sign_out");
  EXPECT_EQ(world.status_with(cookie), 401);
  EXPECT_EQ(world.status_with(cookie, "DELETE", "session"), 200) << "and may be done twice";
}

TEST(Enrolment, SetsBothFactorsOnceAndShowsRecoveryCodesAndNoSecretAgain) {
  People world;
  const std::string token = world.invite("op-kim");
  EXPECT_EQ(world.enrol(token, "too short").status, 400);
  const net::Response done = world.enrol(token);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(json::parse(done.body).at("recovery_codes").as_array().size(), 10u);
  EXPECT_EQ(world.status_with(world.cookie_of(done)), 200);
  EXPECT_EQ(world.post("enrolment/question", {{"token", token}}).status, 404);
  EXPECT_EQ(
      world.post("enrolment", {{"token", token}, {"password", kPassword}, {"code", world.code()}}).status,
      404);
}

TEST(Accounts, OfOthersAreChangedByAnAdministratorAndEachChangeIsRecorded) {
  People world;
  const std::string cookie = world.cookie_of(world.enrol(world.invite("op-kim")));
  const auto change = [&](const std::string& what) {
    world.new_decisions();
    const net::Response done =
        world.ask(Role::kAdministrator, "POST", "/api/v1/accounts/op-kim/change",
                  R"({"change":"ACCOUNT_CHANGE_)" + what + R"(","known_by":"came in person"})");
    EXPECT_EQ(done.status, 200) << done.body;
    const auto decisions = world.new_decisions();
    EXPECT_EQ(decisions.size(), 2u) << "the permission, and what was done with it";
    EXPECT_EQ(decisions.back().subject_id(), "op-kim");
    EXPECT_EQ(decisions.back().viewer(), "admin-1");
    return std::pair(decisions.back().action(), json::parse(done.body));
  };
  const auto [invited, with_link] = change("INVITE");
  EXPECT_EQ(invited, "invite_account");
  EXPECT_EQ(with_link.at("link").at("token").as_string().size(), 64u);
  EXPECT_EQ(change("NEW_PASSWORD").first, "new_password_account");
  EXPECT_EQ(change("NEW_FACTOR").first, "new_factor_account");
  EXPECT_EQ(change("UNLOCK").first, "unlock_account");
  EXPECT_EQ(change("END_SESSIONS").first, "end_sessions");
  EXPECT_EQ(world.status_with(cookie), 401);
  EXPECT_EQ(change("DISABLE").second.at("account").at("state").as_string(), "ACCOUNT_STATE_DISABLED");
  EXPECT_EQ(world.post("sign-in", world.right()).status, 401);
  EXPECT_EQ(change("ENABLE").second.at("account").at("state").as_string(), "ACCOUNT_STATE_ACTIVE");
  EXPECT_EQ(world.post("sign-in", world.right()).status, 200);
}

TEST(Accounts, AreGotBackIntoBySayingHowThePersonWasKnownWhichIsRecorded) {
  People world;
  const auto ask = [&](const char* known_by) {
    return world.ask(
        Role::kAdministrator, "POST", "/api/v1/accounts/op-kim/change",
        json::serialize(json::object{{"change", "ACCOUNT_CHANGE_INVITE"}, {"known_by", known_by}}));
  };
  world.invite("op-kim");
  EXPECT_EQ(ask("").status, 200) << "who has not enrolled yet gets nothing back";
  world.enrol(std::string(json::parse(ask("").body).at("link").at("token").as_string()));
  for (const char* unfit : {"", "abc", "card 900101", "two\nlines"})
    EXPECT_EQ(ask(unfit).status, 400) << unfit;
  world.new_decisions();
  EXPECT_EQ(ask("직접 옴, 공무원증").status, 200);
  EXPECT_EQ(world.new_decisions().back().reason(), "by an administrator, known by: 직접 옴, 공무원증");
}

TEST(Enrolment, OfAForgottenPasswordAsksForTheSecondFactorAndTellsTheOwner) {
  People world;
  world.enrol(world.invite("op-kim"));
  const net::Response made =
      world.ask(Role::kAdministrator, "POST", "/api/v1/accounts/op-kim/change",
                R"({"change":"ACCOUNT_CHANGE_NEW_PASSWORD","known_by":"came in person"})");
  const std::string token(json::parse(made.body).at("link").at("token").as_string());
  const json::value asked = json::parse(world.post("enrolment/question", {{"token", token}}).body);
  EXPECT_TRUE(asked.at("factor_stays").as_bool());
  EXPECT_EQ(asked.at("totp_uri").as_string(), "") << "there is no new authenticator";
  world.new_decisions();
  const json::object wrong{{"token", token}, {"password", "another coat, a red one"}, {"code", "000000"}};
  EXPECT_EQ(world.post("enrolment", wrong).status, 403);
  EXPECT_FALSE(world.new_decisions().back().allowed()) << "and it is recorded";
  json::object right = wrong;
  right["code"] = world.code();
  const net::Response done = world.post("enrolment", right);
  ASSERT_EQ(done.status, 200) << done.body;
  const net::Response own =
      world.ask_with_key("", "GET", "/api/v1/me/account", "",
                         {{"cookie", world.cookie_of(done)}, {"haechi-surface", "control"}});
  const json::value notices = json::parse(own.body).at("notices");
  EXPECT_EQ(notices.at(0).at("event").as_string(), "ACCOUNT_EVENT_PASSWORD_CHANGED");
  EXPECT_EQ(notices.at(1).at("event").as_string(), "ACCOUNT_EVENT_LINK_ISSUED");
}

TEST(Sessions, OfMineAreEndedFromAnotherByShowingBothFactorsAgain) {
  People world;
  const std::string first = world.cookie_of(world.enrol(world.invite("op-kim")));
  const std::string second = world.cookie_of(world.post("sign-in", world.right()));
  const net::Headers with_second = {{"cookie", second}, {"haechi-surface", "control"}};
  const net::Response own = world.ask_with_key("", "GET", "/api/v1/me/account", "", with_second);
  const json::value sessions = json::parse(own.body).at("sessions");
  const auto end = [&](size_t which, const json::object& factors) {
    const std::string id(sessions.at(which).at("id").as_string());
    return world
        .ask_with_key("", "POST", "/api/v1/me/sessions/" + id + "/end", json::serialize(factors), with_second)
        .status;
  };
  EXPECT_EQ(end(1, {}), 403);
  EXPECT_EQ(end(1, {{"password", kPassword}, {"code", "000000"}}), 403);
  EXPECT_EQ(world.status_with(first), 200);
  world.on_loop([&] { world.clock.advance(Duration::seconds(60)); });
  EXPECT_EQ(end(1, {{"password", kPassword}, {"code", world.code()}}), 200);
  EXPECT_EQ(world.status_with(first), 401);
  EXPECT_EQ(end(0, {}), 200) << "the one that asks is ended as by signing out";
}

TEST(Accounts, HaveNoSessionsWhenTheyAreKeys) {
  TestWorld world;
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/me/account").status, 400);
}

}  // namespace
}  // namespace haechi::api
