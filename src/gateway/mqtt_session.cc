#include "gateway/mqtt_session.h"

#include <algorithm>
#include <utility>

#include "gateway/signed_reports.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {

namespace reason = mqtt::reason;
using mqtt::PropertyId;

namespace {

constexpr Duration kRetryWaitMin = Duration::millis(50);
constexpr Duration kRetryWaitMax = Duration::seconds(1);

// A CONNECT that could not be read may still say that it is of MQTT 5 and so understands a reason code.
bool claims_v5(std::string_view connect_body) {
  using namespace std::string_view_literals;
  return connect_body.size() > 6 && connect_body.substr(0, 6) == "\0\4MQTT"sv && connect_body[6] == 5;
}

std::string sentence(const Rejection& why) {
  return why.code + (why.field.empty() ? "" : " at " + why.field) + ": " + why.reason;
}

}  // namespace

MqttSession::MqttSession(MqttHub& hub, Time now)
    : hub_(hub), id_(hub.open(*this)), last_packet_at_(now), silence_max_(hub.limits().connect_wait) {}

MqttSession::~MqttSession() {
  if (device_ != nullptr) device_->session = nullptr;
  hub_.close(*this);
}

std::string_view MqttSession::device_id() const {
  return device_ == nullptr ? std::string_view() : std::string_view(device_->id);
}

size_t MqttSession::on_bytes(std::string_view bytes, Time now) {
  size_t used = 0;
  const Suspects::Reading reading(device_ == nullptr ? std::string_view(from_) : device_id());
  const bool was_blocked = std::exchange(blocked_, false);
  while (!ended_ && used < bytes.size()) {
    if (device_ == nullptr && bytes[used] != 0x10) {
      fail(reason::kProtocolError, "the first packet is not CONNECT", now);
      break;
    }
    if (must_wait(now)) {
      blocked_ = true;
      if (!was_blocked) hub_.counters().pauses.add();
      break;
    }
    const size_t bytes_max =
        device_ == nullptr ? hub_.limits().connect_bytes_max : hub_.limits().packet_bytes_max;
    const auto found = mqtt::find_frame(bytes.substr(used), bytes_max);
    if (std::holds_alternative<std::monostate>(found)) break;
    if (const auto* malformed = std::get_if<mqtt::Malformed>(&found)) {
      fail(malformed->code, malformed->text, now);
      break;
    }
    const mqtt::Frame& frame = std::get<mqtt::Frame>(found);
    used += frame.bytes;
    last_packet_at_ = now;
    handle(frame, now);
  }
  if (was_blocked && !blocked_) last_packet_at_ = now;  // its silence was of our making
  return ended_ ? bytes.size() : used;
}

// A full window, a crowd, a spine without room or a spent rate all answer in the same way: the peer is not
// read.
bool MqttSession::must_wait(Time now) {
  if (device_ == nullptr) return false;
  // MQTT 5 peers know their window and are told when they overrun it; only what they need not count waits
  // here.
  const size_t pending_max = hub_.limits().inflight_max * (is_v5() ? size_t{2} : size_t{1});
  if (pending_.size() >= pending_max || pending_bytes_ >= hub_.limits().inflight_bytes_max) return true;
  if (hub_.crowded(at_spine_)) return true;
  if (retrying_ == 0 && hub_.may_send(*device_, now)) return false;
  hub_.wait(*this);
  return true;
}

void MqttSession::handle(const mqtt::Frame& frame, Time now) {
  const auto decoded = mqtt::decode(frame, version_);
  if (const auto* malformed = std::get_if<mqtt::Malformed>(&decoded)) {
    if (device_ == nullptr && malformed->code == reason::kUnsupportedVersion) {
      mqtt::encode(mqtt::ConnAck{false, 1, {}}, mqtt::Version::k311, output_);
    } else if (device_ == nullptr && claims_v5(frame.body)) {
      mqtt::encode(mqtt::ConnAck{false, malformed->code, {}}, mqtt::Version::k5, output_);
    }
    return fail(malformed->code, malformed->text, now);
  }
  const mqtt::Packet& packet = std::get<mqtt::Packet>(decoded);
  if (device_ != nullptr) return handle_connected(packet, now);
  connect(std::get<mqtt::Connect>(packet), now);  // on_bytes lets nothing else through
}

