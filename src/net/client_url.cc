#include "net/client_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "net/reach.h"

namespace haechi::net {
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Ends in a number: other readers take it for an IPv4 address, however it is written (127.1, 0x7f000001).
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return last.find_first_not_of("0123456789") == std::string_view::npos || last.starts_with("0x") ||
         last.starts_with("0X");
}

bool is_ipv4(const std::string& host) {
  in_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1;
}

// Letters, digits and what stands between them, or an address in full; of one in brackets digits, colons and
// points.
bool is_plain_host(const std::string& host, bool in_brackets) {
  if (!in_brackets && ends_in_number(host) && !is_ipv4(host)) return false;
  constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return host.find_first_not_of(in_brackets ? "0123456789abcdefABCDEF:." : kName) == std::string_view::npos;
}

bool is_this_machine(std::string_view host) {
  return host == "127.0.0.1" || host == "::1" || host == "localhost";
}

}  // namespace

std::string Url::authority() const {
  std::string name = host.find(':') == std::string::npos ? host : '[' + host + ']';
  return port == (secure ? 443 : 80) ? name : name + ':' + std::to_string(port);
}

Result<Url> parse_url(const std::string& text, const std::string& scheme) {
  if (has_control(text) || text.find(' ') != std::string::npos) {
    return invalid("url", "holds a space or control character");
  }
  if (text.find_first_of("\\#") != std::string::npos)
    return invalid("url", "must hold no backslash and no fragment");
  Url url;
  url.secure = text.starts_with(scheme + "s://");
  if (url.secure) url.port = 443;
  const std::string prefix = scheme + (url.secure ? "s://" : "://");
  if (!text.starts_with(prefix)) return invalid("url", "must begin with " + prefix);
  std::string_view rest = std::string_view(text).substr(prefix.size());
  size_t path = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path);
  url.target = path == std::string_view::npos ? "/" : std::string(rest.substr(path));
  if (url.target.front() == '?') url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) return invalid("url", "must not hold a user name");
  size_t colon = authority.rfind(':');
  if (authority.starts_with('[')) {
    size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return invalid("url", "has a bracket that is not closed");
    url.host = std::string(authority.substr(1, bracket - 1));
    if (bracket + 1 == authority.size()) {
      colon = std::string_view::npos;
    } else if (colon != bracket + 1) {
      return invalid("url", "has something behind its bracket");
    }
  } else {
    url.host = std::string(authority.substr(0, colon));
  }
  if (url.host.empty()) return invalid("url", "has no host");
  if (!is_plain_host(url.host, authority.starts_with('[')))
    return invalid("url", "must have a plain name or address as its host");
  if (colon != std::string_view::npos) {
    std::string_view digits = authority.substr(colon + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || end != digits.data() + digits.size() || url.port == 0) {
      return invalid("url", "has a port that is not 1 to 65535");
    }
  }
  return url;
}

std::string origin_of(const std::string& text) {
  const Result<Url> url = parse_url(text, "http");
  return url.ok() ? (url->secure ? "https://" : "http://") + url->authority() : std::string();
}

bool leaves_in_plain(const std::string& text) {
  const Result<Url> url = parse_url(text, "http");
  return !url.ok() || (!url->secure && !is_this_machine(url->host));
}

Status check_reach(const Reach& reach, const std::string& text) {
  Result<Url> url = parse_url(text, "http");
  if (!url.ok()) return invalid("", url.error().reason);
  for (char& c : url->host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const std::vector<std::string>& hosts = reach.hosts;
  if (hosts.empty() ? !is_this_machine(url->host)
                    : std::find(hosts.begin(), hosts.end(), url->host) == hosts.end())
    return invalid("", "is on a host that link.hosts of the configuration does not name: " + url->host);
  if (!reach.plain && leaves_in_plain(text))
    return invalid("", "must begin with https:// (http:// is for this machine only)");
  return {};
}

Status check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    bool bad_name = name.empty() || has_control(name) || name.find_first_of(" :") != std::string::npos;
    if (bad_name || has_control(value)) return invalid("headers", "holds a character that may not be sent");
  }
  return {};
}

}  // namespace haechi::net
