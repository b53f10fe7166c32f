// Wire: one TCP connection, plain or under TLS, as a stream of Asio's kind. On its loop's thread only.
//
// The handshake runs inside the first reads and writes. Reads and writes go straight between the caller's
// buffer and the socket, so a connection that waits holds no buffer. An end without TLS's own farewell is an
// error, not an end: the rest may have been cut off.
//
// Where our key may take its time the handshake is done beside the loop (handshake.h); until then nothing can
// be read or written at once.
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "net/handshake.h"
#include "net/tls.h"

namespace haechi::net {

// Of the other side, without port; an IPv4 address that came as IPv6 is written as IPv4. Empty when it is
// gone.
std::string peer_address(const boost::asio::ip::tcp::socket& socket);

class Wire {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;
  using ErrorCode = boost::system::error_code;

  // The end that accepted it; plain without `tls`.
  explicit Wire(Socket socket, std::shared_ptr<const Tls> tls = nullptr);
  Wire(Wire&&) = default;
  Wire& operator=(Wire&&) = default;
  ~Wire();

  // The end that connected: from here on under TLS. False: this host cannot be asked for.
  bool secure(const Tls& tls, const std::string& host);

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }
  const Socket& socket() const { return socket_; }

  bool is_secure() const { return ssl_ != nullptr; }
  bool is_shaken() const;  // the handshake is done, or none is needed
  // Must the other side have shown a certificate? Then is_shaken() says that it did.
  bool proves_peer() const { return tls_ && tls_->peer_must_prove(); }
  // Name (CN) in the other side's verified certificate; empty without one.
  std::string certificate_name() const;
  // Why the other side was not believed, or the handshake failed; empty if neither.
  const std::string& trouble() const { return trouble_; }

  // What can be done at once; would_block when nothing can.
  size_t read_some(boost::asio::mutable_buffer into, ErrorCode& error);
  size_t write_some(boost::asio::const_buffer from, ErrorCode& error);

  // Of several buffers in one call: under TLS in one record, where they fit into one.
  template <typename Buffers>
  size_t write_some(const Buffers& buffers, ErrorCode& error) {
    if (!ssl_) return socket_.write_some(buffers, error);
    std::array<char, kRecordBytes> record;
    const size_t size = boost::asio::buffer_copy(boost::asio::buffer(record), buffers);
    return write_some(boost::asio::const_buffer(record.data(), size), error);
  }

  // Until read_some() may get on.
  template <typename Handler>
  void async_wait_readable(Handler&& handler) {
    if (has_pending()) {
      boost::asio::post(get_executor(),
                        [handler = std::forward<Handler>(handler)]() mutable { handler(ErrorCode()); });
    } else {
      wait(read_wants_, std::forward<Handler>(handler));
    }
  }

  // Until write_some() may get on.
  template <typename Handler>
  void async_wait_writable(Handler&& handler) {
    wait(write_wants_, std::forward<Handler>(handler));
  }

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return compose(
        [buffers](Wire& wire, ErrorCode& error) { return wire.read_some(first_of(buffers), error); },
        &Wire::read_wants_, std::forward<Handler>(handler));
  }

  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return compose([buffers](Wire& wire, ErrorCode& error) { return wire.write_some(buffers, error); },
                   &Wire::write_wants_, std::forward<Handler>(handler));
  }

  // Says that no more will come; the other side may still speak.
  void finish(ErrorCode& error);
  // At once; says farewell if that can be done at once as well.
  void close();

 private:
  static constexpr size_t kRecordBytes = 16 << 10;  // the most that TLS takes at once

  // Tries until something was done, waiting in between for what the last try wanted.
  template <typename Try>
  struct Operation {
    Wire& wire;
    Try attempt;
    Socket::wait_type Wire::*wants;
    bool begun = false;
    size_t done = 0;
    ErrorCode outcome{};
    bool posted = false;

    template <typename Self>
    void operator()(Self& self, ErrorCode error = {}) {
      if (posted) return self.complete(outcome, done);
      if (!error) done = attempt(wire, error);
      if (error == boost::asio::error::would_block) {
        begun = true;
        return wire.wait(wire.*wants, std::move(self));
      }
      if (begun) return self.complete(error, done);
      posted = true;  // never from within the call that began it
      outcome = error;
      boost::asio::post(wire.get_executor(), std::move(self));
    }
  };

  template <typename Try, typename Handler>
  auto compose(Try attempt, Socket::wait_type Wire::*wants, Handler&& handler) {
    return boost::asio::async_compose<Handler, void(ErrorCode, size_t)>(
        Operation<Try>{*this, std::move(attempt), wants}, handler, socket_);
  }

  template <typename Buffers>
  static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers); ++at) {
      const boost::asio::mutable_buffer buffer(*at);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  template <typename Handler>
  void wait(Socket::wait_type wants, Handler&& handler) {
    if (stepped_) {
      stepped_->async_wait(boost::asio::posix::stream_descriptor::wait_read, std::forward<Handler>(handler));
    } else {
      socket_.async_wait(wants, std::forward<Handler>(handler));
    }
  }

  bool has_pending() const;
  // The handshake beside the loop; would_block until it is over.
  ErrorCode shake(Socket::wait_type& wants);
  ErrorCode begin_step();
  // What came of a call of OpenSSL that did not succeed: what it returned, or what it meant by that and why.
  ErrorCode outcome_of(int returned, Socket::wait_type& wants);
  ErrorCode verdict(int outcome, std::string_view reason, Socket::wait_type& wants);

  Socket socket_;
  std::shared_ptr<const Tls> tls_;
  std::shared_ptr<SSL> ssl_;
  std::shared_ptr<HandshakeThread> beside_;  // none: there is nothing to do for it, or no more
  std::shared_ptr<HandshakeStep> step_;      // under way, and what becomes readable then
  std::optional<boost::asio::posix::stream_descriptor> stepped_;
  Socket::wait_type read_wants_ = Socket::wait_read;
  Socket::wait_type write_wants_ = Socket::wait_write;
  bool broken_ = false;  // TLS has ended in an error: no more may be said
  std::string trouble_;
};

}  // namespace haechi::net
