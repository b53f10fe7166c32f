#include "api/identity_providers.h"

#include <algorithm>
#include <utility>

#include "base/base64.h"
#include "base/digest.h"
#include "net/client.h"
#include "net/http.h"
#include "net/loop.h"
#include "trust/json_object.h"

namespace haechi::api {
namespace {

// A browser is not sent to a provider that we have not heard of for so long: it could not say what is wrong.
constexpr Duration kFreshFor = Duration::seconds(10);
constexpr Duration kTryAgainAfter = Duration::seconds(5);
// Whoever brings tokens with invented key ids makes us ask no more often than this.
constexpr Throttle::Rate kKeyReads{.per_minute = 2, .burst = 3};
constexpr size_t kFlowMax = 256;
constexpr size_t kTakenIdsMax = 1000;  // of logout tokens within minutes; further ones are refused

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

using Fields = std::vector<std::pair<const char*, std::string>>;

std::string form(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : "&") + std::string(name) + "=" + percent_encoded(value);
  return out;
}

// flow = provider id "." surface "." ticket in base64url
std::string purpose_of(const std::string& id, trust::Surface surface) {
  return "identity provider " + id + " " + trust::surface_name(surface);
}

Error silent(const ProviderSettings& of, const std::string& why) {
  return Error{Code::kUnavailable, "provider", of.id + ": " + why};
}

}  // namespace

struct IdentityProviders::Provider {
  ProviderSettings settings;
  // What it says of itself; empty: not known yet.
  std::string authorization_endpoint, token_endpoint, keys_address;
  trust::ProviderKeys keys;
  Time known_at;
  Time failed_at;
  std::vector<Known> waiting;  // not empty: it is being asked
};

IdentityProviders::IdentityProviders(net::Loop& loop, const Clock& clock,
                                     std::vector<ProviderSettings> settings, std::string pages,
                                     const net::ClientOptions& line)
    : clock_(clock),
      pages_(std::move(pages)),
      secret_(random_secret(32)),
      key_reads_(kKeyReads, settings.size() + 1),
      client_(net::HttpClient::create(loop, line)) {
  for (ProviderSettings& one : settings) {
    providers_.push_back(std::make_unique<Provider>());
    providers_.back()->settings = std::move(one);
  }
}

IdentityProviders::~IdentityProviders() = default;

void IdentityProviders::start(const std::function<void(const Error&)>& tell) {
  for (const auto& provider : providers_)
    learn(*provider, [tell](const Status& status) {
      if (!status.ok()) tell(status.error());
    });
}

std::vector<const ProviderSettings*> IdentityProviders::all() const {
  std::vector<const ProviderSettings*> out;
  for (const auto& provider : providers_) out.push_back(&provider->settings);
  return out;
}

const ProviderSettings* IdentityProviders::find(const std::string& id) const {
  const Provider* found = provider_of(id);
  return found == nullptr ? nullptr : &found->settings;
}

IdentityProviders::Provider* IdentityProviders::provider_of(const std::string& id) const {
  for (const auto& provider : providers_)
    if (provider->settings.id == id) return provider.get();
  return nullptr;
}

std::string IdentityProviders::redirect_of(const Provider& provider) const {
  return pages_ + "/api/v1/sign-in/providers/" + provider.settings.id + "/return";
}

std::string IdentityProviders::derived(const char* what, const std::string& flow) const {
  return base64url(view(hmac_sha256(secret_, std::string(what) + " of " + flow)));
}

std::optional<trust::Surface> IdentityProviders::surface_of(const std::string& flow) {
  const size_t first = flow.find('.');
  if (first == std::string::npos) return std::nullopt;
  return trust::parse_surface(flow.substr(first + 1, flow.find('.', first + 1) - first - 1));
}

