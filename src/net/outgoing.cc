#include "net/outgoing.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <optional>
#include <string_view>

namespace haechi::net {
namespace {

constexpr size_t kToldMax = 200;
constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
constexpr int kMappedBits = 96;

bool is_within(std::string_view address, std::string_view network, int bits) {
  const auto whole = static_cast<size_t>(bits / 8);
  if (address.substr(0, whole) != network.substr(0, whole)) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return ((static_cast<unsigned char>(address[whole]) ^ static_cast<unsigned char>(network[whole])) & mask) ==
         0;
}

// 16 bytes; empty: it is no address.
std::string bytes_of(const std::string& text) {
  std::array<char, 16> six{};
  if (::inet_pton(AF_INET6, text.c_str(), six.data()) == 1) return {six.data(), six.size()};
  if (::inet_pton(AF_INET, text.c_str(), six.data()) == 1)
    return std::string(kMapped) + std::string(six.data(), 4);
  return "";
}

std::string bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    return std::string(kMapped) + std::string(reinterpret_cast<const char*>(&four.sin_addr), 4);
  }
  if (address.sa_family != AF_INET6) return "";
  sockaddr_in6 six{};
  std::memcpy(&six, &address, sizeof six);
  return {reinterpret_cast<const char*>(&six.sin6_addr), 16};
}

struct Block {
  const char* first;
  int bits;
  Whereabouts where;
};

// The registries of special-purpose addresses (RFC 6890 and later), as far as they are not public. The first
// that fits counts.
constexpr std::array kIPv4 = {
    Block{"127.0.0.0", 8, Whereabouts::kThisMachine}, Block{"10.0.0.0", 8, Whereabouts::kInside},
    Block{"172.16.0.0", 12, Whereabouts::kInside},    Block{"192.168.0.0", 16, Whereabouts::kInside},
    Block{"100.64.0.0", 10, Whereabouts::kInside},    Block{"198.18.0.0", 15, Whereabouts::kInside},
    Block{"0.0.0.0", 8, Whereabouts::kNever},         Block{"169.254.0.0", 16, Whereabouts::kNever},
    Block{"192.0.0.0", 24, Whereabouts::kNever},      Block{"192.0.2.0", 24, Whereabouts::kNever},
    Block{"192.88.99.0", 24, Whereabouts::kNever},    Block{"198.51.100.0", 24, Whereabouts::kNever},
    Block{"203.0.113.0", 24, Whereabouts::kNever},    Block{"224.0.0.0", 3, Whereabouts::kNever},
};
// Only 2000::/3 is given out; what else there is, and what leads to an IPv4 address by way of others, is
// refused. The metadata service of one large cloud answers at fd00:ec2::254.
constexpr std::array kIPv6 = {
    Block{"::1", 128, Whereabouts::kThisMachine}, Block{"fd00:ec2::254", 128, Whereabouts::kNever},
    Block{"fc00::", 7, Whereabouts::kInside},     Block{"2001::", 23, Whereabouts::kNever},
    Block{"2001:db8::", 32, Whereabouts::kNever}, Block{"3fff::", 20, Whereabouts::kNever},
    Block{"2000::", 3, Whereabouts::kPublic},
};

// Where an IPv6 address holds the IPv4 address that it leads to: mapped, compatible, NAT64, 6to4.
struct Carrying {
  const char* first;
  int bits;
  size_t at;
};
constexpr std::array kCarrying = {Carrying{"::ffff:0:0", 96, 12}, Carrying{"64:ff9b::", 96, 12},
                                  Carrying{"64:ff9b:1::", 48, 12}, Carrying{"2002::", 16, 2},
                                  Carrying{"::", 96, 12}};

std::optional<std::string> ipv4_in(const std::string& address) {
  if (address == bytes_of("::1")) return std::nullopt;
  for (const Carrying& one : kCarrying)
    if (is_within(address, bytes_of(one.first), one.bits))
      return std::string(kMapped) + address.substr(one.at, 4);
  return std::nullopt;
}

Whereabouts whereabouts_of(const std::string& address) {
  if (address.empty()) return Whereabouts::kNever;
  if (const auto four = ipv4_in(address)) {
    for (const Block& block : kIPv4)
      if (is_within(*four, bytes_of(block.first), kMappedBits + block.bits)) return block.where;
    return Whereabouts::kPublic;
  }
  for (const Block& block : kIPv6)
    if (is_within(address, bytes_of(block.first), block.bits)) return block.where;
  return Whereabouts::kNever;
}

std::string text_of(const std::string& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool four = address.starts_with(kMapped);
  if (address.empty() || ::inet_ntop(four ? AF_INET : AF_INET6, address.data() + (four ? 12 : 0), text.data(),
                                     text.size()) == nullptr)
    return "an address of an unknown kind";
  return text.data();
}

// One way to write each host.
std::string plain(const std::string& host) {
  if (const std::string address = bytes_of(host); !address.empty()) return text_of(address);
  std::string out = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_name(std::string_view host) {
  return !host.empty() &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
             std::string_view::npos;
}

}  // namespace

Whereabouts whereabouts_of(const sockaddr& address) {
  return whereabouts_of(bytes_of(address));
}

bool is_ip(const std::string& host) {
  return !bytes_of(host).empty();
}

Result<std::shared_ptr<Outgoing>> Outgoing::create(const std::vector<std::string>& inside, Tell tell) {
  std::shared_ptr<Outgoing> out(new Outgoing(std::move(tell)));
  std::vector<std::string> networks;
  for (const std::string& one : inside) {
    if (one.find('/') != std::string::npos)
      networks.push_back(one);
    else if (is_ip(one) || is_name(one))
      out->hosts_.insert(plain(one));
    else
      return invalid("", "must be a host or a network: " + one);
  }
  TRY(out->networks_, Networks::from(networks, ""));
  return out;
}

bool Outgoing::is_named(const std::string& host, const sockaddr& address) const {
  return hosts_.contains(plain(host)) || networks_.hold(text_of(bytes_of(address)));
}

bool Outgoing::is_let(const std::string& host, const sockaddr& address) const {
  const Whereabouts where = net::whereabouts_of(address);
  if (plain(host) == "localhost") return where == Whereabouts::kThisMachine;
  if (where == Whereabouts::kPublic) return true;
  return where != Whereabouts::kNever && is_named(host, address);
}

bool Outgoing::lets(const std::string& host, const sockaddr& address) {
  if (is_let(host, address)) return true;
  ++refused_;
  const std::string line = host + " leads to " + text_of(bytes_of(address));
  {
    const std::lock_guard guard(lock_);
    if (told_.size() >= kToldMax || !told_.insert(line).second) return false;
  }
  if (tell_) tell_(line);
  return false;
}

}  // namespace haechi::net
