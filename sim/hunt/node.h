// Node: the house under test, one process of it. Real log, key ring, spine with its threads, engine, picture,
// device sessions, HTTP intake, outside-CAD connector, live hub, REST, wired as src/node wires
// them; in place of sockets the Wire. Of the house are not here: pages, WebSocket framing. The records hold
// telephone numbers and keys only, and are kept nowhere.
//
// It is made anew for every start and never destroyed: a killed process tidies nothing up.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/api.h"
#include "gateway/devices.h"
#include "gateway/http_intake.h"
#include "gateway/mqtt_hub.h"
#include "gateway/mqtt_session.h"
#include "hunt/screens.h"
#include "hunt/wire.h"
#include "link/cad_connector.h"
#include "live/hub.h"
#include "net/loop.h"
#include "notify/letters.h"
#include "notify/sender.h"
#include "spine/spine.h"
#include "store/records.h"
#include "vault/key_ring.h"

namespace haechi::hunt {

// The wall clock of the machine, which may be set wrong and may go too fast or too slowly.
class WallClock final : public Clock {
 public:
  explicit WallClock(const Schedule& schedule) : schedule_(schedule), begun_(schedule.now()) {}
  Time now() const override { return schedule_.now() + wrong_by(); }
  Duration wrong_by() const { return off + Duration{(schedule_.now() - begun_).us * drift_ppm / 1'000'000}; }
  Duration off;
  int64_t drift_ppm = 0;

 private:
  const Schedule& schedule_;
  const Time begun_;
};

// Whoever watches what leaves the house.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void published(const spine::Batch& batch) = 0;
  // It does not begin with the snapshot of that entry.
  virtual void passed_over(uint64_t entry_no, const std::string& why) = 0;
  // A message leaves on the line of an open page.
  virtual void said(const trust::Viewer& viewer, uint64_t line, const std::string& message, bool binary) = 0;
  // An answer leaves to who asked over REST.
  virtual void answered(const net::Request& request, Time arrived, const net::Response& response) = 0;
};

struct NodeOptions {
  size_t queue_max = 65'536;           // facts that may wait for the spine
  uint64_t snapshot_entries = 0;       // a snapshot is taken after so many; 0: none
  std::vector<std::string> phones_of;  // protected persons who are told on their phones
  std::vector<trust::Viewer> readers;  // who may ask over REST (readers.h), and has a page open (screens.h)
};

class Node {
 public:
  Node(Schedule& schedule, Wire& wire, const WallClock& clock, Witness& witness, NodeOptions options);

  Process process() const { return process_; }
  // Starts the process. `started` is called in the world when it listens, or with why it refuses to.
  void boot(std::function<void(Status)> started);
  bool listening() const { return listening_; }
  // The entry of the snapshot that it began with; 0: none.
  uint64_t began_behind() const { return began_behind_; }
  // It is told to end, and does so in its own time; `ended` is called in the world.
  void stop(std::function<void()> ended);

  // Somebody presses a button of a screen. `done` is called in the world; never, if the node dies before.
  void submit(std::unique_ptr<v1::Fact> fact, std::function<void(bool)> done);

  uint64_t waiting() const { return spine_->stats().queue_depth + connector_->counters().waiting; }
  static constexpr char kSecret[] = "the secret between the two";
  static constexpr char kCadUrl[] = "http://cad-east";

 private:
  struct Session {
    LinePtr line;
    std::unique_ptr<gateway::MqttSession> mqtt;
    std::string unheard;
  };

  Status open();
  void subscribe();
  void take_part();
  void listen();
  void tick();
  void hear(Session& session, const std::string& bytes);
  void advance(Session& session);
  void flush();
  void look_again();
  void ask(net::Request request, const net::Respond& respond);

  Schedule& schedule_;
  Wire& wire_;
  const WallClock& clock_;
  Witness& witness_;
  const NodeOptions options_;
  const Process process_;
  bool listening_ = false;
  uint64_t began_behind_ = 0;

  std::unique_ptr<vault::KeyRing> ring_;
  std::unique_ptr<spine::SnapshotStore> snapshots_;
  std::unique_ptr<spine::Quarantine> quarantine_;
  std::unique_ptr<spine::Spine> spine_;
  std::unique_ptr<net::Loop> gateway_, front_, link_, notify_;
  gateway::Devices devices_;
  std::unique_ptr<gateway::MqttHub> hub_;
  std::unique_ptr<gateway::Rejections> rejections_;
  std::unique_ptr<gateway::HttpIntake> intake_;
  std::map<uint64_t, Session> sessions_;  // by session
  std::map<uint64_t, uint64_t> session_of_line_;
  std::map<std::string, v1::DeviceCommand> commanded_;  // newest per device
  std::vector<uint64_t> touched_;
  bool look_again_set_ = false;
  std::unique_ptr<link::CadConnector> connector_;
  std::unique_ptr<store::Records> records_;
  std::unique_ptr<trust::Keys> keys_;
  std::unique_ptr<notify::Letters> letters_;
  std::unique_ptr<notify::Sender> sender_;
  std::unique_ptr<live::Hub> live_;
  std::unique_ptr<Screens> screens_;
  std::unique_ptr<api::Api> api_;
};

}  // namespace haechi::hunt