void IdentityProviders::begin(const std::string& id, trust::Surface surface,
                              std::function<void(Result<Begun>)> done) {
  Provider* provider = provider_of(id);
  if (provider == nullptr) return done(Error{Code::kNotFound, "provider", "there is no such provider"});
  learn(*provider, [this, provider, surface, done = std::move(done)](const Status& known) {
    if (!known.ok()) return done(known.error());
    const ProviderSettings& of = provider->settings;
    const std::string ticket = tickets_.issue(purpose_of(of.id, surface), clock_.now() + kFlowLasts);
    const std::string flow = of.id + "." + trust::surface_name(surface) + "." + base64url(ticket);
    Fields asked{{"response_type", "code"},
                 {"client_id", of.client_id},
                 {"redirect_uri", redirect_of(*provider)},
                 {"scope", "openid profile"},
                 {"state", derived("state", flow)},
                 {"nonce", derived("nonce", flow)},
                 {"code_challenge", base64url(view(sha256(derived("verifier", flow))))},
                 {"code_challenge_method", "S256"},
                 {"max_age", std::to_string(trust::kSignInAgeMax.s())}};
    std::string acr;
    for (const std::string& one : of.acr) acr += (acr.empty() ? "" : " ") + one;
    if (!acr.empty()) asked.emplace_back("acr_values", acr);
    const std::string& to = provider->authorization_endpoint;
    done(Begun{to + (to.find('?') == std::string::npos ? '?' : '&') + form(asked), flow});
  });
}

void IdentityProviders::finish(const Return& returned, Finished done) {
  Provider* provider = provider_of(returned.id);
  const auto surface = surface_of(returned.flow);
  const std::string& flow = returned.flow;
  if (provider == nullptr || !surface || flow.size() > kFlowMax || !flow.starts_with(returned.id + "."))
    return done(invalid("state", "this browser has not begun a sign-in there"));
  if (!equal_secret(derived("state", flow), returned.state))
    return done(invalid("state", "is of another browser, or of another sign-in"));
  const std::string ticket = decode_base64url(flow.substr(flow.rfind('.') + 1)).value_or("");
  if (!tickets_.take(ticket, purpose_of(returned.id, *surface), clock_.now()))
    return done(invalid("state", "was used, or has ended"));
  if (!returned.issuer.empty() && returned.issuer != provider->settings.issuer)
    return done(invalid("iss", "is another provider"));
  if (returned.code.empty()) return done(invalid("code", "the provider has not let anybody in"));
  exchange(*provider, returned, std::move(done));
}

void IdentityProviders::exchange(Provider& provider, const Return& returned, Finished done) {
  const ProviderSettings& of = provider.settings;
  Fields sent{{"grant_type", "authorization_code"},
              {"code", returned.code},
              {"redirect_uri", redirect_of(provider)},
              {"code_verifier", derived("verifier", returned.flow)}};
  net::Headers headers{{"content-type", "application/x-www-form-urlencoded"}, {"accept", "application/json"}};
  if (of.client_secret.empty()) {
    sent.emplace_back("client_id", of.client_id);
  } else {
    const std::string both = percent_encoded(of.client_id) + ":" + percent_encoded(of.client_secret);
    headers.emplace_back("authorization", "Basic " + base64(both));
  }
  client_->send(
      "POST", provider.token_endpoint, std::move(headers), form(sent), false,
      [this, &provider, flow = returned.flow, done = std::move(done)](const Result<net::Response>& response) {
        const ProviderSettings& of = provider.settings;
        if (!response.ok()) return done(silent(of, response.error().reason));
        if (response->status >= 500) return done(silent(of, "it fails"));
        const auto said = trust::read_object(response->body);
        if (response->status != 200 || !said) return done(invalid("code", "the provider does not take it"));
        const std::string token = trust::text_in(*said, "id_token");
        find_key(provider, token, [=, this, &of](const Result<const trust::PublicKey*>& key) {
          if (!key.ok()) return done(key.error());
          const trust::TokenWanted wanted{of.issuer, of.client_id, derived("nonce", flow),
                                          of.claim,  of.acr,       of.amr};
          auto who = trust::check_id_token(token, **key, wanted, clock_.now());
          if (!who.ok()) return done(who.error());
          done(trust::Vouched{of.id, who->subject, who->name, who->sid, who->at + trust::kSignInAgeMax});
        });
      });
}

void IdentityProviders::find_key(Provider& provider, const std::string& token, Found found) {
  const auto key_id = trust::key_id_of(token);
  if (!key_id.ok()) return found(key_id.error());
  const auto look = [&provider, id = *key_id]() -> Result<const trust::PublicKey*> {
    if (const trust::PublicKey* key = provider.keys.find(id)) return key;
    return invalid("id_token", "is signed with a key that is not the provider's");
  };
  auto known = look();
  if (known.ok() || key_reads_.take(provider.settings.id, clock_.now()).us != 0) return found(known);
  read_keys(provider, [look, found = std::move(found)](const Status&) { found(look()); });
}

