// HttpServer: accepts, reads, hands over, answers. A connection that waits holds no buffer: bytes are read
// into one scratch buffer of the server and only an unfinished request is kept.
#include "net/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/ensure.h"
#include "net/answer_head.h"
#include "net/proxies.h"
#include "net/request_parser.h"
#include "net/socket_end.h"
#include "net/wire.h"

namespace haechi::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

constexpr size_t kScratchBytes = 64 << 10;
constexpr size_t kWritePiece = 256 << 10;
constexpr size_t kLingerBytesMax = 8 << 20;
constexpr Duration kLingerMax = Duration::seconds(2);
constexpr Duration kAcceptPause = Duration::millis(100);

struct Upgrade {
  SocketGuard guard;
  SocketHandler handler;
};

class Connection;

// Everything the connections share. Touched on the loop's thread, except the counters.
struct Core : std::enable_shared_from_this<Core> {
  Core(Loop& the_loop, ServerLimits the_limits, Door the_door)
      : loop(the_loop), limits(the_limits), door(std::move(the_door)), acceptor(the_loop.io()) {}

  void accept();
  void accepted(tcp::socket socket);
  bool has_room(const std::string& address) const;
  void left(const std::string& address);
  void sweep();
  void arm_sweep();
  void shut();
  void open_socket(Wire wire, const std::string& address, Request request, const Upgrade& upgrade);

  Loop& loop;
  const ServerLimits limits;
  const Door door;
  tcp::acceptor acceptor;
  Handler handler;
  std::unordered_map<std::string, Upgrade> upgrades;
  std::unordered_set<std::shared_ptr<Connection>> connections;
  std::unordered_map<SocketEnd*, std::shared_ptr<SocketEnd>> sockets;
  std::unordered_map<std::string, size_t> per_address;  // connections, while they are counted by address
  std::array<char, kScratchBytes> scratch;
  Duration beat;
  bool shut_down = false;

