#include "api/virus_scanner.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace haechi::api {
namespace {

constexpr size_t kPieceBytes = 64 << 10;
constexpr size_t kAnswerBytesMax = 1'024;

Error nobody_looked() {
  return {Code::kUnavailable, "", "files cannot be looked at for viruses now; send them later"};
}

class Talk {
 public:
  Talk(const std::string& path, Duration patience) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (fd_ < 0 || path.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path.data(), path.size());
    const timeval limit{patience.us / 1'000'000, patience.us % 1'000'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    good_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Talk() {
    if (fd_ >= 0) ::close(fd_);
  }
  Talk(const Talk&) = delete;

  void say(std::string_view bytes) {
    while (good_ && !bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      good_ = count > 0;
      if (good_) bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  // Up to the zero byte that ends it; empty when it did not come.
  std::string answer() {
    std::string heard;
    while (good_ && heard.size() < kAnswerBytesMax && !heard.ends_with('\0')) {
      char bytes[256];
      const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
      good_ = count > 0;
      if (good_) heard.append(bytes, static_cast<size_t>(count));
    }
    if (!good_ || !heard.ends_with('\0')) return {};
    heard.pop_back();
    return heard;
  }

 private:
  const int fd_;
  bool good_ = false;
};

}  // namespace

Status VirusScanner::look_at(std::string_view content) const {
  if (!looks()) return {};
  Talk talk(socket_, patience_);
  talk.say({"zINSTREAM\0", 10});
  while (!content.empty()) {
    const std::string_view piece = content.substr(0, kPieceBytes);
    const uint32_t size = htonl(static_cast<uint32_t>(piece.size()));
    talk.say({reinterpret_cast<const char*>(&size), sizeof size});
    talk.say(piece);
    content.remove_prefix(piece.size());
  }
  talk.say({"\0\0\0\0", 4});
  const std::string answer = talk.answer();
  if (answer == "stream: OK") return {};
  if (answer.ends_with(" FOUND")) return invalid("", "holds what the virus scanner knows as harmful");
  return nobody_looked();
}

}  // namespace haechi::api
