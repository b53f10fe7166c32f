// What a route takes of what was asked, before anybody is looked up.
#pragma once

#include "api/routes.h"
#include "base/result.h"
#include "net/http.h"

namespace haechi::api {

// Is the body of a kind that the route reads? None at all is.
bool takes(const Route& route, const net::Request& request);
// kInvalid: a parameter that the route does not know, or one that is given twice. It would narrow a list less
// than the asker believes.
Status check_query(const Route& route, const net::Request& request);

}  // namespace haechi::api
