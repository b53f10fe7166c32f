// Many screens on /live from one thread, and when each was first told of a wearer.
//
//   viewers --port N --keys FILE [--topics alerts,calls] [--ca FILE]
//
// FILE holds one key a line, one screen each. With --ca (PEM) over TLS, of a server whom that certifies.
// Prints {"open": N} when every screen has its first picture; goes on until its standard input ends, and
// prints then for each wearer the moments (microseconds since 1970) at which the first, the middle and the
// last screen were told of him, and how many were. `busy` is the share of its processor that this program
// needed: near 1 it, and not the server, was measured.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "net/client.h"
#include "net/loop.h"
#include "net/tls.h"

namespace {

using haechi::net::ClientSocket;
using haechi::net::ClientSocketEvents;

int64_t unix_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// All on one loop.
class Screens {
 public:
  void open(haechi::net::Loop& loop, const std::string& url, std::vector<std::string> keys,
            const std::shared_ptr<haechi::net::Tls>& tls) {
    told_.resize(keys.size());
    for (size_t n = 0; n < keys.size(); ++n) {
      ClientSocketEvents events;
      events.on_open = [this](std::shared_ptr<ClientSocket> socket) {
        sockets_.push_back(std::move(socket));
      };
      events.on_message = [this, n](const std::string& message) { take(n, message); };
      events.on_close = [](const std::string& reason) {
        std::fprintf(stderr, "a screen was closed: %s\n", reason.c_str());
        std::_Exit(1);
      };
      open_client_socket(loop, url, {{"authorization", "Bearer " + keys[n]}}, std::move(events), tls);
    }
  }
  std::future<void> all_open() { return open_.get_future(); }

  void print(double busy) {
    std::printf("{\"messages\": %llu, \"bytes\": %llu, \"busy\": %.2f, \"told\": {",
                static_cast<unsigned long long>(messages_), static_cast<unsigned long long>(bytes_), busy);
    const char* comma = "";
    for (auto& [wearer, moments] : moments_) {
      std::sort(moments.begin(), moments.end());
      std::printf("%s\"%s\": [%lld, %lld, %lld, %zu]", comma, wearer.c_str(),
                  static_cast<long long>(moments.front()),
                  static_cast<long long>(moments[moments.size() / 2]), static_cast<long long>(moments.back()),
                  moments.size());
      comma = ", ";
    }
    std::printf("}}\n");
  }

 private:
  void take(size_t screen, std::string_view message) {
    const int64_t now = unix_us();
    ++messages_;
    bytes_ += message.size();
    if (message.find("\"snapshot\":") != std::string_view::npos) {
      if (++pictures_ == told_.size()) open_.set_value();
      return;
    }
    constexpr std::string_view kName = "\"wearer_id\":\"";
    const size_t at = message.find(kName);
    if (at == std::string_view::npos) return;
    message.remove_prefix(at + kName.size());
    const std::string wearer(message.substr(0, message.find('"')));
    if (told_[screen].insert(wearer).second) moments_[wearer].push_back(now);
  }

  std::promise<void> open_;
  std::vector<std::shared_ptr<ClientSocket>> sockets_;
  std::vector<std::unordered_set<std::string>> told_;  // by screen
  std::map<std::string, std::vector<int64_t>> moments_;
  size_t pictures_ = 0;
  uint64_t messages_ = 0, bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options = {{"--topics", "alerts,calls"}};
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  if (!options.contains("--port") || !options.contains("--keys")) {
    std::fprintf(stderr, "viewers --port N --keys FILE [--topics alerts,calls] [--ca FILE]\n");
    return 2;
  }
  std::vector<std::string> keys;
  std::ifstream file(options["--keys"]);
  for (std::string key; file >> key;) keys.push_back(key);
  haechi::net::Loop loop("viewers");
  Screens screens;
  std::future<void> ready = screens.all_open();
  loop.start();
  const size_t count = keys.size();
  std::shared_ptr<haechi::net::Tls> tls;
  if (options.contains("--ca")) tls = *haechi::net::Tls::client({"", "", options["--ca"]});
  loop.post([&] {
    screens.open(loop,
                 (tls ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + options["--port"] +
                     "/live?topics=" + options["--topics"],
                 std::move(keys), tls);
  });
  ready.wait();
  std::printf("{\"open\": %zu}\n", count);
  std::fflush(stdout);
  const std::clock_t began_busy = std::clock();
  const auto began = std::chrono::steady_clock::now();
  while (std::getchar() != EOF) {
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const double busy = static_cast<double>(std::clock() - began_busy) / CLOCKS_PER_SEC / took;
  std::promise<void> printed;
  loop.post([&] {
    screens.print(busy);
    printed.set_value();
  });
  printed.get_future().wait();
  std::fflush(stdout);
  std::_Exit(0);  // connections end with the process
}
