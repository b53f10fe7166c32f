// The link between a case and somebody who wears a device already, duties with their clocks, and
// notifications.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::api::duties {

Result<Plan> links(const Exchange& exchange);
Result<Plan> link(const Exchange& exchange);
Result<Plan> decide_link(const Exchange& exchange);
Result<Plan> take_step(const Exchange& exchange);

Result<Plan> list(const Exchange& exchange);
Result<Plan> done(const Exchange& exchange);

Result<Plan> notifications(const Exchange& exchange);
Result<Plan> opened(const Exchange& exchange);

}  // namespace haechi::api::duties
