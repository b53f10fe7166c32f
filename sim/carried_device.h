// CarriedDevice: a device on somebody who moves. Reports over its own MQTT connection at its interval, obeys
// the interval it is commanded, sends events at once.
//
// Everything on one loop, but for `connected`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "haechi/v1/device.pb.h"
#include "sim/drive.h"
#include "sim/mqtt_device.h"

namespace haechi::sim {

using Instant = std::chrono::steady_clock::time_point;

struct CarriedDeviceOptions {
  MqttDeviceOptions mqtt;
  Duration interval = Duration::seconds(15);
  bool obeys = true;   // takes the interval it is commanded
  uint32_t epoch = 1;  // grows with every start of the world
  uint32_t battery_percent = 80;
  uint64_t seed = 1;
};

class CarriedDevice : public std::enable_shared_from_this<CarriedDevice> {
 public:
  static std::shared_ptr<CarriedDevice> create(net::Loop& loop, const Clock& clock,
                                               CarriedDeviceOptions options, std::function<Pose(Time)> pose);

  // A report left: when its fix was taken, and the moment by the clock that measures.
  std::function<void(Time fixed_at, Instant published)> on_published;
  std::function<void(std::string reason)> on_refused;

  // Connects now and reports first after `wait`, then at every interval.
  void start(Duration wait);
  // Reports at once, with these events.
  void report(const std::vector<v1::DeviceEvent>& events);
  void stop();
  bool connected() const { return mqtt_->connected(); }
  size_t unacknowledged() const { return mqtt_->unacknowledged(); }
  uint64_t acknowledged() const { return acknowledged_; }

 private:
  CarriedDevice(net::Loop& loop, const Clock& clock, CarriedDeviceOptions options,
                std::function<Pose(Time)> pose);
  void report_later(Duration wait);
  void take_command(const std::string& payload);

  net::Loop& loop_;
  const Clock& clock_;
  CarriedDeviceOptions options_;
  std::function<Pose(Time)> pose_;
  Random random_;
  std::shared_ptr<MqttDevice> mqtt_;
  uint64_t seq_ = 0, acknowledged_ = 0;
  uint64_t schedule_ = 0;  // tells a timer of an earlier interval from the present one
  bool running_ = false;
};

}  // namespace haechi::sim
