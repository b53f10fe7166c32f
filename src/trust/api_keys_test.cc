#include "trust/api_keys.h"

#include <gtest/gtest.h>

#include "trust/keys.h"

namespace haechi::trust {
namespace {

constexpr Duration kDay = Duration::seconds(86'400);
const Time kNow{1'800'000'000'000'000};
const Viewer kCad{.account = "cad-112", .role = Role::kConnector, .agency_id = "room-1"};

struct World {
  std::unique_ptr<store::AccountRecords> records = std::move(store::AccountRecords::open(":memory:").value());
  ApiKeys keys = std::move(ApiKeys::open(*records).value());

  Result<ApiKeys::Made> make(const Viewer& viewer, Duration lasts = kDay) {
    return keys.make(viewer, kNow + lasts, "admin-1", kNow);
  }
};

TEST(ApiKeys, StandForASystemUntilTheyEndAndOverARestart) {
  World world;
  const auto made = world.make(kCad);
  ASSERT_TRUE(made.ok()) << made.error().text();
  EXPECT_EQ(made->key.size(), 64u);
  EXPECT_EQ(world.keys.viewer_of(made->key, kNow), kCad);
  const ApiKeys again = std::move(ApiKeys::open(*world.records).value());
  EXPECT_EQ(again.viewer_of(made->key, kNow + kDay - Duration{1}), kCad);
  EXPECT_FALSE(again.viewer_of(made->key, kNow + kDay).has_value());
  EXPECT_FALSE(again.viewer_of("", kNow).has_value());
  EXPECT_FALSE(again.viewer_of(made->record.digest_hex, kNow).has_value());
}

TEST(ApiKeys, OfPeopleAreNotMade) {
  for (const Role role : kRoles) {
    World world;
    const Viewer viewer{
        .account = "somebody", .role = role, .person_id = "P-1", .unit_id = "U-1", .agency_id = "A-1"};
    const bool system = role == Role::kConnector || role == Role::kRegistrar || role == Role::kAuditor;
    EXPECT_EQ(world.make(viewer).ok(), system) << role_name(role);
  }
}

TEST(ApiKeys, EndWithinAYearAndSayWhoseTheyAre) {
  World world;
  EXPECT_FALSE(world.make(kCad, kApiKeyLongest + Duration{1}).ok());
  EXPECT_FALSE(world.make(kCad, Duration{0}).ok());
  EXPECT_FALSE(world.make({.account = "cad-112", .role = Role::kConnector}).ok()) << "of which agency?";
  EXPECT_TRUE(world.make(kCad, kApiKeyLongest).ok());
  EXPECT_EQ(world.make(kCad).error().code, Code::kConflict) << "the audit trail could not tell them apart";
  EXPECT_EQ(world.keys.all()->front().made_by, "admin-1");
}

TEST(ApiKeys, AreEndedAtOnce) {
  World world;
  const ApiKeys::Made made = world.make(kCad).value();
  EXPECT_EQ(world.keys.end("another").error().code, Code::kNotFound);
  EXPECT_TRUE(world.keys.end(made.record.id).ok());
  EXPECT_FALSE(world.keys.viewer_of(made.key, kNow).has_value());
  EXPECT_TRUE(world.keys.all()->empty());
  EXPECT_TRUE(world.make(kCad).ok()) << "and the name is free again";
}

TEST(Keys, ThatStandForPersonsOpenNothingWhereTheyAreSwitchedOff) {
  const auto records = std::move(store::Records::open(":memory:").value());
  const auto keys = std::move(Keys::open(*records).value());
  for (const Role role : kRoles) {
    const Viewer viewer{
        .account = role_name(role), .role = role, .person_id = "P-1", .unit_id = "U-1", .agency_id = "A-1"};
    const std::string key = *keys->issue(viewer, Time{});
    keys->take_persons(true);
    EXPECT_TRUE(keys->viewer_of_key(key, kNow).has_value()) << role_name(role);
    keys->take_persons(false);
    EXPECT_EQ(keys->viewer_of_key(key, kNow).has_value(), is_of_systems(role)) << role_name(role);
  }
}

}  // namespace
}  // namespace haechi::trust
