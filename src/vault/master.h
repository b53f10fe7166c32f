// Master: the key that wraps all others, known by what it does, so that it may lie where nobody can read it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/key.h"

namespace haechi::vault {

class Master {
 public:
  virtual ~Master() = default;
  // AES-256 key wrap (RFC 3394): kWrappedBytes. kUnavailable: a token did not answer.
  virtual Result<std::string> wrap(const Key& key) = 0;
  // Nothing when it was wrapped under another key, or changed, or a token did not answer.
  virtual std::optional<Key> unwrap(std::string_view wrapped) = 0;
};

// A key that is known to this process.
std::unique_ptr<Master> master_of(const Key& key);

// Does the text name a key in a token?
bool is_token_uri(std::string_view text);

// An AES key of 256 bits in a PKCS#11 token, which wraps and unwraps there (CKM_AES_KEY_WRAP); so it never
// comes here, and need not be extractable. `uri` as RFC 7512 has it:
//
//   pkcs11:token=T;object=O?module-path=/path/module.so&pin-source=file:/path
//
// Without pin-source the PIN is kPinVariable of the environment. kInvalid says what the URI lacks; kNotFound:
// no such module, token or key; kUnavailable: the token refuses. One thread at a time.
Result<std::unique_ptr<Master>> open_token(const std::string& uri);
inline constexpr const char* kPinVariable = "HAECHI_MASTER_PIN";

}  // namespace haechi::vault
