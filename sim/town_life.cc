#include "sim/town_life.h"

namespace haechi::sim {
namespace {

constexpr Duration kStep = Duration::millis(250);

}  // namespace

TownLife::TownLife(net::Loop& loop, Board& board, const Clock& clock, ApiClient& api, Town town,
                   TownLifeOptions options, const std::function<std::string(const Resident&)>& unit_key)
    : loop_(loop), clock_(clock), town_(std::move(town)), options_(std::move(options)) {
  Random random(options_.seed ^ 0x746F776Eu);
  for (auto* residents : {&town_.wearers, &town_.protected_persons, &town_.units})
    for (Resident& resident : *residents) carry(resident, random);
  for (Resident& car : town_.units)
    patrols_.push_back(
        Patrol::create(loop, board, api, car, {.live_url = options_.live_url, .key = unit_key(car)}));
}

void TownLife::carry(Resident& resident, Random& random) {
  CarriedDeviceOptions options;
  options.mqtt.port = options_.mqtt_port;
  options.mqtt.device_id = resident.device_id;
  options.mqtt.secret = resident.secret;
  options.interval = Duration::seconds(resident.interval_s);
  options.epoch = options_.epoch;
  options.battery_percent = resident.battery_percent;
  options.seed = random.next();
  devices_.push_back(CarriedDevice::create(loop_, clock_, std::move(options),
                                           [&resident](Time) { return resident.pose(); }));
  devices_.back()->on_refused = [this](const std::string&) { ++refused_; };
}

void TownLife::start() {
  stepped_at_ = clock_.now();
  // The first reports come one after another, as in a town that did not begin this second.
  for (size_t i = 0; i < devices_.size(); ++i)
    devices_[i]->start(Duration::millis(500 + static_cast<int64_t>(i) * 20));
  for (const auto& patrol : patrols_) patrol->start();
  loop_.every(kStep, [this] { step(); });
}

void TownLife::step() {
  const Time now = clock_.now();
  const Duration passed = now - stepped_at_;
  stepped_at_ = now;
  for (auto* residents : {&town_.wearers, &town_.protected_persons, &town_.units})
    for (Resident& resident : *residents) resident.walker.advance(passed);
  for (const auto& patrol : patrols_) patrol->step(now);
}

void TownLife::stop() {
  for (const auto& device : devices_) device->stop();
  for (const auto& patrol : patrols_) patrol->terminal().close();
}

size_t TownLife::connected() const {
  size_t count = 0;
  for (const auto& device : devices_) count += device->connected() ? 1 : 0;
  return count;
}

std::shared_ptr<Patrol> TownLife::patrol(const std::string& unit_id) const {
  for (const auto& patrol : patrols_)
    if (patrol->unit_id() == unit_id) return patrol;
  return nullptr;
}

}  // namespace haechi::sim
