// TLS with a key that is not here: what it signs with may be slow, and hang, and refuse.
#include "net/tls_key.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <atomic>
#include <future>
#include <semaphore>

#include "net/client.h"
#include "net/server.h"
#include "net/test_certificates.h"
#include "net/test_support.h"
#include "net/tls.h"

namespace haechi::net {
namespace {

// As a token would sign, with the key of a file.
class Elsewhere final : public Signer {
 public:
  explicit Elsewhere(const std::string& file) : key_(nullptr, EVP_PKEY_free) {
    FILE* in = std::fopen(file.c_str(), "r");
    key_.reset(PEM_read_PrivateKey(in, nullptr, nullptr, nullptr));
    std::fclose(in);
  }

  const std::string& public_key() const override { return none_; }
  Result<std::string> sign(How how, std::string_view bytes) override {
    asked.release();
    if (const auto until = hangs_until.load()) until->wait();
    if (refuses) return Error{Code::kUnavailable, "tls.key", "its token does not answer"};
    ++signatures;
    const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
        EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY_sign_init(context.get());
    if (how == How::kRsaPlain) EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING);
    std::string out(1'024, '\0');
    size_t size = out.size();
    EXPECT_EQ(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                            reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()),
              1);
    out.resize(size);
    return how == How::kEcdsa ? as_token_says(out) : out;
  }

  std::counting_semaphore<> asked{0};
  std::atomic<const std::shared_future<void>*> hangs_until{nullptr};
  std::atomic<bool> refuses{false};
  std::atomic<int> signatures{0};

 private:
  static std::string as_token_says(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> read(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    std::string both(64, '\0');
    auto* into = reinterpret_cast<unsigned char*>(both.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), into, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), into + 32, 32);
    return both;
  }

  const std::string none_;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

class TlsKeyTest : public ::testing::Test {
 protected:
  TlsKeyTest() {
    ours.certify("server", "IP:127.0.0.1");
    ours.certify("rsa", "IP:127.0.0.1", 3600, {.rsa_bits = 3072});
    ours.certify("client");
    loop.start();
  }
  ~TlsKeyTest() override {
    first.reset();
    second.reset();
    server.reset();
  }

  void serve(const std::string& name, Tls::Peer peer = Tls::Peer::kAnonymous) {
    key = std::make_shared<Elsewhere>(ours.path(name + ".key"));
    TlsFiles files{ours.path(name + ".pem"), "", peer == Tls::Peer::kAnonymous ? "" : ours.file()};
    files.signer = key;
    auto opened = Tls::server(std::move(files), peer);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    key->asked.acquire();  // by the trial
    Door door{.tls = *opened};
    door.turned_away = [this](const std::string&, const std::string& why) { turned_away.set_value(why); };
    server = *HttpServer::listen(loop, "127.0.0.1", 0, {}, door);
    server->handle([](const Request& request, const Respond& respond) {
      respond({200, "text/plain", request.body + " '" + request.certificate + "'", {}});
    });
    first = client({"", "", ours.file()});
    second = client({"", "", ours.file()});
  }
  std::unique_ptr<HttpClient> client(TlsFiles files) {
    return HttpClient::create(loop, {.tls = *Tls::client(std::move(files))});
  }

  std::future<Result<Response>> begin(HttpClient& by) {
    const auto answered = std::make_shared<std::promise<Result<Response>>>();
    by.send("POST", "https://127.0.0.1:" + std::to_string(server->port()) + "/", {}, "hello", true,
            [answered](Result<Response> response) { answered->set_value(std::move(response)); });
    return answered->get_future();
  }
  static std::string text_of(std::future<Result<Response>> answer) {
    const Result<Response> got = answer.get();
    return got.ok() ? got->body : got.error().text();
  }

  const TestAuthority ours{"haechi-tls-key"};
  Loop loop{"tls"};
  std::shared_ptr<Elsewhere> key;
  std::promise<std::string> turned_away;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> first, second;
};

TEST_F(TlsKeyTest, SignsEveryHandshakeWhereTheKeyIs) {
  serve("server");
  EXPECT_EQ(text_of(begin(*first)), "hello ''");
  EXPECT_EQ(text_of(begin(*second)), "hello ''");
  EXPECT_EQ(key->signatures, 3) << "the trial, and once for each connection";
}

TEST_F(TlsKeyTest, SignsWithRsaAsWell) {
  serve("rsa");
  EXPECT_EQ(text_of(begin(*first)), "hello ''");
  EXPECT_EQ(key->signatures, 2);
}

TEST_F(TlsKeyTest, OthersAreServedWhileItHangs) {
  serve("server");
  ASSERT_EQ(text_of(begin(*first)), "hello ''");
  key->asked.acquire();
  std::promise<void> comes_back;
  const std::shared_future<void> back = comes_back.get_future().share();
  key->hangs_until = &back;
  auto late = begin(*second);
  key->asked.acquire();
  EXPECT_EQ(text_of(begin(*first)), "hello ''") << "on the loop whose handshake waits";
  comes_back.set_value();
  EXPECT_EQ(text_of(std::move(late)), "hello ''");
}

TEST_F(TlsKeyTest, AHandshakeThatItDoesNotSignFailsIsCountedAndToldAndTheNextIsGood) {
  serve("server");
  key->refuses = true;
  EXPECT_NE(text_of(begin(*first)).find("no complete answer"), std::string::npos);
  EXPECT_EQ(turned_away.get_future().get(), "handshake: tls.key: its token does not answer");
  EXPECT_EQ(server->counters().handshakes_failed, 1u);
  key->refuses = false;
  EXPECT_EQ(text_of(begin(*first)), "hello ''");
}

TEST_F(TlsKeyTest, WhoLeavesWhileItHangsIsForgottenAndSoIsTheServer) {
  serve("server");
  std::promise<void> comes_back;
  const std::shared_future<void> back = comes_back.get_future().share();
  key->hangs_until = &back;
  auto left = begin(*first);
  key->asked.acquire();
  first.reset();
  auto ends = std::async(std::launch::async, [this] { server.reset(); });  // with a handshake under way
  comes_back.set_value();
  ends.get();
  key->hangs_until = nullptr;
  serve("server");
  EXPECT_EQ(text_of(begin(*second)), "hello ''");
}

TEST_F(TlsKeyTest, WhoCallsMayShowACertificateWhoseKeyIsElsewhere) {
  serve("server", Tls::Peer::kMustProve);
  TlsFiles files{ours.path("client.pem"), "", ours.file()};
  const auto its_key = std::make_shared<Elsewhere>(ours.path("client.key"));
  files.signer = its_key;
  const auto caller = client(files);
  EXPECT_EQ(text_of(begin(*caller)), "hello 'client'");
  EXPECT_EQ(its_key->signatures, 2);
}

TEST_F(TlsKeyTest, AKeyThatIsNotTheCertificatesOrDoesNotAnswerIsNotTaken) {
  TlsFiles files{ours.path("server.pem"), "", ""};
  files.signer = std::make_shared<Elsewhere>(ours.path("client.key"));
  EXPECT_EQ(Tls::server(files, Tls::Peer::kAnonymous).error().text(),
            "invalid: key: what it signs does not fit the certificate");
  const auto silent = std::make_shared<Elsewhere>(ours.path("server.key"));
  silent->refuses = true;
  files.signer = silent;
  const auto opened = Tls::server(files, Tls::Peer::kAnonymous);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kUnavailable);
  EXPECT_NE(opened.error().reason.find("does not answer"), std::string::npos);
}

}  // namespace
}  // namespace haechi::net
