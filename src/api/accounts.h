// Accounts over the interface: one's own sessions and factors, and what an administrator does with the
// accounts of others.
#pragma once

#include <vector>

#include "api/exchange.h"
#include "api/routes.h"
#include "haechi/v1/account.pb.h"
#include "store/accounts.h"

namespace haechi::api {

// Whom an account or a key is for. kInvalid: there is no such role.
Result<trust::Viewer> viewer_in(const v1::AccountInput& input);
template <typename Record>
v1::AccountInput whose(const std::string& account, const Record& record) {
  v1::AccountInput out;
  out.set_account(account);
  out.set_role(record.role);
  out.set_person_id(record.person_id);
  out.set_unit_id(record.unit_id);
  out.set_agency_id(record.agency_id);
  for (const std::string& id : record.wearer_ids) out.add_wearer_ids(id);
  return out;
}

// Of who asks. kInvalid: it is a key of a device or another system, which has neither sessions nor factors.
Result<store::AccountRecord> own_account(const Exchange& exchange);

// What answers a wrong factor of somebody who is signed in; why stands in the audit trail.
Plan refusing(const Exchange& exchange, const char* action, const std::string& reason);
// The session is too old for what is asked.
Error factor_needed();

// `what` where an account or key of this role asks for a second person to be made; nothing: it does not.
Result<std::optional<std::string>> second_for_role(const Exchange& exchange, const std::string& role,
                                                   std::string what);

// A session of an account in which no factor was shown for too long.
bool is_stale(const Exchange& exchange);

void add_account_routes(std::vector<Route>& routes);

}  // namespace haechi::api
