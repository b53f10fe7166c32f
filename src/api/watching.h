// Watching those who look: breaking glass and answering for it, who is recused from whom, the monthly review
// of look-ups.
#pragma once

#include "api/exchange.h"

namespace haechi::api::watching {

Result<Plan> break_glass(const Exchange& exchange);
Result<Plan> glasses(const Exchange& exchange);
Result<Plan> answer_glass(const Exchange& exchange);

Result<Plan> recuse(const Exchange& exchange);
Result<Plan> recusals(const Exchange& exchange);

Result<Plan> look_ups(const Exchange& exchange);
Result<Plan> lift(const Exchange& exchange);
Result<Plan> review(const Exchange& exchange);

}  // namespace haechi::api::watching
