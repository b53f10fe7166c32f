// A door as this configuration wants it, whose refusals become lines of the log every ten seconds.
#pragma once

#include <memory>
#include <string>

#include "net/server.h"
#include "node/config.h"

namespace haechi::node {

// On `loop`; `name` begins the lines. Before anybody listens there.
net::Door door_of(const std::string& name, const Config& config, std::shared_ptr<net::Tls> tls,
                  net::Loop& loop);

}  // namespace haechi::node
