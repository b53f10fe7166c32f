#include "net/proxies.h"

#include <algorithm>
#include <string_view>

#include "net/server.h"

namespace haechi::net {
namespace {

namespace ip = boost::asio::ip;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The members of a list header in all its lines, in order.
std::vector<std::string_view> list_of(const Request& request, std::string_view name) {
  std::vector<std::string_view> members;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    std::string_view rest = value;
    while (true) {
      const size_t comma = rest.find(',');
      members.push_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return members;
}

}  // namespace

std::string address_text(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

bool is_listed(const std::string& address, const std::vector<std::string>& trusted_proxies) {
  return std::find(trusted_proxies.begin(), trusted_proxies.end(), address) != trusted_proxies.end();
}

bool Door::lets_in(const std::string& address) const {
  if (tls || trusted_proxies.empty() || is_listed(address, trusted_proxies)) return true;
  boost::system::error_code error;
  return ip::make_address(address, error).is_loopback();
}

void introduce(Request& request, const std::string& address,
               const std::vector<std::string>& trusted_proxies) {
  request.peer = address;
  if (!is_listed(address, trusted_proxies)) return;
  std::vector<std::string_view> said = list_of(request, "x-forwarded-for");
  while (!said.empty() && is_listed(request.peer, trusted_proxies)) {
    boost::system::error_code error;
    const ip::address named = ip::make_address(std::string(said.back()), error);
    if (error) break;
    request.peer = address_text(named);
    said.pop_back();
  }
  const std::vector<std::string_view> schemes = list_of(request, "x-forwarded-proto");
  request.secure = !schemes.empty() && schemes.back() == "https";
}

}  // namespace haechi::net
