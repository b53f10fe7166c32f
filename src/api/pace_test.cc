#include "api/pace.h"

#include <gtest/gtest.h>

namespace haechi::api {
namespace {

constexpr Time kNow{1'700'000'000'000'000};
constexpr PaceRates kSlow{.requests = {.per_minute = 60, .burst = 5},
                          .alarms = {.per_minute = 60, .burst = 5},
                          .look_ups = {.per_minute = 6, .burst = 2},
                          .registers = {.per_minute = 600, .burst = 50},
                          .wrong_keys = {.per_minute = 6, .burst = 3}};

trust::Viewer viewer(const char* account, trust::Role role) {
  return {.account = account, .role = role};
}

int let_through(Pace& pace, const trust::Viewer& viewer, const char* path, int asked) {
  int through = 0;
  for (int i = 0; i < asked; ++i) through += pace.wait(viewer, path, kNow).us == 0;
  return through;
}

TEST(Pace, HoldsBackOneAccountAndNoOther) {
  Pace pace(kSlow);
  EXPECT_EQ(let_through(pace, viewer("a", trust::Role::kControl), "/api/v1/alerts", 100), 5);
  EXPECT_EQ(let_through(pace, viewer("b", trust::Role::kControl), "/api/v1/alerts", 100), 5);
  EXPECT_EQ(pace.refused(), 190u);
}

TEST(Pace, LetsACallForHelpThroughWhateverElseTheAccountHasAskedFor) {
  Pace pace(kSlow);
  const trust::Viewer her = viewer("her", trust::Role::kProtectedPerson);
  let_through(pace, her, "/api/v1/views", 100);
  EXPECT_EQ(let_through(pace, her, "/api/v1/me/sos", 5), 5);
}

TEST(Pace, CountsLookingUpPeopleMoreStrictly) {
  Pace pace(kSlow);
  const trust::Viewer officer = viewer("officer", trust::Role::kControl);
  EXPECT_EQ(let_through(pace, officer, "/api/v1/persons/{id}", 3), 2);
  EXPECT_EQ(pace.wait(officer, "/api/v1/tracks/{id}", kNow), Duration::seconds(10));
  EXPECT_EQ(pace.wait(officer, "/api/v1/alerts", kNow).us, 0);
}

TEST(Pace, LetsARegistrarLoadRegisters) {
  Pace pace(kSlow);
  EXPECT_EQ(let_through(pace, viewer("r", trust::Role::kRegistrar), "/api/v1/persons/{id}", 100), 50);
}

TEST(Pace, TellsAnAddressThatTriesKeysToWait) {
  Pace pace(kSlow);
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(pace.wait_after_wrong_key("192.0.2.1", key, kNow).us, 0);
  EXPECT_EQ(pace.wait_after_wrong_key("192.0.2.1", "d", kNow), Duration::seconds(10));
  EXPECT_EQ(pace.wait_after_wrong_key("192.0.2.1", "a", kNow).us, 0) << "it is not a new guess";
  EXPECT_EQ(pace.wait_after_wrong_key("192.0.2.2", "d", kNow).us, 0);
}

TEST(Pace, SaysInWholeSecondsWhenToComeAgain) {
  const net::Response response = too_many(Duration::millis(1'200));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.back(), (std::pair<std::string, std::string>{"retry-after", "2"}));
}

}  // namespace
}  // namespace haechi::api
