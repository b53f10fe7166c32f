// Against real sockets; mail servers are in tests/e2e/notify_e2e.py.
#include "notify/carrier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "net/server.h"
#include "net/test_certificates.h"
#include "net/test_names.h"
#include "net/test_support.h"
#include "net/tls.h"

namespace haechi::notify {
namespace {

using Kind = Outcome::Kind;

std::shared_ptr<net::Outgoing> to(const std::vector<std::string>& inside) {
  return *net::Outgoing::create(inside, nullptr);
}

// Answers with what its path says: "/201". "/never": not at all.
class Server {
 public:
  Server() {
    server_ = *net::HttpServer::listen(loop_, "127.0.0.1", 0, {});
    server_->handle([this](net::Request request, const net::Respond& respond) {
      {
        const std::lock_guard guard(lock_);
        requests_.push_back(request);
      }
      if (request.path == "/never") return held_.push_back(respond);
      const std::string body = request.path == "/200/long" ? std::string(1 << 20, 'x') : "";
      respond({std::stoi(request.path.substr(1, 3)), "text/plain", body, {}});
    });
    loop_.start();
  }
  ~Server() { loop_.stop(); }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  std::vector<net::Request> requests() {
    const std::lock_guard guard(lock_);
    return requests_;
  }

 private:
  std::mutex lock_;
  std::vector<net::Request> requests_;
  std::vector<net::Respond> held_;  // or the server answers in their place
  net::Loop loop_{"server"};
  std::unique_ptr<net::HttpServer> server_;
};

Outcome carry(const std::string& url, Duration timeout = Duration::seconds(5),
              const std::string& mail_from = "", const std::vector<std::string>& inside = {"127.0.0.1"}) {
  const auto carrier = make_carrier(timeout, to(inside));
  Parcel parcel;
  parcel.url = url;
  parcel.headers = {{"content-type", "application/json"}, {"idempotency-key", "note-1"}};
  parcel.body = R"({"id":"note-1"})";
  parcel.mail_from = mail_from;
  parcel.mail_to = "a@example.org";
  std::promise<Outcome> outcome;
  carrier->send(parcel, [&](const Outcome& came) { outcome.set_value(came); });
  return outcome.get_future().get();
}

TEST(Carrier, PostsTheBodyWithItsHeaders) {
  Server server;
  EXPECT_EQ(carry(server.url("/201/x?y=1")).kind, Kind::kTaken);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].query, "y=1");
  EXPECT_EQ(requests[0].body, R"({"id":"note-1"})");
  EXPECT_EQ(requests[0].header("idempotency-key"), "note-1");
  EXPECT_EQ(requests[0].header("content-type"), "application/json");
}

TEST(Carrier, TellsARefusalFromWhatIsWorthAnotherTry) {
  Server server;
  for (const int status : {400, 401, 404, 410, 413, 302}) {
    const Outcome outcome = carry(server.url("/" + std::to_string(status)));
    EXPECT_EQ(outcome.kind, Kind::kRefused) << status;
    EXPECT_EQ(outcome.status, status);
    EXPECT_EQ(outcome.reason, "refused_" + std::to_string(status));
  }
  for (const int status : {408, 425, 429, 500, 503})
    EXPECT_EQ(carry(server.url("/" + std::to_string(status))).kind, Kind::kTryAgain) << status;
}

TEST(Carrier, SaysThatNobodyKnowsWhenAllWentOutAndNoAnswerCame) {
  Server server;
  const Outcome outcome = carry(server.url("/never"), Duration::millis(200));
  EXPECT_EQ(outcome.kind, Kind::kUnknown);
  EXPECT_EQ(outcome.reason, "no_answer");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Carrier, CutsOffAServerThatDoesNotStopTalking) {
  Server server;
  EXPECT_EQ(carry(server.url("/200/long")).kind, Kind::kUnknown);
}

TEST(Carrier, SaysThatNothingWasTakenWhereNobodyListens) {
  uint16_t port = 0;
  {
    net::Loop loop("gone");
    port = (*net::HttpServer::listen(loop, "127.0.0.1", 0, {}))->port();
  }
  const std::string there = "127.0.0.1:" + std::to_string(port);
  for (const Outcome& outcome :
       {carry("http://" + there + "/"), carry("smtp://" + there, Duration::seconds(5), "h@example.org")}) {
    EXPECT_EQ(outcome.kind, Kind::kTryAgain);
    EXPECT_EQ(outcome.reason, "unreachable");
  }
}

