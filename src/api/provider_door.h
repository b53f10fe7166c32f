// ProviderDoor: the two addresses through which a browser goes to an agency's identity provider and comes
// back. They answer by sending the browser on, so they are no requests of a page; what happened is recorded
// before the browser gets its session. And the one at which the provider itself says that a session ended.
#pragma once

#include "api/identity_providers.h"
#include "net/http.h"
#include "spine/submit.h"
#include "trust/accounts.h"

namespace haechi::api {

class ProviderDoor {
 public:
  // On the front loop; all outlive it.
  ProviderDoor(IdentityProviders& providers, trust::Accounts& accounts, spine::Submit& submit,
               const Clock& clock, net::Loop& front)
      : providers_(providers), accounts_(accounts), submit_(submit), clock_(clock), front_(front) {}

  // GET /api/v1/sign-in/providers/{id}?surface=control, GET /api/v1/sign-in/providers/{id}/return and
  // POST /api/v1/sign-in/providers/{id}/logout.
  static bool is_for(std::string_view path);
  void answer(const net::Request& request, const net::Respond& respond);

  // What the provider said of who came back to the surface: a session, or why there is none.
  void arrived(const Result<trust::Vouched>& vouched, const std::string& id, trust::Surface surface,
               const net::Request& request, const net::Respond& respond);

 private:
  void send_away(const std::string& id, const net::Request& request, const net::Respond& respond);
  void take_back(const std::string& id, const net::Request& request, const net::Respond& respond);
  void log_out(const std::string& id, const net::Request& request, const net::Respond& respond);

  IdentityProviders& providers_;
  trust::Accounts& accounts_;
  spine::Submit& submit_;
  const Clock& clock_;
  net::Loop& front_;
};

}  // namespace haechi::api
