// What keeps us from knowing whether a report is true loses none: it is not acknowledged, so it comes again.
#include <gtest/gtest.h>

#include "gateway/mqtt_session.h"
#include "gateway/mqtt_test_support.h"
#include "gateway/signed_reports.h"

namespace haechi::gateway {
namespace {

using mqtt::Version;

class KeyRingAwayTest : public testing::TestWithParam<Version> {
 protected:
  KeyRingAwayTest() {
    enrol(devices_, "A-1", "secret");
    v1::Fact fact;
    fact.mutable_device_registered()->set_id("A-1");
    fact.mutable_device_registered()->set_secret_sha256(std::string(view(sha256("secret"))));
    fact.mutable_device_registered()->set_signing_generation(1);
    devices_.apply(fact);
  }
  // Sends a strap that was cut, signed, on a connection of its own; what the server says to it.
  mqtt::Packet send() {
    MqttSession session(hub_, Time{1});
    std::string in = connect_bytes(GetParam(), "A-1", "secret"), held;
    v1::Report report = good_report("A-1");
    report.add_events(v1::DEVICE_EVENT_STRAP_CUT);
    v1::SignedReport from;
    from.set_report(report.SerializeAsString());
    from.set_generation(1);
    from.set_mac(std::string(view(mac_of_report("A-1 signs", "A-1", 1, from.report()))));
    in += publish_bytes(GetParam(), "d/A-1/signed", from.SerializeAsString(), 1, 1);
    in.erase(0, session.on_bytes(in, Time{1}));
    session.on_bytes(in, Time{1});
    spine_.release();
    hub_.drain_receipts(Time{1});
    ended_ = session.ended();
    said_ = session.output();
    (void)take_packet(said_, held, GetParam());  // CONNACK
    return take_packet(said_, said_held_, GetParam());
  }

  bool away_ = true, ended_ = false;
  Devices devices_{trust::macs_under([this](const std::string&, uint32_t) -> Result<std::string> {
    if (away_) return Error{Code::kUnavailable, "", "the key ring cannot be read"};
    return std::string("A-1 signs");
  })};
  FakeSubmit spine_;
  ManualClock clock_{kNow};
  MqttHub hub_{{}, devices_, spine_, clock_, [] {}};
  std::string said_, said_held_;
};

TEST_P(KeyRingAwayTest, LeavesASignedAlarmToBeSentAgain) {
  EXPECT_FALSE(std::holds_alternative<mqtt::PubAck>(send()));
  EXPECT_TRUE(ended_) << "a device sends again what it has had no answer to when it connects";
  EXPECT_TRUE(spine_.facts(v1::Fact::kReportReceived).empty());
  away_ = false;
  EXPECT_TRUE(std::holds_alternative<mqtt::PubAck>(send()));
  EXPECT_EQ(spine_.facts(v1::Fact::kReportReceived).size(), 1u);
}
INSTANTIATE_TEST_SUITE_P(Versions, KeyRingAwayTest, testing::Values(Version::k311, Version::k5));

}  // namespace
}  // namespace haechi::gateway
