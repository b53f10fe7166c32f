// How the rooms that make or check signatures of devices come by what they need. The rooms that ask never see
// the root from which keys of devices are derived, and who checks sees no key.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace haechi::trust {

// The 32 bytes with which that device signs in that generation (1 or more), to be shown once; the same each
// time.
using SigningKeys = std::function<Result<std::string>(const std::string& device_id, uint32_t generation)>;
// HMAC-SHA-256 of the bytes under that key.
using DeviceMacs =
    std::function<Result<Digest>(const std::string& device_id, uint32_t generation, std::string_view bytes)>;

// For whoever has the keys.
inline DeviceMacs macs_under(SigningKeys keys) {
  return [keys = std::move(keys)](const std::string& device_id, uint32_t generation,
                                  std::string_view bytes) -> Result<Digest> {
    TRY(const std::string key, keys(device_id, generation));
    return hmac_sha256(key, bytes);
  };
}

}  // namespace haechi::trust
