#include "picture/device_book.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

v1::Device device(const char* id, v1::DeviceKind kind, const char* person_id, bool retired = false) {
  v1::Device out;
  out.set_id(id);
  out.set_kind(kind);
  out.set_person_id(person_id);
  out.set_retired(retired);
  return out;
}

v1::ReportReceived received(const char* device_id, int64_t at_us) {
  v1::ReportReceived out;
  out.set_received_at_us(at_us);
  out.mutable_report()->set_device_id(device_id);
  return out;
}

TEST(DeviceBook, KnowsWhoHoldsWhatThroughHandoversAndRetirement) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  book.put(device("D-2", v1::DEVICE_KIND_WATCH, "P-1"));
  EXPECT_EQ(book.of_person("P-1"), (std::vector<std::string>{"D-1", "D-2"}));
  EXPECT_TRUE(book.holds_kind("P-1", v1::DEVICE_KIND_WATCH));
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-2"));
  book.put(device("D-2", v1::DEVICE_KIND_WATCH, "P-1", true));
  EXPECT_TRUE(book.of_person("P-1").empty());
  EXPECT_EQ(book.of_person("P-2"), std::vector<std::string>{"D-1"});
  EXPECT_FALSE(book.holds_kind("P-1", v1::DEVICE_KIND_WATCH));
}

TEST(DeviceBook, KeepsTheNewestOfWhatADeviceSaidOfItself) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  v1::ReportReceived first = received("D-1", 1'000);
  first.mutable_report()->set_battery_percent(80);
  first.mutable_report()->add_events(v1::DEVICE_EVENT_SOS);
  first.mutable_health()->set_location_off(true);
  book.report(1, first, {});
  v1::ReportReceived backlog = received("D-1", 2'000);
  backlog.mutable_report()->set_stored(true);
  backlog.mutable_report()->set_battery_percent(95);
  backlog.mutable_report()->set_sent_at_us(500);
  backlog.mutable_report()->add_events(v1::DEVICE_EVENT_FALL);
  book.report(2, backlog, {});
  const v1::DeviceHealth health = book.health("D-1");
  EXPECT_EQ(health.heard_at_us(), 2'000);
  EXPECT_EQ(health.battery_percent(), 80u) << "what was kept and sent later says nothing about now";
  EXPECT_EQ(health.last_event(), v1::DEVICE_EVENT_SOS) << "the fall happened before";
  EXPECT_TRUE(health.phone().location_off());
  EXPECT_EQ(health.phone_at_us(), 1'000);
  EXPECT_EQ(book.health("D-77").heard_at_us(), 0);
}

TEST(DeviceBook, TakesNoDeviceForConnectedAfterARestart) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_ANKLE, "W-1"));
  v1::DeviceConnectionChanged changed;
  changed.set_device_id("D-1");
  changed.set_connected(true);
  book.connection(Time{5}, changed);
  EXPECT_TRUE(book.health("D-1").connected());
  book.restarted(Time{9});
  EXPECT_FALSE(book.health("D-1").connected());
  EXPECT_EQ(book.health("D-1").connection_changed_at_us(), 9);
}

TEST(DeviceBook, IsNotLedAstrayByAClockThatRunsAhead) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  v1::ReportReceived ahead = received("D-1", 1'000);
  ahead.mutable_report()->mutable_fix()->mutable_place()->set_lat_e7(1);
  ahead.mutable_report()->mutable_fix()->set_fixed_at_us(9'000'000);
  book.report(1, ahead, {});
  EXPECT_EQ(book.health("D-1").fixed_at_us(), 1'000);
}

TEST(DeviceBook, RemembersTheAlertOfACallForHelpUnderItsFirstEntry) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  const auto rung = std::make_shared<v1::Effect>();
  rung->mutable_raise_alert()->set_id("A-1");
  rung->mutable_raise_alert()->set_kind(v1::ALERT_KIND_SOS);
  rung->mutable_raise_alert()->set_protected_id("P-1");
  v1::ReportReceived press = received("D-1", 1'000);
  press.set_client_id("press-0001");
  book.report(7, press, {rung});
  book.report(9, press, {});
  const Told* told = book.told("D-1", "press-0001");
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->entry_no, 7u);
  EXPECT_EQ(told->alert_id, "A-1");
  EXPECT_EQ(book.told("D-1", "press-0002"), nullptr);
}

