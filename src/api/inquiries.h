// Inquiries: the police ask where a wearer was, the court decides, and what was permitted is read from the
// log: exactly that span, by that agency, until its end (docs/cases.md).
#pragma once

#include "api/exchange.h"

namespace haechi::api::inquiries {

trust::Subject subject(const Exchange& exchange);

Result<Plan> uses(const Exchange& exchange);
Result<Plan> request(const Exchange& exchange);
Result<Plan> list(const Exchange& exchange);
Result<Plan> get(const Exchange& exchange);
Result<Plan> decide(const Exchange& exchange);
// By who is named as having approved the urgency.
Result<Plan> confirm(const Exchange& exchange);
Result<Plan> destroyed(const Exchange& exchange);
// ?from_us= &to_us= &step_s= &after=
Result<Plan> track(const Exchange& exchange);

}  // namespace haechi::api::inquiries
