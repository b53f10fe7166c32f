// Signer: a private key that signs where it lies and is never here. For doors and notes that do not know
// where that is (vault/token_key.h does).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi {

class Signer {
 public:
  enum class How {
    kEd25519,  // bytes: the message; 64 bytes come back
    kEcdsa,    // bytes: a digest; r and s come back, of the same size
    kRsaPlain  // bytes: padded to the size of the modulus
  };

  virtual ~Signer() = default;
  // 32 bytes of an Ed25519 key, empty of others: those have certificates.
  virtual const std::string& public_key() const = 0;
  // Any thread. kUnavailable: it cannot now, and what is asked for may be asked again.
  virtual Result<std::string> sign(How how, std::string_view bytes) = 0;
};

}  // namespace haechi
