// What the engine settled about erasure, carried out. Who asks for it by the clock: node/retention.h.
#pragma once

#include "node/config.h"
#include "spine/submit.h"
#include "store/records.h"
#include "vault/keeper.h"

namespace haechi::v1 {
class ErasureOutcome;
}

namespace haechi::node {

vault::RingPlace ring_place(const Config& config);

// Destroys the keys that the batch's entries say are to go, after the records of those persons, in the order
// of the entries; what was carried out before is not repeated. A crash in between is made good by the replay.
// Errors: the first that a file gave; the others were tried all the same.
Status erase_settled(const spine::Batch& batch, vault::Keeper& ring, store::Records& records);

}  // namespace haechi::node
