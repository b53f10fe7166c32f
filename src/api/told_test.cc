#include "api/told.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/test_world.h"
#include "base/base64.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using store::AddressKind;
using store::Holder;
using trust::Role;

// A world from which something is pushed, and a browser of hers.
class Pushing {
 public:
  Pushing() {
    notify::Settings settings;
    settings.push.contact = "mailto:ops@example.org";
    settings.push.services = {"https://push.example"};
    letters =
        std::make_unique<notify::Letters>(settings, notify::KeyPair::generate(), *world.records, world.clock);
    world.on_loop([this] {
      ApiOptions options;
      options.letters = letters.get();
      world.api = std::make_unique<Api>(options, world.loop, world.submit, world.picture, *world.records,
                                        *world.keys, world.clock);
    });
  }
  std::string subscription(const std::string& endpoint = "https://push.example/her") const {
    return R"({"endpoint":")" + endpoint + R"(","p256dh":")" + base64url(phone.point()) + R"(","auth":")" +
           base64url(std::string(16, 'a')) + R"("})";
  }
  net::Response put(Role role, const std::string& body) {
    return world.ask(role, "PUT", "/api/v1/me/push", body);
  }
  bool is_kept(Holder holder, const std::string& id) {
    return world.records->address(holder, id, AddressKind::kPush)->has_value();
  }
  // To her: one that was pushed.
  void push_notification(const std::string& person_id) {
    auto effect = std::make_shared<v1::Effect>();
    v1::Notification& one = *effect->mutable_case_effect()->mutable_update_notification();
    one.set_id("note-1");
    one.set_person_id(person_id);
    one.set_state(v1::NOTIFICATION_STATE_SENT);
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world.on_loop([&] { world.submit.add(tick, {effect}); });
  }
  std::vector<v1::NotificationReported> reports() {
    std::vector<v1::NotificationReported> out;
    for (const v1::Fact& fact : world.logged())
      if (fact.case_fact().has_notification_reported())
        out.push_back(fact.case_fact().notification_reported());
    return out;
  }

  TestWorld world;
  const notify::KeyPair phone = notify::KeyPair::generate();
  std::unique_ptr<notify::Letters> letters;
};

TEST(Push, KeepsHerSubscriptionWithHerAndOutOfTheLog) {
  Pushing it;
  ASSERT_EQ(it.put(Role::kProtectedPerson, it.subscription()).status, 200);
  EXPECT_TRUE(it.is_kept(Holder::kPerson, "P-1"));
  for (const v1::Fact& fact : it.world.logged())
    EXPECT_EQ(fact.DebugString().find("push.example"), std::string::npos);
  const auto answer = json::parse(it.world.ask(Role::kProtectedPerson, "GET", "/api/v1/me/push").body);
  EXPECT_TRUE(answer.at("subscribed").as_bool());
  EXPECT_EQ(answer.at("public_key").as_string(), it.letters->public_key());
  ASSERT_EQ(it.put(Role::kProtectedPerson, "{}").status, 200);
  EXPECT_FALSE(it.is_kept(Holder::kPerson, "P-1"));
}

TEST(Push, KeepsThatOfAUnitWithItsAccount) {
  Pushing it;
  ASSERT_EQ(it.put(Role::kUnit, it.subscription()).status, 200);
  EXPECT_TRUE(it.is_kept(Holder::kAccount, "unit-1"));
}

TEST(Push, KeepsThatOfAnOfficerWithHisAccountUntilHeTakesItBack) {
  Pushing it;
  ASSERT_EQ(it.put(Role::kProbation, it.subscription()).status, 200);
  EXPECT_TRUE(it.is_kept(Holder::kAccount, "po-1"));
  EXPECT_FALSE(it.is_kept(Holder::kAccount, "unit-1")) << "nobody else's";
  ASSERT_EQ(it.put(Role::kProbation, "{}").status, 200);
  EXPECT_FALSE(it.is_kept(Holder::kAccount, "po-1"));
}

TEST(Push, LetsNobodySendThisNodeElsewhere) {
  Pushing it;
  for (const char* elsewhere :
       {"http://169.254.169.254/latest", "https://push.example.evil/", "file:///etc/passwd"}) {
    const net::Response answer = it.put(Role::kProtectedPerson, it.subscription(elsewhere));
    EXPECT_EQ(answer.status, 400) << elsewhere;
    EXPECT_EQ(json::parse(answer.body).at("field").as_string(), "endpoint");
  }
  EXPECT_FALSE(it.is_kept(Holder::kPerson, "P-1"));
}

