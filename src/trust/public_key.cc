#include "trust/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace haechi::trust {
namespace {

constexpr size_t kCoordinateBytes = 32;
constexpr size_t kRsaBitsMin = 2048, kRsaBytesMax = 1024;  // 8192 bits; more would cost whoever checks

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Owned<BIGNUM> number(std::string_view big_endian) {
  return Owned<BIGNUM>(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

// Null when OpenSSL says that it is no public key: a point that is not on the curve, an even modulus.
EVP_PKEY* key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> making(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  const Owned<EVP_PKEY_CTX> checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (checking && EVP_PKEY_public_check(checking.get()) == 1) return key;
  EVP_PKEY_free(key);
  return nullptr;
}

}  // namespace

void FreePublicKey::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

std::optional<PublicKey> PublicKey::ecdsa(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return std::nullopt;
  const std::string point = "\x04" + std::string(x) + std::string(y);  // uncompressed
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return std::nullopt;
  Held key(key_from("EC", builder.get()));
  return key ? std::optional(PublicKey(Kind::kEcdsa, std::move(key))) : std::nullopt;
}

std::optional<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  if (modulus.size() > kRsaBytesMax || exponent.empty() || exponent.size() > 4) return std::nullopt;
  const Owned<BIGNUM> n = number(modulus), e = number(exponent);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < static_cast<int>(kRsaBitsMin) ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return std::nullopt;
  Held key(key_from("RSA", builder.get()));
  return key ? std::optional(PublicKey(Kind::kRsa, std::move(key))) : std::nullopt;
}

std::optional<PublicKey> PublicKey::ed25519(std::string_view point) {
  Held key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(point), point.size()));
  return key ? std::optional(PublicKey(Kind::kEd25519, std::move(key))) : std::nullopt;
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const EVP_MD* digest = kind_ == Kind::kEd25519 ? nullptr : EVP_sha256();
  return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                          message.size()) == 1;
}

std::string asn1_of(std::string_view two_numbers) {
  if (two_numbers.size() != 2 * kCoordinateBytes) return {};
  const Owned<ECDSA_SIG> signature(ECDSA_SIG_new());
  Owned<BIGNUM> r = number(two_numbers.substr(0, kCoordinateBytes)),
                s = number(two_numbers.substr(kCoordinateBytes));
  if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  (void)r.release(), (void)s.release();  // they are the signature's now
  unsigned char* text = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &text);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return out;
}

}  // namespace haechi::trust
