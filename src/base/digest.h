// SHA-256, HMAC-SHA-256, CRC-32C and hexadecimal text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace haechi {

using Digest = std::array<uint8_t, 32>;

Digest sha256(std::string_view bytes);
// The digest of `first` followed by `second`, without joining them in memory.
Digest sha256(std::string_view first, std::string_view second);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
// True when both are equal; takes the same time wherever they differ.
bool equal_secret(std::string_view a, std::string_view b);
uint32_t crc32c(std::string_view bytes);
std::string hex(std::string_view bytes);
inline std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
// `bytes` random bytes from the operating system's generator. For keys and tokens, never for the engine.
std::string random_secret(size_t bytes);

}  // namespace haechi
