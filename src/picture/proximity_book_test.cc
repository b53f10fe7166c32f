#include "picture/proximity_book.h"

#include <gtest/gtest.h>

#include "picture/picture.h"

namespace haechi::picture {
namespace {

constexpr int64_t kS = 1'000'000;
constexpr int64_t kStart = 1'700'000'000 * kS;
constexpr int32_t kMetreE7 = 90;  // of latitude, nearly

class ProximityTest : public ::testing::Test {
 protected:
  ProximityTest() {
    for (const auto& [id, role] :
         {std::pair("W1", v1::ROLE_WEARER), std::pair("P1", v1::ROLE_PROTECTED_PERSON)}) {
      v1::Fact fact;
      fact.mutable_person_registered()->set_id(id);
      fact.mutable_person_registered()->set_role(role);
      fold(fact);
    }
    device("D1", "W1", v1::DEVICE_KIND_ANKLE);
    device("D2", "P1", v1::DEVICE_KIND_PHONE);
  }
  void fold(const v1::Fact& fact, const Effects& effects = {}) {
    ++no_;
    picture_.fold(no_, Time{kStart + static_cast<int64_t>(no_)}, fact, effects);
  }
  void device(const char* id, const char* person_id, v1::DeviceKind kind) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(id);
    fact.mutable_device_registered()->set_kind(kind);
    fact.mutable_device_registered()->set_person_id(person_id);
    fold(fact);
  }
  void report(const char* device_id, int64_t second, int32_t north_m) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(kStart + second * kS);
    received.mutable_report()->set_device_id(device_id);
    v1::Fix& fix = *received.mutable_report()->mutable_fix();
    fix.set_fixed_at_us(kStart + second * kS);
    fix.mutable_place()->set_lat_e7(370'000'000 + north_m * kMetreE7);
    fix.mutable_place()->set_lng_e7(1'270'000'000);
    fix.set_accuracy_mm(5'000);
    fold(fact);
  }
  void incident(int64_t closed_at_us = 0) {
    auto effect = std::make_shared<v1::Effect>();
    v1::Incident& incident =
        closed_at_us == 0 ? *effect->mutable_open_incident() : *effect->mutable_close_incident();
    incident.set_id("I1");
    incident.set_wearer_id("W1");
    incident.add_protected_ids("P1");
    incident.set_closed_at_us(closed_at_us);
    v1::Fact tick;
    tick.mutable_clock_ticked();
    fold(tick, {effect});
  }
  std::vector<v1::ProximityPoint> points() {
    const v1::ProximitySeries series = picture_.proximity_book().series("I1");
    return {series.points().begin(), series.points().end()};
  }
  Picture picture_;
  uint64_t no_ = 0;
};

TEST_F(ProximityTest, BeginsWithWhatWasKnownWhenTheIncidentOpenedAndFollowsBoth) {
  report("D1", 0, 2'000);
  report("D2", 1, 0);
  incident();
  ASSERT_EQ(points().size(), 1u);
  EXPECT_NEAR(static_cast<double>(points()[0].distance_mm()), 2'000'000, 5'000);
  EXPECT_FALSE(points()[0].closing_known());
  for (int second = 10; second <= 60; second += 10) report("D1", second, 2'000 - 10 * second);
  const auto all = points();
  ASSERT_EQ(all.size(), 7u);
  EXPECT_NEAR(static_cast<double>(all.back().distance_mm()), 1'400'000, 5'000);
  EXPECT_TRUE(all.back().closing_known());
  EXPECT_NEAR(all.back().closing_mmps(), 10'000, 200);
  EXPECT_EQ(all.back().at_us(), kStart + 60 * kS);
  EXPECT_EQ(all.back().protected_id(), "P1");
  EXPECT_GT(all.back().sigma_mm(), 0u);
}

TEST_F(ProximityTest, EndsWithTheIncidentAndIsKept) {
  report("D1", 0, 500);
  report("D2", 0, 0);
  incident();
  report("D1", 10, 400);
  incident(kStart + 11 * kS);
  report("D1", 20, 300);
  EXPECT_EQ(points().size(), 2u);
}

TEST_F(ProximityTest, LeavesOutWhatAnOldReportSaysAndThePhoneHeLeftAtHome) {
  device("D3", "W1", v1::DEVICE_KIND_PHONE);
  report("D1", 100, 500);
  report("D2", 100, 0);
  incident();
  report("D1", 50, 9'000);
  report("D3", 110, 9'000);
  EXPECT_EQ(points().size(), 1u);
}

TEST_F(ProximityTest, ThinsALongIncidentEvenlyWithinItsBound) {
  report("D1", 0, 500);
  report("D2", 0, 0);
  incident();
  for (int second = 1; second <= 5'000; ++second) report("D1", second, 500 + second % 7);
  const v1::ProximitySeries series = picture_.proximity_book().series("I1");
  EXPECT_LE(series.points_size(), static_cast<int>(kProximityPointsMax));
  EXPECT_GT(series.points_size(), static_cast<int>(kProximityPointsMax / 4));
  EXPECT_TRUE(series.thinned());
  EXPECT_EQ(series.points(0).at_us(), kStart);
  EXPECT_EQ(series.points(series.points_size() - 1).at_us(), kStart + 5'000 * kS);
}

}  // namespace
}  // namespace haechi::picture
