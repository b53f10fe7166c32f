// The bounds of the MQTT server and what it counts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace haechi::gateway {

// Acknowledgements leave so long after their report has come. Where she is near, the machine has more to do
// with it and right after it: within this time that is over, and who waits for them learns nothing of it.
inline constexpr Duration kAnswerAfter = Duration::millis(20);

struct MqttLimits {
  size_t packet_bytes_max = 64 << 10;
  size_t connect_bytes_max = 8 << 10;  // until the device has proved itself
  size_t connections_max = 20'000;     // more: accepted and closed at once, counted
  size_t unauthenticated_max = 2'000;  // more: the one waiting longest is closed
  uint16_t inflight_max = 100;         // reports of one connection that are not yet durable
  size_t inflight_bytes_max = 256 << 10;
  // Reports of all connections that are not yet durable. Beyond it a connection is read only while it has
  // less than its share of these, so that who comes first does not starve the others, and the spine's queue
  // keeps room.
  size_t inflight_all_max = 16'384;
  size_t output_bytes_max = 64 << 10;  // written and not yet taken by the peer; more: no more is read
  uint32_t reports_per_s = 50;         // of one device, sustained; more: reading waits
  uint32_t reports_burst = 500;
  uint32_t takeovers_per_min = 10;  // more: the newcomer is refused
  Duration connect_wait = Duration::seconds(10);
  Duration output_wait = Duration::seconds(30);          // a peer that takes nothing for so long is closed
  Duration keep_alive_default = Duration::seconds(300);  // of a device that asks for none
  Duration keep_alive_max = Duration::seconds(1200);     // longer wishes are cut to this
  Duration announce_period = Duration::seconds(5);       // at most one DeviceConnectionChanged per device
  Duration answer_after = {};  // a node answers kAnswerAfter; 0: as soon as all is durable
};

// Written by one thread, read by any.
class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(uint64_t n = 1) { add(~n + 1); }
  operator uint64_t() const { return value_.load(std::memory_order_relaxed); }  // NOLINT: reads as a number

 private:
  std::atomic<uint64_t> value_{0};
};

struct MqttCounters {
  Counter connections_open, connections_accepted, connections_refused;  // refused: over a limit
  Counter handshakes_failed;                                            // of TLS
  Counter devices_connected, connects_refused, connect_timeouts, takeovers, takeovers_refused;
  Counter keep_alive_timeouts, protocol_errors, foreign_topics;
  Counter reports_submitted, reports_durable, reports_refused, reports_retried;
  Counter pauses;  // times a connection was left unread because of a bound
  Counter commands_sent, commands_acknowledged;
};

}  // namespace haechi::gateway