TEST(DeviceBook, ForgetsTheOldestCallForHelpBeyondItsBound) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  for (size_t i = 0; i <= kToldMax; ++i) {
    v1::ReportReceived press = received("D-1", 1'000);
    press.set_client_id("press-" + std::to_string(i));
    book.report(i + 1, press, {});
  }
  EXPECT_EQ(book.told("D-1", "press-0"), nullptr);
  EXPECT_NE(book.told("D-1", "press-1"), nullptr);
}

TEST(DeviceBook, ADeviceOfAPatrolCarChangesHandsLikeAnyOther) {
  DeviceBook book;
  v1::Device car;
  car.set_id("D-1");
  car.set_kind(v1::DEVICE_KIND_VEHICLE);
  car.set_unit_id("U-1");
  book.put(car);
  EXPECT_EQ(book.of_unit("U-1"), std::vector<std::string>{"D-1"});
  car.set_unit_id("U-2");
  book.put(car);
  EXPECT_TRUE(book.of_unit("U-1").empty());
  EXPECT_EQ(book.of_unit("U-2"), std::vector<std::string>{"D-1"});
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1", true));
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  EXPECT_TRUE(book.of_unit("U-2").empty());
  EXPECT_EQ(book.of_person("P-1"), std::vector<std::string>{"D-1"});
}

TEST(DeviceBook, LeadsFromACallForHelpToTheAlertThatItRangAndToNoOther) {
  DeviceBook book;
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  const auto sos = [](const char* id, const char* person_id, v1::AlertKind kind, bool again) {
    auto effect = std::make_shared<v1::Effect>();
    v1::Alert& alert = again ? *effect->mutable_update_alert() : *effect->mutable_raise_alert();
    alert.set_id(id);
    alert.set_protected_id(person_id);
    alert.set_kind(kind);
    return effect;
  };
  v1::ReportReceived pressed = received("D-1", 1'000);
  pressed.set_client_id("press-1");
  book.report(1, pressed,
              {sos("A-1", "P-1", v1::ALERT_KIND_KEEP_AWAY, false),
               sos("A-2", "P-2", v1::ALERT_KIND_SOS, false), sos("A-3", "P-1", v1::ALERT_KIND_SOS, true)});
  EXPECT_EQ(book.told("D-1", "press-1")->alert_id, "A-3");
  pressed.set_client_id("press-2");
  book.report(2, pressed, {sos("A-1", "P-1", v1::ALERT_KIND_KEEP_AWAY, false)});
  EXPECT_EQ(book.told("D-1", "press-2")->alert_id, "") << "it rang nothing";
  EXPECT_EQ(book.told("D-1", "press-3"), nullptr);
}

TEST(DeviceBook, KnowsNothingOfWhatIsNotRegisteredAndTakesNoFixWithoutAPlace) {
  DeviceBook book;
  v1::DeviceConnectionChanged changed;
  changed.set_device_id("D-9");
  changed.set_connected(true);
  book.connection(Time{5}, changed);
  EXPECT_FALSE(book.health("D-9").connected());
  EXPECT_FALSE(book.holds_kind("P-9", v1::DEVICE_KIND_PHONE));
  book.put(device("D-1", v1::DEVICE_KIND_PHONE, "P-1"));
  v1::ReportReceived said = received("D-1", 1'000);
  said.mutable_report()->mutable_fix()->set_fixed_at_us(900);
  book.report(1, said, {});
  EXPECT_EQ(book.health("D-1").fixed_at_us(), 0);
  EXPECT_EQ(book.health("D-1").heard_at_us(), 1'000);
  book.restarted(Time{2'000});
  EXPECT_EQ(book.health("D-1").connection_changed_at_us(), 0) << "it was not connected";
}

}  // namespace
}  // namespace haechi::picture
