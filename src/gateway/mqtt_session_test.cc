#include "gateway/mqtt_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "gateway/mqtt_test_support.h"
#include "gateway/signed_reports.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::gateway {
namespace {

namespace reason = mqtt::reason;
using mqtt::Version;
using testing::ElementsAre;

using namespace std::string_literals;

constexpr Time kStart{1'000'000'000};

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
  Devices devices_{[](const std::string& id, uint32_t) -> Result<std::string> { return id + " signs"; }};
  FakeSubmit spine_;
  ManualClock clock_{kNow};
  int wakes_ = 0;
  std::unique_ptr<MqttHub> hub_;
};

INSTANTIATE_TEST_SUITE_P(Both, MqttSessionTest, testing::Values(Version::k311, Version::k5),
                         [](const auto& info) { return info.param == Version::k5 ? "V5" : "V311"; });

TEST_P(MqttSessionTest, AcknowledgesOnlyWhatIsDurable) {
  auto peer = connected();
  peer->send(report(1, 11) + report(2, 12) + report(3, 13), now_);
  EXPECT_EQ(spine_.waiting(), 3u);
  EXPECT_TRUE(peer->silent());
  durable(1);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 11);
  EXPECT_TRUE(peer->silent());
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 12);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 13);
  EXPECT_TRUE(peer->silent());
  const auto facts = spine_.facts(v1::Fact::kReportReceived);
  ASSERT_EQ(facts.size(), 3u);
  EXPECT_EQ(facts[0].report_received().protocol(), "mqtt");
  EXPECT_EQ(facts[0].report_received().received_at_us(), kNow.us);
}

TEST_P(MqttSessionTest, WakesItsLoopOncePerBurstOfReceipts) {
  auto peer = connected();
  hub_->drain_receipts(now_);
  wakes_ = 0;
  for (uint16_t id = 1; id <= 9; ++id) peer->send(report(id, id), now_);
  spine_.release();
  EXPECT_EQ(wakes_, 1);
}

TEST_P(MqttSessionTest, ReadsOneByteAtATime) {
  auto peer = stranger();
  for (const char byte : connect_bytes(GetParam(), "A-1", "secret") + report(1, 1)) {
    peer->send(std::string(1, byte), now_);
  }
  peer->expect<mqtt::ConnAck>();
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 1);
}

TEST_P(MqttSessionTest, AcknowledgesABatchWhenAllOfItIsDurable) {
  auto peer = connected();
  v1::ReportBatch batch;
  *batch.add_reports() = good_report("A-1", 1);
  *batch.add_reports() = good_report("", 2);
  peer->send(publish_bytes(GetParam(), "d/A-1/reports", batch.SerializeAsString(), 1, 5), now_);
  durable(1);
  EXPECT_TRUE(peer->silent());
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 5);
}

TEST_P(MqttSessionTest, TakesReportsOfQosZeroWithoutAnswer) {
  auto peer = connected();
  peer->send(report(1, 0, 0), now_);
  durable();
  EXPECT_TRUE(peer->silent());
  EXPECT_EQ(hub_->counters().reports_durable, 1u);
}

TEST_P(MqttSessionTest, AnswersABadReportSoThatItIsNotSentForEver) {
  auto peer = connected();
  v1::Report bad = good_report("A-1");
  bad.mutable_fix()->set_fixed_at_us(0);
  peer->send(report(1, 1), now_);
  peer->send(publish_bytes(GetParam(), "d/A-1/report", bad.SerializeAsString(), 1, 2), now_);
  EXPECT_TRUE(peer->silent()) << "acknowledgements keep the order of arrival";
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 1);
  const auto answer = peer->expect<mqtt::PubAck>();
  EXPECT_EQ(answer.packet_id, 2);
  EXPECT_EQ(answer.code, v5() ? reason::kPayloadInvalid : 0);
  if (v5()) {
    const mqtt::Property* why = answer.properties.find(mqtt::PropertyId::kReasonString);
    ASSERT_NE(why, nullptr);
    EXPECT_THAT(std::string(why->text), testing::HasSubstr("fixed_at_out_of_range"));
  }
  EXPECT_THAT(rejected_codes(), ElementsAre("fixed_at_out_of_range"));
  EXPECT_FALSE(peer->session.ended());
}