  std::atomic<uint64_t> requests{0}, accepted_count{0}, refused_over_limit{0}, handshakes_failed{0},
      bad_requests{0}, timeouts{0}, open{0};
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, Wire wire, std::string address)
      : core_(std::move(core)), wire_(std::move(wire)), address_(std::move(address)) {}

  void start() {
    rest();
    if (!wire_.is_shaken()) {
      phase_ = Phase::kHandshake;
      set_deadline(core_->limits.handshake_ms_max);
    }
    wait_readable();
  }

  void expire(Steady::time_point now) {
    if (now < deadline_) return;
    if (phase_ == Phase::kReading) {
      core_->timeouts++;
      return refuse(problem(408, "too_slow", "", "the request took too long"));
    }
    if (phase_ == Phase::kWriting) core_->timeouts++;
    leave();
  }

  // Forgets everything; safe to call twice.
  void leave() {
    if (phase_ == Phase::kGone) return;
    if (phase_ == Phase::kHandshake) {
      core_->handshakes_failed++;
      const std::string& trouble = wire_.trouble();
      turn_away("handshake: " + (trouble.empty() ? "not finished" : trouble));
    }
    phase_ = Phase::kGone;
    wire_.close();
    core_->left(address_);
    core_->connections.erase(shared_from_this());
  }

  void answer(Response response) {
    if (phase_ != Phase::kAnswering) return;
    write(std::move(response));
  }

  void decide_upgrade(SocketRefusal refusal) {
    if (phase_ != Phase::kAnswering) return;
    auto upgrade = core_->upgrades.find(upgrade_request_->path);
    if (refusal.refused && refusal.response.status == 403) turn_away("403 Forbidden");
    if (refusal.refused || upgrade == core_->upgrades.end()) return write(std::move(refusal.response));
    phase_ = Phase::kGone;
    auto self = shared_from_this();
    core_->connections.erase(self);
    core_->open_socket(std::move(wire_), address_, std::move(*upgrade_request_), upgrade->second);
  }

 private:
  enum class Phase { kHandshake, kIdle, kReading, kAnswering, kWriting, kLingering, kGone };

  void set_deadline(Duration limit) { deadline_ = Steady::now() + std::chrono::microseconds(limit.us); }

  // Between requests.
  void rest() {
    phase_ = Phase::kIdle;
    asker_ = address_;
    parser_.reset();
    std::string().swap(rest_);
    set_deadline(core_->limits.idle_ms_max);
  }

  void wait_readable() {
    wire_.async_wait_readable([self = shared_from_this()](error_code error) {
      if (self->phase_ == Phase::kGone) return;
      if (error) return self->leave();
      self->read();
    });
  }

  void read() {
    // While an answer is written nothing is read; what arrives waits in the kernel.
    if (phase_ == Phase::kAnswering || phase_ == Phase::kWriting) return;
    error_code error;
    size_t count = wire_.read_some(asio::buffer(core_->scratch), error);
    if (phase_ == Phase::kHandshake && wire_.is_shaken()) rest();
    if (error == asio::error::would_block || error == asio::error::try_again) return wait_readable();
    if (error) return leave();
    std::string_view bytes(core_->scratch.data(), count);
    if (phase_ == Phase::kLingering) return linger_on(count);
    if (rest_.empty()) return feed(bytes);
    std::string joined = std::move(rest_);
    joined += bytes;
    feed(joined);
  }

  // `bytes` may lie in the shared scratch buffer: what is not used is kept before anyone else can run.
  void feed(std::string_view bytes) {
    if (!parser_) {
      while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
      if (bytes == "\r") {
        rest_ = bytes;
        return wait_readable();
      }
      if (bytes.empty()) {
        rest();
        return wait_readable();
      }
      parser_ = std::make_unique<RequestParser>(core_->limits);
      phase_ = Phase::kReading;
      set_deadline(core_->limits.request_ms_max);
    }
    size_t used = 0;
    RequestParser::State state = parser_->feed(bytes, used);
    std::string left(bytes.substr(used));
    rest_ = std::move(left);
    if (state == RequestParser::State::kRefused) return refuse(parser_->answer());
    if (state == RequestParser::State::kDone) return dispatch();
    if (parser_->wants_continue() && rest_.empty()) send_continue();
    wait_readable();
  }

  // Best effort: a sender that hears nothing sends its body after a moment anyway.
  void send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ignored;
    wire_.write_some(asio::buffer(kContinue.data(), kContinue.size()), ignored);
  }

  void turn_away(const std::string& why) const {
    if (core_->door.turned_away && !core_->shut_down) core_->door.turned_away(asker_, why);
  }

  // Who shows no key is only asked for one; a wrong one, and what came too often or to the wrong place, is
  // told.
  void tell(const Response& response) const {
    const int status = response.status;
    if ((status == 401 && shows_key_) || status == 421 || status == 429)
      turn_away(std::to_string(status) + ' ' + std::string(status_phrase(status)));
  }

  void refuse(Response response) {
    core_->bad_requests++;
    turn_away(std::to_string(response.status) + ' ' + std::string(status_phrase(response.status)));
    keep_alive_ = false;
    write(std::move(response));
  }

  void dispatch();
  void ask_guard(Request request, const Upgrade& upgrade);

  void write(Response response) {
    phase_ = Phase::kWriting;
    tell(response);
    set_deadline(core_->limits.request_ms_max);
    head_ = answer_head(response, {keep_alive_, core_->door.browsers, secure_});
    body_ = std::move(response.body);
    if (bodiless_ || has_no_body(response.status)) body_.clear();
    parser_.reset();
    std::array<asio::const_buffer, 2> buffers{asio::buffer(head_), asio::buffer(body_)};
    error_code error;
    size_t taken = wire_.write_some(buffers, error);  // nearly always takes everything
    if (error) taken = 0;                             // the next try waits, or says so again
    const bool is_whole = taken == head_.size() + body_.size();
    // With another request at hand its answer must not be written from within this one.
    if (is_whole && rest_.empty()) return wrote({});
    for (asio::const_buffer& buffer : buffers) {
      const size_t of_it = std::min(taken, buffer.size());
      buffer += of_it;
      taken -= of_it;
    }
    // A slow reader may take long, but must take something within the limit.
    auto progress = [self = shared_from_this(), before = size_t{0}](error_code error, size_t done) mutable {
      if (done != before) self->set_deadline(self->core_->limits.request_ms_max);
      before = done;
      return error ? size_t{0} : kWritePiece;
    };
    asio::async_write(wire_, buffers, progress,
                      [self = shared_from_this()](error_code error, size_t) { self->wrote(error); });
  }

  void wrote(error_code error) {
    if (phase_ == Phase::kGone) return;
    std::string().swap(head_);
    std::string().swap(body_);
    if (error) return leave();
    if (!keep_alive_) return linger();
    if (rest_.empty()) {
      rest();
      return wait_readable();
    }
    std::string pipelined = std::move(rest_);
    rest();
    feed(pipelined);
  }

  // Closing with unread bytes in the kernel would reset the connection and may destroy the answer on its way.
  void linger() {
    error_code ignored;
    wire_.finish(ignored);
    phase_ = Phase::kLingering;
    lingered_bytes_ = 0;
    set_deadline(kLingerMax);
    std::string().swap(rest_);
    wait_readable();
  }

  void linger_on(size_t count) {
    lingered_bytes_ += count;
    if (lingered_bytes_ > kLingerBytesMax) return leave();
    wait_readable();
  }

  std::shared_ptr<Core> core_;
  Wire wire_;
  const std::string address_;     // of the other side
  std::string asker_ = address_;  // of who asks, as far as that is known
  bool shows_key_ = false;        // the request at hand came with a key of some kind
  Phase phase_ = Phase::kIdle;
  bool secure_ = wire_.is_secure();  // the request at hand: over TLS, here or at a trusted proxy
  bool keep_alive_ = false;
  bool bodiless_ = false;
  Steady::time_point deadline_;
  std::unique_ptr<RequestParser> parser_;
  std::unique_ptr<Request> upgrade_request_;
  std::string rest_;  // received and not yet parsed
  std::string head_;
  std::string body_;
  size_t lingered_bytes_ = 0;
};

