// How the node opens its log: with the newest snapshot that fits it; and where the log is refused as damaged,
// after a mirror's copy has mended it (evidence/mend.h).
#pragma once

#include <string>

#include "base/time.h"
#include "net/client.h"
#include "node/config.h"
#include "node/secrets.h"
#include "spine/snapshot.h"

namespace haechi::node {

// `line` to the mirrors. Everything is told. kCorrupt, with the reason of each mirror: nothing could mend it,
// and it is as it was.
Result<spine::OpenedLog> open_or_mend(const Config& config, const LogKeyPlaces& keys,
                                      const spine::SnapshotStore& snapshots, const net::ClientOptions& line,
                                      const Clock& clock);

// The next start is to read all of the log, not only what came after its snapshot; is it?
Status ask_for_check(const Config& config);
bool check_is_asked(const Config& config);

}  // namespace haechi::node
