#include "hunt/node.h"

#include <utility>

#include "base/digest.h"
#include "base/ensure.h"
#include "base/saved.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "hunt/phones.h"
#include "hunt/readers.h"
#include "hunt/tongue.h"
#include "hunt/town.h"
#include "log/log.h"

namespace haechi::hunt {
namespace {

constexpr char kSnapshots[] = "/hunt/data/snapshots";
constexpr Duration kWaitTick = Duration::millis(20);
constexpr Duration kScreenTick = Duration::seconds(1);

using Commanded = std::map<std::string, v1::DeviceCommand>;  // newest per device

void fold_commanded(gateway::Devices& devices, Commanded& commanded, const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    if (gateway::Devices::concerns(*entry.fact)) devices.apply(*entry.fact);
    for (const auto& effect : entry.effects)
      if (effect->has_command_device())
        commanded[effect->command_device().device_id()] = effect->command_device();
  }
}

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
  notify_ = std::make_unique<net::Loop>("notify");
  TRY(ring_, vault::KeyRing::open("/hunt/keys/ring", vault::Key(std::string(vault::Key::kBytes, 'm')),
                                  vault::RingMode::kWrite));
  snapshots_ = std::make_unique<spine::SnapshotStore>(kSnapshots, *ring_);
  log::SqliteOptions log_options;
  log_options.directory = "/hunt/data/log";
  TRY(auto opened, spine::open_log(log_options, *snapshots_, [this](uint64_t entry_no, const Error& why) {
        witness_.passed_over(entry_no, why.text());
      }));
  TRY(quarantine_, spine::Quarantine::open("/hunt/data/quarantine"));
  spine::SpineOptions options;
  options.queue_max = options_.queue_max;
  options.ring = ring_.get();
  options.quarantine = quarantine_.get();
  options.build = "hunt";
  if (options_.snapshot_entries > 0) {
    options.snapshots = snapshots_.get();
    options.snapshot_entries = options_.snapshot_entries;
  }
  spine_ = std::make_unique<spine::Spine>(options, std::move(opened.log), clock_);
  const auto directory = [] {
    return std::vector<link::CadEndpoint>{{kOutside, kCadUrl, {kOutside, kSecret}}};
  };
  connector_ =
      std::make_unique<link::CadConnector>(*link_, *spine_, clock_, directory, link::CadConnectorOptions{});
  TRY(records_, store::Records::open(":memory:"));
  for (const std::string& person : options_.phones_of) Phones::register_in(*records_, person);
  TRY(keys_, trust::Keys::open(*records_));
  for (const trust::Viewer& reader : options_.readers)
    TRY_STATUS(keys_->add(key_of(reader.account), reader, Time{}));
  live::HubOptions live_options;
  live_options.flush_period = kScreenTick;
  live_ = std::make_unique<live::Hub>(
      *front_, *spine_, clock_,
      [this](std::string_view key) { return keys_->viewer_of_key(key, clock_.now()); }, live_options);
  api_ = std::make_unique<api::Api>(api::ApiOptions{}, *front_, *spine_, live_->picture(), *records_, *keys_,
                                    clock_);
  letters_ =
      std::make_unique<notify::Letters>(Phones::settings(), notify::KeyPair::generate(), *records_, clock_);
  sender_ = std::make_unique<notify::Sender>(*notify_, *spine_, *letters_, clock_, make_wire_carrier(),
                                             notify::SenderOptions{});
  subscribe();
  take_part();
  TRY_STATUS(spine_->replay(opened.snapshot ? &*opened.snapshot : nullptr));
  began_behind_ = spine_->stats().entry_no - spine_->stats().entries;
  return {};
}

// As the rooms of the node do, each on its loop.
void Node::take_part() {
  spine_->take_part(connector_->part());
  spine_->take_part(sender_->part());
  spine_->take_part(api_->part());
  spine_->take_part(live_->part());
  spine_->take_part({"gateway",
                     [this](spine::SaveDone done) {
                       gateway_->post([this, done = std::move(done)] { done(saved(devices_, commanded_)); });
                     },
                     [this](Reader& in) { return take_saved(in, devices_, commanded_); },
                     spine::copies_of<fold_commanded, gateway::Devices, Commanded>()});
}

void Node::subscribe() {
  spine_->subscribe([this](const std::shared_ptr<const spine::Batch>& batch) {
    witness_.published(*batch);
    connector_->on_batch(batch);
    sender_->on_batch(batch);
    live_->on_batch(batch);
    front_->post([this, batch] { api_->fold(*batch); });
    for (const spine::PublishedEntry& entry : batch->entries) {
      if (gateway::Devices::concerns(*entry.fact))
        gateway_->post([this, fact = entry.fact] { devices_.apply(*fact); });
      for (const auto& effect : entry.effects) {
        if (!effect->has_command_device()) continue;
        gateway_->post([this, effect] {
          const v1::DeviceCommand& command = effect->command_device();
          commanded_[command.device_id()] = command;
          if (!hub_) return;
          hub_->command(command, schedule_.now());
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
  for (const auto& [id, command] : commanded_) hub_->command(command, schedule_.now());
  rejections_ = std::make_unique<gateway::Rejections>(*spine_);
  gateway::HttpIntakeOptions intake;
  const Digest forwarder = sha256(kForwarder);
  intake.forwarder_token_sha256.assign(view(forwarder));
  intake_ = std::make_unique<gateway::HttpIntake>(*gateway_, clock_, *spine_, devices_, *rejections_, intake);
  gateway_->every(Duration::seconds(1), [this] { rejections_->flush(clock_.now()); });
  spine_->start();
  connector_->start();
  sender_->start();
  gateway_->every(Duration::seconds(1), [this] { tick(); });
  screens_ =
      std::make_unique<Screens>(*front_, *live_, options_.readers, process_,
                                [this](const trust::Viewer& viewer, uint64_t line, const std::string& message,
                                       bool binary) { witness_.said(viewer, line, message, binary); });
  screens_->start();
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
    if (gateway::HttpIntake::serves(request.path)) return intake_->handle(std::move(request), respond);
    if (request.path.starts_with("/api/")) return ask(std::move(request), respond);
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

void Node::ask(net::Request request, const net::Respond& respond) {
  api_->handler()(request, [this, request, respond, arrived = schedule_.now()](net::Response response) {
    witness_.answered(request, arrived, response);
    respond(std::move(response));
  });
}

// Doors first, then the spine, which finishes what it has and takes a last snapshot.
void Node::stop(std::function<void()> ended) {
  listening_ = false;
  schedule_.spawn(process_, [this, ended = std::move(ended)] {
    spine_->stop();
    schedule_.at(schedule_.now(), kWorld, ended);
  });
}

void Node::submit(std::unique_ptr<v1::Fact> fact, std::function<void(bool)> done) {
  spine_->submit(std::move(fact), [this, done = std::move(done)](const Result<spine::Receipt>& receipt) {
    schedule_.at(schedule_.now(), kWorld, [done, kept = receipt.ok()] { done(kept); });
  });
}

}  // namespace haechi::hunt
