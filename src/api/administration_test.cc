// What is asked of administrators beside session and factors: where they are, on which device, and a second
// person for what is unusual. Everybody here asks from 203.0.113.7 unless it says otherwise.
#include <gmock/gmock.h>

#include "api/test_holder.h"

namespace haechi::api {
namespace {

using testing::HasSubstr;
using trust::Role;

struct Administration : TestWorld {
  explicit Administration(const char* network) {
    on_loop([this, network] {
      ApiOptions options;
      options.accounts = accounts.get();
      options.administration = *net::Networks::from({network}, "");
      api = std::make_unique<Api>(options, loop, submit, picture, *records, *keys, clock);
    });
  }
};

TEST(Administration, IsAnsweredInItsOwnNetworksAlone) {
  Administration within("203.0.113.0/24"), outside("10.0.0.0/8");
  for (const char* path :
       {"/api/v1/accounts", "/api/v1/api-keys", "/api/v1/acts", "/api/v1/me/capabilities"}) {
    EXPECT_EQ(within.ask(Role::kAdministrator, "GET", path).status, 200) << path;
    const net::Response no = outside.ask(Role::kAdministrator, "GET", path);
    EXPECT_EQ(no.status, 403) << path;
    EXPECT_NE(no.body.find("\"elsewhere\""), std::string::npos) << no.body;
  }
  EXPECT_EQ(outside.ask(Role::kControl, "GET", "/api/v1/alerts").status, 200)
      << "who works an alarm may be anywhere";
}

TEST(Administration, FromElsewhereIsRefusedOnRecord) {
  Administration outside("10.0.0.0/8");
  outside.ask(Role::kAdministrator, "GET", "/api/v1/accounts");
  const std::vector<v1::AccessDecided> told = outside.new_decisions();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].allowed());
  EXPECT_EQ(told[0].action(), "administer");
}

// An administrator with both factors, beside the one who has enrolled before her.
struct Administrator : Holder {
  explicit Administrator(const std::function<void(ApiOptions&)>& change = [](ApiOptions&) {})
      : Holder("administrator") {
    enrol(invite("admin-2", "administrator"));
    on_loop([&] {
      ApiOptions options;
      options.accounts = accounts.get();
      change(options);
      api = std::make_unique<Api>(options, loop, submit, picture, *records, *keys, clock);
    });
  }
  net::Response get(const std::string& path) {
    return ask_with_key("", "GET", "/api/v1/" + path, "", signed_in());
  }
  net::Response unlock() {
    return post("accounts/admin-2/change", {{"change", "ACCOUNT_CHANGE_UNLOCK"}}, signed_in());
  }
  // Everything that was logged so far is in the audit trail.
  void fold_all() {
    on_loop([&] {
      spine::Batch batch;
      for (size_t i = 0; i < submit.logged.size(); ++i)
        batch.entries.push_back({i + 1, submit.now, std::make_shared<v1::Fact>(submit.logged[i]), {}});
      api->fold(batch);
    });
  }
};

TEST(Administration, EndsWithTheSessionThatTurnsUpAtAnotherAddress) {
  Administrator admin;
  ASSERT_EQ(admin.get("accounts").status, 200);
  admin.peer = "198.51.100.9";
  const net::Response moved = admin.get("accounts");
  EXPECT_EQ(moved.status, 401);
  EXPECT_THAT(moved.body, HasSubstr("\"moved\""));
  admin.peer = "203.0.113.7";
  EXPECT_EQ(admin.get("accounts").status, 401) << "nor is it good at the first one any more";
  Holder operator_kim;
  operator_kim.peer = "198.51.100.9";
  EXPECT_EQ(operator_kim.status_with(operator_kim.cookie), 200) << "a patrol car moves";
}

TEST(Administration, IsDoneOnADeviceWhoseKeyCannotBeCopiedWhereThatIsAskedFor) {
  constexpr uint8_t kStays = 0x05, kCopied = 0x0d;
  Administrator admin([](ApiOptions& options) { options.administration_devices = true; });
  const net::Response by_code = admin.get("accounts");
  EXPECT_EQ(by_code.status, 403);
  EXPECT_THAT(by_code.body, HasSubstr("\"device_needed\""));
  EXPECT_EQ(admin.get("me/account").status, 200) << "where passkeys are added";
  for (const auto& [flags, status] : {std::pair(kCopied, 403), {kStays, 200}}) {
    trust::TestAuthenticator authenticator;
    authenticator.flags = flags;
    admin.added(authenticator);
    const net::Response in = admin.sign_in(authenticator, admin.challenge());
    ASSERT_EQ(in.status, 200) << in.body;
    admin.cookie = admin.cookie_of(in);
    EXPECT_EQ(admin.get("accounts").status, status);
  }
}

TEST(Administration, FromANewAddressTakesASecondAdministrator) {
  Administrator admin;
  EXPECT_EQ(admin.unlock().status, 200);
  admin.peer = "198.51.100.9";
  trust::TestAuthenticator authenticator;
  admin.peer = "203.0.113.7";
  admin.added(authenticator);
  admin.peer = "198.51.100.9";
  const net::Response in = admin.sign_in(authenticator, admin.challenge());
  ASSERT_EQ(in.status, 200) << in.body;
  admin.cookie = admin.cookie_of(in);
  EXPECT_EQ(admin.unlock().status, 202) << "it waits for somebody else";
}

TEST(Administration, OutsideOfTheHoursOfDutyTakesASecondAdministrator) {
  v1::TimeZone utc;
  utc.set_name("UTC");
  utc.add_transitions()->set_from_s(INT64_MIN);
  for (const auto& [hours, status] :
       {std::pair("administrator Mon-Sun 00:00-24:00", 200), {"administrator Mon-Sun 03:00-04:00", 202}}) {
    Administrator admin(
        [&, hours = hours](ApiOptions& options) { options.duty_hours = *DutyHours::from({hours}, utc); });
    EXPECT_EQ(admin.unlock().status, status) << hours;
  }
}

TEST(Administration, OfManyAccountsWithinMinutesTakesASecondAdministrator) {
  Administrator admin;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(admin.unlock().status, 200) << i;
  admin.fold_all();
  EXPECT_EQ(admin.unlock().status, 202);
}

}  // namespace
}  // namespace haechi::api
