// For the tests of this room and its users: a plain blocking TCP connection, and waiting for a condition.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace haechi::net {

// True as soon as `condition` holds, false if it does not within five seconds.
inline bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

class RawConnection {
 public:
  explicit RawConnection(uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    int at_once = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    timeval limit{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawConnection() { ::close(fd_); }
  RawConnection(const RawConnection&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  // One whole answer with its head, empty if the connection ended first.
  std::string read_answer() {
    size_t head_end = 0;
    while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return {};
    }
    size_t length = 0;
    size_t field = received_.find("content-length: ");
    if (field < head_end) length = std::strtoul(received_.c_str() + field + 16, nullptr, 10);
    size_t total = head_end + 4 + length;
    while (received_.size() < total) {
      if (!read_more()) return {};
    }
    std::string answer = received_.substr(0, total);
    received_.erase(0, total);
    return answer;
  }

  // So many bytes; fewer if the other side closes before.
  std::string read_bytes(size_t count) {
    while (received_.size() < count && read_more()) continue;
    std::string bytes = received_.substr(0, count);
    received_.erase(0, count);
    return bytes;
  }

  // Everything until the other side closes.
  std::string read_to_end() {
    while (read_more()) continue;
    return std::exchange(received_, {});
  }

  // Pieces in which the other side's bytes came. Writes of their own come in pieces of their own, for our
  // servers do not hold back small ones.
  uint32_t pieces() const {
    constexpr size_t kDataSegmentsIn =
        152;  // in tcp_info of linux/tcp.h, which cannot stand beside netinet/tcp.h
    std::array<char, 256> info{};
    socklen_t size = info.size();
    if (::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, info.data(), &size) != 0 || size < kDataSegmentsIn + 4)
      return 0;
    uint32_t pieces = 0;
    std::memcpy(&pieces, &info[kDataSegmentsIn], sizeof pieces);
    return pieces;
  }

  // True if the other side closed within the receive limit.
  bool ended() { return ::recv(fd_, nullptr, 0, 0) >= 0 && !read_more() && errno != EAGAIN; }

 private:
  bool read_more() {
    char bytes[65536];
    errno = 0;
    ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    received_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  int fd_;
  bool connected_ = false;
  std::string received_;
};

inline int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}
inline std::string body_of(const std::string& answer) {
  size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

}  // namespace haechi::net
