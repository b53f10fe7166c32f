// TlsOffer: which version, cipher suites and key exchange groups our side of TLS takes, the best first; a
// setting, so that one that falls can be left on the day it falls, and a new one taken as soon as the
// machine's OpenSSL has it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace haechi::net {

struct TlsOffer {
  std::string minimum = "1.2";  // or "1.3"
  // OpenSSL's names; those of TLS 1.3 begin with "TLS_". By default Mozilla's "intermediate".
  std::vector<std::string> suites = {
      "TLS_AES_256_GCM_SHA384",        "TLS_CHACHA20_POLY1305_SHA256",  "TLS_AES_128_GCM_SHA256",
      "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",   "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES256-GCM-SHA384",   "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"};
  std::vector<std::string> groups = {"X25519", "P-256", "P-384"};
};

// kInvalid names the member at fault: something that this machine's OpenSSL does not know, or that is worth
// less than docs/cryptography.md asks (ephemeral keys, authenticated ciphers, 128 bits), or nothing left for
// a version that is taken.
Status check_offer(const TlsOffer& offer);

// As OpenSSL wants them: "a:b".
std::string suites_of_13(const TlsOffer& offer);
std::string suites_of_12(const TlsOffer& offer);
std::string groups_of(const TlsOffer& offer);

}  // namespace haechi::net
