// What the api keeps in snapshots: taken up half-way, it is in the end as if it had never been put down.
#include <gtest/gtest.h>

#include "api/access_trail.h"
#include "api/history_index.h"
#include "api/look_ups.h"
#include "base/saved.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "picture/case_book.h"
#include "spine/submit.h"

namespace haechi::api {
namespace {

constexpr int64_t kDayUs = 86'400'000'000;
constexpr int64_t kStartUs = 1'795'000'000'000'000;

struct Kept {
  AccessTrail trail;
  LookUps look_ups;
  HistoryIndex index{4};

  void fold(const spine::Batch& batch) {
    trail.fold(batch);
    look_ups.fold(batch);
    for (const auto& entry : batch.entries) index.fold(entry.no, entry.stamped_at, *entry.fact);
  }
  std::string bytes() const { return saved(trail, look_ups, index); }
};

// Looks at people, devices that change hands, late fixes, and an alarm: of each some on every one of fifty
// days.
spine::Batch day(uint64_t number) {
  spine::Batch batch;
  const auto add = [&](const v1::Fact& fact) -> spine::PublishedEntry& {
    spine::PublishedEntry& entry = batch.entries.emplace_back();
    entry.no = number * 4 + batch.entries.size();
    entry.stamped_at =
        Time{kStartUs + static_cast<int64_t>(number) * kDayUs + static_cast<int64_t>(entry.no)};
    entry.fact = std::make_shared<v1::Fact>(fact);
    return entry;
  };
  const std::string person = "P-" + std::to_string(number % 7);
  v1::Fact access, device, report, tick;
  access.mutable_access_decided()->set_viewer("op-" + std::to_string(number % 3));
  access.mutable_access_decided()->set_viewer_role("control");
  access.mutable_access_decided()->set_action("see_position");
  access.mutable_access_decided()->set_subject_id(person);
  access.mutable_access_decided()->set_allowed(number % 5 != 0);
  add(access);
  device.mutable_device_registered()->set_id("D-1");
  device.mutable_device_registered()->set_person_id(person);
  add(device);
  report.mutable_report_received()->mutable_report()->set_device_id("D-1");
  v1::Fix& fix = *report.mutable_report_received()->mutable_report()->mutable_fix();
  fix.mutable_place()->set_lat_e7(1);
  fix.set_fixed_at_us(kStartUs + static_cast<int64_t>(number % 9) * kDayUs / 24 - kDayUs);
  add(report);
  tick.mutable_clock_ticked();
  auto effect = std::make_shared<v1::Effect>();
  v1::Alert& alert = number % 2 == 0 ? *effect->mutable_raise_alert() : *effect->mutable_clear_alert();
  alert.set_id("A-" + std::to_string(number / 2));
  alert.set_wearer_id(person);
  alert.set_state(number % 2 == 0 ? v1::ALERT_STATE_ACTIVE : v1::ALERT_STATE_CLEARED);
  add(tick).effects.push_back(effect);
  return batch;
}

TEST(WhatTheApiKeeps, IsTheSameWhetherItWasSavedHalfWayOrNot) {
  Kept whole, first, second;
  for (uint64_t number = 0; number < 50; ++number) {
    whole.fold(day(number));
    if (number == 25) {
      ASSERT_TRUE(take_saved(first.bytes(), second.trail, second.look_ups, second.index).ok());
    }
    (number < 25 ? first : second).fold(day(number));
  }
  EXPECT_EQ(second.bytes(), whole.bytes());
  const picture::CaseBook book;
  EXPECT_EQ(second.look_ups.report("", book, Time{}).SerializeAsString(),
            whole.look_ups.report("", book, Time{}).SerializeAsString());
  EXPECT_EQ(second.trail.find({}).SerializeAsString(), whole.trail.find({}).SerializeAsString());
  EXPECT_EQ(second.index.holder("D-1", 30), whole.index.holder("D-1", 30));
  EXPECT_TRUE(second.index.holder("D-1", 30).has_value());
  const Time from{kStartUs - 2 * kDayUs}, to{kStartUs + 60 * kDayUs};
  EXPECT_EQ(second.index.strays(from, to, 1), whole.index.strays(from, to, 1));
  EXPECT_FALSE(second.index.strays(from, to, 1).empty());
}

}  // namespace
}  // namespace haechi::api
