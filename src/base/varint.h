// Varint: a number in as many bytes as it needs, seven bits a byte, the lowest first; all but the last byte
// have their highest bit set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haechi {

inline constexpr size_t kVarintBytesMax = 10;

// To where there is room for it; how many bytes it took.
inline size_t put_varint(char* at, uint64_t value) {
  size_t used = 0;
  for (; value >= 0x80; value >>= 7) at[used++] = static_cast<char>(value | 0x80);
  at[used++] = static_cast<char>(value);
  return used;
}
// One of our own writing, which is whole; where it ends.
inline const char* get_varint(const char* at, uint64_t& value) {
  value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*at++);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return at;
  }
}

inline void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
// What it begins with, which is taken away; nothing when it ends before.
inline std::optional<uint64_t> take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < kVarintBytesMax; ++i) {
    value |= static_cast<uint64_t>(bytes[i] & 0x7f) << (7 * i);
    if ((bytes[i] & 0x80) != 0) continue;
    bytes.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

// A difference, which may be below 0 and wraps around, as a number that is small where that is near 0.
inline uint64_t folded(uint64_t difference) {
  const auto as_signed = static_cast<int64_t>(difference);
  return (difference << 1) ^ static_cast<uint64_t>(as_signed >> 63);
}
inline uint64_t unfolded(uint64_t value) {
  return (value >> 1) ^ (0 - (value & 1));
}

}  // namespace haechi
