// How somebody is told: where letters to an account or an agency go, the subscription of a viewer's own
// browser, and what his phone says of a notification that was pushed to it. Addresses go to the record store,
// never into the log.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/watching.pb.h"

namespace haechi::api::told {

// Of another address than the one that is known (api/acts.h).
Result<std::optional<std::string>> second_of_account_address(const Exchange& exchange);
Result<std::optional<std::string>> second_of_agency_address(const Exchange& exchange);
Result<Plan> put_account_address(const Exchange& exchange);
Result<Plan> put_agency_address(const Exchange& exchange);

// That something changed about how a protected person is reached, for her protection officer. `by` whose
// account.
std::unique_ptr<v1::Fact> her_phone(const std::string& by, const std::string& person_id,
                                    v1::HerPhoneEvent event);
// Just after a sign-in: is she signed in elsewhere as well? The session that her browser had is gone by then.
bool is_another_phone(const trust::Accounts& accounts, const trust::Viewer& who, Time now);

Result<Plan> push(const Exchange& exchange);
Result<Plan> subscribe(const Exchange& exchange);

// Delivered or opened. 404 for a notification that is not the viewer's own.
Result<Plan> report(const Exchange& exchange);

}  // namespace haechi::api::told
