// Web push: what a browser's push service is sent so that only that browser can read it (RFC 8291 over RFC
// 8188, "aes128gcm"), and how this node proves who it is (VAPID, RFC 8292).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

struct evp_pkey_st;

namespace haechi::notify {

// A browser's subscription, as the page that asked for it was told.
struct Subscription {
  std::string endpoint;  // https://...
  std::string p256dh;    // its public key: a point of P-256, 65 bytes
  std::string auth;      // 16 bytes

  // From base64url; kInvalid names what is wrong. The endpoint is only looked at for its form.
  static Result<Subscription> parse(const std::string& endpoint, const std::string& p256dh,
                                    const std::string& auth);
};

// Is the endpoint at one of these origins? "https://*.notify.windows.com" stands for every name below.
bool is_served_by(const std::string& endpoint, const std::vector<std::string>& services);

// A key pair of P-256.
class KeyPair {
 public:
  static KeyPair generate();
  // Of raw bytes: 32 of the secret number, 65 of the point.
  static Result<KeyPair> of(std::string_view secret, std::string_view point);
  // Reads the PEM file, or makes one that only its owner may read.
  static Result<KeyPair> open(const std::string& path);

  std::string point() const;  // uncompressed, 65 bytes
  // ECDH: the x coordinate that both sides come to, 32 bytes. kInvalid: not a point of the curve.
  Result<std::string> agree(std::string_view other_point) const;
  // ECDSA with SHA-256 as JOSE has it: r and s, 64 bytes.
  std::string sign(std::string_view bytes) const;

 private:
  explicit KeyPair(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// The body to POST, with a fresh key and salt. `text` is at most 3,000 bytes.
Result<std::string> encrypt(const Subscription& to, std::string_view text);
// With a given key and salt of 16 bytes: for the vector of RFC 8291.
Result<std::string> encrypt(const Subscription& to, std::string_view text, const KeyPair& ours,
                            std::string_view salt);

// The value of "authorization" for a request to that endpoint; good for twelve hours.
std::string vapid(const KeyPair& ours, const std::string& endpoint, const std::string& contact, Time now);

}  // namespace haechi::notify
