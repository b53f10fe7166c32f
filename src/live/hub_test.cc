#include "live/hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "net/client.h"
#include "net/test_support.h"

namespace haechi::live {
namespace {

namespace bj = boost::json;
using net::eventually;

constexpr int64_t kS = 1'000'000;
constexpr int64_t kStart = 1'700'000'000 * kS;

// Says that everything is durable at once, or when told.
class FakeSubmit final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    std::unique_lock lock(mutex_);
    facts_.push_back(*fact);
    if (holding_) return held_.push_back(std::move(done));
    lock.unlock();
    if (done) done(spine::Receipt{});
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
};

// A client socket that keeps all it hears. Stalled, it blocks its loop, so that nothing is read.
class Watcher {
 public:
  Watcher(net::Loop& loop, uint16_t port, const std::string& key, const std::string& query) {
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
    events.on_close = [heard](std::string) {
      std::lock_guard lock(heard->mutex);
      heard->closed = true;
    };
    net::open_client_socket(loop, "ws://127.0.0.1:" + std::to_string(port) + "/live?" + query,
                            {{"authorization", "Bearer " + key}}, std::move(events));
  }
  ~Watcher() {
    stall(false);
    std::lock_guard lock(heard_->mutex);
    if (heard_->socket) heard_->socket->close();
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
  };
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
};

std::string cursor_of(const std::string& message) {
  return std::string(bj::parse(message).as_object().at("cursor").as_string());
}

class HubTest : public ::testing::Test {
 protected:
  HubTest() {
    HubOptions options;
    options.epoch = "log-1";
    options.flush_period = Duration::millis(20);
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
    viewers_["her"] = {.account = "pp-1", .role = trust::Role::kProtectedPerson, .person_id = "P1"};
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
    v1::Fact unit;
    unit.mutable_unit_registered()->set_id("U1");
    unit.mutable_unit_registered()->set_agency_id("A1");
    publish(unit, {});
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
    body.set_mode(mode);
    body.set_distance_m(420);
    body.mutable_place()->set_lat_e7(371'333'333);
    return effect;
  }
  std::unique_ptr<Watcher> watch(const std::string& key, const std::string& query = "") {
    return std::make_unique<Watcher>(client_loop_, server_->port(), key, query);
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

  net::Loop loop_{"front"};
  net::Loop client_loop_{"clients"};
  FakeSubmit submit_;
  ManualClock clock_{Time{kStart}};
  std::mutex mutex_;
  std::map<std::string, trust::Viewer> viewers_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<Hub> hub_;
  uint64_t no_ = 0;
  int64_t fixed_us_ = kStart;
};

TEST_F(HubTest, SendsWhatIsOpenAndThenEveryChangeInOrder) {
  tick({alert("X0"), incident()});
  auto control = watch_ready("control");
  EXPECT_TRUE(control->has("\"hello\":{\"epoch\":\"log-1\""));
  EXPECT_TRUE(control->has("\"id\":\"X0\""));
  for (int i = 1; i <= 50; ++i) tick({alert("X" + std::to_string(i)), incident()});
  ASSERT_TRUE(control->hears("\"id\":\"X50\""));
  int next = 1;
  for (const std::string& message : control->changes()) {
    const bj::object document = bj::parse(message).as_object();
    if (!document.contains("alert")) continue;
    EXPECT_EQ(document.at("alert").as_object().at("id").as_string(), "X" + std::to_string(next++));
    EXPECT_EQ(document.at("durable_at_us").as_int64(), kStart + 5 * kS);
  }
  EXPECT_EQ(next, 51);
}

TEST_F(HubTest, ResumesWithoutLossAfterACutAtEveryMessage) {
  auto control = watch_ready("control", "topics=alerts,calls");
  for (int i = 0; i < 10; ++i) tick({alert("X" + std::to_string(i)), incident()});
  open_call();
  close_call();
  ASSERT_TRUE(eventually([&] { return control->changes().size() == 22; }));
  const std::vector<std::string> all = control->changes();
  for (size_t cut = 0; cut < all.size(); ++cut) {
    auto again = watch("control", "topics=alerts,calls&resume=log-1:" + cursor_of(all[cut]));
    ASSERT_TRUE(again->hears("\"resumed\":{\"recovered\":true"));
    const size_t missed = all.size() - cut - 1;
    ASSERT_TRUE(eventually([&] { return again->changes().size() >= missed; })) << "cut after " << cut;
    const std::vector<std::string> rest = again->changes();
    ASSERT_EQ(rest.size(), missed);
    for (size_t i = 0; i < missed; ++i) EXPECT_EQ(cursor_of(rest[i]), cursor_of(all[cut + 1 + i]));
    EXPECT_FALSE(again->has("\"snapshot\""));
  }
}

TEST_F(HubTest, ACursorItCannotHonourGetsASnapshotThatSaysSo) {
  for (const char* cursor : {"log-2:1.1", "log-1:99999.1", "log-1:", "nonsense"}) {
    auto control = watch("control", std::string("resume=") + cursor);
    EXPECT_TRUE(control->hears("\"snapshot\":{\"recovered\":false")) << cursor;
  }
}

TEST_F(HubTest, SlowReaderGetsNewestPositionsAndEveryAlert) {
  auto control = watch_ready("control");
  control->stall(true);
  const int kRounds = 3'000;
  const std::string padding(200, 'x');
  int alerts = 0;
  for (int i = 0; i < kRounds; ++i) {
    move("W1", 370'000'000 + i);
    if (i % 10 == 0) {
      v1::Effect raised = alert("X" + std::to_string(alerts++));
      raised.mutable_raise_alert()->set_sentence_en(padding);
      tick({raised});
    }
    if (i % 100 == 0) settle();
  }
  settle();
  control->stall(false);
  ASSERT_TRUE(control->hears("\"lat_e7\":" + std::to_string(370'000'000 + kRounds - 1)));
  ASSERT_TRUE(eventually([&] { return control->changes().size() == static_cast<size_t>(alerts); }));
  size_t positions = 0;
  for (const std::string& message : control->messages()) {
    positions += message.find("\"positions\"") != std::string::npos;
  }
  EXPECT_LT(positions, static_cast<size_t>(kRounds) / 2);
  EXPECT_FALSE(control->closed());
}

TEST_F(HubTest, AReaderTooSlowForTheAlertsIsClosedAndResumesWithoutLoss) {
  auto control = watch_ready("control");
  control->stall(true);
  const size_t kAlerts = 3'000;
  const std::string padding(4'096, 'x');  // 12 MB in all: more than the kernel takes
  for (size_t i = 0; i < kAlerts; ++i) {
    v1::Effect raised = alert("X" + std::to_string(i));
    raised.mutable_raise_alert()->set_sentence_en(padding);
    tick({raised});
  }
  settle();
  control->stall(false);
  ASSERT_TRUE(eventually([&] { return control->closed(); }));
  std::vector<std::string> got = control->changes();
  ASSERT_FALSE(got.empty());
  ASSERT_LT(got.size(), kAlerts);
  auto again = watch("control", "resume=log-1:" + cursor_of(got.back()));
  ASSERT_TRUE(eventually([&] { return got.size() + again->changes().size() >= kAlerts; }));
  for (std::string& message : again->changes()) got.push_back(std::move(message));
  ASSERT_EQ(got.size(), kAlerts);
  for (size_t i = 0; i < kAlerts; ++i) {
    EXPECT_NE(got[i].find("\"id\":\"X" + std::to_string(i) + "\""), std::string::npos);
  }
}

TEST_F(HubTest, PositionWaitsForItsAuditRecord) {
  move("W1", 371'000'001);
  submit_.hold();
  auto control = watch_ready("control");
  ASSERT_TRUE(eventually([&] { return submit_.recorded("op-1", "W1"); }));
  tick({alert("X1")});
  ASSERT_TRUE(control->hears("\"id\":\"X1\"")) << "an alert does not wait";
  EXPECT_FALSE(control->has("lat_e7")) << "but no place is in it";
  submit_.release();
  EXPECT_TRUE(control->hears("\"lat_e7\":371000001"));
  EXPECT_TRUE(control->hears("\"lat_e7\":371234567")) << "the alert again, now with its place";
}

TEST_F(HubTest, UnitFollowsTheWearerUntilTheCallClosesAndNothingAfter) {
  move("W1", 371'000'001);
  move("P1", 372'000'001);
  auto unit = watch_ready("unit");
  EXPECT_FALSE(unit->has("lat_e7"));
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(unit->hears("\"call\":{\"id\":\"C1\""));
  ASSERT_TRUE(unit->hears("\"track\":{\"person_id\":\"W1\""));
  ASSERT_TRUE(unit->hears("\"positions\":[{\"person_id\":\"W1\""));
  move("W1", 371'000'002);
  ASSERT_TRUE(unit->hears("\"lat_e7\":371000002"));

  close_call();
  move("W1", 371'000'003);
  ASSERT_TRUE(unit->hears("\"revoked\":{\"kind\":\"track\",\"id\":\"C1\",\"person_id\":\"W1\""));
  ASSERT_TRUE(unit->hears("\"revoked\":{\"kind\":\"call\",\"id\":\"C1\""));
  auto control = watch_ready("control");
  ASSERT_TRUE(control->hears("\"lat_e7\":371000003")) << "others still see him";
  EXPECT_FALSE(unit->has("371000003"));
  EXPECT_FALSE(unit->has("37200")) << "never her place: the unit was sent to him";
  EXPECT_FALSE(unit->has("372222222")) << "nor within the call";
  EXPECT_FALSE(unit->has("\"alert\":")) << "a unit sees its call, not the queue";
}

// An incident may concern two protected persons; the call's own fields name only the first.
TEST_F(HubTest, ASecondProtectedPersonOfACallIsShownToTheDeskButNotToTheUnitSentToTheWearer) {
  tick({incident(), alert("X1")});
  auto unit = watch_ready("unit");
  auto dispatch = watch_ready("dispatch");
  v1::Effect opened;
  *opened.mutable_open_call() = call_of_u1();
  v1::Destination& second = *opened.mutable_open_call()->add_destinations();
  second.set_person_id("P2");
  second.set_target(v1::TARGET_PROTECTED_PERSON);
  second.mutable_place()->set_lat_e7(374'444'444);
  tick({opened});
  EXPECT_TRUE(dispatch->hears("374444444"));
  EXPECT_TRUE(submit_.recorded("dp-1", "P2"));
  EXPECT_TRUE(unit->hears("\"call\""));
  move("W2", 375'000'000);
  settle();
  EXPECT_FALSE(unit->has("374444444"));
  EXPECT_FALSE(unit->has("372222222"));
  EXPECT_FALSE(submit_.recorded("un-1", "P2"));
}

TEST_F(HubTest, ACallThatAUnitHasLeftIsNotToldToItAgain) {
  tick({incident()});
  auto unit = watch_ready("unit");
  ASSERT_TRUE(eventually([&] { return unit->has("\"hello\""); }));
  const std::string cursor = "log-1:" + std::to_string(no_);
  open_call();
  EXPECT_TRUE(unit->hears("\"call\""));
  close_call();
  EXPECT_TRUE(unit->hears("\"revoked\""));
  auto again = watch("unit", "resume=" + cursor);
  EXPECT_TRUE(again->hears("\"revoked\""));
  EXPECT_FALSE(again->has("\"call\":{"));
}

TEST_F(HubTest, AKeyInTheAddressOpensNothing) {
  auto stranger = watch("nobody", "ticket=control");
  EXPECT_TRUE(eventually([&] { return stranger->closed(); }));
  EXPECT_TRUE(stranger->messages().empty());
}

TEST_F(HubTest, ProtectedPersonGetsNoCoordinateOutsideMapMode) {
  move("W1", 371'000'001);
  auto her = watch_ready("her");
  tick({alert("X1"), incident(), view(v1::VIEW_MODE_DISTANCE)});
  ASSERT_TRUE(her->hears("\"distance_m\":420"));
  ASSERT_TRUE(her->hears("\"alert\":{\"id\":\"X1\",\"kind\":\"ALERT_KIND_KEEP_AWAY\""));
  open_call();
  EXPECT_FALSE(her->has("lat_e7"));
  EXPECT_FALSE(her->has("\"call\""));
  v1::Effect map = view(v1::VIEW_MODE_MAP);
  tick({map});
  ASSERT_TRUE(her->hears("\"lat_e7\":371333333"));
  EXPECT_TRUE(submit_.recorded("pp-1", "W1"));
  v1::Effect closed;
  closed.mutable_close_view()->set_view_id("V1");
  closed.mutable_close_view()->set_protected_id("P1");
  closed.mutable_close_view()->set_wearer_id("W1");
  tick({closed});
  EXPECT_TRUE(her->hears("\"view_closed\":{\"view_id\":\"V1\""));
  EXPECT_TRUE(her->hears("\"revoked\":{\"kind\":\"view\""));
}

TEST_F(HubTest, DispatchSeesOnlyPersonsOfItsOpenCalls) {
  move("W1", 371'000'001);
  move("W2", 373'000'001);
  auto dispatch = watch_ready("dispatch");
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(dispatch->hears("\"lat_e7\":371000001"));
  EXPECT_TRUE(dispatch->hears("\"alert\":{\"id\":\"X1\"")) << "raised before the call, told with it";
  close_call();
  move("W1", 371'000'009);
  ASSERT_TRUE(dispatch->hears("\"revoked\":{\"kind\":\"track\""));
  auto control = watch_ready("control");
  ASSERT_TRUE(control->hears("\"lat_e7\":371000009"));
  EXPECT_FALSE(dispatch->has("371000009"));
  EXPECT_FALSE(dispatch->has("373000001"));
}

TEST_F(HubTest, AuditorAndUnknownKeysGetNothingLive) {
  move("W1", 371'000'001);
  for (const char* key : {"auditor", "no such key", ""}) {
    auto refused = watch(key);
    EXPECT_TRUE(eventually([&] { return refused->closed(); }));
    EXPECT_TRUE(refused->messages().empty());
  }
}

TEST_F(HubTest, HopsOfANewAlertAreKeptAsFactsAndThoseOfAReplayedOneAreNot) {
  tick({alert("X0")}, true);
  auto control = watch_ready("control");
  EXPECT_EQ(submit_.hops(v1::HOP_JUDGED), 0u);
  tick({alert("X1")});
  ASSERT_TRUE(control->hears("\"id\":\"X1\""));
  EXPECT_EQ(submit_.hops(v1::HOP_DURABLE), 1u);
  EXPECT_EQ(submit_.hops(v1::HOP_JUDGED), 1u);
  for (int i = 0; i < 3; ++i) control->send("{\"shown\":{\"alert_id\":\"X1\"}}");
  control->send("{\"shown\":{\"alert_id\":\"unknown\"}}");
  ASSERT_TRUE(control->hears("\"error\""));
  EXPECT_EQ(submit_.hops(v1::HOP_SHOWN_CONTROL), 1u) << "shown counts once";
}

TEST_F(HubTest, AKeyThatEndsClosesItsOpenSocket) {
  auto control = watch_ready("control");
  {
    std::lock_guard lock(mutex_);
    viewers_.erase("control");
  }
  EXPECT_TRUE(eventually([&] { return control->closed(); }));
}

TEST_F(HubTest, TooManyMessagesWithoutSenseCloseTheSocket) {
  auto control = watch_ready("control");
  for (int i = 0; i < 12; ++i) control->send(i % 2 == 0 ? "{" : "[[[[1]]]]");
  EXPECT_TRUE(eventually([&] { return control->closed(); }));
}

}  // namespace
}  // namespace haechi::live
