#include "picture/past_alerts.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

v1::Alert alert(const std::string& id, int64_t opened_s = 1'773'446'400) {
  v1::Alert made;
  made.set_id(id);
  made.set_wearer_id("w-1");
  made.set_protected_id("p-1");
  made.set_kind(v1::ALERT_KIND_KEEP_AWAY);
  made.set_opened_at_us(opened_s * 1'000'000);
  made.set_reason_code("DRILL");
  return made;
}

TEST(PastAlerts, KeepEveryOneThatNamesAProtectedPersonAndOfTheOthersTheNewest) {
  PastAlerts past;
  const auto of_nobody = [](size_t i) {
    v1::Alert made = alert("n-" + std::to_string(i));
    made.clear_protected_id();
    return made;
  };
  for (size_t i = 0; i < kPastAlertsMax + 3; ++i) {
    past.opened(i + 1, alert("a-" + std::to_string(i)));
    past.opened(i + 1, of_nobody(i));
  }
  const PastAlerts::Of* of = past.of("w-1");
  ASSERT_NE(of, nullptr);
  EXPECT_EQ(of->alerts.size(), 2 * kPastAlertsMax + 3);
  EXPECT_EQ(of->alerts.front().id(), "a-0");
  EXPECT_EQ(of->alerts[4].id(), "n-3") << "three went";
  EXPECT_EQ(past.tallies().size(), 2 * (kPastAlertsMax + 3)) << "all are counted";
  past.changed(of_nobody(0));
  EXPECT_EQ(of->alerts.size(), 2 * kPastAlertsMax + 3) << "what was dropped is not taken in again";
}

TEST(PastAlerts, SayHowItCameOutOnlyOnceSomebodySaidSo) {
  PastAlerts past;
  past.opened(7, alert("a-1"));
  EXPECT_EQ(past.of("w-1")->alerts[0].outcome(), "");
  v1::Alert resolved = alert("a-1");
  resolved.set_handling(v1::ALERT_HANDLING_RESOLVED);
  past.changed(resolved);
  EXPECT_EQ(past.of("w-1")->alerts[0].outcome(), "DRILL");
  EXPECT_EQ(past.of("w-1")->alerts[0].entry_no(), 7u) << "of the entry that opened it";
}

TEST(PastAlerts, RememberWhenTheFirstUnitWasSentAndTheFirstArrived) {
  PastAlerts past;
  past.opened(1, alert("a-1"));
  v1::Call call;
  call.set_agency_id("g-1");
  call.add_alert_ids("a-1");
  call.add_assignments()->set_assigned_at_us(50);
  call.add_assignments()->set_assigned_at_us(40);
  past.put(call);
  call.mutable_assignments(0)->set_arrived_at_us(90);
  call.mutable_assignments(1)->set_assigned_at_us(30);
  past.put(call);
  EXPECT_EQ(past.of("w-1")->alerts[0].assigned_at_us(), 40) << "as first told";
  EXPECT_EQ(past.of("w-1")->alerts[0].on_scene_at_us(), 90);
  EXPECT_EQ(past.of("w-1")->alerts[0].agency_id(), "g-1");
}

TEST(PastAlerts, CountHowEachCameOutAndHowLongItTook) {
  PastAlerts past;
  v1::Alert first = alert("a-1");
  first.set_happened_at_us(10'000);
  past.opened(1, first);
  EXPECT_EQ(past.tallies()[0].assigned_ms, -1);
  v1::Call call;
  call.set_agency_id("g-1");
  call.add_alert_ids("a-1");
  call.add_assignments()->set_assigned_at_us(45'000);
  past.put(call);
  first.set_handling(v1::ALERT_HANDLING_RESOLVED);
  first.set_reason_code("EQUIPMENT");
  past.changed(first);
  const PastAlerts::Tally& tally = past.tallies()[0];
  EXPECT_EQ(tally.assigned_ms, 35);
  EXPECT_EQ(tally.on_scene_ms, -1);
  EXPECT_EQ(past.id(tally.agency), "g-1");
  EXPECT_TRUE(tally.resolved && tally.is_false);
}

}  // namespace
}  // namespace haechi::picture
