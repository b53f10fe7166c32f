// The rows of the route table about cases, petitions, risk and statistics.
#pragma once

#include <vector>

#include "api/routes.h"

namespace haechi::api {

void add_case_routes(std::vector<Route>& routes);

}  // namespace haechi::api
