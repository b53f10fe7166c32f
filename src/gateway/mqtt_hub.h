// MqttHub: what outlives one MQTT connection. Which session speaks for which device, the device's rate, its
// newest command, its connection as the log knows it; and the way to the spine and back.
//
// Belongs to the gateway's loop, except that receipts arrive on threads of the spine and wait in an inbox. No
// sockets: sessions mark themselves as touched when they have output or can read again, and the owner of the
// sockets acts. `now` is everywhere of a clock that never goes back; what is logged is stamped with the
// Clock.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "gateway/devices.h"
#include "gateway/mqtt_limits.h"
#include "gateway/rejections.h"
#include "gateway/suspects.h"
#include "spine/submit.h"

namespace haechi::v1 {
class DeviceCommand;
}  // namespace haechi::v1

namespace haechi::gateway {

class MqttSession;

enum class Outcome : uint8_t { kDurable, kExhausted, kInvalid, kStopped };

// A device as the hub knows it. There are never more than registered devices.
struct MqttDevice {
  enum class Connection : uint8_t { kUnknown, kUp, kDown, kLost };

  uint32_t index = 0;
  std::string id;
  MqttSession* session = nullptr;
  int64_t tokens_us = 0;  // reports it may send now, each worth 1e6 / reports_per_s; below 0 after a batch
  Time tokens_at;
  std::vector<Time> takeovers;  // of the last minute
  Connection connection = Connection::kUnknown;
  Connection told = Connection::kUnknown;  // what the log was told last
  Time tell_at;                            // not before
  bool tell_queued = false;
  std::string command_json;  // newest command, until acknowledged; empty: none
  uint64_t command_no = 0;
};

class MqttHub {
 public:
  // `wake` is called, on any thread, when drain_receipts() should be called; once per burst.
  MqttHub(MqttLimits limits, const Devices& devices, spine::Submit& submit, const Clock& clock,
          std::function<void()> wake);
  ~MqttHub();  // after it receipts go nowhere and `wake` is not called
  MqttHub(const MqttHub&) = delete;
  MqttHub& operator=(const MqttHub&) = delete;

  // Whose bytes are not heard; it outlives the hub. Nullptr: nobody's.
  void heed(const Suspects* suspects) { suspects_ = suspects; }

  // For the owner of the sockets.
  void drain_receipts(Time now);
  // When there will be more to drain; unknown: when `wake` says so.
  Time next_receipt_at() const { return held_.empty() ? Time{} : held_.front().due; }
  void tick(Time now);                             // once a second: keep-alives, delayed facts
  void take_touched(std::vector<uint64_t>& into);  // sessions with output, ended, or readable again
  std::vector<uint64_t> take_waiting();            // sessions to be resumed after a moment
  bool has_waiting() const { return !waiting_.empty(); }
  // Replaces the device's command; sent when it listens. Unknown devices are ignored.
  void command(const v1::DeviceCommand& command, Time now);
  MqttCounters& counters() { return counters_; }
  const Rejections& rejections() const { return rejections_; }

  // For sessions.
  const MqttLimits& limits() const { return limits_; }
  const Devices& devices() const { return devices_; }
  Time wall() const { return clock_.now(); }
  bool shuns(std::string_view who) const { return suspects_ != nullptr && suspects_->shuns(who, wall()); }
  uint64_t open(MqttSession& session);
  void close(MqttSession& session);
  void touch(MqttSession& session);
  void wait(MqttSession& session);
  // Makes `session` the one that speaks for the device and ends the one before; nullptr if that happens too
  // often.
  MqttDevice* claim(MqttSession& session, std::string_view device_id, Time now);
  void release(MqttDevice& device, bool farewell, Time now);
  void submit_report(std::unique_ptr<v1::Fact> fact, uint64_t session, uint64_t seq, uint32_t index,
                     Time now);
  // Must a connection that has so many of its own in flight let others go first?
  bool crowded(size_t own) const {
    return inflight_ >= limits_.inflight_all_max && own > 0 &&
           own * sessions_.size() >= limits_.inflight_all_max;
  }
  void reject(std::string_view device_id, const Rejection& rejection, Time now);
  bool may_send(MqttDevice& device, Time now);  // within its rate?
  void spend(MqttDevice& device, size_t reports);

 private:
  // session 0: a DeviceConnectionChanged fact of device `seq`.
  struct Receipt {
    uint64_t session;
    uint64_t seq;
    uint32_t index;
    Outcome outcome;
    Time due;  // the session is told not before
  };
  struct Inbox {
    std::mutex mutex;
    std::vector<Receipt> receipts;
    bool woken = false;
    std::function<void()> wake;
    void put(const Receipt& receipt);
  };

  MqttDevice& device(std::string_view id);
  void submit(std::unique_ptr<v1::Fact> fact, uint64_t session, uint64_t seq, uint32_t index, Time due);
  void take_in(std::vector<Receipt>& receipts);
  void set_connection(MqttDevice& device, MqttDevice::Connection connection, Time now);
  void tell_later(MqttDevice& device);
  void tell(MqttDevice& device, Time now);

  const MqttLimits limits_;
  const Devices& devices_;
  spine::Submit& submit_;
  const Clock& clock_;
  const Suspects* suspects_ = nullptr;
  Rejections rejections_;
  MqttCounters counters_;
  std::shared_ptr<Inbox> inbox_;
  std::vector<Receipt> drained_;
  std::deque<Receipt> held_;            // until they are due
  std::deque<MqttDevice> device_list_;  // by index; addresses stay
  std::unordered_map<std::string_view, MqttDevice*> device_by_id_;
  std::unordered_map<uint64_t, MqttSession*> sessions_;
  uint64_t last_session_id_ = 0;
  size_t inflight_ = 0;  // reports at the spine
  std::vector<uint64_t> touched_;
  std::vector<uint64_t> waiting_;
  std::vector<uint32_t> untold_;  // devices whose connection fact is due later
};

}  // namespace haechi::gateway
