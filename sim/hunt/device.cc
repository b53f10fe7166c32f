#include "hunt/device.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/base64.h"
#include "gateway/mqtt_codec.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::hunt {
namespace mqtt = gateway::mqtt;
namespace {

constexpr Duration kTick = Duration::millis(500);
constexpr Duration kPatience = Duration::seconds(25);  // without a word from the node the line is dead
constexpr Duration kAskAfter = Duration::seconds(12);
constexpr size_t kWindow = 20;
constexpr size_t kPostedMax =
    5;  // well below the smallest queue of a node, or none would ever be taken whole
constexpr size_t kStoreMax = 5'000;
constexpr double kErrorM = 5, kErrorKept = 0.8;  // satellite errors of one fix resemble those of the last
constexpr uint32_t kAccuracyMm = 10'000;
constexpr uint32_t kPoisonPercent = 13;  // src/spine/engine.cc
constexpr auto kVersion = mqtt::Version::k311;

}  // namespace

Device::Device(Schedule& schedule, Wire& wire, std::string id, Walker& holder, DeviceCharacter character,
               uint64_t seed, std::function<void(const v1::Report&)> acknowledged)
    : schedule_(schedule),
      wire_(wire),
      id_(std::move(id)),
      holder_(holder),
      character_(character),
      random_(seed),
      acknowledged_(std::move(acknowledged)) {}

void Device::start() {
  measure_at_ = schedule_.now() + Duration{random_.between(0, 15'000'000)};
  tick();
}

void Device::drain(bool empty) {
  empty_ = empty;
  if (empty) lose_line();
}

void Device::tick() {
  schedule_.at(schedule_.now() + kTick, kWorld, [this] { tick(); });
  if (empty_) return;
  const Time now = schedule_.now();
  if (random_.chance(character_.reboots_per_hour * static_cast<double>(kTick.us) / 3.6e9)) reboot();
  if (now >= measure_at_) {
    measure();
    measure_at_ = std::max(measure_at_ + Duration::seconds(interval_s_), now);
  }
  if (character_.posts) return post_waiting();
  if (line_ && now - heard_at_ > kPatience) lose_line();
  if (!line_ && now >= try_at_) look_for_line();
  if (!line_ || !welcome_) return;
  if (now - std::max(heard_at_, asked_at_) > kAskAfter) {
    std::string ping;
    mqtt::encode(mqtt::PingReq{}, ping);
    wire_.to_node(line_, ping);
    asked_at_ = now;
  }
  send_waiting();
}

void Device::reboot() {
  lose_line();
  ++epoch_;
  seq_ = 0;
}

