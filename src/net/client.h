// HttpClient: asynchronous HTTP/1.1 requests with a time limit; connections to the same place are kept and
// reused.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"

namespace haechi::net {

class Outgoing;
class Tls;

struct ClientOptions {
  Duration timeout = Duration::seconds(5);  // whole exchange
  size_t response_bytes_max = 1 << 20;
  size_t connections_per_host_max = 16;     // further requests wait their turn, in order
  std::shared_ptr<Tls> tls = {};            // for https; without it such addresses are refused
  std::shared_ptr<Outgoing> outgoing = {};  // where hosts may lead; none: a tool's user typed them
};

class HttpClient {
 public:
  static std::unique_ptr<HttpClient> create(Loop& loop, ClientOptions options);
  // Drops what is under way; no `done` runs once this has returned. The loop must live longer than the
  // client.
  virtual ~HttpClient() = default;
  // Any thread.
  // `url` is http://host:port/path?query, or https: then nothing is sent before the other side has proved to
  // be that host. `done` is called once on the loop: the response, or kInvalid (bad
  // url or header), kUnavailable (nothing was sent) or kUnknownOutcome (sent, no complete answer). A request
  // whose reused connection was closed by the other side before any answer byte is tried once more on a new
  // connection if `idempotent`.
  virtual void send(const std::string& method, const std::string& url, Headers headers, std::string body,
                    bool idempotent, std::function<void(Result<Response>)> done) = 0;
};

// A client WebSocket, for tools and tests.
class ClientSocket {
 public:
  virtual ~ClientSocket() = default;
  // Any thread.
  virtual void send_text(std::string text) = 0;
  virtual void close() = 0;
};
struct ClientSocketEvents {
  std::function<void(std::shared_ptr<ClientSocket>)> on_open;
  std::function<void(std::string message)> on_message;
  std::function<void(std::string reason)> on_close;  // also when it never opened
};
// `url` is ws://host:port/path?query, or wss: then nothing is sent before the other side has proved to be
// that host by `tls`. Any thread; the events run on the loop.
void open_client_socket(Loop& loop, const std::string& url, Headers headers, ClientSocketEvents events,
                        std::shared_ptr<Tls> tls = nullptr);

}  // namespace haechi::net
