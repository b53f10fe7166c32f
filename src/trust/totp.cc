#include "trust/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/digest.h"
#include "base/ensure.h"

namespace haechi::trust {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr int64_t kStepSeconds = 30;
constexpr int kDigits = 6;
constexpr int64_t kStepsOffMax = 20;

}  // namespace

std::string base32(std::string_view bytes) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<uint8_t>(byte);
    for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[held >> (bits - 5) & 31];
  }
  if (bits > 0) out += kAlphabet[held << (5 - bits) & 31];
  return out;
}

std::optional<std::string> decode_base32(std::string_view text) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << 5 | static_cast<uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 255);
  }
  return out;
}

int64_t totp_step_at(Time time) {
  return time.us / (kStepSeconds * 1'000'000);
}

std::string totp_code(std::string_view secret, int64_t step) {
  std::array<uint8_t, 8> counter;
  for (size_t i = 0; i < counter.size(); ++i) counter[i] = static_cast<uint8_t>(step >> (56 - 8 * i));
  std::array<uint8_t, 20> mac;
  unsigned size = 0;
  ENSURE(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(),
              mac.data(), &size) != nullptr &&
         size == mac.size());
  const size_t at = mac[19] & 15;
  const uint32_t number = (mac[at] & 127u) << 24 | mac[at + 1] << 16 | mac[at + 2] << 8 | mac[at + 3];
  std::string digits = std::to_string(number % 1'000'000);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<int64_t> totp_step_of(std::string_view secret, std::string_view code, Time now,
                                    int64_t after_step) {
  const int64_t step = totp_step_at(now);
  if (step > after_step && equal_secret(totp_code(secret, step), code)) return step;
  return std::nullopt;
}

std::optional<int64_t> totp_seconds_off(std::string_view secret, std::string_view code, Time now) {
  for (int64_t off = 1; off <= kStepsOffMax; ++off)
    for (const int64_t shift : {-off, off})
      if (equal_secret(totp_code(secret, totp_step_at(now) + shift), code)) return shift * kStepSeconds;
  return std::nullopt;
}

std::string totp_uri(std::string_view account, std::string_view secret_base32) {
  return "otpauth://totp/Haechi:" + std::string(account) + "?secret=" + std::string(secret_base32) +
         "&issuer=Haechi";
}

}  // namespace haechi::trust
