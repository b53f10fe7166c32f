// haechi verify --snapshot: the snapshots of a data directory at rest, held against the log beside them.
#pragma once

#include <string>

#include "base/result.h"
#include "tools/unsealer.h"

namespace haechi::tools {

// Of each: whole and opened by the ring, of the very record that the log has at its entry, and of the state
// that the log leads to from its first entry on: engine, report filter and sealer, byte for byte. What the
// rooms behind the spine keep of it is not made again here. kCorrupt names the first that does not hold;
// `told` gets a line for each that does.
Status verify_snapshots(const std::string& data, const KeysAt& keys, std::string& told);

}  // namespace haechi::tools
