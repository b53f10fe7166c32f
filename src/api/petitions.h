// Direct petitions: filed by the protected person, docketed and decided by a court; what she may do and wait
// for.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::api::petitions {

Result<Plan> my_cases(const Exchange& exchange);
Result<Plan> consent(const Exchange& exchange);

Result<Plan> file(const Exchange& exchange);
Result<Plan> list(const Exchange& exchange);
Result<Plan> get(const Exchange& exchange);
Result<Plan> attachment(const Exchange& exchange);
Result<Plan> evidence(const Exchange& exchange);
Result<Plan> docket(const Exchange& exchange);
Result<Plan> interim(const Exchange& exchange);
Result<Plan> decide(const Exchange& exchange);

Result<v1::PetitionAnswer> petition_answer(const Exchange& exchange, const std::string& id);

}  // namespace haechi::api::petitions
