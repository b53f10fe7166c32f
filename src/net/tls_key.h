// The key of our certificate where it lies elsewhere (base/signer.h), as OpenSSL sees it. For this room only.
#pragma once

#include <memory>
#include <string>

#include "base/signer.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace haechi::net {

// After the certificate: EC on P-256 or P-384, or RSA. Signs once, so that a key that is not the
// certificate's, or does not answer, is known at once; its field is "key".
Status use_signer(SSL_CTX* context, const std::shared_ptr<Signer>& signer);

// Why a signature failed on this thread since it was last asked; empty: none did.
std::string signer_trouble();

}  // namespace haechi::net
