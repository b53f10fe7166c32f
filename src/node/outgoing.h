// Which addresses this node may call, from its configuration: what [outgoing] inside names, and addresses
// that the operator wrote elsewhere in place of a name. A demonstration, which nobody else can reach, may
// call this machine by any name.
#pragma once

#include <memory>

#include "base/result.h"
#include "net/outgoing.h"
#include "node/config.h"
#include "node/metrics.h"

namespace haechi::node {

// kInvalid: outgoing.inside holds something that is neither a host nor a network.
Result<std::shared_ptr<net::Outgoing>> open_outgoing(const Config& config);

void count(const std::shared_ptr<net::Outgoing>& outgoing, Metrics& metrics);

}  // namespace haechi::node
