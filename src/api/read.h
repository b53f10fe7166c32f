// The reading half of the interface: positions, alerts, calls, units, views, the audit trail.
#pragma once

#include "api/exchange.h"

namespace haechi::api::read {

// Who the viewer is and what it may do.
v1::Capabilities capabilities_of(const trust::Viewer& viewer);

Result<Plan> positions(const Exchange& exchange);
Result<Plan> position(const Exchange& exchange);
Result<Plan> track(const Exchange& exchange);
Result<Plan> alerts(const Exchange& exchange);
Result<Plan> alert(const Exchange& exchange);
Result<Plan> timeline(const Exchange& exchange);
Result<Plan> incidents(const Exchange& exchange);
Result<Plan> incident(const Exchange& exchange);
Result<Plan> calls(const Exchange& exchange);
Result<Plan> call(const Exchange& exchange);
Result<Plan> units(const Exchange& exchange);
Result<Plan> unit(const Exchange& exchange);
Result<Plan> views(const Exchange& exchange);
Result<Plan> audit(const Exchange& exchange);
Result<Plan> capabilities(const Exchange& exchange);

}  // namespace haechi::api::read
