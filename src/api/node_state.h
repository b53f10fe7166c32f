// What was and is wrong with the node itself, for those who keep it.
#pragma once

#include <vector>

#include "api/routes.h"

namespace haechi::api {

void add_node_routes(std::vector<Route>& r);

}  // namespace haechi::api
