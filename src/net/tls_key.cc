// OpenSSL 3.0 asks the methods of a key (EC_KEY_METHOD, RSA_METHOD) for a signature where a key has its own;
// it calls them deprecated in favour of a whole provider, which would be ten times this.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "net/tls_key.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include <array>
#include <utility>
#include <vector>

namespace haechi::net {
namespace {

using Held = std::shared_ptr<Signer>;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EC_KEY* key) const { EC_KEY_free(key); }
  void operator()(RSA* key) const { RSA_free(key); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <typename T>
using Own = std::unique_ptr<T, Free>;

thread_local std::string trouble;

// A key that OpenSSL copies is held by both.
int hold_too(CRYPTO_EX_DATA*, const CRYPTO_EX_DATA*, void** held, int, long, void*) {
  if (*held != nullptr) *held = new Held(*static_cast<Held*>(*held));
  return 1;
}
void let_go(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Held*>(held);
}

int ec_index() {
  static const int kIndex =
      CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_EC_KEY, 0, nullptr, nullptr, hold_too, let_go);
  return kIndex;
}
int rsa_index() {
  static const int kIndex =
      CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_RSA, 0, nullptr, nullptr, hold_too, let_go);
  return kIndex;
}

std::string sign(void* held, Signer::How how, const unsigned char* bytes, int size) {
  Result<std::string> signature =
      (*static_cast<Held*>(held))->sign(how, {reinterpret_cast<const char*>(bytes), size_t(size)});
  if (signature.ok()) return *std::move(signature);
  trouble = signature.error().field + ": " + signature.error().reason;
  return {};
}

ECDSA_SIG* sign_ec(const unsigned char* digest, int size, const BIGNUM*, const BIGNUM*, EC_KEY* key) {
  const std::string both = sign(EC_KEY_get_ex_data(key, ec_index()), Signer::How::kEcdsa, digest, size);
  if (both.empty() || both.size() % 2 != 0) return nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(both.data());
  const int half = static_cast<int>(both.size() / 2);
  Own<BIGNUM> r(BN_bin2bn(bytes, half, nullptr)), s(BN_bin2bn(bytes + half, half, nullptr));
  ECDSA_SIG* signature = ECDSA_SIG_new();
  if (signature != nullptr && ECDSA_SIG_set0(signature, r.get(), s.get()) == 1) {
    (void)r.release();
    (void)s.release();
  }
  return signature;
}

// What is signed comes padded (PSS); PKCS #1's older padding is put here.
int sign_rsa(int size, const unsigned char* bytes, unsigned char* into, RSA* key, int padding) {
  std::vector<unsigned char> padded(static_cast<size_t>(RSA_size(key)));
  const int whole = static_cast<int>(padded.size());
  const int put = padding == RSA_NO_PADDING ? RSA_padding_add_none(padded.data(), whole, bytes, size)
                  : padding == RSA_PKCS1_PADDING
                      ? RSA_padding_add_PKCS1_type_1(padded.data(), whole, bytes, size)
                      : 0;
  if (put != 1) return -1;
  const std::string signature =
      sign(RSA_get_ex_data(key, rsa_index()), Signer::How::kRsaPlain, padded.data(), whole);
  if (signature.size() != padded.size()) return -1;
  std::copy(signature.begin(), signature.end(), into);
  return whole;
}

const EC_KEY_METHOD* ec_method() {
  static EC_KEY_METHOD* const kMethod = [] {
    EC_KEY_METHOD* made = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    int (*whole)(int, const unsigned char*, int, unsigned char*, unsigned int*, const BIGNUM*, const BIGNUM*,
                 EC_KEY*) = nullptr;
    int (*prepare)(EC_KEY*, BN_CTX*, BIGNUM**, BIGNUM**) = nullptr;
    EC_KEY_METHOD_get_sign(made, &whole, &prepare, nullptr);
    EC_KEY_METHOD_set_sign(made, whole, prepare, sign_ec);
    return made;
  }();
  return kMethod;
}

const RSA_METHOD* rsa_method() {
  static RSA_METHOD* const kMethod = [] {
    RSA_METHOD* made = RSA_meth_dup(RSA_PKCS1_OpenSSL());
    RSA_meth_set_priv_enc(made, sign_rsa);
    RSA_meth_set_flags(made, RSA_METHOD_FLAG_NO_CHECK);
    return made;
  }();
  return kMethod;
}

