#include "gateway/mqtt_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

namespace haechi::gateway {

namespace asio = boost::asio;

namespace {
constexpr Duration kLingerMax = Duration::seconds(2);
}

Time steady_now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count()};
}

MqttConnection::MqttConnection(net::Wire wire, MqttHub& hub, const Owner& owner, std::shared_ptr<void> keeper)
    : keeper_(std::move(keeper)),
      wire_(std::move(wire)),
      owner_(owner),
      limits_(hub.limits()),
      session_(hub, steady_now()) {}

void MqttConnection::start() {
  read();
}

void MqttConnection::read() {
  if (reading_ || closed_) return;
  reading_ = true;
  // Trying before there is something costs a system call for every report of a device that sends now and
  // then.
  wire_.async_wait_readable([self = shared_from_this()](ErrorCode error) {
    self->reading_ = false;
    if (self->closed_) return;
    const size_t bytes = error ? 0 : self->wire_.read_some(asio::buffer(self->buffer_), error);
    if (error == asio::error::would_block) return self->read();
    self->on_read(error, bytes);
  });
}

void MqttConnection::on_read(ErrorCode error, size_t bytes) {
  const Time now = steady_now();
  if (error) {
    if (!wire_.is_shaken()) {
      session_.count_failed_handshake();
      owner_.not_shaken(wire_);
    }
    peer_gone(now);
  } else if (half_closed_) {
    read();  // the peer's remaining words are of no interest, but unread ones would reset the connection
  } else {
    if (!session_.connected() && wire_.proves_peer()) session_.must_be(wire_.certificate_name());
    hear({buffer_.data(), bytes}, now);
    advance(now);
  }
  owner_.flush();
}

void MqttConnection::hear(std::string_view bytes, Time now) {
  if (unheard_.empty()) {
    const size_t used = session_.on_bytes(bytes, now);
    unheard_.assign(bytes.substr(used));
    return;
  }
  unheard_.append(bytes);
  unheard_.erase(0, session_.on_bytes(unheard_, now));
}

void MqttConnection::advance(Time now) {
  if (closed_) return;
  if (session_.blocked()) {
    session_.resume(now);
    unheard_.erase(0, session_.on_bytes(unheard_, now));
  }
  write(now);
  if (session_.ended()) return finish(now);
  const size_t backlog = unsent_.size() + session_.output().size();
  if (!session_.blocked() && backlog < limits_.output_bytes_max) read();
}

void MqttConnection::write(Time now) {
  if (writing_ || closed_ || half_closed_ || session_.output().empty()) return;
  unsent_.clear();
  unsent_.swap(session_.output());
  ErrorCode error;
  const size_t sent = wire_.write_some(asio::buffer(unsent_), error);  // nearly always takes everything
  if (error && error != asio::error::would_block) {
    unsent_.clear();
    return peer_gone(now);
  }
  if (!error && sent == unsent_.size()) return unsent_.clear();
  unsent_.erase(0, error ? 0 : sent);
  writing_ = true;
  write_began_at_ = now;
  asio::async_write(
      wire_, asio::buffer(unsent_),
      [self = shared_from_this()](ErrorCode failed, size_t bytes) { self->on_written(failed, bytes); });
}

void MqttConnection::on_written(ErrorCode error, size_t) {
  writing_ = false;
  unsent_.clear();
  if (closed_) return;
  const Time now = steady_now();
  if (error) {
    peer_gone(now);
  } else {
    advance(now);
  }
  owner_.flush();
}

// Says no more; waits a moment for the peer to have read what was said.
void MqttConnection::finish(Time now) {
  if (writing_ || half_closed_ || closed_) return;
  half_closed_ = true;
  half_closed_at_ = now;
  ErrorCode error;
  wire_.finish(error);
  if (error) return close();
  std::string().swap(unheard_);
  read();
}

void MqttConnection::on_tick(Time now) {
  const bool stuck = writing_ && now - write_began_at_ >= limits_.output_wait;
  const bool lingered = half_closed_ && now - half_closed_at_ >= kLingerMax;
  if (stuck) session_.on_peer_gone(now);
  if (stuck || lingered) close();
}

void MqttConnection::peer_gone(Time now) {
  session_.on_peer_gone(now);
  close();
}

void MqttConnection::close() {
  if (closed_) return;
  shut();
  owner_.closed(session_.id());
}

void MqttConnection::last_words() {
  ErrorCode ignored;
  if (!writing_) wire_.write_some(asio::buffer(session_.output()), ignored);
}

void MqttConnection::shut() {
  closed_ = true;
  wire_.close();
}

}  // namespace haechi::gateway
