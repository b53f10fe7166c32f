// What concerns the wearer of a watchdog reaches its screen and no other.
#include "live/hub_testing.h"

namespace haechi::live {
namespace {

class SyntheticHubTest : public HubTest {
 protected:
  SyntheticHubTest() {
    {
      std::lock_guard lock(mutex_);
      viewers_["watchdog"] = {
          .account = "watchdog", .role = trust::Role::kConnector, .agency_id = "A9", .wearer_ids = {"DOG"}};
      viewers_["cad"] = {.account = "cad", .role = trust::Role::kConnector, .agency_id = "A1"};
      viewers_["curious-cad"] = {
          .account = "cad-2", .role = trust::Role::kConnector, .agency_id = "A1", .wearer_ids = {"W1"}};
      viewers_["probation"] = {
          .account = "po-1", .role = trust::Role::kProbation, .wearer_ids = {"DOG", "W1"}};
    }
    v1::Fact person;
    person.mutable_person_registered()->set_id("DOG");
    person.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    person.mutable_person_registered()->set_synthetic(true);
    publish(person, {});
    v1::Fact device;
    device.mutable_device_registered()->set_id("D-DOG");
    device.mutable_device_registered()->set_person_id("DOG");
    device.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
    publish(device, {});
  }
  // An episode of DOG at which everything is told that there is to tell.
  void bark() {
    v1::Effect opened, raised, call, hand_off, alarm;
    opened.mutable_open_incident()->set_id("DOG-I");
    opened.mutable_open_incident()->set_wearer_id("DOG");
    v1::Alert& alert = *raised.mutable_raise_alert();
    alert.set_id("DOG-A");
    alert.set_incident_id("DOG-I");
    alert.set_wearer_id("DOG");
    alert.set_synthetic(true);
    alert.set_state(v1::ALERT_STATE_ACTIVE);
    alert.mutable_place()->set_lat_e7(360'000'000);
    call.mutable_open_call()->set_id("DOG-C");
    call.mutable_open_call()->set_incident_id("DOG-I");
    call.mutable_open_call()->set_wearer_id("DOG");
    call.mutable_open_call()->set_agency_id("A1");
    hand_off.mutable_update_hand_off()->set_id("DOG-H");
    hand_off.mutable_update_hand_off()->set_incident_id("DOG-I");
    hand_off.mutable_update_hand_off()->set_agency_id("A1");
    alarm.mutable_raise_alarm()->set_id("DOG-M");
    alarm.mutable_raise_alarm()->set_incident_id("DOG-I");
    tick({opened, raised, call, hand_off, alarm});
    v1::Fact hop;
    hop.mutable_hop_observed()->set_alert_id("DOG-A");
    publish(hop, {});
    move("DOG", 360'000'000);
  }
  // A real alert comes behind it: who hears that has heard all that came before.
  void bark_and_ring() {
    bark();
    tick({incident(), alert("X1")});
    open_call();
  }
};

TEST_F(SyntheticHubTest, NoScreenOfAPersonHearsOfItNeitherAsItHappensNorLater) {
  for (const char* key : {"control", "dispatch", "unit", "her", "probation"}) {
    auto watcher = watch_ready(key);
    bark_and_ring();
    ASSERT_TRUE(watcher->hears(key == std::string("unit") ? "\"C1\"" : "\"X1\"")) << key;
    move("W1", 371'000'000);
    settle();
    auto later = watch_ready(key);
    for (const std::string& message : watcher->messages())
      EXPECT_EQ(message.find("DOG"), std::string::npos) << key << ": " << message;
    for (const std::string& message : later->messages())
      EXPECT_EQ(message.find("DOG"), std::string::npos) << key << ": " << message;
  }
}

TEST_F(SyntheticHubTest, ItsWatchdogHearsTheAlertWithoutAPlaceAndNothingOfAnybodyElse) {
  auto watcher = watch_ready("watchdog");
  bark_and_ring();
  EXPECT_TRUE(watcher->hears("\"id\":\"DOG-A\""));
  bark();
  settle();
  for (const std::string& message : watcher->messages()) {
    EXPECT_EQ(message.find("\"place\""), std::string::npos) << message;
    EXPECT_EQ(message.find("\"positions\""), std::string::npos) << message;
    for (const char* other : {"X1", "W1", "C1", "P1", "U1"})
      EXPECT_EQ(message.find('"' + std::string(other) + '"'), std::string::npos) << message;
  }
}

TEST_F(SyntheticHubTest, TheKeyOfAnotherSystemShowsNobodyWhomeverItNames) {
  for (const char* key : {"cad", "curious-cad"}) {
    auto watcher = watch_ready(key);
    bark_and_ring();
    settle();
    EXPECT_TRUE(watcher->changes().empty()) << watcher->changes().front();
    auto later = watch_ready(key);
    EXPECT_FALSE(later->has("\"X1\"")) << key;
    EXPECT_FALSE(later->has("DOG")) << key;
  }
}

}  // namespace
}  // namespace haechi::live
