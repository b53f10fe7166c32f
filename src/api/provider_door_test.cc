// Coming back from an identity provider: what is recorded of it, and whom it is told.
#include "api/provider_door.h"

#include <gtest/gtest.h>

#include <future>

#include "api/test_people.h"
#include "net/client.h"

namespace haechi::api {
namespace {

// Her account, which belongs to an identity provider, and the door through which she comes back from it.
struct ByProvider : People {
  ByProvider() {
    on_loop([this] {
      there = *trust::Accounts::open(*account_records, trust::PasswordCost{8, 1}, "", {{"sso", "Provider"}});
      for (const auto& [name, role, person] : {std::tuple("sso.her", trust::Role::kProtectedPerson, "P-1"),
                                               {"sso.kim", trust::Role::kControl, ""}})
        EXPECT_TRUE(there->create({.account = name, .role = role, .person_id = person}, clock.now()).ok());
      providers = std::make_unique<IdentityProviders>(loop, clock, std::vector<ProviderSettings>(),
                                                      "https://haechi.example", net::ClientOptions());
      door = std::make_unique<ProviderDoor>(*providers, *there, submit, clock, loop);
    });
  }
  ~ByProvider() {
    on_loop([this] {
      door.reset();
      providers.reset();
    });
  }

  // With the cookie of a browser that was here before.
  net::Response comes_back(const std::string& name, const std::string& cookie = "") {
    std::promise<net::Response> answered;
    on_loop([&] {
      net::Request request;
      request.method = "GET";
      request.peer = peer;
      if (!cookie.empty()) request.headers.emplace_back("cookie", cookie);
      const trust::Vouched vouched{"sso", "subject of " + name, name, "",
                                   clock.now() + Duration::seconds(9'000)};
      door->arrived(vouched, "sso", trust::Surface::kMe, request,
                    [&](net::Response response) { answered.set_value(std::move(response)); });
    });
    return answered.get_future().get();
  }

  std::unique_ptr<trust::Accounts> there;
  std::unique_ptr<IdentityProviders> providers;
  std::unique_ptr<ProviderDoor> door;
};

TEST(ProviderDoor, ASecondSignInOfHersIsToldAndTheSameBrowserAgainIsNot) {
  ByProvider world;
  const net::Response first = world.comes_back("her");
  ASSERT_EQ(header(first, "location"), "/me/");
  EXPECT_EQ(world.told(), "");
  EXPECT_EQ(header(world.comes_back("her", world.cookie_of(first)), "location"), "/me/");
  EXPECT_EQ(world.told(), "") << "in the place of the session that this browser had";
  EXPECT_EQ(header(world.comes_back("her"), "location"), "/me/");
  EXPECT_EQ(world.told(), "P-1 SIGNED_IN\n");
}

TEST(ProviderDoor, ASecondSignInOfAnOperatorIsNobodysPhone) {
  ByProvider world;
  EXPECT_EQ(world.comes_back("kim").status, 303);
  EXPECT_EQ(world.comes_back("kim").status, 303);
  EXPECT_EQ(world.told(), "");
}

TEST(ProviderDoor, TheAddressThatSheComesFromIsKeptNowhereAndThatOfOthersIs) {
  ByProvider world;
  EXPECT_EQ(world.comes_back("her").status, 303);
  EXPECT_EQ(world.comes_back("kim").status, 303);
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].address(), "");
  EXPECT_EQ(decisions[1].address(), "203.0.113.7");
}

}  // namespace
}  // namespace haechi::api