void MqttSession::handle_connected(const mqtt::Packet& packet, Time now) {
  const Suspects::Reading reading(device_id());
  if (const auto* publish_packet = std::get_if<mqtt::Publish>(&packet)) return publish(*publish_packet, now);
  if (const auto* puback = std::get_if<mqtt::PubAck>(&packet)) return acknowledged(*puback);
  if (std::holds_alternative<mqtt::PingReq>(packet)) {
    mqtt::encode(mqtt::PingResp{}, output_);
    return hub_.touch(*this);
  }
  if (const auto* wanted = std::get_if<mqtt::Subscribe>(&packet)) return subscribe(*wanted, now);
  if (const auto* unwanted = std::get_if<mqtt::Unsubscribe>(&packet)) return unsubscribe(*unwanted);
  if (const auto* bye = std::get_if<mqtt::Disconnect>(&packet))
    return end(bye->code == reason::kSuccess, now);
  if (std::holds_alternative<mqtt::Connect>(packet)) {
    return fail(reason::kProtocolError, "a second CONNECT on one connection", now);
  }
  if (std::holds_alternative<mqtt::QosTwoStep>(packet)) {
    return fail(reason::kProtocolError, "QoS 2 is not offered", now);
  }
  fail(reason::kProtocolError, "a packet that only a server sends, or AUTH without an agreed method", now);
}

void MqttSession::refuse_connect(uint8_t code_311, uint8_t code_5, const char* code, const char* text,
                                 std::string_view device_id, Time now) {
  hub_.counters().connects_refused.add();
  hub_.reject(device_id, {code, "", text}, now);
  mqtt::encode(mqtt::ConnAck{false, is_v5() ? code_5 : code_311, {}}, version_, output_);
  end(false, now);
}

void MqttSession::connect(const mqtt::Connect& packet, Time now) {
  version_ = packet.version;
  if (packet.properties.find(PropertyId::kAuthMethod) != nullptr) {
    return refuse_connect(5, reason::kBadAuthMethod, "bad_auth_method",
                          "enhanced authentication is not offered", {}, now);
  }
  if (!packet.username || !packet.password) {
    return refuse_connect(5, reason::kNotAuthorised, "anonymous", "a user name and a password are required",
                          {}, now);
  }
  secret_sha256_ = sha256(*packet.password);
  if (!hub_.devices().proves(*packet.username, view(secret_sha256_), hub_.wall())) {
    return refuse_connect(4, reason::kBadCredential, "bad_credential",
                          "no device in use has this name and secret", *packet.username, now);
  }
  if (packet.client_id != *packet.username) {
    return refuse_connect(2, reason::kBadClientId, "bad_client_id",
                          "client id and user name must be the device id", *packet.username, now);
  }
  if (certificate_name_ && *certificate_name_ != packet.client_id) {
    return refuse_connect(5, reason::kNotAuthorised, "foreign_certificate",
                          "the certificate is not that of the device", packet.client_id, now);
  }
  if (hub_.shuns(packet.client_id))
    return refuse_connect(3, reason::kServerUnavailable, "shunned", Suspects::kWhy, packet.client_id, now);
  topic_prefix_ = "d/" + std::string(packet.client_id) + "/";
  if (!will_ok(packet, now)) return;
  device_ = hub_.claim(*this, packet.client_id, now);
  if (device_ == nullptr) {
    return refuse_connect(3, reason::kQuotaExceeded, "takeover_flood",
                          "two senders take one device's connection from each other", packet.client_id, now);
  }
  welcome(packet, now);
}

