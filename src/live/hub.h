// Hub: folds every durable batch into the Picture and fans it out to the sockets of /live, on one loop. The
// one type to read first; the protocol is in README.md.
//
// What must hold: alert-class messages reach each socket complete and in order, or the socket is closed and
// can resume; a place is sent only to whom trust allows it at that entry, after its audit record is durable;
// a slow reader costs nobody else anything.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/guesses.h"
#include "base/time.h"
#include "net/loop.h"
#include "net/server.h"
#include "picture/picture.h"
#include "spine/snapshot_part.h"
#include "spine/submit.h"
#include "trust/coarse.h"
#include "trust/viewer.h"

namespace haechi::live {

struct HubOptions {
  std::string epoch = "1";  // names the log; cursors of another log are not resumed. [A-Za-z0-9_-]+
  size_t ring_messages_max = 20'000;
  size_t clients_max = 10'000;                    // more: closed with 1013
  Duration flush_period = Duration::millis(200);  // positions go out at most this often
  Duration heartbeat_period = Duration::seconds(5);
  Throttle::Rate wrong_keys{.per_minute = 20, .burst = 20};  // guesses from one address; more: 429
  // What names the session of a key in records; empty: the digits of its digest.
  std::function<std::string(std::string_view key)> session_of = {};
  Duration key_check_period = Duration::seconds(1);  // ended keys close their sockets
  trust::CoarseSecret coarse_secret = {};            // of trust::CoarsePlaces, that of the API
  // While it holds nothing here is the present: no heartbeat is sent, so that every screen says so, and
  // nobody is let in. On the hub's loop; empty: it never does.
  std::function<bool()> log_stands_still = {};
};

// Whom a key stands for now; nothing when unknown or ended. Called on the hub's loop.
using Identify = std::function<std::optional<trust::Viewer>(std::string_view key)>;

struct HubCounters {
  uint64_t clients = 0;  // now
  uint64_t clients_refused = 0;
  uint64_t closed_slow = 0;
  uint64_t messages_kept = 0;  // in the ring, now
  uint64_t gate_entries = 0;   // viewer and person pairs with a live audit record
};

class Hub {
 public:
  // `loop`, `submit` and `clock` outlive the hub; the hub ends on its loop or after the loop has stopped.
  Hub(net::Loop& loop, spine::Submit& submit, const Clock& clock, Identify identify, HubOptions options);
  ~Hub();

  // Any thread; batches come in order.
  void on_batch(std::shared_ptr<const spine::Batch> batch);
  // What it keeps in snapshots: the picture. Messages from before are not kept: a socket that wants to go on
  // behind one of them is told the whole state.
  spine::SnapshotPart part();
  // Takes over the path /live. The server must run on the hub's loop; call before the loop starts.
  void mount(net::HttpServer& server);
  // A socket that shook hands; on the loop only.
  void open(std::shared_ptr<net::Socket> socket);
  // Closes every socket of the account at once. Any thread.
  void end_account(const std::string& account, const std::string& reason);

  // On the loop only.
  const picture::Picture& picture() const;
  HubCounters counters() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace haechi::live
