// Devices: which devices exist and how they prove themselves. A fold of DeviceRegistered facts.
//
// Belongs to the gateway's loop: no locks. A device is never forgotten, only retired; a retired one proves
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace haechi::v1 {
class Fact;
}  // namespace haechi::v1

namespace haechi::gateway {

// 1..64 characters of [A-Za-z0-9_.:-].
bool valid_id(std::string_view id);

class Devices {
 public:
  struct Known {
    std::string id;
    std::string secret_sha256;  // 32 raw bytes; empty: has no credential and cannot connect
    bool retired = false;
    uint32_t interval_s = 15;  // normal time between reports
  };

  // Takes in device_registered; every other kind of fact is of no interest here. A later registration of the
  // same id replaces the earlier one.
  void apply(const v1::Fact& fact);

  // The device of that id, retired or not; nullptr if there is none. Valid until the next apply().
  const Known* find(std::string_view id) const;

  // Does `secret` belong to a device of that id in use? Takes the same time for an unknown id as for a wrong
  // secret.
  bool credential_ok(std::string_view id, std::string_view secret) const;

  size_t size() const { return by_id_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> by_id_;
};

}  // namespace haechi::gateway
