#include "vault/signing_key.h"

#include "base/digest.h"

namespace haechi::vault {
namespace {

// Owners in the ring: nobody who could be erased.
const std::string kSigning = "root/signing";
const std::string kCoarse = "root/coarse";
constexpr std::string_view kPurpose = "haechi report signing";

Result<Key> root_of(KeyRing& ring, const std::string& owner) {
  TRY(const KeyId id, ring.key_of(owner));
  TRY_STATUS(ring.settle());
  Key root;
  if (ring.find(id, root) != KeyRing::State::kLiving)
    return Error{Code::kCorrupt, "keys", owner + " cannot be unwrapped"};
  return root;
}

}  // namespace

Key hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info) {
  const Key extracted(view(hmac_sha256(salt, secret)));
  return Key(view(hmac_sha256(extracted.view(), std::string(info) + '\x01')));
}

Key signing_key(const Key& root, std::string_view device_id, uint32_t generation) {
  std::string info(kPurpose);
  info += '\0';
  info += device_id;
  info += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) info += static_cast<char>(generation >> shift);
  return hkdf_sha256(root.view(), "", info);
}

Result<Key> signing_key(KeyRing& ring, std::string_view device_id, uint32_t generation) {
  TRY(const Key root, root_of(ring, kSigning));
  return signing_key(root, device_id, generation);
}

Result<Key> coarse_key(KeyRing& ring) {
  return root_of(ring, kCoarse);
}

}  // namespace haechi::vault
