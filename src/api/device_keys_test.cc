#include <boost/json.hpp>

#include "api/test_world.h"
#include "base/base64.h"
#include "base/digest.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

// A world with a device, and a key ring or none.
class DeviceKeys : public testing::Test {
 protected:
  explicit DeviceKeys(bool ring = true) {
    world.on_loop([this, ring] {
      ApiOptions options;
      if (ring)
        options.signing_keys = [](const std::string& id, uint32_t generation) -> Result<std::string> {
          return id + " signs with " + std::to_string(generation);
        };
      world.api = std::make_unique<Api>(options, world.loop, world.submit, world.picture, *world.records,
                                        *world.keys, world.clock);
    });
  }
  net::Response put(const std::string& more) {
    return world.ask(Role::kRegistrar, "PUT", "/api/v1/devices/D-9",
                     R"({"kind":"DEVICE_KIND_ANKLE","person_id":"W-1")" + more + "}");
  }
  v1::Device logged() { return world.logged().back().device_registered(); }
  std::string field(const net::Response& response) {
    return std::string(json::parse(response.body).at("field").as_string());
  }
  static std::string digest(const std::string& secret) { return std::string(view(sha256(secret))); }

  TestWorld world;
};

class WithoutARing : public DeviceKeys {
 protected:
  WithoutARing() : DeviceKeys(false) {}
};

TEST_F(DeviceKeys, AKeyIsShownOnceAndOnlyItsGenerationIsLogged) {
  const net::Response made = put(R"(,"new_signing_key":true)");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key(json::parse(made.body).at("signing_key").as_string());
  EXPECT_EQ(decode_base64(key), "D-9 signs with 1");
  EXPECT_EQ(logged().signing_generation(), 1u);
  EXPECT_EQ(logged().SerializeAsString().find("signs with"), std::string::npos);
  EXPECT_EQ(json::parse(put("").body).at("signing_key").as_string(), "");
  EXPECT_EQ(logged().signing_generation(), 1u) << "what is left out stays";
  put(R"(,"new_signing_key":true)");
  EXPECT_EQ(logged().signing_generation(), 2u);
}

TEST_F(DeviceKeys, WhatChangesIsGoodAsItWasForAsLongAsTheRegistrarSays) {
  put(R"(,"secret":"the-first-of-its-secrets")");
  put(R"(,"secret":"the-second-of-its-secrets","former_minutes":10)");
  EXPECT_EQ(logged().secret_sha256(), digest("the-second-of-its-secrets"));
  EXPECT_EQ(logged().former_secret_sha256(), digest("the-first-of-its-secrets"));
  const int64_t until = world.clock.now().us + 600'000'000;
  EXPECT_EQ(logged().former_until_us(), until);
  put(R"(,"interval_s":30)");
  EXPECT_EQ(logged().former_until_us(), until) << "nothing changed";
  EXPECT_EQ(logged().former_secret_sha256(), digest("the-first-of-its-secrets"));
  const net::Response shown = world.ask(Role::kControl, "GET", "/api/v1/devices/D-9");
  EXPECT_EQ(json::parse(shown.body).at("former_secret_sha256").as_string(), "");
  put(R"(,"new_signing_key":true)");
  EXPECT_EQ(logged().former_until_us(), 0) << "another change without a grace";
  EXPECT_EQ(logged().former_secret_sha256(), "");
}

TEST_F(DeviceKeys, WhatCannotBeIsRefusedByName) {
  EXPECT_EQ(field(put(R"(,"former_minutes":10081)")), "former_minutes");
  EXPECT_EQ(field(put(R"(,"signed_only":true)")), "signed_only");
  EXPECT_EQ(put(R"(,"signed_only":true,"new_signing_key":true)").status, 201);
}

TEST_F(DeviceKeys, AnAppSpeaksForNoDeviceThatHasToSign) {
  const auto position = [this] {
    return world.ask(Role::kProtectedPerson, "POST", "/api/v1/me/position", R"({"battery_percent":50})")
        .status;
  };
  EXPECT_EQ(position(), 200);
  world.ask(Role::kRegistrar, "PUT", "/api/v1/devices/D-3",
            R"({"kind":"DEVICE_KIND_WATCH","person_id":"P-1"})");
  EXPECT_EQ(position(), 200);
  world.ask(Role::kRegistrar, "PUT", "/api/v1/devices/D-3",
            R"({"kind":"DEVICE_KIND_WATCH","person_id":"P-1","signed_only":true,"new_signing_key":true})");
  EXPECT_EQ(position(), 409);
}

TEST_F(WithoutARing, NoKeyIsMadeAndItSaysWhy) {
  const net::Response refused = put(R"(,"new_signing_key":true)");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(field(refused), "new_signing_key");
  EXPECT_NE(refused.body.find("key ring"), std::string::npos);
}

TEST_F(DeviceKeys, ASecretOfAnAgencyLikewise) {
  std::string other;
  world.on_loop(
      [&] { other = *world.keys->issue({.account = "registrar-2", .role = Role::kRegistrar}, Time{}); });
  // By two, as every change of where alarms go.
  const auto put_agency = [this, &other](const std::string& secret, const std::string& query) {
    const std::string path = "/api/v1/agencies/A-1" + query;
    const std::string body =
        R"({"name":"x","desk":"DESK_CONNECTOR","connector":{"endpoint":"https://127.0.0.1:1/","secret":")" +
        secret + R"("}})";
    const net::Response asked = world.ask(Role::kRegistrar, "PUT", path, body);
    if (asked.status != 202) return asked.status;
    const std::string id(boost::json::parse(asked.body).at("asked").at("id").as_string());
    world.ask_with_key(other, "POST", "/api/v1/acts/" + id + "/answer", R"({"approved":true})");
    return world.ask(Role::kRegistrar, "PUT", path, body).status;
  };
  const auto kept = [this] { return **world.records->connector("A-1"); };
  put_agency("the-first-of-its-secrets", "");
  EXPECT_TRUE(kept().former_secret.empty());
  EXPECT_EQ(put_agency("the-second-of-its-secrets", "?former_minutes=10"), 200);
  EXPECT_EQ(kept().secret, store::Personal("the-second-of-its-secrets"));
  EXPECT_EQ(kept().former_secret, store::Personal("the-first-of-its-secrets"));
  EXPECT_EQ(kept().former_until, world.clock.now() + Duration::seconds(600));
  EXPECT_EQ(put_agency("", ""), 200);
  EXPECT_EQ(kept().former_secret, store::Personal("the-first-of-its-secrets")) << "nothing changed";
  EXPECT_EQ(put_agency("the-third-of-its-secrets", ""), 200);
  EXPECT_TRUE(kept().former_secret.empty());
  EXPECT_FALSE(kept().former_until.known());
  for (const char* wrong :
       {"?former_minutes=10081", "?former_minutes=-1", "?former_minutes=ten", "?former_minutes=1x"})
    EXPECT_EQ(put_agency("the-fourth-of-its-secrets", wrong), 400) << wrong;
}

}  // namespace
}  // namespace haechi::api
