#include "vault/signing_key.h"

#include "base/digest.h"

namespace haechi::vault {
namespace {

constexpr std::string_view kPurpose = "haechi report signing";

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

}  // namespace haechi::vault
