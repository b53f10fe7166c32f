// For the tests of the hub: a world of two wearers, a protected person and a unit, the log's answers, and
// sockets that keep what they hear.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "live/hub.h"
#include "net/client.h"
#include "net/test_support.h"
#include "spine/part_testing.h"

namespace haechi::live {

namespace bj = boost::json;
using net::eventually;

inline constexpr const char* kCoarseSecret = "a secret of this node";
inline constexpr int64_t kS = 1'000'000;
inline constexpr int64_t kStart = 1'700'000'000 * kS;

// Says that everything is durable at once, or when told.
class FakeSubmit final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    std::unique_lock lock(mutex_);
    facts_.push_back(*fact);
    if (holding_) return held_.push_back(std::move(done));
    const std::optional<Code> refusing = refusing_;
    lock.unlock();
    if (!done) return;
    if (refusing) return done(Error{*refusing, "", "the log takes nothing"});
    done(spine::Receipt{});
  }
  void refuse(bool refusing, Code code = Code::kExhausted) {
    std::lock_guard lock(mutex_);
    refusing_ = refusing ? std::optional(code) : std::nullopt;
  }
  void hold() {
    std::lock_guard lock(mutex_);
    holding_ = true;
  }
  void release() {
    std::vector<spine::Done> held;
    {
      std::lock_guard lock(mutex_);
      holding_ = false;
      held.swap(held_);
    }
    for (auto& done : held) {
      if (done) done(spine::Receipt{});
    }
  }
  std::vector<v1::Fact> facts() const {
    std::lock_guard lock(mutex_);
    return facts_;
  }
  // Rows of the usage ledger: of which moment each point shown to that account is.
  std::vector<int64_t> points(const std::string& viewer) const {
    std::vector<int64_t> out;
    for (const v1::Fact& fact : facts()) {
      const v1::AccessDecided& access = fact.access_decided();
      if (access.viewer() == viewer && access.shown_fixed_at_us() != 0)
        out.push_back(access.shown_fixed_at_us());
    }
    return out;
  }
  // Was it recorded that the viewer is shown the person?
  bool recorded(const std::string& viewer, const std::string& person) const {
    for (const v1::Fact& fact : facts()) {
      const v1::AccessDecided& access = fact.access_decided();
      if (access.viewer() != viewer) continue;
      if (access.subject_id() == person) return true;
      for (const std::string& id : access.shown_ids()) {
        if (id == person) return true;
      }
    }
    return false;
  }
  size_t hops(v1::Hop hop) const {
    size_t count = 0;
    for (const v1::Fact& fact : facts()) count += fact.has_hop_observed() && fact.hop_observed().hop() == hop;
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<v1::Fact> facts_;
  std::vector<spine::Done> held_;
  bool holding_ = false;
  std::optional<Code> refusing_;
};

// A client socket that keeps all it hears. Stalled, it blocks its loop, so that nothing is read.
class Watcher {
 public:
  Watcher(net::Loop& loop, uint16_t port, net::Headers headers, const std::string& query) {
    auto heard = heard_;
    net::ClientSocketEvents events;
    events.on_open = [heard](std::shared_ptr<net::ClientSocket> socket) {
      std::lock_guard lock(heard->mutex);
      heard->socket = std::move(socket);
    };
    events.on_message = [heard](std::string message) {
      std::unique_lock lock(heard->mutex);
      heard->messages.push_back(std::move(message));
      heard->moved.wait(lock, [&] { return !heard->stalled; });
    };
    events.on_close = [heard](std::string reason) {
      std::lock_guard lock(heard->mutex);
      heard->closed = true;
      heard->reason = std::move(reason);
    };
    net::open_client_socket(loop, "ws://127.0.0.1:" + std::to_string(port) + "/live?" + query,
                            std::move(headers), std::move(events));
  }
  ~Watcher() {
    stall(false);
    std::lock_guard lock(heard_->mutex);
    // It keeps the socket, and the socket's callbacks keep it.
    if (const auto socket = std::exchange(heard_->socket, nullptr)) socket->close();
  }

  void stall(bool stalled) {
    std::lock_guard lock(heard_->mutex);
    heard_->stalled = stalled;
    heard_->moved.notify_all();
  }
  void send(const std::string& text) {
    std::lock_guard lock(heard_->mutex);
    heard_->socket->send_text(text);
  }
  std::vector<std::string> messages() const {
    std::lock_guard lock(heard_->mutex);
    return heard_->messages;
  }
  bool closed() const {
    std::lock_guard lock(heard_->mutex);
    return heard_->closed;
  }
  std::string close_reason() const {
    eventually([&] { return closed(); });
    std::lock_guard lock(heard_->mutex);
    return heard_->reason;
  }
  bool hears(const std::string& part) const {
    return eventually([&] { return has(part); });
  }
  bool has(const std::string& part) const {
    for (const std::string& message : messages()) {
      if (message.find(part) != std::string::npos) return true;
    }
    return false;
  }
  // Messages of the ring: those with a cursor, without snapshot and heartbeat.
  std::vector<std::string> changes() const {
    std::vector<std::string> out;
    for (const std::string& message : messages()) {
      if (message.starts_with("{\"entry\":") && message.find("\"cursor\"") != std::string::npos &&
          message.find("\"snapshot\"") == std::string::npos) {
        out.push_back(message);
      }
    }
    return out;
  }

