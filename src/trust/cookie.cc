#include "trust/cookie.h"

#include <algorithm>

namespace haechi::trust {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || !same_text(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

const char* surface_name(Surface surface) {
  switch (surface) {
    case Surface::kControl:
      return "control";
    case Surface::kDispatch:
      return "dispatch";
    case Surface::kField:
      return "field";
    case Surface::kMe:
      return "me";
    case Surface::kCourt:
      return "court";
    case Surface::kCases:
      return "cases";
    case Surface::kAccount:
      return "account";
  }
  return "";
}

std::optional<Surface> parse_surface(std::string_view name) {
  for (const Surface surface : kSurfaces) {
    if (name == surface_name(surface)) return surface;
  }
  return std::nullopt;
}

std::string cookie_name(const std::string& of, bool secure) {
  return (secure ? "__Host-haechi_" : "haechi_") + of;
}

std::string_view cookie_key(std::string_view cookies, Surface surface, bool secure) {
  return cookie_value(cookies, cookie_name(surface_name(surface), secure));
}

std::string_view cookie_value(std::string_view cookies, std::string_view name) {
  std::string_view found;
  while (!cookies.empty()) {
    const size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view cookie = cookies.substr(0, end);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    const size_t equals = cookie.find('=');
    if (equals == std::string_view::npos || trimmed(cookie.substr(0, equals)) != name) continue;
    const std::string_view value = trimmed(cookie.substr(equals + 1));
    if (value.empty()) continue;
    if (!found.empty() && found != value) return {};
    found = value;
  }
  return found;
}

bool same_origin(std::string_view origin, std::string_view host) {
  std::string_view port;
  if (drop_prefix(origin, "http://")) {
    port = ":80";
  } else if (drop_prefix(origin, "https://")) {
    port = ":443";
  } else {
    return false;
  }
  if (origin.ends_with(port)) origin.remove_suffix(port.size());
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return !host.empty() && same_text(origin, host);
}

}  // namespace haechi::trust
