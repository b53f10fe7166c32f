// Against a listener that speaks clamd's protocol; a real clamd is asked in tests/e2e/files_e2e.py.
#include "api/virus_scanner.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

namespace haechi::api {
namespace {

// Takes one talk, keeps what it was sent, and answers.
class Listener {
 public:
  explicit Listener(std::string answer) : answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    thread_ = std::thread([this] { take(); });
  }
  ~Listener() {
    end();
    ::close(fd_);
    ::unlink(path.c_str());
  }
  void end() {
    if (thread_.joinable()) thread_.join();
  }

  const std::string path = testing::TempDir() + "clamd-" + std::to_string(::getpid());
  std::string command, content;

 private:
  static std::string read(int fd, size_t count) {
    std::string out(count, '\0');
    return ::recv(fd, out.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count) ? out : std::string();
  }
  void take() {
    const int fd = ::accept(fd_, nullptr, nullptr);
    command = read(fd, 10);
    while (true) {
      uint32_t size = 0;
      const std::string head = read(fd, 4);
      std::memcpy(&size, head.data(), head.size());
      if (size == 0) break;
      content += read(fd, ntohl(size));
    }
    ::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    ::close(fd);
  }

  const std::string answer_;
  const int fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
  std::thread thread_;
};

constexpr size_t kMuch = 600'000;

TEST(VirusScanner, ShowsAllOfAFileAndLetsThroughWhatIsClean) {
  Listener clamd({"stream: OK\0", 11});
  std::string file(kMuch, 'x');
  file += "the end";
  EXPECT_TRUE(VirusScanner(clamd.path).look_at(file).ok());
  clamd.end();
  EXPECT_EQ(clamd.command, std::string("zINSTREAM\0", 10));
  EXPECT_EQ(clamd.content, file);
}

TEST(VirusScanner, RefusesWhatIsFound) {
  Listener clamd({"stream: Eicar-Test-Signature FOUND\0", 35});
  EXPECT_EQ(VirusScanner(clamd.path).look_at("x").error().code, Code::kInvalid);
}

TEST(VirusScanner, KnowsNothingOfWhatNobodyLookedAt) {
  for (const std::string& answer :
       {std::string("INSTREAM size limit exceeded. ERROR\0", 36), std::string(), std::string("stream: OK"),
        std::string("stream: nothing\0", 16), std::string(4096, 'x')}) {
    Listener clamd(answer);
    EXPECT_EQ(VirusScanner(clamd.path).look_at("x").error().code, Code::kUnavailable) << answer;
  }
  EXPECT_EQ(VirusScanner("/nowhere/clamd.ctl").look_at("x").error().code, Code::kUnavailable);
  EXPECT_EQ(VirusScanner(std::string(200, 'x')).look_at("x").error().code, Code::kUnavailable);
}

TEST(VirusScanner, LooksAtNothingWhereThereIsNone) {
  EXPECT_FALSE(VirusScanner("").looks());
  EXPECT_TRUE(VirusScanner("").look_at("x").ok());
}

}  // namespace
}  // namespace haechi::api
