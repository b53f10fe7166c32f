// Who gets back into an account: by a link that goes to its own address, and that no administrator holds.
#include <gmock/gmock.h>

#include "api/test_people.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using store::AddressKind;
using store::Holder;
using testing::HasSubstr;
using testing::Not;
using trust::Role;

struct LetterWorld : People {
  LetterWorld() : People(true) {}
  void tell_at(const std::string& account, const std::string& address) {
    ASSERT_TRUE(
        records->put_address(Holder::kAccount, account, AddressKind::kPost, store::Personal(address)).ok());
  }
  net::Response change(const std::string& what) {
    return ask(Role::kAdministrator, "POST", "/api/v1/accounts/op-kim/change",
               R"({"change":"ACCOUNT_CHANGE_)" + what + R"(","known_by":"came in person"})");
  }
  // The link in the newest text message.
  std::string token_sent() {
    std::string text;
    on_loop([&] { text = posted.back().body; });
    const size_t at = text.find("/account/#enrol=");
    return at == std::string::npos ? "" : text.substr(at + 16, 64);
  }
  size_t sent() {
    size_t count = 0;
    on_loop([&] { count = posted.size(); });
    return count;
  }
};

TEST(LinkLetters, GoToTheAccountsOwnAddressAndAreShownToNobodyHere) {
  for (const char* what : {"INVITE", "NEW_PASSWORD", "NEW_FACTOR"}) {
    LetterWorld world;
    ASSERT_EQ(world.enrol(world.invite("op-kim")).status, 200);
    world.tell_at("op-kim", R"({"phone":"+82 10 1111 2222","language":"en"})");
    const net::Response answer = world.change(what);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const json::value link = json::parse(answer.body).at("link");
    EXPECT_TRUE(link.at("sent").as_bool());
    ASSERT_EQ(world.sent(), 1u);
    const std::string token = world.token_sent();
    ASSERT_EQ(token.size(), 64u);
    EXPECT_THAT(answer.body, Not(HasSubstr(token)));
    for (const v1::Fact& fact : world.logged()) EXPECT_THAT(fact.SerializeAsString(), Not(HasSubstr(token)));
    EXPECT_EQ(world.post("enrolment/question", {{"token", token}}).status, 200) << "it is the link";
  }
}

TEST(LinkLetters, SetBothFactorsForWhomTheyReach) {
  LetterWorld world;
  ASSERT_EQ(world.enrol(world.invite("op-kim")).status, 200);
  world.tell_at("op-kim", R"({"phone":"+82 10 1111 2222"})");
  ASSERT_EQ(world.change("INVITE").status, 200);
  ASSERT_EQ(world.enrol(world.token_sent(), "another coat at dawn").status, 200);
  json::object right = world.right();
  right["password"] = "another coat at dawn";
  EXPECT_EQ(world.post("sign-in", right).status, 200);
}

TEST(LinkLetters, GoByEmailWhereThereIsOneAndNeverInTheClear) {
  LetterWorld world;
  ASSERT_EQ(world.enrol(world.invite("op-kim")).status, 200);
  world.tell_at("op-kim", R"({"phone":"+82 10 1111 2222","email":"kim@agency.example"})");
  ASSERT_EQ(world.change("INVITE").status, 200);
  ASSERT_EQ(world.sent(), 1u);
  world.on_loop([&] {
    EXPECT_EQ(world.posted[0].mail_to, "kim@agency.example");
    EXPECT_TRUE(world.posted[0].must_encrypt);
  });
}

TEST(LinkLetters, AreNotReplacedByALinkInTheHandsOfAnAdministrator) {
  LetterWorld world;
  ASSERT_EQ(world.enrol(world.invite("op-kim")).status, 200);
  const net::Response without = world.change("INVITE");
  EXPECT_EQ(without.status, 409);
  EXPECT_THAT(without.body, HasSubstr("\"address\""));
  world.tell_at("op-kim", R"({"phone":"+82 10 1111 2222"})");
  world.on_loop([&] { world.records->fault = store::RecordsFault::kRefuses; });
  const net::Response away = world.change("INVITE");
  EXPECT_GE(away.status, 500);
  EXPECT_THAT(away.body, Not(HasSubstr("token")));
  EXPECT_EQ(world.sent(), 0u);
}

TEST(LinkLetters, InviteSomebodyWhoseAddressIsKnownBefore) {
  LetterWorld world;
  world.tell_at("op-kim", R"({"phone":"+82 10 1111 2222"})");
  const net::Response made =
      world.ask(Role::kAdministrator, "POST", "/api/v1/accounts", R"({"account":"op-kim","role":"control"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, Not(HasSubstr(world.token_sent())));
  EXPECT_EQ(world.enrol(world.token_sent()).status, 200);
}

}  // namespace
}  // namespace haechi::api
