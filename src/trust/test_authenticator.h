// For tests: an authenticator and the browser before it, in software, with keys by OpenSSL. Everything that a
// test may want to be wrong can be set.
#pragma once

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "base/base64.h"
#include "base/digest.h"

namespace haechi::trust {

class TestAuthenticator {
 public:
  enum class Kind { kEs256, kRs256, kEdDsa };

  explicit TestAuthenticator(Kind kind = Kind::kEs256) : kind_(kind), key_(make_key(kind), EVP_PKEY_free) {}

  std::string credential_id = random_secret(16);
  std::string site = "haechi.example";                 // that it takes the page to be of
  std::string origin = "https://haechi.example:8443";  // that the browser says
  std::string cross_origin = "false";
  std::string type;          // empty: as the ceremony asks
  uint8_t flags = 0x01 | 4;  // somebody is there and was recognised
  uint32_t counter = 0;

  std::string client_data(const std::string& challenge, const std::string& ceremony) const {
    return R"({"type":")" + (type.empty() ? ceremony : type) + R"(","challenge":")" + base64url(challenge) +
           R"(","origin":")" + origin + R"(","crossOrigin":)" + cross_origin + "}";
  }
  std::string authenticator_data(bool with_credential = false) const {
    std::string out(view(sha256(site)));
    out += static_cast<char>(flags | (with_credential ? 0x40 : 0));
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(counter >> shift & 255);
    if (!with_credential) return out;
    out += std::string(16, '\0');
    out += static_cast<char>(credential_id.size() >> 8);
    out += static_cast<char>(credential_id.size() & 255);
    return out + credential_id + cose();
  }
  std::string attestation() const {
    return "\xa3" + text("fmt") + text("none") + text("attStmt") + "\xa0" + text("authData") +
           bytes(authenticator_data(true));
  }
  std::string sign(const std::string& authenticator_data, const std::string& client_data) const {
    const std::string message = authenticator_data + std::string(view(sha256(client_data)));
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const EVP_MD* digest = kind_ == Kind::kEdDsa ? nullptr : EVP_sha256();
    EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()), 1);
    std::string out(512, '\0');
    size_t size = out.size();
    EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                             reinterpret_cast<const unsigned char*>(message.data()), message.size()),
              1);
    out.resize(size);
    return out;
  }

  std::string cose() const {
    switch (kind_) {
      case Kind::kEs256:
        return std::string("\xa5\x01\x02\x03\x26\x20\x01\x21", 8) +
               bytes(part(OSSL_PKEY_PARAM_EC_PUB_X, 32)) + "\x22" + bytes(part(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
      case Kind::kRs256:
        return std::string("\xa4\x01\x03\x03\x39\x01\x00\x20", 8) + bytes(part(OSSL_PKEY_PARAM_RSA_N, 256)) +
               "\x21" + bytes(part(OSSL_PKEY_PARAM_RSA_E, 3));
      case Kind::kEdDsa: {
        std::string point(32, '\0');
        size_t size = point.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(point.data()), &size);
        return std::string("\xa4\x01\x01\x03\x27\x20\x06\x21", 8) + bytes(point);
      }
    }
    return {};
  }

  static std::string text(const std::string& of) { return static_cast<char>(0x60 + of.size()) + of; }
  static std::string bytes(const std::string& of) {
    return std::string("\x59") + static_cast<char>(of.size() >> 8) + static_cast<char>(of.size() & 255) + of;
  }

 private:
  static EVP_PKEY* make_key(Kind kind) {
    if (kind == Kind::kRs256) return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{2048});
    if (kind == Kind::kEdDsa) return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  }
  std::string part(const char* name, int size) const {
    BIGNUM* number = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &number), 1);
    std::string out(static_cast<size_t>(size), '\0');
    EXPECT_EQ(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size), size);
    BN_free(number);
    return out;
  }

  const Kind kind_;
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace haechi::trust
