#include "net/outgoing.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <future>

#include "net/client.h"
#include "net/server.h"
#include "net/test_names.h"
#include "net/test_support.h"

namespace haechi::net {
namespace {

using ::testing::HasSubstr;

sockaddr_storage address_of(const std::string& text) {
  sockaddr_storage out{};
  sockaddr_in four{};
  sockaddr_in6 six{};
  four.sin_family = AF_INET;
  six.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1)
    std::memcpy(&out, &four, sizeof four);
  else if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1)
    std::memcpy(&out, &six, sizeof six);
  return out;
}

Whereabouts where(const std::string& text) {
  const sockaddr_storage address = address_of(text);
  return whereabouts_of(reinterpret_cast<const sockaddr&>(address));
}

bool lets(Outgoing& outgoing, const std::string& host, const std::string& text) {
  const sockaddr_storage address = address_of(text);
  return outgoing.lets(host, reinterpret_cast<const sockaddr&>(address));
}

std::shared_ptr<Outgoing> to(const std::vector<std::string>& inside) {
  return *Outgoing::create(inside, nullptr);
}

TEST(Whereabouts, AreOfEachRangeToItsLastAddress) {
  for (const char* text : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::127.0.0.1",
                           "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::"})
    EXPECT_EQ(where(text), Whereabouts::kThisMachine) << text;
  for (const char* text :
       {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
        "100.64.0.0", "100.127.255.255", "198.18.0.1", "198.19.255.255", "fc00::1", "fdff:ffff::1",
        "::ffff:10.1.2.3", "::ffff:c0a8:1", "64:ff9b::a00:1", "2002:c0a8:101::1"})
    EXPECT_EQ(where(text), Whereabouts::kInside) << text;
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "::",
                           "169.254.0.1",
                           "169.254.169.254",
                           "169.254.255.255",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "192.0.0.192",
                           "192.0.2.1",
                           "198.51.100.1",
                           "203.0.113.9",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "fd00:ec2::254",
                           "::ffff:169.254.169.254",
                           "64:ff9b::a9fe:a9fe",
                           "2002:a9fe:a9fe::1",
                           "2001:0:1::1",
                           "2001:db8::1",
                           "100::1",
                           "4000::1"})
    EXPECT_EQ(where(text), Whereabouts::kNever) << text;
  for (const char* text :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
        "198.20.0.0", "223.255.255.255", "2a00::1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_EQ(where(text), Whereabouts::kPublic) << text;
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_EQ(whereabouts_of(other), Whereabouts::kNever);
}

TEST(Outgoing, LetsAnyNameLeadToPublicAddressesAndNowhereElse) {
  const auto outgoing = to({});
  EXPECT_TRUE(lets(*outgoing, "cad.example", "8.8.8.8"));
  for (const char* text : {"10.0.0.7", "127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.7", "fd12::1"})
    EXPECT_FALSE(lets(*outgoing, "cad.example", text)) << text;
  EXPECT_EQ(outgoing->refused(), 6u);
}

