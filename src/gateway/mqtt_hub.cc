#include "gateway/mqtt_hub.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <utility>

#include "gateway/mqtt_session.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {
namespace {

constexpr Duration kMinute = Duration::seconds(60);

Outcome outcome_of(const Result<spine::Receipt>& receipt) {
  if (receipt.ok()) return Outcome::kDurable;
  switch (receipt.error().code) {
    case Code::kExhausted:
      return Outcome::kExhausted;
    case Code::kInvalid:
      return Outcome::kInvalid;
    default:
      return Outcome::kStopped;
  }
}

}  // namespace

void MqttHub::Inbox::put(const Receipt& receipt) {
  std::lock_guard lock(mutex);
  receipts.push_back(receipt);
  // Under the lock, so that the hub's destructor can take `wake` away for good.
  if (!std::exchange(woken, true) && wake) wake();
}

MqttHub::MqttHub(MqttLimits limits, const Devices& devices, spine::Submit& submit, const Clock& clock,
                 std::function<void()> wake)
    : limits_(limits),
      devices_(devices),
      submit_(submit),
      clock_(clock),
      rejections_(submit),
      inbox_(std::make_shared<Inbox>()) {
  ENSURE(limits_.reports_per_s > 0 && limits_.inflight_max > 0, limits_.reports_per_s, limits_.inflight_max);
  inbox_->wake = std::move(wake);
}

MqttHub::~MqttHub() {
  std::lock_guard lock(inbox_->mutex);
  inbox_->wake = nullptr;
}

void MqttHub::drain_receipts(Time now) {
  {
    std::lock_guard lock(inbox_->mutex);
    inbox_->woken = false;
    drained_.swap(inbox_->receipts);
  }
  take_in(drained_);
  drained_.clear();
  // They come in the order in which they were submitted, so the first of them is due first.
  while (!held_.empty() && held_.front().due <= now) {
    const Receipt receipt = held_.front();
    held_.pop_front();
    const auto it = sessions_.find(receipt.session);
    if (it != sessions_.end()) it->second->on_receipt(receipt.seq, receipt.index, receipt.outcome, now);
  }
}

void MqttHub::take_in(std::vector<Receipt>& receipts) {
  for (const Receipt& receipt : receipts) {
    if (receipt.session == 0) {
      MqttDevice& device = device_list_[receipt.seq];
      if (receipt.outcome != Outcome::kExhausted) continue;
      device.told = MqttDevice::Connection::kUnknown;  // the log did not hear it: tell again
      tell_later(device);
      continue;
    }
    --inflight_;
    if (receipt.outcome == Outcome::kDurable) counters_.reports_durable.add();
    held_.push_back(receipt);
  }
}

void MqttHub::tick(Time now) {
  for (const auto& [id, session] : sessions_) session->on_tick(now);
  std::vector<uint32_t> due;
  due.swap(untold_);
  for (const uint32_t index : due) {
    MqttDevice& device = device_list_[index];
    device.tell_queued = false;
    if (device.told == device.connection) continue;
    if (now >= device.tell_at) {
      tell(device, now);
    } else {
      tell_later(device);
    }
  }
  rejections_.flush(now);
}

void MqttHub::take_touched(std::vector<uint64_t>& into) {
  into.clear();
  into.swap(touched_);
  for (const uint64_t id : into) {
    const auto it = sessions_.find(id);
    if (it != sessions_.end()) it->second->touched_ = false;
  }
}

std::vector<uint64_t> MqttHub::take_waiting() {
  std::vector<uint64_t> waiting;
  waiting.swap(waiting_);
  for (const uint64_t id : waiting) {
    const auto it = sessions_.find(id);
    if (it != sessions_.end()) it->second->waiting_ = false;
  }
  return waiting;
}

void MqttHub::command(const v1::DeviceCommand& command, Time now) {
  if (devices_.find(command.device_id()) == nullptr) return;
  MqttDevice& target = device(command.device_id());
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(command, &json);
  ENSURE(status.ok(), status.ToString());
  target.command_json = std::move(json);
  ++target.command_no;
  if (target.session != nullptr) target.session->on_command(now);
}

uint64_t MqttHub::open(MqttSession& session) {
  sessions_.emplace(++last_session_id_, &session);
  return last_session_id_;
}

void MqttHub::close(MqttSession& session) {
  sessions_.erase(session.id());
}

void MqttHub::touch(MqttSession& session) {
  if (!std::exchange(session.touched_, true)) touched_.push_back(session.id());
}

