#include "node/surface_hosts.h"

#include <set>

#include "node/csp_reports.h"
#include "trust/cookie.h"

namespace haechi::node {
namespace {

// Without its port, in lower case.
std::string host_of(const net::Request& request) {
  std::string host(request.header("host"));
  if (!host.ends_with(']')) host.resize(std::min(host.size(), host.rfind(':')));
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return host;
}

// The surface in whose name a request comes; empty: in that of none.
std::string surface_of(const net::Request& request) {
  const std::string& path = request.path;
  const std::string first = path.substr(1, path.find('/', 1) - 1);
  if (trust::parse_surface(first)) return first;
  if (path == "/live") return request.parameter("surface");
  return std::string(request.header("haechi-surface"));
}

bool is_for_all(const std::string& path) {
  return path.starts_with("/api/") || path.starts_with("/map/") || path == "/config/map.json" ||
         path == "/browser.js" || path == "/index.css" || path == kCspReportsPath;
}

}  // namespace

Status SurfaceHosts::check(const Hosts& hosts) {
  std::set<std::string> taken;
  for (const auto& [surface, host] : hosts) {
    const std::string setting = "http.hosts." + surface;
    if (!trust::parse_surface(surface) || surface == "account")
      return invalid(setting, "must be control, dispatch, field, me, court or cases");
    if (host.empty() || host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string::npos)
      return invalid(setting, "must be the name of a host, in lower case and without port");
    if (!taken.insert(host).second) return invalid(setting, "is the host of another surface: " + host);
  }
  return {};
}

std::string SurfaceHosts::surface_at(const std::string& host) const {
  for (const auto& [surface, its] : hosts_)
    if (its == host) return surface;
  return {};
}

std::optional<net::Response> SurfaceHosts::instead(const net::Request& request) const {
  if (hosts_.empty()) return std::nullopt;
  const std::string host = host_of(request), here = surface_at(host), asked = surface_of(request);
  const auto home = hosts_.find(asked);
  const bool elsewhere = home != hosts_.end() && home->second != host;
  if (!elsewhere && (here.empty() || asked == here || (asked.empty() && is_for_all(request.path))))
    return std::nullopt;
  if (!here.empty() && request.path == "/" && request.method == "GET")
    return net::Response{308, "text/plain; charset=utf-8", "", {{"location", "/" + here + "/"}}};
  return net::problem(421, "misdirected", "host", "this is not answered at this host");
}

}  // namespace haechi::node
