// The keys with which devices sign. None is kept: each is derived (HKDF-SHA-256, RFC 5869) from one root that
// lies wrapped in the key ring like any other key, from the device's id and from the generation of its key.
// Keeper::device_mac() and device_key() do it for those who have no root.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vault/key.h"

namespace haechi::vault {

// One block of it: 32 bytes.
Key hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info);

// HKDF without salt; info = "haechi report signing" | 0 | device id | 0 | generation, 4 bytes, big endian.
Key signing_key(const Key& root, std::string_view device_id, uint32_t generation);

}  // namespace haechi::vault
