// Acts that ask for two persons (docs/accounts.md): who asks is answered 202 and what waits; another who
// could do the same answers; then the first sends the same request again, and it is done.
//
// 1. The act is the account, its role, the method, the path and the body without its secrets: what differs in
//    any of them was not approved.
// 2. Asked for, answered and done are facts; the record of the access names the request.
// 3. Nobody answers for himself, and no system does.
// 4. An approval of what changes something is good once, of what takes data out until its end.
#pragma once

#include "api/exchange.h"
#include "api/routes.h"

namespace haechi::api::acts {

// What a plan of such a route becomes: what it was, when this act stands approved; else that it is asked for.
Result<Plan> by_two(const Exchange& exchange, const Route& route, Plan plan);

Result<Plan> list(const Exchange& exchange);
Result<Plan> answer(const Exchange& exchange);

void add_act_routes(std::vector<Route>& routes);

}  // namespace haechi::api::acts
