// HttpServer: HTTP/1.1 and WebSocket on one port, within bounds.
//
// One request of a connection is with the handler at a time; pipelined ones wait, so answers keep their
// order. What is ambiguous about where a request ends (two lengths, a length and chunks) is refused and the
// connection closed. HEAD reaches the handler as GET and its answer loses the body; OPTIONS, TRACE and
// CONNECT never reach it. Compressed bodies are refused with 415. A Respond that is dropped without a call
// answers 500.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"

namespace haechi::net {

class Tls;

struct ServerLimits {
  size_t body_bytes_max = 1 << 20;                    // larger: 413, connection closed
  size_t header_bytes_max = 16 << 10;                 // larger: 431
  size_t connections_max = 20'000;                    // more: accepted and closed at once, counted
  size_t connections_per_address_max = 0;             // likewise; 0: no bound; trusted proxies have none
  Duration handshake_ms_max = Duration::seconds(10);  // of TLS
  Duration request_ms_max = Duration::seconds(15);    // first byte to last byte of a request (slow-loris)
  Duration idle_ms_max = Duration::seconds(75);       // between requests
  size_t socket_message_bytes_max = 64 << 10;         // inbound WebSocket message; larger closes with 1009
  Duration socket_idle_max =
      Duration::seconds(20);  // WebSocket without a sign of life; we ping at half of it
};

// Who comes in here, and what is believed of what they say.
struct Door {
  std::shared_ptr<Tls> tls = nullptr;             // none: plain
  std::vector<std::string> trusted_proxies = {};  // addresses that may say for whom they ask (X-Forwarded-*)
  bool browsers = false;  // answers carry what keeps a browser in line (CSP, HSTS, ...)
  // Asked first about every request, upgrades as well; what it says is answered instead. On the loop.
  std::function<std::optional<Response>(const Request&)> instead = nullptr;
  // Hears who was turned away, and why: "401 Unauthorized", "handshake: no shared cipher". On the loop.
  std::function<void(const std::string& address, const std::string& why)> turned_away = nullptr;

  // May this address come in? A plain door with trusted proxies is for those and for this machine.
  bool lets_in(const std::string& address) const;
};

// One WebSocket connection. Alive while held; every call on the server's loop.
class Socket {
 public:
  virtual ~Socket() = default;
  virtual const Request& request() const = 0;  // the upgrade request
  virtual void send_text(
      std::shared_ptr<const std::string> text) = 0;  // queued in order; shared between sockets
  virtual void send_binary(std::shared_ptr<const std::string> bytes) = 0;
  virtual size_t queued_bytes() const = 0;  // handed over and not yet written to the kernel
  // Sends what is queued, then says farewell; after 5 s the connection is cut whatever the other side does.
  virtual void close(uint16_t code, std::string_view reason) = 0;
  std::function<void(std::string message)> on_message;  // whole text or binary messages
  std::function<void()> on_drained;                     // queue became empty
  std::function<void()>
      on_close;  // exactly once, never from within close(); not after the server's destruction
};

// Decides about an upgrade: to accept, keep the socket and set its callbacks; to refuse, return a response.
struct SocketRefusal {
  bool refused = false;
  Response response;
};
using SocketHandler = std::function<void(std::shared_ptr<Socket>)>;  // after the handshake
using SocketGuard =
    std::function<void(Request, std::function<void(SocketRefusal)>)>;  // before it; may answer later

struct ServerCounters {
  uint64_t requests = 0;            // handed to the handler or a guard
  uint64_t accepted = 0;            // connections, refused ones included
  uint64_t refused_over_limit = 0;  // connections closed at once; also those that the door does not let in
  uint64_t handshakes_failed =
      0;                      // of TLS: plain text, no common version, no acceptable certificate, too slow
  uint64_t bad_requests = 0;  // answered 4xx or 5xx by the server itself
  uint64_t timeouts = 0;      // requests and answers that took too long; not idle ends
  uint64_t open = 0;          // connections now, WebSockets included
};

class HttpServer {
 public:
  // Listens on address:port (port 0: any free one). Fails with kUnavailable if it cannot.
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, const std::string& address, uint16_t port,
                                                    ServerLimits limits, Door door = {});
  // Closes everything. No handler runs once this has returned. The loop must live longer than the server.
  virtual ~HttpServer() = default;
  virtual uint16_t port() const = 0;
  // Set before the loop starts. Requests go to the handler on the loop's thread.
  virtual void handle(Handler handler) = 0;
  // Upgrades to WebSocket of exactly this path.
  virtual void handle_socket(const std::string& path, SocketGuard guard, SocketHandler handler) = 0;
  virtual ServerCounters counters() const = 0;  // any thread
};

}  // namespace haechi::net
