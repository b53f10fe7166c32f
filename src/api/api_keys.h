// Keys of other systems over the interface: what an administrator makes, sees and ends.
#pragma once

#include <vector>

#include "api/routes.h"

namespace haechi::api {

void add_api_key_routes(std::vector<Route>& routes);

}  // namespace haechi::api
