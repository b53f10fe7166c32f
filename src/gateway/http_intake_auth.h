// Credentials in a request's Authorization header. For http_intake.cc only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haechi::gateway {

struct Credential {
  std::string id;
  std::string secret;
};

// The ways to read the header as id and secret, the likelier first; empty if it is no Basic or Bearer
// credential. An id may hold ':' and '.', a secret may hold ':': the header alone does not say where one
// ends.
std::vector<Credential> read_credentials(std::string_view authorization);

// The token of "Bearer TOKEN".
std::optional<std::string_view> read_bearer(std::string_view authorization);

}  // namespace haechi::gateway