TEST_P(MqttSessionTest, RefusesReportsInAnotherDevicesName) {
  auto peer = connected();
  peer->send(publish_bytes(GetParam(), "d/A-1/report", good_report("A-2").SerializeAsString(), 1, 2), now_);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().code, v5() ? reason::kPayloadInvalid : 0);
  EXPECT_THAT(rejected_codes(), ElementsAre("device_id_mismatch"));
  EXPECT_EQ(spine_.waiting(), 0u);
}

TEST_P(MqttSessionTest, RefusesOtherTopics) {
  for (const char* topic : {"d/A-2/report", "d/A-1/other", "d/A-1/report/x", "$SYS/x", "d/A-1/cmd"}) {
    auto peer = connected();
    peer->send(publish_bytes(GetParam(), topic, good_report("A-1").SerializeAsString(), 1, 2), now_);
    if (v5()) {
      EXPECT_EQ(peer->expect<mqtt::PubAck>().code, reason::kNotAuthorised) << topic;
      EXPECT_FALSE(peer->session.ended());
      peer->send("\xE0\x00"s, now_);
    } else {
      expect_shown_out(*peer, 0);
    }
  }
  EXPECT_EQ(spine_.waiting(), 0u);
  EXPECT_EQ(hub_->counters().foreign_topics, 5u);
}

TEST_P(MqttSessionTest, RefusesQosTwo) {
  auto peer = connected();
  peer->send(report(1, 1, 2), now_);
  expect_shown_out(*peer, reason::kQosUnsupported);
  auto other = connected();
  other->send("\x62\x02\x00\x01"s, now_);
  expect_shown_out(*other, reason::kProtocolError);
}

TEST_P(MqttSessionTest, KeepsNothingRetained) {
  auto peer = connected();
  std::string bytes = report(1, 1);
  bytes[0] |= 1;
  peer->send(bytes, now_);
  if (v5()) {
    expect_shown_out(*peer, reason::kRetainUnsupported);
  } else {
    EXPECT_EQ(spine_.waiting(), 1u);
  }
}

TEST_P(MqttSessionTest, HearsNothingBeforeConnect) {
  for (const std::string& bytes :
       {report(1, 1), "\xC0\x00"s, "GET / HTTP/1.1\r\n\r\n"s, std::string(5000, 'x')}) {
    auto peer = stranger();
    peer->send(bytes, now_);
    EXPECT_TRUE(peer->session.ended());
    EXPECT_TRUE(peer->silent());
  }
  EXPECT_EQ(spine_.facts().size(), 0u);
}

TEST_P(MqttSessionTest, RefusesASecondConnect) {
  auto peer = connected();
  peer->send(connect_bytes(GetParam(), "A-1", "secret"), now_);
  expect_shown_out(*peer, reason::kProtocolError);
}

TEST_P(MqttSessionTest, RefusesWhoDoesNotProveItself) {
  struct Case {
    const char* id;
    std::optional<std::string_view> user, password;
    uint8_t code_311, code_5;
  };
  const Case table[] = {
      {"A-1", "A-1", "wrong", 4, 0x86},
      {"A-9", "A-9", "secret", 4, 0x86},
      {"A-1", std::nullopt, std::nullopt, 5, 0x87},
      {"A-1", "A-1", std::nullopt, 5, 0x87},
      {"A-2", "A-1", "secret", 2, 0x85},
      {"", "A-1", "secret", 2, 0x85},
  };
  for (const Case& one : table) {
    auto peer = stranger();
    mqtt::Connect packet;
    packet.version = GetParam();
    packet.client_id = one.id;
    packet.username = one.user;
    packet.password = one.password;
    std::string bytes;
    encode(packet, bytes);
    peer->send(bytes, now_);
    EXPECT_EQ(peer->expect<mqtt::ConnAck>().code, v5() ? one.code_5 : one.code_311) << one.id;
    EXPECT_TRUE(peer->session.ended());
  }
  EXPECT_EQ(hub_->counters().connects_refused, 6u);
  EXPECT_TRUE(connections().empty());
}

TEST_P(MqttSessionTest, AcceptsOnlyItsOwnWill) {
  const auto code_of = [&](const char* topic, uint8_t qos) {
    auto peer = stranger();
    mqtt::Connect packet;
    packet.version = GetParam();
    packet.client_id = "A-1";
    packet.username = "A-1";
    packet.password = "secret";
    packet.will = mqtt::Will{topic, "x", qos, false, {}};
    std::string bytes;
    encode(packet, bytes);
    peer->send(bytes, now_);
    return peer->expect<mqtt::ConnAck>().code;
  };
  EXPECT_EQ(code_of("d/A-1/will", 1), 0);
  EXPECT_EQ(code_of("d/A-2/will", 1), v5() ? reason::kNotAuthorised : 5);
  EXPECT_EQ(code_of("d/A-1/report", 1), v5() ? reason::kNotAuthorised : 5);
  EXPECT_EQ(code_of("d/A-1/will", 2), v5() ? reason::kQosUnsupported : 5);
}

