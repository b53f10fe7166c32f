// The writing half of mqtt_codec.h.
#include "base/ensure.h"
#include "gateway/mqtt_codec.h"

namespace haechi::gateway::mqtt {
namespace {

void put_byte(std::string& out, uint32_t value) {
  out.push_back(static_cast<char>(value));
}
void put_two(std::string& out, uint32_t value) {
  put_byte(out, value >> 8 & 0xFF);
  put_byte(out, value & 0xFF);
}
void put_four(std::string& out, uint32_t value) {
  put_two(out, value >> 16);
  put_two(out, value & 0xFFFF);
}
void put_variable(std::string& out, size_t value) {
  ENSURE(value < 268'435'456, value);
  do {
    const uint32_t low = value & 0x7F;
    value >>= 7;
    put_byte(out, value > 0 ? low | 0x80 : low);
  } while (value > 0);
}
void put_text(std::string& out, std::string_view text) {
  ENSURE(text.size() <= 65'535, text.size());
  put_two(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

void put_properties(std::string& out, const Properties& properties) {
  std::string body;
  for (const Property& property : properties.list) {
    put_byte(body, static_cast<uint8_t>(property.id));
    switch (property_kind(property.id)) {
      case PropertyKind::kByte:
        put_byte(body, property.number);
        break;
      case PropertyKind::kTwoBytes:
        put_two(body, property.number);
        break;
      case PropertyKind::kFourBytes:
        put_four(body, property.number);
        break;
      case PropertyKind::kVariable:
        put_variable(body, property.number);
        break;
      case PropertyKind::kText:
      case PropertyKind::kBinary:
        put_text(body, property.text);
        break;
      case PropertyKind::kTextPair:
        put_text(body, property.text);
        put_text(body, property.value);
        break;
      case PropertyKind::kUnknown:
        ENSURE(false, static_cast<int>(property.id));
        break;
    }
  }
  put_variable(out, body.size());
  out.append(body);
}

void put_packet(std::string& out, uint8_t first, std::string_view body) {
  put_byte(out, first);
  put_variable(out, body.size());
  out.append(body);
}

}  // namespace

void encode(const Connect& packet, std::string& out) {
  uint32_t flags = packet.clean_start ? 0x02 : 0;
  if (packet.will) flags |= 0x04u | packet.will->qos << 3 | (packet.will->retain ? 0x20u : 0);
  if (packet.username) flags |= 0x80;
  if (packet.password) flags |= 0x40;
  std::string body;
  put_text(body, "MQTT");
  put_byte(body, static_cast<uint8_t>(packet.version));
  put_byte(body, flags);
  put_two(body, packet.keep_alive_s);
  if (packet.version == Version::k5) put_properties(body, packet.properties);
  put_text(body, packet.client_id);
  if (packet.will) {
    if (packet.version == Version::k5) put_properties(body, packet.will->properties);
    put_text(body, packet.will->topic);
    put_text(body, packet.will->payload);
  }
  if (packet.username) put_text(body, *packet.username);
  if (packet.password) put_text(body, *packet.password);
  put_packet(out, 0x10, body);
}

void encode(const ConnAck& packet, Version version, std::string& out) {
  std::string body;
  put_byte(body, packet.session_present ? 1 : 0);
  put_byte(body, packet.code);
  if (version == Version::k5) put_properties(body, packet.properties);
  put_packet(out, 0x20, body);
}

void encode(const Publish& packet, Version version, std::string& out) {
  std::string head;
  put_text(head, packet.topic);
  if (packet.qos > 0) put_two(head, packet.packet_id);
  if (version == Version::k5) put_properties(head, packet.properties);
  put_byte(out, 0x30u | (packet.dup ? 8u : 0) | packet.qos << 1 | (packet.retain ? 1u : 0));
  put_variable(out, head.size() + packet.payload.size());
  out.append(head).append(packet.payload);
}

void encode(const PubAck& packet, Version version, std::string& out) {
  const bool plain = packet.code == 0 && packet.properties.list.empty();
  if (version == Version::k311 || plain) {  // the hot path: four bytes, nothing allocated
    put_two(out, 0x4002);
    put_two(out, packet.packet_id);
    return;
  }
  std::string body;
  put_two(body, packet.packet_id);
  put_byte(body, packet.code);
  if (!packet.properties.list.empty()) put_properties(body, packet.properties);
  put_packet(out, 0x40, body);
}

void encode(const Subscribe& packet, Version version, std::string& out) {
  std::string body;
  put_two(body, packet.packet_id);
  if (version == Version::k5) put_properties(body, packet.properties);
  for (const Filter& filter : packet.filters) {
    put_text(body, filter.topic);
    put_byte(body, filter.qos);
  }
  put_packet(out, 0x82, body);
}

void encode(const SubAck& packet, Version version, std::string& out) {
  std::string body;
  put_two(body, packet.packet_id);
  if (version == Version::k5) put_byte(body, 0);
  for (const uint8_t code : packet.codes) put_byte(body, code);
  put_packet(out, 0x90, body);
}

void encode(const Unsubscribe& packet, Version version, std::string& out) {
  std::string body;
  put_two(body, packet.packet_id);
  if (version == Version::k5) put_byte(body, 0);
  for (const std::string_view topic : packet.topics) put_text(body, topic);
  put_packet(out, 0xA2, body);
}

void encode(const UnsubAck& packet, Version version, std::string& out) {
  std::string body;
  put_two(body, packet.packet_id);
  if (version == Version::k5) {
    put_byte(body, 0);
    for (const uint8_t code : packet.codes) put_byte(body, code);
  }
  put_packet(out, 0xB0, body);
}

void encode(const PingReq&, std::string& out) {
  put_two(out, 0xC000);
}
void encode(const PingResp&, std::string& out) {
  put_two(out, 0xD000);
}

void encode(const Disconnect& packet, Version version, std::string& out) {
  const bool plain = packet.code == 0 && packet.properties.list.empty();
  if (version == Version::k311 || plain) return put_two(out, 0xE000);
  std::string body;
  put_byte(body, packet.code);
  if (!packet.properties.list.empty()) put_properties(body, packet.properties);
  put_packet(out, 0xE0, body);
}

}  // namespace haechi::gateway::mqtt