 private:
  struct Heard {
    mutable std::mutex mutex;
    std::condition_variable moved;
    std::vector<std::string> messages;
    std::shared_ptr<net::ClientSocket> socket;
    bool stalled = false, closed = false;
    std::string reason;
  };
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
};

inline std::string cursor_of(const std::string& message) {
  return std::string(bj::parse(message).as_object().at("cursor").as_string());
}

class HubTest : public ::testing::Test {
 protected:
  explicit HubTest(Duration heartbeat_period = Duration::seconds(5),
                   Duration flush_period = Duration::millis(20)) {
    HubOptions options;
    options.heartbeat_period = heartbeat_period;
    options.log_stands_still = [this] { return stands_still_.load(); };
    options.epoch = "log-1";
    options.coarse_secret = std::string(kCoarseSecret);
    options.flush_period = flush_period;
    options.key_check_period = Duration::millis(50);
    const auto identify = [this](std::string_view key) -> std::optional<trust::Viewer> {
      std::lock_guard lock(mutex_);
      const auto it = viewers_.find(std::string(key));
      if (it == viewers_.end()) return std::nullopt;
      return it->second;
    };
    viewers_["control"] = {.account = "op-1", .role = trust::Role::kControl};
    viewers_["dispatch"] = {.account = "dp-1", .role = trust::Role::kDispatch, .agency_id = "A1"};
    viewers_["unit"] = {.account = "un-1", .role = trust::Role::kUnit, .unit_id = "U1", .agency_id = "A1"};
    viewers_["other unit"] = {
        .account = "un-2", .role = trust::Role::kUnit, .unit_id = "U2", .agency_id = "A1"};
    viewers_["her"] = {.account = "pp-1", .role = trust::Role::kProtectedPerson, .person_id = "P1"};
    viewers_["other-her"] = {.account = "pp-2", .role = trust::Role::kProtectedPerson, .person_id = "P2"};
    viewers_["court"] = {.account = "co-1", .role = trust::Role::kCourt, .agency_id = "A2"};
    viewers_["auditor"] = {.account = "au-1", .role = trust::Role::kAuditor};
    auto listening = net::HttpServer::listen(loop_, "127.0.0.1", 0, {});
    EXPECT_TRUE(listening.ok());
    server_ = std::move(*listening);
    hub_ = std::make_unique<Hub>(loop_, submit_, clock_, identify, options);
    hub_->mount(*server_);
    loop_.start();
    client_loop_.start();
    register_world();
  }
  ~HubTest() override {
    client_loop_.stop();
    loop_.stop();
    hub_.reset();
    server_.reset();
  }

  void register_world() {
    for (const auto& [person_id, role] :
         {std::pair{"W1", v1::ROLE_WEARER}, {"W2", v1::ROLE_WEARER}, {"P1", v1::ROLE_PROTECTED_PERSON}}) {
      v1::Fact person, device;
      person.mutable_person_registered()->set_id(person_id);
      person.mutable_person_registered()->set_role(role);
      publish(person, {});
      device.mutable_device_registered()->set_id(std::string("D-") + person_id);
      device.mutable_device_registered()->set_person_id(person_id);
      device.mutable_device_registered()->set_kind(v1::DEVICE_KIND_PHONE);
      publish(device, {});
    }
    v1::Fact order, unit;
    order.mutable_order_registered()->set_id("O1");
    order.mutable_order_registered()->set_wearer_id("W1");
    publish(order, {});
    unit.mutable_unit_registered()->set_id("U1");
    unit.mutable_unit_registered()->set_agency_id("A1");
    publish(unit, {});
    v1::Fact radio;
    radio.mutable_device_registered()->set_id("D-U1");
    radio.mutable_device_registered()->set_unit_id("U1");
    radio.mutable_device_registered()->set_kind(v1::DEVICE_KIND_PHONE);
    publish(radio, {});
  }

