#include "base/hex.h"

#include <charconv>

namespace haechi {

std::optional<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (size_t at = 0; at < text.size(); at += 2) {
    unsigned value = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + at + 2, value, 16);
    if (read.ec != std::errc() || read.ptr != text.data() + at + 2) return std::nullopt;
    out += static_cast<char>(value);
  }
  return out;
}

}  // namespace haechi
