#include "net/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace haechi::net {
namespace {

std::optional<std::vector<uint8_t>> bytes_of(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  std::vector<uint8_t> bytes(4);
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.assign(16, 0);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped, kMapped + 12, bytes.begin()))
    return std::vector<uint8_t>(bytes.begin() + 12, bytes.end());
  return bytes;
}

bool bit(const std::vector<uint8_t>& bytes, int at) {
  return (bytes[static_cast<size_t>(at / 8)] >> (7 - at % 8) & 1) != 0;
}

}  // namespace

Result<Networks> Networks::from(const std::vector<std::string>& prefixes, const std::string& field) {
  Networks out;
  for (const std::string& text : prefixes) {
    const size_t slash = text.find('/');
    const auto bytes = bytes_of(std::string_view(text).substr(0, slash));
    if (!bytes) return invalid(field, text + " is no address and no network");
    const int longest = static_cast<int>(bytes->size()) * 8;
    int bits = longest;
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [read, failed] = std::from_chars(text.data() + slash + 1, end, bits);
      if (failed != std::errc() || read != end || bits < 0 || bits > longest)
        return invalid(field, text + " has no length of 0 to " + std::to_string(longest));
    }
    for (int at = bits; at < longest; ++at)
      if (bit(*bytes, at)) return invalid(field, text + " has bits behind its length");
    out.prefixes_.push_back({*bytes, bits});
  }
  return out;
}

bool Networks::hold(std::string_view address) const {
  const auto bytes = bytes_of(address);
  if (!bytes) return false;
  return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const Prefix& prefix) {
    if (prefix.bytes.size() != bytes->size()) return false;
    for (int at = 0; at < prefix.bits; ++at)
      if (bit(prefix.bytes, at) != bit(*bytes, at)) return false;
    return true;
  });
}

}  // namespace haechi::net
