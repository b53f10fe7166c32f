// Device: an ankle unit or a phone, as its firmware would be. It measures and keeps every report until it is
// acknowledged. Most send over MQTT 3.1.1 with QoS 1, look for a new line when the old one is dead, and
// report at the pace they were told; some post batches over HTTP, one after another, each until it is
// answered.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "haechi/v1/device.pb.h"
#include "hunt/tongue.h"
#include "hunt/town.h"
#include "hunt/wire.h"

namespace haechi::hunt {

struct DeviceCharacter {
  bool newest_first = false;      // empties its store from the newest report on
  double sends_again = 0;         // chance to publish a report twice, with another packet between
  double replays = 0;             // chance to send again what was acknowledged long ago
  double reboots_per_hour = 0;    // a new epoch; the store survives
  Duration clock_off;             // its clock is wrong by so much
  bool lies = false;              // says it is where it is not
  bool posts = false;             // over HTTP
  Tongue tongue = Tongue::kOurs;  // of what it posts
};

class Device {
 public:
  // `acknowledged` hears of every report of which the node said that it is kept.
  Device(Schedule& schedule, Wire& wire, std::string id, Walker& holder, DeviceCharacter character,
         uint64_t seed, std::function<void(const v1::Report&)> acknowledged);

  const std::string& id() const { return id_; }
  const DeviceCharacter& character() const { return character_; }
  static constexpr char kSecret[] = "a secret of a device";
  static constexpr uint32_t kIntervalS = 15;

  void start();
  // The battery is empty, or charged again.
  void drain(bool empty);
  void behave() {
    character_ = {.clock_off = {}, .posts = character_.posts, .tongue = character_.tongue};
  }  // from now on an honest device
  void sos();
  const v1::Report& poison();  // measures one of the reports that Canary::kPoison means
  size_t waiting() const { return store_.size() + sent_.size() + posted_.size(); }
  Time measured_at() const { return measured_at_; }

 private:
  void tick();
  void measure();
  void look_for_line();
  void hear(const std::string& bytes);
  void on_packet(uint8_t first, const std::string& body);
  void send_waiting();
  void post_waiting();
  void answered(const net::Response* response);
  void publish(const v1::Report& report);
  void lose_line();
  void reboot();

  Schedule& schedule_;
  Wire& wire_;
  const std::string id_;
  Walker& holder_;
  DeviceCharacter character_;
  Random random_;
  const std::function<void(const v1::Report&)> acknowledged_;

  LinePtr line_;
  uint64_t line_no_ = 0;  // tells callbacks of an older line from those of this one
  bool welcome_ = false;
  std::string unread_;
  Time heard_at_, try_at_, asked_at_;
  std::deque<v1::Report> store_;
  std::map<uint16_t, v1::Report> sent_;
  std::vector<v1::Report> posted_;
  v1::Report old_;  // acknowledged once, for a replay
  uint16_t last_packet_ = 0;
  uint32_t epoch_ = 1;
  uint64_t seq_ = 0;
  uint32_t interval_s_ = kIntervalS;
  Time measure_at_, measured_at_;
  bool empty_ = false;
  double error_east_ = 0, error_north_ = 0;
};

}  // namespace haechi::hunt
