// The server's end of a WebSocket: Beast reads it, shakes hands, pings and says farewell; messages go
// straight into its outbox.
#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

#include "net/outbox.h"
#include "net/socket_end.h"

namespace haechi::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr Duration kFarewellMax = Duration::seconds(5);
constexpr size_t kReadBufferKept = 4096;

using Stream = websocket::stream<GatheredWire, false>;

// The stream belongs to the operations under way on it (a read always is), so that a socket which its user
// keeps beyond the loop holds nothing of the loop's.
class ServerSocket final : public SocketEnd, public std::enable_shared_from_this<ServerSocket> {
 public:
  ServerSocket(Loop& loop, Request request, std::function<void(std::shared_ptr<Socket>)> opened,
               std::function<void(SocketEnd*)> gone)
      : loop_(loop), request_(std::move(request)), opened_(std::move(opened)), gone_(std::move(gone)) {}

  void accept(Wire wire, const ServerLimits& limits) {
    auto stream = std::make_shared<Stream>(GatheredWire(std::move(wire)));
    stream_ = stream;
    Outbox& outbox = stream->next_layer().outbox();
    outbox.on_error = [weak = weak_from_this()](error_code) {
      if (auto self = weak.lock()) self->end();
    };
    outbox.on_drained = [weak = weak_from_this()] {
      auto self = weak.lock();
      if (self && !self->ended_ && !self->closing_ && self->on_drained) self->on_drained();
    };
    auto idle = std::chrono::microseconds(limits.socket_idle_max.us);
    stream->set_option(websocket::stream_base::timeout{std::chrono::seconds(10), idle, true});
    // Browsers give up on a server that names none of the subprotocols they offered: it is always the first.
    std::string protocol(request_.header("sec-websocket-protocol"));
    protocol.resize(std::min(protocol.size(), protocol.find_first_of(", ")));
    stream->set_option(websocket::stream_base::decorator([protocol](websocket::response_type& response) {
      response.set(http::field::server, "haechi");
      if (!protocol.empty()) response.set(http::field::sec_websocket_protocol, protocol);
    }));
    stream->read_message_max(limits.socket_message_bytes_max);
    stream->auto_fragment(false);
    http::request<http::empty_body> upgrade(http::verb::get, "/", 11);
    for (const auto& [name, value] : request_.headers) upgrade.insert(name, value);
    stream->async_accept(upgrade, [self = shared_from_this(), stream](error_code error) {
      if (error) return self->end();
      if (self->ended_) return;
      auto opened = std::exchange(self->opened_, nullptr);
      opened(self);
      self->read(stream);
    });
  }

  const Request& request() const override { return request_; }
  void send_text(std::shared_ptr<const std::string> text) override { push(std::move(text), false); }
  void send_binary(std::shared_ptr<const std::string> bytes) override { push(std::move(bytes), true); }
  size_t queued_bytes() const override {
    auto stream = stream_.lock();
    return stream ? stream->next_layer().outbox().queued_bytes() : 0;
  }

  // The farewell goes into the outbox behind what is queued there.
  void close(uint16_t code, std::string_view reason) override {
    if (ended_ || std::exchange(closing_, true)) return;
    loop_.after(kFarewellMax, [weak = weak_from_this()] {
      if (auto self = weak.lock()) self->end();
    });
    auto stream = stream_.lock();
    if (!stream) return;
    websocket::close_reason farewell(static_cast<websocket::close_code>(code));
    farewell.reason = std::string(reason.substr(0, 120));
    stream->async_close(farewell, [self = shared_from_this(), stream](error_code) { self->end(); });
  }

  void abandon() override {
    on_message = nullptr;
    on_drained = nullptr;
    on_close = nullptr;
    opened_ = nullptr;
    gone_ = nullptr;
    end();
  }

 private:
  void push(std::shared_ptr<const std::string> bytes, bool binary) {
    if (ended_ || closing_) return;
    if (auto stream = stream_.lock()) stream->next_layer().outbox().push_message(std::move(bytes), binary);
  }

  void read(std::shared_ptr<Stream> stream) {
    stream->async_read(buffer_, [self = shared_from_this(), stream](error_code error, size_t) {
      if (error) return self->end();
      if (self->ended_) return;
      std::string message(static_cast<const char*>(self->buffer_.data().data()), self->buffer_.size());
      self->buffer_.consume(self->buffer_.size());
      if (self->buffer_.capacity() > kReadBufferKept) self->buffer_.shrink_to_fit();
      if (self->on_message) self->on_message(std::move(message));
      if (!self->ended_) self->read(stream);
    });
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    if (auto stream = stream_.lock()) stream->next_layer().outbox().close();
    // The callbacks usually hold this very socket: let go of them, or it would live for ever.
    auto closed = std::exchange(on_close, nullptr);
    on_message = nullptr;
    on_drained = nullptr;
    opened_ = nullptr;
    if (auto gone = std::exchange(gone_, nullptr)) gone(this);
    if (closed) closed();
  }

  Loop& loop_;
  std::weak_ptr<Stream> stream_;
  Request request_;
  std::function<void(std::shared_ptr<Socket>)> opened_;
  std::function<void(SocketEnd*)> gone_;
  beast::flat_buffer buffer_;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace

// What Beast asks of a stream that carries a WebSocket, beside reading and writing.
void beast_close_socket(GatheredWire& wire) {
  wire.outbox().close();
}

template <typename Handler>
void async_teardown(beast::role_type role, GatheredWire& gathered, Handler&& handler) {
  error_code ignored;
  gathered.wire().finish(ignored);
  websocket::async_teardown(role, gathered.wire().socket(), std::forward<Handler>(handler));
}

std::shared_ptr<SocketEnd> accept_socket(Loop& loop, Wire wire, Request request, const ServerLimits& limits,
                                         std::function<void(std::shared_ptr<Socket>)> opened,
                                         std::function<void(SocketEnd*)> gone) {
  auto socket = std::make_shared<ServerSocket>(loop, std::move(request), std::move(opened), std::move(gone));
  socket->accept(std::move(wire), limits);
  return socket;
}

}  // namespace haechi::net
