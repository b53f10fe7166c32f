// Outbox: what is to leave one connection, in order. All that is handed over within one turn of the loop
// leaves in one system call where the kernel takes it. On the loop's thread only.
//
// GatheredWire: a Wire with an outbox, as a stream of Asio's kind, for a WebSocket. What the WebSocket itself
// has to say (pings, its farewell) goes through the same outbox, so nothing ever stands inside a message.
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "net/wire.h"

namespace haechi::net {

class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  using Sent = std::function<void(Wire::ErrorCode)>;

  explicit Outbox(Wire wire) : wire(std::move(wire)) {}

  // One WebSocket message in one frame, as a server sends it; none behind a farewell.
  void push_message(std::shared_ptr<const std::string> message, bool binary);
  // Bytes as they are. `sent`: when the kernel has them, or never will; not from within this call.
  void push_bytes(std::string bytes, Sent sent);
  // Of messages, without their frames, that the kernel has not yet taken.
  size_t queued_bytes() const { return queued_bytes_; }
  // Cuts the connection; what is queued, and what comes later, is not sent.
  void close();

  Wire wire;
  std::function<void(Wire::ErrorCode)> on_error;  // of a write; at most once
  std::function<void()> on_drained;               // messages were queued, and now nothing is

 private:
  static constexpr size_t kHeadBytesMax = 10;
  struct Piece {
    std::array<unsigned char, kHeadBytesMax> head;
    uint8_t head_size = 0;
    std::shared_ptr<const std::string> body;
    Sent sent = nullptr;  // of bytes; messages have none
    size_t size() const { return head_size + body->size(); }
  };
  void push(Piece piece);
  void write();
  size_t write_some(Wire::ErrorCode& error);
  void wrote(size_t bytes);
  void give_up(Wire::ErrorCode error);

  std::deque<Piece> pieces_;
  size_t begun_bytes_ = 0;  // of the first piece, that the kernel has
  size_t queued_bytes_ = 0;
  bool writing_ = false;      // write() is posted, or waits for the kernel
  bool drained_due_ = false;  // messages were queued since on_drained
  bool farewell_said_ = false;
  bool closed_ = false;
};

class GatheredWire {
 public:
  using executor_type = Wire::executor_type;

  explicit GatheredWire(Wire wire) : outbox_(std::make_shared<Outbox>(std::move(wire))) {}

  executor_type get_executor() { return outbox_->wire.get_executor(); }
  Outbox& outbox() { return *outbox_; }
  Wire& wire() { return outbox_->wire; }

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return wire().async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    const auto begin = [this](auto what_next, const Buffers& from) {
      std::string bytes = boost::beast::buffers_to_string(from);
      const size_t size = bytes.size();
      auto kept = std::make_shared<decltype(what_next)>(std::move(what_next));
      outbox_->push_bytes(std::move(bytes), [kept = std::move(kept), size](Wire::ErrorCode error) {
        auto handle = std::move(*kept);
        handle(error, error ? 0 : size);
      });
    };
    return boost::asio::async_initiate<Handler, void(Wire::ErrorCode, size_t)>(begin, handler, buffers);
  }

 private:
  std::shared_ptr<Outbox> outbox_;
};

}  // namespace haechi::net
