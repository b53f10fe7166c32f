#include "sim/carried_device.h"

#include "haechi/v1/effect.pb.h"
#include "sim/api_client.h"
#include "sim/town.h"

namespace haechi::sim {

CarriedDevice::CarriedDevice(net::Loop& loop, const Clock& clock, CarriedDeviceOptions options,
                             std::function<Pose(Time)> pose)
    : loop_(loop),
      clock_(clock),
      options_(std::move(options)),
      pose_(std::move(pose)),
      random_(options_.seed),
      mqtt_(MqttDevice::create(loop, options_.mqtt)) {}

std::shared_ptr<CarriedDevice> CarriedDevice::create(net::Loop& loop, const Clock& clock,
                                                     CarriedDeviceOptions options,
                                                     std::function<Pose(Time)> pose) {
  return std::shared_ptr<CarriedDevice>(new CarriedDevice(loop, clock, std::move(options), std::move(pose)));
}

void CarriedDevice::start(Duration wait) {
  running_ = true;
  const std::weak_ptr<CarriedDevice> weak = weak_from_this();
  mqtt_->on_command = [weak](const std::string& payload) {
    if (const auto self = weak.lock()) self->take_command(payload);
  };
  mqtt_->on_refused = [weak](const std::string& reason) {
    if (const auto self = weak.lock(); self && self->on_refused) self->on_refused(reason);
  };
  mqtt_->connect();
  report_later(wait);
}

void CarriedDevice::report_later(Duration wait) {
  loop_.after(wait, [weak = weak_from_this(), mine = ++schedule_] {
    const auto self = weak.lock();
    if (!self || !self->running_ || self->schedule_ != mine) return;
    self->report({});
    self->report_later(self->options_.interval);
  });
}

void CarriedDevice::report(const std::vector<v1::DeviceEvent>& events) {
  const Time now = clock_.now();
  v1::Report report = make_report(options_.mqtt.device_id, options_.epoch, ++seq_, options_.battery_percent,
                                  pose_(now), now, random_);
  for (const v1::DeviceEvent event : events) report.add_events(event);
  if (on_published) on_published(now, std::chrono::steady_clock::now());
  mqtt_->report(report.SerializeAsString(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) ++self->acknowledged_;
  });
}

void CarriedDevice::take_command(const std::string& payload) {
  v1::DeviceCommand command;
  if (!options_.obeys || !from_json(payload, command).ok() || command.interval_s() == 0) return;
  options_.interval = Duration::seconds(command.interval_s());
  report_later(options_.interval);
}

void CarriedDevice::stop() {
  running_ = false;
  mqtt_->disconnect();
}

}  // namespace haechi::sim