bool MqttSession::will_ok(const mqtt::Connect& packet, Time now) {
  if (!packet.will) return true;
  const std::string_view id = packet.client_id;
  if (packet.will->topic != topic_prefix_ + "will") {
    refuse_connect(5, reason::kNotAuthorised, "foreign_topic",
                   "the will must be for the device's own will topic", id, now);
  } else if (packet.will->qos == 2) {
    refuse_connect(5, reason::kQosUnsupported, "bad_will", "the will has QoS 2", id, now);
  } else if (is_v5() && packet.will->retain) {
    refuse_connect(5, reason::kRetainUnsupported, "bad_will", "the will is to be retained", id, now);
  } else {
    return true;
  }
  return false;
}

void MqttSession::welcome(const mqtt::Connect& packet, Time now) {
  const MqttLimits& limits = hub_.limits();
  mqtt::ConnAck answer;
  Duration keep_alive = Duration::seconds(packet.keep_alive_s);
  const bool ours = packet.keep_alive_s == 0 || keep_alive > limits.keep_alive_max;
  if (ours) keep_alive = packet.keep_alive_s == 0 ? limits.keep_alive_default : limits.keep_alive_max;
  silence_max_ = Duration{keep_alive.us * 3 / 2};
  if (!is_v5() && packet.keep_alive_s == 0) silence_max_ = limits.keep_alive_default;
  last_packet_at_ = now;
  if (is_v5()) {
    reasons_wanted_ = packet.properties.number(PropertyId::kRequestProblem, 1) == 1;
    peer_packet_bytes_max_ = packet.properties.number(PropertyId::kMaximumPacketSize, UINT32_MAX);
    if (packet.properties.number(PropertyId::kSessionExpiry, 0) > 0) {
      answer.properties.add(PropertyId::kSessionExpiry, 0u);
    }
    answer.properties.add(PropertyId::kReceiveMaximum, limits.inflight_max);
    answer.properties.add(PropertyId::kMaximumQos, 1u);
    answer.properties.add(PropertyId::kRetainAvailable, 0u);
    answer.properties.add(PropertyId::kMaximumPacketSize, static_cast<uint32_t>(limits.packet_bytes_max));
    answer.properties.add(PropertyId::kSubscriptionIdAvailable, 0u);
    if (ours) answer.properties.add(PropertyId::kServerKeepAlive, static_cast<uint32_t>(keep_alive.s()));
  }
  mqtt::encode(answer, version_, output_);
  hub_.touch(*this);
}

void MqttSession::publish(const mqtt::Publish& packet, Time now) {
  if (packet.qos == 2) return fail(reason::kQosUnsupported, "QoS 2 is not offered", now);
  if (is_v5()) {
    if (packet.retain) return fail(reason::kRetainUnsupported, "retained messages are not offered", now);
    if (packet.properties.find(PropertyId::kTopicAlias) != nullptr) {
      return fail(reason::kTopicAliasInvalid, "topic aliases are not offered", now);
    }
    if (packet.properties.find(PropertyId::kSubscriptionId) != nullptr) {
      return fail(reason::kProtocolError, "a client's PUBLISH has a subscription identifier", now);
    }
    if (packet.qos == 1 && pending_qos1_ >= hub_.limits().inflight_max) {
      return fail(reason::kReceiveMaximumExceeded, "more unacknowledged messages than allowed", now);
    }
  }
  const std::string_view topic = packet.topic;
  const bool own = topic.starts_with(topic_prefix_);
  const std::string_view leaf = own ? topic.substr(topic_prefix_.size()) : std::string_view();
  if (leaf == "report") return take(packet, Form::kReport, now);
  if (leaf == "reports") return take(packet, Form::kBatch, now);
  if (leaf == "signed") return take(packet, Form::kSigned, now);
  publish_elsewhere(packet, now);
}

