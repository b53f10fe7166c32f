#include "net/trusted.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace haechi::net {
namespace {

template <auto free_one>
struct Free {
  template <typename T>
  void operator()(T* one) const {
    free_one(one);
  }
};
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
struct FreeChain {
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};

}  // namespace

bool is_of_known_authority(const std::string& file) {
  const std::unique_ptr<BIO, Free<BIO_free>> bytes(BIO_new_file(file.c_str(), "r"));
  const auto next = [&bytes] {
    return Certificate(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr));
  };
  const Certificate ours = bytes ? next() : nullptr;
  const std::unique_ptr<STACK_OF(X509), FreeChain> between(sk_X509_new_null());
  while (Certificate one = ours ? next() : nullptr) sk_X509_push(between.get(), one.release());
  const std::unique_ptr<X509_STORE, Free<X509_STORE_free>> known(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
  const bool good = ours && X509_STORE_set_default_paths(known.get()) == 1 &&
                    X509_STORE_CTX_init(check.get(), known.get(), ours.get(), between.get()) == 1 &&
                    X509_STORE_CTX_set_purpose(check.get(), X509_PURPOSE_SSL_SERVER) == 1 &&
                    X509_verify_cert(check.get()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace haechi::net
