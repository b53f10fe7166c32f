#include "net/outbox.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <span>

namespace haechi::net {

namespace asio = boost::asio;
using ErrorCode = Wire::ErrorCode;

namespace {
constexpr size_t kBuffersMax = 64;  // that one system call gathers
constexpr char kFarewell = '\x88';  // how a frame that closes begins
}  // namespace

void Outbox::push_message(std::shared_ptr<const std::string> message, bool binary) {
  if (farewell_said_) return;
  Piece piece;
  const uint64_t size = message->size();
  const int size_bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
  piece.head[0] = binary ? 0x82 : 0x81;  // the whole message
  piece.head[1] = static_cast<unsigned char>(size_bytes == 0 ? size : size_bytes == 2 ? 126 : 127);
  for (int i = 0; i < size_bytes; ++i)
    piece.head[static_cast<size_t>(2 + i)] = static_cast<unsigned char>(size >> 8 * (size_bytes - 1 - i));
  piece.head_size = static_cast<uint8_t>(2 + size_bytes);
  piece.body = std::move(message);
  queued_bytes_ += size;
  drained_due_ = true;
  push(std::move(piece));
}

void Outbox::push_bytes(std::string bytes, Sent sent) {
  farewell_said_ |= bytes.starts_with(kFarewell);
  Piece piece;
  piece.body = std::make_shared<const std::string>(std::move(bytes));
  piece.sent = std::move(sent);
  push(std::move(piece));
}

void Outbox::push(Piece piece) {
  pieces_.push_back(std::move(piece));
  if (closed_) return close();
  if (std::exchange(writing_, true)) return;
  asio::post(wire.get_executor(), [self = shared_from_this()] { self->write(); });
}

void Outbox::write() {
  while (!pieces_.empty()) {
    ErrorCode error;
    const size_t bytes = write_some(error);
    if (error == asio::error::would_block) {
      return wire.async_wait_writable([self = shared_from_this()](ErrorCode failed) {
        if (failed) return self->give_up(failed);
        self->write();
      });
    }
    if (error) return give_up(error);
    wrote(bytes);
  }
  writing_ = false;
  if (std::exchange(drained_due_, false) && on_drained) on_drained();
}

size_t Outbox::write_some(ErrorCode& error) {
  std::array<asio::const_buffer, kBuffersMax> buffers;
  size_t count = 0, skip = begun_bytes_;
  const auto add = [&](const void* bytes, size_t size) {
    const size_t skipped = std::min(skip, size);
    skip -= skipped;
    if (size > skipped)
      buffers[count++] = asio::buffer(static_cast<const char*>(bytes) + skipped, size - skipped);
  };
  for (const Piece& piece : pieces_) {
    if (count + 2 > kBuffersMax) break;
    add(piece.head.data(), piece.head_size);
    add(piece.body->data(), piece.body->size());
  }
  return wire.write_some(std::span<const asio::const_buffer>(buffers.data(), count), error);
}

void Outbox::wrote(size_t bytes) {
  begun_bytes_ += bytes;
  while (!pieces_.empty() && begun_bytes_ >= pieces_.front().size()) {
    const Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    begun_bytes_ -= piece.size();
    if (piece.sent) {
      piece.sent(ErrorCode());
    } else {
      queued_bytes_ -= piece.body->size();
    }
  }
}

void Outbox::give_up(ErrorCode error) {
  close();
  if (on_error) std::exchange(on_error, nullptr)(error);
}

// What waits for its bytes keeps the connection alive: it is told on the loop, or ends with it.
void Outbox::close() {
  closed_ = true;
  wire.close();
  queued_bytes_ = begun_bytes_ = 0;
  asio::post(wire.get_executor(), [pieces = std::exchange(pieces_, {})] {
    for (const Piece& piece : pieces) {
      if (piece.sent) piece.sent(asio::error::operation_aborted);
    }
  });
}

}  // namespace haechi::net
