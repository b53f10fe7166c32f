// Tls: one side of TLS, read from PEM files: which certificate we show, whom we believe. TLS 1.2 and 1.3 with
// ephemeral keys and authenticated ciphers only; no renegotiation, compression, tickets or early data.
//
//   1. A file that cannot be used changes nothing: reload() keeps what was read before.
//   2. A connection keeps what was in force when it began; the next one has the new.
//   3. As a client the other side is always verified, its name or address included.
//   4. A server with lists of revoked certificates has one of every authority it believes, and asks them in
//      every handshake. Each was in force when it was read; one that ends while the node runs stays so:
//      devices must not fall silent because nobody renewed it.
//   5. A key that lies elsewhere keeps no loop waiting: its handshakes are done beside it (handshake.h).
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/signer.h"
#include "base/time.h"
#include "net/tls_offer.h"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

namespace haechi::net {

struct SslFree {
  void operator()(SSL* ssl) const;
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

struct TlsFiles {
  std::string certificate;  // our chain, our own certificate first; a client may have none
  std::string key;          // of it, without a passphrase, not readable by everybody
  std::string authorities;  // whose certificates are believed; a client without has those of the system
  std::vector<std::string> revoked = {};  // of a server: their lists (CRL); none: nobody is
  TlsOffer offer = {};                    // checked by who sets it
  std::shared_ptr<Signer> signer = {};    // in place of `key`: it lies elsewhere
};

class HandshakeThread;

class Tls {
 public:
  enum class Peer {
    kAnonymous,  // is not asked for a certificate
    kMayProve,   // may show one, which must then be good
    kMustProve,
  };

  // kInvalid names the member of TlsFiles at fault and says why, with the file's path.
  static Result<std::shared_ptr<Tls>> server(TlsFiles files, Peer peer);
  static Result<std::shared_ptr<Tls>> client(TlsFiles files);

  // Reads the files again. Any thread.
  Status reload();
  // When our certificate ends; not known without one. Any thread.
  Time ends_at() const;
  // When the first list of revoked certificates ends; not known without any. Any thread.
  Time revoked_end_at() const;
  bool peer_must_prove() const { return peer_ == Peer::kMustProve; }

  // For Wire: a connection of this side over the descriptor. Any thread; null when there is no memory.
  SslPtr accept(int descriptor) const;
  SslPtr connect(int descriptor, const std::string& host) const;
  // Does the handshakes of both; none: whoever reads and writes does.
  const std::shared_ptr<HandshakeThread>& beside() const { return beside_; }

 private:
  Tls(TlsFiles files, bool is_server, Peer peer);
  SslPtr session(int descriptor) const;

  const TlsFiles files_;
  const bool is_server_;
  const Peer peer_;
  const std::shared_ptr<HandshakeThread> beside_;
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
  Time ends_at_, revoked_end_at_;
};

}  // namespace haechi::net
