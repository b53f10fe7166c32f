#include "gateway/devices.h"

#include "base/digest.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {

bool valid_id(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  for (const char c : id) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '_' && c != '.' && c != ':' && c != '-') return false;
  }
  return true;
}

void Devices::apply(const v1::Fact& fact) {
  if (fact.kind_case() != v1::Fact::kDeviceRegistered) return;
  const v1::Device& device = fact.device_registered();
  if (!valid_id(device.id())) return;
  Known& known = by_id_[device.id()];
  known.id = device.id();
  known.secret_sha256 = device.secret_sha256();
  known.retired = device.retired();
  known.interval_s = device.interval_s() == 0 ? 15 : device.interval_s();
}

const Devices::Known* Devices::find(std::string_view id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &it->second;
}

bool Devices::credential_ok(std::string_view id, std::string_view secret) const {
  static const std::string kNobody(32, '\0');  // compared with when there is nothing to compare with
  const Known* known = find(id);
  const bool usable = known != nullptr && !known->retired && known->secret_sha256.size() == 32;
  const Digest digest = sha256(secret);
  const bool equal = equal_secret(view(digest), usable ? known->secret_sha256 : kNobody);
  return usable && equal;
}

}  // namespace haechi::gateway
