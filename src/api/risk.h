// What an officer must know of one person; the evidence between two; numbers about nobody in particular; who
// is who, and who supervises whom.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::api::risk {

Result<Plan> of_person(const Exchange& exchange);
Result<Plan> identity(const Exchange& exchange);
Result<Plan> supervisor(const Exchange& exchange);
Result<Plan> statistics(const Exchange& exchange);
Result<Plan> statistics_csv(const Exchange& exchange);

// Past alerts of the wearer, and violations that another system judged, about her alone unless
// `protected_id` is empty; oldest first.
std::vector<v1::PastAlert> past_alerts(const Exchange& exchange, const std::set<std::string>& wearer_ids,
                                       const std::string& protected_id);
// Keyed digests of who somebody is, as they go into the log.
Result<v1::IdentityRecorded> identity_of(const Exchange& exchange, const std::string& person_id,
                                         const v1::IdentityInput& input);
// Contacts of these alerts' incidents, oldest first, with their notes.
Result<std::vector<v1::ContactEntry>> contacts_of(const Exchange& exchange,
                                                  const std::vector<v1::PastAlert>& alerts);

}  // namespace haechi::api::risk
