// From where administrators are answered. Everybody here asks from 203.0.113.7.
#include "api/test_world.h"

namespace haechi::api {
namespace {

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

}  // namespace
}  // namespace haechi::api
