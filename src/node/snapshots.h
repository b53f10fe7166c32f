// How the node takes part in snapshots (spine/snapshot.h): with which one it begins, what it saves that is of
// no room, and what it counts of them.
#pragma once

#include <map>
#include <string>

#include "gateway/devices.h"
#include "haechi/v1/effect.pb.h"
#include "net/loop.h"
#include "node/metrics.h"
#include "node/retention.h"
#include "spine/snapshot.h"
#include "spine/snapshot_part.h"

namespace haechi::node {

// The log in that directory and the newest snapshot that fits it. What is passed over is told.
Result<spine::OpenedLog> open_with_snapshot(const std::string& log_directory, const std::string& journal,
                                            const spine::SnapshotStore& store);
// One could not be used or written. Nothing but the next start is slower for it.
void tell_of_snapshot(const Error& why);

// What the node began with. 0: no snapshot.
void tell_beginning(uint64_t snapshot_no, uint64_t entries_replayed);

// Newest commands by device. Both belong to the loop.
using Commands = std::map<std::string, v1::DeviceCommand>;
spine::SnapshotPart part_of(net::Loop& gateway, gateway::Devices& devices, Commands& commanded);
// The job belongs to the spine's thread.
spine::SnapshotPart part_of(RetentionJob& retention);

void count_snapshots(Metrics& metrics, const std::string& directory);

}  // namespace haechi::node
