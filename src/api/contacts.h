// The contact log of an incident, and how far its two persons were from each other while it lasted.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::contacts {

// What was said goes to the record store under the contact's id and is forgotten with the person; the log
// keeps who was tried, how, and what came of it.
Result<Plan> log(const Exchange& exchange);
Result<Plan> list(const Exchange& exchange);

// Of one incident, oldest first, with notes; nothing when it is forgotten.
Result<std::vector<v1::ContactEntry>> entries(const Exchange& exchange, const std::string& incident_id);

Result<Plan> proximity(const Exchange& exchange);

}  // namespace haechi::api::contacts