  void publish(const v1::Fact& fact, const std::vector<v1::Effect>& effects, bool replayed = false) {
    auto batch = std::make_shared<spine::Batch>();
    spine::PublishedEntry entry;
    entry.no = ++no_;
    entry.stamped_at = Time{kStart + static_cast<int64_t>(no_)};
    entry.fact = std::make_shared<const v1::Fact>(fact);
    for (const v1::Effect& effect : effects)
      entry.effects.push_back(std::make_shared<const v1::Effect>(effect));
    batch->entries.push_back(std::move(entry));
    batch->durable_at = Time{kStart + 5 * kS};
    batch->judged_at = Time{kStart + 6 * kS};
    batch->replayed = replayed;
    published_.push_back(batch);
    hub_->on_batch(std::move(batch));
  }
  void tick(const std::vector<v1::Effect>& effects, bool replayed = false) {
    v1::Fact fact;
    fact.mutable_clock_ticked();
    publish(fact, effects, replayed);
  }
  void move(const std::string& person_id, int32_t lat_e7) {
    v1::Fact fact;
    fixed_us_ += 10 * kS;
    fact.mutable_report_received()->set_received_at_us(fixed_us_);
    v1::Report& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id("D-" + person_id);
    report.mutable_fix()->set_fixed_at_us(fixed_us_);
    report.mutable_fix()->mutable_place()->set_lat_e7(lat_e7);
    report.mutable_fix()->mutable_place()->set_lng_e7(1'270'000'000);
    publish(fact, {});
  }
  static v1::Effect alert(const std::string& id) {
    v1::Effect effect;
    v1::Alert& body = *effect.mutable_raise_alert();
    body.set_id(id);
    body.set_incident_id("I1");
    body.set_kind(v1::ALERT_KIND_KEEP_AWAY);
    body.set_state(v1::ALERT_STATE_ACTIVE);
    body.set_wearer_id("W1");
    body.set_protected_id("P1");
    body.mutable_place()->set_lat_e7(371'234'567);
    return effect;
  }
  static v1::Effect incident() {
    v1::Effect effect;
    effect.mutable_open_incident()->set_id("I1");
    effect.mutable_open_incident()->set_wearer_id("W1");
    return effect;
  }
  static v1::Call call_of_u1() {
    v1::Call call;
    call.set_id("C1");
    call.set_incident_id("I1");
    call.set_agency_id("A1");
    call.set_state(v1::CALL_STATE_DISPATCHED);
    call.set_wearer_id("W1");
    call.set_protected_id("P1");
    for (const char* person_id : {"W1", "P1"}) {
      v1::Destination& destination = *call.add_destinations();
      destination.set_person_id(person_id);
      destination.mutable_place()->set_lat_e7(person_id[0] == 'W' ? 371'111'111 : 372'222'222);
    }
    v1::Assignment& assignment = *call.add_assignments();
    assignment.set_unit_id("U1");
    assignment.set_target(v1::TARGET_WEARER);
    assignment.set_status(v1::UNIT_STATUS_ASSIGNED);
    return call;
  }
  void open_call() {
    v1::Effect opened, grant;
    *opened.mutable_open_call() = call_of_u1();
    v1::TrackAccess& access = *grant.mutable_grant_track();
    access.set_unit_id("U1");
    access.set_call_id("C1");
    access.set_person_id("W1");
    access.set_target(v1::TARGET_WEARER);
    access.set_from_us(kStart);
    tick({opened, grant});
  }
  void close_call() {
    v1::Effect closed, revoke;
    *closed.mutable_close_call() = call_of_u1();
    closed.mutable_close_call()->set_state(v1::CALL_STATE_CLOSED);
    revoke.mutable_revoke_track()->set_unit_id("U1");
    revoke.mutable_revoke_track()->set_call_id("C1");
    revoke.mutable_revoke_track()->set_person_id("W1");
    tick({revoke, closed});
  }
  static v1::Effect view(v1::ViewMode mode) {
    v1::Effect effect;
    v1::View& body = *effect.mutable_open_view();
    body.set_id("V1");
    body.set_protected_id("P1");
    body.set_wearer_id("W1");
    body.set_order_id("O1");
    body.set_mode(mode);
    body.set_distance_m(420);
    body.mutable_place()->set_lat_e7(371'333'333);
    return effect;
  }
  std::unique_ptr<Watcher> watch(const std::string& key, const std::string& query = "") {
    return watch_with({{"authorization", "Bearer " + key}}, query);
  }
  std::unique_ptr<Watcher> watch_with(net::Headers headers, const std::string& query) {
    return std::make_unique<Watcher>(client_loop_, server_->port(), std::move(headers), query);
  }
  std::unique_ptr<Watcher> watch_ready(const std::string& key, const std::string& query = "") {
    auto watcher = watch(key, query);
    EXPECT_TRUE(watcher->hears("\"snapshot\""));
    return watcher;
  }
  // Everything published so far has been folded.
  void settle() {
    std::atomic<bool> done{false};
    loop_.post([&] { done = true; });
    ASSERT_TRUE(eventually([&] { return done.load(); }));
  }

  std::atomic<bool> stands_still_{false};
  net::Loop loop_{"front"};
  net::Loop client_loop_{"clients"};
  FakeSubmit submit_;
  ManualClock clock_{Time{kStart}};
  std::mutex mutex_;
  std::map<std::string, trust::Viewer> viewers_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<Hub> hub_;
  uint64_t no_ = 0;
  spine::Batches published_;
  int64_t fixed_us_ = kStart;
};

}  // namespace haechi::live
