// CadConnector: hand-offs to outside CADs over HTTP, and their answers back.
//
// Every message goes out at least once: POST {url}/handoff, canonical proto3 JSON, signed (signature.h), the
// message id as idempotency-key, tried again with the same bytes until a 2xx whose body is empty or answers,
// or until it is pointless. Answers in a 2xx are believed when they are signed as posted ones are; unsigned,
// the message is delivered and nothing more is known. Messages of one hand-off go in order, one at a time;
// hand-offs go side by side, the highest code first. Each agency has queues and connections of its own, so a
// slow CAD delays nobody else.
//
// A 2xx is no receipt. The engine sends an unacknowledged message again under its id, and it goes out again;
// while the same id still waits here it is not queued twice. A newer AlarmUpdate about an alert replaces one
// that waits. Beyond `waiting_max` per agency everything but AlarmNew is dropped and counted: the engine
// repeats what matters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "link/signature.h"
#include "net/http.h"
#include "net/loop.h"
#include "spine/snapshot_part.h"
#include "spine/submit.h"

namespace haechi::store {
class Records;
}

namespace haechi::net {
class Outgoing;
class Tls;
}  // namespace haechi::net

namespace haechi::link {

struct CadEndpoint {
  std::string agency_id;
  std::string url;  // http[s]://host:port/path, without "/handoff"
  Key key;          // its id is the agency's id; signs both directions
  Key former{};     // the one before: what comes from the agency may be signed with it until then
  Time former_until{};
};
// Where every outside CAD is at this moment. Asked on the connector's loop; after an error what was known
// still holds, and it is asked again soon.
using CadDirectory = std::function<Result<std::vector<CadEndpoint>>()>;

struct CadConnectorOptions {
  size_t in_flight_max = 8;     // per agency
  size_t waiting_max = 50'000;  // messages per agency
  Duration timeout = Duration::seconds(10);
  Duration retry_first = Duration::millis(200);  // doubles
  Duration retry_max = Duration::seconds(5);
  std::shared_ptr<net::Tls> tls;            // for https; shows our certificate, if we have one
  std::shared_ptr<net::Outgoing> outgoing;  // which addresses a host may lead to
  bool certificates = false;  // who answers must have shown one that bears the agency's id as name
};

struct CadCounters {
  uint64_t delivered = 0;  // 2xx
  uint64_t failed_tries = 0;
  uint64_t superseded = 0;
  uint64_t dropped = 0;
  uint64_t answers = 0;          // handed to the spine
  uint64_t answers_refused = 0;  // bad signature, wrong agency, not readable
  uint64_t waiting = 0;
};

class CadConnector {
 public:
  // `loop`, `submit` and `clock` outlive it. Destroy it on the loop or after the loop has stopped.
  CadConnector(net::Loop& loop, spine::Submit& submit, const Clock& clock, CadDirectory directory,
               CadConnectorOptions options);
  // With the connectors kept in `records`, which outlives it.
  static std::unique_ptr<CadConnector> create(net::Loop& loop, spine::Submit& submit, store::Records& records,
                                              const Clock& clock, CadConnectorOptions options);
  ~CadConnector();
  CadConnector(const CadConnector&) = delete;
  CadConnector& operator=(const CadConnector&) = delete;

  // Every batch of the spine, on its thread. Nothing leaves for a replayed batch; what it leaves open is sent
  // again at start(). An agency's registration makes the directory be asked again.
  void on_batch(std::shared_ptr<const spine::Batch> batch);
  // What it keeps in snapshots: what every open hand-off was last sent.
  spine::SnapshotPart part();
  // Any thread, once, after the replay.
  void start();
  // POST /link/v1/answers, on any thread: 200 once every answer in the body is durable; 400, 401, 403; 503:
  // try again.
  void receive_answers(net::Request request, net::Respond respond);
  CadCounters counters() const;  // any thread

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace haechi::link
