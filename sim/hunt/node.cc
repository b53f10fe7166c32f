#include "hunt/node.h"

#include <utility>

#include "base/ensure.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "hunt/town.h"
#include "log/log.h"

namespace haechi::hunt {
namespace {

constexpr Duration kWaitTick = Duration::millis(20);
constexpr Duration kScreenTick = Duration::seconds(5);
const trust::Viewer kViewer{
    .account = Node::kDispatcher, .role = trust::Role::kDispatch, .agency_id = kBuiltIn};

}  // namespace

Node::Node(Schedule& schedule, Wire& wire, const WallClock& clock, Witness& witness, NodeOptions options)
    : schedule_(schedule),
      wire_(wire),
      clock_(clock),
      witness_(witness),
      options_(options),
      process_(schedule.begin_process()) {}

void Node::boot(std::function<void(Status)> started) {
  schedule_.spawn(process_, [this, started = std::move(started)] {
    Status opened = open();
    if (opened.ok()) listen();
    schedule_.at(schedule_.now(), kWorld, [started, opened] { started(opened); });
  });
}

Status Node::open() {
  gateway_ = std::make_unique<net::Loop>("gateway");
  front_ = std::make_unique<net::Loop>("front");
  link_ = std::make_unique<net::Loop>("link");
  log::SqliteOptions log_options;
  log_options.directory = "/hunt/data/log";
  TRY(auto log, log::open_sqlite_log(log_options));
  TRY(ring_, vault::KeyRing::open("/hunt/keys/ring", vault::Key(std::string(vault::Key::kBytes, 'm')),
                                  vault::RingMode::kWrite));
  spine::SpineOptions options;
  options.queue_max = options_.queue_max;
  options.ring = ring_.get();
  spine_ = std::make_unique<spine::Spine>(options, std::move(log), clock_);
  rights_ = std::make_unique<live::Rights>(picture_, clock_);
  gate_ = std::make_unique<live::AccessGate>(*front_, *spine_, clock_, [](const std::string&) {});
  const auto directory = [] {
    return std::vector<link::CadEndpoint>{{kOutside, kCadUrl, {kOutside, kSecret}}};
  };
  connector_ =
      std::make_unique<link::CadConnector>(*link_, *spine_, clock_, directory, link::CadConnectorOptions{});
  subscribe();
  return spine_->replay();
}

void Node::subscribe() {
  spine_->subscribe([this](const std::shared_ptr<const spine::Batch>& batch) {
    witness_.published(*batch);
    connector_->on_batch(batch);
    front_->post([this, batch] {
      for (const spine::PublishedEntry& entry : batch->entries)
        picture_.fold(entry.no, entry.stamped_at, *entry.fact, entry.effects);
    });
    for (const spine::PublishedEntry& entry : batch->entries) {
      if (gateway::Devices::concerns(*entry.fact))
        gateway_->post([this, fact = entry.fact] { devices_.apply(*fact); });
      for (const auto& effect : entry.effects) {
        if (!effect->has_command_device()) continue;
        if (batch->replayed)
          commanded_[effect->command_device().device_id()] = effect;
        else
          gateway_->post([this, effect] {
            hub_->command(effect->command_device(), schedule_.now());
            flush();
          });
      }
    }
  });
}

void Node::listen() {
  auto started = std::make_unique<v1::Fact>();
  started->mutable_process_started()->set_build("hunt");
  started->mutable_process_started()->set_names_by_subject(true);
  spine_->submit(std::move(started), {});
  hub_ = std::make_unique<gateway::MqttHub>(gateway::MqttLimits{}, devices_, *spine_, clock_, [this] {
    gateway_->post([this] {
      hub_->drain_receipts(schedule_.now());
      flush();
    });
  });
  gateway_->post([this] {
    for (const auto& [id, effect] : std::exchange(commanded_, {}))
      hub_->command(effect->command_device(), schedule_.now());
  });
  spine_->start();
  connector_->start();
  gateway_->every(Duration::seconds(1), [this] { tick(); });
  front_->every(kScreenTick, [this] { look_at_screen(); });
  Door door;
  door.process = process_;
  door.connected = [this](const LinePtr& line) {
    Session session{line, std::make_unique<gateway::MqttSession>(*hub_, schedule_.now()), {}};
    const uint64_t id = session.mqtt->id();
    session_of_line_[line->id] = id;
    sessions_.emplace(id, std::move(session));
  };
  door.bytes = [this](const LinePtr& line, const std::string& bytes) {
    const auto found = session_of_line_.find(line->id);
    if (found != session_of_line_.end()) hear(sessions_.at(found->second), bytes);
  };
  door.gone = [this](const LinePtr& line) {
    const auto found = session_of_line_.find(line->id);
    if (found == session_of_line_.end()) return;
    sessions_.at(found->second).mqtt->on_peer_gone(schedule_.now());
    sessions_.erase(found->second);
    session_of_line_.erase(found);
    flush();
  };
  door.request = [this](net::Request request, net::Respond respond) {
    connector_->receive_answers(std::move(request), std::move(respond));
  };
  wire_.listen(std::move(door));
  listening_ = true;
}

void Node::tick() {
  hub_->tick(schedule_.now());
  flush();
}

void Node::hear(Session& session, const std::string& bytes) {
  session.unheard += bytes;
  advance(session);
  flush();
}

// What mqtt_connection does for a socket.
void Node::advance(Session& session) {
  if (!session.unheard.empty())
    session.unheard.erase(0, session.mqtt->on_bytes(session.unheard, schedule_.now()));
  if (!session.mqtt->output().empty())
    wire_.to_device(session.line, std::exchange(session.mqtt->output(), {}));
  if (session.mqtt->ended()) wire_.close(session.line);
}

void Node::flush() {
  for (;;) {
    hub_->take_touched(touched_);
    if (touched_.empty()) break;
    for (const uint64_t id : std::vector(touched_)) {
      const auto found = sessions_.find(id);
      if (found != sessions_.end()) advance(found->second);
    }
  }
  look_again();
}

void Node::look_again() {
  if (look_again_set_ || !hub_->has_waiting()) return;
  look_again_set_ = true;
  gateway_->after(kWaitTick, [this] {
    look_again_set_ = false;
    for (const uint64_t id : hub_->take_waiting()) {
      const auto found = sessions_.find(id);
      if (found == sessions_.end()) continue;
      found->second.mqtt->resume(schedule_.now());
      advance(found->second);
    }
    flush();
  });
}

// The dispatcher's map: everybody of whom he may see where they are, as the live screens decide it.
void Node::look_at_screen() {
  for (const auto& [id, person] : picture_.persons()) {
    const trust::Decision decision = rights_->person_place(kViewer, id);
    if (decision.allowed && gate_->open(kViewer, trust::Action::kSeePosition, id, decision))
      witness_.shown(kViewer.account, id);
  }
  gate_->flush();
  gate_->sweep();
}

void Node::submit(std::unique_ptr<v1::Fact> fact, std::function<void(bool)> done) {
  spine_->submit(std::move(fact), [this, done = std::move(done)](const Result<spine::Receipt>& receipt) {
    schedule_.at(schedule_.now(), kWorld, [done, kept = receipt.ok()] { done(kept); });
  });
}

}  // namespace haechi::hunt
