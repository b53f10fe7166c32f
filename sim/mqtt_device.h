// MqttDevice: a device as it stands in the field, over a real socket: MQTT 3.1.1, QoS 1 up, commands down.
//
// It shares no code with the gateway's codec on purpose: two implementations that agree say more than one.
// Lives on one net::Loop; every call and callback there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/loop.h"

namespace haechi::sim {

struct MqttDeviceOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::string device_id;
  std::string secret;
  uint16_t keep_alive_s = 60;
  Duration retry = Duration::millis(200);  // between attempts to connect; doubles up to 5 s
};

class MqttDevice : public std::enable_shared_from_this<MqttDevice> {
 public:
  static std::shared_ptr<MqttDevice> create(net::Loop& loop, MqttDeviceOptions options);
  ~MqttDevice();

  std::function<void()> on_connected;                   // after CONNACK, each time
  std::function<void(std::string)> on_refused;          // CONNACK said no; no further attempts
  std::function<void(std::string payload)> on_command;  // on its command topic

  void connect();
  // Publishes `payload` to d/<id>/report at QoS 1. `acked` when the PUBACK came; what is not acknowledged is
  // kept and sent again, marked DUP, after a reconnect.
  void report(std::string payload, std::function<void()> acked);
  // Closes the connection as a device that lost power does: no DISCONNECT. It does not come back by itself.
  void drop();
  void disconnect();  // says farewell
  bool connected() const;
  size_t unacknowledged() const;

 private:
  struct Inner;
  MqttDevice(net::Loop& loop, MqttDeviceOptions options);
  std::unique_ptr<Inner> inner_;
};

}  // namespace haechi::sim
