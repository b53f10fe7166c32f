// Sign-in of the web surfaces by cookie. Each surface has a cookie of its own, so a person may be signed in
// to several with different keys. A browser sends cookies by itself, so a cookie counts only together with a
// sign that the page asking is ours: an Origin of this host (sockets) or a header no other page can set
// (requests).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haechi::trust {

enum class Surface { kControl, kDispatch, kField, kMe, kCourt, kCases, kAccount };
inline constexpr std::array kSurfaces = {Surface::kControl, Surface::kDispatch, Surface::kField,
                                         Surface::kMe,      Surface::kCourt,    Surface::kCases,
                                         Surface::kAccount};

const char* surface_name(
    Surface surface);  // "control", "dispatch", "field", "me", "court", "cases", "account"
std::optional<Surface> parse_surface(std::string_view name);  // exactly those; others: nullopt

// Over TLS with the prefix by which a browser keeps every other host, and plain text, from setting it.
std::string cookie_name(const std::string& of, bool secure);  // "haechi_control", "__Host-haechi_control"

// What the cookie of that name holds, of the value of a Cookie header ("a=1; haechi_control=KEY"). Empty if
// there is none, or if there are two that differ: then one of them was planted and nobody can say which.
std::string_view cookie_value(std::string_view cookies, std::string_view name);
// The key in the surface's cookie.
std::string_view cookie_key(std::string_view cookies, Surface surface, bool secure);

// Does the Origin header ("https://haechi.example:8443") name the host of the Host header? The scheme's own
// port may be left out on either side. False for "null", for other schemes and for empty values.
bool same_origin(std::string_view origin, std::string_view host);

}  // namespace haechi::trust
