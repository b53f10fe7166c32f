// Signed bodies between us and an outside CAD, the same scheme in both directions:
//
//   x-haechi-key-id     which key
//   x-haechi-timestamp  Unix time in whole seconds, decimal
//   x-haechi-signature  "sha256=" + hex of HMAC-SHA-256(secret, timestamp + "." + body)
//
// What a CAD answers in a 2xx is signed as what it posts is.
//
// A signature is good for five minutes to either side. Within them a replay is harmless: messages have ids.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace haechi::link {

struct Key {
  std::string id;
  std::string secret;
};

// The headers for a body that leaves now.
net::Headers signed_headers(const Key& key, std::string_view body, Time now);
// Answers that go back in the response to a hand-off.
net::Response signed_response(const Key& key, std::string body, Time now);
// kForbidden, with the header at fault as field, unless the message was signed with that key. Takes the same
// time wherever a signature differs.
Status check_signature(const Key& key, const net::Request& request, Time now);
Status check_signature(const Key& key, const net::Response& response, Time now);

}  // namespace haechi::link
