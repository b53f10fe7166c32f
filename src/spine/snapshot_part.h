// SnapshotPart: how a room that folds batches takes part in snapshots, so that a start need not fold the
// whole log again.
//
//   spine.take_part({"picture",
//                    [this](spine::SaveDone done) { loop.post([this, done] { done(saved()); }); },
//                    [this](std::string_view bytes) { return load(bytes); }});
//
// A room reads into something new and takes that in place of what it had once all of it was read, so that a
// part that cannot be read leaves it as it was. base/archive.h turns state into bytes and back.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi::spine {

// Called once, on any thread, with the room's state.
using SaveDone = std::function<void(std::string bytes)>;

struct SnapshotPart {
  std::string name;  // of this part alone
  // Called on the spine's thread, between two batches. Wanted is the state after all batches that were
  // published so far, and no other: hand over to your own loop, as with a batch, and return at once.
  std::function<void(SaveDone done)> save;
  // Called at start, before any batch, on the thread that calls Spine::replay(); returns when it is done, on
  // whatever loop. Empty bytes: as before the first entry. kCorrupt: the bytes cannot be read, and nothing
  // was changed.
  std::function<Status(std::string_view bytes)> load;
};

}  // namespace haechi::spine
