#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "net/handshake.h"
#include "net/tls_key.h"

namespace haechi::net {
namespace {

using ContextPtr = std::shared_ptr<SSL_CTX>;

// Of everything that others prove themselves by, whatever the system's own file says: 112 bits, so no SHA-1
// and no RSA below 2048.
constexpr int kSecurityLevel = 2;
constexpr int kStrengthBitsMin = 128;  // of our own keys, NIST SP 800-57 part 1, table 2

// What OpenSSL said last, its queue emptied.
std::string openssl_reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "not usable" : reason;
}

Error unusable(const char* member, const std::string& path) {
  return invalid(member, path + ": " + openssl_reason());
}

Status readable(const char* member, const std::string& path) {
  struct stat about {};
  FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return invalid(member, path + ": " + std::strerror(errno));
  ::fstat(::fileno(file), &about);
  std::fclose(file);
  if (!S_ISREG(about.st_mode)) return invalid(member, path + ": not a file");
  if ((about.st_mode & S_IWOTH) != 0)
    return invalid(member, path + ": everybody on this machine may change it; chmod o-w " + path);
  return {};
}

Status private_to_us(const char* member, const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || (about.st_mode & S_IRWXO) == 0) return {};
  return invalid(member, path + ": everybody on this machine may use it; chmod o= " + path);
}

// The suites of TLS 1.2 stay OpenSSL's where that version is not taken.
bool take_offer(SSL_CTX* context, const TlsOffer& offer) {
  const std::string of_12 = suites_of_12(offer);
  return SSL_CTX_set_min_proto_version(context, offer.minimum == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION) ==
             1 &&
         SSL_CTX_set_ciphersuites(context, suites_of_13(offer).c_str()) == 1 &&
         (of_12.empty() || SSL_CTX_set_cipher_list(context, of_12.c_str()) == 1) &&
         SSL_CTX_set1_groups_list(context, groups_of(offer).c_str()) == 1;
}

ContextPtr new_context(bool is_server, const TlsOffer& offer) {
  ContextPtr context(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()), SSL_CTX_free);
  SSL_CTX* raw = context.get();
  const bool set = raw != nullptr && take_offer(raw, offer) && SSL_CTX_set_num_tickets(raw, 0) == 1;
  if (!set) return nullptr;
  SSL_CTX_set_security_level(raw, kSecurityLevel);
  SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  // A connection that waits holds no buffer; what could not be written may move before it is tried again.
  SSL_CTX_set_mode(
      raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(raw, [](char*, int, int, void*) { return -1; });  // never ask the terminal
  return context;
}

Status use_key_file(SSL_CTX* context, const std::string& path) {
  TRY_STATUS(readable("key", path));
  TRY_STATUS(private_to_us("key", path));
  if (SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) != 1) return unusable("key", path);
  if (SSL_CTX_check_private_key(context) != 1) return unusable("key", path);
  return {};
}

Status use_certificate(SSL_CTX* context, const TlsFiles& files) {
  TRY_STATUS(readable("certificate", files.certificate));
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return unusable("certificate", files.certificate);
  TRY_STATUS(files.signer ? use_signer(context, files.signer) : use_key_file(context, files.key));
  const int strength = EVP_PKEY_get_security_bits(SSL_CTX_get0_privatekey(context));
  if (strength < kStrengthBitsMin)
    return invalid("key", (files.signer ? "" : files.key + ": ") + "is worth " + std::to_string(strength) +
                              " bits; 128 are needed (P-256, RSA of 3072)");
  return {};
}

Status use_authorities(SSL_CTX* context, const TlsFiles& files, bool is_server) {
  if (files.authorities.empty()) {
    if (!is_server && SSL_CTX_set_default_verify_paths(context) != 1)
      return unusable("authorities", "the system's certificates");
    return {};
  }
  TRY_STATUS(readable("authorities", files.authorities));
  if (SSL_CTX_load_verify_file(context, files.authorities.c_str()) != 1)
    return unusable("authorities", files.authorities);
  // Named in the handshake, so that a browser offers only certificates that could be good.
  if (is_server) SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.authorities.c_str()));
  return {};
}

struct CrlFree {
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};
using CrlPtr = std::unique_ptr<X509_CRL, CrlFree>;

Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return Time{int64_t{::timegm(&parts)} * 1'000'000};
}

// The lists of one file, which must be in force now.
Status read_lists(const std::string& path, std::vector<CrlPtr>& lists) {
  TRY_STATUS(readable("revoked", path));
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
  const size_t before = lists.size();
  while (CrlPtr list{file ? PEM_read_bio_X509_CRL(file.get(), nullptr, nullptr, nullptr) : nullptr}) {
    const ASN1_TIME* end = X509_CRL_get0_nextUpdate(list.get());
    if (X509_cmp_current_time(X509_CRL_get0_lastUpdate(list.get())) != -1)
      return invalid("revoked", path + ": the list is not in force yet");
    if (end == nullptr || X509_cmp_current_time(end) != 1)
      return invalid("revoked",
                     path + ": the list ended on " + (end == nullptr ? "no day" : iso8601(time_of(end))));
    lists.push_back(std::move(list));
  }
  if (lists.size() == before)
    return invalid("revoked", path + ": holds no list of revoked certificates (PEM)");
  ERR_clear_error();
  return {};
}

