// Urls and headers of outgoing requests, checked. For this room only.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace haechi::net {

struct Url {
  std::string host;  // without brackets
  uint16_t port = 80;
  bool secure = false;  // https
  std::string target;   // "/path?query", "/" at least
  std::string authority() const;
};

// `scheme` is "http", which takes https as well, or "ws". Refuses any other scheme, user names and control
// characters.
Result<Url> parse_url(const std::string& text, const std::string& scheme);

// Refuses names and values that would break out of their line.
Status check_headers(const Headers& headers);

}  // namespace haechi::net
