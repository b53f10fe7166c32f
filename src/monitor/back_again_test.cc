// We come back after hours, and everything that happened meanwhile is told at once: it is judged, it rings as
// past, and nobody is sent for what is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

constexpr int64_t kHours = 3'600;

struct Back {
  Back() {
    world.jurisdiction("j-1", "station-1", -50'000, 50'000);
    world.wearer("w-1");
    world.protected_person("p-1");
    world.submit_order(world.keep_away_order("o-1", "w-1", "p-1"));
    for (int i = 0; i < 4; ++i) {
      world.report("w-1", at_m(30'000, 0));
      world.report("p-1", at_m(0, 0));
      world.pass(15);
    }
    down_at = world.now();
    world.be_down(13 * kHours);
  }
  // What the device kept: once a minute where he was, with her from the sixth to the seventh hour.
  void backlog() {
    for (int64_t s = 60; s <= 13 * kHours - 60; s += 60) {
      const Time at = down_at + Duration::seconds(s);
      const bool with_her = s > 6 * kHours && s < 7 * kHours;
      stored("w-1", with_her ? at_m(30, 0) : at_m(east_m_when_away(s), 0), at);
      stored("p-1", at_m(0, 0), at);
    }
  }
  // He drives to her and away again at 50 km/h.
  static double east_m_when_away(int64_t s) {
    const int64_t away_s = s < 6 * kHours ? 6 * kHours - s : s - 7 * kHours;
    return std::min(30'000.0, 30.0 + 14.0 * static_cast<double>(away_s));
  }
  void stored(const std::string& id, geo::Place place, Time at) {
    world.report(id, place, [at](v1::Report& report) {
      report.mutable_fix()->set_fixed_at_us(at.us);
      report.set_stored(true);
    });
  }
  int notices() const { return static_cast<int>(world.of(v1::Effect::kNotifyProtected).size()); }

  World world;
  Time down_at;
};

TEST(ThirteenHoursLost, WhatIsOverRingsAsLateAndPagesNeitherThePoliceNorHer) {
  Back back;
  back.backlog();
  back.world.pass(5);
  EXPECT_THAT(back.world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  for (const v1::Alert& alert : back.world.raised()) {
    EXPECT_TRUE(alert.late()) << v1::AlertKind_Name(alert.kind());
    EXPECT_LT(alert.happened_at_us(), (back.down_at + Duration::seconds(7 * kHours)).us);
  }
  EXPECT_THAT(back.world.of(v1::Effect::kSendHandOff), IsEmpty());
  EXPECT_EQ(back.notices(), 0);
}

TEST(ThirteenHoursLost, WhatHappensNowIsHandedOffThoughTheBacklogIsNotYetTold) {
  Back back;
  back.world.report("w-1", at_m(40, 0));
  back.world.report("p-1", at_m(0, 0));
  back.world.pass(15);
  back.world.report("w-1", at_m(40, 0));
  back.world.pass(15);
  EXPECT_THAT(back.world.raised_kinds(), Contains(v1::ALERT_KIND_KEEP_AWAY));
  EXPECT_FALSE(back.world.of(v1::Effect::kSendHandOff).empty());
  EXPECT_GT(back.notices(), 0);
  const auto sent = back.world.of(v1::Effect::kSendHandOff).size();
  back.backlog();
  EXPECT_EQ(back.world.hand_off_ids().size(), 1u) << "one call, of now";
  EXPECT_GE(back.world.of(v1::Effect::kSendHandOff).size(), sent);
}

TEST(ThirteenHoursLost, ACallForHelpOfThatTimeIsAnsweredWhenItComes) {
  Back back;
  back.world.report("p-1", at_m(0, 0), [&](v1::Report& report) {
    report.mutable_fix()->set_fixed_at_us((back.down_at + Duration::seconds(2 * kHours)).us);
    report.set_stored(true);
    report.add_events(v1::DEVICE_EVENT_SOS);
  });
  EXPECT_THAT(back.world.raised_kinds(), Contains(v1::ALERT_KIND_SOS));
}

}  // namespace
}  // namespace haechi::monitor
