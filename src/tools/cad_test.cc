#include "tools/cad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/cad_connector.h"
#include "link/messages.h"
#include "net/client.h"
#include "net/server.h"
#include "net/test_support.h"

namespace haechi::tools {
namespace {

using net::eventually;
using Message = v1::HandOffMessage;

const std::string kSecret = "a secret of sixteen bytes";

class FakeSubmit final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    {
      const std::lock_guard guard(lock_);
      if (fact->has_hand_off_answered()) answers_.push_back(fact->hand_off_answered().message());
    }
    if (done) done(spine::Receipt{1, Time{1}, false});
  }
  std::vector<Message> answers() const {
    const std::lock_guard guard(lock_);
    return answers_;
  }
  size_t count(Message::BodyCase body) const {
    const auto all = answers();
    return static_cast<size_t>(std::count_if(
        all.begin(), all.end(), [&](const Message& answer) { return answer.body_case() == body; }));
  }

 private:
  mutable std::mutex lock_;
  std::vector<Message> answers_;
};

// The connector on one side, the CAD on the other, sockets between them.
class CadTest : public testing::Test {
 protected:
  void start(CadOptions options) {
    front_ = *net::HttpServer::listen(link_loop_, "127.0.0.1", 0, {});
    front_->handle([this](net::Request request, net::Respond respond) {
      connector_->receive_answers(std::move(request), std::move(respond));
    });
    options.haechi = "http://127.0.0.1:" + std::to_string(front_->port());
    options.agency = "police";
    options.secret = kSecret;
    options.step_ms = 1;
    cad_ = *OutsideCad::start(cad_loop_, clock_, options);
    url_ = "http://127.0.0.1:" + std::to_string(cad_->port());
    link::CadConnectorOptions link_options;
    link_options.retry_first = Duration::millis(5);
    link_options.retry_max = Duration::millis(20);
    connector_ = std::make_unique<link::CadConnector>(
        link_loop_, submit_, clock_,
        [url = url_]() -> Result<std::vector<link::CadEndpoint>> {
          return std::vector<link::CadEndpoint>{{"police", url, {"police", kSecret}}};
        },
        link_options);
    cad_loop_.start();
    link_loop_.start();
    connector_->start();
  }
  ~CadTest() override {
    cad_loop_.stop();
    link_loop_.stop();
  }

  void hand_off(const std::string& hand_off_id) {
    v1::Effect effect;
    Message& message = *effect.mutable_send_hand_off();
    message.set_id(hand_off_id + "-1");
    message.set_hand_off_id(hand_off_id);
    message.set_incident_id("I-1");
    message.set_to_agency_id("police");
    auto& alarm = *message.mutable_alarm_new();
    alarm.set_alert_id("A-1");
    alarm.add_destinations()->set_target(v1::TARGET_WEARER);
    alarm.add_destinations()->set_target(v1::TARGET_PROTECTED_PERSON);
    auto batch = std::make_shared<spine::Batch>();
    batch->entries.push_back(
        {1, Time{1}, std::make_shared<v1::Fact>(), {std::make_shared<v1::Effect>(effect)}});
    connector_->on_batch(batch);
  }
  std::string get(const std::string& path) {
    std::mutex lock;
    std::string body;
    net::Loop loop("get");
    const auto client = net::HttpClient::create(loop, {});
    loop.start();
    loop.post([&] {
      client->send("GET", url_ + path, {}, "", true, [&](Result<net::Response> response) {
        const std::lock_guard guard(lock);
        body = response.ok() ? response->body : "failed";
      });
    });
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard guard(lock);
      return !body.empty();
    }));
    loop.stop();
    return body;
  }

  SystemClock clock_;
  FakeSubmit submit_;
  net::Loop cad_loop_{"cad"}, link_loop_{"link"};
  std::unique_ptr<net::HttpServer> front_;
  std::unique_ptr<OutsideCad> cad_;
  std::string url_;
  std::unique_ptr<link::CadConnector> connector_;
};

