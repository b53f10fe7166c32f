// Sign-in of the web surfaces: for a key there is a cookie that scripts cannot read. Who is asking, and how
// the cookie is set and cleared, are found here.
#pragma once

#include <string>

#include "api/exchange.h"
#include "trust/cookie.h"

namespace haechi::api::session {

// The surface that the header Haechi-Surface names. No foreign page can send it.
Result<trust::Surface> named_surface(const net::Request& request);
// The Set-Cookie value by which the browser that asks keeps this token for the surface; of an empty one, or
// of no time, forgets it.
std::string cookie(const net::Request& request, trust::Surface surface, std::string_view token,
                   int64_t seconds);

// The key a request carries: of "Authorization: Bearer", else of the cookie of the surface that the header
// Haechi-Surface names. A browser adds cookies to what foreign pages ask for too, but no foreign page can
// send that header; without it a cookie counts for nothing. An error says what is missing.
Result<std::string> presented_key(const net::Request& request);

Result<Plan> begin(const Exchange& exchange);  // POST /api/v1/session
Result<Plan> end(const Exchange& exchange);    // DELETE /api/v1/session; needs no valid key

}  // namespace haechi::api::session
