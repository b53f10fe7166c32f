// MqttConnection: one TCP connection, plain or under TLS, and the session behind it. On the loop's thread
// only.
//
// Holds at most one unfinished packet, one read buffer and the bounded output; closes in a way that lets the
// peer read our last words (half-close first, then a short wait for its end).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "gateway/mqtt_session.h"
#include "net/wire.h"

namespace haechi::gateway {

Time steady_now();  // of a clock that never goes back

class MqttConnection : public std::enable_shared_from_this<MqttConnection> {
 public:
  // `flush` is called after anything that may have touched sessions; `closed` once, when the socket is done
  // with.
  struct Owner {
    std::function<void()> flush;
    std::function<void(uint64_t session)> closed;
    std::function<void(const net::Wire& wire)> not_shaken;  // TLS did not come about
  };

  // `keeper` keeps `hub` and `owner` alive as long as anything is under way on this connection.
  MqttConnection(net::Wire wire, MqttHub& hub, const Owner& owner, std::shared_ptr<void> keeper);

  MqttSession& session() { return session_; }
  void start();
  void advance(Time now);  // writes what is there to write, hears what had to wait, reads on if it may
  void on_tick(Time now);
  void last_words();  // writes what the connection takes at once
  void shut();        // at once, without a word to the owner

 private:
  using ErrorCode = boost::system::error_code;
  void read();
  void on_read(ErrorCode error, size_t bytes);
  void hear(std::string_view bytes, Time now);
  void write(Time now);
  void on_written(ErrorCode error, size_t bytes);
  void finish(Time now);
  void peer_gone(Time now);
  void close();

  const std::shared_ptr<void> keeper_;  // first, so that it goes last
  net::Wire wire_;
  const Owner& owner_;
  const MqttLimits& limits_;
  MqttSession session_;
  bool reading_ = false;
  bool writing_ = false;
  bool half_closed_ = false;
  bool closed_ = false;
  Time write_began_at_;
  Time half_closed_at_;
  std::string unheard_;  // read, not yet heard
  std::string unsent_;   // being written
  std::array<char, 2048> buffer_;
};

}  // namespace haechi::gateway
