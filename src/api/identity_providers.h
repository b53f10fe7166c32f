// IdentityProviders: signing in by an agency's own provider, over OpenID Connect (authorization code with
// PKCE). An account belongs to a provider when its name begins with the provider's id and a dot: the provider
// says who somebody is, what that account may do is said here.
//
//   1. A browser is sent to the provider with a state, a nonce and a PKCE challenge that are all made from
//   the
//      ticket in its cookie: who comes back without that cookie, late, or twice is refused.
//   2. Nothing is believed but an ID token that is right (trust/id_token.h), fetched by us from the provider.
//   3. A provider that does not answer keeps nobody else out.
//   4. A person is asked there again after trust::kSignInAgeMax, whatever the provider remembers.
//
// Belongs to the front loop, `done` included.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/throttle.h"
#include "base/time.h"
#include "trust/accounts.h"
#include "trust/cookie.h"
#include "trust/id_token.h"
#include "trust/ticket.h"

namespace haechi::net {
class HttpClient;
class Loop;
struct ClientOptions;
struct Response;
}  // namespace haechi::net

namespace haechi::api {

struct ProviderSettings {
  std::string id;    // 1..20 of a-z, 0-9 and '-'
  std::string name;  // as its people know it
  std::string issuer;
  std::string client_id;
  std::string client_secret;  // empty: a public client
  std::string claim = "preferred_username";
  std::vector<std::string> acr, amr;  // what a sign-in there must have been; as in trust::TokenWanted
};

inline constexpr Duration kFlowLasts = Duration::seconds(10 * 60);  // from our page to the provider and back

class IdentityProviders {
 public:
  // `pages` is the address of our pages, "https://haechi.example"; `clock` and `loop` outlive this.
  // `line`: how providers are called.
  IdentityProviders(net::Loop& loop, const Clock& clock, std::vector<ProviderSettings> settings,
                    std::string pages, const net::ClientOptions& line);
  ~IdentityProviders();

  // Reads what the providers say of themselves. One that does not answer is told, and asked again when it is
  // needed.
  void start(const std::function<void(const Error&)>& tell);
  std::vector<const ProviderSettings*> all() const;
  const ProviderSettings* find(const std::string& id) const;

  struct Begun {
    std::string address;  // to which the browser goes
    std::string flow;     // that it keeps until it comes back
  };
  // kNotFound: no such provider. kUnavailable: it does not answer.
  void begin(const std::string& id, trust::Surface surface, std::function<void(Result<Begun>)> done);

  struct Return {
    std::string id;                   // of the provider, by the address that it was sent back to
    std::string flow;                 // of the browser
    std::string state, code, issuer;  // as the provider says; issuer may be empty
  };
  // Who has signed in. kInvalid: why not; kUnavailable: it does not answer.
  using Finished = std::function<void(Result<trust::Vouched>)>;
  void finish(const Return& returned, Finished done);
  // Whose session the provider says has ended there. Errors as above.
  using LoggedOut = std::function<void(Result<trust::LoggedOutThere>)>;
  void logged_out(const std::string& id, const std::string& token, LoggedOut done);
  // To which surface the browser of a flow belongs. Nothing is checked.
  static std::optional<trust::Surface> surface_of(const std::string& flow);

 private:
  struct Provider;
  using Known = std::function<void(Status)>;

  Provider* provider_of(const std::string& id) const;
  std::string redirect_of(const Provider& provider) const;
  std::string derived(const char* what, const std::string& flow) const;
  // Goes on when it is known how the provider is reached.
  void learn(Provider& provider, Known known);
  void learned(Provider& provider, const Status& status);
  void read_keys(Provider& provider, Known known);
  void exchange(Provider& provider, const Return& returned, Finished done);
  // The key that a token says it was signed with; one that is not known is asked for once.
  using Found = std::function<void(Result<const trust::PublicKey*>)>;
  void find_key(Provider& provider, const std::string& token, Found found);
  // Was a token of this id not seen before? One that has ended need not be remembered.
  bool take_id(const std::string& id);

  const Clock& clock_;
  const std::string pages_;
  const std::string secret_;  // from which states, nonces and verifiers are made
  trust::Tickets tickets_;
  Throttle key_reads_;
  std::set<std::pair<Time, std::string>> taken_ids_;  // of logout tokens, with when they end
  std::vector<std::unique_ptr<Provider>> providers_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace haechi::api
