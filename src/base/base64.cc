#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <climits>

#include "base/ensure.h"

namespace haechi {
namespace {

constexpr size_t kTextBytesMax = INT_MAX / 4 * 4;  // OpenSSL counts in int

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '\0');
  ENSURE(out.size() <= kTextBytesMax, bytes.size());
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes),
                  static_cast<int>(bytes.size()));
  return out;
}

std::string base64url(std::string_view bytes) {
  std::string out = base64(bytes);
  out.resize(std::min(out.size(), out.find('=')));
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kTextBytesMax) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text),
                      static_cast<int>(text.size())) < 0)
    return std::nullopt;
  out.resize(out.size() - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0));
  // The decoder passes over white space and over bits that no byte needs.
  if (base64(out) != text) return std::nullopt;
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.find_first_of("+/") != std::string_view::npos) return std::nullopt;
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  return decode_base64(plain);
}

}  // namespace haechi
