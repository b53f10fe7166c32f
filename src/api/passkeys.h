// Passkeys over the interface: how they are asked for, added to the own account and removed.
#pragma once

#include <optional>
#include <vector>

#include "api/exchange.h"
#include "api/routes.h"
#include "trust/accounts.h"

namespace haechi::v1 {
class OwnAccount;
class PasskeyProof;
}  // namespace haechi::v1

namespace haechi::api {

void add_passkey_routes(std::vector<Route>& routes);

// Whether the page that asks is one where passkeys are good.
bool has_passkeys(const Exchange& exchange);
// Of a sign-in. kInvalid: too long, or not from a page where passkeys are good.
Result<trust::PasskeyProof> proof_of(const Exchange& exchange, const v1::PasskeyProof& input);
// Those of the account, for its owner.
Status add_passkeys(const Exchange& exchange, const std::string& account, v1::OwnAccount& answer);

}  // namespace haechi::api
