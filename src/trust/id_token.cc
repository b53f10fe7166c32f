#include "trust/id_token.h"

#include <algorithm>
#include <optional>

#include "base/base64.h"
#include "base/digest.h"
#include "trust/json_object.h"

namespace haechi::trust {
namespace {

namespace json = boost::json;

constexpr size_t kTokenBytesMax = 16 << 10;
constexpr std::string_view kLogoutType = "logout+jwt";
constexpr std::string_view kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

std::string bytes_in(const json::object& object, std::string_view name) {
  return decode_base64url(text_in(object, name)).value_or("");
}

// One text, or a list of texts.
std::vector<std::string> texts_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return {};
  if (value->is_string()) return {std::string(value->get_string())};
  std::vector<std::string> out;
  if (value->is_array()) {
    for (const json::value& one : value->get_array())
      if (one.is_string()) out.emplace_back(one.get_string());
  }
  return out;
}

// Seconds since 1970 as a JSON number. Nothing: there is none, or it is out of all range.
std::optional<Time> time_in(const json::object& object, std::string_view name) {
  constexpr double kSecondsMax = 253'402'300'800;  // the year 10000
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->to_number<double>();
  if (!(seconds > 0 && seconds < kSecondsMax)) return std::nullopt;
  return Time{static_cast<int64_t>(seconds) * 1'000'000};
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

struct Parts {
  std::string_view signed_text;  // header and payload as they were signed
  json::object header;
  std::string payload;  // JSON, of which nothing is believed before the signature is checked
  std::string signature;
};

Result<Parts> parts_of(std::string_view token) {
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (token.size() > kTokenBytesMax || second == std::string_view::npos)
    return invalid("id_token", "is no signed token");
  const auto header = decode_base64url(token.substr(0, first));
  const auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = decode_base64url(token.substr(second + 1));
  auto said = header ? read_object(*header) : std::nullopt;
  if (!said || !payload || !signature) return invalid("id_token", "is no signed token");
  return Parts{token.substr(0, second), std::move(*said), *payload, *signature};
}

Status check_signature(const Parts& token, const PublicKey& key) {
  const std::string algorithm = text_in(token.header, "alg");
  const bool ecdsa = algorithm == "ES256" && key.kind() == PublicKey::Kind::kEcdsa;
  const bool rsa = algorithm == "RS256" && key.kind() == PublicKey::Kind::kRsa;
  if (!ecdsa && !rsa) return invalid("id_token", "is signed in a way that is not taken here");
  if (token.header.contains("crit")) return invalid("id_token", "asks for what is not known here");
  if (!key.verifies(token.signed_text, ecdsa ? asn1_of(token.signature) : token.signature))
    return invalid("id_token", "is not signed by the provider");
  return {};
}

Status check_parties(const json::object& said, const std::string& issuer, const std::string& client_id) {
  if (text_in(said, "iss") != issuer) return invalid("id_token", "is of another issuer");
  if (!contains(texts_in(said, "aud"), client_id)) return invalid("id_token", "is for another audience");
  return {};
}

Status check_addressee(const json::object& said, const TokenWanted& wanted) {
  TRY_STATUS(check_parties(said, wanted.issuer, wanted.client_id));
  const bool for_others = texts_in(said, "aud").size() > 1 || said.contains("azp");
  if (for_others && text_in(said, "azp") != wanted.client_id)
    return invalid("id_token", "was given to another party");
  if (wanted.nonce.empty() || !equal_secret(text_in(said, "nonce"), wanted.nonce))
    return invalid("id_token", "is of another sign-in");
  return {};
}

Status check_times(const json::object& said, Duration age_max, Time now) {
  const auto ends = time_in(said, "exp"), issued = time_in(said, "iat");
  if (!ends || !issued) return invalid("id_token", "does not say from when until when");
  if (now >= *ends + kClockSkewMax) return invalid("id_token", "has ended");
  if (*issued > now + kClockSkewMax) return invalid("id_token", "is of the future");
  if (now - *issued > age_max) return invalid("id_token", "is too old");
  return {};
}

// No wish of ours is honoured by a provider that does not say when it has asked the person.
Result<Time> sign_in_time(const json::object& said, Time now) {
  const auto at = time_in(said, "auth_time");
  if (!at) return invalid("id_token", "does not say when the person signed in there (auth_time)");
  if (*at > now + kClockSkewMax) return invalid("id_token", "is of a sign-in in the future");
  if (now - *at > kSignInAgeMax) return invalid("id_token", "is of a sign-in too long ago");
  return *at;
}

Status check_strength(const json::object& said, const TokenWanted& wanted) {
  if (!wanted.acr.empty() && !contains(wanted.acr, text_in(said, "acr")))
    return invalid("id_token", "is of a weaker sign-in than is asked for (acr)");
  const std::vector<std::string> methods = texts_in(said, "amr");
  for (const std::string& method : wanted.amr)
    if (!contains(methods, method))
      return invalid("id_token", "is of a weaker sign-in than is asked for (amr)");
  return {};
}

// What a token says whose signature is right and which is of the type; empty: of any.
Result<json::object> signed_claims(std::string_view token, const PublicKey& key, std::string_view type) {
  TRY(const Parts parts, parts_of(token));
  TRY_STATUS(check_signature(parts, key));
  if (!type.empty() && text_in(parts.header, "typ") != type)
    return invalid("logout_token", "is a token of another kind");
  auto said = read_object(parts.payload);
  if (!said) return invalid("id_token", "says nothing");
  return *std::move(said);
}

std::optional<PublicKey> key_of(const json::object& key) {
  if (const std::string use = text_in(key, "use"); !use.empty() && use != "sig") return std::nullopt;
  if (text_in(key, "kty") == "RSA") return PublicKey::rsa(bytes_in(key, "n"), bytes_in(key, "e"));
  if (text_in(key, "kty") == "EC" && text_in(key, "crv") == "P-256")
    return PublicKey::ecdsa(bytes_in(key, "x"), bytes_in(key, "y"));
  return std::nullopt;
}

}  // namespace

Result<ProviderKeys> ProviderKeys::read(std::string_view text) {
  const auto set = read_object(text);
  const json::value* listed = set ? set->if_contains("keys") : nullptr;
  if (listed == nullptr || !listed->is_array()) return invalid("jwks", "is no set of keys");
  ProviderKeys out;
  for (const json::value& one : listed->get_array()) {
    if (!one.is_object() || out.keys_.size() >= kKeysMax) continue;
    if (auto key = key_of(one.get_object()))
      out.keys_.emplace(text_in(one.get_object(), "kid"), std::move(*key));
  }
  if (out.keys_.empty()) return invalid("jwks", "holds no key that is taken here");
  return out;
}

const PublicKey* ProviderKeys::find(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

Result<std::string> key_id_of(std::string_view token) {
  TRY(const Parts parts, parts_of(token));
  return text_in(parts.header, "kid");
}

Result<SignedInThere> check_id_token(std::string_view token, const PublicKey& key, const TokenWanted& wanted,
                                     Time now) {
  TRY(const json::object said, signed_claims(token, key, ""));
  TRY_STATUS(check_addressee(said, wanted));
  TRY_STATUS(check_times(said, kTokenAgeMax, now));
  TRY_STATUS(check_strength(said, wanted));
  SignedInThere out{text_in(said, "sub"), text_in(said, wanted.claim), text_in(said, "sid"), Time{}};
  TRY(out.at, sign_in_time(said, now));
  if (out.subject.empty()) return invalid("id_token", "does not say who it is (sub)");
  if (out.name.empty()) return invalid("id_token", "does not say who it is (" + wanted.claim + ")");
  return out;
}

Result<LoggedOutThere> check_logout_token(std::string_view token, const PublicKey& key,
                                          const std::string& issuer, const std::string& client_id, Time now) {
  TRY(const json::object said, signed_claims(token, key, kLogoutType));
  TRY_STATUS(check_parties(said, issuer, client_id));
  TRY_STATUS(check_times(said, kLogoutAgeMax, now));
  const json::value* events = said.if_contains("events");
  if (events == nullptr || !events->is_object() || !events->get_object().contains(kLogoutEvent))
    return invalid("logout_token", "is of another event");
  if (said.contains("nonce")) return invalid("logout_token", "is of a sign-in");
  LoggedOutThere out{text_in(said, "sub"), text_in(said, "sid"), text_in(said, "jti")};
  if (out.subject.empty() && out.sid.empty()) return invalid("logout_token", "does not say whose it is");
  if (out.id.empty()) return invalid("logout_token", "has no id");
  return out;
}

}  // namespace haechi::trust