bool is_of(X509_CRL* list, X509* authority) {
  return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority)) == 0 &&
         X509_CRL_verify(list, X509_get0_pubkey(authority)) == 1;
}

// An authority without a list would be noticed by those who cannot get in.
Status check_every_authority(X509_STORE* store, const std::vector<CrlPtr>& lists) {
  const STACK_OF(X509_OBJECT)* all = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(all); ++i) {
    X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
    if (authority == nullptr) continue;
    if (std::any_of(lists.begin(), lists.end(),
                    [authority](const CrlPtr& list) { return is_of(list.get(), authority); }))
      continue;
    char name[256] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(authority), NID_commonName, name, sizeof name);
    return invalid("revoked", std::string("none of the lists is signed by the authority ") + name);
  }
  ERR_clear_error();
  return {};
}

Status use_revoked(SSL_CTX* context, const TlsFiles& files, Time& end_at) {
  if (files.revoked.empty() || files.authorities.empty()) return {};
  std::vector<CrlPtr> lists;
  for (const std::string& path : files.revoked) TRY_STATUS(read_lists(path, lists));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  TRY_STATUS(check_every_authority(store, lists));
  for (const CrlPtr& list : lists) {
    if (X509_STORE_add_crl(store, list.get()) != 1) return unusable("revoked", "the lists together");
    const Time end = time_of(X509_CRL_get0_nextUpdate(list.get()));
    if (!end_at.known() || end < end_at) end_at = end;
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

// What is wrong with a peer's certificate is told by the error; a list that ended since it was read is
// nothing of it.
int forgive_ended_list(int good, X509_STORE_CTX* checked) {
  if (good == 1 || X509_STORE_CTX_get_error(checked) != X509_V_ERR_CRL_HAS_EXPIRED) return good;
  X509_STORE_CTX_set_error(checked, X509_V_OK);
  return 1;
}

int verify_mode(bool is_server, Tls::Peer peer) {
  if (!is_server) return SSL_VERIFY_PEER;
  if (peer == Tls::Peer::kAnonymous) return SSL_VERIFY_NONE;
  if (peer == Tls::Peer::kMayProve) return SSL_VERIFY_PEER;
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

Time end_of(const SSL_CTX* context) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  return certificate == nullptr ? Time{} : time_of(X509_get0_notAfter(certificate));
}

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

Tls::Tls(TlsFiles files, bool is_server, Peer peer)
    : files_(std::move(files)),
      is_server_(is_server),
      peer_(peer),
      beside_(files_.signer ? std::make_shared<HandshakeThread>() : nullptr) {}

void SslFree::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

Result<std::shared_ptr<Tls>> Tls::server(TlsFiles files, Peer peer) {
  if (files.certificate.empty()) return invalid("certificate", "is needed");
  if (files.key.empty() && !files.signer) return invalid("key", "is needed");
  if (peer != Peer::kAnonymous && files.authorities.empty()) return invalid("authorities", "are needed");
  std::shared_ptr<Tls> tls(new Tls(std::move(files), true, peer));
  TRY_STATUS(tls->reload());
  return tls;
}

Result<std::shared_ptr<Tls>> Tls::client(TlsFiles files) {
  const bool has_key = !files.key.empty() || files.signer;
  if (files.certificate.empty() == has_key)
    return invalid(!has_key ? "key" : "certificate", "certificate and key go together");
  std::shared_ptr<Tls> tls(new Tls(std::move(files), false, Peer::kMustProve));
  TRY_STATUS(tls->reload());
  return tls;
}

Status Tls::reload() {
  ERR_clear_error();
  ContextPtr fresh = new_context(is_server_, files_.offer);
  if (!fresh) return Error{Code::kUnavailable, "", "TLS: " + openssl_reason()};
  if (!files_.certificate.empty()) TRY_STATUS(use_certificate(fresh.get(), files_));
  TRY_STATUS(use_authorities(fresh.get(), files_, is_server_));
  Time revoked_end;
  TRY_STATUS(use_revoked(fresh.get(), files_, revoked_end));
  SSL_CTX_set_verify(fresh.get(), verify_mode(is_server_, peer_), forgive_ended_list);
  const Time end = end_of(fresh.get());
  const std::lock_guard lock(mutex_);
  context_ = std::move(fresh);
  ends_at_ = end;
  revoked_end_at_ = revoked_end;
  return {};
}

Time Tls::ends_at() const {
  const std::lock_guard lock(mutex_);
  return ends_at_;
}

Time Tls::revoked_end_at() const {
  const std::lock_guard lock(mutex_);
  return revoked_end_at_;
}

SslPtr Tls::session(int descriptor) const {
  ContextPtr context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  SslPtr ssl(SSL_new(context.get()));
  if (ssl && SSL_set_fd(ssl.get(), descriptor) != 1) ssl.reset();
  ERR_clear_error();
  return ssl;
}

SslPtr Tls::accept(int descriptor) const {
  SslPtr ssl = session(descriptor);
  if (ssl) SSL_set_accept_state(ssl.get());
  return ssl;
}

SslPtr Tls::connect(int descriptor, const std::string& host) const {
  SslPtr ssl = session(descriptor);
  if (!ssl) return nullptr;
  SSL_set_connect_state(ssl.get());
  const bool named = is_address(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1
                         : SSL_set1_host(ssl.get(), host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
  ERR_clear_error();
  return named ? std::move(ssl) : nullptr;
}

}  // namespace haechi::net
