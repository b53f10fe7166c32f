#include "gateway/mqtt_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace haechi::gateway::mqtt {
namespace {

using namespace std::string_view_literals;

constexpr size_t kPacketMax = 64 << 10;

// The reason code with which the bytes are refused, 0 if they are a packet, -1 if they are unfinished.
int refusal(std::string_view bytes, Version version) {
  const auto found = find_frame(bytes, kPacketMax);
  if (std::holds_alternative<std::monostate>(found)) return -1;
  if (const auto* malformed = std::get_if<Malformed>(&found)) return malformed->code;
  const auto decoded = decode(std::get<Frame>(found), version);
  if (const auto* malformed = std::get_if<Malformed>(&decoded)) return malformed->code;
  return 0;
}

template <typename T>
T decoded(std::string_view bytes, Version version) {
  const auto found = find_frame(bytes, kPacketMax);
  EXPECT_TRUE(std::holds_alternative<Frame>(found));
  EXPECT_EQ(std::get<Frame>(found).bytes, bytes.size());
  const auto packet = decode(std::get<Frame>(found), version);
  EXPECT_TRUE(std::holds_alternative<Packet>(packet));
  return std::get<T>(std::get<Packet>(packet));
}

Connect full_connect(Version version) {
  Connect packet;
  packet.version = version;
  packet.clean_start = false;
  packet.keep_alive_s = 65'535;
  packet.client_id = "A-1";
  packet.username = "A-1";
  packet.password = "\0secret\xFF"sv;
  packet.will = Will{"d/A-1/will", "gone", 1, true, {}};
  if (version == Version::k5) {
    packet.properties.add(PropertyId::kSessionExpiry, 0xFFFFFFFFu);
    packet.properties.add(PropertyId::kReceiveMaximum, 1u);
    packet.properties.list.push_back({PropertyId::kUserProperty, 0, "k", "v"});
    packet.properties.list.push_back({PropertyId::kUserProperty, 0, "k", "v"});
    packet.will->properties.add(PropertyId::kWillDelay, 5u);
  }
  return packet;
}

TEST(MqttCodec, ReadsBackTheConnectItWrote) {
  for (const Version version : {Version::k311, Version::k5}) {
    std::string bytes;
    encode(full_connect(version), bytes);
    const auto packet = decoded<Connect>(bytes, Version::k311);
    EXPECT_EQ(packet.version, version);
    EXPECT_FALSE(packet.clean_start);
    EXPECT_EQ(packet.keep_alive_s, 65'535);
    EXPECT_EQ(packet.client_id, "A-1");
    EXPECT_EQ(packet.password, "\0secret\xFF"sv);
    ASSERT_TRUE(packet.will);
    EXPECT_EQ(packet.will->topic, "d/A-1/will");
    EXPECT_EQ(packet.will->qos, 1);
    EXPECT_TRUE(packet.will->retain);
    if (version == Version::k5) {
      EXPECT_EQ(packet.properties.list.size(), 4u);
      EXPECT_EQ(packet.properties.number(PropertyId::kSessionExpiry, 0), 0xFFFFFFFFu);
      EXPECT_EQ(packet.will->properties.number(PropertyId::kWillDelay, 0), 5u);
    }
  }
}

TEST(MqttCodec, ReadsBackThePublishItWrote) {
  for (const Version version : {Version::k311, Version::k5}) {
    for (const size_t payload_bytes : {size_t{0}, size_t{100}, size_t{20'000}}) {
      const std::string payload(payload_bytes, '\xEE');
      std::string bytes;
      encode(Publish{true, 1, false, 65'535, "d/A-1/report", payload, {}}, version, bytes);
      const auto packet = decoded<Publish>(bytes, version);
      EXPECT_TRUE(packet.dup);
      EXPECT_EQ(packet.qos, 1);
      EXPECT_EQ(packet.packet_id, 65'535);
      EXPECT_EQ(packet.topic, "d/A-1/report");
      EXPECT_EQ(packet.payload, payload);
    }
  }
}

TEST(MqttCodec, ReadsBackAnswersOfTheServer) {
  std::string bytes;
  ConnAck connack{false, reason::kBadCredential, {}};
  connack.properties.add(PropertyId::kReceiveMaximum, 100u);
  connack.properties.add(PropertyId::kMaximumPacketSize, 65'536u);
  encode(connack, Version::k5, bytes);
  EXPECT_EQ(decoded<ConnAck>(bytes, Version::k5).code, reason::kBadCredential);
  EXPECT_EQ(decoded<ConnAck>(bytes, Version::k5).properties.number(PropertyId::kMaximumPacketSize, 0),
            65'536u);
  bytes.clear();
  PubAck puback{9, reason::kPayloadInvalid, {}};
  puback.properties.add(PropertyId::kReasonString, "no such place");
  encode(puback, Version::k5, bytes);
  EXPECT_EQ(decoded<PubAck>(bytes, Version::k5).properties.find(PropertyId::kReasonString)->text,
            "no such place");
  bytes.clear();
  encode(SubAck{9, {1, 0x80}}, Version::k311, bytes);
  EXPECT_THAT(decoded<SubAck>(bytes, Version::k311).codes, testing::ElementsAre(1, 0x80));
  bytes.clear();
  encode(UnsubAck{9, {0x11}}, Version::k5, bytes);
  EXPECT_THAT(decoded<UnsubAck>(bytes, Version::k5).codes, testing::ElementsAre(0x11));
  bytes.clear();
  encode(Disconnect{reason::kTakenOver, {}}, Version::k5, bytes);
  EXPECT_EQ(decoded<Disconnect>(bytes, Version::k5).code, reason::kTakenOver);
}

TEST(MqttCodec, WritesAPlainAcknowledgementInFourBytes) {
  for (const Version version : {Version::k311, Version::k5}) {
    std::string bytes;
    encode(PubAck{0x1234, 0, {}}, version, bytes);
    EXPECT_EQ(bytes, "\x40\x02\x12\x34"sv);
  }
}

TEST(MqttCodec, WaitsForTheRestOfEveryCutPacket) {
  std::string bytes;
  encode(full_connect(Version::k5), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(refusal(std::string_view(bytes).substr(0, size), Version::k5), -1) << size;
  }
}

struct Bad {
  const char* what;
  std::string_view bytes;
  Version version;
  int code;
};

TEST(MqttCodec, RefusesWhatIsNotAPacket) {
  const Version v3 = Version::k311, v5 = Version::k5;
  const Bad table[] = {
      {"type 0", "\x00\x00"sv, v3, 0x81},
      {"an HTTP request", "GET / HTTP/1.1\r\n"sv, v3, 0x81},
      {"a length of five bytes", "\x30\xFF\xFF\xFF\xFF\x01"sv, v3, 0x81},
      {"a length of 268 MB", "\x30\xFF\xFF\xFF\x7F"sv, v3, 0x95},
      {"a length just over the limit", "\x30\xFE\xFF\x03"sv, v3, 0x95},
      {"a length in more bytes than needed", "\xC0\x80\x00"sv, v3, 0x81},
      {"PINGREQ with flags", "\xC1\x00"sv, v3, 0x81},
      {"PINGREQ with contents", "\xC0\x01\x00"sv, v3, 0x81},
      {"SUBSCRIBE without its flag", "\x80\x00"sv, v3, 0x81},
      {"PUBREL without its flag", "\x60\x02\x00\x01"sv, v3, 0x81},
      {"QoS 3", "\x36\x05\x00\x01t\x00\x01"sv, v3, 0x81},
      {"QoS 0 with the duplicate flag", "\x38\x03\x00\x01t"sv, v3, 0x81},
      {"packet id 0", "\x32\x05\x00\x01t\x00\x00"sv, v3, 0x82},
      {"QoS 1 without a packet id", "\x32\x03\x00\x01t"sv, v3, 0x81},
      {"a topic longer than the packet", "\x30\x03\x00\x09t"sv, v3, 0x81},
      {"an empty topic", "\x30\x02\x00\x00"sv, v3, 0x81},
      {"an empty topic without alias", "\x30\x03\x00\x00\x00"sv, v5, 0x82},
      {"a topic with a wildcard",
       "\x30\x05\x00\x03"
       "a/#"sv,
       v3, 0x90},
      {"a topic with U+0000",
       "\x30\x05\x00\x03"
       "a\0b"sv,
       v3, 0x81},
      {"a topic with a surrogate", "\x30\x05\x00\x03\xED\xA0\x80"sv, v3, 0x81},
      {"a topic with an overlong form", "\x30\x04\x00\x02\xC0\xAF"sv, v3, 0x81},
      {"a topic beyond U+10FFFF", "\x30\x06\x00\x04\xF4\x90\x80\x80"sv, v3, 0x81},
      {"SUBSCRIBE to nothing", "\x82\x02\x00\x01"sv, v3, 0x82},
      {"SUBSCRIBE with QoS 3", "\x82\x06\x00\x01\x00\x01t\x03"sv, v3, 0x81},
      {"SUBSCRIBE with reserved options", "\x82\x06\x00\x01\x00\x01t\x05"sv, v3, 0x81},
      {"SUBSCRIBE with retain handling 3", "\x82\x07\x00\x01\x00\x00\x01t\x30"sv, v5, 0x82},
      {"SUBSCRIBE to an empty filter", "\x82\x05\x00\x01\x00\x00\x00"sv, v3, 0x81},
      {"SUBSCRIBE to a#",
       "\x82\x07\x00\x01\x00\x02"
       "a#\x00"sv,
       v3, 0x81},
      {"UNSUBSCRIBE from nothing", "\xA2\x02\x00\x01"sv, v3, 0x82},
      {"AUTH in 3.1.1", "\xF0\x00"sv, v3, 0x81},
      {"an unknown property", "\x30\x05\x00\x01t\x01\x7F"sv, v5, 0x81},
      {"a property that is cut short", "\x30\x06\x00\x01t\x02\x02\x00"sv, v5, 0x81},
      {"a property of another packet", "\x30\x09\x00\x01t\x05\x11\x00\x00\x00\x01"sv, v5, 0x82},
      {"a property twice", "\x30\x08\x00\x01t\x04\x01\x00\x01\x00"sv, v5, 0x82},
      {"a payload format of 2", "\x30\x06\x00\x01t\x02\x01\x02"sv, v5, 0x82},
      {"properties longer than the packet", "\x30\x04\x00\x01t\x09"sv, v5, 0x81},
      {"a subscription identifier of 0", "\x82\x09\x00\x01\x02\x0B\x00\x00\x01t\x00"sv, v5, 0x82},
      {"DISCONNECT with contents in 3.1.1", "\xE0\x01\x00"sv, v3, 0x81},
      {"PUBACK without a packet id", "\x40\x00"sv, v3, 0x81},
  };
  for (const Bad& bad : table) EXPECT_EQ(refusal(bad.bytes, bad.version), bad.code) << bad.what;
}

TEST(MqttCodec, RefusesWhatIsNotAConnect) {
  const Bad table[] = {
      {"another protocol", "\x10\x0C\x00\x04MQTX\x04\x02\x00\x3C\x00\x00"sv, {}, 0x81},
      {"MQTT 3.1", "\x10\x0E\x00\x06MQIsdp\x03\x02\x00\x3C\x00\x00"sv, {}, 0x84},
      {"MQTT 6", "\x10\x0C\x00\x04MQTT\x06\x02\x00\x3C\x00\x00"sv, {}, 0x84},
      {"the reserved flag", "\x10\x0C\x00\x04MQTT\x04\x03\x00\x3C\x00\x00"sv, {}, 0x81},
      {"will QoS without a will", "\x10\x0C\x00\x04MQTT\x04\x0A\x00\x3C\x00\x00"sv, {}, 0x81},
      {"will QoS 3", "\x10\x11\x00\x04MQTT\x04\x1E\x00\x3C\x00\x00\x00\x01t\x00\x00"sv, {}, 0x81},
      {"a password without a user name", "\x10\x0E\x00\x04MQTT\x04\x42\x00\x3C\x00\x00\x00\x00"sv, {}, 0x81},
      {"no client id", "\x10\x0A\x00\x04MQTT\x04\x02\x00\x3C"sv, {}, 0x81},
      {"a will that is not there", "\x10\x0C\x00\x04MQTT\x04\x06\x00\x3C\x00\x00"sv, {}, 0x81},
      {"bytes after its end", "\x10\x0D\x00\x04MQTT\x04\x02\x00\x3C\x00\x00\x00"sv, {}, 0x81},
      {"a receive maximum of 0", "\x10\x10\x00\x04MQTT\x05\x02\x00\x3C\x03\x21\x00\x00\x00\x00"sv, {}, 0x82},
      {"a packet size maximum of 0",
       "\x10\x12\x00\x04MQTT\x05\x02\x00\x3C\x05\x27\0\0\0\0\x00\x00"sv,
       {},
       0x82},
      {"a client id with U+0000", "\x10\x0D\x00\x04MQTT\x04\x02\x00\x3C\x00\x01\x00"sv, {}, 0x81},
  };
  for (const Bad& bad : table) EXPECT_EQ(refusal(bad.bytes, Version::k311), bad.code) << bad.what;
}

TEST(MqttCodec, SurvivesDamagedPackets) {
  Random random(1);
  std::string whole;
  encode(full_connect(Version::k5), whole);
  encode(Publish{false, 1, false, 1, "d/A-1/report", "payload", {}}, Version::k5, whole);
  encode(Subscribe{1, {{"d/A-1/cmd", 1}}, {}}, Version::k5, whole);
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole.substr(random.below(whole.size()));
    for (int hits = 0; hits < 3; ++hits) bytes[random.below(bytes.size())] = static_cast<char>(random.next());
    bytes.shrink_to_fit();
    if (refusal(bytes, random.chance(0.5) ? Version::k5 : Version::k311) > 0) ++refused;
  }
  EXPECT_GT(refused, 10'000);
}

TEST(MqttCodec, TellsGoodTextFromBad) {
  EXPECT_TRUE(valid_text("해치 d/A-1 \xF0\x9F\x90\x89 \xEF\xBB\xBF"));
  EXPECT_TRUE(valid_text(""));
  for (const std::string_view bad : {"\x80"sv, "a\xC3"sv, "\xC1\xBF"sv, "\xE0\x80\x80"sv, "\xED\xBF\xBF"sv,
                                     "\xF5\x80\x80\x80"sv, "\xFF"sv, "\0"sv}) {
    EXPECT_FALSE(valid_text(bad)) << testing::PrintToString(bad);
  }
}

}  // namespace
}  // namespace haechi::gateway::mqtt
