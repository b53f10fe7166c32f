#include "picture/approach.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

constexpr int64_t kS = 1'000'000;
constexpr int64_t kStart = 1'700'000'000 * kS;
constexpr geo::Place kHim{371'000'000, 1'270'000'000};

geo::Place from_him(int64_t east_m, int64_t north_m) {
  return geo::moved(kHim, {east_m * 1000, north_m * 1000});
}

class ApproachTest : public ::testing::Test {
 protected:
  ApproachTest() {
    v1::Fact person, unit;
    person.mutable_person_registered()->set_id("W1");
    person.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    fold(person);
    unit.mutable_unit_registered()->set_id("U1");
    unit.mutable_unit_registered()->set_speed_mmps(10'000);
    fold(unit);
    for (const char* id : {"D-W1", "D-U1"}) {
      v1::Fact device;
      v1::Device& body = *device.mutable_device_registered();
      body.set_id(id);
      body.set_kind(v1::DEVICE_KIND_PHONE);
      body.set_interval_s(10);
      if (id[2] == 'W') {
        body.set_person_id("W1");
      } else {
        body.set_unit_id("U1");
      }
      fold(device);
    }
    access_.set_unit_id("U1");
    access_.set_call_id("C1");
    access_.set_person_id("W1");
    access_.set_target(v1::TARGET_WEARER);
  }
  void fold(const v1::Fact& fact) { picture_.fold(++no_, Time{kStart}, fact, {}); }
  void fix(const std::string& holder, int64_t at_s, geo::Place place, uint32_t accuracy_mm = 4'000,
           v1::FixSource source = v1::FIX_SOURCE_GNSS, bool mocked = false) {
    v1::Fact fact;
    fact.mutable_report_received()->set_received_at_us(kStart + at_s * kS);
    v1::Report& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id("D-" + holder);
    v1::Fix& body = *report.mutable_fix();
    body.set_fixed_at_us(kStart + at_s * kS);
    body.mutable_place()->set_lat_e7(place.lat_e7);
    body.mutable_place()->set_lng_e7(place.lng_e7);
    body.set_accuracy_mm(accuracy_mm);
    body.set_source(source);
    body.set_mocked(mocked);
    fold(fact);
  }
  // He stands; the unit comes from the west so fast, both heard of every 10 s for a minute.
  v1::Trend trend_at(int64_t metres_per_s, uint32_t accuracy_mm = 4'000,
                     v1::FixSource source = v1::FIX_SOURCE_GNSS) {
    for (int64_t s = 0; s <= 60; s += 10) {
      fix("W1", s, kHim, accuracy_mm, source);
      fix("U1", s, from_him(-5'000 + metres_per_s * s, 0));
    }
    return approach(picture_, access_)->trend();
  }

  Picture picture_;
  v1::TrackAccess access_;
  uint64_t no_ = 0;
};

TEST_F(ApproachTest, IsNothingWhileEitherPlaceIsUnknownOrMadeUp) {
  EXPECT_FALSE(approach(picture_, access_));
  fix("W1", 0, kHim);
  EXPECT_FALSE(approach(picture_, access_));
  fix("U1", 0, from_him(-300, 0));
  EXPECT_TRUE(approach(picture_, access_));
  fix("U1", 10, from_him(-200, 0), 4'000, v1::FIX_SOURCE_GNSS, true);
  EXPECT_FALSE(approach(picture_, access_)) << "an app made it up";
}

TEST_F(ApproachTest, SaysHowFarWhereToAndHowSure) {
  fix("W1", 3, kHim, 4'000);
  fix("U1", 5, from_him(-300, -400), 3'000);
  const v1::Approach out = *approach(picture_, access_);
  EXPECT_EQ(out.unit_id(), "U1");
  EXPECT_EQ(out.call_id(), "C1");
  EXPECT_EQ(out.person_id(), "W1");
  EXPECT_EQ(out.target(), v1::TARGET_WEARER);
  EXPECT_EQ(out.distance_m(), 500u);
  EXPECT_EQ(out.direction_deg(), 37u) << "north-east, a little north of it";
  EXPECT_EQ(out.accuracy_m(), 5u);
  EXPECT_EQ(out.person_fixed_at_us(), kStart + 3 * kS);
  EXPECT_EQ(out.unit_fixed_at_us(), kStart + 5 * kS);
  EXPECT_EQ(out.eta_s(), 65u) << "1.3 times 500 m at 10 m/s, as the desk estimates";
  EXPECT_EQ(out.trend(), v1::TREND_UNKNOWN) << "one fix each shows no movement";
}

TEST_F(ApproachTest, NorthIsZeroAndNever360) {
  fix("W1", 0, kHim);
  fix("U1", 0, from_him(1, -1'000));
  const v1::Approach out = *approach(picture_, access_);
  EXPECT_EQ(out.direction_deg(), 0u);
  EXPECT_TRUE(out.has_direction_deg());
}

TEST_F(ApproachTest, ClaimsNoAccuracyThatADeviceDidNotState) {
  fix("W1", 0, kHim, 0);
  fix("U1", 0, from_him(-300, 0));
  EXPECT_EQ(approach(picture_, access_)->accuracy_m(), 0u);
}

TEST_F(ApproachTest, ComesNearer) {
  EXPECT_EQ(trend_at(10), v1::TREND_APPROACHING);
}
TEST_F(ApproachTest, GoesAway) {
  EXPECT_EQ(trend_at(-2), v1::TREND_RECEDING);
}
TEST_F(ApproachTest, StandsStill) {
  EXPECT_EQ(trend_at(0), v1::TREND_STEADY);
}
TEST_F(ApproachTest, DoesNotReadAMovementOutOfNoise) {
  EXPECT_EQ(trend_at(1, 30'000), v1::TREND_STEADY) << "30 m in half a minute, with fixes 30 m wide";
}
TEST_F(ApproachTest, DoesNotCallItStandingWhenNoiseHidesTheMovement) {
  EXPECT_EQ(trend_at(3, 500'000, v1::FIX_SOURCE_CELL), v1::TREND_UNKNOWN);
}

TEST_F(ApproachTest, SeesAMovementBetweenFixesOfUnequalRhythm) {
  fix("W1", 0, kHim);
  fix("W1", 60, kHim);
  for (int64_t s = 0; s <= 57; s += 3) fix("U1", s, from_him(-5'000 + 10 * s, 0));
  EXPECT_EQ(approach(picture_, access_)->trend(), v1::TREND_APPROACHING);
}

TEST_F(ApproachTest, KnowsNoTrendAcrossASilence) {
  for (int64_t s = 0; s <= 40; s += 10) fix("W1", s, kHim);
  for (int64_t s = 0; s <= 300; s += 10) fix("U1", s, from_him(-5'000 + 10 * s, 0));
  EXPECT_EQ(approach(picture_, access_)->trend(), v1::TREND_UNKNOWN) << "his place is four minutes older";
  fix("W1", 300, kHim);
  EXPECT_EQ(approach(picture_, access_)->trend(), v1::TREND_UNKNOWN)
      << "where he was half a minute ago is not known";
}

TEST_F(ApproachTest, AReportWithoutAPlaceIsHeardAndMovesNobody) {
  fix("W1", 0, kHim);
  v1::Fact fact;
  fact.mutable_report_received()->set_received_at_us(kStart + 9 * kS);
  fact.mutable_report_received()->mutable_report()->set_device_id("D-W1");
  EXPECT_FALSE(picture_.fold(++no_, Time{kStart}, fact, {}));
  ASSERT_TRUE(picture_.heard());
  EXPECT_EQ(picture_.positions().id(*picture_.heard()), "W1");
  EXPECT_EQ(picture_.positions().live(*picture_.heard())->heard_at_us(), kStart + 9 * kS);
}

TEST_F(ApproachTest, IsOfNobodyWhereEitherIsUnknownUnheardOrFaked) {
  const auto of = [this](const char* unit_id, const char* person_id) {
    v1::TrackAccess access = access_;
    access.set_unit_id(unit_id);
    access.set_person_id(person_id);
    return approach(picture_, access).has_value();
  };
  EXPECT_FALSE(of("U1", "W1")) << "neither has been heard";
  fix("U1", 0, from_him(-500, 0));
  EXPECT_FALSE(of("U1", "W1")) << "he has not";
  fix("W1", 0, kHim);
  EXPECT_TRUE(of("U1", "W1"));
  EXPECT_FALSE(of("U9", "W1"));
  EXPECT_FALSE(of("U1", "W9"));
  fix("U1", 10, from_him(-400, 0), 4'000, v1::FIX_SOURCE_GNSS, true);
  EXPECT_FALSE(of("U1", "W1")) << "of a car whose place is made up nothing is said";
  fix("U1", 20, from_him(-300, 0));
  fix("W1", 20, kHim, 4'000, v1::FIX_SOURCE_GNSS, true);
  EXPECT_FALSE(of("U1", "W1"));
}

TEST_F(ApproachTest, SaysNoAccuracyWhereOneOfTheTwoStatesNone) {
  fix("U1", 0, from_him(-500, 0));
  fix("W1", 0, kHim, 0);
  EXPECT_EQ(approach(picture_, access_)->accuracy_m(), 0u);
  fix("W1", 10, kHim);
  EXPECT_EQ(approach(picture_, access_)->accuracy_m(), 6u);
  fix("U1", 10, from_him(-500, 0), 0);
  EXPECT_EQ(approach(picture_, access_)->accuracy_m(), 0u);
}

}  // namespace
}  // namespace haechi::picture
