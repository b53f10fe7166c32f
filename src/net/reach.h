// Reach: which hosts a node may call because somebody typed their address. Without it, whoever may register
// an agency could make the node speak to any machine that it can reach.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace haechi::net {

struct Reach {
  std::vector<std::string> hosts;  // in lower case, without port; none: this machine alone
  bool plain = false;              // without TLS as well, not only to this machine
};

// May `url` (http://..., https://...) be called? kInvalid without a field says why not.
Status check_reach(const Reach& reach, const std::string& url);

}  // namespace haechi::net
