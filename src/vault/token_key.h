// A private key in a PKCS#11 token that signs there: of TLS (RSA, or EC on P-256 or P-384) or of the log
// (Ed25519, its public key beside it under the same name). It never comes here.
#pragma once

#include <memory>
#include <string>

#include "base/signer.h"
#include "base/time.h"

namespace haechi::vault {

inline constexpr const char* kTokenPinVariable = "HAECHI_TOKEN_PIN";
// A start may take that long to find its key; who signs waits for kTokenPatience (patient.h), and while the
// token is late is told so at once.
inline constexpr Duration kOpeningPatience = Duration::seconds(10);

// `uri` as of open_token() (master.h), but that the PIN of the environment is kTokenPinVariable. `name` is
// the setting, the field of every error: kInvalid, kNotFound and kUnavailable as there.
Result<std::shared_ptr<Signer>> open_token_key(const std::string& uri, const std::string& name);

}  // namespace haechi::vault
