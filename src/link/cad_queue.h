// CadQueue: what waits for one agency, in which order it may leave. Knows nothing of sockets or time.
//
// One lane per hand-off; a lane's messages leave in order, one at a time; among lanes the highest code goes
// first, then the oldest.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "haechi/v1/dispatch.pb.h"

namespace haechi::link {

class CadQueue {
 public:
  struct Item {
    std::string message_id;
    std::string alert_id;  // of an alarm
    uint64_t seq = 0;
    bool is_new = false;
    bool is_update = false;
    std::string body;
  };
  enum class Put { kQueued, kKnown, kSuperseded, kFull };

  explicit CadQueue(size_t waiting_max) : waiting_max_(waiting_max) {}

  // kSuperseded: queued, and it replaced an older update (or is itself older than one that waits, and was not
  // queued).
  Put put(const v1::HandOffMessage& message);
  // The hand-off that may send next; it is busy until done() or failed().
  std::optional<std::string> take();
  // The message a busy hand-off has to send. Absent if the hand-off ended meanwhile.
  const Item* head(const std::string& hand_off_id) const;
  // Delivered: true if this was the first delivery of the hand-off's alarm.
  bool done(const std::string& hand_off_id, const std::string& message_id);
  // Not delivered: the hand-off rests until ready_again(). How often in a row it failed, from 1.
  uint32_t failed(const std::string& hand_off_id);
  void ready_again(const std::string& hand_off_id);
  // Nothing more is to be sent for that hand-off.
  void end(const std::string& hand_off_id);

  size_t waiting() const { return waiting_; }

 private:
  struct Lane {
    std::deque<Item> items;
    uint32_t code = 4;
    uint64_t order = 0;
    uint32_t failures = 0;
    bool busy = false;  // being sent, or resting after a failure
    bool ended = false;
    bool new_delivered = false;
    bool informative = false;
  };
  using Ready = std::tuple<uint32_t, uint64_t, std::string>;  // code, order, hand-off

  void offer(const std::string& hand_off_id, Lane& lane);
  void release(const std::string& hand_off_id);

  size_t waiting_max_;
  size_t waiting_ = 0;
  uint64_t next_order_ = 0;
  std::map<std::string, Lane> lanes_;
  std::set<Ready> ready_;
};

}  // namespace haechi::link
