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
  // As it is told last.
  v1::Alert sos() const {
    for (const v1::Alert& alert : world_.raised())
      if (alert.kind() == v1::ALERT_KIND_SOS) return world_.alert(alert.id());
    return {};
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

TEST_F(Trails, SheIsWhereTheDeviceIsThatHasMovedSinceTheOtherWasLeftBehind) {
  for (const bool watch_moves : {true, false}) {
    report(20'000, 0, 0, 60);
    for (double at = 0; at <= 3'000; at += 150) report(20'000, watch_moves ? 0 : at, watch_moves ? at : 0);
    report(20'000, watch_moves ? 0 : 3'000, watch_moves ? 3'000 : 0, 8);
    world_.event("p-1", v1::DEVICE_EVENT_SOS);
    const v1::Alert sos = this->sos();
    EXPECT_LT(geo::distance_mm(law::place_of(sos.place()), at_m(3'000, 0)), 200'000) << watch_moves;
    for (double at = 3'000; at > 0; at -= 150) report(20'000, watch_moves ? 0 : at, watch_moves ? at : 0);
  }
}

TEST_F(Trails, SheIsWhereTheDeviceIsThatIsHeard) {
  report(20'000, 0, 0, 20);
  for (double at = 0; at <= 1'500; at += 150) {
    world_.report("watch", at_m(at, 0));
    world_.pass(15);
  }
  world_.event("watch", v1::DEVICE_EVENT_SOS);
  EXPECT_LT(geo::distance_mm(law::place_of(sos().place()), at_m(1'500, 0)), 200'000);
}

}  // namespace
}  // namespace haechi::monitor
