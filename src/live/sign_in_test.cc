#include "live/sign_in.h"

#include "live/hub_testing.h"

namespace haechi::live {
namespace {

class SignInTest : public HubTest {
 protected:
  std::string host() { return "127.0.0.1:" + std::to_string(server_->port()); }
  // How a socket with these headers fares: "" if it is told the snapshot, else why it ended.
  std::string fate(net::Headers headers, const std::string& query) {
    auto watcher = watch_with(std::move(headers), query);
    eventually([&] { return watcher->closed() || watcher->has("\"snapshot\""); });
    return watcher->has("\"snapshot\"") ? std::string() : watcher->close_reason();
  }
};

TEST_F(SignInTest, ACookieOfTheSurfaceOpensForAPageOfThisHost) {
  const net::Headers ours{{"cookie", "theme=dark; haechi_control=control"}, {"origin", "http://" + host()}};
  EXPECT_EQ(fate(ours, "surface=control"), "");
  EXPECT_EQ(fate({{"cookie", "haechi_me=her; haechi_field=unit"}, {"origin", "http://" + host()}},
                 "surface=me&topics=views"),
            "");
}

TEST_F(SignInTest, ACookieOpensNothingForAPageOfAnotherHost) {
  const std::vector<std::string> foreign{"https://evil.example", "null", "http://" + host() + ".evil.example",
                                         "http://127.0.0.1", ""};
  for (const std::string& origin : foreign) {
    net::Headers headers{{"cookie", "haechi_control=control"}};
    if (!origin.empty()) headers.emplace_back("origin", origin);
    EXPECT_EQ(fate(headers, "surface=control"), "refused with status 403") << origin;
  }
}

TEST_F(SignInTest, AForeignPageDoesNotLearnWhetherSomebodyIsSignedIn) {
  EXPECT_EQ(fate({{"origin", "https://evil.example"}}, "surface=control"), "refused with status 403");
}

TEST_F(SignInTest, ACookieCountsOnlyForTheSurfaceNamed) {
  const net::Headers ours{{"cookie", "haechi_control=control"}, {"origin", "http://" + host()}};
  EXPECT_EQ(fate(ours, ""), "refused with status 401");
  EXPECT_EQ(fate(ours, "surface=dispatch"), "refused with status 401");
  EXPECT_EQ(fate(ours, "surface=elsewhere"), "refused with status 401");
}

TEST_F(SignInTest, AKeyThatIsShownWinsOverTheCookieAndAsksForNoOrigin) {
  EXPECT_EQ(
      fate({{"authorization", "Bearer dispatch"}, {"cookie", "haechi_control=control"}}, "surface=control"),
      "");
  EXPECT_EQ(fate({{"sec-websocket-protocol", "haechi.v1, key.control"}}, "surface=control"), "");
  EXPECT_EQ(fate({{"authorization", "Bearer nobody"},
                  {"cookie", "haechi_control=control"},
                  {"origin", "http://" + host()}},
                 "surface=control"),
            "refused with status 401");
  EXPECT_EQ(fate({{"authorization", "Basic bm9ib2R5"},
                  {"cookie", "haechi_control=control"},
                  {"origin", "http://" + host()}},
                 "surface=control"),
            "refused with status 401");
}

TEST_F(SignInTest, ARoleWithoutLiveDataIsRefusedWithACookieToo) {
  EXPECT_EQ(fate({{"cookie", "haechi_control=auditor"}, {"origin", "http://" + host()}}, "surface=control"),
            "refused with status 403");
}

}  // namespace
}  // namespace haechi::live
