#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>
#include <fstream>
#include <future>

#include "net/client.h"
#include "net/server.h"
#include "net/test_certificates.h"
#include "net/test_support.h"

namespace haechi::net {
namespace {

using Peer = Tls::Peer;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    ours.certify("server", "IP:127.0.0.1");
    loop.start();
  }
  ~TlsTest() override {
    client.reset();
    server.reset();
  }

  TlsFiles server_files(const std::string& authorities = "") const {
    return {ours.path("server.pem"), ours.path("server.key"), authorities};
  }

  void serve(TlsFiles files, Peer peer = Peer::kAnonymous, ServerLimits limits = {}) {
    auto opened = Tls::server(std::move(files), peer);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    tls = *opened;
    server = *HttpServer::listen(loop, "127.0.0.1", 0, limits, {.tls = tls, .browsers = true});
    server->handle([](const Request& request, const Respond& respond) {
      respond({200,
               "text/plain",
               request.body + (request.secure ? " secure" : " plain") + " '" + request.certificate + "'",
               {}});
    });
  }

  void call_with(TlsFiles files) {
    auto opened = Tls::client(std::move(files));
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    client = HttpClient::create(loop, {.response_bytes_max = 8 << 20, .tls = *opened});
  }

  Result<Response> ask(std::string body = "hello", const std::string& scheme = "https") {
    std::promise<Result<Response>> answered;
    client->send("POST", scheme + "://127.0.0.1:" + std::to_string(server->port()) + "/", {}, std::move(body),
                 true, [&](Result<Response> response) { answered.set_value(std::move(response)); });
    return answered.get_future().get();
  }
  std::string body_of_ask() {
    const Result<Response> answer = ask();
    return answer.ok() ? answer->body : answer.error().text();
  }

  const TestAuthority ours{"haechi-tls-ours"}, another{"haechi-tls-another"};
  Loop loop{"tls"};
  std::shared_ptr<Tls> tls;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client;
};

TEST_F(TlsTest, CarriesRequestsToWhoProvesToBeTheHostAsked) {
  serve(server_files());
  call_with({"", "", ours.file()});
  EXPECT_EQ(body_of_ask(), "hello secure ''");
  EXPECT_EQ(body_of_ask(), "hello secure ''") << "on the connection that was kept";
  EXPECT_EQ(server->counters().accepted, 1u);
  const Result<Response> answer = ask();
  ASSERT_TRUE(answer.ok());
  const auto has = [&](const std::string& name) {
    return std::any_of(answer->headers.begin(), answer->headers.end(),
                       [&](const auto& header) { return header.first == name; });
  };
  EXPECT_TRUE(has("strict-transport-security"));
}

// What a stream to the server carries there and back, or why it ended.
std::string echo_of(Loop& loop, const std::string& url, std::shared_ptr<Tls> tls) {
  struct Heard {
    std::shared_ptr<ClientSocket> socket;
    std::string message;
    std::promise<std::string> ended;
  };
  const auto heard = std::make_shared<Heard>();
  ClientSocketEvents events;
  events.on_open = [heard](std::shared_ptr<ClientSocket> opened) {
    heard->socket = std::move(opened);
    heard->socket->send_text("echo");
  };
  events.on_message = [heard](std::string message) {
    heard->message = std::move(message);
    heard->socket->close();
  };
  events.on_close = [heard](const std::string& reason) {
    heard->socket.reset();
    heard->ended.set_value(heard->message.empty() ? reason : heard->message);
  };
  open_client_socket(loop, url, {}, std::move(events), std::move(tls));
  return heard->ended.get_future().get();
}

TEST_F(TlsTest, CarriesAStreamToWhoProvesToBeTheHostAsked) {
  serve(server_files());
  server->handle_socket(
      "/live", [](const Request&, const auto& decide) { decide({}); },
      [](const std::shared_ptr<Socket>& socket) {
        socket->on_message = [socket](std::string message) {
          socket->send_text(std::make_shared<const std::string>(std::move(message)));
        };
      });
  const std::string at = "://127.0.0.1:" + std::to_string(server->port()) + "/live";
  EXPECT_EQ(echo_of(loop, "wss" + at, *Tls::client({"", "", ours.file()})), "echo");
  EXPECT_NE(echo_of(loop, "wss" + at, *Tls::client({"", "", another.file()})).find("no handshake"),
            std::string::npos);
  EXPECT_NE(echo_of(loop, "wss" + at, nullptr).find("there is no TLS"), std::string::npos);
  EXPECT_NE(echo_of(loop, "ws" + at, nullptr).find("no handshake"), std::string::npos);
}