// Carries one answer from any thread to its connection. Dropped unanswered, it answers 500 so that nobody
// waits. It may outlive its connection, and with that the loop.
template <typename Value>
class Reply {
 public:
  using Deliver = void (Connection::*)(Value);
  Reply(Loop& loop, std::weak_ptr<Connection> connection, Deliver deliver, Value (*when_dropped)())
      : loop_(loop), connection_(std::move(connection)), deliver_(deliver), when_dropped_(when_dropped) {}
  ~Reply() {
    if (!sent_) send(when_dropped_());
  }
  Reply(const Reply&) = delete;

  void send(Value value) {
    if (sent_.exchange(true) || connection_.expired()) return;
    auto deliver = [connection = connection_, deliver = deliver_](Value given) {
      if (auto alive = connection.lock()) ((*alive).*deliver)(std::move(given));
    };
    if (loop_.is_current()) return deliver(std::move(value));
    loop_.post([deliver, value = std::move(value)]() mutable { deliver(std::move(value)); });
  }

 private:
  Loop& loop_;
  std::weak_ptr<Connection> connection_;
  Deliver deliver_;
  Value (*when_dropped_)();
  std::atomic<bool> sent_{false};
};

Response unanswered() {
  return problem(500, "unanswered", "", "the server dropped this request");
}

void Connection::dispatch() {
  keep_alive_ = parser_->keep_alive();
  bodiless_ = parser_->is_head();
  phase_ = Phase::kAnswering;
  deadline_ = Steady::time_point::max();
  if (parser_->answer().status != 0) {
    if (parser_->answer().status >= 400) return refuse(parser_->answer());
    return write(parser_->answer());
  }
  Request request = parser_->take();
  introduce(request, address_, core_->door.trusted_proxies);
  request.secure = secure_ = request.secure || wire_.is_secure();
  request.certificate = wire_.certificate_name();
  bool upgrade = parser_->is_upgrade();
  parser_.reset();
  core_->requests++;
  asker_ = request.peer;
  shows_key_ = false;
  for (const char* header : {"authorization", "cookie", "sec-websocket-protocol"})
    shows_key_ |= !request.header(header).empty();
  if (core_->door.instead)
    if (std::optional<Response> other = core_->door.instead(request)) return write(*std::move(other));
  auto found = upgrade ? core_->upgrades.find(request.path) : core_->upgrades.end();
  if (found != core_->upgrades.end()) return ask_guard(std::move(request), found->second);
  if (!core_->handler) return write(problem(404, "not_found", "", "nothing is served here"));
  auto reply =
      std::make_shared<Reply<Response>>(core_->loop, weak_from_this(), &Connection::answer, &unanswered);
  // A throwing handler is a bug of ours, but one request must not end the alarms of everyone.
  try {
    core_->handler(std::move(request), [reply](Response response) { reply->send(std::move(response)); });
  } catch (const std::exception& bug) {
    turn_away(std::string("exception: ") + bug.what());
    reply->send(problem(500, "internal", "", "the request failed"));
  }
}

void Connection::ask_guard(Request request, const Upgrade& upgrade) {
  if (!rest_.empty()) return refuse(problem(400, "early_data", "", "wait for the handshake before sending"));
  keep_alive_ = false;
  upgrade_request_ = std::make_unique<Request>(request);
  auto reply =
      std::make_shared<Reply<SocketRefusal>>(core_->loop, weak_from_this(), &Connection::decide_upgrade, [] {
        return SocketRefusal{true, unanswered()};
      });
  try {
    upgrade.guard(std::move(request), [reply](SocketRefusal refusal) { reply->send(std::move(refusal)); });
  } catch (const std::exception& bug) {
    turn_away(std::string("exception: ") + bug.what());
    reply->send(SocketRefusal{true, problem(500, "internal", "", "the request failed")});
  }
}

