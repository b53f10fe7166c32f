#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "net/client.h"
#include "net/server.h"
#include "net/test_support.h"

namespace haechi::net {
namespace {

constexpr std::string_view kHandshake =
    "GET /live HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// Echoes messages at /live. "?refuse" is refused; "?later" is admitted from another thread.
class Live {
 public:
  explicit Live(ServerLimits limits = {}) : loop("http"), client_loop("client") {
    server = *HttpServer::listen(loop, "127.0.0.1", 0, limits);
    server->handle([](Request, Respond respond) { respond(problem(404, "not_found", "", "no")); });
    server->handle_socket(
        "/live", [this](Request request, auto decide) { guard(std::move(request), std::move(decide)); },
        [this](std::shared_ptr<Socket> socket) { opened(std::move(socket)); });
    loop.start();
    client_loop.start();
  }
  ~Live() {
    if (thread.joinable()) thread.join();
    client_loop.stop();
    server.reset();
  }

  void guard(Request request, std::function<void(SocketRefusal)> decide) {
    if (request.query == "refuse") return decide({true, problem(403, "forbidden", "", "not you")});
    if (request.query != "later") return decide({});
    thread = std::thread([decide = std::move(decide)] { decide({}); });
  }

  void opened(std::shared_ptr<Socket> socket) {
    socket->on_message = [this, socket](std::string message) {
      if (message == "close me") return socket->close(4001, "as asked");
      if (message == "count") message = std::to_string(socket->queued_bytes());
      socket->send_text(std::make_shared<const std::string>(std::move(message)));
    };
    socket->on_drained = [this] { ++drained; };
    socket->on_close = [this] { ++closed; };
    std::lock_guard lock(mutex);
    last = socket;
  }

  std::string url(const std::string& query = "") {
    return "ws://127.0.0.1:" + std::to_string(server->port()) + "/live" + query;
  }

  bool has_socket() {
    std::lock_guard lock(mutex);
    return !last.expired();
  }

  // Runs on the server's loop and waits for the value.
  size_t queued() {
    std::atomic<int64_t> value{-1};
    loop.post([&] {
      auto socket = last.lock();
      value = socket ? static_cast<int64_t>(socket->queued_bytes()) : 0;
    });
    eventually([&] { return value >= 0; });
    return static_cast<size_t>(value.load());
  }

  Loop loop;
  Loop client_loop;
  std::unique_ptr<HttpServer> server;
  std::thread thread;
  std::mutex mutex;
  std::weak_ptr<Socket> last;
  std::atomic<int> drained{0};
  std::atomic<int> closed{0};
};

// What a client socket heard.
struct Heard {
  std::mutex mutex;
  std::vector<std::string> messages;
  std::string close_reason;
  std::shared_ptr<ClientSocket> socket;
  std::atomic<size_t> count{0};
  std::atomic<bool> open{false};
  std::atomic<int> closed{0};