void MqttSession::publish_elsewhere(const mqtt::Publish& packet, Time now) {
  hub_.counters().foreign_topics.add();
  hub_.reject(device_id(), {"foreign_topic", "", "published to a topic that is not the device's own"}, now);
  if (!is_v5()) return fail(reason::kNotAuthorised, "published to a topic that is not the device's own", now);
  if (packet.qos == 0) return hub_.spend(*device_, 1);
  hub_.spend(*device_, 1);
  Pending& refused = pending_.emplace_back();
  refused.packet_id = packet.packet_id;
  refused.qos = 1;
  refused.refuse(reason::kNotAuthorised, "not your topic");
  pending_bytes_ += refused.bytes();
  ++pending_qos1_;
  settle();
}

ReadReports MqttSession::read_payload(std::string_view payload, Form form, Time received_at) const {
  return read_reports(payload, form == Form::kBatch, device_->id, received_at,
                      form == Form::kSigned ? "mqtt-signed" : "mqtt", hub_.devices());
}

std::string MqttSession::open(std::string_view payload, Time received_at, ReadReports& read) const {
  v1::SignedReport from;
  v1::Report report;
  if (!from.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    read.rejections.push_back({"bad_payload", "", "not a haechi.v1.SignedReport"});
  } else if (auto bad = open_signed(from, device_->id, received_at, hub_.devices(), report)) {
    read.rejections.push_back(std::move(*bad));
  }
  return from.report();
}

// Nothing is wrong with the report, and what is acknowledged is not sent again: so it is not.
void MqttSession::leave_unread(const Rejection& why, Time now) {
  hub_.reject(device_->id, why, now);
  say_goodbye(reason::kServerUnavailable, "the key of this device cannot be read now");
  end(false, now);
}

void MqttSession::take(const mqtt::Publish& packet, Form form, Time now) {
  const Time received_at = hub_.wall();
  ReadReports read;
  std::string payload(packet.payload);
  if (form == Form::kSigned) payload = open(packet.payload, received_at, read);
  if (!read.rejections.empty() && read.rejections.front().code == kNoKey)
    return leave_unread(read.rejections.front(), now);
  const uint64_t seq = first_seq_ + pending_.size();
  Pending& pending = pending_.emplace_back();
  pending.packet_id = packet.packet_id;
  pending.qos = packet.qos;
  pending.form = form;
  pending.received_at = received_at;
  if (packet.qos == 1) ++pending_qos1_;
  if (read.rejections.empty()) read = read_payload(payload, form, pending.received_at);
  hub_.spend(*device_, std::max<size_t>(1, read.facts.size()));
  for (const Rejection& rejection : read.rejections) hub_.reject(device_->id, rejection, now);
  const size_t unread = read.facts.empty() ? 1 : read.facts.size() - read.admitted;
  if (unread > 0) {
    hub_.counters().reports_refused.add(unread);
    pending.refuse(reason::kPayloadInvalid, sentence(read.rejections.front()));
  }
  if (read.admitted > 0) pending.payload = std::move(payload);
  pending_bytes_ += pending.bytes();
  if (read.admitted == 0) return settle();
  pending.outstanding = static_cast<uint32_t>(read.admitted);
  at_spine_ += read.admitted;
  for (uint32_t index = 0; index < read.facts.size(); ++index) {
    if (read.facts[index] != nullptr) hub_.submit_report(std::move(read.facts[index]), id_, seq, index, now);
  }
}

void MqttSession::on_receipt(uint64_t seq, uint32_t index, Outcome outcome, Time now) {
  if (ended_) return;
  ENSURE(seq >= first_seq_ && seq - first_seq_ < pending_.size(), seq, first_seq_, pending_.size());
  Pending& pending = pending_[seq - first_seq_];
  ENSURE(pending.outstanding > 0, seq, index);
  --pending.outstanding;
  --at_spine_;
  switch (outcome) {
    case Outcome::kDurable:
      pending.durable = true;
      retry_wait_ = kRetryWaitMin;
      break;
    case Outcome::kExhausted:
      if (pending.exhausted.empty()) ++retrying_;
      pending.exhausted.push_back(index);
      retry_at_ = now + retry_wait_;
      hub_.wait(*this);
      return;
    case Outcome::kInvalid:
      refuse_late(pending, {"refused", "", "the report cannot be kept"}, now);
      break;
    case Outcome::kStopped:
      say_goodbye(reason::kShuttingDown, "");
      return end(true, now);
  }
  settle();
}

