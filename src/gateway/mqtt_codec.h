// MQTT 3.1.1 and 5.0 control packets: bytes to values and back. No sockets, no state.
//
// Both directions are here, so that a client (tests, load) can be made of the same parts. A decoded packet
// looks into the bytes it came from and lives no longer than they do. Whatever the bytes, decoding ends in a
// packet or in a Malformed, and never reads past them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace haechi::gateway::mqtt {

enum class Version : uint8_t { k311 = 4, k5 = 5 };

// The reason codes of MQTT 5 that we send or look at.
namespace reason {
inline constexpr uint8_t kSuccess = 0x00, kWithWill = 0x04, kNoSubscription = 0x11, kMalformed = 0x81;
inline constexpr uint8_t kProtocolError = 0x82, kUnsupportedVersion = 0x84, kBadClientId = 0x85;
inline constexpr uint8_t kBadCredential = 0x86, kNotAuthorised = 0x87, kServerUnavailable = 0x88;
inline constexpr uint8_t kShuttingDown = 0x8B, kBadAuthMethod = 0x8C, kKeepAliveTimeout = 0x8D;
inline constexpr uint8_t kTakenOver = 0x8E, kTopicInvalid = 0x90, kReceiveMaximumExceeded = 0x93;
inline constexpr uint8_t kTopicAliasInvalid = 0x94, kPacketTooLarge = 0x95, kQuotaExceeded = 0x97;
inline constexpr uint8_t kPayloadInvalid = 0x99, kRetainUnsupported = 0x9A, kQosUnsupported = 0x9B;
inline constexpr uint8_t kSubscriptionIdUnsupported = 0xA1;
}  // namespace reason

enum class PropertyId : uint8_t {
  kPayloadFormat = 0x01,
  kMessageExpiry = 0x02,
  kContentType = 0x03,
  kResponseTopic = 0x08,
  kCorrelationData = 0x09,
  kSubscriptionId = 0x0B,
  kSessionExpiry = 0x11,
  kAssignedClientId = 0x12,
  kServerKeepAlive = 0x13,
  kAuthMethod = 0x15,
  kAuthData = 0x16,
  kRequestProblem = 0x17,
  kWillDelay = 0x18,
  kRequestResponse = 0x19,
  kResponseInfo = 0x1A,
  kServerReference = 0x1C,
  kReasonString = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kTopicAlias = 0x23,
  kMaximumQos = 0x24,
  kRetainAvailable = 0x25,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
  kWildcardAvailable = 0x28,
  kSubscriptionIdAvailable = 0x29,
  kSharedAvailable = 0x2A,
};

struct Property {
  PropertyId id{};
  uint32_t number = 0;     // of numeric properties
  std::string_view text;   // of text and binary properties; the name of a user property
  std::string_view value;  // of a user property
};

struct Properties {
  std::vector<Property> list;

  const Property* find(PropertyId id) const;
  uint32_t number(PropertyId id, uint32_t otherwise) const;
  void add(PropertyId id, uint32_t number) { list.push_back({id, number, {}, {}}); }
  void add(PropertyId id, std::string_view text) { list.push_back({id, 0, text, {}}); }
};

struct Will {
  std::string_view topic;
  std::string_view payload;
  uint8_t qos = 0;
  bool retain = false;
  Properties properties;
};

struct Connect {
  Version version = Version::k311;
  bool clean_start = true;
  uint16_t keep_alive_s = 0;
  std::string_view client_id;
  std::optional<Will> will;
  std::optional<std::string_view> username;
  std::optional<std::string_view> password;
  Properties properties;
};
struct ConnAck {
  bool session_present = false;
  uint8_t code = 0;  // 3.1.1: 0..5; 5.0: a reason code
  Properties properties;
};
struct Publish {
  bool dup = false;
  uint8_t qos = 0;
  bool retain = false;
  uint16_t packet_id = 0;  // QoS above 0 only
  std::string_view topic;
  std::string_view payload;
  Properties properties;
};
struct PubAck {
  uint16_t packet_id = 0;
  uint8_t code = 0;
  Properties properties;
};
// PUBREC, PUBREL and PUBCOMP: of QoS 2, which we refuse; their contents are not looked at.
struct QosTwoStep {
  uint8_t type = 0;
  uint16_t packet_id = 0;
};
struct Filter {
  std::string_view topic;
  uint8_t qos = 0;
};
struct Subscribe {
  uint16_t packet_id = 0;
  std::vector<Filter> filters;
  Properties properties;
};
struct SubAck {
  uint16_t packet_id = 0;
  std::vector<uint8_t> codes;
};
struct Unsubscribe {
  uint16_t packet_id = 0;
  std::vector<std::string_view> topics;
};
struct UnsubAck {
  uint16_t packet_id = 0;
  std::vector<uint8_t> codes;  // 5.0 only
};
struct PingReq {};
struct PingResp {};
struct Disconnect {
  uint8_t code = 0;
  Properties properties;
};
struct Auth {};

using Packet = std::variant<Connect, ConnAck, Publish, PubAck, QosTwoStep, Subscribe, SubAck, Unsubscribe,
                            UnsubAck, PingReq, PingResp, Disconnect, Auth>;

// Why bytes are not a packet: the reason code of MQTT 5 and a sentence for the log.
struct Malformed {
  uint8_t code = reason::kMalformed;
  const char* text = "";
};

// One packet's bytes, found but not read.
struct Frame {
  uint8_t first = 0;      // type and flags
  std::string_view body;  // after the remaining length
  size_t bytes = 0;       // of the whole packet
};

// Finds the first packet of `bytes`: a frame, or nothing yet (monostate), or why there will never be one. A
// packet longer than `packet_bytes_max` in all is refused as soon as its length can be read.
std::variant<std::monostate, Frame, Malformed> find_frame(std::string_view bytes, size_t packet_bytes_max);

// Reads a frame. `version` is that of the connection; a CONNECT brings its own.
std::variant<Packet, Malformed> decode(const Frame& frame, Version version);

// Appends one packet to `out`. The caller keeps every text within 65535 bytes and the packet within the
// limits.
void encode(const Connect& packet, std::string& out);
void encode(const ConnAck& packet, Version version, std::string& out);
void encode(const Publish& packet, Version version, std::string& out);
void encode(const PubAck& packet, Version version, std::string& out);
void encode(const Subscribe& packet, Version version, std::string& out);
void encode(const SubAck& packet, Version version, std::string& out);
void encode(const Unsubscribe& packet, Version version, std::string& out);
void encode(const UnsubAck& packet, Version version, std::string& out);
void encode(const PingReq& packet, std::string& out);
void encode(const PingResp& packet, std::string& out);
void encode(const Disconnect& packet, Version version, std::string& out);

// Well-formed UTF-8 without U+0000 and surrogates, as MQTT asks of its texts.
bool valid_text(std::string_view text);

// How a property is written, and which packets may carry it. For the codec's own files.
enum class PropertyKind : uint8_t {
  kUnknown,
  kByte,
  kTwoBytes,
  kFourBytes,
  kVariable,
  kText,
  kBinary,
  kTextPair
};
PropertyKind property_kind(PropertyId id);

}  // namespace haechi::gateway::mqtt
