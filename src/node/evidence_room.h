// EvidenceRoom: the notary of this node's log, those who read it, the witnesses it asks and the mirrors it
// feeds, and the witness and mirror it is to others; on a loop of its own. Alarms fail open: what is wrong
// here is told and counted, and nothing else waits for it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evidence/mirror.h"
#include "evidence/notary.h"
#include "evidence/witness.h"
#include "log/scrub.h"
#include "net/client.h"
#include "net/http.h"
#include "net/loop.h"
#include "node/config.h"
#include "node/metrics.h"
#include "node/secrets.h"
#include "spine/submit.h"
#include "trust/viewer.h"

namespace haechi::node {

// Whom a request comes from; nothing when it shows no key or session that is good.
using IdentifyRequest = std::function<std::optional<trust::Viewer>(const net::Request& request)>;

class EvidenceRoom {
 public:
  // `log_reader` is of the log `log_id`, `line` to witnesses and mirrors. The references outlive the room.
  EvidenceRoom(const Config& config, LogKeyPlaces keys, std::unique_ptr<log::Reader> log_reader,
               std::string log_id, spine::Submit& submit, IdentifyRequest identify, const Clock& clock,
               net::ClientOptions line);

  // kInvalid or kUnavailable: this node cannot be a witness as configured. `harmed` is told, on the room's
  // loop and once, what was found when the log was read again.
  Status start(std::function<void(const Error& what)> harmed);
  // Signs what the log has got since, and gives it to the mirrors; after the spine has stopped.
  void stop();

  // On the loop that identifies. GET /evidence/v1/<path>, for who may see the audit trail; recorded before it
  // is answered.
  void answer(const net::Request& request, const net::Respond& respond);
  // Any thread. POST /witness/v1/add-checkpoint, for the logs named in the configuration.
  void add_checkpoint(net::Request request, net::Respond respond);
  // Any thread. POST /mirror/v1/records, likewise.
  void take_records(net::Request request, net::Respond respond);
  // Any thread. POST /mirror/v1/give_back, for who has the key of a log that is kept here.
  void give_back(net::Request request, net::Respond respond);

  void count(Metrics& metrics) const;

 private:
  struct AskedWitness {
    evidence::VerifierKey key;
    std::string url;
    uint64_t known_size = 0;
  };
  struct FedMirror {
    std::string url;
    std::atomic<uint64_t> known_size{0};
    bool in_flight = false;
  };
  void open();
  void round();
  void scrub();
  void feed(FedMirror& mirror);
  void settle();
  void heard(FedMirror& mirror, uint64_t size_then, const net::Response& response);
  void ask_witnesses();
  void ask(AskedWitness& witness, const evidence::SignedCheckpoint& offered, bool again);
  void heard(AskedWitness& witness, const evidence::SignedCheckpoint& offered, bool again,
             const net::Response& response);
  void tell(const Error& trouble);

  const Config& config_;
  const LogKeyPlaces keys_;
  const std::unique_ptr<log::Reader> reader_;
  const std::string log_id_;
  spine::Submit& submit_;
  const IdentifyRequest identify_;
  const Clock& clock_;
  const net::ClientOptions line_;
  std::optional<evidence::Witness> witness_;
  std::optional<evidence::Mirror> mirror_;
  std::vector<AskedWitness> asked_;
  std::vector<std::unique_ptr<FedMirror>> fed_;
  std::unique_ptr<evidence::Notary> notary_;  // none: not open yet, or the log is not the one that was signed
  std::optional<log::Scrub> scrub_;           // none: it has found something
  std::function<void(const Error&)> harmed_;
  std::function<void()> all_fed_;  // while it stops
  std::atomic<bool> broken_{false};
  std::atomic<uint64_t> signed_{0}, cosigned_{0}, kept_{0};  // entries; kept: of others, here
  std::atomic<bool> unsigned_{false};                        // the last round could not sign
  std::string told_;                                         // the last trouble, so that it is told once
  net::Loop loop_{"evidence"};
  std::unique_ptr<net::HttpClient> client_;  // on the loop; none once it is stopping
};

}  // namespace haechi::node
