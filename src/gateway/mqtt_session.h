// MqttSession: the protocol of one MQTT connection. Bytes in, bytes out, no sockets and no clock of its own.
//
// Promises: nothing but CONNECT is heard before the device has proved itself; a PUBACK is written only when
// every admitted report of that PUBLISH is durable, and PUBACKs keep the order of arrival; whatever the peer
// sends, what is held for it stays within MqttLimits; it ends two seconds after its secret at the latest.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "gateway/mqtt_codec.h"
#include "gateway/mqtt_hub.h"
#include "gateway/report_reader.h"
#include "gateway/suspects.h"

namespace haechi::gateway {

class MqttSession {
 public:
  // `hub` outlives the session.
  MqttSession(MqttHub& hub, Time now);
  ~MqttSession();
  MqttSession(const MqttSession&) = delete;
  MqttSession& operator=(const MqttSession&) = delete;

  uint64_t id() const { return id_; }

  // Takes whole packets off the front of `bytes` and returns how many bytes that were. What is left is an
  // unfinished packet, or, if blocked(), packets that must wait: call again with the same bytes when the hub
  // says so.
  size_t on_bytes(std::string_view bytes, Time now);
  bool blocked() const { return blocked_; }

  // The peer has shown a certificate of this name: it may speak for the device of that id only.
  void must_be(std::string name) { certificate_name_ = std::move(name); }
  // Where its bytes come from, until a device has proved itself.
  void comes_from(const std::string& address) { from_ = Suspects::name_of_address(address); }
  void count_failed_handshake() { hub_.counters().handshakes_failed.add(); }

  // Sends again what the spine had no room for, if it is time.
  void resume(Time now);

  void on_tick(Time now);
  void on_peer_gone(Time now);  // the transport ended
  void on_shutdown();           // we are going away: says so, tells the log nothing
  void on_receipt(uint64_t seq, uint32_t index, Outcome outcome, Time now);
  void on_taken_over();
  void on_command(Time now);

  // To be written to the peer; the caller empties it.
  std::string& output() { return output_; }
  // No more is heard. Write what is left of the output, then close.
  bool ended() const { return ended_; }
  bool connected() const { return device_ != nullptr; }

 private:
  friend class MqttHub;  // touched_ and waiting_

  // What a topic of the device takes.
  enum class Form : uint8_t { kReport, kBatch, kSigned };

  // A PUBLISH whose acknowledgement is still owed.
  struct Pending {
    uint16_t packet_id = 0;
    uint8_t qos = 0;
    uint8_t code = 0;
    Form form = Form::kReport;
    uint32_t outstanding = 0;         // reports at the spine
    std::vector<uint32_t> exhausted;  // reports the spine had no room for
    bool durable = false;             // one report of it at least
    Time received_at;
    std::string payload;  // to submit again, taken out of what was signed
    std::string refusal;  // why a report of it, or all of it, is not kept
    bool settled() const { return outstanding == 0 && exhausted.empty(); }
    size_t bytes() const { return payload.size() + refusal.size(); }
    void refuse(uint8_t because, std::string why) {
      code = because;
      refusal = std::move(why);
    }
  };

  void handle(const mqtt::Frame& frame, Time now);
  void handle_connected(const mqtt::Packet& packet, Time now);
  void connect(const mqtt::Connect& packet, Time now);
  bool will_ok(const mqtt::Connect& packet, Time now);
  void refuse_connect(uint8_t code_311, uint8_t code_5, const char* code, const char* text,
                      std::string_view device_id, Time now);
  void welcome(const mqtt::Connect& packet, Time now);
  void publish(const mqtt::Publish& packet, Time now);
  void publish_elsewhere(const mqtt::Publish& packet, Time now);
  void leave_unread(const Rejection& why, Time now);
  void take(const mqtt::Publish& packet, Form form, Time now);
  void refuse_late(Pending& pending, const Rejection& why, Time now);
  // The reports of a payload, which was proven before if its form is kSigned.
  ReadReports read_payload(std::string_view payload, Form form, Time received_at) const;
  // What a signed payload holds; or a rejection among what is read of it.
  std::string open(std::string_view payload, Time received_at, ReadReports& read) const;
  void subscribe(const mqtt::Subscribe& packet, Time now);
  void unsubscribe(const mqtt::Unsubscribe& packet);
  void acknowledged(const mqtt::PubAck& packet);
  void send_command();
  void settle();
  void write_puback(const Pending& pending);
  bool must_wait(Time now);
  void fail(uint8_t code, const char* text, Time now);
  void say_goodbye(uint8_t code, const char* text);
  void end(bool farewell, Time now);
  std::string_view device_id() const;
  bool is_v5() const { return version_ == mqtt::Version::k5; }

  MqttHub& hub_;
  const uint64_t id_;
  mqtt::Version version_ = mqtt::Version::k311;
  MqttDevice* device_ = nullptr;  // set while this session speaks for it
  std::string topic_prefix_;      // "d/<device id>/"
  std::optional<std::string> certificate_name_;
  std::string from_;
  Digest secret_sha256_{};  // of the secret that it signed in with
  std::string output_;
  bool ended_ = false;
  bool blocked_ = false;
  bool touched_ = false;
  bool waiting_ = false;
  bool reasons_wanted_ = true;
  uint32_t peer_packet_bytes_max_ = UINT32_MAX;
  Time last_packet_at_;
  Duration silence_max_;

  std::deque<Pending> pending_;
  uint64_t first_seq_ = 0;  // of pending_.front()
  size_t pending_bytes_ = 0;
  size_t at_spine_ = 0;  // reports
  uint32_t pending_qos1_ = 0;
  uint32_t retrying_ = 0;  // entries with exhausted reports
  Time retry_at_;
  Duration retry_wait_ = Duration::millis(50);

  bool subscribed_ = false;
  uint8_t command_qos_ = 0;
  uint16_t command_packet_id_ = 0;  // in flight; 0: none
  uint64_t command_no_ = 0;         // the one sent last on this connection
  uint16_t last_packet_id_ = 0;
};

}  // namespace haechi::gateway
