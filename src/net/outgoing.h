// Outgoing: to which addresses this node connects when it calls others by a name.
//
// A name that the operator wrote down may lead elsewhere tomorrow, because its zone was taken over or because
// an answer was made for us: then it would be we who knock at what is inside our own network.
//
// 1. Each connection is decided on the very address it is about to be made to; nothing is looked up twice.
// 2. Public addresses are let through. Those inside (private, shared, loopback) only to a host that is named
//    here, or when their network is. "localhost" is this machine and nothing else.
// 3. Link-local, unspecified, multicast and reserved addresses never: services that give away a machine's own
//    keys live there, and nobody who is told of alarms.
// 4. What is an IPv4 address inside of an IPv6 one is judged as that IPv4 address.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/networks.h"

namespace haechi::net {

enum class Whereabouts { kPublic, kInside, kThisMachine, kNever };
Whereabouts whereabouts_of(const sockaddr& address);

class Outgoing {
 public:
  // `line` is of a host whose address was refused; once for each host and address, from any thread.
  using Tell = std::function<void(const std::string& line)>;

  // `inside`: hosts ("cad.police.example", "10.1.2.3"), which are compared with what is called, and networks
  // ("10.1.0.0/16"), which are compared with where it leads. kInvalid: the one that is neither.
  static Result<std::shared_ptr<Outgoing>> create(const std::vector<std::string>& inside, Tell tell);

  // Any thread. May a connection that was asked for `host` (a name or an address, without brackets) be made
  // to `address`? What is refused is counted and told.
  bool lets(const std::string& host, const sockaddr& address);

  uint64_t refused() const { return refused_; }

 private:
  explicit Outgoing(Tell tell) : tell_(std::move(tell)) {}
  bool is_named(const std::string& host, const sockaddr& address) const;
  bool is_let(const std::string& host, const sockaddr& address) const;

  std::set<std::string> hosts_;
  Networks networks_;
  const Tell tell_;
  std::atomic<uint64_t> refused_{0};
  std::mutex lock_;
  std::set<std::string> told_;  // guarded by lock_; bounded
};

// Is it an address and no name?
bool is_ip(const std::string& host);

}  // namespace haechi::net