void MqttHub::wait(MqttSession& session) {
  if (!std::exchange(session.waiting_, true)) waiting_.push_back(session.id());
}

MqttDevice& MqttHub::device(std::string_view id) {
  const auto it = device_by_id_.find(id);
  if (it != device_by_id_.end()) return *it->second;
  MqttDevice& fresh = device_list_.emplace_back();
  fresh.index = static_cast<uint32_t>(device_list_.size() - 1);
  fresh.id = std::string(id);
  fresh.tokens_us = int64_t{limits_.reports_burst} * 1'000'000 / limits_.reports_per_s;
  device_by_id_.emplace(fresh.id, &fresh);
  return fresh;
}

MqttDevice* MqttHub::claim(MqttSession& session, std::string_view device_id, Time now) {
  MqttDevice& claimed = device(device_id);
  if (claimed.session != nullptr) {
    std::erase_if(claimed.takeovers, [&](Time at) { return now - at >= kMinute; });
    if (claimed.takeovers.size() >= limits_.takeovers_per_min) {
      counters_.takeovers_refused.add();
      reject(claimed.id, {"takeover_flood", "", "two senders take one device's connection from each other"},
             now);
      return nullptr;
    }
    claimed.takeovers.push_back(now);
    counters_.takeovers.add();
    claimed.session->on_taken_over();
  } else {
    counters_.devices_connected.add();
  }
  claimed.session = &session;
  set_connection(claimed, MqttDevice::Connection::kUp, now);
  return &claimed;
}

void MqttHub::release(MqttDevice& device, bool farewell, Time now) {
  device.session = nullptr;
  counters_.devices_connected.subtract();
  set_connection(device, farewell ? MqttDevice::Connection::kDown : MqttDevice::Connection::kLost, now);
}

void MqttHub::submit(std::unique_ptr<v1::Fact> fact, uint64_t session, uint64_t seq, uint32_t index,
                     Time due) {
  submit_.submit_from_device(std::move(fact),
                             [inbox = inbox_, session, seq, index, due](Result<spine::Receipt> receipt) {
                               inbox->put({session, seq, index, outcome_of(receipt), due});
                             });
}

void MqttHub::submit_report(std::unique_ptr<v1::Fact> fact, uint64_t session, uint64_t seq, uint32_t index,
                            Time now) {
  counters_.reports_submitted.add();
  ++inflight_;
  submit(std::move(fact), session, seq, index, now + limits_.answer_after);
}

void MqttHub::reject(std::string_view device_id, const Rejection& rejection, Time now) {
  const bool known = devices_.find(device_id) != nullptr;
  rejections_.note(known ? device_id : std::string_view(), "mqtt", rejection, now);
}

bool MqttHub::may_send(MqttDevice& device, Time now) {
  const int64_t full_us = int64_t{limits_.reports_burst} * 1'000'000 / limits_.reports_per_s;
  // A clock that is set back earns nothing, and takes nothing either.
  const int64_t earned_us = std::max<int64_t>(0, (now - device.tokens_at).us);
  device.tokens_us = earned_us >= full_us ? full_us : std::min(full_us, device.tokens_us + earned_us);
  device.tokens_at = now;
  return device.tokens_us >= int64_t{1'000'000} / limits_.reports_per_s;
}

void MqttHub::spend(MqttDevice& device, size_t reports) {
  device.tokens_us -= static_cast<int64_t>(reports) * (1'000'000 / limits_.reports_per_s);
}

void MqttHub::set_connection(MqttDevice& device, MqttDevice::Connection connection, Time now) {
  device.connection = connection;
  if (device.told == connection) return;
  if (now >= device.tell_at) {
    tell(device, now);
  } else {
    tell_later(device);
  }
}

void MqttHub::tell_later(MqttDevice& device) {
  if (!std::exchange(device.tell_queued, true)) untold_.push_back(device.index);
}

void MqttHub::tell(MqttDevice& device, Time now) {
  auto fact = std::make_unique<v1::Fact>();
  v1::DeviceConnectionChanged& changed = *fact->mutable_device_connection_changed();
  changed.set_device_id(device.id);
  changed.set_connected(device.connection == MqttDevice::Connection::kUp);
  changed.set_will(device.connection == MqttDevice::Connection::kLost);
  device.told = device.connection;
  device.tell_at = now + limits_.announce_period;
  submit(std::move(fact), 0, device.index, 0, now);
}

}  // namespace haechi::gateway
