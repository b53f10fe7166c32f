#include "net/trusted.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace haechi::net {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
struct FreeChain {
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};

}  // namespace

bool is_of_known_authority(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(BIO_new_file(file.c_str(), "r"), BIO_free);
  const auto next = [&bytes] {
    return Certificate(bytes ? PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr) : nullptr,
                       X509_free);
  };
  const Certificate ours = next();
  const std::unique_ptr<STACK_OF(X509), FreeChain> between(sk_X509_new_null());
  while (Certificate one = next()) sk_X509_push(between.get(), one.release());
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> known(X509_STORE_new(), X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> check(X509_STORE_CTX_new(),
                                                                              X509_STORE_CTX_free);
  const bool good = ours && X509_STORE_set_default_paths(known.get()) == 1 &&
                    X509_STORE_CTX_init(check.get(), known.get(), ours.get(), between.get()) == 1 &&
                    X509_STORE_CTX_set_purpose(check.get(), X509_PURPOSE_SSL_SERVER) == 1 &&
                    X509_verify_cert(check.get()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace haechi::net
