// Node: one running Haechi. Builds every room once, joins them, and takes them apart in order.
//
// Start: open the record store, the log and the newest snapshot that fits it, replay what the log has after
// that through the engine into the picture, then listen. Nobody is answered before the replay is done. Stop:
// close the doors, finish what is queued, take a snapshot, close the log.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "node/config.h"

namespace haechi::node {

class Node {
 public:
  static Result<std::unique_ptr<Node>> start(const Config& config);
  ~Node();

  uint16_t http_port() const;
  uint16_t device_http_port() const;
  uint16_t mqtt_port() const;
  // Who has the keys, in words; empty: this process.
  const std::string& kept_by() const;
  uint64_t snapshot_no() const;  // the entry of the snapshot that it began with; 0: none
  uint64_t entries_replayed() const;
  // Where nobody has enrolled as an administrator yet, or it was asked for: the address at which one does,
  // once.
  const std::optional<std::string>& first_administrator() const;
  // Reads certificates and keys again; what cannot be used is told, and what was read before stays.
  void reload();

 private:
  struct Rooms;
  explicit Node(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

// Runs a node until SIGINT or SIGTERM. Prints "ready http=P devices_http=P mqtt=P" when it listens, and
// behind it, where there is no administrator yet, "administrator ADDRESS" once. Returns the exit code: 0, or
// 1 with a sentence on standard error.
// Runs a node until SIGINT or SIGTERM; SIGHUP reads certificates again. Prints "ready http=P devices_http=P
// mqtt=P" when it listens. Returns the exit code: 0, or 1 with a sentence on standard error.
int run_serve(const Config& config);

}  // namespace haechi::node