void MqttSession::resume(Time now) {
  if (ended_ || retrying_ == 0) return;
  if (now < retry_at_) return hub_.wait(*this);
  retry_wait_ = std::min(retry_wait_ * 2, kRetryWaitMax);
  retrying_ = 0;
  for (size_t at = 0; at < pending_.size(); ++at) {
    Pending& pending = pending_[at];
    if (pending.exhausted.empty()) continue;
    std::vector<uint32_t> again;
    again.swap(pending.exhausted);
    ReadReports read = read_payload(pending.payload, pending.form, pending.received_at);
    for (const uint32_t index : again) {
      if (read.facts[index] == nullptr) {
        refuse_late(pending,
                    {"refused_since", "", "the device was retired, or has to sign, since it sent this"}, now);
        continue;
      }
      ++pending.outstanding;
      ++at_spine_;
      hub_.counters().reports_retried.add();
      hub_.submit_report(std::move(read.facts[index]), id_, first_seq_ + at, index, now);
    }
  }
  settle();
}

// A report that was admitted is kept nowhere after all.
void MqttSession::refuse_late(Pending& pending, const Rejection& why, Time now) {
  hub_.counters().reports_refused.add();
  hub_.reject(device_->id, why, now);
  pending_bytes_ -= pending.bytes();
  pending.refuse(reason::kPayloadInvalid, sentence(why));
  pending_bytes_ += pending.bytes();
}

// Writes the acknowledgements that have become due, in order of arrival.
void MqttSession::settle() {
  bool wrote = false;
  while (!pending_.empty() && pending_.front().settled()) {
    const Pending& first = pending_.front();
    if (first.qos == 1) {
      write_puback(first);
      --pending_qos1_;
    }
    pending_bytes_ -= first.bytes();
    pending_.pop_front();
    ++first_seq_;
    wrote = true;
  }
  if (wrote) hub_.touch(*this);
}

// Success means that what can be kept of it is durable; of a batch that was refused in part it says what for.
void MqttSession::write_puback(const Pending& pending) {
  const bool kept = pending.durable || !is_v5();
  mqtt::PubAck answer{pending.packet_id, kept ? uint8_t{0} : pending.code, {}};
  const size_t with_reason_bytes = pending.refusal.size() + 16;
  if (is_v5() && !pending.refusal.empty() && reasons_wanted_ && with_reason_bytes <= peer_packet_bytes_max_) {
    answer.properties.add(PropertyId::kReasonString, pending.refusal);
  }
  mqtt::encode(answer, version_, output_);
}

void MqttSession::subscribe(const mqtt::Subscribe& packet, Time now) {
  if (packet.properties.find(PropertyId::kSubscriptionId) != nullptr) {
    return fail(reason::kSubscriptionIdUnsupported, "subscription identifiers are not offered", now);
  }
  mqtt::SubAck answer{packet.packet_id, {}};
  bool own = false;
  for (const mqtt::Filter& filter : packet.filters) {
    if (filter.topic == topic_prefix_ + "cmd") {
      own = subscribed_ = true;
      command_qos_ = std::min<uint8_t>(filter.qos, 1);
      answer.codes.push_back(command_qos_);
      continue;
    }
    answer.codes.push_back(is_v5() ? reason::kNotAuthorised : 0x80);
    hub_.counters().foreign_topics.add();
    hub_.reject(device_id(), {"foreign_topic", "", "subscribed to a topic that is not the device's own"},
                now);
  }
  mqtt::encode(answer, version_, output_);
  hub_.touch(*this);
  if (!own) return;
  command_no_ = 0;
  send_command();
}

