// An outside CAD, played by a process of its own: takes hand-offs at POST /handoff, checks signatures, keeps
// calls, and answers at POST {haechi}/link/v1/answers, well or badly as told. For demos, tests and
// benchmarks.
//
//   GET /calls  the calls it has, and how many per incident
//   GET /stats  counters, and when each alert first arrived (Unix microseconds, by this process's clock)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/dispatch.pb.h"
#include "net/loop.h"

namespace haechi::tools {

enum class CadBehaviour {
  kNormal,  // acknowledges at once; then accepts, names units, sends them, arrives
  kSlow,    // as normal, but every response waits delay_ms
  kReject,  // acknowledges and then refuses
  kLie,     // 200 and an acknowledgement of something else; records nothing
  kDie,     // the first alarm ends the process before it is answered
};
// kInvalid (field "behaviour") unless it is normal, slow, reject, lie or die.
Result<CadBehaviour> read_cad_behaviour(const std::string& name);

struct CadOptions {
  uint16_t port = 0;   // 0: any free one
  std::string haechi;  // http://host:port, or https:
  std::string agency;  // its agency id
  std::string key_id;  // empty: the agency id
  std::string secret;
  CadBehaviour behaviour = CadBehaviour::kNormal;
  int delay_ms = 3000;     // of kSlow
  int step_ms = 200;       // between two steps of a call; 0 is allowed
  int close_after_ms = 0;  // after arrival; 0: the call stays open
  v1::RejectReason reject_reason = v1::REJECT_REASON_OTHER;
  std::string certificate, key;  // PEM files: it listens under TLS; both or none
  std::string ca;                // of whom https:// believes; empty: the system's
  bool print = false;            // one line per message: Unix microseconds, message id, what it is
  std::function<void()> die;     // of kDie; empty: the process exits with 1
};

// The CAD itself, for those who bring their own loop (not yet started; it must end before this is destroyed).
class OutsideCad {
 public:
  // kUnavailable if it cannot listen on 127.0.0.1:port, kInvalid naming the file that cannot be used.
  static Result<std::unique_ptr<OutsideCad>> start(net::Loop& loop, const Clock& clock, CadOptions options);
  ~OutsideCad();
  uint16_t port() const;

 private:
  struct Inner;
  explicit OutsideCad(std::shared_ptr<Inner> inner);
  std::shared_ptr<Inner> inner_;
};

// Runs until SIGINT or SIGTERM. Prints "cad <agency> listens on 127.0.0.1:<port>" first. The exit code.
int run_cad(const CadOptions& options);

}  // namespace haechi::tools
