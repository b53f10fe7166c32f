// A client WebSocket.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "net/client.h"
#include "net/client_url.h"
#include "net/wire.h"

namespace haechi::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kMessageBytesMax = 16 << 20;

using Stream = websocket::stream<Wire, false>;

// The stream belongs to the operations under way on it (a read always is), so that a socket which its user
// keeps beyond the loop holds nothing of the loop's.
class OpenSocket final : public ClientSocket, public std::enable_shared_from_this<OpenSocket> {
 public:
  OpenSocket(Loop& loop, Url url, Headers headers, ClientSocketEvents events, std::shared_ptr<Tls> tls)
      : loop_(loop),
        url_(std::move(url)),
        events_(std::move(events)),
        headers_(std::move(headers)),
        tls_(std::move(tls)) {}

  void open() {
    auto self = shared_from_this();
    auto resolver = std::make_shared<tcp::resolver>(loop_.io());
    resolver->async_resolve(
        url_.host, std::to_string(url_.port), [self, resolver](error_code error, auto found) {
          if (error) return self->end("cannot find the host: " + error.message());
          auto socket = std::make_shared<tcp::socket>(self->loop_.io());
          asio::async_connect(*socket, found, [self, socket](error_code failed, const auto&) {
            if (failed) return self->end("cannot connect: " + failed.message());
            self->shake_hands(std::move(*socket));
          });
        });
  }

  void send_text(std::string text) override {
    run([self = shared_from_this(), text = std::move(text)]() mutable {
      if (self->ended_ || self->closing_) return;
      self->queue_.push_back(std::move(text));
      if (self->queue_.size() == 1) self->write();
    });
  }

  void close() override {
    run([self = shared_from_this()] {
      if (self->ended_ || std::exchange(self->closing_, true)) return;
      if (self->queue_.empty()) self->say_farewell();
    });
  }

 private:
  void run(std::function<void()> task) {
    if (loop_.is_current()) return task();
    loop_.post(std::move(task));
  }

  void shake_hands(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto stream = std::make_shared<Stream>(Wire(std::move(socket)));
    stream_ = stream;
    if (url_.secure && !stream->next_layer().secure(*tls_, url_.host))
      return end("cannot ask for the host's certificate");
    stream->set_option(
        websocket::stream_base::timeout{std::chrono::seconds(10), std::chrono::seconds(30), true});
    stream->set_option(
        websocket::stream_base::decorator([headers = headers_](websocket::request_type& request) {
          for (const auto& [name, value] : headers) request.set(name, value);
        }));
    stream->read_message_max(kMessageBytesMax);
    stream->auto_fragment(false);
    stream->text(true);
    auto self = shared_from_this();
    stream->async_handshake(response_, url_.authority(), url_.target, [self, stream](error_code error) {
      if (error == websocket::error::upgrade_declined) {
        return self->end("refused with status " + std::to_string(self->response_.result_int()));
      }
      const std::string& trouble = stream->next_layer().trouble();
      if (error) return self->end("no handshake: " + (trouble.empty() ? error.message() : trouble));
      if (self->events_.on_open) self->events_.on_open(self);
      self->read(stream);
    });
  }

  void read(std::shared_ptr<Stream> stream) {
    stream->async_read(buffer_, [self = shared_from_this(), stream](error_code error, size_t) {
      // What the other side said before it went, however its connection ended then.
      if (const auto& reason = stream->reason(); error && reason) {
        std::string text = "closed " + std::to_string(reason.code);
        if (!reason.reason.empty()) text += ' ' + std::string(reason.reason.data(), reason.reason.size());
        return self->end(std::move(text));
      }
      if (error) return self->end(error.message());
      std::string message = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.consume(self->buffer_.size());
      if (self->events_.on_message && !self->ended_) self->events_.on_message(std::move(message));
      if (!self->ended_) self->read(stream);
    });
  }

  void write() {
    auto stream = stream_.lock();
    if (!stream) return;
    stream->async_write(asio::buffer(queue_.front()),
                        [self = shared_from_this(), stream](error_code error, size_t) {
                          self->queue_.pop_front();
                          if (self->ended_) return;
                          if (error) return self->end(error.message());
                          if (!self->queue_.empty()) return self->write();
                          if (self->closing_) self->say_farewell();
                        });
  }

  void say_farewell() {
    auto stream = stream_.lock();
    if (!stream) return;
    stream->async_close(websocket::close_code::normal,
                        [self = shared_from_this(), stream](error_code) { self->end("closed by us"); });
  }

  void end(std::string reason) {
    if (std::exchange(ended_, true)) return;
    if (auto stream = stream_.lock()) stream->next_layer().close();
    auto events = std::exchange(events_, {});
    if (events.on_close) events.on_close(std::move(reason));
  }

  Loop& loop_;
  Url url_;
  ClientSocketEvents events_;
  Headers headers_;
  std::shared_ptr<Tls> tls_;
  std::weak_ptr<Stream> stream_;
  websocket::response_type response_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;
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

void open_client_socket(Loop& loop, const std::string& url, Headers headers, ClientSocketEvents events,
                        std::shared_ptr<Tls> tls) {
  Result<Url> parsed = parse_url(url, "ws");
  Status fine = parsed.ok() ? check_headers(headers) : parsed.error();
  if (fine.ok() && parsed->secure && !tls) fine = invalid("url", "begins with wss://, and there is no TLS");
  if (!fine.ok()) {
    return loop.post([reason = fine.error().text(), on_close = events.on_close] {
      if (on_close) on_close(reason);
    });
  }
  auto socket = std::make_shared<OpenSocket>(loop, *std::move(parsed), std::move(headers), std::move(events),
                                             std::move(tls));
  loop.post([socket] { socket->open(); });
}

}  // namespace haechi::net
