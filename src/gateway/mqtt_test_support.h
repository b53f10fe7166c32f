// What the tests of the MQTT rooms share: a spine whose disk syncs when the test says so, and packets of a
// client.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "gateway/devices.h"
#include "gateway/mqtt_codec.h"
#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

namespace haechi::gateway {

inline constexpr Time kNow{1'773'478'512'250'000};  // 2026-03-14T08:55:12.250Z

inline void enrol(Devices& devices, const std::string& id, const std::string& secret, bool retired = false) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id(id);
  const Digest digest = sha256(secret);
  device.set_secret_sha256(view(digest).data(), digest.size());
  device.set_retired(retired);
  devices.apply(fact);
}

inline v1::Report good_report(const std::string& device_id, uint64_t seq = 1) {
  v1::Report report;
  report.set_device_id(device_id);
  report.set_epoch(1);
  report.set_seq(seq);
  report.mutable_fix()->mutable_place()->set_lat_e7(375'665'000);
  report.mutable_fix()->mutable_place()->set_lng_e7(1'269'780'000);
  report.mutable_fix()->set_fixed_at_us(kNow.us);
  report.mutable_fix()->set_accuracy_mm(8'000);
  return report;
}

// Keeps what is submitted; nothing is durable before release().
class FakeSubmit final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    std::unique_lock lock(mutex_);
    if (full_ && fact->has_report_received()) {
      lock.unlock();
      done(Error{Code::kExhausted, "", "the queue is full"});
      return;
    }
    facts_.push_back(*fact);
    if (fact->has_report_received()) {
      waiting_.push_back(std::move(done));
    } else if (done) {
      lock.unlock();
      done(spine::Receipt{});
    }
    changed_.notify_all();
  }
  void set_full(bool full) {
    std::lock_guard lock(mutex_);
    full_ = full;
  }
  size_t waiting() {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  // Answers the first `count` waiting reports.
  void release(size_t count = SIZE_MAX) {
    answer(count, [] { return Result<spine::Receipt>(spine::Receipt{1, kNow, false}); });
  }
  void fail(Code code) {
    answer(SIZE_MAX, [code] { return Result<spine::Receipt>(Error{code, "", "as the test wishes"}); });
  }
  bool wait_for_reports(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_.size() >= count; });
  }
  std::vector<v1::Fact> facts() {
    std::lock_guard lock(mutex_);
    return facts_;
  }
  std::vector<v1::Fact> facts(v1::Fact::KindCase kind) {
    std::vector<v1::Fact> found;
    for (v1::Fact& fact : facts()) {
      if (fact.kind_case() == kind) found.push_back(std::move(fact));
    }
    return found;
  }

 private:
  template <typename Answer>
  void answer(size_t count, Answer make) {
    std::vector<spine::Done> due;
    {
      std::lock_guard lock(mutex_);
      count = std::min(count, waiting_.size());
      due.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    for (const spine::Done& done : due) done(make());
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<v1::Fact> facts_;
  std::vector<spine::Done> waiting_;
  bool full_ = false;
};

inline std::string connect_bytes(mqtt::Version version, const std::string& id, const std::string& secret,
                                 uint16_t keep_alive_s = 60) {
  mqtt::Connect packet;
  packet.version = version;
  packet.keep_alive_s = keep_alive_s;
  packet.client_id = id;
  packet.username = id;
  packet.password = secret;
  std::string out;
  mqtt::encode(packet, out);
  return out;
}

inline std::string publish_bytes(mqtt::Version version, const std::string& topic, const std::string& payload,
                                 uint8_t qos, uint16_t packet_id) {
  mqtt::Publish packet;
  packet.qos = qos;
  packet.packet_id = packet_id;
  packet.topic = topic;
  packet.payload = payload;
  std::string out;
  mqtt::encode(packet, version, out);
  return out;
}

inline std::string subscribe_bytes(mqtt::Version version, const std::string& topic, uint8_t qos) {
  std::string out;
  mqtt::encode(mqtt::Subscribe{7, {{topic, qos}}, {}}, version, out);
  return out;
}

// The first packet of `bytes`, which is taken off them. The caller keeps `held` as long as the packet.
inline mqtt::Packet take_packet(std::string& bytes, std::string& held, mqtt::Version version) {
  const auto found = mqtt::find_frame(bytes, 1 << 20);
  if (!std::holds_alternative<mqtt::Frame>(found)) return mqtt::Auth{};
  const size_t size = std::get<mqtt::Frame>(found).bytes;
  held = bytes.substr(0, size);
  bytes.erase(0, size);
  const auto decoded = mqtt::decode(std::get<mqtt::Frame>(mqtt::find_frame(held, 1 << 20)), version);
  if (!std::holds_alternative<mqtt::Packet>(decoded)) return mqtt::Auth{};
  return std::get<mqtt::Packet>(decoded);
}

}  // namespace haechi::gateway