// Empty when OpenSSL has no memory.
Own<EVP_PKEY> ec_key(EVP_PKEY* certified, const Held& signer) {
  const Own<EC_KEY> of_certificate(EVP_PKEY_get1_EC_KEY(certified));
  Own<EC_KEY> key(of_certificate ? EC_KEY_dup(of_certificate.get()) : nullptr);
  Own<EVP_PKEY> out(EVP_PKEY_new());
  if (!key || !out || EC_KEY_set_method(key.get(), ec_method()) != 1) return nullptr;
  auto held = std::make_unique<Held>(signer);
  if (EC_KEY_set_ex_data(key.get(), ec_index(), held.get()) != 1) return nullptr;
  (void)held.release();
  if (EVP_PKEY_assign_EC_KEY(out.get(), key.get()) != 1) return nullptr;
  (void)key.release();
  return out;
}

Own<EVP_PKEY> rsa_key(EVP_PKEY* certified, const Held& signer) {
  const Own<RSA> of_certificate(EVP_PKEY_get1_RSA(certified));
  Own<RSA> key(RSA_new());
  Own<EVP_PKEY> out(EVP_PKEY_new());
  if (!of_certificate || !key || !out || RSA_set_method(key.get(), rsa_method()) != 1) return nullptr;
  const BIGNUM *modulus = nullptr, *exponent = nullptr;
  RSA_get0_key(of_certificate.get(), &modulus, &exponent, nullptr);
  Own<BIGNUM> n(BN_dup(modulus)), e(BN_dup(exponent));
  if (RSA_set0_key(key.get(), n.get(), e.get(), nullptr) != 1) return nullptr;
  (void)n.release();
  (void)e.release();
  auto held = std::make_unique<Held>(signer);
  if (RSA_set_ex_data(key.get(), rsa_index(), held.get()) != 1) return nullptr;
  (void)held.release();
  if (EVP_PKEY_assign_RSA(out.get(), key.get()) != 1) return nullptr;
  (void)key.release();
  return out;
}

// As a handshake has it signed (of RSA with PSS).
Status try_it(EVP_PKEY* key, EVP_PKEY* certified) {
  std::array<unsigned char, 32> digest{};
  std::vector<unsigned char> signature(static_cast<size_t>(EVP_PKEY_get_size(key)));
  size_t size = signature.size();
  const auto prepared = [](EVP_PKEY* of, int (*begin)(EVP_PKEY_CTX*)) {
    Own<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(of, nullptr));
    const bool good = context && begin(context.get()) == 1 &&
                      (EVP_PKEY_get_base_id(of) != EVP_PKEY_RSA ||
                       EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1) &&
                      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1;
    return good ? std::move(context) : nullptr;
  };
  RAND_bytes(digest.data(), digest.size());
  const Own<EVP_PKEY_CTX> signing = prepared(key, EVP_PKEY_sign_init);
  const bool is_signed =
      signing && EVP_PKEY_sign(signing.get(), signature.data(), &size, digest.data(), digest.size()) == 1;
  if (const std::string said = signer_trouble(); !said.empty()) return Error{Code::kUnavailable, "key", said};
  const Own<EVP_PKEY_CTX> checking = prepared(certified, EVP_PKEY_verify_init);
  if (is_signed && checking &&
      EVP_PKEY_verify(checking.get(), signature.data(), size, digest.data(), digest.size()) == 1)
    return {};
  return invalid("key", "what it signs does not fit the certificate");
}

}  // namespace

Status use_signer(SSL_CTX* context, const std::shared_ptr<Signer>& signer) {
  EVP_PKEY* certified = X509_get0_pubkey(SSL_CTX_get0_certificate(context));
  const int kind = certified == nullptr ? 0 : EVP_PKEY_get_base_id(certified);
  if (kind != EVP_PKEY_EC && kind != EVP_PKEY_RSA)
    return invalid("key", "of a certificate whose key lies in a token it has to be EC or RSA");
  const Own<EVP_PKEY> key = kind == EVP_PKEY_EC ? ec_key(certified, signer) : rsa_key(certified, signer);
  if (!key) return Error{Code::kUnavailable, "key", "OpenSSL does not take it"};
  TRY_STATUS(try_it(key.get(), certified));
  const bool taken = SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  ERR_clear_error();
  if (!taken) return invalid("key", "is not that of the certificate");
  return {};
}

std::string signer_trouble() {
  return std::exchange(trouble, {});
}

}  // namespace haechi::net
