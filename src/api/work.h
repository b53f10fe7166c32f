// What people in the rooms and in the field do: handle alerts, answer hand-offs, run calls, report a unit's
// steps.
#pragma once

#include "api/exchange.h"

namespace haechi::api::work {

Result<Plan> handle_alert(const Exchange& exchange);
Result<Plan> alert_shown(const Exchange& exchange);
Result<Plan> answer_hand_off(const Exchange& exchange);
Result<Plan> unit_status(const Exchange& exchange);
Result<Plan> assign(const Exchange& exchange);
Result<Plan> close_call(const Exchange& exchange);

// May an alert in this state be handled so by this account at this moment? kConflict says why not. Nothing is
// skipped: NEW, ACKNOWLEDGED, IN_PROGRESS, RESOLVED, CLOSED; the last by another person than the one who
// resolved.
Status check_handling(const v1::Alert& alert, const v1::AlertHandled& handled, Time now);

}  // namespace haechi::api::work