void Core::accept() {
  acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
    if (self->shut_down || error == asio::error::operation_aborted) return;
    if (error) {
      // Out of descriptors, most likely: some will come back.
      return self->loop.after(kAcceptPause, [self] {
        if (!self->shut_down) self->accept();
      });
    }
    self->accepted(std::move(socket));
    self->accept();
  });
}

void Core::accepted(tcp::socket socket) {
  accepted_count++;
  std::string address = peer_address(socket);
  if (!has_room(address)) {
    refused_over_limit++;
    return;
  }
  open++;
  if (limits.connections_per_address_max > 0) per_address[address]++;
  auto connection =
      std::make_shared<Connection>(shared_from_this(), Wire(std::move(socket), door.tls), std::move(address));
  connections.insert(connection);
  connection->start();
}

bool Core::has_room(const std::string& address) const {
  if (open >= limits.connections_max || !door.lets_in(address)) return false;
  const auto known = per_address.find(address);
  return known == per_address.end() || known->second < limits.connections_per_address_max ||
         is_listed(address, door.trusted_proxies);
}

void Core::left(const std::string& address) {
  open--;
  const auto known = per_address.find(address);
  if (known != per_address.end() && --known->second == 0) per_address.erase(known);
}

void Core::arm_sweep() {
  loop.after(beat, [weak = weak_from_this()] {
    if (auto self = weak.lock(); self && !self->shut_down) self->sweep();
  });
}

// One pass over all connections a few times per second costs less than a timer touched at every request.
void Core::sweep() {
  Steady::time_point now = Steady::now();
  std::vector<std::shared_ptr<Connection>> all(connections.begin(), connections.end());
  for (const auto& connection : all) connection->expire(now);
  arm_sweep();
}

void Core::open_socket(Wire wire, const std::string& address, Request request, const Upgrade& upgrade) {
  auto end = accept_socket(loop, std::move(wire), std::move(request), limits, upgrade.handler,
                           [weak = weak_from_this(), address](SocketEnd* gone) {
                             auto self = weak.lock();
                             if (!self) return;
                             self->left(address);
                             self->sockets.erase(gone);
                           });
  sockets.emplace(end.get(), end);
}

void Core::shut() {
  if (std::exchange(shut_down, true)) return;
  error_code ignored;
  acceptor.close(ignored);
  auto open_connections = connections;
  for (const auto& connection : open_connections) connection->leave();
  auto open_sockets = std::move(sockets);
  sockets.clear();
  for (const auto& [_, socket] : open_sockets) socket->abandon();
  open = 0;
  handler = nullptr;
  upgrades.clear();
}

class BeastServer final : public HttpServer {
 public:
  explicit BeastServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  ~BeastServer() override {
    if (core_->loop.is_current() || !core_->loop.is_running()) {
      core_->shut();
      return;
    }
    std::promise<void> done;
    core_->loop.post([&] {
      core_->shut();
      done.set_value();
    });
    done.get_future().wait();
  }

  uint16_t port() const override { return port_; }
  void handle(Handler handler) override { core_->handler = std::move(handler); }
  void handle_socket(const std::string& path, SocketGuard guard, SocketHandler handler) override {
    core_->upgrades[path] = Upgrade{std::move(guard), std::move(handler)};
  }

  ServerCounters counters() const override {
    return {core_->requests,
            core_->accepted_count,
            core_->refused_over_limit,
            core_->handshakes_failed,
            core_->bad_requests,
            core_->timeouts,
            core_->open};
  }

  Status open(const std::string& address, uint16_t port) {
    error_code error;
    auto ip = asio::ip::make_address(address, error);
    if (error) return invalid("address", "not an IP address: " + address);
    tcp::endpoint endpoint(ip, port);
    auto& acceptor = core_->acceptor;
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Error{Code::kUnavailable, "address",
                   "cannot listen on " + address + ":" + std::to_string(port) + ": " + error.message()};
    }
    port_ = acceptor.local_endpoint(error).port();
    core_->loop.post([core = core_] {
      if (core->shut_down) return;
      core->accept();
      core->arm_sweep();
    });
    return {};
  }

 private:
  std::shared_ptr<Core> core_;
  uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, const std::string& address, uint16_t port,
                                                       ServerLimits limits, Door door) {
  auto core = std::make_shared<Core>(loop, limits, std::move(door));
  int64_t shortest =
      std::min({limits.request_ms_max.us, limits.idle_ms_max.us, limits.handshake_ms_max.us, kLingerMax.us});
  core->beat = Duration{std::clamp<int64_t>(shortest / 4, 2'000, 250'000)};
  auto server = std::make_unique<BeastServer>(core);
  TRY_STATUS(server->open(address, port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace haechi::net