TEST_P(MqttSessionTest, TellsTheLogHowConnectionsBeginAndEnd) {
  {
    auto peer = connected();
    pass(limits_.announce_period);
    peer->send("\xE0\x00"s, now_);
  }
  pass(limits_.announce_period);
  auto peer = connected();
  pass(limits_.announce_period);
  peer->session.on_peer_gone(now_);
  EXPECT_THAT(connections(), ElementsAre("A-1 up", "A-1 down", "A-1 up", "A-1 lost"));
}

TEST_P(MqttSessionTest, DoesNotFloodTheLogWithAFlappingConnection) {
  for (int i = 0; i < 100; ++i) connected()->session.on_peer_gone(now_);
  EXPECT_THAT(connections(), ElementsAre("A-1 up"));
  pass(limits_.announce_period);
  EXPECT_THAT(connections(), ElementsAre("A-1 up", "A-1 lost"));
}

TEST_P(MqttSessionTest, EndsASilentConnection) {
  auto peer = connected();  // keep-alive 60 s
  pass(Duration::seconds(89));
  peer->send("\xC0\x00"s, now_);
  peer->expect<mqtt::PingResp>();
  pass(Duration::seconds(89));
  EXPECT_FALSE(peer->session.ended());
  pass(Duration::seconds(1));
  expect_shown_out(*peer, reason::kKeepAliveTimeout);
  EXPECT_EQ(connections().back(), "A-1 lost");
}

TEST_P(MqttSessionTest, SupervisesThoseWhoAskForNoKeepAlive) {
  auto peer = stranger();
  peer->send(connect_bytes(GetParam(), "A-1", "secret", 0), now_);
  const auto answer = peer->expect<mqtt::ConnAck>();
  if (v5()) {
    EXPECT_EQ(answer.properties.number(mqtt::PropertyId::kServerKeepAlive, 0), 300u);
  }
  pass(Duration::seconds(v5() ? 450 : 300));
  EXPECT_TRUE(peer->session.ended());
}

TEST_P(MqttSessionTest, DoesNotWaitForConnectForEver) {
  auto peer = stranger();
  peer->send("\x10"s, now_);
  pass(Duration::seconds(9));
  EXPECT_FALSE(peer->session.ended());
  pass(Duration::seconds(1));
  EXPECT_TRUE(peer->session.ended());
}

TEST_P(MqttSessionTest, ANewConnectionTakesOverFromTheOld) {
  auto old = connected();
  old->send(report(1, 1), now_);
  auto fresh = connected();
  expect_shown_out(*old, reason::kTakenOver);
  fresh->send(report(1, 1), now_);
  durable();
  EXPECT_EQ(fresh->expect<mqtt::PubAck>().packet_id, 1);
  EXPECT_TRUE(old->silent());
  old.reset();
  pass(limits_.announce_period);
  EXPECT_THAT(connections(), ElementsAre("A-1 up"));
}

TEST_P(MqttSessionTest, RefusesPingPongTakeovers) {
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 11; ++i) peers.push_back(connected());
  auto extra = stranger();
  extra->send(connect_bytes(GetParam(), "A-1", "secret"), now_);
  EXPECT_EQ(extra->expect<mqtt::ConnAck>().code, v5() ? reason::kQuotaExceeded : 3);
  EXPECT_FALSE(peers.back()->session.ended());
  EXPECT_EQ(hub_->counters().takeovers_refused, 1u);
  peers.back()->send("\xC0\x00"s, now_);
  pass(Duration::seconds(60));
  peers.push_back(connected());
}

TEST_P(MqttSessionTest, SendsAgainWhatTheSpineHadNoRoomFor) {
  auto peer = connected();
  spine_.set_full(true);
  peer->send(report(1, 1), now_);
  hub_->drain_receipts(now_);
  peer->send(report(2, 2), now_);
  EXPECT_TRUE(peer->session.blocked());
  EXPECT_TRUE(hub_->has_waiting());
  EXPECT_TRUE(peer->silent());
  spine_.set_full(false);
  now_ = now_ + Duration::seconds(1);
  peer->session.resume(now_);
  durable();
  peer->send("", now_);
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 1);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 2);
  EXPECT_EQ(spine_.facts(v1::Fact::kReportReceived).size(), 2u);
}