void Device::measure() {
  const Time now = schedule_.now();
  // Who tells whole seconds has nothing new within one.
  if (character_.tongue != Tongue::kOurs && now - measured_at_ < Duration::seconds(1)) return;
  Spot place = holder_.at(now);
  error_east_ = std::clamp(kErrorKept * error_east_ + 0.6 * kErrorM * random_.normal(), -15.0, 15.0);
  error_north_ = std::clamp(kErrorKept * error_north_ + 0.6 * kErrorM * random_.normal(), -15.0, 15.0);
  if (character_.lies) place = {place.east + 40'000, place.north};
  const Degrees degrees = degrees_of({place.east + error_east_, place.north + error_north_});
  v1::Report report;
  report.set_device_id(id_);
  report.set_epoch(epoch_);
  report.set_seq(++seq_);
  v1::Fix& fix = *report.mutable_fix();
  fix.mutable_place()->set_lat_e7(degrees.lat_e7);
  fix.mutable_place()->set_lng_e7(degrees.lng_e7);
  fix.set_fixed_at_us((now + character_.clock_off).us);
  fix.set_accuracy_mm(kAccuracyMm);
  fix.set_source(v1::FIX_SOURCE_GNSS);
  fix.set_speed_mmps(static_cast<uint32_t>(1'000 * holder_.speed_mps(now)));
  report.set_battery_percent(80);
  reduce(report, character_.tongue);
  measured_at_ = now;
  store_.push_back(std::move(report));
  if (store_.size() > kStoreMax) store_.pop_front();
}

void Device::sos() {
  if (empty_) return;
  measured_at_ = Time{};
  measure();
  store_.back().add_events(v1::DEVICE_EVENT_SOS);
}

const v1::Report& Device::poison() {
  measured_at_ = Time{};
  measure();
  store_.back().set_battery_percent(kPoisonPercent);
  return store_.back();
}

void Device::look_for_line() {
  const uint64_t mine = ++line_no_;
  try_at_ = schedule_.now() + Duration{random_.between(1'000'000, 5'000'000)};
  line_ = wire_.connect(
      id_,
      [this, mine](std::string bytes) {
        if (mine == line_no_ && line_) hear(bytes);
      },
      [this, mine] {
        if (mine == line_no_) lose_line();
      });
  if (!line_) return;
  heard_at_ = schedule_.now();
  mqtt::Connect hello;
  hello.keep_alive_s = 30;
  hello.client_id = id_;
  hello.username = id_;
  hello.password = std::string_view(kSecret);
  std::string bytes;
  mqtt::encode(hello, bytes);
  wire_.to_node(line_, bytes);
}

// What was sent and not acknowledged is sent again, oldest first, before anything newer.
void Device::lose_line() {
  if (!line_) return;
  wire_.close(std::exchange(line_, nullptr));
  ++line_no_;
  welcome_ = false;
  unread_.clear();
  std::vector<v1::Report> back;
  for (auto& [id, report] : std::exchange(sent_, {})) back.push_back(std::move(report));
  std::sort(back.begin(), back.end(), [](const v1::Report& a, const v1::Report& b) {
    return std::pair(a.epoch(), a.seq()) < std::pair(b.epoch(), b.seq());
  });
  store_.insert(store_.begin(), back.begin(), back.end());
  try_at_ = schedule_.now() + Duration{random_.between(500'000, 4'000'000)};
}

void Device::hear(const std::string& bytes) {
  heard_at_ = schedule_.now();
  unread_ += bytes;
  while (true) {
    const auto found = mqtt::find_frame(unread_, 1 << 20);
    const auto* frame = std::get_if<mqtt::Frame>(&found);
    if (frame == nullptr) return;
    const std::string body(frame->body);
    const uint8_t first = frame->first;
    unread_.erase(0, frame->bytes);
    on_packet(first, body);
    if (!line_) return;
  }
}

void Device::on_packet(uint8_t first, const std::string& body) {
  const auto decoded = mqtt::decode({first, body, body.size()}, kVersion);
  const auto* packet = std::get_if<mqtt::Packet>(&decoded);
  if (packet == nullptr) return lose_line();
  if (const auto* welcome = std::get_if<mqtt::ConnAck>(packet)) {
    if (welcome->code != 0) return lose_line();
    welcome_ = true;
    mqtt::Subscribe wish;
    const std::string topic = "d/" + id_ + "/cmd";
    wish.packet_id = ++last_packet_;
    wish.filters.push_back({topic, 1});
    std::string bytes;
    mqtt::encode(wish, kVersion, bytes);
    wire_.to_node(line_, bytes);
    return send_waiting();
  }
  if (const auto* ack = std::get_if<mqtt::PubAck>(packet)) {
    const auto found = sent_.find(ack->packet_id);
    if (found == sent_.end()) return;
    acknowledged_(found->second);
    if (random_.chance(0.02)) old_ = found->second;
    sent_.erase(found);
    return send_waiting();
  }
  if (const auto* told = std::get_if<mqtt::Publish>(packet)) {
    v1::DeviceCommand command;
    if (!google::protobuf::util::JsonStringToMessage(std::string(told->payload), &command).ok()) return;
    if (command.interval_s() > 0) interval_s_ = command.interval_s();
    measure_at_ = std::min(measure_at_, schedule_.now() + Duration::seconds(interval_s_));
    std::string bytes;
    mqtt::encode(mqtt::PubAck{told->packet_id, 0, {}}, kVersion, bytes);
    wire_.to_node(line_, bytes);
  }
}

void Device::send_waiting() {
  while (line_ && !store_.empty() && sent_.size() < kWindow) {
    v1::Report report = character_.newest_first ? std::move(store_.back()) : std::move(store_.front());
    character_.newest_first ? store_.pop_back() : store_.pop_front();
    const bool again = random_.chance(character_.sends_again);
    publish(report);
    if (again && sent_.size() < kWindow) publish(report);
    if (old_.seq() != 0 && random_.chance(character_.replays)) publish(old_);
  }
}

void Device::post_waiting() {
  if (!posted_.empty() || store_.empty() || schedule_.now() < try_at_) return;
  v1::ReportBatch batch;
  const size_t most = character_.tongue == Tongue::kOurs ? kPostedMax : 1;
  while (!store_.empty() && posted_.size() < most) {
    posted_.push_back(character_.newest_first ? std::move(store_.back()) : std::move(store_.front()));
    character_.newest_first ? store_.pop_back() : store_.pop_front();
    *batch.add_reports() = posted_.back();
    if (random_.chance(character_.sends_again)) *batch.add_reports() = posted_.back();
  }
  net::Request request;
  request.method = "POST";
  request.path = "/ingest/v1/reports";
  request.headers = {{"authorization", "Basic " + base64(id_ + ":" + kSecret)},
                     {"content-type", "application/x-protobuf"}};
  request.body = batch.SerializeAsString();
  if (character_.tongue != Tongue::kOurs) request = letter(posted_.front(), character_.tongue, kSecret);
  wire_.send_to_node(id_, std::move(request), kPatience,
                     [this](const net::Response* response) { answered(response); });
}

// What is not known to be kept is sent again, before anything newer.
void Device::answered(const net::Response* response) {
  std::vector<v1::Report> posted = std::exchange(posted_, {});
  if (response != nullptr && response->status == 200) {
    for (const v1::Report& report : posted) acknowledged_(report);
    return;
  }
  if (character_.newest_first) std::reverse(posted.begin(), posted.end());
  store_.insert(character_.newest_first ? store_.end() : store_.begin(), posted.begin(), posted.end());
  try_at_ = schedule_.now() + Duration{random_.between(500'000, 4'000'000)};
}

void Device::publish(const v1::Report& report) {
  do {
    last_packet_ = last_packet_ == UINT16_MAX ? 1 : last_packet_ + 1;
  } while (sent_.contains(last_packet_));
  mqtt::Publish packet;
  packet.qos = 1;
  packet.packet_id = last_packet_;
  const std::string topic = "d/" + id_ + "/report", payload = report.SerializeAsString();
  packet.topic = topic;
  packet.payload = payload;
  std::string bytes;
  mqtt::encode(packet, kVersion, bytes);
  wire_.to_node(line_, bytes);
  sent_[last_packet_] = report;
}

}  // namespace haechi::hunt
