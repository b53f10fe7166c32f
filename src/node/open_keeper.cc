#include "node/open_keeper.h"

#include "vault/keeper_apart.h"
#include "vault/key_ring.h"

namespace haechi::node {

Result<OpenedKeeper> open_keeper(const Config& config, const vault::RingPlace& place) {
  OpenedKeeper out;
  if (!config.keys_apart) {
    TRY(out.keeper, vault::open_ring(place, vault::RingMode::kWrite));
    return out;
  }
  TRY(std::unique_ptr<vault::KeeperApart> apart, vault::KeeperApart::start(place));
  out.said =
      "process " + std::to_string(apart->process()) + " keeps the keys; its memory is " +
      (apart->locked() ? "never written to a disk" : "written to swap, if there is any (LimitMEMLOCK)");
  out.keeper = std::move(apart);
  return out;
}

}  // namespace haechi::node
