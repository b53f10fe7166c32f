// Demonstration keys: one key per role, made at start and written to a file, and a door through which a
// registrar makes more. Only where every address is a loopback address (config.h).
#pragma once

#include <string>

#include "base/result.h"
#include "net/http.h"
#include "trust/keys.h"

namespace haechi::node {

// Writes {"control": "KEY", "dispatch": ..., ...} with access for the owner only.
Status write_demo_keys(trust::Keys& keys, const std::string& path);

// Ends the keys of every demonstration that this data directory has seen: what was made for one opens nothing
// when the same directory is started for real.
Status end_demo_keys(trust::Keys& keys);

// POST /api/v1/demo/keys {"role": "unit", "unit_id": .., "person_id": .., "agency_id": ..} -> {"key": ..},
// for a registrar's key.
net::Response issue_demo_key(trust::Keys& keys, const net::Request& request, Time now);

}  // namespace haechi::node
