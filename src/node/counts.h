// What rooms count, as /metrics tells it.
#pragma once

#include <memory>

#include "gateway/http_intake.h"
#include "gateway/mqtt_server.h"
#include "net/server.h"
#include "node/metrics.h"
#include "spine/spine.h"

namespace haechi::store {
class FixIndex;
}  // namespace haechi::store
namespace haechi::vault {
class Keeper;
}  // namespace haechi::vault

namespace haechi::node {

// The machine under the node, and what stands beside the log; both outlive the metrics.
void count_machine(Metrics& metrics, const vault::Keeper& ring, const store::FixIndex& fixes);

void count_spine(Metrics& metrics, const spine::Spine& spine);  // which outlives them

// Connections, requests and reports of the doors, which are there when the metrics are read.
void count_doors(Metrics& metrics, const gateway::MqttServer& mqtt,
                 const std::unique_ptr<net::HttpServer>& people,
                 const std::unique_ptr<net::HttpServer>& devices);

// Reports over HTTP, by protocol.
void count_intake(Metrics& metrics, const gateway::HttpIntake& intake);  // which outlives them

}  // namespace haechi::node
