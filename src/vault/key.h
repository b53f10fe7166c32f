// Key: 32 secret bytes that leave nothing behind in memory and cannot be printed.
#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace haechi::vault {

class Key {
 public:
  static constexpr size_t kBytes = 32;

  Key() = default;
  // `bytes` has kBytes of them.
  explicit Key(std::string_view bytes) { bytes.copy(reinterpret_cast<char*>(bytes_.data()), kBytes); }
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  const uint8_t* data() const { return bytes_.data(); }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::array<uint8_t, kBytes> bytes_{};
};

}  // namespace haechi::vault
