// The keys with which devices sign. None is kept: each is derived (HKDF-SHA-256, RFC 5869) from one root that
// lies wrapped in the key ring like any other key, from the device's id and from the generation of its key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/key.h"
#include "vault/key_ring.h"

namespace haechi::vault {

// One block of it: 32 bytes.
Key hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info);

// HKDF without salt; info = "haechi report signing" | 0 | device id | 0 | generation, 4 bytes, big endian.
Key signing_key(const Key& root, std::string_view device_id, uint32_t generation);

// From the ring's root, which is made when there is none and on disk before anything is derived from it.
// Errors: the ring's file cannot be written; kCorrupt: the root cannot be unwrapped.
Result<Key> signing_key(KeyRing& ring, std::string_view device_id, uint32_t generation);

// By which places are made coarse (trust/coarse.h): of this ring, and the same for ever.
Result<Key> coarse_key(KeyRing& ring);

}  // namespace haechi::vault
