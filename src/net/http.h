// HTTP as the other rooms see it: plain values. Beast lives behind server.h, client.h and nowhere else.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haechi::net {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct Request {
  std::string method;  // "GET"
  std::string path;    // decoded, without query: "/api/v1/persons/W-1"
  std::string query;   // raw, without '?'
  Headers headers;
  std::string body;
  std::string peer;     // address of who asks, without port: the other side, or whom a trusted proxy names
  bool secure = false;  // asked over TLS, here or at a trusted proxy
  std::string certificate;  // name (CN) in the other side's verified certificate, empty if it showed none

  // Value of the first header of that (lower-case) name, empty if absent.
  std::string_view header(std::string_view name) const;
  // Decoded value of a query parameter, empty if absent.
  std::string parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  Headers headers;
};

// Answers one request. Call it exactly once, on any thread; calling it after the connection has gone is
// harmless.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

// "%41" and, if `plus_is_space`, "+". Malformed escapes stay as they are.
std::string decode_percent(std::string_view text, bool plus_is_space);

// Decodes a "a=1&b=two%20words" body or query, in order. Malformed escapes stay as they are.
std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text);

// Would what is sent to this address (http://..., https://...) leave the machine unencrypted? Yes also for
// what is no address.
bool leaves_in_plain(const std::string& url);

// Reason phrase of a status, "Unknown" if there is none.
std::string_view status_phrase(int status);

// RFC 9457 problem document: {"type":"about:blank","title","status","code","field","reason"}; empty ones left
// out.
Response problem(int status, std::string_view code, std::string_view field, std::string_view reason);

}  // namespace haechi::net
