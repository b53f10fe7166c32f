#include "trust/keys.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "haechi/v1/fact.pb.h"
#include "trust/audit.h"
#include "trust/personal.h"

namespace haechi::trust {
namespace {

constexpr Time kNow{1'000};

const Viewer kOfficer{
    .account = "po-1", .role = Role::kProbation, .agency_id = "office-1", .wearer_ids = {"W-1", "W-2"}};

struct World {
  std::unique_ptr<store::Records> records = std::move(store::Records::open(":memory:").value());
  std::unique_ptr<Keys> keys = std::move(Keys::open(*records).value());
};

TEST(Keys, KnowTheViewerOfAnIssuedKeyAndNobodyElse) {
  World world;
  const auto key = world.keys->issue(kOfficer, Time{});
  ASSERT_TRUE(key.ok());
  EXPECT_GE(key->size(), 64u);
  EXPECT_EQ(world.keys->viewer_of_key(*key, kNow), kOfficer);
  EXPECT_FALSE(world.keys->viewer_of_key("", kNow).has_value());
  EXPECT_FALSE(world.keys->viewer_of_key(*key + "0", kNow).has_value());
  EXPECT_FALSE(world.keys->viewer_of_key(key->substr(1), kNow).has_value());
}

TEST(Keys, AreStoredAsDigestOnlyAndReadBackAfterARestart) {
  World world;
  const std::string key = *world.keys->issue(kOfficer, Time{});
  const auto stored = world.records->keys();
  ASSERT_EQ(stored->size(), 1u);
  EXPECT_EQ((*stored)[0].digest_hex, hex(view(sha256(key))));
  const auto reopened = Keys::open(*world.records);
  ASSERT_TRUE(reopened.ok());
  EXPECT_EQ((*reopened)->viewer_of_key(key, kNow), kOfficer);
}

TEST(Keys, EndAtTheirExpiryAndWhenRevoked) {
  World world;
  const std::string key = *world.keys->issue(kOfficer, kNow);
  EXPECT_TRUE(world.keys->viewer_of_key(key, Time{999}).has_value());
  EXPECT_FALSE(world.keys->viewer_of_key(key, kNow).has_value());
  const std::string lasting = *world.keys->issue(kOfficer, Time{});
  ASSERT_TRUE(world.keys->revoke("po-1").ok());
  EXPECT_FALSE(world.keys->viewer_of_key(lasting, kNow).has_value());
  EXPECT_EQ(world.keys->size(), 0u);
  EXPECT_EQ(world.keys->revoke("po-1").error().code, Code::kNotFound);
}

TEST(Keys, RefuseViewersThatDoNotSayWhoTheyAre) {
  World world;
  const auto field = [&](const Viewer& viewer) { return world.keys->issue(viewer, Time{}).error().field; };
  EXPECT_EQ(field({.account = "", .role = Role::kControl}), "account");
  EXPECT_EQ(field({.account = "a", .role = Role::kNone}), "role");
  EXPECT_EQ(field({.account = "a", .role = Role::kProtectedPerson}), "person_id");
  EXPECT_EQ(field({.account = "a", .role = Role::kUnit}), "unit_id");
  EXPECT_EQ(field({.account = "a", .role = Role::kDispatch}), "agency_id");
  EXPECT_EQ(field({.account = "a", .role = Role::kConnector}), "agency_id");
  EXPECT_EQ(world.keys->add("short", kOfficer, Time{}).error().field, "key");
  EXPECT_EQ(world.keys->size(), 0u);
}

TEST(Keys, OfADemonstrationDifferFromEachOther) {
  World world;
  const auto issued = issue_all(*world.keys, {{.account = "c", .role = Role::kControl}, kOfficer});
  ASSERT_TRUE(issued.ok());
  EXPECT_NE((*issued)[0].key, (*issued)[1].key);
  EXPECT_EQ(world.keys->viewer_of_key((*issued)[1].key, kNow), kOfficer);
}

TEST(BearerKey, IsReadFromTheHeaderWhateverTheCaseOfTheScheme) {
  EXPECT_EQ(bearer_key("Bearer abc"), "abc");
  EXPECT_EQ(bearer_key("bEARER abc"), "abc");
  EXPECT_EQ(bearer_key("Bearer "), "");
  EXPECT_EQ(bearer_key("Basic abc"), "");
  EXPECT_EQ(bearer_key(""), "");
}

TEST(Reveal, GivesTheValueOnlyToRolesThatMaySeeRecords) {
  const Personal name("홍길동");
  EXPECT_EQ(*reveal(kOfficer, Purpose::kSupervision, name), "홍길동");
  EXPECT_EQ(reveal(kOfficer, Purpose::kAudit, name).error().code, Code::kForbidden);
  EXPECT_EQ(reveal({.account = "u", .role = Role::kUnit}, Purpose::kResponse, name).error().code,
            Code::kForbidden);
  EXPECT_EQ(reveal(Viewer{}, Purpose::kNone, name).error().code, Code::kForbidden);
}

TEST(AccessDecided, SaysWhoAskedForWhatAndWhatWasShown) {
  const Subject subject{.kind = "position", .id = "", .relations = {.case_link = true}};
  const Decision decision = decide(kOfficer, Action::kSeePosition, subject, Purpose::kSupervision, kNow);
  const auto fact =
      access_decided(kOfficer, Action::kSeePosition, subject, Purpose::kSupervision, decision, {"W-1"});
  const v1::AccessDecided& access = fact->access_decided();
  EXPECT_EQ(access.viewer(), "po-1");
  EXPECT_EQ(access.viewer_role(), "probation");
  EXPECT_EQ(access.viewer_agency(), "office-1");
  EXPECT_EQ(access.action(), "see_position");
  EXPECT_EQ(access.purpose(), "supervision");
  EXPECT_TRUE(access.allowed());
  EXPECT_EQ(access.precision(), "full");
  ASSERT_EQ(access.shown_ids_size(), 1);
  EXPECT_EQ(access.shown_ids(0), "W-1");
}

TEST(Keys, OfAccountsThatBeginSoEndTogetherAndForGood) {
  auto records = std::move(store::Records::open(":memory:").value());
  auto keys = std::move(Keys::open(*records).value());
  const Time now{1};
  const std::string one = *keys->issue(Viewer{.account = "demo-control", .role = Role::kControl}, Time{});
  const std::string two =
      *keys->issue(Viewer{.account = "demo-court", .role = Role::kCourt, .agency_id = "court-1"}, Time{});
  const std::string real = *keys->issue(Viewer{.account = "operator-7", .role = Role::kControl}, Time{});
  EXPECT_EQ(*keys->revoke_like("demo-"), 2u);
  EXPECT_EQ(*keys->revoke_like("demo-"), 0u);
  EXPECT_FALSE(keys->viewer_of_key(one, now));
  EXPECT_FALSE(keys->viewer_of_key(two, now));
  EXPECT_TRUE(keys->viewer_of_key(real, now));
  auto again = std::move(Keys::open(*records).value());
  EXPECT_FALSE(again->viewer_of_key(one, now));
  EXPECT_TRUE(again->viewer_of_key(real, now));
}

}  // namespace
}  // namespace haechi::trust
