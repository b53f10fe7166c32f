// What came to a log after the copy of it that was put back, comes again: engine and picture together.
#include <gtest/gtest.h>

#include "base/archive.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "picture/picture.h"
#include "spine/engine.h"

namespace haechi::spine {
namespace {

constexpr Time kT0{1'800'000'000'000'000};
constexpr Duration kMinute = Duration::seconds(60);
constexpr int32_t kHome = 376'360'000, kAway = 377'000'000;  // the barred place, and one far from it

class AfterRestore : public testing::Test {
 protected:
  AfterRestore() {
    v1::Fact wearer, ankle, zone, order;
    wearer.mutable_person_registered()->set_id("W-1");
    wearer.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    step(wearer);
    ankle.mutable_device_registered()->set_id("D-1");
    ankle.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
    ankle.mutable_device_registered()->set_person_id("W-1");
    step(ankle);
    zone.mutable_zone_registered()->set_id("Z-1");
    v1::Circle& circle = *zone.mutable_zone_registered()->mutable_shape()->mutable_circle();
    circle.mutable_centre()->set_lat_e7(kHome);
    circle.mutable_centre()->set_lng_e7(1'272'165'000);
    circle.set_radius_mm(500'000);
    step(zone);
    v1::Order& law = *order.mutable_order_registered();
    law.set_id("O-1");
    law.set_version(1);
    law.set_kind("ST_PROV_3_2");
    law.set_legal_basis("Stalking Act 9(1)3-2");
    law.set_wearer_id("W-1");
    law.set_starts_at_us(kT0.us - 1);
    law.add_conditions()->set_id("c-1");
    law.mutable_conditions(0)->mutable_exclusion()->set_zone_id("Z-1");
    step(order);
    now_ = kT0 + kMinute;
    report(kT0 + kMinute, kAway);
    // Here the copy was made. What follows until it is put back an hour later is lost.
    now_ = kT0 + kMinute * 61;
    v1::Fact started, older;
    started.mutable_process_started()->set_names_by_subject(true);
    step(started);
    older.mutable_node_condition()->set_kind(v1::NodeCondition::OLDER_LOG);
    older.mutable_node_condition()->set_seen_entry_no(1'000);
    step(older);
  }

  void step(const v1::Fact& fact) {
    now_ = std::max(now_, stamp_ + Duration{1});
    stamp_ = now_;
    effects_ = engine_->step({++no_, stamp_, fact});
    picture_.fold(no_, stamp_, fact, effects_);
  }
  v1::Fact reported(Time fixed_at, int32_t lat_e7) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_protocol("mqtt-signed");
    received.set_received_at_us(now_.us);
    v1::Report& report = *received.mutable_report();
    report.set_device_id("D-1");
    report.set_epoch(1);
    report.set_seq(++seq_);
    v1::Fix& fix = *report.mutable_fix();
    fix.mutable_place()->set_lat_e7(lat_e7);
    fix.mutable_place()->set_lng_e7(1'272'165'000);
    fix.set_fixed_at_us(fixed_at.us);
    fix.set_accuracy_mm(5'000);
    fix.set_source(v1::FIX_SOURCE_GNSS);
    return fact;
  }
  void report(Time fixed_at, int32_t lat_e7) { step(reported(fixed_at, lat_e7)); }
  size_t rung(v1::AlertKind kind = v1::ALERT_KIND_EXCLUSION) const {
    size_t alerts = 0;
    for (const auto& effect : effects_) alerts += effect->raise_alert().kind() == kind;
    return alerts;
  }
  uint32_t holder() const { return *picture_.positions().find_person("W-1"); }
  v1::LivePosition live() const { return *picture_.positions().live(holder()); }
  int points() const { return picture_.positions().track(holder(), Time{0}).points_size(); }

  std::unique_ptr<Engine> engine_ = std::make_unique<Engine>(0);
  picture::Picture picture_;
  std::vector<std::shared_ptr<const v1::Effect>> effects_;
  Time now_ = kT0, stamp_;
  uint64_t no_ = 0, seq_ = 0;
};

TEST_F(AfterRestore, AReportThatWasCapturedBeforeIsNotTakenForALiveOne) {
  const int64_t place_us = live().fix().fixed_at_us(), heard_us = live().heard_at_us();
  for (int minute = 2; minute < 60; ++minute) {
    report(kT0 + kMinute * minute, kHome);
    EXPECT_EQ(rung(), 0u) << "he is not there now";
  }
  EXPECT_EQ(live().fix().fixed_at_us(), place_us);
  EXPECT_EQ(live().heard_at_us(), heard_us) << "it is no sign of life";
}

TEST_F(AfterRestore, ItIsKeptAsThePast) {
  const int before = points();
  report(kT0 + kMinute * 5, kHome);
  EXPECT_EQ(points(), before + 1);
}

TEST_F(AfterRestore, WhatTheDeviceSaysFromThenOnCountsAsEver) {
  now_ = now_ + kMinute;
  report(now_, kHome);
  EXPECT_EQ(rung(), 1u);
  EXPECT_EQ(live().fix().place().lat_e7(), kHome);
}

TEST_F(AfterRestore, ACryForHelpOfTheHourBetweenIsHeard) {
  v1::Fact cut = reported(kT0 + kMinute * 59, kAway);
  cut.mutable_report_received()->mutable_report()->add_events(v1::DEVICE_EVENT_STRAP_CUT);
  step(cut);
  EXPECT_EQ(rung(v1::ALERT_KIND_STRAP_CUT), 1u)
      << "a true one cannot be told from an old one, and is the dearer to miss";
}

TEST_F(AfterRestore, AStrapThatIsSaidToBeClosedAgainClosesNothing) {
  now_ = now_ + kMinute;
  v1::Fact cut = reported(now_, kAway), closed = reported(kT0 + kMinute * 59, kAway);
  cut.mutable_report_received()->mutable_report()->add_events(v1::DEVICE_EVENT_STRAP_CUT);
  step(cut);
  ASSERT_EQ(rung(v1::ALERT_KIND_STRAP_CUT), 1u);
  closed.mutable_report_received()->mutable_report()->add_events(v1::DEVICE_EVENT_STRAP_CLOSED);
  step(closed);
  EXPECT_TRUE(effects_.empty());
}

TEST_F(AfterRestore, AnEngineThatWasSavedAndLoadedKnowsTheFence) {
  Writer out;
  engine_->save(out);
  const std::string bytes = out.take();
  auto other = std::make_unique<Engine>(0);
  Reader in(bytes);
  other->load(in);
  ASSERT_TRUE(in.done());
  engine_ = std::move(other);
  report(kT0 + kMinute * 30, kHome);
  EXPECT_EQ(rung(), 0u);
}

}  // namespace
}  // namespace haechi::spine
