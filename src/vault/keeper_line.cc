#include "vault/keeper_line.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/ensure.h"

namespace haechi::vault {
namespace {

constexpr size_t kHeadBytes = sizeof(uint32_t);
constexpr size_t kRoomMin = 1u << 16, kRoomKept = 1u << 20;

}  // namespace

KeeperLine::~KeeperLine() {
  ::close(socket_);
}

bool KeeperLine::send(std::string_view message) {
  ENSURE(message.size() <= kMessageBytesMax, message.size());
  auto size = static_cast<uint32_t>(message.size());
  iovec parts[] = {{&size, kHeadBytes}, {const_cast<char*>(message.data()), message.size()}};
  msghdr all{};
  all.msg_iov = parts;
  all.msg_iovlen = 2;
  while (parts[0].iov_len + parts[1].iov_len > 0) {
    const ssize_t sent = ::sendmsg(socket_, &all, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    auto left = static_cast<size_t>(sent);
    for (iovec& part : parts) {
      const size_t gone = std::min(left, part.iov_len);
      part.iov_base = static_cast<char*>(part.iov_base) + gone;
      part.iov_len -= gone;
      left -= gone;
    }
  }
  return true;
}

bool KeeperLine::fill(size_t wanted) {
  if (bytes_.size() < wanted) bytes_.resize(wanted);
  while (filled_ < wanted) {
    const ssize_t got = ::recv(socket_, bytes_.data() + filled_, bytes_.size() - filled_, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    filled_ += static_cast<size_t>(got);
  }
  return true;
}

std::optional<std::string_view> KeeperLine::receive() {
  filled_ = 0;
  if (bytes_.size() < kRoomMin || bytes_.size() > kRoomKept) {
    bytes_.resize(kRoomMin);
    bytes_.shrink_to_fit();
  }
  if (!fill(kHeadBytes)) return std::nullopt;
  uint32_t size = 0;
  std::memcpy(&size, bytes_.data(), kHeadBytes);
  if (size > kMessageBytesMax || !fill(kHeadBytes + size)) return std::nullopt;
  // Nobody speaks before he was answered.
  if (filled_ != kHeadBytes + size) return std::nullopt;
  return std::string_view(bytes_).substr(kHeadBytes, size);
}

}  // namespace haechi::vault
