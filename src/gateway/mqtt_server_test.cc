// Real sockets on loopback. Waits are bounded and end when their condition holds.
#include "gateway/mqtt_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "gateway/mqtt_test_support.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::gateway {
namespace {

using mqtt::Version;
using namespace std::string_literals;

constexpr int kPatienceMs = 10'000;

// A blocking client.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) {
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t sent = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<size_t>(sent);
    }
  }
  // More bytes within `wait_ms`?
  bool receive(int wait_ms) {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, wait_ms) <= 0) return false;
    char buffer[4096];
    const ssize_t size = ::recv(socket_, buffer, sizeof buffer, 0);
    if (size <= 0) {
      ended_ = true;
      return false;
    }
    received_.append(buffer, static_cast<size_t>(size));
    return true;
  }
  mqtt::Packet next(Version version, int wait_ms = kPatienceMs) {
    for (;;) {
      mqtt::Packet packet = take_packet(received_, held_, version);
      if (!std::holds_alternative<mqtt::Auth>(packet) || !receive(wait_ms)) return packet;
    }
  }
  template <typename T>
  T expect(Version version) {
    const mqtt::Packet packet = next(version);
    EXPECT_TRUE(std::holds_alternative<T>(packet)) << packet.index();
    return std::holds_alternative<T>(packet) ? std::get<T>(packet) : T{};
  }
  bool ends() {
    while (receive(kPatienceMs)) {
    }
    return ended_;
  }

 private:
  int socket_;
  bool ended_ = false;
  std::string received_, held_;
};

class MqttServerTest : public testing::Test {
 protected:
  MqttServerTest() {
    for (int i = 1; i <= 50; ++i) enrol(devices_, "A-" + std::to_string(i), "secret");
  }
  ~MqttServerTest() override {
    loop_.stop();
    server_.reset();
  }
  void serve() {
    auto server = MqttServer::listen(loop_, "127.0.0.1", 0, limits_, devices_, spine_, clock_);
    ASSERT_TRUE(server.ok()) << server.error().text();
    server_ = *std::move(server);
    loop_.start();
  }
  std::unique_ptr<Client> connected(Version version, const std::string& id = "A-1") {
    auto client = std::make_unique<Client>(server_->port());
    client->send(connect_bytes(version, id, "secret"));
    EXPECT_EQ(client->expect<mqtt::ConnAck>(version).code, 0);
    return client;
  }
  static std::string report(Version version, const std::string& id, uint64_t seq, uint16_t packet_id) {
    return publish_bytes(version, "d/" + id + "/report", good_report(id, seq).SerializeAsString(), 1,
                         packet_id);
  }
  template <typename Condition>
  static bool eventually(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }

  MqttLimits limits_;
  Devices devices_;
  FakeSubmit spine_;
  ManualClock clock_{kNow};
  net::Loop loop_{"mqtt-test"};
  std::unique_ptr<MqttServer> server_;
};

TEST_F(MqttServerTest, AcknowledgesWhenTheSpineSaysDurableAndNotBefore) {
  serve();
  for (const Version version : {Version::k311, Version::k5}) {
    auto client = connected(version);
    client->send(report(version, "A-1", 1, 77));
    ASSERT_TRUE(spine_.wait_for_reports(1));
    EXPECT_FALSE(client->receive(100));
    spine_.release();
    EXPECT_EQ(client->expect<mqtt::PubAck>(version).packet_id, 77);
  }
}