TEST(Carrier, SpeaksNothingButHttpAndSmtp) {
  EXPECT_NE(carry("file:///etc/passwd").kind, Kind::kTaken);
  EXPECT_NE(carry("ftp://127.0.0.1/").kind, Kind::kTaken);
}

TEST(Carrier, CallsNobodyWhoseCertificateIsRevoked) {
  const net::TestAuthority ours("haechi-carrier");
  ours.certify("server", "IP:127.0.0.1");
  const auto tls =
      net::Tls::server({ours.path("server.pem"), ours.path("server.key"), ""}, net::Tls::Peer::kAnonymous);
  ASSERT_TRUE(tls.ok()) << tls.error().text();
  net::Loop loop{"secure"};
  std::atomic<int> heard{0};
  const auto server = *net::HttpServer::listen(loop, "127.0.0.1", 0, {}, {.tls = *tls});
  server->handle([&heard](const net::Request&, const net::Respond& respond) {
    ++heard;
    respond({201, "text/plain", "", {}});
  });
  loop.start();
  const auto carried = [&] {
    const auto carrier = make_carrier(Duration::seconds(5), to({"127.0.0.1"}));
    Parcel parcel;
    parcel.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/201";
    parcel.body = "{}";
    parcel.ca_file = ours.file();
    parcel.revoked = ours.path("crl.pem");
    std::promise<Outcome> outcome;
    carrier->send(parcel, [&](const Outcome& came) { outcome.set_value(came); });
    return outcome.get_future().get();
  };
  ours.revoke("crl.pem", {});
  EXPECT_EQ(carried().kind, Kind::kTaken);
  ours.revoke("crl.pem", {"server"});
  EXPECT_EQ(carried().reason, "tls_failed");
  EXPECT_EQ(heard, 1) << "nothing was said to it";
  loop.stop();
}

TEST(Carrier, EndsWithParcelsUnderWayWithoutAWord) {
  Server server;
  bool said = false;
  {
    const auto carrier = make_carrier(Duration::seconds(30), to({"127.0.0.1"}));
    Parcel parcel;
    parcel.url = server.url("/never");
    parcel.body = "x";
    carrier->send(parcel, [&](const Outcome&) { said = true; });
    ASSERT_TRUE(net::eventually([&] { return !server.requests().empty(); }));
  }
  EXPECT_FALSE(said);
}

TEST(Carrier, GoesWhereANameLeadsOnlyIfItMay) {
  Server server;
  const auto url = [&](const std::string& host) {
    std::string out = server.url("/200");
    return out.replace(out.find("127.0.0.1"), 9, host);
  };
  const net::Names names({{"sms.example", {"127.0.0.1"}}, {"metadata.example", {"169.254.169.254"}}});
  EXPECT_EQ(carry(url("sms.example"), Duration::seconds(5), "", {"sms.example"}).kind, Kind::kTaken);
  EXPECT_EQ(carry(url("sms.example"), Duration::seconds(5), "", {"127.0.0.0/8"}).kind, Kind::kTaken);
  const std::vector<std::string> others = {"127.0.0.1", "mail.example", "10.0.0.0/8", "metadata.example"};
  for (const std::string host : {"sms.example", "metadata.example", "127.0.0.2"}) {
    const Outcome outcome = carry(url(host), Duration::seconds(5), "", others);
    EXPECT_EQ(outcome.kind, Kind::kTryAgain) << host;
    EXPECT_EQ(outcome.reason, "address_refused") << host;
  }
  EXPECT_EQ(carry("smtp://sms.example:25", Duration::seconds(5), "us@example.org", others).reason,
            "address_refused");
  EXPECT_EQ(server.requests().size(), 2u);
}

// The name was asked before the connection was made; what counts is where that one goes.
TEST(Carrier, LooksAtEachConnectionAnew) {
  Server server;
  const auto outgoing = to({"10.0.0.0/8"});
  const auto carrier = make_carrier(Duration::seconds(5), outgoing);
  const net::Names names(net::Names::Answers{{"sms.example", {"127.0.0.1"}}});
  Parcel parcel;
  parcel.url = "http://sms.example:" + server.url("").substr(17) + "/200";
  for (uint64_t tries = 1; tries <= 3; ++tries) {
    std::promise<Outcome> outcome;
    carrier->send(parcel, [&](const Outcome& came) { outcome.set_value(came); });
    EXPECT_EQ(outcome.get_future().get().reason, "address_refused");
    EXPECT_EQ(outgoing->refused(), tries);
  }
}

}  // namespace
}  // namespace haechi::notify
