// Handlers of legal holds and erasure.
#pragma once

#include "api/exchange.h"

namespace haechi::api::erasure {

Result<Plan> holds(const Exchange& exchange);
Result<Plan> endings(const Exchange& exchange);
Result<Plan> hold(const Exchange& exchange);
Result<Plan> release(const Exchange& exchange);
Result<Plan> erase(const Exchange& exchange);
// Always: what is erased is gone.
Result<std::optional<std::string>> second(const Exchange& exchange);

}  // namespace haechi::api::erasure
