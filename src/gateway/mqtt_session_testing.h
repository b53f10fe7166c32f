// For the tests of MQTT sessions: a hub, a spine that answers when told, and peers of either version.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/mqtt_session.h"
#include "gateway/mqtt_test_support.h"
#include "gateway/signed_reports.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::gateway {

namespace reason = mqtt::reason;
using mqtt::Version;
using testing::ElementsAre;

using namespace std::string_literals;

inline constexpr Time kStart{1'000'000'000};

// One peer: what it sends, what it has been answered.
struct Peer {
  Peer(MqttHub& hub, Version spoken, Time now) : session(hub, now), version(spoken) {}

  void send(const std::string& bytes, Time now) {
    unheard += bytes;
    unheard.erase(0, session.on_bytes(unheard, now));
  }
  // The next packet from the server; Auth if there is none.
  mqtt::Packet next() {
    received += session.output();
    session.output().clear();
    return take_packet(received, held, version);
  }
  template <typename T>
  T expect() {
    const mqtt::Packet packet = next();
    EXPECT_TRUE(std::holds_alternative<T>(packet)) << "packet kind " << packet.index();
    return std::holds_alternative<T>(packet) ? std::get<T>(packet) : T{};
  }
  bool silent() { return std::holds_alternative<mqtt::Auth>(next()); }

  MqttSession session;
  Version version;
  std::string unheard, received, held;
};

class MqttSessionTest : public testing::TestWithParam<Version> {
 protected:
  MqttSessionTest() {
    limits_.inflight_max = 10;
    enrol(devices_, "A-1", "secret");
    enrol(devices_, "A-2", "secret2");
  }
  void SetUp() override {
    hub_ = std::make_unique<MqttHub>(limits_, devices_, spine_, clock_, [this] { ++wakes_; });
  }
  bool v5() const { return GetParam() == Version::k5; }
  std::unique_ptr<Peer> stranger() { return std::make_unique<Peer>(*hub_, GetParam(), now_); }
  std::unique_ptr<Peer> connected(const std::string& id = "A-1") {
    auto peer = stranger();
    peer->send(connect_bytes(GetParam(), id, id == "A-1" ? "secret" : "secret2"), now_);
    EXPECT_EQ(peer->expect<mqtt::ConnAck>().code, 0);
    return peer;
  }
  std::string report(uint64_t seq, uint16_t packet_id, uint8_t qos = 1) {
    return publish_bytes(GetParam(), "d/A-1/report", good_report("A-1", seq).SerializeAsString(), qos,
                         packet_id);
  }
  std::string signed_report(uint64_t seq, uint32_t epoch, uint16_t packet_id) {
    v1::Report report = good_report("A-1", seq);
    report.set_epoch(epoch);
    v1::SignedReport from;
    from.set_report(report.SerializeAsString());
    from.set_generation(1);
    from.set_mac(std::string(view(mac_of_report("A-1 signs", "A-1", 1, from.report()))));
    return publish_bytes(GetParam(), "d/A-1/signed", from.SerializeAsString(), 1, packet_id);
  }
  // With that secret from now on, and a key to sign with.
  void change_secret(const std::string& secret, const std::string& former, Time former_until) {
    v1::Fact fact;
    v1::Device& device = *fact.mutable_device_registered();
    device.set_id("A-1");
    device.set_secret_sha256(std::string(view(sha256(secret))));
    device.set_former_secret_sha256(std::string(view(sha256(former))));
    device.set_former_until_us(former_until.us);
    device.set_signing_generation(1);
    devices_.apply(fact);
  }
  void durable(size_t count = SIZE_MAX) {
    spine_.release(count);
    hub_->drain_receipts(now_);
  }
  void pass(Duration span) {
    now_ = now_ + span;
    hub_->tick(now_);
  }
  // The peer was shown the door, with this word if its version has one.
  void expect_shown_out(Peer& peer, uint8_t code) {
    EXPECT_TRUE(peer.session.ended());
    if (v5()) {
      EXPECT_EQ(peer.expect<mqtt::Disconnect>().code, code);
    }
    EXPECT_TRUE(peer.silent());
  }
  std::vector<std::string> rejected_codes() {
    std::vector<std::string> codes;
    for (const v1::Fact& fact : spine_.facts(v1::Fact::kInputRejected)) {
      codes.push_back(fact.input_rejected().reason().substr(0, fact.input_rejected().reason().find(':')));
    }
    return codes;
  }
  std::vector<std::string> connections() {
    std::vector<std::string> told;
    for (const v1::Fact& fact : spine_.facts(v1::Fact::kDeviceConnectionChanged)) {
      const v1::DeviceConnectionChanged& changed = fact.device_connection_changed();
      told.push_back(changed.device_id() + (changed.connected() ? " up"
                                            : changed.will()    ? " lost"
                                                                : " down"));
    }
    return told;
  }
  v1::DeviceCommand interval(uint32_t seconds) {
    v1::DeviceCommand command;
    command.set_device_id("A-1");
    command.set_interval_s(seconds);
    return command;
  }

  Time now_ = kStart;
  MqttLimits limits_;
  Devices devices_{trust::macs_under(
      [](const std::string& id, uint32_t) -> Result<std::string> { return id + " signs"; })};
  FakeSubmit spine_;
  ManualClock clock_{kNow};
  int wakes_ = 0;
  std::unique_ptr<MqttHub> hub_;
};

}  // namespace haechi::gateway