  ClientSocketEvents events() {
    return {[this](std::shared_ptr<ClientSocket> opened) {
              socket = std::move(opened);
              open = true;
            },
            [this](std::string message) {
              std::lock_guard lock(mutex);
              messages.push_back(std::move(message));
              count = messages.size();
            },
            [this](std::string reason) {
              std::lock_guard lock(mutex);
              close_reason = std::move(reason);
              ++closed;
            }};
  }
};

TEST(Socket, EchoesInOrderAndReportsItsEndOnce) {
  Heard heard;
  Live live;
  open_client_socket(live.client_loop, live.url(), {}, heard.events());
  ASSERT_TRUE(eventually([&] { return heard.open.load(); }));
  for (int i = 0; i < 500; ++i) heard.socket->send_text("m" + std::to_string(i));
  ASSERT_TRUE(eventually([&] { return heard.count == 500; }));
  for (int i = 0; i < 500; ++i) ASSERT_EQ(heard.messages[i], "m" + std::to_string(i));
  EXPECT_EQ(live.queued(), 0u);
  heard.socket->close();
  EXPECT_TRUE(eventually([&] { return live.closed == 1 && heard.closed == 1; }));
  EXPECT_TRUE(eventually([&] { return live.server->counters().open == 0; }));
  EXPECT_TRUE(eventually([&] { return !live.has_socket(); }));
}

TEST(Socket, SendsTextAndBinaryInOneOrderEachAsWhatItIs) {
  Live live;
  RawConnection reader(live.server->port());
  reader.send(kHandshake);
  ASSERT_EQ(status_of(reader.read_answer()), 101);
  ASSERT_TRUE(eventually([&] { return live.has_socket(); }));
  live.loop.post([&] {
    auto socket = live.last.lock();
    socket->send_text(std::make_shared<const std::string>("name"));
    socket->send_binary(std::make_shared<const std::string>("\xff\0\1", 3));
    socket->send_text(std::make_shared<const std::string>("more"));
  });
  ASSERT_TRUE(eventually([&] { return live.drained == 1; }));
  live.server.reset();
  EXPECT_EQ(reader.read_to_end(), std::string("\x81\x04name\x82\x03\xff\0\1\x81\x04more", 17));
}

TEST(Socket, SendsInOnePieceWhatWasHandedOverInOneTurn) {
  Live live;
  RawConnection reader(live.server->port());
  reader.send(kHandshake);
  ASSERT_EQ(status_of(reader.read_answer()), 101);
  ASSERT_TRUE(eventually([&] { return live.has_socket(); }));
  const uint32_t before = reader.pieces();
  ASSERT_EQ(before, 1u);
  std::string expected;
  live.loop.post([&] {
    auto socket = live.last.lock();
    for (int i = 0; i < 20; ++i)
      socket->send_text(std::make_shared<const std::string>("m" + std::to_string(i)));
  });
  for (int i = 0; i < 20; ++i) expected += (i < 10 ? "\x81\x02m" : "\x81\x03m") + std::to_string(i);
  ASSERT_TRUE(eventually([&] { return live.drained == 1; }));
  EXPECT_EQ(reader.pieces(), before + 1);
  live.server.reset();
  EXPECT_EQ(reader.read_to_end(), expected);
}

TEST(Socket, SaysFarewellBehindWhatIsQueuedAndNothingAfterIt) {
  Live live;
  RawConnection slow(live.server->port(), 4096);
  slow.send(kHandshake);
  ASSERT_EQ(status_of(slow.read_answer()), 101);
  ASSERT_TRUE(eventually([&] { return live.has_socket(); }));
  constexpr size_t kMessages = 100, kBytes = 100'000;  // more than the kernel takes at once
  live.loop.post([&] {
    auto socket = live.last.lock();
    for (size_t i = 0; i < kMessages; ++i)
      socket->send_text(std::make_shared<const std::string>(kBytes, static_cast<char>('a' + i % 26)));
    socket->close(4001, "as asked");
    socket->send_text(std::make_shared<const std::string>("too late"));
  });
  const std::string heard = slow.read_bytes(kMessages * (10 + kBytes) + 12);
  size_t at = 0;
  for (size_t i = 0; i < kMessages; ++i, at += 10 + kBytes) {
    ASSERT_EQ(heard.substr(at, 10), std::string("\x81\x7f\0\0\0\0\0\x01\x86\xa0", 10)) << i;
    ASSERT_EQ(heard[at + 10 + kBytes - 1], static_cast<char>('a' + i % 26)) << i;
  }
  EXPECT_EQ(heard.substr(at), std::string("\x88\x0a\x0f\xa1"
                                          "as asked"));
}

TEST(Socket, AnswersPingsBetweenItsMessagesNeverInsideOne) {
  Live live;
  RawConnection slow(live.server->port(), 4096);
  slow.send(kHandshake);
  ASSERT_EQ(status_of(slow.read_answer()), 101);
  ASSERT_TRUE(eventually([&] { return live.has_socket(); }));
  constexpr size_t kMessages = 300, kBytes = 30'000;
  const auto text = std::make_shared<const std::string>(kBytes, 'x');
  live.loop.post([&] {
    auto socket = live.last.lock();
    for (size_t i = 0; i < kMessages; ++i) socket->send_text(text);
  });
  ASSERT_TRUE(eventually([&] { return live.queued() < kMessages * kBytes; }));
  ASSERT_GT(live.queued(), 0u);  // a message is under way, and cut somewhere
  slow.send(std::string("\x89\x82\0\0\0\0hi\x81\x88\0\0\0\0close me", 22));
  const std::string heard = slow.read_bytes(kMessages * (4 + kBytes) + 4 + 12);
  size_t at = 0, messages = 0;
  std::vector<std::string> others;
  while (at < heard.size()) {
    const bool is_message = heard[at] == '\x81';
    const size_t size = is_message ? 4 + kBytes : 2 + static_cast<size_t>(heard.at(at + 1));
    is_message ? void(++messages) : others.push_back(heard.substr(at, size));
    at += size;
  }
  EXPECT_EQ(messages, kMessages);
  EXPECT_EQ(others, (std::vector<std::string>{"\x8a\x02hi",
                                              "\x88\x0a\x0f\xa1"
                                              "as asked"}));
}

TEST(Socket, ClosesWithTheCodeTheServerChose) {
  Heard heard;
  Live live;
  open_client_socket(live.client_loop, live.url("?later"), {}, heard.events());
  ASSERT_TRUE(eventually([&] { return heard.open.load(); }));
  heard.socket->send_text("close me");
  ASSERT_TRUE(eventually([&] { return heard.closed == 1; }));
  EXPECT_EQ(heard.close_reason, "closed 4001 as asked");
  EXPECT_TRUE(eventually([&] { return live.closed == 1; }));
}

TEST(Socket, IsRefusedByTheGuardWithItsAnswer) {
  Heard heard;
  Live live;
  open_client_socket(live.client_loop, live.url("?refuse"), {}, heard.events());
  ASSERT_TRUE(eventually([&] { return heard.closed == 1; }));
  EXPECT_EQ(heard.close_reason, "refused with status 403");
  EXPECT_FALSE(heard.open);
  EXPECT_TRUE(eventually([&] { return live.server->counters().open == 0; }));
}

TEST(Socket, IsOnlyAtItsExactPath) {
  Heard heard;
  Live live;
  std::string elsewhere = "ws://127.0.0.1:" + std::to_string(live.server->port()) + "/live/more";
  open_client_socket(live.client_loop, elsewhere, {}, heard.events());
  ASSERT_TRUE(eventually([&] { return heard.closed == 1; }));
  EXPECT_EQ(heard.close_reason, "refused with status 404");
}

TEST(Socket, QueuesForASlowReaderAndDrainsWhenItReads) {
  Live live;
  RawConnection slow(live.server->port(), 4096);
  slow.send(kHandshake);
  ASSERT_EQ(status_of(slow.read_answer()), 101);
  constexpr size_t kMessages = 400, kBytes = 100'000;
  ASSERT_TRUE(eventually([&] { return live.has_socket(); }));
  auto text = std::make_shared<const std::string>(kBytes, 'x');
  live.loop.post([&] {
    auto socket = live.last.lock();
    for (size_t i = 0; i < kMessages; ++i) socket->send_text(text);
    EXPECT_EQ(socket->queued_bytes(), kMessages * kBytes);
  });
  ASSERT_TRUE(eventually([&] { return live.queued() < kMessages * kBytes; }));
  EXPECT_GT(live.queued(), kMessages * kBytes / 4);  // the kernel takes some, not that much
  EXPECT_EQ(live.drained, 0);
  std::thread reader([&] { slow.read_to_end(); });
  EXPECT_TRUE(eventually([&] { return live.queued() == 0; }));
  EXPECT_TRUE(eventually([&] { return live.drained == 1; }));
  live.loop.post([&] {
    if (auto socket = live.last.lock()) socket->close(1000, "");
  });
  live.server.reset();
  reader.join();
}

TEST(Socket, DiesWhenThePeerFallsSilent) {
  ServerLimits limits;
  limits.socket_idle_max = Duration::millis(80);
  Live live(limits);
  RawConnection silent(live.server->port());
  silent.send(kHandshake);
  ASSERT_EQ(status_of(silent.read_answer()), 101);
  EXPECT_TRUE(eventually([&] { return live.closed == 1; }));
  EXPECT_TRUE(eventually([&] { return live.server->counters().open == 0; }));
}

TEST(Socket, SurvivesGarbageAndOversizedFrames) {
  ServerLimits limits;
  limits.socket_message_bytes_max = 1000;
  Live live(limits);
  const std::string frames[] = {std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12),
                                std::string("\x81\x05hello", 7),  // not masked
                                std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14),
                                std::string("\x81\xfe\x03\xe9\0\0\0\0", 8) + std::string(1001, 'a'),
                                std::string("\x81\x82\0\0\0\0\xc3\x28", 8)};  // not UTF-8
  int ended = 0;
  for (const std::string& frame : frames) {
    RawConnection connection(live.server->port());
    connection.send(kHandshake);
    ASSERT_EQ(status_of(connection.read_answer()), 101);
    connection.send(frame);
    connection.finish_sending();
    connection.read_to_end();
    ++ended;
    EXPECT_TRUE(eventually([&] { return live.closed == ended; })) << ended;
  }
  Heard heard;
  open_client_socket(live.client_loop, live.url(), {}, heard.events());
  ASSERT_TRUE(eventually([&] { return heard.open.load(); }));
  live.client_loop.stop();
}

TEST(Socket, RefusesAHandshakeWithoutKeyAndBytesSentTooEarly) {
  Live live;
  RawConnection without_key(live.server->port());
  without_key.send(
      "GET /live HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
      "sec-websocket-version: 13\r\n\r\n");
  EXPECT_EQ(status_of(without_key.read_to_end()), 400);
  RawConnection early(live.server->port());
  early.send(std::string(kHandshake) + "early");
  EXPECT_EQ(status_of(early.read_to_end()), 400);
}

}  // namespace
}  // namespace haechi::net
