// Devices: which devices exist, how they prove themselves, and of what they signed which epoch is the newest.
// A fold of DeviceRegistered facts and of signed reports.
//
// Belongs to the gateway's loop: no locks. A device is never forgotten, only retired; a retired one proves
// nothing. What a registration changed, secret or signing key, is good as it was before for as long as that
// registration says, and what it did not change is as it was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/archived.h"
#include "base/rare.h"
#include "base/time.h"
#include "trust/signing_keys.h"

namespace haechi::v1 {
class Fact;
}  // namespace haechi::v1

namespace haechi::gateway {

// 1..64 characters of [A-Za-z0-9_.:-].
bool valid_id(std::string_view id);

// Did the report come with a signature that held? `protocol` is one of those named at v1::ReportReceived; a
// signed report's ends in "-signed".
bool is_signed(std::string_view protocol);

class Devices {
 public:
  // Without `macs` no signature can be checked.
  explicit Devices(trust::DeviceMacs macs = {}) : macs_(std::move(macs)) {}
  // What the other one knows; `macs` stays.
  Devices& operator=(Devices&& other) noexcept;

  // What a registration took the place of, good until then.
  struct Former {
    std::string secret_sha256;
    Time secret_until;
    uint32_t generation = 0;
    Time generation_until;
  };
  struct Known {
    std::string id;
    std::string secret_sha256;  // 32 raw bytes; empty: has no credential and cannot connect
    Rare<Former> former;
    uint32_t generation = 0;    // of its signing key; 0: it does not sign
    uint32_t newest_epoch = 0;  // of its signed reports
    bool signed_only = false;
    bool retired = false;
    uint32_t interval_s = 15;  // normal time between reports

    // It proves itself, so nobody else reports for it.
    bool has_credential() const { return !secret_sha256.empty() || generation != 0; }
    bool signs_with(uint32_t wanted, Time now) const {
      return wanted != 0 && (wanted == generation ||
                             (former && wanted == former->generation && now < former->generation_until));
    }
  };

  // Is it of interest to apply()? Any thread.
  static bool concerns(const v1::Fact& fact);
  // A later registration of the same id replaces the earlier one.
  void apply(const v1::Fact& fact);

  // The device of that id, retired or not; nullptr if there is none. Valid until the next apply().
  const Known* find(std::string_view id) const;

  // Is that the digest of a secret of the device of that id, in use and good at `now`? Takes the same time
  // for an unknown id as for a wrong secret.
  bool proves(std::string_view id, std::string_view secret_sha256, Time now) const;
  bool credential_ok(std::string_view id, std::string_view secret, Time now) const;

  // Of those bytes under the key of that device and generation. kUnavailable: there are no keys.
  Result<Digest> mac(const std::string& id, uint32_t generation, std::string_view bytes) const;

  size_t size() const { return by_id_.size(); }

  // Every device, as bytes and back (base/archive.h).
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  static std::string_view id_of(std::string_view id) { return id; }
  static std::string_view id_of(const Known& known) { return known.id; }
  struct HashOfId {
    using is_transparent = void;
    size_t operator()(const auto& one) const { return std::hash<std::string_view>()(id_of(one)); }
  };
  struct SameId {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return id_of(a) == id_of(b); }
  };
  Known* known_of(std::string_view id);

  trust::DeviceMacs macs_;
  std::unordered_set<Known, HashOfId, SameId> by_id_;
};

}  // namespace haechi::gateway
