#include "net/answer_head.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace haechi::net {
namespace {

using Header = std::pair<std::string_view, std::string_view>;

constexpr std::array<Header, 2> kForAll = {{
    {"x-content-type-options", "nosniff"},
    {"cache-control", "no-store"},
}};

// An answer that is no page shows, loads and runs nothing, should a browser be brought to open it as one.
constexpr std::array<Header, 4> kForBrowsers = {{
    {"content-security-policy",
     "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
    {"referrer-policy", "no-referrer"},
    {"cross-origin-opener-policy", "same-origin"},
    {"cross-origin-resource-policy", "same-origin"},
}};

constexpr Header kOnlyOverTls = {"strict-transport-security", "max-age=63072000; includeSubDomains"};

std::string_view one_line(std::string& text) {
  for (char& c : text) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return text;
}

void put(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

void put_unless_said(std::string& head, const Response& response, const Header& header) {
  const bool said = std::any_of(response.headers.begin(), response.headers.end(),
                                [&](const auto& own) { return own.first == header.first; });
  if (!said) put(head, header.first, header.second);
}

}  // namespace

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

std::string answer_head(Response& response, AnswerHead about) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head += status_phrase(response.status);
  head += "\r\n";
  for (auto& [name, value] : response.headers) {
    if (name == "content-length" || name == "transfer-encoding" || name == "connection") continue;
    put(head, one_line(name), one_line(value));
  }
  if (!has_no_body(response.status)) {
    put(head, "content-type", one_line(response.content_type));
    put(head, "content-length", std::to_string(response.body.size()));
  }
  for (const Header& header : kForAll) put_unless_said(head, response, header);
  if (about.browsers)
    for (const Header& header : kForBrowsers) put_unless_said(head, response, header);
  if (about.browsers && about.secure) put_unless_said(head, response, kOnlyOverTls);
  put(head, "connection", about.keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

}  // namespace haechi::net
