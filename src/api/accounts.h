// Accounts over the interface: one's own sessions and factors, and what an administrator does with the
// accounts of others.
#pragma once

#include <vector>

#include "api/routes.h"

namespace haechi::api {

void add_account_routes(std::vector<Route>& routes);

}  // namespace haechi::api
