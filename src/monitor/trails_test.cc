// Two devices of one person in two places.
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

class Trails : public ::testing::Test {
 protected:
  Trails() {
    world_.wearer("w-1");
    world_.protected_person("p-1");
    v1::Fact watch;
    watch.mutable_device_registered()->set_id("d-watch");
    watch.mutable_device_registered()->set_kind(v1::DEVICE_KIND_WATCH);
    watch.mutable_device_registered()->set_person_id("p-1");
    watch.mutable_device_registered()->set_interval_s(15);
    world_.submit(watch);
    world_.submit_order(world_.keep_away_order("o-1", "w-1", "p-1"));
  }
  // Everybody reports, every 15 s: he at `his`, her phone and her watch so many metres east.
  void report(double his, double phone, double watch, int64_t times = 1) {
    for (int64_t i = 0; i < times; ++i) {
      world_.report("p-1", at_m(phone, 0));
      world_.report("watch", at_m(watch, 0));
      world_.report("w-1", at_m(his, 0));
      world_.pass(15);
    }
  }
  bool rang() const {
    for (const v1::AlertKind kind : world_.raised_kinds())
      if (kind == v1::ALERT_KIND_KEEP_AWAY) return true;
    return false;
  }
  bool cleared() const {
    for (const v1::Alert& alert : world_.cleared())
      if (alert.kind() == v1::ALERT_KIND_KEEP_AWAY) return true;
    return false;
  }

  World world_;
};

TEST_F(Trails, RingsWhenTheWatchIsNearHimAndThePhoneLiesAtHome) {
  report(5'000, 0, 0, 40);
  for (double at = 0; at < 5'000; at += 150) report(5'000, 0, at);
  EXPECT_TRUE(rang());
}

TEST_F(Trails, RingsWhenThePhoneIsNearHimAndTheWatchLiesAtHome) {
  report(5'000, 0, 0, 40);
  for (double at = 0; at < 5'000; at += 150) report(5'000, at, 0);
  EXPECT_TRUE(rang());
}

TEST_F(Trails, RingsWhenHeComesToHerPhoneAtHomeThoughHerWatchIsElsewhere) {
  report(-5'000, 0, 0, 40);
  for (double at = 0; at < 5'000; at += 150) report(-5'000, 0, at);
  report(-5'000, 0, 5'000, 60);
  ASSERT_FALSE(rang());
  for (double at = -5'000; at <= -50; at += 150) report(at, 0, 5'000);
  EXPECT_TRUE(rang());
}

TEST_F(Trails, DoesNotClearWhileEitherDeviceIsNearHim) {
  report(5'000, 0, 0, 40);
  for (double at = 0; at < 5'000; at += 150) report(5'000, 0, at);
  report(5'000, 0, 5'000, 200);
  ASSERT_TRUE(rang());
  EXPECT_FALSE(cleared());
}

TEST_F(Trails, ClearsWhenAllHerDevicesHaveLeft) {
  report(5'000, 0, 0, 40);
  for (double at = 0; at < 5'000; at += 150) report(5'000, 0, at);
  for (double at = 5'000; at > 0; at -= 150) report(5'000, 0, at);
  report(5'000, 0, 0, 40);
  ASSERT_TRUE(rang());
  EXPECT_TRUE(cleared());
}

TEST_F(Trails, SaysNothingOfADeviceThatWasTakenFromHer) {
  report(5'000, 0, 0, 40);
  v1::Fact retired;
  retired.mutable_device_registered()->set_id("d-watch");
  retired.mutable_device_registered()->set_kind(v1::DEVICE_KIND_WATCH);
  retired.mutable_device_registered()->set_person_id("p-1");
  retired.mutable_device_registered()->set_retired(true);
  world_.submit(retired);
  for (double at = 0; at < 5'000; at += 150) report(5'000, 0, at);
  EXPECT_FALSE(rang());
}

}  // namespace
}  // namespace haechi::monitor
