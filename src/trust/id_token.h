// ID tokens of OpenID Connect (core 1.0, section 3.1.3.7): who an identity provider says has signed in; and
// its logout tokens (back-channel logout 1.0, section 2.6): whose session has ended there. A
// token is a JSON web token, signed by RS256 or ES256; of any other kind none is taken, whatever its header
// says.
//
// An error's reason is for the audit record, never for who asks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "trust/public_key.h"

namespace haechi::trust {

// The signing keys of a provider (RFC 7517), by their ids. Keys of other kinds or uses are passed over.
class ProviderKeys {
 public:
  static constexpr size_t kKeysMax = 64;

  static Result<ProviderKeys> read(std::string_view json);
  const PublicKey* find(const std::string& id) const;
  size_t size() const { return keys_.size(); }

 private:
  std::map<std::string, PublicKey> keys_;
};

// What a token has to say.
struct TokenWanted {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  std::string claim;             // that names the account
  std::vector<std::string> acr;  // one of them, unless there are none
  std::vector<std::string> amr;  // all of them
};
inline constexpr Duration kClockSkewMax = Duration::seconds(60);  // between the provider and us
inline constexpr Duration kTokenAgeMax = Duration::seconds(10 * 60);
inline constexpr Duration kLogoutAgeMax = Duration::seconds(2 * 60);
// After that the provider asks the person again, and a session here has ended.
inline constexpr Duration kSignInAgeMax = Duration::seconds(12 * 3600);

// The id of the key that a token says it was signed with.
Result<std::string> key_id_of(std::string_view token);
// What a token says that is right.
struct SignedInThere {
  std::string subject;
  std::string name;  // what `claim` says
  std::string sid;   // may be empty
  Time at;           // when the person proved there who it is
};
Result<SignedInThere> check_id_token(std::string_view token, const PublicKey& key, const TokenWanted& wanted,
                                     Time now);
// Subject or sid is there.
struct LoggedOutThere {
  std::string subject;
  std::string sid;
  std::string id;  // of the token, which counts once
};
Result<LoggedOutThere> check_logout_token(std::string_view token, const PublicKey& key,
                                          const std::string& issuer, const std::string& client_id, Time now);

}  // namespace haechi::trust
