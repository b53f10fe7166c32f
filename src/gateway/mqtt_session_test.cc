#include "gateway/mqtt_session_testing.h"

#include "base/random.h"

namespace haechi::gateway {
namespace {

INSTANTIATE_TEST_SUITE_P(Both, MqttSessionTest, testing::Values(Version::k311, Version::k5),
                         [](const auto& info) { return info.param == Version::k5 ? "V5" : "V311"; });

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