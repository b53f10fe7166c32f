// The two ciphers: AES-256-GCM for data (NIST SP 800-38D), AES-256 key wrap for keys (RFC 3394). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vault/key.h"

namespace haechi::vault {

inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;
inline constexpr size_t kWrappedBytes = Key::kBytes + 8;

// The ciphertext and its tag. `nonce` has kNonceBytes and was never used with this key.
std::string encrypt(const Key& key, std::string_view nonce, std::string_view beside, std::string_view plain);
// Nothing when box, nonce, key or what stood beside it is not what it was.
std::optional<std::string> decrypt(const Key& key, std::string_view nonce, std::string_view beside,
                                   std::string_view box);

std::string wrap(const Key& master, const Key& key);
// Nothing when it was wrapped under another key, or changed.
std::optional<Key> unwrap(const Key& master, std::string_view wrapped);

// Random bytes for nonces and salts, at the cost of copying them; never the same for two callers.
void draw(char* out, size_t bytes);

}  // namespace haechi::vault
