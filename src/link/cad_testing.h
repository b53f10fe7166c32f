// For the tests of the connector: a log and CADs that do as they are told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <map>
#include <mutex>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/cad_connector.h"
#include "link/messages.h"
#include "net/server.h"
#include "net/test_support.h"
#include "spine/part_testing.h"

namespace haechi::link {

using Message = v1::HandOffMessage;
using net::eventually;

inline const Key kKey{"police", "a secret of sixteen bytes"};
inline const Key kOtherKey{"other", "another secret of ours"};

// Keeps every fact; durable at once unless told otherwise.
class FakeSubmit final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    {
      const std::lock_guard guard(lock_);
      if (failures_ == 0) facts_.push_back(*fact);
    }
    if (failures_ > 0) {
      --failures_;
      if (done && !silent_) done(Error{code_, "", "not taken"});
    } else if (done) {
      done(spine::Receipt{1, Time{1}, false});
    }
  }
  void fail_next(int times, Code code = Code::kExhausted) {
    code_ = code;
    failures_ = times;
  }
  void fall_silent() {
    silent_ = true;
    failures_ = INT_MAX;
  }
  std::vector<Message> answers() const {
    const std::lock_guard guard(lock_);
    std::vector<Message> answers;
    for (const v1::Fact& fact : facts_)
      if (fact.has_hand_off_answered()) answers.push_back(fact.hand_off_answered().message());
    return answers;
  }
  std::vector<v1::AccessDecided> disclosures() const {
    const std::lock_guard guard(lock_);
    std::vector<v1::AccessDecided> disclosures;
    for (const v1::Fact& fact : facts_)
      if (fact.has_access_decided()) disclosures.push_back(fact.access_decided());
    return disclosures;
  }
  std::vector<v1::HopObserved> hops() const {
    const std::lock_guard guard(lock_);
    std::vector<v1::HopObserved> hops;
    for (const v1::Fact& fact : facts_)
      if (fact.has_hop_observed()) hops.push_back(fact.hop_observed());
    return hops;
  }

 private:
  mutable std::mutex lock_;
  std::vector<v1::Fact> facts_;
  std::atomic<int> failures_{0};
  std::atomic<Code> code_{Code::kExhausted};
  std::atomic<bool> silent_{false};
};

// A CAD whose every response is decided by the test: by how many requests came before.
class FakeCad {
 public:
  using Behaviour = std::function<void(size_t index, const net::Request&, net::Respond)>;

  explicit FakeCad(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    auto server = net::HttpServer::listen(loop_, "127.0.0.1", 0, {});
    server_ = *std::move(server);
    server_->handle([this](net::Request request, net::Respond respond) {
      size_t index = 0;
      {
        const std::lock_guard guard(lock_);
        index = requests_.size();
        requests_.push_back(request);
      }
      behaviour_(index, request, std::move(respond));
    });
    loop_.start();
  }
  ~FakeCad() { loop_.stop(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/cad"; }
  std::vector<net::Request> requests() const {
    const std::lock_guard guard(lock_);
    return requests_;
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& request : requests()) ids.emplace_back(request.header("idempotency-key"));
    return ids;
  }

 private:
  Behaviour behaviour_;
  mutable std::mutex lock_;
  std::vector<net::Request> requests_;
  net::Loop loop_{"fake-cad"};
  std::unique_ptr<net::HttpServer> server_;
};

inline net::Response status(int code) {
  return {code, "application/json", "", {}};
}
inline void take_all(size_t, const net::Request&, const net::Respond& respond) {
  respond(status(200));
}

inline Message message(const std::string& hand_off_id, uint64_t seq,
                       const std::string& agency_id = "police") {
  Message made;
  made.set_hand_off_id(hand_off_id);
  made.set_incident_id("I-" + hand_off_id);
  made.set_seq(seq);
  made.set_id(hand_off_id + "-" + std::to_string(seq));
  made.set_from_agency_id("monitoring");
  made.set_to_agency_id(agency_id);
  return made;
}
inline Message alarm_new(const std::string& hand_off_id, uint32_t code = 1,
                         const std::string& agency_id = "police") {
  Message made = message(hand_off_id, 1, agency_id);
  made.mutable_alarm_new()->set_alert_id("A-" + hand_off_id);
  made.mutable_alarm_new()->set_code(code);
  return made;
}
inline Message alarm_update(const std::string& hand_off_id, uint64_t seq) {
  Message made = message(hand_off_id, seq);
  made.mutable_alarm_update()->set_alert_id("A-" + hand_off_id);
  made.mutable_alarm_update()->set_code(1);
  return made;
}
inline Message ack(const std::string& id, const std::string& hand_off_id = "H-1") {
  Message made;
  made.set_id(id);
  made.set_hand_off_id(hand_off_id);
  made.set_from_agency_id("police");
  made.mutable_ack()->set_message_id(hand_off_id + "-1");
  return made;
}
inline v1::Effect sending(const Message& message) {
  v1::Effect effect;
  *effect.mutable_send_hand_off() = message;
  return effect;
}
inline v1::Effect ending(const std::string& hand_off_id) {
  v1::Effect effect;
  effect.mutable_update_hand_off()->set_id(hand_off_id);
  effect.mutable_update_hand_off()->set_agency_id("police");
  effect.mutable_update_hand_off()->set_state(v1::HAND_OFF_STATE_CLOSED);
  return effect;
}

class CadConnectorTest : public testing::Test {
 protected:
  ~CadConnectorTest() override { loop_.stop(); }

  void start(std::vector<CadEndpoint> endpoints) {
    endpoints_ = std::move(endpoints);
    CadConnectorOptions options;
    options.timeout = Duration::seconds(30);
    options.retry_first = Duration::millis(2);
    options.retry_max = Duration::millis(10);
    connector_ = std::make_unique<CadConnector>(
        loop_, submit_, *clock_,
        [this]() -> Result<std::vector<CadEndpoint>> {
          if (directory_failures_-- > 0) return Error{Code::kUnavailable, "", "the records cannot be read"};
          return endpoints_;
        },
        options);
    loop_.start();
    connector_->start();
  }
  void publish(const std::vector<v1::Effect>& effects, bool replayed = false) {
    auto batch = std::make_shared<spine::Batch>();
    batch->replayed = replayed;
    auto& entry = batch->entries.emplace_back();
    entry.fact = std::make_shared<v1::Fact>();
    for (const v1::Effect& effect : effects) entry.effects.push_back(std::make_shared<v1::Effect>(effect));
    published_.push_back(batch);
    connector_->on_batch(batch);
  }
  int post(const net::Request& request) {
    std::atomic<int> answered{0};
    connector_->receive_answers(request, [&](const net::Response& response) { answered = response.status; });
    EXPECT_TRUE(eventually([&] { return answered != 0; }));
    return answered;
  }
  net::Request signed_request(const std::string& body, const Key& key, Duration age = {}) {
    net::Request request;
    request.method = "POST";
    request.path = "/link/v1/answers";
    request.body = body;
    request.headers = signed_headers(key, body, clock_->now() - age);
    return request;
  }

  SystemClock system_clock_;
  const Clock* clock_ = &system_clock_;
  std::atomic<int> directory_failures_{0};
  FakeSubmit submit_;
  net::Loop loop_{"link"};
  std::vector<CadEndpoint> endpoints_;
  std::unique_ptr<CadConnector> connector_;
  spine::Batches published_;
};

}  // namespace haechi::link
