// Whoever has this node's keys: the node itself, or a process of its own (keys.apart).
#pragma once

#include <memory>
#include <string>

#include "node/config.h"
#include "vault/keeper.h"

namespace haechi::node {

struct OpenedKeeper {
  std::unique_ptr<vault::Keeper> keeper;
  std::string said;  // of another process, in words
};
Result<OpenedKeeper> open_keeper(const Config& config, const vault::RingPlace& place);

}  // namespace haechi::node