TEST_P(MqttSessionTest, ASignedReportThatWasProvenIsSentAgainThoughALaterEpochIsKnownByThen) {
  change_secret("secret", "", {});
  auto peer = connected();
  spine_.set_full(true);
  peer->send(signed_report(1, 4, 1), now_);
  hub_->drain_receipts(now_);
  v1::Report later = good_report("A-1");
  later.set_epoch(5);
  devices_.apply(*make_report_received(later, kNow, "http-signed"));
  spine_.set_full(false);
  now_ = now_ + Duration::seconds(1);
  peer->session.resume(now_);
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().code, 0);
  const v1::ReportReceived kept = spine_.facts(v1::Fact::kReportReceived).at(0).report_received();
  EXPECT_EQ(kept.protocol() + " " + std::to_string(kept.report().epoch()), "mqtt-signed 4");
  peer->send(signed_report(2, 4, 2), now_);
  EXPECT_THAT(rejected_codes(), ElementsAre("epoch_went_back"));
}

TEST_P(MqttSessionTest, EndsWithTheSecretThatItBeganWith) {
  auto peer = connected();
  change_secret("changed", "secret", kNow + Duration::seconds(60));
  clock_.advance(Duration::seconds(59));
  pass(Duration::seconds(1));
  EXPECT_FALSE(peer->session.ended());
  clock_.advance(Duration::seconds(1));
  pass(Duration::seconds(1));
  expect_shown_out(*peer, reason::kNotAuthorised);
  auto late = stranger();
  late->send(connect_bytes(GetParam(), "A-1", "secret"), now_);
  EXPECT_NE(late->expect<mqtt::ConnAck>().code, 0);
}

TEST_P(MqttSessionTest, ClosesWithoutAnswerWhenTheSpineHasStopped) {
  auto peer = connected();
  peer->send(report(1, 1), now_);
  spine_.fail(Code::kUnavailable);
  hub_->drain_receipts(now_);
  expect_shown_out(*peer, reason::kShuttingDown);
}

TEST_P(MqttSessionTest, BoundsWhatIsInFlight) {
  auto peer = connected();
  for (uint16_t id = 1; id <= 11; ++id) peer->send(report(id, id), now_);
  EXPECT_EQ(spine_.waiting(), 10u);
  if (v5()) return expect_shown_out(*peer, reason::kReceiveMaximumExceeded);
  EXPECT_TRUE(peer->session.blocked());
  durable(1);
  peer->send("", now_);
  EXPECT_FALSE(peer->session.blocked());
  EXPECT_EQ(spine_.waiting(), 10u);
}

TEST_P(MqttSessionTest, ReadsNoFasterThanTheDevicesRate) {
  auto peer = connected();
  const uint32_t sent = limits_.reports_burst + 20;
  for (uint32_t i = 1; i <= sent; ++i) {
    peer->send(report(i, 1), now_);
    durable();
  }
  EXPECT_EQ(hub_->counters().reports_submitted, limits_.reports_burst);
  EXPECT_TRUE(peer->session.blocked());
  now_ = now_ + Duration::millis(100);  // worth 5 at 50/s
  peer->send("", now_);
  durable();
  EXPECT_EQ(hub_->counters().reports_submitted, limits_.reports_burst + 5);
  auto fresh = connected();  // the rate is the device's, not the connection's
  fresh->send(report(1, 1), now_);
  EXPECT_TRUE(fresh->session.blocked());
}

TEST_P(MqttSessionTest, LetsADeviceListenToItsCommandsOnly) {
  auto peer = connected();
  const uint8_t refused = v5() ? reason::kNotAuthorised : 0x80;
  for (const char* topic : {"#", "$SYS/#", "d/+/cmd", "d/A-2/cmd", "$share/g/d/A-1/cmd", "d/A-1/report"}) {
    peer->send(subscribe_bytes(GetParam(), topic, 1), now_);
    EXPECT_THAT(peer->expect<mqtt::SubAck>().codes, ElementsAre(refused)) << topic;
  }
  peer->send(subscribe_bytes(GetParam(), "d/A-1/cmd", 2), now_);
  EXPECT_THAT(peer->expect<mqtt::SubAck>().codes, ElementsAre(1));
}

