// PublicKey: a key of somebody else, with which a signature is checked; by OpenSSL. Only what is safe today:
// ECDSA on P-256, RSA from 2048 bits (PKCS #1 1.5), both with SHA-256, and Ed25519.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY;

namespace haechi::trust {

struct FreePublicKey {
  void operator()(EVP_PKEY* key) const;
};

class PublicKey {
 public:
  enum class Kind { kEcdsa, kRsa, kEd25519 };

  // Of big-endian numbers. Nothing when they are no key of the kind.
  static std::optional<PublicKey> ecdsa(std::string_view x, std::string_view y);
  static std::optional<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  static std::optional<PublicKey> ed25519(std::string_view point);

  Kind kind() const { return kind_; }
  // `signature` of ECDSA is the ASN.1 form (X9.62).
  bool verifies(std::string_view message, std::string_view signature) const;

 private:
  using Held = std::unique_ptr<EVP_PKEY, FreePublicKey>;
  PublicKey(Kind kind, Held key) : kind_(kind), key_(std::move(key)) {}

  Kind kind_;
  Held key_;
};

// The two numbers of an ECDSA signature on P-256, 32 bytes each (as JSON web tokens have it), in ASN.1 form.
// Empty when they are not 64 bytes.
std::string asn1_of(std::string_view two_numbers);

}  // namespace haechi::trust
