// LiveWatch: one screen on /live. Folds what it is sent into Seen, with the first moment at which each thing
// was there to be seen, and tells the server what it showed. Board: the screens of one world, and waiting on
// them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "haechi/v1/picture.pb.h"
#include "net/client.h"
#include "net/loop.h"
#include "sim/carried_device.h"

namespace haechi::sim {

struct SeenAlert {
  Instant first;
  v1::Alert latest;
};
struct SeenCall {
  Instant first;
  Instant both_assigned;  // zero until each of its two persons has a unit
  Instant first_placed;   // ... until the place of the wearer was shown with it
  v1::Call latest;
};
struct SeenView {
  Instant first;
  v1::View latest;
  bool distance_shown = false, place_shown = false, closed = false;
  std::string close_reason;
};
struct SeenPosition {
  Instant first, latest;
  uint64_t count = 0;
  Time fixed_at;
};

// What one screen was shown. Read it under the lock of the board.
struct Seen {
  bool open = false;  // connected, and the first picture is there
  uint64_t messages = 0, unreadable = 0;
  std::map<std::string, SeenAlert> alerts;
  std::map<std::string, SeenCall> calls;
  std::map<std::string, SeenView> views;
  std::map<std::string, v1::Incident> incidents;
  std::map<std::string, v1::HandOff> hand_offs;
  std::map<std::string, SeenPosition> positions;  // by person or unit
  std::map<std::string, Instant> named_alerts;    // first time an alert, view or notice named that alert
  std::vector<std::pair<Instant, v1::Revoked>> revoked;
};

class Board {
 public:
  std::mutex mutex;
  void changed() { condition_.notify_all(); }
  // False at the deadline. `holds` runs under the lock.
  bool wait_until(Instant deadline, const std::function<bool()>& holds) {
    std::unique_lock lock(mutex);
    return condition_.wait_until(lock, deadline, holds);
  }

 private:
  std::condition_variable condition_;
};

class LiveWatch : public std::enable_shared_from_this<LiveWatch> {
 public:
  // `url` is "ws://host:port". Topics as in src/live/README.md.
  static std::shared_ptr<LiveWatch> open(net::Loop& loop, Board& board, const std::string& url,
                                         const std::string& key, const std::string& topics);

  // On the loop, after the message was folded. Set before the loop runs it: right after open(), on the loop.
  std::function<void(const v1::LiveMessage&)> on_message;
  void close();  // any thread; does not come back

  Seen seen;  // under the board's lock

 private:
  LiveWatch(net::Loop& loop, Board& board, std::string url, std::string key);
  void connect();
  void receive(const std::string& text);
  void fold(const v1::LiveMessage& message, Instant now);
  void fold_alert(const v1::Alert& alert, Instant now);
  void fold_call(const v1::Call& call, Instant now);
  void fold_view(const v1::View& view, Instant now);
  void show(const std::string& alert_id);

  net::Loop& loop_;
  Board& board_;
  std::string url_, key_;
  std::shared_ptr<net::ClientSocket> socket_;
  std::vector<std::string> to_show_;
  std::map<std::string, bool> shown_;
  bool wanted_ = true;
};

// A document of /live as the message it stands for.
Result<v1::LiveMessage> read_live_message(const std::string& text);

}  // namespace haechi::sim