TEST_F(TlsTest, SpeaksWhatItIsSetToAndNothingElse) {
  TlsFiles files = server_files();
  files.offer = {.minimum = "1.2",
                 .suites = {"TLS_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
                 .groups = {"P-384"}};
  serve(files);
  const auto shaken_with = [&](TlsOffer offer) {
    TlsFiles ours_too{"", "", ours.file()};
    ours_too.offer = std::move(offer);
    call_with(ours_too);
    return ask().ok();
  };
  EXPECT_TRUE(shaken_with({}));
  EXPECT_TRUE(shaken_with({.minimum = "1.3", .suites = {"TLS_AES_256_GCM_SHA384"}, .groups = {"P-384"}}));
  EXPECT_FALSE(shaken_with({.minimum = "1.3", .suites = {"TLS_AES_128_GCM_SHA256"}, .groups = {"P-384"}}));
  EXPECT_FALSE(shaken_with({.minimum = "1.3", .groups = {"X25519", "P-256"}}));
}

TEST_F(TlsTest, CarriesMoreThanOneRecordBothWays) {
  ServerLimits limits;
  limits.body_bytes_max = 8 << 20;
  serve(server_files(), Peer::kAnonymous, limits);
  call_with({"", "", ours.file()});
  std::string large(3'000'000, 'x');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
  const Result<Response> answer = ask(large);
  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_TRUE(answer->body == large + " secure ''");
}

TEST_F(TlsTest, SendsNothingToWhoDoesNotProveIt) {
  serve(server_files());
  call_with({"", "", another.file()});
  const Result<Response> stranger = ask();
  ASSERT_FALSE(stranger.ok());
  EXPECT_EQ(stranger.error().code, Code::kUnavailable) << stranger.error().text();
  EXPECT_NE(stranger.error().reason.find("issuer"), std::string::npos) << stranger.error().text();
  call_with({"", "", ours.file()});
  ours.certify("server", "IP:127.0.0.2,DNS:localhost");
  ASSERT_TRUE(tls->reload().ok());
  const Result<Response> other_host = ask();
  ASSERT_FALSE(other_host.ok());
  EXPECT_NE(other_host.error().reason.find("mismatch"), std::string::npos) << other_host.error().text();
  ours.certify("server", "IP:127.0.0.1", -60);
  ASSERT_TRUE(tls->reload().ok());
  const Result<Response> ended = ask();
  ASSERT_FALSE(ended.ok());
  EXPECT_NE(ended.error().reason.find("expired"), std::string::npos) << ended.error().text();
  EXPECT_EQ(server->counters().requests, 0u);
}

TEST_F(TlsTest, NeverFallsBackToPlain) {
  server = *HttpServer::listen(loop, "127.0.0.1", 0, {});
  call_with({"", "", ours.file()});
  const Result<Response> answer = ask();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
  EXPECT_EQ(server->counters().requests, 0u);
  client = HttpClient::create(loop, {});
  EXPECT_EQ(ask().error().code, Code::kInvalid) << "https without anything to verify with";
}

TEST_F(TlsTest, RefusesPlainTextAndGoesOnServing) {
  serve(server_files());
  call_with({"", "", ours.file()});
  RawConnection plain(server->port());
  plain.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("HTTP/"), std::string::npos);
  EXPECT_TRUE(eventually([&] { return server->counters().handshakes_failed == 1; }));
  EXPECT_EQ(body_of_ask(), "hello secure ''");
}

TEST_F(TlsTest, EndsHandshakesThatTakeTooLongWhileOthersAreServed) {
  ServerLimits limits;
  limits.handshake_ms_max = Duration::millis(50);
  serve(server_files(), Peer::kAnonymous, limits);
  call_with({"", "", ours.file()});
  RawConnection silent(server->port()), half(server->port());
  half.send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));  // the beginning of a ClientHello
  EXPECT_EQ(body_of_ask(), "hello secure ''");
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(half.ended());
  EXPECT_EQ(server->counters().handshakes_failed, 2u);
}

TEST_F(TlsTest, KnowsByItsCertificateWhoAsks) {
  ours.certify("D-1");
  another.certify("D-1");
  serve(server_files(ours.file()), Peer::kMustProve);
  call_with({ours.path("D-1.pem"), ours.path("D-1.key"), ours.file()});
  EXPECT_EQ(body_of_ask(), "hello secure 'D-1'");
  call_with({another.path("D-1.pem"), another.path("D-1.key"), ours.file()});
  EXPECT_FALSE(ask().ok()) << "certified by somebody else";
  call_with({"", "", ours.file()});
  EXPECT_FALSE(ask().ok()) << "no certificate";
  ours.certify("D-1", "", -60);
  call_with({ours.path("D-1.pem"), ours.path("D-1.key"), ours.file()});
  EXPECT_FALSE(ask().ok()) << "it has ended";
  EXPECT_EQ(server->counters().requests, 1u);
}

