#include "notify/web_push.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/base64.h"
#include "base/digest.h"
#include "base/ensure.h"
#include "base/files.h"
#include "net/client_url.h"

namespace haechi::notify {
namespace {

constexpr size_t kPointBytes = 65, kSecretBytes = 32, kAuthBytes = 16, kSaltBytes = 16, kTagBytes = 16;
constexpr size_t kTextMax = 3'000;
constexpr size_t kEndpointMax = 1'000;
constexpr uint32_t kRecordBytes = 4'096;
constexpr Duration kVapidGoodFor = Duration::seconds(12 * 3'600);

template <auto free_it>
struct Free {
  template <typename T>
  void operator()(T* what) const {
    free_it(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// Null unless the bytes are a key of the curve. Without a secret it is a public one.
Key key_of(std::string_view secret, std::string_view point) {
  if (point.size() != kPointBytes) return nullptr;
  const std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>> build(OSSL_PARAM_BLD_new());
  const Number number(BN_bin2bn(bytes_of(secret), static_cast<int>(secret.size()), nullptr));
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  if (!secret.empty()) OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
  const std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(build.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  const int selection = secret.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, selection, parameters.get()) != 1)
    return nullptr;
  Key key(made);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return EVP_PKEY_public_check(check.get()) == 1 ? std::move(key) : nullptr;
}

// HKDF (RFC 5869) for one block of output, which is all that is needed here.
std::string derive(std::string_view salt, std::string_view secret, std::string_view info, size_t bytes) {
  const Digest extracted = hmac_sha256(salt, secret);
  const Digest expanded = hmac_sha256(view(extracted), std::string(info) + '\x01');
  ENSURE(bytes <= expanded.size(), bytes);
  return std::string(view(expanded).substr(0, bytes));
}

std::string seal(std::string_view key, std::string_view nonce, std::string_view text) {
  const std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>> context(EVP_CIPHER_CTX_new());
  std::string out(text.size() + kTagBytes, '\0');
  auto* to = reinterpret_cast<uint8_t*>(out.data());
  int written = 0, rest = 0;
  const bool sealed =
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), to, &written, bytes_of(text), static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), to + written, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, to + text.size()) == 1;
  ENSURE(sealed, text.size());
  return out;
}

}  // namespace

Result<Subscription> Subscription::parse(const std::string& endpoint, const std::string& p256dh,
                                         const std::string& auth) {
  const bool printable =
      std::all_of(endpoint.begin(), endpoint.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (endpoint.size() > kEndpointMax || !printable || net::origin_of(endpoint).empty())
    return invalid("endpoint", "must be the address of a push service");
  auto point = decode_base64url(p256dh);
  if (!point || !key_of({}, *point)) return invalid("p256dh", "must be a point of P-256 in base64url");
  auto secret = decode_base64url(auth);
  if (!secret || secret->size() != kAuthBytes) return invalid("auth", "must be 16 bytes in base64url");
  return Subscription{endpoint, *std::move(point), *std::move(secret)};
}

bool is_served_by(const std::string& endpoint, const std::vector<std::string>& services) {
  const std::string origin = net::origin_of(endpoint);
  for (const std::string& service : services) {
    const size_t star = service.find("*");
    if (star == std::string::npos) {
      if (origin == service) return true;
    } else if (origin.size() > service.size() && origin.starts_with(service.substr(0, star)) &&
               origin.ends_with(service.substr(star + 1))) {
      return true;
    }
  }
  return false;
}

KeyPair KeyPair::generate() {
  Key key(EVP_EC_gen("prime256v1"));
  ENSURE(key != nullptr, "prime256v1");
  return KeyPair(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

Result<KeyPair> KeyPair::of(std::string_view secret, std::string_view point) {
  Key key = secret.size() == kSecretBytes ? key_of(secret, point) : nullptr;
  if (!key) return invalid("key", "is not a key pair of P-256");
  return KeyPair(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

Result<KeyPair> KeyPair::open(const std::string& path) {
  if (FILE* file = std::fopen(path.c_str(), "re")) {
    Key key(PEM_read_PrivateKey(file, nullptr, nullptr, nullptr));
    std::fclose(file);
    std::array<char, 32> curve{};
    if (!key || EVP_PKEY_get_group_name(key.get(), curve.data(), curve.size(), nullptr) != 1 ||
        std::string_view(curve.data()) != "prime256v1")
      return Error{Code::kCorrupt, path, "is not a private key of P-256 in PEM"};
    return KeyPair(std::shared_ptr<EVP_PKEY>(std::move(key)));
  }
  if (file_exists(path)) return Error{Code::kUnavailable, path, "cannot be read"};
  KeyPair made = generate();
  const std::unique_ptr<BIO, Free<BIO_free>> text(BIO_new(BIO_s_mem()));
  ENSURE(PEM_write_bio_PrivateKey(text.get(), made.key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  TRY_STATUS(replace_file(path, {bytes, static_cast<size_t>(size)}));
  return made;
}

std::string KeyPair::point() const {
  std::string out(kPointBytes, '\0');
  size_t size = 0;
  const int got = EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                                  reinterpret_cast<uint8_t*>(out.data()), out.size(), &size);
  ENSURE(got == 1 && size == kPointBytes, size);
  return out;
}

Result<std::string> KeyPair::agree(std::string_view other_point) const {
  const Key other = key_of({}, other_point);
  if (!other) return invalid("p256dh", "is not a point of P-256");
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  std::string out(kSecretBytes, '\0');
  size_t size = out.size();
  const bool agreed = EVP_PKEY_derive_init(context.get()) == 1 &&
                      EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1 &&
                      EVP_PKEY_derive(context.get(), reinterpret_cast<uint8_t*>(out.data()), &size) == 1;
  ENSURE(agreed && size == kSecretBytes, size);
  return out;
}

std::string KeyPair::sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::array<uint8_t, 80> der{};
  size_t size = der.size();
  const bool signed_it = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                         EVP_DigestSign(context.get(), der.data(), &size, bytes_of(bytes), bytes.size()) == 1;
  ENSURE(signed_it, bytes.size());
  const uint8_t* at = der.data();
  const std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>> pair(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::string out(2 * kSecretBytes, '\0');
  auto* to = reinterpret_cast<uint8_t*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, kSecretBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + kSecretBytes, kSecretBytes);
  return out;
}

Result<std::string> encrypt(const Subscription& to, std::string_view text) {
  return encrypt(to, text, KeyPair::generate(), random_secret(kSaltBytes));
}

Result<std::string> encrypt(const Subscription& to, std::string_view text, const KeyPair& ours,
                            std::string_view salt) {
  if (text.size() > kTextMax) return invalid("text", "must be at most 3000 bytes");
  TRY(const std::string shared, ours.agree(to.p256dh));
  const std::string point = ours.point();
  const std::string info = std::string("WebPush: info") + '\0' + to.p256dh + point;
  const std::string secret = derive(to.auth, shared, info, kSecretBytes);
  const std::string key = derive(salt, secret, std::string("Content-Encoding: aes128gcm") + '\0', 16);
  const std::string nonce = derive(salt, secret, std::string("Content-Encoding: nonce") + '\0', 12);
  std::string out(salt);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(kRecordBytes >> shift & 255);
  out += static_cast<char>(point.size());
  out += point;
  return out + seal(key, nonce, std::string(text) + '\x02');  // the last record, and the only one
}

std::string vapid(const KeyPair& ours, const std::string& endpoint, const std::string& contact, Time now) {
  const int64_t until_s = (now + kVapidGoodFor).us / 1'000'000;
  const std::string claims = R"({"aud":")" + net::origin_of(endpoint) + R"(","exp":)" +
                             std::to_string(until_s) + R"(,"sub":")" + contact + R"("})";
  const std::string signed_part = base64url(R"({"typ":"JWT","alg":"ES256"})") + "." + base64url(claims);
  return "vapid t=" + signed_part + "." + base64url(ours.sign(signed_part)) +
         ", k=" + base64url(ours.point());
}

}  // namespace haechi::notify
