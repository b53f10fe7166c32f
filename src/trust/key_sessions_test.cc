#include "trust/key_sessions.h"

#include <gtest/gtest.h>

namespace haechi::trust {
namespace {

const Time kNow{1'800'000'000'000'000};
const Time kEnd = kNow + Duration::seconds(3600);
const Viewer kCar{.account = "demo-unit", .role = Role::kUnit, .unit_id = "U-1"};

struct World {
  std::unique_ptr<store::Records> keys_kept = std::move(store::Records::open(":memory:").value());
  std::unique_ptr<store::AccountRecords> kept = std::move(store::AccountRecords::open(":memory:").value());
  std::unique_ptr<Keys> keys = std::move(Keys::open(*keys_kept).value());
  KeySessions sessions = std::move(KeySessions::open(*kept, *keys).value());
  std::string key = keys->issue(kCar, Time{}).value();
};

TEST(KeySession, IsATokenOfItsOwnThatIsNoKey) {
  World world;
  const std::string token = world.sessions.begin(world.key, kEnd, kNow).value();
  EXPECT_EQ(world.sessions.viewer_of(token, kNow), kCar);
  EXPECT_NE(token, world.key);
  EXPECT_NE(token, world.sessions.begin(world.key, kEnd, kNow).value());
  EXPECT_FALSE(world.keys->viewer_of_key(token, kNow));
  EXPECT_FALSE(world.sessions.viewer_of(world.key, kNow)) << "a key is no session either";
  EXPECT_FALSE(world.sessions.begin(token, kEnd, kNow).ok()) << "and a token begets no token";
  EXPECT_FALSE(world.sessions.begin("", kEnd, kNow).ok());
}

TEST(KeySession, EndsByTheClockAtSignOutAndWithItsKey) {
  World world;
  const std::string token = world.sessions.begin(world.key, kEnd, kNow).value();
  const std::string other = world.sessions.begin(world.key, kEnd, kNow).value();
  EXPECT_TRUE(world.sessions.viewer_of(token, kEnd - Duration{1}));
  EXPECT_FALSE(world.sessions.viewer_of(token, kEnd));
  ASSERT_TRUE(world.sessions.end(token).ok());
  EXPECT_TRUE(world.sessions.end(token).ok()) << "twice is no fault";
  EXPECT_FALSE(world.sessions.viewer_of(token, kNow));
  EXPECT_TRUE(world.sessions.viewer_of(other, kNow));
  ASSERT_TRUE(world.keys->revoke(kCar.account).ok());
  EXPECT_FALSE(world.sessions.viewer_of(other, kNow));
}

TEST(KeySession, IsThereAfterARestartAsADigestAndIsForgottenWhenItHasEnded) {
  World world;
  const std::string token = world.sessions.begin(world.key, kEnd, kNow).value();
  KeySessions again = std::move(KeySessions::open(*world.kept, *world.keys).value());
  EXPECT_EQ(again.viewer_of(token, kNow), kCar);
  EXPECT_NE(world.kept->key_sessions()->front().digest_hex, token);
  ASSERT_TRUE(again.begin(world.key, kEnd + Duration::seconds(9), kEnd).ok());
  EXPECT_EQ(world.kept->key_sessions()->size(), 1u);
}

}  // namespace
}  // namespace haechi::trust