void IdentityProviders::logged_out(const std::string& id, const std::string& token, LoggedOut done) {
  Provider* provider = provider_of(id);
  if (provider == nullptr) return done(Error{Code::kNotFound, "provider", "there is no such provider"});
  learn(*provider, [this, provider, token, done = std::move(done)](const Status& known) {
    if (!known.ok()) return done(known.error());
    find_key(*provider, token, [this, provider, token, done](const Result<const trust::PublicKey*>& key) {
      if (!key.ok()) return done(key.error());
      const ProviderSettings& of = provider->settings;
      auto said = trust::check_logout_token(token, **key, of.issuer, of.client_id, clock_.now());
      if (said.ok() && !take_id(of.id + " " + said->id))
        return done(invalid("logout_token", "was taken before"));
      done(std::move(said));
    });
  });
}

bool IdentityProviders::take_id(const std::string& id) {
  const Time now = clock_.now();
  taken_ids_.erase(taken_ids_.begin(), taken_ids_.lower_bound({now, ""}));
  const bool known =
      std::any_of(taken_ids_.begin(), taken_ids_.end(), [&](const auto& one) { return one.second == id; });
  if (known || taken_ids_.size() >= kTakenIdsMax) return false;
  taken_ids_.emplace(now + trust::kLogoutAgeMax + trust::kClockSkewMax * 2, id);
  return true;
}

void IdentityProviders::learn(Provider& provider, Known known) {
  const Time now = clock_.now();
  if (provider.known_at.known() && now - provider.known_at < kFreshFor) return known(Status());
  if (provider.failed_at.known() && now - provider.failed_at < kTryAgainAfter)
    return known(silent(provider.settings, "it did not answer a moment ago"));
  provider.waiting.push_back(std::move(known));
  if (provider.waiting.size() > 1) return;
  std::string address = provider.settings.issuer;
  if (address.ends_with('/')) address.pop_back();
  client_->send("GET", address + "/.well-known/openid-configuration", {{"accept", "application/json"}}, "",
                true, [this, &provider](const Result<net::Response>& response) {
                  const ProviderSettings& of = provider.settings;
                  if (!response.ok()) return learned(provider, silent(of, response.error().reason));
                  const auto said = trust::read_object(response->body);
                  if (response->status != 200 || !said)
                    return learned(provider, silent(of, "it does not say how it is reached"));
                  if (trust::text_in(*said, "issuer") != of.issuer)
                    return learned(provider, silent(of, "it calls itself by another name than issuer"));
                  const std::string endpoints[] = {trust::text_in(*said, "authorization_endpoint"),
                                                   trust::text_in(*said, "token_endpoint"),
                                                   trust::text_in(*said, "jwks_uri")};
                  for (const std::string& endpoint : endpoints)
                    if (net::leaves_in_plain(endpoint))
                      return learned(provider, silent(of, "it would be reached without encryption"));
                  provider.authorization_endpoint = endpoints[0];
                  provider.token_endpoint = endpoints[1];
                  provider.keys_address = endpoints[2];
                  read_keys(provider, [this, &provider](const Status& read) { learned(provider, read); });
                });
}

void IdentityProviders::learned(Provider& provider, const Status& status) {
  (status.ok() ? provider.known_at : provider.failed_at) = clock_.now();
  for (const Known& known : std::exchange(provider.waiting, {})) known(status);
}

void IdentityProviders::read_keys(Provider& provider, Known known) {
  client_->send("GET", provider.keys_address, {{"accept", "application/json"}}, "", true,
                [&provider, known = std::move(known)](const Result<net::Response>& response) {
                  const ProviderSettings& of = provider.settings;
                  if (!response.ok()) return known(silent(of, response.error().reason));
                  if (response->status != 200) return known(silent(of, "it does not show its keys"));
                  auto keys = trust::ProviderKeys::read(response->body);
                  if (!keys.ok()) return known(silent(of, keys.error().reason));
                  provider.keys = std::move(*keys);
                  known(Status());
                });
}

}  // namespace haechi::api
