// Which key a socket is opened with: the one place where /live reads it.
#pragma once

#include <string>

#include "net/http.h"

namespace haechi::live {

struct SignIn {
  std::string key;  // empty: none
  bool foreign =
      false;  // only a cookie speaks for it, and the page that opens the socket is not of this host
};

// From the Authorization header; else from the subprotocol "key.<key>" that browsers can set; else, when the
// address names a surface, from the cookie of that surface. Never from the address, which proxies and
// histories keep. A browser sends cookies with whatever page opens the socket, so those count only for pages
// of this host.
SignIn sign_in(const net::Request& request);

}  // namespace haechi::live
