#include "gateway/mqtt_codec.h"

#include "gateway/mqtt_reader.h"

namespace haechi::gateway::mqtt {
namespace {

enum Type : uint8_t {
  kConnect = 1,
  kConnAck,
  kPublish,
  kPubAck,
  kPubRec,
  kPubRel,
  kPubComp,
  kSubscribe,
  kSubAck,
  kUnsubscribe,
  kUnsubAck,
  kPingReq,
  kPingResp,
  kDisconnect,
  kAuth,
};
constexpr int kInWill = 0;  // a place for properties that is no packet of its own

constexpr uint32_t in(std::initializer_list<int> packets) {
  uint32_t bits = 0;
  for (const int packet : packets) bits |= 1u << packet;
  return bits;
}

struct PropertyRule {
  PropertyKind kind = PropertyKind::kUnknown;
  uint32_t packets = 0;
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
};

PropertyRule property_rule(PropertyId id) {
  using Kind = PropertyKind;
  constexpr uint32_t kEvery = 0xFFFF;
  switch (id) {
    case PropertyId::kPayloadFormat:
      return {Kind::kByte, in({kPublish, kInWill}), 0, 1};
    case PropertyId::kMessageExpiry:
      return {Kind::kFourBytes, in({kPublish, kInWill})};
    case PropertyId::kContentType:
      return {Kind::kText, in({kPublish, kInWill})};
    case PropertyId::kResponseTopic:
      return {Kind::kText, in({kPublish, kInWill})};
    case PropertyId::kCorrelationData:
      return {Kind::kBinary, in({kPublish, kInWill})};
    case PropertyId::kSubscriptionId:
      return {Kind::kVariable, in({kPublish, kSubscribe}), 1};
    case PropertyId::kSessionExpiry:
      return {Kind::kFourBytes, in({kConnect, kConnAck, kDisconnect})};
    case PropertyId::kAssignedClientId:
      return {Kind::kText, in({kConnAck})};
    case PropertyId::kServerKeepAlive:
      return {Kind::kTwoBytes, in({kConnAck})};
    case PropertyId::kAuthMethod:
      return {Kind::kText, in({kConnect, kConnAck, kAuth})};
    case PropertyId::kAuthData:
      return {Kind::kBinary, in({kConnect, kConnAck, kAuth})};
    case PropertyId::kRequestProblem:
      return {Kind::kByte, in({kConnect}), 0, 1};
    case PropertyId::kWillDelay:
      return {Kind::kFourBytes, in({kInWill})};
    case PropertyId::kRequestResponse:
      return {Kind::kByte, in({kConnect}), 0, 1};
    case PropertyId::kResponseInfo:
      return {Kind::kText, in({kConnAck})};
    case PropertyId::kServerReference:
      return {Kind::kText, in({kConnAck, kDisconnect})};
    case PropertyId::kReasonString:
      return {Kind::kText,
              in({kConnAck, kPubAck, kPubRec, kPubRel, kPubComp, kSubAck, kUnsubAck, kDisconnect, kAuth})};
    case PropertyId::kReceiveMaximum:
      return {Kind::kTwoBytes, in({kConnect, kConnAck}), 1};
    case PropertyId::kTopicAliasMaximum:
      return {Kind::kTwoBytes, in({kConnect, kConnAck})};
    case PropertyId::kTopicAlias:
      return {Kind::kTwoBytes, in({kPublish})};
    case PropertyId::kMaximumQos:
      return {Kind::kByte, in({kConnAck}), 0, 1};
    case PropertyId::kRetainAvailable:
      return {Kind::kByte, in({kConnAck}), 0, 1};
    case PropertyId::kUserProperty:
      return {Kind::kTextPair, kEvery};
    case PropertyId::kMaximumPacketSize:
      return {Kind::kFourBytes, in({kConnect, kConnAck}), 1};
    case PropertyId::kWildcardAvailable:
      return {Kind::kByte, in({kConnAck}), 0, 1};
    case PropertyId::kSubscriptionIdAvailable:
      return {Kind::kByte, in({kConnAck}), 0, 1};
    case PropertyId::kSharedAvailable:
      return {Kind::kByte, in({kConnAck}), 0, 1};
  }
  return {};
}

void read_value(Reader& reader, PropertyKind kind, Property& property) {
  switch (kind) {
    case PropertyKind::kByte:
      property.number = reader.byte();
      break;
    case PropertyKind::kTwoBytes:
      property.number = reader.two_bytes();
      break;
    case PropertyKind::kFourBytes:
      property.number = reader.four_bytes();
      break;
    case PropertyKind::kVariable:
      property.number = reader.variable();
      break;
    case PropertyKind::kText:
      property.text = reader.text();
      break;
    case PropertyKind::kBinary:
      property.text = reader.binary();
      break;
    case PropertyKind::kTextPair:
      property.text = reader.text();
      property.value = reader.text();
      break;
    case PropertyKind::kUnknown:
      reader.fail("unknown property");
      break;
  }
}

bool numeric(PropertyKind kind) {
  return kind == PropertyKind::kByte || kind == PropertyKind::kTwoBytes || kind == PropertyKind::kFourBytes ||
         kind == PropertyKind::kVariable;
}

Properties read_properties(Reader& packet, int where) {
  Properties properties;
  Reader reader(packet.take(packet.variable()));
  uint64_t seen = 0;
  while (!reader.empty() && !reader.failed()) {
    Property property;
    const uint8_t id = reader.byte();
    property.id = static_cast<PropertyId>(id);
    const PropertyRule rule = property_rule(property.id);
    if (rule.kind == PropertyKind::kUnknown) {
      reader.fail("unknown property");
    } else if ((rule.packets & 1u << where) == 0) {
      reader.fail("property does not belong in this packet", reason::kProtocolError);
    } else if (property.id != PropertyId::kUserProperty && (seen & uint64_t{1} << id) != 0) {
      reader.fail("property appears twice", reason::kProtocolError);
    } else {
      seen |= uint64_t{1} << id;
      read_value(reader, rule.kind, property);
      if (!reader.failed() && numeric(rule.kind) &&
          (property.number < rule.min || property.number > rule.max)) {
        reader.fail("property has a value that is not allowed", reason::kProtocolError);
      }
      properties.list.push_back(property);
    }
  }
  if (reader.failed()) packet.fail(reader.error().text, reader.error().code);
  return properties;
}

bool valid_topic_name(std::string_view topic) {
  return topic.find_first_of("+#") == std::string_view::npos;
}

// '+' and '#' stand alone between slashes, '#' only at the end.
bool valid_topic_filter(std::string_view filter) {
  if (filter.empty()) return false;
  for (size_t at = 0; at < filter.size(); ++at) {
    if (filter[at] != '+' && filter[at] != '#') continue;
    if (at > 0 && filter[at - 1] != '/') return false;
    if (filter[at] == '#' && at + 1 != filter.size()) return false;
    if (at + 1 < filter.size() && filter[at + 1] != '/') return false;
  }
  return true;
}

uint16_t read_packet_id(Reader& reader) {
  const uint16_t id = reader.two_bytes();
  if (!reader.failed() && id == 0) reader.fail("packet identifier is 0", reason::kProtocolError);
  return id;
}

void read_will(Reader& reader, uint8_t flags, Connect& packet) {
  Will will;
  will.qos = flags >> 3 & 3;
  will.retain = (flags & 0x20) != 0;
  if (will.qos == 3) reader.fail("will has QoS 3");
  if (packet.version == Version::k5) will.properties = read_properties(reader, kInWill);
  will.topic = reader.text();
  if (!reader.failed() && (will.topic.empty() || !valid_topic_name(will.topic))) {
    reader.fail("will topic is empty or has wildcards", reason::kTopicInvalid);
  }
  will.payload = reader.binary();
  packet.will = std::move(will);
}

Packet read_connect(Reader& reader) {
  Connect packet;
  const std::string_view name = reader.text();
  const uint8_t level = reader.byte();
  if (reader.failed()) return packet;
  const bool known = name == "MQTT" && (level == 4 || level == 5);
  if (!known) {
    const bool mqtt = name == "MQTT" || name == "MQIsdp";
    reader.fail("not MQTT 3.1.1 or 5.0", mqtt ? reason::kUnsupportedVersion : reason::kMalformed);
    return packet;
  }
  packet.version = static_cast<Version>(level);
  const uint8_t flags = reader.byte();
  if ((flags & 0x01) != 0) reader.fail("reserved connect flag is set");
  if ((flags & 0x04) == 0 && (flags & 0x38) != 0) reader.fail("will flags are set without a will");
  const bool has_username = (flags & 0x80) != 0, has_password = (flags & 0x40) != 0;
  if (packet.version == Version::k311 && has_password && !has_username) {
    reader.fail("password without user name");
  }
  packet.clean_start = (flags & 0x02) != 0;
  packet.keep_alive_s = reader.two_bytes();
  if (packet.version == Version::k5) packet.properties = read_properties(reader, kConnect);
  packet.client_id = reader.text();
  if ((flags & 0x04) != 0) read_will(reader, flags, packet);
  if (has_username) packet.username = reader.text();
  if (has_password) packet.password = reader.binary();
  return packet;
}

Packet read_connack(Reader& reader, Version version) {
  ConnAck packet;
  const uint8_t flags = reader.byte();
  if (flags > 1) reader.fail("reserved acknowledge flags are set");
  packet.session_present = flags == 1;
  packet.code = reader.byte();
  if (version == Version::k5) packet.properties = read_properties(reader, kConnAck);
  return packet;
}

Packet read_publish(Reader& reader, uint8_t flags, Version version) {
  Publish packet;
  packet.dup = (flags & 8) != 0;
  packet.qos = flags >> 1 & 3;
  packet.retain = (flags & 1) != 0;
  if (packet.qos == 3) reader.fail("QoS 3 does not exist");
  if (packet.qos == 0 && packet.dup) reader.fail("duplicate flag on QoS 0");
  packet.topic = reader.text();
  if (!reader.failed() && !valid_topic_name(packet.topic)) {
    reader.fail("topic name has wildcards", reason::kTopicInvalid);
  }
  if (packet.qos > 0) packet.packet_id = read_packet_id(reader);
  if (version == Version::k5) packet.properties = read_properties(reader, kPublish);
  const bool has_alias = packet.properties.find(PropertyId::kTopicAlias) != nullptr;
  if (!reader.failed() && packet.topic.empty() && !has_alias) {
    reader.fail("topic name is empty", version == Version::k5 ? reason::kProtocolError : reason::kMalformed);
  }
  packet.payload = reader.rest();
  return packet;
}

Packet read_puback(Reader& reader, Version version) {
  PubAck packet;
  packet.packet_id = read_packet_id(reader);
  if (version == Version::k311 || reader.empty()) return packet;
  packet.code = reader.byte();
  if (!reader.empty()) packet.properties = read_properties(reader, kPubAck);
  return packet;
}

Packet read_qos_two(Reader& reader, uint8_t type) {
  QosTwoStep packet{type, read_packet_id(reader)};
  reader.rest();
  return packet;
}

Packet read_subscribe(Reader& reader, Version version) {
  Subscribe packet;
  packet.packet_id = read_packet_id(reader);
  if (version == Version::k5) packet.properties = read_properties(reader, kSubscribe);
  if (reader.empty()) reader.fail("SUBSCRIBE without a topic filter", reason::kProtocolError);
  while (!reader.empty()) {
    Filter filter;
    filter.topic = reader.text();
    const uint8_t options = reader.byte();
    filter.qos = options & 3;
    if (reader.failed()) break;
    if (!valid_topic_filter(filter.topic)) reader.fail("topic filter is not well formed");
    if (filter.qos == 3) reader.fail("QoS 3 does not exist");
    const uint8_t reserved = version == Version::k5 ? 0xC0 : 0xFC;
    if ((options & reserved) != 0) reader.fail("reserved subscription options are set");
    if ((options & 0x30) == 0x30) reader.fail("retain handling 3 does not exist", reason::kProtocolError);
    packet.filters.push_back(filter);
  }
  return packet;
}

Packet read_suback(Reader& reader, Version version) {
  SubAck packet;
  packet.packet_id = read_packet_id(reader);
  if (version == Version::k5) read_properties(reader, kSubAck);
  for (const char code : reader.rest()) packet.codes.push_back(static_cast<uint8_t>(code));
  return packet;
}

Packet read_unsubscribe(Reader& reader, Version version) {
  Unsubscribe packet;
  packet.packet_id = read_packet_id(reader);
  if (version == Version::k5) read_properties(reader, kUnsubscribe);
  if (reader.empty()) reader.fail("UNSUBSCRIBE without a topic filter", reason::kProtocolError);
  while (!reader.empty()) {
    packet.topics.push_back(reader.text());
    if (!reader.failed() && !valid_topic_filter(packet.topics.back())) {
      reader.fail("topic filter is not well formed");
    }
  }
  return packet;
}

Packet read_unsuback(Reader& reader, Version version) {
  UnsubAck packet;
  packet.packet_id = read_packet_id(reader);
  if (version == Version::k5) {
    read_properties(reader, kUnsubAck);
    for (const char code : reader.rest()) packet.codes.push_back(static_cast<uint8_t>(code));
  }
  return packet;
}

Packet read_disconnect(Reader& reader, Version version) {
  Disconnect packet;
  if (version == Version::k311 || reader.empty()) return packet;
  packet.code = reader.byte();
  if (!reader.empty()) packet.properties = read_properties(reader, kDisconnect);
  return packet;
}

Packet read_auth(Reader& reader, Version version) {
  if (version == Version::k311) reader.fail("packet type 15 does not exist in 3.1.1");
  reader.rest();
  return Auth{};
}

bool flags_ok(uint8_t type, uint8_t flags) {
  if (type == kPublish) return true;
  const bool two = type == kPubRel || type == kSubscribe || type == kUnsubscribe;
  return flags == (two ? 2 : 0);
}

Packet read_packet(Reader& reader, uint8_t type, uint8_t flags, Version version) {
  switch (type) {
    case kConnect:
      return read_connect(reader);
    case kConnAck:
      return read_connack(reader, version);
    case kPublish:
      return read_publish(reader, flags, version);
    case kPubAck:
      return read_puback(reader, version);
    case kPubRec:
    case kPubRel:
    case kPubComp:
      return read_qos_two(reader, type);
    case kSubscribe:
      return read_subscribe(reader, version);
    case kSubAck:
      return read_suback(reader, version);
    case kUnsubscribe:
      return read_unsubscribe(reader, version);
    case kUnsubAck:
      return read_unsuback(reader, version);
    case kPingReq:
      return PingReq{};
    case kPingResp:
      return PingResp{};
    case kDisconnect:
      return read_disconnect(reader, version);
    case kAuth:
      return read_auth(reader, version);
    default:
      reader.fail("packet type 0 does not exist");
      return PingReq{};
  }
}

}  // namespace

PropertyKind property_kind(PropertyId id) {
  return property_rule(id).kind;
}

const Property* Properties::find(PropertyId id) const {
  for (const Property& property : list) {
    if (property.id == id) return &property;
  }
  return nullptr;
}

uint32_t Properties::number(PropertyId id, uint32_t otherwise) const {
  const Property* property = find(id);
  return property == nullptr ? otherwise : property->number;
}

std::variant<std::monostate, Frame, Malformed> find_frame(std::string_view bytes, size_t packet_bytes_max) {
  if (bytes.empty()) return std::monostate{};
  const uint8_t first = static_cast<uint8_t>(bytes[0]);
  if (!flags_ok(first >> 4, first & 15)) return Malformed{reason::kMalformed, "reserved header flags"};
  if (first >> 4 == 0) return Malformed{reason::kMalformed, "packet type 0 does not exist"};
  uint32_t length = 0;
  size_t at = 1;
  for (;; ++at) {
    if (at == 5) return Malformed{reason::kMalformed, "length is longer than four bytes"};
    if (at == bytes.size()) return std::monostate{};
    const uint8_t next = static_cast<uint8_t>(bytes[at]);
    length |= static_cast<uint32_t>(next & 0x7F) << 7 * (at - 1);
    if ((next & 0x80) == 0) {
      if (next == 0 && at > 1) {
        return Malformed{reason::kMalformed, "length is written in more bytes than it needs"};
      }
      break;
    }
  }
  const size_t header = at + 1;
  if (header + length > packet_bytes_max) return Malformed{reason::kPacketTooLarge, "packet is too large"};
  if (bytes.size() < header + length) return std::monostate{};
  return Frame{first, bytes.substr(header, length), header + length};
}

std::variant<Packet, Malformed> decode(const Frame& frame, Version version) {
  Reader reader(frame.body);
  const uint8_t type = frame.first >> 4, flags = frame.first & 15;
  if (!flags_ok(type, flags)) return Malformed{reason::kMalformed, "reserved header flags"};
  Packet packet = read_packet(reader, type, flags, version);
  if (!reader.failed() && !reader.empty()) reader.fail("packet is longer than its contents");
  if (reader.failed()) return reader.error();
  return packet;
}

bool valid_text(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const uint8_t lead = static_cast<uint8_t>(text[at]);
    if (lead < 0x80) {
      if (lead == 0) return false;
      ++at;
      continue;
    }
    const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return false;
    uint32_t point = lead & (0xFFu >> (size + 1));
    for (size_t k = 1; k < size; ++k) {
      const uint8_t next = static_cast<uint8_t>(text[at + k]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kSmallest[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    at += size;
  }
  return true;
}

}  // namespace haechi::gateway::mqtt
