// Police cases and the measures asked for and ordered in them.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::api::cases {

Result<Plan> kinds(const Exchange& exchange);

Result<Plan> open(const Exchange& exchange);
Result<Plan> list(const Exchange& exchange);
Result<Plan> get(const Exchange& exchange);
Result<Plan> report(const Exchange& exchange);
Result<Plan> close(const Exchange& exchange);
Result<Plan> places(const Exchange& exchange);
Result<Plan> place_history(const Exchange& exchange);

Result<Plan> begin_measure(const Exchange& exchange);
// What a judgement ordered, written down with its decision.
Result<Plan> judgement(const Exchange& exchange);
Result<Plan> measures(const Exchange& exchange);
Result<Plan> measure(const Exchange& exchange);
Result<Plan> step(const Exchange& exchange);

Result<v1::CaseAnswer> case_answer(const Exchange& exchange, const std::string& id);
Result<v1::LegalMeasureAnswer> measure_answer(const Exchange& exchange, const std::string& id);

}  // namespace haechi::api::cases
