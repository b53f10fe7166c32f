// Urls and headers of outgoing requests, checked. Whoever decides about an address decides by this reader,
// also where another library calls it: what is taken here means the same there (notify/addresses_test.cc).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace haechi::net {

struct Url {
  std::string host;  // without brackets
  uint16_t port = 80;
  bool secure = false;  // https, wss
  std::string target;   // "/path?query", "/" at least
  std::string authority() const;
};

// `scheme` is "http" or "ws", which take https and wss as well. Refuses any other scheme, user names,
// fragments, backslashes, control characters, and hosts that are no plain name or address.
Result<Url> parse_url(const std::string& text, const std::string& scheme);
// "https://host", with its port where that is not the scheme's; empty: it is no address.
std::string origin_of(const std::string& text);

// Refuses names and values that would break out of their line.
Status check_headers(const Headers& headers);

}  // namespace haechi::net
