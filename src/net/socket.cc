// The server's end of a WebSocket: one write in flight, the rest queued, pings while it is quiet.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <utility>

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

using Stream = websocket::stream<Wire, false>;

// The stream belongs to the operations under way on it (a read always is), so that a socket which its user
// keeps beyond the loop holds nothing of the loop's.
class ServerSocket final : public SocketEnd, public std::enable_shared_from_this<ServerSocket> {
 public:
  ServerSocket(Loop& loop, Request request, std::function<void(std::shared_ptr<Socket>)> opened,
               std::function<void(SocketEnd*)> gone)
      : loop_(loop), request_(std::move(request)), opened_(std::move(opened)), gone_(std::move(gone)) {}

  void accept(Wire wire, const ServerLimits& limits) {
    auto stream = std::make_shared<Stream>(std::move(wire));
    stream_ = stream;
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
  void send_text(std::shared_ptr<const std::string> text) override { push({std::move(text), false}); }
  void send_binary(std::shared_ptr<const std::string> bytes) override { push({std::move(bytes), true}); }
  size_t queued_bytes() const override { return queued_bytes_; }

  void close(uint16_t code, std::string_view reason) override {
    if (ended_ || closing_) return;
    closing_ = true;
    close_reason_.code = code;
    close_reason_.reason = std::string(reason.substr(0, 120));
    loop_.after(kFarewellMax, [weak = weak_from_this()] {
      if (auto self = weak.lock()) self->end();
    });
    if (!writing_) say_farewell();
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
  struct Message {
    std::shared_ptr<const std::string> bytes;
    bool binary = false;
  };

  void push(Message message) {
    if (ended_ || closing_) return;
    queued_bytes_ += message.bytes->size();
    queue_.push_back(std::move(message));
    if (!writing_) write_next();
  }

  void write_next() {
    auto stream = stream_.lock();
    if (!stream) return;
    writing_ = true;
    Message message = std::move(queue_.front());
    queue_.pop_front();
    stream->binary(message.binary);
    asio::const_buffer buffer = asio::buffer(*message.bytes);
    stream->async_write(buffer, [self = shared_from_this(), stream, message](error_code error, size_t) {
      self->wrote(message.bytes->size(), error);
    });
  }

  void wrote(size_t bytes, error_code error) {
    if (ended_) return;
    queued_bytes_ -= bytes;
    if (error) return end();
    if (!queue_.empty()) return write_next();
    writing_ = false;
    if (closing_) return say_farewell();
    if (on_drained) on_drained();
  }

  void say_farewell() {
    auto stream = stream_.lock();
    if (!stream) return;
    stream->async_close(close_reason_, [self = shared_from_this(), stream](error_code) { self->end(); });
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
    if (auto stream = stream_.lock()) stream->next_layer().close();
    queue_.clear();
    queued_bytes_ = 0;
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
  std::deque<Message> queue_;
  size_t queued_bytes_ = 0;
  websocket::close_reason close_reason_;
  bool writing_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace

// What Beast asks of a stream that carries a WebSocket, beside reading and writing.
void beast_close_socket(Wire& wire) {
  wire.close();
}

template <typename Handler>
void async_teardown(beast::role_type role, Wire& wire, Handler&& handler) {
  error_code ignored;
  wire.finish(ignored);
  websocket::async_teardown(role, wire.socket(), std::forward<Handler>(handler));
}

std::shared_ptr<SocketEnd> accept_socket(Loop& loop, Wire wire, Request request, const ServerLimits& limits,
                                         std::function<void(std::shared_ptr<Socket>)> opened,
                                         std::function<void(SocketEnd*)> gone) {
  auto socket = std::make_shared<ServerSocket>(loop, std::move(request), std::move(opened), std::move(gone));
  socket->accept(std::move(wire), limits);
  return socket;
}

}  // namespace haechi::net