void MqttSession::unsubscribe(const mqtt::Unsubscribe& packet) {
  mqtt::UnsubAck answer{packet.packet_id, {}};
  for (const std::string_view topic : packet.topics) {
    const bool had = subscribed_ && topic == topic_prefix_ + "cmd";
    if (had) subscribed_ = false;
    answer.codes.push_back(had ? reason::kSuccess : reason::kNoSubscription);
  }
  mqtt::encode(answer, version_, output_);
  hub_.touch(*this);
}

// One command is in flight at a time: a newer one follows when the peer has acknowledged the one before.
void MqttSession::send_command() {
  if (ended_ || device_ == nullptr || !subscribed_ || command_packet_id_ != 0) return;
  if (device_->command_json.empty() || device_->command_no == command_no_) return;
  const std::string topic = topic_prefix_ + "cmd";
  if (topic.size() + device_->command_json.size() + 10 > peer_packet_bytes_max_) return;
  mqtt::Publish packet;
  packet.qos = command_qos_;
  packet.topic = topic;
  packet.payload = device_->command_json;
  if (command_qos_ == 1) {
    last_packet_id_ = last_packet_id_ == UINT16_MAX ? 1 : last_packet_id_ + 1;
    packet.packet_id = command_packet_id_ = last_packet_id_;
  }
  command_no_ = device_->command_no;
  mqtt::encode(packet, version_, output_);
  hub_.counters().commands_sent.add();
  hub_.touch(*this);
}

void MqttSession::on_command(Time) {
  send_command();
}

void MqttSession::acknowledged(const mqtt::PubAck& packet) {
  if (command_packet_id_ == 0 || packet.packet_id != command_packet_id_) return;
  command_packet_id_ = 0;
  hub_.counters().commands_acknowledged.add();
  if (device_->command_no == command_no_) {
    device_->command_json.clear();
  } else {
    send_command();
  }
}

void MqttSession::on_tick(Time now) {
  if (ended_) return;
  if (device_ != nullptr && !hub_.devices().proves(device_->id, view(secret_sha256_), hub_.wall())) {
    say_goodbye(reason::kNotAuthorised, "the secret has ended");
    return end(false, now);
  }
  if (now - last_packet_at_ < silence_max_) return;
  if (device_ == nullptr) {
    hub_.counters().connect_timeouts.add();
    return end(false, now);
  }
  if (blocked_) return;  // it is we who do not listen
  hub_.counters().keep_alive_timeouts.add();
  say_goodbye(reason::kKeepAliveTimeout, "");
  end(false, now);
}

void MqttSession::on_peer_gone(Time now) {
  if (!ended_) end(false, now);
}

void MqttSession::on_shutdown() {
  if (ended_) return;
  if (device_ != nullptr) {
    say_goodbye(reason::kShuttingDown, "");
    device_->session = nullptr;
    device_ = nullptr;
  }
  ended_ = true;
}

void MqttSession::on_taken_over() {
  say_goodbye(reason::kTakenOver, "");
  device_ = nullptr;
  ended_ = true;
  hub_.touch(*this);
}

void MqttSession::fail(uint8_t code, const char* text, Time now) {
  hub_.counters().protocol_errors.add();
  say_goodbye(code, text);
  end(false, now);
}

// MQTT 3.1.1 has no such word: there the closed connection says it all.
void MqttSession::say_goodbye(uint8_t code, const char* text) {
  if (device_ == nullptr || !is_v5()) return;
  mqtt::Disconnect packet{code, {}};
  if (text[0] != '\0' && std::string_view(text).size() + 16 <= peer_packet_bytes_max_) {
    packet.properties.add(PropertyId::kReasonString, std::string_view(text));
  }
  mqtt::encode(packet, version_, output_);
}

void MqttSession::end(bool farewell, Time now) {
  ended_ = true;
  if (device_ != nullptr) hub_.release(*std::exchange(device_, nullptr), farewell, now);
  hub_.touch(*this);
}

}  // namespace haechi::gateway
