#include "trust/passkey.h"

#include <arpa/inet.h>

#include <optional>

#include "base/base64.h"
#include "base/digest.h"
#include "trust/cbor.h"
#include "trust/json_object.h"
#include "trust/public_key.h"

namespace haechi::trust {
namespace {

constexpr size_t kCredentialIdBytesMax = 1023;
constexpr uint8_t kUserPresent = 1, kUserVerified = 4, kCopyable = 8, kHasCredential = 64;

// authenticator data = digest of the relying party's id[32] | flags[1] | counter[4] | ...
constexpr size_t kFlagsAt = 32, kCounterAt = 33, kCredentialAt = 37;
// ... | AAGUID[16] | size of the credential's id[2] | credential's id | COSE key | extensions
constexpr size_t kIdSizeAt = kCredentialAt + 16, kIdAt = kIdSizeAt + 2;

uint32_t big_endian(std::string_view bytes) {
  uint32_t out = 0;
  for (const char byte : bytes) out = out << 8 | static_cast<uint8_t>(byte);
  return out;
}

Status check_authenticator_data(std::string_view data, const RelyingParty& party) {
  if (data.size() < kCredentialAt) return invalid("authenticator_data", "is too short");
  if (data.substr(0, kFlagsAt) != view(sha256(party.id)))
    return invalid("authenticator_data", "is for another site");
  const auto flags = static_cast<uint8_t>(data[kFlagsAt]);
  if ((flags & kUserPresent) == 0) return invalid("authenticator_data", "nobody was present");
  if ((flags & kUserVerified) == 0) return invalid("authenticator_data", "did not check who was present");
  return {};
}

// The parts of a COSE key (RFC 9053) that keys of our kinds have.
struct CoseKey {
  int64_t kind = 0, algorithm = 0, curve = 0;
  std::string_view minus_1, minus_2, minus_3;  // what these labels hold depends on the kind
};

std::optional<CoseKey> read_cose(CborReader& reader) {
  CoseKey out;
  const auto pairs = reader.map();
  for (uint64_t left = pairs.value_or(0); left > 0; --left) {
    const auto label = reader.number();
    if (!label) return std::nullopt;
    const CborReader before = reader;
    if (*label == 1 || *label == 3) {
      const auto value = reader.number();
      if (!value) return std::nullopt;
      (*label == 1 ? out.kind : out.algorithm) = *value;
    } else if (const auto bytes = reader.bytes(); bytes && *label <= -1 && *label >= -3) {
      (*label == -1 ? out.minus_1 : *label == -2 ? out.minus_2 : out.minus_3) = *bytes;
    } else {
      reader = before;
      const auto value = *label == -1 ? reader.number() : std::nullopt;
      if (value) {
        out.curve = *value;
      } else {
        reader = before;
        if (!reader.skip()) return std::nullopt;
      }
    }
  }
  return pairs ? std::optional(out) : std::nullopt;
}

std::optional<PublicKey> key_of(std::string_view cose) {
  CborReader reader(cose);
  const auto key = read_cose(reader);
  if (!key) return std::nullopt;
  constexpr int64_t kOctetPair = 1, kEllipticCurve = 2, kRsa = 3;
  constexpr int64_t kEs256 = -7, kEdDsa = -8, kRs256 = -257;
  constexpr int64_t kP256 = 1, kEd25519 = 6;
  if (key->kind == kEllipticCurve && key->algorithm == kEs256 && key->curve == kP256)
    return PublicKey::ecdsa(key->minus_2, key->minus_3);
  if (key->kind == kRsa && key->algorithm == kRs256) return PublicKey::rsa(key->minus_1, key->minus_2);
  if (key->kind == kOctetPair && key->algorithm == kEdDsa && key->curve == kEd25519)
    return PublicKey::ed25519(key->minus_2);
  return std::nullopt;
}

// The member "authData" of an attestation object.
std::optional<std::string_view> authenticator_data_in(std::string_view attestation) {
  CborReader reader(attestation);
  const auto pairs = reader.map();
  std::optional<std::string_view> out;
  for (uint64_t left = pairs.value_or(0); left > 0; --left) {
    const auto name = reader.text();
    if (!name) return std::nullopt;
    if (*name != "authData") {
      if (!reader.skip()) return std::nullopt;
      continue;
    }
    out = reader.bytes();
    if (!out) return std::nullopt;
  }
  return out;
}

}  // namespace

Result<RelyingParty> relying_party(const std::string& origin) {
  const size_t scheme = origin.find("://");
  if (scheme == std::string::npos) return invalid("origin", "is no origin");
  const std::string host = origin.substr(scheme + 3);
  const std::string id = host.substr(0, host.rfind(':'));
  in_addr numbers;
  if (id.empty() || id.front() == '[' || ::inet_pton(AF_INET, id.c_str(), &numbers) == 1)
    return invalid("origin", "an address in numbers has no passkeys");
  return RelyingParty{origin, id};
}

Result<std::string> challenge_in(std::string_view client_data, Ceremony ceremony, const RelyingParty& party) {
  const auto parsed = read_object(client_data);
  if (!parsed) return invalid("client_data", "is no JSON object");
  const boost::json::object& said = *parsed;
  if (text_in(said, "type") != (ceremony == Ceremony::kAdding ? "webauthn.create" : "webauthn.get"))
    return invalid("client_data", "is of another ceremony");
  if (text_in(said, "origin") != party.origin) return invalid("client_data", "is of another page");
  const boost::json::value* foreign = said.if_contains("crossOrigin");
  if (foreign != nullptr && *foreign != boost::json::value(false))
    return invalid("client_data", "was asked for in a frame of another page");
  const auto challenge = decode_base64url(text_in(said, "challenge"));
  if (!challenge || challenge->empty()) return invalid("client_data", "has no challenge");
  return *challenge;
}

Result<NewPasskey> read_attestation(std::string_view attestation, const RelyingParty& party) {
  const auto data = authenticator_data_in(attestation);
  if (!data) return invalid("attestation", "is no attestation object");
  TRY_STATUS(check_authenticator_data(*data, party));
  if ((static_cast<uint8_t>((*data)[kFlagsAt]) & kHasCredential) == 0 || data->size() < kIdAt)
    return invalid("attestation", "holds no passkey");
  const size_t id_size = big_endian(data->substr(kIdSizeAt, 2));
  if (id_size == 0 || id_size > kCredentialIdBytesMax || data->size() < kIdAt + id_size)
    return invalid("attestation", "holds no passkey");
  const std::string_view behind = data->substr(kIdAt + id_size);
  CborReader reader(behind);
  if (!read_cose(reader)) return invalid("attestation", "holds no key");
  const std::string_view cose = behind.substr(0, behind.size() - reader.rest().size());
  if (!key_of(cose)) return invalid("attestation", "holds a key of a kind that is not taken here");
  return NewPasskey{std::string(data->substr(kIdAt, id_size)), std::string(cose),
                    big_endian(data->substr(kCounterAt, 4))};
}

bool stays_on_its_device(std::string_view authenticator_data) {
  return authenticator_data.size() > kFlagsAt &&
         (static_cast<uint8_t>(authenticator_data[kFlagsAt]) & kCopyable) == 0;
}

Result<uint32_t> check_proof(std::string_view authenticator_data, std::string_view client_data,
                             std::string_view signature, std::string_view public_key,
                             const RelyingParty& party) {
  TRY_STATUS(check_authenticator_data(authenticator_data, party));
  const auto key = key_of(public_key);
  if (!key) return Error{Code::kCorrupt, "public_key", "a stored key cannot be read"};
  const std::string message = std::string(authenticator_data) + std::string(view(sha256(client_data)));
  if (!key->verifies(message, signature)) return invalid("signature", "is not of this passkey");
  return big_endian(authenticator_data.substr(kCounterAt, 4));
}

}  // namespace haechi::trust
