// What a browser and an authenticator say of a passkey (W3C Web Authentication, level 2), checked. Nothing
// here keeps anything; who may have which passkey is in accounts.h.
//
// An error's reason is for the audit record, never for who asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi::trust {

// The page that a passkey is for: "https://haechi.example:8443", and the name of its host.
struct RelyingParty {
  std::string origin;
  std::string id;
};
// Of the origin of a page. An address in numbers has no passkeys: kInvalid.
Result<RelyingParty> relying_party(const std::string& origin);

enum class Ceremony { kAdding, kSigningIn };
// The challenge that the browser signed for: of this ceremony, on this very page and in no frame of another.
Result<std::string> challenge_in(std::string_view client_data, Ceremony ceremony, const RelyingParty& party);

struct NewPasskey {
  std::string credential_id;
  std::string public_key;  // COSE
  uint32_t counter = 0;
};
// Of an attestation object; what it says of the authenticator's maker is passed over.
Result<NewPasskey> read_attestation(std::string_view attestation, const RelyingParty& party);

// Does the key stay in the one authenticator that says this? Of others a copy may be anywhere. Only of a
// proof that held.
bool stays_on_its_device(std::string_view authenticator_data);

// The authenticator's counter, of a proof that somebody was there, was recognised by the authenticator, and
// that the key signed this.
Result<uint32_t> check_proof(std::string_view authenticator_data, std::string_view client_data,
                             std::string_view signature, std::string_view public_key,
                             const RelyingParty& party);

}  // namespace haechi::trust
