#include "live/sign_in.h"

#include "trust/cookie.h"
#include "trust/keys.h"

namespace haechi::live {

SignIn sign_in(const net::Request& request) {
  const std::string_view authorization = request.header("authorization");
  if (const std::string_view key = trust::bearer_key(authorization); !key.empty()) return {std::string(key)};
  const std::string_view protocols = request.header("sec-websocket-protocol");
  if (const size_t at = protocols.find("key."); at != std::string_view::npos) {
    const std::string_view key = protocols.substr(at + 4);
    return {std::string(key.substr(0, key.find_first_of(", ")))};
  }
  const auto surface = trust::parse_surface(request.parameter("surface"));
  if (!authorization.empty() || !surface) return {};
  // The page is asked about first: a foreign one does not even learn whether somebody is signed in here.
  if (!trust::same_origin(request.header("origin"), request.header("host"))) return {"", true};
  return {std::string(trust::cookie_key(request.header("cookie"), *surface, request.secure))};
}

}  // namespace haechi::live