TEST_F(MqttServerTest, ClosesWhoeverSendsNonsense) {
  serve();
  const std::string table[] = {
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n"s,
      report(Version::k311, "A-1", 1, 1),
      "\x10\xFF\xFF\xFF\xFF\x01"s,
      "\x10\xFF\xFF\xFF\x7F"s,
      connect_bytes(Version::k311, "A-1", "wrong"),
      connect_bytes(Version::k5, "A-99", "secret"),
      connect_bytes(Version::k311, "A-1", "secret") + connect_bytes(Version::k311, "A-1", "secret"),
      connect_bytes(Version::k5, "A-1", "secret") + "\x32\xFF\xFF\xFF\x7F"s,
      connect_bytes(Version::k5, "A-1", "secret") + publish_bytes(Version::k5, "d/A-1/report", "x", 2, 1),
      connect_bytes(Version::k311, "A-1", "secret") + report(Version::k311, "A-2", 1, 1),
      std::string(100'000, '\0'),
  };
  for (const std::string& bytes : table) {
    Client client(server_->port());
    client.send(bytes);
    EXPECT_TRUE(client.ends()) << testing::PrintToString(bytes.substr(0, 40));
  }
  EXPECT_EQ(spine_.waiting(), 0u);
  auto client = connected(Version::k311);
  client->send("\xC0\x00"s);
  client->expect<mqtt::PingResp>(Version::k311);
}

TEST_F(MqttServerTest, SaysWhyBeforeItCloses) {
  serve();
  Client client(server_->port());
  std::string bytes = connect_bytes(Version::k5, "A-1", "secret") + "\x36\x00"s + std::string(300'000, 'x');
  client.send(bytes);
  client.expect<mqtt::ConnAck>(Version::k5);
  EXPECT_EQ(client.expect<mqtt::Disconnect>(Version::k5).code, mqtt::reason::kMalformed);
}

TEST_F(MqttServerTest, ReadsNoMoreWhileTheSpineIsFullAndLosesNothing) {
  limits_.inflight_max = 20;
  serve();
  spine_.set_full(true);
  auto client = connected(Version::k311);
  for (uint16_t i = 1; i <= 30; ++i) client->send(report(Version::k311, "A-1", i, i));
  EXPECT_TRUE(eventually([&] { return server_->counters().pauses > 0; }));
  EXPECT_FALSE(client->receive(100));
  spine_.set_full(false);
  std::atomic<bool> done = false;
  std::thread disk([&] {
    while (!done) {
      spine_.release();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (uint16_t i = 1; i <= 30; ++i) EXPECT_EQ(client->expect<mqtt::PubAck>(Version::k311).packet_id, i);
  done = true;
  disk.join();
  EXPECT_EQ(spine_.facts(v1::Fact::kReportReceived).size(), 30u);
}

TEST_F(MqttServerTest, AClockThatIsSetBackKeepsNoDeviceUnread) {
  serve();
  auto client = connected(Version::k311);
  client->send(report(Version::k311, "A-1", 1, 1));
  ASSERT_TRUE(spine_.wait_for_reports(1));
  loop_.post([this] { clock_.set(kNow - Duration::seconds(3'600)); });
  client->send(report(Version::k311, "A-1", 2, 2));
  EXPECT_TRUE(spine_.wait_for_reports(2));
}

TEST_F(MqttServerTest, ANewConnectionClosesTheOld) {
  serve();
  auto old = connected(Version::k5);
  auto fresh = connected(Version::k5);
  EXPECT_EQ(old->expect<mqtt::Disconnect>(Version::k5).code, mqtt::reason::kTakenOver);
  EXPECT_TRUE(old->ends());
  fresh->send("\xC0\x00"s);
  fresh->expect<mqtt::PingResp>(Version::k5);
}

TEST_F(MqttServerTest, NoticesAVanishedDevice) {
  serve();
  connected(Version::k311).reset();
  EXPECT_TRUE(eventually([&] {
    const auto facts = spine_.facts(v1::Fact::kDeviceConnectionChanged);
    return facts.size() == 2 && facts[1].device_connection_changed().will();
  }));
  EXPECT_TRUE(eventually([&] { return server_->counters().connections_open == 0; }));
}

TEST_F(MqttServerTest, DeliversCommandsFromAnyThread) {
  serve();
  auto client = connected(Version::k5);
  client->send(subscribe_bytes(Version::k5, "d/A-1/cmd", 1));
  client->expect<mqtt::SubAck>(Version::k5);
  v1::DeviceCommand command;
  command.set_device_id("A-1");
  command.set_interval_s(5);
  server_->command(command);
  EXPECT_EQ(client->expect<mqtt::Publish>(Version::k5).payload, R"({"deviceId":"A-1","intervalS":5})");
}

TEST_F(MqttServerTest, RefusesConnectionsBeyondItsBound) {
  limits_.connections_max = 5;
  serve();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 1; i <= 5; ++i) clients.push_back(connected(Version::k311, "A-" + std::to_string(i)));
  Client extra(server_->port());
  EXPECT_TRUE(extra.ends());
  EXPECT_EQ(server_->counters().connections_refused, 1u);
  clients.pop_back();
  EXPECT_TRUE(eventually([&] { return server_->counters().connections_open == 4; }));
  connected(Version::k311, "A-6");
}

TEST_F(MqttServerTest, StrangersWhoStaySilentDoNotKeepDevicesOut) {
  limits_.unauthenticated_max = 8;
  serve();
  auto device = connected(Version::k311, "A-1");
  std::vector<std::unique_ptr<Client>> flood;
  for (int i = 0; i < 100; ++i) flood.push_back(std::make_unique<Client>(server_->port()));
  auto other = connected(Version::k311, "A-2");
  EXPECT_TRUE(flood.front()->ends());
  device->send("\xC0\x00"s);
  device->expect<mqtt::PingResp>(Version::k311);
  EXPECT_LE(server_->counters().connections_open, 11u);
}

TEST_F(MqttServerTest, SaysGoodbyeWhenItShutsDown) {
  serve();
  auto client = connected(Version::k5);
  loop_.stop();
  server_.reset();
  EXPECT_EQ(client->expect<mqtt::Disconnect>(Version::k5).code, mqtt::reason::kShuttingDown);
  EXPECT_TRUE(client->ends());
}

TEST_F(MqttServerTest, AReceiptAfterItsEndGoesNowhere) {
  serve();
  auto client = connected(Version::k311);
  client->send(report(Version::k311, "A-1", 1, 1));
  ASSERT_TRUE(spine_.wait_for_reports(1));
  loop_.stop();
  server_.reset();
  spine_.release();
  EXPECT_TRUE(client->ends());
}

TEST_F(MqttServerTest, TellsWhyItCannotListen) {
  serve();
  EXPECT_EQ(MqttServer::listen(loop_, "not an address", 0, limits_, devices_, spine_, clock_).error().code,
            Code::kInvalid);
  EXPECT_EQ(MqttServer::listen(loop_, "192.0.2.1", 0, limits_, devices_, spine_, clock_).error().code,
            Code::kUnavailable);
}

// paho-mqtt, a client that nobody here wrote.
TEST_F(MqttServerTest, ServesAForeignClient) {
  if (std::system("/usr/bin/python3 -c 'import paho.mqtt.client' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3-paho-mqtt is not installed";
  }
  serve();
  std::atomic<bool> done = false;
  std::thread core([&] {
    v1::DeviceCommand command;
    command.set_device_id("A-1");
    for (uint32_t round = 1; !done; ++round) {
      spine_.release();
      command.set_interval_s(1 + round % 60);
      if (round % 100 == 0) server_->command(command);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  const std::string line = "/usr/bin/python3 " HAECHI_SOURCE_DIR "/tests/e2e/mqtt_peer.py 127.0.0.1 " +
                           std::to_string(server_->port()) + " A-1 secret --command 2>&1";
  std::string said;
  FILE* peer = ::popen(line.c_str(), "r");
  ASSERT_NE(peer, nullptr);
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, peer) != nullptr) said += buffer;
  const int status = ::pclose(peer);
  done = true;
  core.join();
  EXPECT_EQ(status, 0) << said;
  EXPECT_THAT(said, testing::HasSubstr(" 0 failed"));
}

}  // namespace
}  // namespace haechi::gateway