TEST(Push, SaysWhenNothingIsPushedFromHere) {
  TestWorld world;
  const Pushing other;
  EXPECT_EQ(world.ask(Role::kProtectedPerson, "PUT", "/api/v1/me/push", other.subscription()).status, 409);
  const auto answer = json::parse(world.ask(Role::kProtectedPerson, "GET", "/api/v1/me/push").body);
  EXPECT_EQ(answer.at("public_key").as_string(), "");
}

TEST(OwnNotification, BecomesAReportOfThePhoneThatShowedIt) {
  Pushing it;
  it.push_notification("P-1");
  const auto post = [&](Role role, const char* state) {
    return it.world
        .ask(role, "POST", "/api/v1/me/notifications/note-1",
             std::string(R"({"state":"NOTIFICATION_STATE_)") + state + "\"}")
        .status;
  };
  EXPECT_EQ(post(Role::kProtectedPerson, "FAILED"), 400);
  EXPECT_EQ(post(Role::kProtectedPerson, "DELIVERED"), 200);
  EXPECT_EQ(post(Role::kUnit, "OPENED"), 404) << "not the unit's own";
  const auto reports = it.reports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].notification_id(), "note-1");
  EXPECT_EQ(reports[0].state(), v1::NOTIFICATION_STATE_DELIVERED);
  EXPECT_EQ(reports[0].channel(), v1::NOTIFICATION_CHANNEL_PUSH);
}

TEST(OwnNotification, OfAnotherPersonIsNotThere) {
  Pushing it;
  it.push_notification("P-2");
  EXPECT_EQ(it.world
                .ask(Role::kProtectedPerson, "POST", "/api/v1/me/notifications/note-1",
                     R"({"state":"NOTIFICATION_STATE_OPENED"})")
                .status,
            404);
  EXPECT_TRUE(it.reports().empty());
}

TEST(Address, OfAnAgencyAndAnAccountIsKeptOutOfTheLogAndForgottenWhenEmpty) {
  TestWorld world;
  const auto put = [&](const char* path, const char* body) {
    return world.ask(Role::kRegistrar, "PUT", path, body).status;
  };
  EXPECT_EQ(put("/api/v1/agencies/A-1/address", R"({"phone":"02-123-4567","email":"desk@ps.example"})"), 200);
  EXPECT_EQ(put("/api/v1/accounts/insp-park/address", R"({"phone":"+8210","language":"en"})"), 200);
  EXPECT_TRUE(world.records->address(Holder::kAgency, "A-1", AddressKind::kPost)->has_value());
  EXPECT_TRUE(world.records->address(Holder::kAccount, "insp-park", AddressKind::kPost)->has_value());
  for (const v1::Fact& fact : world.logged()) EXPECT_EQ(fact.DebugString().find("desk@"), std::string::npos);
  EXPECT_EQ(put("/api/v1/agencies/A-1/address", "{}"), 202) << "it asks for a second person";
  std::string second, id;
  for (const v1::Fact& fact : world.logged())
    if (fact.has_act_requested()) id = fact.act_requested().id();
  world.on_loop(
      [&] { second = *world.keys->issue({.account = "registrar-2", .role = Role::kRegistrar}, Time{}); });
  ASSERT_EQ(
      world.ask_with_key(second, "POST", "/api/v1/acts/" + id + "/answer", R"({"approved":true})").status,
      200);
  EXPECT_EQ(put("/api/v1/agencies/A-1/address", "{}"), 200);
  EXPECT_FALSE(world.records->address(Holder::kAgency, "A-1", AddressKind::kPost)->has_value());
}

TEST(Address, NamesTheFieldThatNoLetterCouldGoTo) {
  TestWorld world;
  const auto field = [&](const char* body) {
    const net::Response answer = world.ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-1/address", body);
    return std::string(json::parse(answer.body).at("field").as_string());
  };
  EXPECT_EQ(field(R"({"phone":"ask the desk"})"), "phone");
  EXPECT_EQ(field(R"({"email":"desk"})"), "email");
  EXPECT_EQ(field(R"({"email":"a@b\r\nbcc: x@y"})"), "email");
  EXPECT_EQ(field(R"({"phone":"112","language":"fr"})"), "language");
}

}  // namespace
}  // namespace haechi::api
