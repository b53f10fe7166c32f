// For tests: an authority that certifies, made anew, and its certificates as PEM files.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace haechi::net {

class TestAuthority {
 public:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

  explicit TestAuthority(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() / (name + "-" + std::to_string(::getpid()))),
        key_(EVP_EC_gen("P-256"), EVP_PKEY_free) {
    certificate_ = make(name, "", key_.get(), 3600, {});
    std::filesystem::create_directories(folder_);
    write(path("ca.pem"), [this](FILE* file) { PEM_write_X509(file, certificate_.get()); });
  }
  ~TestAuthority() { std::filesystem::remove_all(folder_); }
  TestAuthority(const TestAuthority&) = delete;

  std::string file() const { return path("ca.pem"); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  // What a certificate may be worse at than others: what its key may be used for ("serverAuth"; empty: all),
  // what it is signed over, and so many bits of RSA in place of a key of P-256.
  struct Made {
    std::string use = "";
    const EVP_MD* digest = EVP_sha256();
    unsigned rsa_bits = 0;
  };
  // Writes NAME.pem and NAME.key: a certificate with NAME as its CN, good for the address or host `san`
  // ("IP:127.0.0.1"), if any. It ends `ends_in_s` from now.
  void certify(const std::string& name, const std::string& san = "", long ends_in_s = 3600) const {
    certify(name, san, ends_in_s, Made{});
  }
  void certify(const std::string& name, const std::string& san, long ends_in_s, const Made& made) const {
    const Key key(made.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(made.rsa_bits), EVP_PKEY_free);
    const Certificate certificate = make(name, san, key.get(), ends_in_s, made);
    write(path(name + ".pem"), [&](FILE* file) { PEM_write_X509(file, certificate.get()); });
    write(path(name + ".key"),
          [&](FILE* file) { PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    ::chmod(path(name + ".key").c_str(), 0600);
  }

  // Writes NAME: the list of those revoked of its certificates. It began two hours ago and ends `ends_in_s`
  // from now.
  void revoke(const std::string& name, const std::vector<std::string>& revoked, long ends_in_s = 3600) const {
    const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list(X509_CRL_new(), X509_CRL_free);
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> begin(X509_gmtime_adj(nullptr, -7200),
                                                                      ASN1_TIME_free);
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> end(X509_gmtime_adj(nullptr, ends_in_s),
                                                                    ASN1_TIME_free);
    X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
    X509_CRL_set1_lastUpdate(list.get(), begin.get());
    X509_CRL_set1_nextUpdate(list.get(), end.get());
    for (const std::string& one : revoked) {
      FILE* file = std::fopen(path(one + ".pem").c_str(), "r");
      const Certificate certificate(PEM_read_X509(file, nullptr, nullptr, nullptr), X509_free);
      std::fclose(file);
      X509_REVOKED* entry = X509_REVOKED_new();
      X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
      X509_REVOKED_set_revocationDate(entry, begin.get());
      X509_CRL_add0_revoked(list.get(), entry);
    }
    X509_CRL_sort(list.get());
    X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
    write(path(name), [&](FILE* file) { PEM_write_X509_CRL(file, list.get()); });
  }

 private:
  template <typename Put>
  static void write(const std::string& path, Put put) {
    FILE* file = std::fopen(path.c_str(), "w");
    put(file);
    std::fclose(file);
  }

  static void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  Certificate make(const std::string& name, const std::string& san, EVP_PKEY* key, long ends_in_s,
                   const Made& made) const {
    static long serial = 0;
    Certificate out(X509_new(), X509_free);
    X509_set_version(out.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -7200);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), ends_in_s);
    X509_NAME* subject = X509_get_subject_name(out.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509* issuer = certificate_ ? certificate_.get() : out.get();
    X509_set_issuer_name(out.get(), X509_get_subject_name(issuer));
    X509_set_pubkey(out.get(), key);
    if (!certificate_) extend(out.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
    if (!san.empty()) extend(out.get(), issuer, NID_subject_alt_name, san);
    if (!made.use.empty()) extend(out.get(), issuer, NID_ext_key_usage, made.use);
    X509_sign(out.get(), key_.get(), made.digest);
    return out;
  }

  std::filesystem::path folder_;
  Key key_;
  Certificate certificate_{nullptr, X509_free};
};

}  // namespace haechi::net
