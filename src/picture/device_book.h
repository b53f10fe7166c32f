// DeviceBook: the register of devices, what is known of each besides where it is, and which devices somebody
// holds.
//
// Bounds: one state per registered device that said anything; of the calls for help that carried an id of
// their own, the newest kToldMax.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/archived.h"
#include "base/resting_map.h"
#include "base/time.h"
#include "haechi/v1/api.pb.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "haechi/v1/law.pb.h"

namespace haechi::picture {

inline constexpr size_t kToldMax = 10'000;

// A call for help that was taken under an id the phone gave it.
struct Told {
  uint64_t entry_no = 0;
  int64_t received_at_us = 0;
  std::string alert_id;  // empty: it rang nothing, for nobody holds the device
};

class DeviceBook {
 public:
  using Effects = std::vector<std::shared_ptr<const v1::Effect>>;

  void put(const v1::Device& device);
  void connection(Time at, const v1::DeviceConnectionChanged& changed);
  void restarted(Time at);  // the node began anew: no device is connected to it yet
  // `effects` of the same entry, for the alert that a call for help rang.
  void report(uint64_t entry_no, const v1::ReportReceived& received, const Effects& effects);

  const std::map<std::string, v1::Device, std::less<>>& devices() const { return devices_; }
  const v1::Device* device(std::string_view id) const;
  // As last told; all zero for a device that never said anything, and for an unknown one.
  v1::DeviceHealth health(std::string_view device_id) const;
  // Ids of the devices in use that are registered for a person or a unit, in order.
  std::vector<std::string> of_person(std::string_view person_id) const;
  std::vector<std::string> of_unit(std::string_view unit_id) const;
  bool holds_kind(std::string_view person_id, v1::DeviceKind kind) const;
  // The first call for help of that device under that id; null if none is known.
  const Told* told(std::string_view device_id, std::string_view client_id) const;

 private:
  friend struct haechi::Fields<DeviceBook>;
  static constexpr size_t kFieldCount = 6;
  using Held = RestingMap<std::vector<std::string>>;  // rising
  Held& held_of(const v1::Device& device) {
    return device.holder_case() == v1::Device::kUnitId ? by_unit_ : by_person_;
  }
  void take_from_holder(const v1::Device& device);
  v1::DeviceHealth* health_to_change(const std::string& device_id);

  std::map<std::string, v1::DeviceHealth, std::less<>> health_;
  std::map<std::string, v1::Device, std::less<>> devices_;
  Held by_person_, by_unit_;
  std::map<std::string, Told, std::less<>> told_;  // by device and id
  std::deque<std::string> told_order_;             // oldest first
};

}  // namespace haechi::picture
