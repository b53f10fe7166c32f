// MqttServer: MQTT 3.1.1 and 5.0 for devices, on one TCP port, within bounds. PUBACK means durable.
//
// A device connects with its id as client id and user name and its secret as password. It publishes
// Report to d/<id>/report, ReportBatch to d/<id>/reports (protobuf or JSON) or SignedReport to d/<id>/signed
// (protobuf) at QoS 0 or 1, and may listen to d/<id>/cmd for DeviceCommand as JSON. Anything else is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "gateway/devices.h"
#include "gateway/mqtt_limits.h"
#include "net/loop.h"
#include "net/server.h"
#include "spine/submit.h"

namespace haechi::v1 {
class DeviceCommand;
}  // namespace haechi::v1

namespace haechi::gateway {

class Suspects;

class MqttServer {
 public:
  // Listens on address:port (port 0: any free one), under TLS if the door has it; where peers must show a
  // certificate, that of a device bears the device's id as its name (CN). Fails with kInvalid for a bad
  // address, kUnavailable if the port cannot be had. `devices` is read on the loop's thread only. All
  // references outlive the server.
  static Result<std::unique_ptr<MqttServer>> listen(net::Loop& loop, const std::string& address,
                                                    uint16_t port, MqttLimits limits, const Devices& devices,
                                                    spine::Submit& submit, const Clock& clock,
                                                    net::Door door = {}, const Suspects* suspects = nullptr);
  // On the loop's thread, or when the loop is not running. Connected devices are told that we are shutting
  // down.
  ~MqttServer();
  MqttServer(const MqttServer&) = delete;
  MqttServer& operator=(const MqttServer&) = delete;

  uint16_t port() const;

  // Any thread. Replaces the device's command that has not been acknowledged yet; delivered at once if the
  // device listens, else when it subscribes to its command topic. Kept in memory only.
  void command(const v1::DeviceCommand& command);

  const MqttCounters& counters() const;  // any thread

 private:
  class Inner;
  explicit MqttServer(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
  std::shared_ptr<Inner> inner_;
};

}  // namespace haechi::gateway
