// A whole node on loopback. Waits are bounded and end when their condition holds.
#include "node/node.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "gateway/mqtt_test_support.h"
#include "haechi/v1/fact.pb.h"
#include "log/log.h"
#include "net/client.h"
#include "store/records.h"
#include "trust/keys.h"

namespace haechi::node {
namespace {

constexpr int kPatienceMs = 10'000;

// What the device hears on its command topic until `part` is among it.
std::string heard_by_device(uint16_t port, const std::string& id, const std::string& part) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  const auto version = gateway::mqtt::Version::k311;
  const std::string hello = gateway::connect_bytes(version, id, "secret") +
                            gateway::subscribe_bytes(version, "d/" + id + "/cmd", 1);
  EXPECT_EQ(::send(client, hello.data(), hello.size(), MSG_NOSIGNAL), static_cast<ssize_t>(hello.size()));
  std::string heard;
  pollfd ready{client, POLLIN, 0};
  while (heard.find(part) == std::string::npos && ::poll(&ready, 1, kPatienceMs) > 0) {
    char bytes[4096];
    const ssize_t count = ::recv(client, bytes, sizeof bytes, 0);
    if (count <= 0) break;
    heard.append(bytes, static_cast<size_t>(count));
  }
  ::close(client);
  return heard;
}

// A wearer inside a zone that is barred to him, as a node left it in its log a moment ago.
std::vector<v1::Fact> barred_zone_entered(Time now) {
  std::vector<v1::Fact> facts(5);
  facts[0].mutable_person_registered()->set_id("W-1");
  facts[0].mutable_person_registered()->set_role(v1::ROLE_WEARER);
  v1::Device& device = *facts[1].mutable_device_registered();
  device.set_id("D-1");
  device.set_kind(v1::DEVICE_KIND_ANKLE);
  device.set_person_id("W-1");
  const Digest digest = sha256("secret");
  device.set_secret_sha256(view(digest).data(), digest.size());
  facts[2].mutable_zone_registered()->set_id("Z-1");
  v1::Circle& circle = *facts[2].mutable_zone_registered()->mutable_shape()->mutable_circle();
  circle.mutable_centre()->set_lat_e7(376'360'000);
  circle.mutable_centre()->set_lng_e7(1'272'165'000);
  circle.set_radius_mm(500'000);
  v1::Order& order = *facts[3].mutable_order_registered();
  order.set_id("O-1");
  order.set_version(1);
  order.set_kind("ST_PROV_3_2");
  order.set_legal_basis("Stalking Act 9(1)3-2");
  order.set_wearer_id("W-1");
  order.set_starts_at_us((now - Duration::seconds(60)).us);
  order.add_conditions()->set_id("c-1");
  order.mutable_conditions(0)->mutable_exclusion()->set_zone_id("Z-1");
  v1::ReportReceived& received = *facts[4].mutable_report_received();
  received.set_received_at_us(now.us);
  received.mutable_report()->set_device_id("D-1");
  v1::Fix& fix = *received.mutable_report()->mutable_fix();
  *fix.mutable_place() = circle.centre();
  fix.set_fixed_at_us(now.us);
  fix.set_accuracy_mm(5'000);
  fix.set_source(v1::FIX_SOURCE_GNSS);
  return facts;
}

// A fresh data directory whose log says that; and how a node runs on it.
Config left_behind(const std::string& name, Time at) {
  Config config;
  config.data = testing::TempDir() + "haechi-node-" + name + "-" + std::to_string(getpid());
  config.http_address = config.device_address = "127.0.0.1";
  config.accepted = {
      "no breached passwords", "secrets in files", "unscanned files", "keys of persons", "no journal",
      "links by hand",         "any device",       "keys together"};
  config.http_port = config.device_http_port = config.mqtt_port = 0;
  std::filesystem::remove_all(config.data);
  std::filesystem::remove_all(config.data + ".keys");
  std::filesystem::create_directories(config.data);
  log::SqliteOptions options;
  options.directory = config.data + "/log";
  auto opened = log::open_sqlite_log(options);
  EXPECT_TRUE(opened.ok()) << opened.error().text();
  Time stamp = at;
  for (const v1::Fact& fact : barred_zone_entered(at)) {
    stamp = stamp + Duration{1};
    const std::string bytes = fact.SerializeAsString();
    const std::vector<log::NewRecord> batch{{stamp, bytes}};
    EXPECT_TRUE((*opened)->append(batch).ok());
  }
  return config;
}

TEST(Node, OffersADeviceItsLastCommandAgainAfterARestart) {
  const Config config = left_behind("command", SystemClock().now() - Duration::seconds(1));
  auto node = Node::start(config);
  ASSERT_TRUE(node.ok()) << node.error().text();
  EXPECT_EQ((*node)->entries_replayed(), 5u);
  const std::string heard = heard_by_device((*node)->mqtt_port(), "D-1", "interval");
  EXPECT_NE(heard.find("interval"), std::string::npos);
  node->reset();
  std::filesystem::remove_all(config.data);
  std::filesystem::remove_all(config.data + ".keys");
}

TEST(Node, BeginsWithTheSnapshotItEndedWithAndReadsTheLogWhenThatIsTorn) {
  const Config config = left_behind("snapshot", SystemClock().now() - Duration::seconds(1));
  auto node = Node::start(config);
  ASSERT_TRUE(node.ok()) << node.error().text();
  EXPECT_EQ((*node)->snapshot_no(), 0u);
  node->reset();

  node = Node::start(config);
  ASSERT_TRUE(node.ok()) << node.error().text();
  EXPECT_GT((*node)->snapshot_no(), 5u) << "the start itself is an entry";
  EXPECT_EQ((*node)->entries_replayed(), 0u);
  EXPECT_NE(heard_by_device((*node)->mqtt_port(), "D-1", "interval").find("interval"), std::string::npos);
  node->reset();

  for (const auto& file : std::filesystem::directory_iterator(config.data + "/snapshots"))
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  node = Node::start(config);
  ASSERT_TRUE(node.ok()) << node.error().text();
  EXPECT_EQ((*node)->snapshot_no(), 0u);
  EXPECT_GT((*node)->entries_replayed(), 6u);
  EXPECT_NE(heard_by_device((*node)->mqtt_port(), "D-1", "interval").find("interval"), std::string::npos);
  node->reset();
  std::filesystem::remove_all(config.data);
  std::filesystem::remove_all(config.data + ".keys");
}

TEST(Node, PlaysBackWhatIsInTheLogAndRecordsWhoLooked) {
  const Time fixed = SystemClock().now() - Duration::seconds(1);
  Config config = left_behind("playback", fixed);
  config.personal_keys = true;
  std::string key;
  {
    const auto records = store::Records::open(config.data + "/records.sqlite");
    const auto keys = trust::Keys::open(**records);
    key = *(*keys)->issue(trust::Viewer{.account = "control-1", .role = trust::Role::kControl}, Time{});
  }
  auto node = Node::start(config);
  ASSERT_TRUE(node.ok()) << node.error().text();
  net::Loop loop("asking");
  loop.start();
  const auto client = net::HttpClient::create(loop, net::ClientOptions{});
  std::promise<Result<net::Response>> answered;
  client->send("GET",
               "http://127.0.0.1:" + std::to_string((*node)->http_port()) +
                   "/api/v1/playback?person_id=W-1&from_us=" + std::to_string(fixed.us) +
                   "&to_us=" + std::to_string(fixed.us + 1),
               {{"authorization", "Bearer " + key}}, "", true,
               [&](Result<net::Response> response) { answered.set_value(std::move(response)); });
  const Result<net::Response> response = answered.get_future().get();
  ASSERT_TRUE(response.ok()) << response.error().text();
  EXPECT_EQ(response->status, 200) << response->body;
  EXPECT_NE(response->body.find("\"person_id\":\"W-1\""), std::string::npos) << response->body;
  EXPECT_NE(response->body.find("376360000"), std::string::npos) << response->body;
  node->reset();
  int looked = 0;
  EXPECT_TRUE(log::read_directory(config.data + "/log", 1, [&](const log::Record& record) {
                v1::Fact fact;
                EXPECT_TRUE(fact.ParseFromString(record.fact));
                if (fact.access_decided().subject_kind() == "playback") ++looked;
                return true;
              }).ok());
  EXPECT_EQ(looked, 1);
  std::filesystem::remove_all(config.data);
  std::filesystem::remove_all(config.data + ".keys");
}

}  // namespace
}  // namespace haechi::node
