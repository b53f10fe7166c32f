// Pictures of cameras: the monitoring centre writes down what it asks a local government for, when it viewed
// it, and that the wearer was told (docs/cases.md). The pictures themselves never come here.
#pragma once

#include "api/exchange.h"

namespace haechi::api::cameras {

trust::Subject subject(const Exchange& exchange);

Result<Plan> request(const Exchange& exchange);
Result<Plan> list(const Exchange& exchange);
Result<Plan> get(const Exchange& exchange);
Result<Plan> viewed(const Exchange& exchange);
Result<Plan> noticed(const Exchange& exchange);

}  // namespace haechi::api::cameras
