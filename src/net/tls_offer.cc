#include "net/tls_offer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace haechi::net {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

constexpr int kStrengthBitsMin = 128;
// OpenSSL does not tell what a group is worth. The last three are hybrids with ML-KEM, of OpenSSL 3.5.
constexpr std::string_view kGoodGroups[] = {
    "X25519", "X448", "P-256", "P-384", "P-521", "X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024"};

bool is_of_13(const std::string& suite) {
  return suite.starts_with("TLS_");
}

std::string joined(const std::vector<std::string>& names, bool (*taken)(const std::string&)) {
  std::string out;
  for (const std::string& name : names)
    if (taken(name)) out += (out.empty() ? "" : ":") + name;
  return out;
}

// Exactly the suite of this name: OpenSSL also takes words for many ("HIGH") and lists.
const SSL_CIPHER* suite_of(SSL_CTX* context, const std::string& name) {
  if (is_of_13(name)) {
    SSL_CTX_set_ciphersuites(context, name.c_str());
  } else {
    SSL_CTX_set_cipher_list(context, name.c_str());
  }
  ERR_clear_error();
  const STACK_OF(SSL_CIPHER)* all = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const SSL_CIPHER* one = sk_SSL_CIPHER_value(all, i);
    if (name == SSL_CIPHER_get_name(one)) return one;
  }
  return nullptr;
}

bool is_good(const SSL_CIPHER* suite) {
  const int exchange = SSL_CIPHER_get_kx_nid(suite), proof = SSL_CIPHER_get_auth_nid(suite);
  const std::string_view name = SSL_CIPHER_get_name(suite);
  const bool short_tag = name.ends_with("CCM8") || name.find("CCM_8") != name.npos;
  return SSL_CIPHER_is_aead(suite) == 1 && !short_tag &&
         SSL_CIPHER_get_bits(suite, nullptr) >= kStrengthBitsMin &&
         (exchange == NID_kx_ecdhe || exchange == NID_kx_any) &&
         (proof == NID_auth_ecdsa || proof == NID_auth_rsa || proof == NID_auth_any);
}

Status check_suites(SSL_CTX* context, const TlsOffer& offer) {
  for (const std::string& name : offer.suites) {
    const SSL_CIPHER* suite = suite_of(context, name);
    if (suite == nullptr)
      return invalid("suites", "is not a suite that this machine's OpenSSL knows: " + name);
    if (!is_good(suite))
      return invalid("suites", name + ": needs ephemeral keys (ECDHE), an authenticated cipher and 128 bits");
  }
  if (suites_of_13(offer).empty()) return invalid("suites", "none of them is for TLS 1.3 (TLS_...)");
  if (offer.minimum == "1.2" && suites_of_12(offer).empty())
    return invalid("suites", "none of them is for TLS 1.2; minimum = \"1.3\" takes none");
  return {};
}

Status check_groups(SSL_CTX* context, const TlsOffer& offer) {
  for (const std::string& name : offer.groups) {
    if (std::find(std::begin(kGoodGroups), std::end(kGoodGroups), name) == std::end(kGoodGroups))
      return invalid("groups", "is not one of the groups of 128 bits and more: " + name);
    const bool known = SSL_CTX_set1_groups_list(context, name.c_str()) == 1;
    ERR_clear_error();
    if (!known) return invalid("groups", "is not a group that this machine's OpenSSL knows: " + name);
  }
  return offer.groups.empty() ? Status(invalid("groups", "one is needed")) : Status();
}

}  // namespace

Status check_offer(const TlsOffer& offer) {
  if (offer.minimum != "1.2" && offer.minimum != "1.3")
    return invalid("minimum", "must be \"1.2\" or \"1.3\"");
  const ContextPtr context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  if (!context) return Error{Code::kUnavailable, "", "TLS: no memory"};
  TRY_STATUS(check_suites(context.get(), offer));
  return check_groups(context.get(), offer);
}

std::string suites_of_13(const TlsOffer& offer) {
  return joined(offer.suites, is_of_13);
}

std::string suites_of_12(const TlsOffer& offer) {
  return joined(offer.suites, [](const std::string& name) { return !is_of_13(name); });
}

std::string groups_of(const TlsOffer& offer) {
  return joined(offer.groups, [](const std::string&) { return true; });
}

}  // namespace haechi::net