TEST_F(CadTest, ANormalCadTakesAnAlarmOnceAndPlaysItsCallThrough) {
  CadOptions options;
  options.close_after_ms = 1;
  start(options);
  hand_off("H-1");
  ASSERT_TRUE(eventually([&] { return submit_.count(Message::kClosed) == 1; }));
  EXPECT_EQ(submit_.count(Message::kAck), 1u);
  EXPECT_EQ(submit_.count(Message::kAccepted), 1u);
  EXPECT_EQ(submit_.count(Message::kUnitProgress), 6u);
  EXPECT_EQ(submit_.answers().back().body_case(), Message::kClosed) << "answers of a call arrive in order";
  hand_off("H-1");
  ASSERT_TRUE(eventually([&] { return submit_.count(Message::kAck) == 2; }));
  EXPECT_EQ(submit_.answers().front().id(), submit_.answers().back().id()) << "the same answer";
  EXPECT_THAT(get("/calls"), testing::HasSubstr(R"("byIncident":{"I-1":1})"));
  EXPECT_THAT(get("/stats"), testing::HasSubstr(R"("firstArrivalUs":{"A-1":)"));
}

TEST_F(CadTest, ARefusingCadSaysWhichMessageAndWhy) {
  CadOptions options;
  options.behaviour = CadBehaviour::kReject;
  options.reject_reason = v1::REJECT_REASON_OUT_OF_JURISDICTION;
  start(options);
  hand_off("H-1");
  ASSERT_TRUE(eventually([&] { return submit_.count(Message::kRejected) == 1; }));
  EXPECT_EQ(submit_.answers().back().rejected().reason(), v1::REJECT_REASON_OUT_OF_JURISDICTION);
  EXPECT_EQ(submit_.answers().back().rejected().message_id(), "H-1-1");
}

TEST_F(CadTest, ALyingCadAcknowledgesSomethingElseAndKeepsNothing) {
  CadOptions options;
  options.behaviour = CadBehaviour::kLie;
  start(options);
  hand_off("H-1");
  ASSERT_TRUE(eventually([&] { return submit_.count(Message::kAck) == 1; }));
  EXPECT_NE(submit_.answers()[0].ack().message_id(), "H-1-1");
  EXPECT_THAT(get("/calls"), testing::HasSubstr(R"("count":0)"));
}

TEST_F(CadTest, ADyingCadEndsWithoutAnAnswer) {
  std::atomic<int> deaths{0};
  CadOptions options;
  options.behaviour = CadBehaviour::kDie;
  options.die = [&] { ++deaths; };
  start(options);
  hand_off("H-1");
  ASSERT_TRUE(eventually([&] { return deaths > 0; }));
  EXPECT_TRUE(submit_.answers().empty());
}

TEST_F(CadTest, ASlowCadAnswersLateButDoes) {
  CadOptions options;
  options.behaviour = CadBehaviour::kSlow;
  options.delay_ms = 100;
  start(options);
  const Time before = clock_.now();
  hand_off("H-1");
  ASSERT_TRUE(eventually([&] { return submit_.count(Message::kAck) == 1; }));
  EXPECT_GE(clock_.now() - before, Duration::millis(100));
}

TEST_F(CadTest, WhatItsPartnerDidNotSignIsRefused) {
  start({});
  std::atomic<int> status{0};
  net::Loop loop("forger");
  const auto client = net::HttpClient::create(loop, {});
  loop.start();
  loop.post([&] {
    client->send("POST", url_ + "/handoff", link::signed_headers({"police", "guess"}, "{}", clock_.now()),
                 "{}", true,
                 [&](Result<net::Response> response) { status = response.ok() ? response->status : -1; });
  });
  ASSERT_TRUE(eventually([&] { return status != 0; }));
  EXPECT_EQ(status, 401);
  loop.stop();
}

TEST(CadBehaviourNames, AreReadAndOthersRefused) {
  EXPECT_EQ(*read_cad_behaviour("lie"), CadBehaviour::kLie);
  EXPECT_EQ(read_cad_behaviour("nice").error().field, "behaviour");
}

}  // namespace
}  // namespace haechi::tools
