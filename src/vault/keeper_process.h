// What both sides of a keeper's start know. For this room only.
#pragma once

namespace haechi::vault {

// Where it finds its sockets: the one that lives as long as the node, then its lines.
inline constexpr int kFirstSocket = 3;

}  // namespace haechi::vault