TEST_P(MqttSessionTest, DeliversTheNewestCommandUntilItIsAcknowledged) {
  hub_->command(interval(60), now_);
  hub_->command(interval(5), now_);
  auto peer = connected();
  EXPECT_TRUE(peer->silent());
  peer->send(subscribe_bytes(GetParam(), "d/A-1/cmd", 1), now_);
  peer->expect<mqtt::SubAck>();
  auto command = peer->expect<mqtt::Publish>();
  EXPECT_EQ(command.topic, "d/A-1/cmd");
  EXPECT_EQ(command.payload, R"({"deviceId":"A-1","intervalS":5})");
  EXPECT_EQ(command.qos, 1);
  peer->session.on_peer_gone(now_);

  auto again = connected();
  again->send(subscribe_bytes(GetParam(), "d/A-1/cmd", 1), now_);
  again->expect<mqtt::SubAck>();
  command = again->expect<mqtt::Publish>();
  hub_->command(interval(10), now_);
  EXPECT_TRUE(again->silent()) << "one command in flight at a time";
  std::string ack;
  encode(mqtt::PubAck{command.packet_id, 0, {}}, GetParam(), ack);
  again->send(ack, now_);
  command = again->expect<mqtt::Publish>();
  EXPECT_EQ(command.payload, R"({"deviceId":"A-1","intervalS":10})");
  ack.clear();
  encode(mqtt::PubAck{command.packet_id, 0, {}}, GetParam(), ack);
  again->send(ack, now_);
  again->session.on_peer_gone(now_);

  auto last = connected();
  last->send(subscribe_bytes(GetParam(), "d/A-1/cmd", 1), now_);
  last->expect<mqtt::SubAck>();
  EXPECT_TRUE(last->silent());
}

TEST_P(MqttSessionTest, RefusesOversizedPacketsAtTheirFirstBytes) {
  auto peer = connected();
  peer->send("\x32\xFF\xFF\xFF\x7F"s, now_);
  expect_shown_out(*peer, reason::kPacketTooLarge);
  auto lone = stranger();
  lone->send("\x10\xFF\xFF\x03"s, now_);
  EXPECT_TRUE(lone->session.ended());
}

TEST_P(MqttSessionTest, AnswersAVersionItDoesNotSpeak) {
  auto peer = std::make_unique<Peer>(*hub_, Version::k311, now_);
  peer->send("\x10\x0C\x00\x04MQTT\x03\x02\x00\x3C\x00\x00"s, now_);
  EXPECT_EQ(peer->expect<mqtt::ConnAck>().code, 1);
  EXPECT_TRUE(peer->session.ended());
}

TEST_P(MqttSessionTest, StaysUprightUnderGarbageAfterConnect) {
  Random random(7);
  for (int round = 0; round < 2'000; ++round) {
    now_ = now_ + Duration::seconds(61);
    auto peer = connected();
    std::string bytes = report(1, 1) + subscribe_bytes(GetParam(), "d/A-1/cmd", 1) + "\xC0\x00"s;
    for (int hits = 0; hits < 4; ++hits) bytes[random.below(bytes.size())] = static_cast<char>(random.next());
    peer->send(bytes, now_);
    durable();
    hub_->tick(now_);
  }
  EXPECT_GT(hub_->counters().protocol_errors, 500u);
}

TEST_P(MqttSessionTest, LetsACertificateSpeakForTheDeviceOfItsNameOnly) {
  auto foreign = stranger();
  foreign->session.must_be("A-2");
  foreign->send(connect_bytes(GetParam(), "A-1", "secret"), now_);
  EXPECT_EQ(foreign->expect<mqtt::ConnAck>().code, v5() ? reason::kNotAuthorised : 5);
  EXPECT_TRUE(foreign->session.ended());
  EXPECT_THAT(rejected_codes(), ElementsAre("foreign_certificate"));
  auto own = stranger();
  own->session.must_be("A-1");
  own->send(connect_bytes(GetParam(), "A-1", "secret"), now_);
  EXPECT_EQ(own->expect<mqtt::ConnAck>().code, 0);
  auto nameless = stranger();
  nameless->session.must_be("");
  nameless->send(connect_bytes(GetParam(), "A-1", "secret"), now_);
  EXPECT_TRUE(nameless->session.ended());
}

}  // namespace
}  // namespace haechi::gateway