// What the server answers to somebody who holds himself to nothing; empty: it did not let him in.
std::string answer_to_anybody(uint16_t port, const std::string& certificate, const std::string& key) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  std::signal(SIGPIPE, SIG_IGN);  // who is not let in writes to nobody
  EXPECT_EQ(SSL_CTX_use_certificate_file(context.get(), certificate.c_str(), SSL_FILETYPE_PEM), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM), 1);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> wire(BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(wire.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  BIO_puts(wire.get(), "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  std::string answer(4'096, '\0');
  const int size = BIO_read(wire.get(), answer.data(), static_cast<int>(answer.size()));
  ERR_clear_error();
  return answer.substr(0, static_cast<size_t>(std::max(size, 0)));
}

TEST_F(TlsTest, LetsNobodyInWhoseCertificateIsForAnotherUseOrCanBeForged) {
  serve(server_files(ours.file()), Peer::kMustProve);
  using Made = TestAuthority::Made;
  const auto answer = [&](const std::string& name, const Made& made) {
    ours.certify(name, "", 3'600, made);
    return answer_to_anybody(server->port(), ours.path(name + ".pem"), ours.path(name + ".key"));
  };
  EXPECT_NE(answer("device", {}).find("'device'"), std::string::npos);
  EXPECT_NE(answer("named-use", {.use = "clientAuth"}).find("'named-use'"), std::string::npos);
  EXPECT_NE(answer("rsa-2048", {.rsa_bits = 2'048}).find("'rsa-2048'"), std::string::npos);
  EXPECT_EQ(answer("of-a-server", {.use = "serverAuth"}), "");
  EXPECT_EQ(answer("of-code", {.use = "codeSigning"}), "");
  EXPECT_EQ(answer("sha-1", {.digest = EVP_sha1()}), "");
  EXPECT_EQ(answer("rsa-1024", {.rsa_bits = 1'024}), "");
  EXPECT_EQ(server->counters().accepted, 7u);
}

TEST_F(TlsTest, CallsNobodyWhoseCertificateIsForAnotherUse) {
  ours.certify("client", "IP:127.0.0.1", 3'600, {.use = "clientAuth"});
  serve({ours.path("client.pem"), ours.path("client.key"), ""});
  call_with({"", "", ours.file()});
  EXPECT_FALSE(ask().ok());
  EXPECT_EQ(server->counters().requests, 0u);
}

TEST_F(TlsTest, LetsWhoNeedNotProveItselfComeWithoutACertificateButNotWithABadOne) {
  another.certify("A-1");
  serve(server_files(ours.file()), Peer::kMayProve);
  call_with({"", "", ours.file()});
  EXPECT_EQ(body_of_ask(), "hello secure ''");
  call_with({another.path("A-1.pem"), another.path("A-1.key"), ours.file()});
  EXPECT_FALSE(ask().ok());
}

TEST_F(TlsTest, LetsNobodyInWhoseCertificateIsRevokedAndAsksTheListInEveryHandshake) {
  ours.certify("D-1");
  ours.certify("D-2");
  ours.revoke("crl.pem", {"D-1"});
  TlsFiles files = server_files(ours.file());
  files.revoked = {ours.path("crl.pem")};
  serve(files, Peer::kMustProve);
  const auto heard = [this](const std::string& device) {
    call_with({ours.path(device + ".pem"), ours.path(device + ".key"), ours.file()});
    return ask().ok();
  };
  EXPECT_FALSE(heard("D-1"));
  EXPECT_TRUE(heard("D-2"));
  ours.revoke("crl.pem", {"D-2"});
  EXPECT_TRUE(heard("D-2")) << "nobody asked to read it again";
  ASSERT_TRUE(tls->reload().ok());
  EXPECT_TRUE(heard("D-1"));
  EXPECT_FALSE(heard("D-2"));
}

TEST_F(TlsTest, CallsNobodyWhoseCertificateIsRevoked) {
  serve(server_files());
  TlsFiles caller{"", "", ours.file()};
  caller.revoked = {ours.path("crl.pem")};
  ours.revoke("crl.pem", {});
  call_with(caller);
  EXPECT_EQ(body_of_ask(), "hello secure ''");
  ours.revoke("crl.pem", {"server"});
  call_with(caller);
  const Result<Response> answer = ask();
  ASSERT_FALSE(answer.ok());
  EXPECT_NE(answer.error().reason.find("revoked"), std::string::npos) << answer.error().text();
  EXPECT_EQ(server->counters().requests, 1u) << "nothing was sent";
}

TEST_F(TlsTest, RefusesAListThatIsNotInForceOrNotOfItsAuthorityAndKeepsTheOneItHas) {
  ours.certify("D-1");
  ours.revoke("crl.pem", {"D-1"});
  TlsFiles files = server_files(ours.file());
  files.revoked = {ours.path("crl.pem")};
  serve(files, Peer::kMustProve);
  EXPECT_NE(tls->revoked_end_at(), Time{});
  const auto fault = [this] {
    const Status read = tls->reload();
    return read.ok() ? "" : read.error().field + " " + read.error().reason;
  };
  ours.revoke("crl.pem", {}, -60);
  EXPECT_NE(fault().find("revoked " + ours.path("crl.pem") + ": the list ended on"), std::string::npos)
      << fault();
  another.revoke("crl.pem", {});
  std::filesystem::copy_file(another.path("crl.pem"), ours.path("crl.pem"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(fault().find("signed by the authority haechi-tls-ours"), std::string::npos) << fault();
  std::ofstream(ours.path("crl.pem")) << "no list";
  EXPECT_NE(fault().find("holds no list"), std::string::npos) << fault();
  std::filesystem::remove(ours.path("crl.pem"));
  EXPECT_NE(fault().find("No such file"), std::string::npos) << fault();
  call_with({ours.path("D-1.pem"), ours.path("D-1.key"), ours.file()});
  EXPECT_FALSE(ask().ok()) << "the first list is still in force";
}

TEST_F(TlsTest, AListThatEndsWhileTheServerRunsLocksNobodyOutAndStillNamesTheRevoked) {
  ours.certify("D-1");
  ours.certify("D-2");
  ours.revoke("crl.pem", {"D-1"}, 1);
  TlsFiles files = server_files(ours.file());
  files.revoked = {ours.path("crl.pem")};
  serve(files, Peer::kMustProve);
  ASSERT_TRUE(eventually([this] { return !tls->reload().ok(); })) << "it ends";
  call_with({ours.path("D-2.pem"), ours.path("D-2.key"), ours.file()});
  EXPECT_TRUE(ask().ok());
  call_with({ours.path("D-1.pem"), ours.path("D-1.key"), ours.file()});
  EXPECT_FALSE(ask().ok());
}

TEST_F(TlsTest, TakesOverARenewedCertificateAndKeepsTheOldOneWhenTheNewIsUnusable) {
  serve(server_files());
  const Time first_end = tls->ends_at();
  ours.certify("server", "IP:127.0.0.1", 7200);
  ASSERT_TRUE(tls->reload().ok());
  EXPECT_GT(tls->ends_at(), first_end);
  std::ofstream(ours.path("server.pem")) << "half a cert";
  EXPECT_EQ(tls->reload().error().field, "certificate");
  call_with({"", "", ours.file()});
  EXPECT_EQ(body_of_ask(), "hello secure ''");
}

TEST_F(TlsTest, NamesTheFileThatCannotBeUsedAndSaysWhy) {
  const auto error_of = [](const TlsFiles& files) {
    const auto opened = Tls::server(files, files.authorities.empty() ? Peer::kAnonymous : Peer::kMustProve);
    return opened.ok() ? Error{} : opened.error();
  };
  const std::string good = ours.path("server.pem"), key = ours.path("server.key");
  ours.certify("other");
  std::ofstream(ours.path("empty.pem")) << "";
  EXPECT_EQ(error_of({ours.path("none.pem"), key, ""}).reason,
            ours.path("none.pem") + ": No such file or directory");
  EXPECT_EQ(error_of({ours.path("none.pem"), key, ""}).field, "certificate");
  EXPECT_EQ(error_of({ours.path("empty.pem"), key, ""}).field, "certificate");
  EXPECT_EQ(error_of({ours.path("."), key, ""}).field, "certificate");
  EXPECT_EQ(error_of({good, "", ""}).field, "key");
  EXPECT_EQ(error_of({good, ours.path("empty.pem"), ""}).field, "key");
  EXPECT_EQ(error_of({good, ours.path("other.key"), ""}).reason,
            ours.path("other.key") + ": key values mismatch");
  EXPECT_EQ(error_of({good, key, ours.path("none.pem")}).field, "authorities");
  ::chmod(ours.file().c_str(), 0646);
  EXPECT_NE(error_of({good, key, ours.file()}).reason.find("may change it"), std::string::npos);
  ::chmod(key.c_str(), 0644);
  EXPECT_EQ(error_of({good, key, ""}).field, "key");
  EXPECT_NE(error_of({good, key, ""}).reason.find("everybody"), std::string::npos);
}

}  // namespace
}  // namespace haechi::net