TEST(Outgoing, LetsANamedHostBeInsideAndNoOther) {
  const auto outgoing = to({"CAD.example.", "10.1.2.3"});
  EXPECT_TRUE(lets(*outgoing, "cad.example", "10.0.0.7"));
  EXPECT_TRUE(lets(*outgoing, "Cad.Example", "127.0.1.1"));
  EXPECT_FALSE(lets(*outgoing, "cad.example.evil.example", "10.0.0.7"));
  EXPECT_FALSE(lets(*outgoing, "cad.example", "169.254.169.254")) << "no name makes that right";
  EXPECT_TRUE(lets(*outgoing, "10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(lets(*outgoing, "other.example", "10.1.2.3")) << "an address is named, not who leads to it";
  EXPECT_FALSE(lets(*outgoing, "10.1.2.4", "10.1.2.4"));
}

TEST(Outgoing, LetsNamesLeadIntoANamedNetwork) {
  const auto outgoing = to({"10.1.0.0/16", "192.168.4.0/23", "fd12:3456::/32", "0.0.0.0/0"});
  for (const char* text : {"10.1.255.255", "192.168.5.1", "fd12:3456::9", "::ffff:10.1.0.1", "172.16.0.1"})
    EXPECT_TRUE(lets(*outgoing, "any.example", text)) << text;
  EXPECT_FALSE(lets(*outgoing, "any.example", "fd12:3457::9"));
  EXPECT_FALSE(lets(*outgoing, "any.example", "169.254.169.254")) << "not even in a network that is named";
  const auto narrow = to({"192.168.4.0/23"});
  EXPECT_TRUE(lets(*narrow, "any.example", "192.168.5.255"));
  EXPECT_FALSE(lets(*narrow, "any.example", "192.168.6.0"));
}

TEST(Outgoing, TakesLocalhostForThisMachineAlone) {
  const auto outgoing = to({"localhost"});
  EXPECT_TRUE(lets(*outgoing, "localhost", "127.0.0.1"));
  EXPECT_TRUE(lets(*outgoing, "localhost", "::1"));
  for (const char* text : {"10.0.0.7", "8.8.8.8"}) EXPECT_FALSE(lets(*outgoing, "localhost", text)) << text;
}

TEST(Outgoing, RefusesWhatIsNeitherHostNorNetwork) {
  for (const char* wrong : {"", "a b", "http://cad.example", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/",
                            "fd00::/129", "10.0.0.0/-1", "10.0.0.0/8x", "cad.example/8", "cad.example:80"})
    EXPECT_FALSE(Outgoing::create({wrong}, nullptr).ok()) << wrong;
}

TEST(Outgoing, TellsEachHostAndAddressOnce) {
  std::vector<std::string> told;
  const auto outgoing = *Outgoing::create({}, [&](const std::string& line) { told.push_back(line); });
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(lets(*outgoing, "cad.example", "10.0.0.7"));
  EXPECT_FALSE(lets(*outgoing, "cad.example", "::1"));
  EXPECT_EQ(told, (std::vector<std::string>{"cad.example leads to 10.0.0.7", "cad.example leads to ::1"}));
  EXPECT_EQ(outgoing->refused(), 4u);
}

class Called : public ::testing::Test {
 protected:
  Called() {
    server = *HttpServer::listen(loop, "127.0.0.1", 0, {});
    server->handle([this](const Request&, const Respond& respond) {
      ++requests;
      respond({302, "text/plain", "gone", {{"location", "http://169.254.169.254/latest"}}});
    });
    loop.start();
  }
  ~Called() override {
    client.reset();
    server.reset();
  }
  void call_with(const std::vector<std::string>& inside) {
    outgoing = to(inside);
    client = HttpClient::create(loop, {.outgoing = outgoing});
  }
  Result<Response> ask(const std::string& host) {
    std::promise<Result<Response>> answered;
    client->send("GET", "http://" + host + ":" + std::to_string(server->port()) + "/",
                 {{"connection", "close"}}, "", true,
                 [&](Result<Response> response) { answered.set_value(std::move(response)); });
    return answered.get_future().get();
  }

  Loop loop{"called"};
  std::atomic<int> requests{0};
  std::unique_ptr<HttpServer> server;
  std::shared_ptr<Outgoing> outgoing;
  std::unique_ptr<HttpClient> client;
};

TEST_F(Called, IsNobodyWhereANameHasTurnedTo) {
  call_with({"inside.example"});
  const Names names({{"cad.example", {"127.0.0.1"}},
                     {"mapped.example", {"::ffff:127.0.0.1"}},
                     {"metadata.example", {"169.254.169.254", "fe80::1"}},
                     {"inside.example", {"127.0.0.1"}}});
  for (const char* host :
       {"cad.example", "mapped.example", "metadata.example", "127.0.0.1", "[::ffff:127.0.0.1]"}) {
    const Result<Response> answer = ask(host);
    ASSERT_FALSE(answer.ok()) << host;
    EXPECT_EQ(answer.error().code, Code::kUnavailable) << host;
    EXPECT_THAT(answer.error().reason, HasSubstr("outgoing.inside")) << host;
  }
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(outgoing->refused(), 6u);
  EXPECT_TRUE(ask("inside.example").ok());
}

TEST_F(Called, IsWhoIsLetAmongTheAddressesOfAName) {
  call_with({"127.0.0.0/8"});
  const Names names({{"cad.example", {"10.0.0.7", "169.254.169.254", "127.0.0.1"}}});
  EXPECT_TRUE(ask("cad.example").ok());
  EXPECT_EQ(outgoing->refused(), 2u);
}

// The name is asked at each connection, and the answer that is looked at is the one that is connected to: no
// number of answers in between changes that.
TEST_F(Called, IsDecidedAtEachConnectionAnew) {
  call_with({"127.0.0.1/32"});
  const Names names(Names::Answers{});
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    Names::now({{"cad.example", {i % 2 == 0 ? "127.0.0.1" : "127.0.0.2"}}});
    answered += ask("cad.example").ok() ? 1 : 0;
  }
  EXPECT_EQ(answered, 25);
  EXPECT_EQ(requests, 25);
  EXPECT_EQ(outgoing->refused(), 25u);
}

TEST_F(Called, SendsNobodyOnToAnotherPlace) {
  call_with({"127.0.0.1"});
  const Result<Response> answer = ask("127.0.0.1");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302) << "told to the caller, not followed";
  EXPECT_EQ(requests, 1);
}

}  // namespace
}  // namespace haechi::net
