// HttpClient: per place (host and port) a queue of exchanges, a few connections, and the idle ones among
// them.
#include "net/client.h"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <unordered_set>

#include "net/client_url.h"
#include "net/outgoing.h"
#include "net/wire.h"

namespace haechi::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class Exchange;

struct Place {
  std::deque<std::shared_ptr<Exchange>> waiting;
  std::vector<Wire> idle;
  size_t open = 0;  // connections, idle ones included
};

struct Pool : std::enable_shared_from_this<Pool> {
  Pool(Loop& the_loop, ClientOptions the_options) : loop(the_loop), options(the_options) {}

  void add(std::shared_ptr<Exchange> exchange);
  void pump(const std::string& place_name);
  void shut();

  Loop& loop;
  const ClientOptions options;
  std::map<std::string, Place> places;
  std::unordered_set<std::shared_ptr<Exchange>> live;
  bool shut_down = false;
};

// True if the other side has neither closed the idle connection nor sent something nobody asked for.
bool is_quiet(Wire& wire) {
  char byte;
  ssize_t got = ::recv(wire.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Pool> pool, Url url, bool head, bool idempotent, std::string message,
           std::function<void(Result<Response>)> done)
      : pool_(std::move(pool)),
        url_(std::move(url)),
        head_(head),
        idempotent_(idempotent),
        message_(std::move(message)),
        done_(std::move(done)),
        connecting_(pool_->loop.io()),
        resolver_(pool_->loop.io()),
        timer_(pool_->loop.io()) {}

  std::string place_name() const {
    return (url_.secure ? "tls " : "") + url_.host + ' ' + std::to_string(url_.port);
  }
  bool is_finished() const { return finished_; }

  void arm() {
    timer_.expires_after(std::chrono::microseconds(pool_->options.timeout.us));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->fail("no complete answer in time");
    });
  }

  void run_on(Wire wire) {
    owns_connection_ = true;
    reused_ = true;
    wire_ = std::move(wire);
    write();
  }

  void connect() {
    owns_connection_ = true;
    reused_ = false;
    error_code error;
    auto ip = asio::ip::make_address(url_.host, error);
    if (!error) return connect_to({tcp::endpoint(ip, url_.port)});
    resolver_.async_resolve(
        url_.host, std::to_string(url_.port),
        [self = shared_from_this()](error_code e, const tcp::resolver::results_type& found) {
          if (self->finished_) return;
          if (e) return self->fail("cannot find " + self->url_.host + ": " + e.message());
          self->connect_to({found.begin(), found.end()});
        });
  }

  void abandon() {
    done_ = nullptr;
    fail("");
  }

 private:
  void connect_to(std::vector<tcp::endpoint> found) {
    if (const auto& outgoing = pool_->options.outgoing)
      std::erase_if(found, [&](const auto& one) { return !outgoing->lets(url_.host, *one.data()); });
    if (found.empty()) return refuse();
    auto to = std::make_shared<const std::vector<tcp::endpoint>>(std::move(found));
    asio::async_connect(connecting_, *to,
                        [self = shared_from_this(), to](error_code e, const auto&) { self->connected(e); });
  }

  // Not at once: whoever asked may still be in the middle of asking.
  void refuse() {
    asio::post(pool_->loop.io(), [self = shared_from_this()] {
      self->fail(self->url_.host + " leads to an address that outgoing.inside does not name");
    });
  }

  void connected(error_code error) {
    if (finished_) return;
    if (error) return fail("cannot connect: " + error.message());
    wire_.emplace(std::exchange(connecting_, tcp::socket(pool_->loop.io())));
    if (url_.secure && !wire_->secure(*pool_->options.tls, url_.host))
      return fail("this host cannot be asked for");
    write();
  }

  void write() {
    sent_ = true;
    asio::async_write(*wire_, asio::buffer(message_), [self = shared_from_this()](error_code, size_t) {
      // Even when writing failed an early answer (413, say) may be waiting; if none is, the read says so.
      if (!self->finished_) self->read();
    });
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(pool_->options.response_bytes_max);
    parser_->skip(head_);
    http::async_read(*wire_, buffer_, *parser_, [self = shared_from_this()](error_code error, size_t) {
      if (!self->finished_) self->was_read(error);
    });
  }

  void was_read(error_code error) {
    if (error) {
      bool untouched = !parser_->got_some() && buffer_.size() == 0;
      if (reused_ && idempotent_ && untouched && error != http::error::body_limit) return again();
      const std::string& trouble = wire_->trouble();
      return fail("no complete answer: " + (trouble.empty() ? error.message() : trouble));
    }
    if (parser_->get().result_int() / 100 == 1) return read();
    Response response;
    auto& message = parser_->get();
    response.status = static_cast<int>(message.result_int());
    response.content_type = std::string(message[http::field::content_type]);
    for (const auto& field : message) {
      std::string name(field.name_string());
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      response.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    response.body = std::move(message.body());
    bool keep = parser_->keep_alive() && buffer_.size() == 0;
    finish(std::move(response), keep);
  }

  void again() {
    wire_.reset();
    buffer_.clear();
    sent_ = false;
    connect();
  }

  void fail(std::string reason) {
    // Before the handshake is done nothing of the request can have been read.
    Code code = sent_ && wire_->is_shaken() ? Code::kUnknownOutcome : Code::kUnavailable;
    finish(Error{code, "", std::move(reason)}, false);
  }

  void finish(Result<Response> result, bool keep) {
    if (std::exchange(finished_, true)) return;
    auto self = shared_from_this();
    timer_.cancel();
    resolver_.cancel();
    error_code ignored;
    connecting_.close(ignored);
    auto pool = pool_;
    Place& place = pool->places[place_name()];
    if (!keep && wire_) wire_->close();
    if (owns_connection_ && keep) place.idle.push_back(std::move(*wire_));
    if (owns_connection_ && !keep) place.open--;
    pool->live.erase(self);
    auto done = std::exchange(done_, nullptr);
    pool->pump(place_name());
    if (done) done(std::move(result));
  }

  std::shared_ptr<Pool> pool_;
  Url url_;
  bool head_;
  bool idempotent_;
  std::string message_;
  std::function<void(Result<Response>)> done_;
  tcp::socket connecting_;
  std::optional<Wire> wire_;  // once connected
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  bool owns_connection_ = false;
  bool reused_ = false;
  bool sent_ = false;
  bool finished_ = false;
};

