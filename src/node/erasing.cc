#include "node/erasing.h"

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"

namespace haechi::node {
namespace {

Status erase(const v1::ErasureOutcome& outcome, uint64_t no, vault::Keeper& ring, store::Records& records) {
  const std::string owner = vault::person_owner(outcome.person_id());
  // The key goes last: while it is there, a replay knows that this is not finished.
  if (ring.has_older(owner, no)) {
    TRY(const bool forgotten, records.remove_person(outcome.person_id()));
    (void)forgotten;
  }
  for (const std::string& zone_id : outcome.zone_ids())
    TRY_STATUS(ring.destroy(vault::zone_owner(zone_id), no));
  return ring.destroy(owner, no);
}

}  // namespace

vault::RingPlace ring_place(const Config& config) {
  vault::RingPlace place = vault::place_beside(config.data);
  if (!config.key_ring.empty()) place.path = config.key_ring;
  if (!config.master_key.empty()) place.master_file = config.master_key;
  return place;
}

Status erase_settled(const spine::Batch& batch, vault::Keeper& ring, store::Records& records) {
  Status first;
  for (const spine::PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      if (!effect->settle_erasure().erased()) continue;
      const Status done = erase(effect->settle_erasure(), entry.no, ring, records);
      if (first.ok() && !done.ok()) first = done;
    }
  }
  return first;
}

}  // namespace haechi::node
