// Swarm: which faults a seed has, how often and how hard. About half of the kinds are drawn for each seed, so
// that some runs are all storm and others test one fault in peace.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "hunt/device.h"

namespace haechi::hunt {

struct Swarm {
  explicit Swarm(uint64_t seed);

  bool kills, power_cuts, kills_while_writing, kills_at_alerts, stops;  // of the node
  bool snapshots, snapshots_spoilt;                                     // are taken; are torn or lost
  bool disk_errors, disk_full, disk_slow, disk_rots;
  bool letters_lost, letters_twice, lines_reset, devices_cut_off, wire_slow;
  bool devices_drain, devices_reboot, devices_repeat, devices_newest_first, devices_lie, clocks_wrong;
  bool devices_post;  // no fault: some speak HTTP
  bool agency_refuses, agency_deaf, agency_fails, agency_lies;
  bool push_fails, texts_fail;   // of the services between the house and her phone
  bool clock_set, clock_drifts;  // of the machine that the node runs on
  bool overload;

  std::string names() const;
  DeviceCharacter character(Random& random) const;
};

}  // namespace haechi::hunt