void Pool::add(std::shared_ptr<Exchange> exchange) {
  if (shut_down) return;
  std::string name = exchange->place_name();
  live.insert(exchange);
  exchange->arm();
  places[name].waiting.push_back(std::move(exchange));
  pump(name);
}

void Pool::pump(const std::string& place_name) {
  if (shut_down) return;
  Place& place = places[place_name];
  while (!place.waiting.empty()) {
    if (place.waiting.front()->is_finished()) {
      place.waiting.pop_front();
      continue;
    }
    while (!place.idle.empty() && !is_quiet(place.idle.back())) {
      place.idle.pop_back();
      place.open--;
    }
    if (place.idle.empty() && place.open >= options.connections_per_host_max) return;
    auto exchange = std::move(place.waiting.front());
    place.waiting.pop_front();
    if (!place.idle.empty()) {
      Wire wire = std::move(place.idle.back());
      place.idle.pop_back();
      exchange->run_on(std::move(wire));
    } else {
      place.open++;
      exchange->connect();
    }
  }
}

void Pool::shut() {
  shut_down = true;
  auto exchanges = live;
  for (const auto& exchange : exchanges) exchange->abandon();
  live.clear();
  places.clear();
}

std::string message_of(const std::string& method, const Url& url, const Headers& headers,
                       const std::string& body) {
  std::string message = method + ' ' + url.target + " HTTP/1.1\r\nhost: " + url.authority() + "\r\n";
  for (const auto& [name, value] : headers) message += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    message += "content-length: " + std::to_string(body.size()) + "\r\n";
  }
  message += "\r\n";
  return message + body;
}

class BeastClient final : public HttpClient {
 public:
  BeastClient(Loop& loop, ClientOptions options) : pool_(std::make_shared<Pool>(loop, options)) {}

  ~BeastClient() override {
    if (pool_->loop.is_current() || !pool_->loop.is_running()) {
      pool_->shut();
      return;
    }
    std::promise<void> done;
    pool_->loop.post([&] {
      pool_->shut();
      done.set_value();
    });
    done.get_future().wait();
  }

  void send(const std::string& method, const std::string& url, Headers headers, std::string body,
            bool idempotent, std::function<void(Result<Response>)> done) override {
    Status headers_fine = check_headers(headers);
    Result<Url> parsed = parse_url(url, "http");
    if (parsed.ok() && parsed->secure && !pool_->options.tls)
      parsed = invalid("url", "https is not spoken here");
    if (!headers_fine.ok() || !parsed.ok()) {
      Error error = headers_fine.ok() ? parsed.error() : headers_fine.error();
      return pool_->loop.post([error, done = std::move(done)] { done(error); });
    }
    std::string message = message_of(method, *parsed, headers, body);
    auto exchange = std::make_shared<Exchange>(pool_, *std::move(parsed), method == "HEAD", idempotent,
                                               std::move(message), std::move(done));
    if (pool_->loop.is_current()) return pool_->add(std::move(exchange));
    pool_->loop.post([pool = pool_, exchange] { pool->add(exchange); });
  }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::create(Loop& loop, ClientOptions options) {
  return std::make_unique<BeastClient>(loop, options);
}

}  // namespace haechi::net
