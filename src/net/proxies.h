// Who asks, when proxies may stand between. For this room only.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <vector>

#include "net/http.h"

namespace haechi::net {

// An IPv4 address that came as IPv6 is written as IPv4.
std::string address_text(const boost::asio::ip::address& address);

bool is_listed(const std::string& address, const std::vector<std::string>& trusted_proxies);

// Sets `peer` and `secure`. The other side is `address`; if it is a trusted proxy, what it says of the one
// before it counts (the last of X-Forwarded-For, X-Forwarded-Proto), and so on through trusted ones.
void introduce(Request& request, const std::string& address, const std::vector<std::string>& trusted_proxies);

}  // namespace haechi::net
