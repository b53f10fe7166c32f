#include "picture/device_book.h"

#include <algorithm>

namespace haechi::picture {
namespace {

std::string told_key(std::string_view device_id, std::string_view client_id) {
  return std::string(device_id) + "\n" + std::string(client_id);
}

const std::string& holder_of(const v1::Device& device) {
  return device.holder_case() == v1::Device::kUnitId ? device.unit_id() : device.person_id();
}

// The id of the alert that this person's call for help rang, or rang again.
std::string sos_among(const DeviceBook::Effects& effects, const std::string& person_id) {
  for (const auto& effect : effects) {
    for (const v1::Alert* alert : {&effect->raise_alert(), &effect->update_alert()}) {
      if (alert->kind() == v1::ALERT_KIND_SOS && alert->protected_id() == person_id) return alert->id();
    }
  }
  return {};
}

}  // namespace

void DeviceBook::take_from_holder(const v1::Device& device) {
  Held& held = held_of(device);
  std::vector<std::string> ids = held.get(holder_of(device));
  if (std::erase(ids, device.id()) == 0) return;
  if (ids.empty())
    held.erase(holder_of(device));
  else
    held.put(holder_of(device), ids);
}

void DeviceBook::put(const v1::Device& device) {
  const auto known = devices_.find(device.id());
  if (known != devices_.end()) take_from_holder(known->second);
  devices_[device.id()] = device;
  if (device.retired() || device.holder_case() == v1::Device::HOLDER_NOT_SET) return;
  held_of(device).change(holder_of(device), [&device](std::vector<std::string>& ids) {
    ids.insert(std::lower_bound(ids.begin(), ids.end(), device.id()), device.id());
  });
}

const v1::Device* DeviceBook::device(std::string_view id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second;
}

// Null: there is no such device.
v1::DeviceHealth* DeviceBook::health_to_change(const std::string& device_id) {
  if (const auto found = health_.find(device_id); found != health_.end()) return &found->second;
  return devices_.contains(device_id) ? &health_[device_id] : nullptr;
}

void DeviceBook::connection(Time at, const v1::DeviceConnectionChanged& changed) {
  v1::DeviceHealth* const health = health_to_change(changed.device_id());
  if (health == nullptr) return;
  health->set_connected(changed.connected());
  health->set_connection_changed_at_us(at.us);
}

void DeviceBook::restarted(Time at) {
  for (auto& [id, health] : health_) {
    if (!health.connected()) continue;
    health.set_connected(false);
    health.set_connection_changed_at_us(at.us);
  }
}

void DeviceBook::report(uint64_t entry_no, const v1::ReportReceived& received, const Effects& effects) {
  const v1::Report& report = received.report();
  v1::DeviceHealth* const kept = health_to_change(report.device_id());
  if (kept == nullptr) return;
  v1::DeviceHealth& health = *kept;
  const int64_t received_us = received.received_at_us();
  health.set_heard_at_us(std::max(health.heard_at_us(), received_us));
  if (report.has_fix() && report.fix().has_place()) {
    // A clock that runs ahead must not make its fix the newest for ever.
    const int64_t fixed_us = std::min(report.fix().fixed_at_us(), received_us);
    if (fixed_us >= health.fixed_at_us()) {
      health.set_fixed_at_us(fixed_us);
      health.set_accuracy_mm(report.fix().accuracy_mm());
    }
  }
  if (report.events_size() > 0) {
    const int64_t at_us = report.sent_at_us() > 0 ? std::min(report.sent_at_us(), received_us) : received_us;
    if (at_us >= health.last_event_at_us()) {
      health.set_last_event(static_cast<v1::DeviceEvent>(report.events(report.events_size() - 1)));
      health.set_last_event_at_us(at_us);
    }
  }
  if (!report.stored()) {  // an old report says nothing about now
    if (report.has_battery_percent()) health.set_battery_percent(report.battery_percent());
    if (report.has_charging()) health.set_charging(report.charging());
    if (received.has_health()) {
      *health.mutable_phone() = received.health();
      health.set_phone_at_us(received_us);
    }
  }
  if (received.client_id().empty()) return;
  const std::string key = told_key(report.device_id(), received.client_id());
  const std::string alert_id = sos_among(effects, devices_.find(report.device_id())->second.person_id());
  if (!told_.try_emplace(key, Told{entry_no, received_us, alert_id}).second) return;
  told_order_.push_back(key);
  if (told_order_.size() <= kToldMax) return;
  told_.erase(told_order_.front());
  told_order_.pop_front();
}

v1::DeviceHealth DeviceBook::health(std::string_view device_id) const {
  const auto found = health_.find(device_id);
  return found == health_.end() ? v1::DeviceHealth() : found->second;
}

std::vector<std::string> DeviceBook::of_person(std::string_view person_id) const {
  return by_person_.get(person_id);
}
std::vector<std::string> DeviceBook::of_unit(std::string_view unit_id) const {
  return by_unit_.get(unit_id);
}

bool DeviceBook::holds_kind(std::string_view person_id, v1::DeviceKind kind) const {
  const std::vector<std::string> held = of_person(person_id);
  return std::any_of(held.begin(), held.end(),
                     [&](const auto& id) { return devices_.find(id)->second.kind() == kind; });
}

const Told* DeviceBook::told(std::string_view device_id, std::string_view client_id) const {
  const auto found = told_.find(told_key(device_id, client_id));
  return found == told_.end() ? nullptr : &found->second;
}

}  // namespace haechi::picture
