// The doors that need no session: signing in with password and code or passkey, and enrolling by a one-time
// link.
// Whoever comes through one holds the cookie of the surface that Haechi-Surface names.
#pragma once

#include <vector>

#include "api/exchange.h"
#include "api/routes.h"
#include "trust/accounts.h"

namespace haechi::api {

void add_sign_in_routes(std::vector<Route>& routes);

// kNotFound where nobody signs in with a password.
Result<trust::Accounts*> accounts_of(const Exchange& exchange);

// What somebody shows to prove who it is.
struct Factors {
  std::string account;
  std::string password;
  std::string code;
  std::optional<trust::PasskeyProof> passkey = {};
};
// A plan whose slow half matches the password; `then` goes on with the attempt, on the front loop.
Result<Plan> attempting(const Exchange& exchange, Factors shown,
                        std::function<Result<Plan>(const Exchange&, const trust::Attempt&)> then);

}  // namespace haechi::api
