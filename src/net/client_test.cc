#include "net/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "net/server.h"
#include "net/test_support.h"

namespace haechi::net {
namespace {

ClientOptions quick() {
  ClientOptions options;
  options.timeout = Duration::millis(150);
  return options;
}

class Exchanges : public ::testing::Test {
 protected:
  Exchanges() : loop("client") { loop.start(); }

  void serve(Handler handler, ServerLimits limits = {}) {
    server = *HttpServer::listen(server_loop, "127.0.0.1", 0, limits);
    server->handle(std::move(handler));
    server_loop.start();
  }
  std::string base(uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

  Result<Response> ask(HttpClient& client, const std::string& method, const std::string& url,
                       std::string body = "", bool idempotent = true) {
    std::optional<Result<Response>> answer;
    std::atomic<bool> done{false};
    client.send(method, url, {{"x-test", "1"}}, std::move(body), idempotent, [&](Result<Response> result) {
      EXPECT_TRUE(loop.is_current());
      answer = std::move(result);
      done = true;
    });
    EXPECT_TRUE(eventually([&] { return done.load(); }));
    return *answer;
  }

  Loop loop;
  Loop server_loop{"http"};
  std::unique_ptr<HttpServer> server;
};

// A listening socket that treats its connections as told, one after another.
class Rude {
 public:
  // Each treatment is the bytes to answer with after the request's first bytes; then the connection is
  // closed.
  explicit Rude(std::vector<std::string> treatments) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd_, 16);
    socklen_t length = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, treatments = std::move(treatments)] {
      for (const std::string& treatment : treatments) {
        int connection = ::accept(fd_, nullptr, nullptr);
        if (connection < 0) return;
        char bytes[4096];
        if (::recv(connection, bytes, sizeof bytes, 0) > 0) ++requests;
        ::send(connection, treatment.data(), treatment.size(), MSG_NOSIGNAL);
        ::close(connection);
      }
    });
  }
  ~Rude() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  uint16_t port = 0;
  std::atomic<int> requests{0};

 private:
  int fd_;
  std::thread thread_;
};

TEST_F(Exchanges, BringTheWholeAnswer) {
  serve([](Request request, Respond respond) {
    Response response;
    response.status = 201;
    response.content_type = "text/plain";
    response.headers = {{"X-Seen", std::string(request.header("x-test"))}};
    response.body = request.method + ' ' + request.path + '?' + request.query + ' ' + request.body;
    respond(std::move(response));
  });
  auto client = HttpClient::create(loop, {});
  Result<Response> answer = ask(*client, "POST", base(server->port()) + "/p?q=1", "body");
  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->content_type, "text/plain");
  EXPECT_EQ(answer->body, "POST /p?q=1 body");
  bool seen = false;
  for (const auto& [name, value] : answer->headers) seen = seen || (name == "x-seen" && value == "1");
  EXPECT_TRUE(seen);
  EXPECT_EQ(ask(*client, "HEAD", base(server->port()) + "/h")->body, "");
}

TEST_F(Exchanges, ReuseOneConnectionAndQueueBeyondTheLimit) {
  serve([](Request, Respond respond) { respond(Response{}); });
  ClientOptions options;
  options.connections_per_host_max = 2;
  auto client = HttpClient::create(loop, options);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(ask(*client, "GET", base(server->port()) + "/").ok());
  EXPECT_EQ(server->counters().accepted, 1u);
  std::atomic<int> done{0};
  for (int i = 0; i < 100; ++i) {
    client->send("GET", base(server->port()) + "/", {}, "", true, [&](Result<Response> answer) {
      EXPECT_TRUE(answer.ok());
      ++done;
    });
  }
  ASSERT_TRUE(eventually([&] { return done == 100; }));
  EXPECT_EQ(server->counters().accepted, 2u);
}

TEST_F(Exchanges, NoticeThatAnIdleConnectionWasClosed) {
  ServerLimits limits;
  limits.idle_ms_max = Duration::millis(40);
  serve([](Request, Respond respond) { respond(Response{}); }, limits);
  auto client = HttpClient::create(loop, {});
  ASSERT_TRUE(ask(*client, "GET", base(server->port()) + "/").ok());
  ASSERT_TRUE(eventually([&] { return server->counters().open == 0; }));
  EXPECT_TRUE(ask(*client, "POST", base(server->port()) + "/", "x", false).ok());
}

TEST_F(Exchanges, AreUnavailableWhenNobodyListens) {
  uint16_t port = 0;
  {
    Loop unused("unused");
    port = (*HttpServer::listen(unused, "127.0.0.1", 0, {}))->port();
  }
  auto client = HttpClient::create(loop, quick());
  Result<Response> answer = ask(*client, "GET", base(port) + "/");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
}

TEST_F(Exchanges, HaveAnUnknownOutcomeWhenTheServerDiesAfterReceiving) {
  Rude rude({"", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"});
  auto client = HttpClient::create(loop, {});
  for (int i = 0; i < 2; ++i) {
    Result<Response> answer = ask(*client, "POST", base(rude.port) + "/", "x", true);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, Code::kUnknownOutcome);
  }
  EXPECT_EQ(rude.requests, 2);
}

TEST_F(Exchanges, HaveAnUnknownOutcomeWhenTheAnswerIsLateOrTooLong) {
  std::vector<Respond> held;
  serve([&held](Request request, Respond respond) {
    if (request.path == "/late") return held.push_back(std::move(respond));
    Response response;
    response.body = std::string(5000, 'x');
    respond(std::move(response));
  });
  ClientOptions options = quick();
  options.response_bytes_max = 1000;
  auto client = HttpClient::create(loop, options);
  EXPECT_EQ(ask(*client, "GET", base(server->port()) + "/late").error().code, Code::kUnknownOutcome);
  EXPECT_EQ(ask(*client, "GET", base(server->port()) + "/long").error().code, Code::kUnknownOutcome);
  server.reset();
}

TEST_F(Exchanges, ThatNeverGotTheirTurnAreUnavailable) {
  std::vector<Respond> held;
  serve([&held](Request, Respond respond) { held.push_back(std::move(respond)); });
  ClientOptions options = quick();
  options.connections_per_host_max = 1;
  auto client = HttpClient::create(loop, options);
  std::atomic<bool> first_done{false};
  client->send("GET", base(server->port()) + "/", {}, "", true, [&](Result<Response>) { first_done = true; });
  Result<Response> waiting = ask(*client, "GET", base(server->port()) + "/");
  // The first one fails first and frees the connection; the second may have used it in its last moment.
  ASSERT_FALSE(waiting.ok());
  EXPECT_TRUE(first_done);
  server.reset();
}

TEST_F(Exchanges, RefuseBadUrlsAndHeaders) {
  auto client = HttpClient::create(loop, {});
  EXPECT_EQ(ask(*client, "GET", "https://127.0.0.1/").error().code, Code::kInvalid);
  std::atomic<int> code{-1};
  client->send("GET", "http://127.0.0.1:1/", {{"a", "b\r\nc: d"}}, "", true,
               [&](Result<Response> answer) { code = static_cast<int>(answer.error().code); });
  EXPECT_TRUE(eventually([&] { return code == static_cast<int>(Code::kInvalid); }));
}

}  // namespace
}  // namespace haechi::net
