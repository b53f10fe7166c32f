// What somebody's own phone says through the app: where it is, and a call for help. Both become reports of
// the device that is registered for the person (or the unit), as if it had sent them over any other protocol.
//
// A call for help is never refused because of a place that cannot be right, nor because no order is in force;
// the same id rings once, across restarts too.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::own {

trust::Subject subject(const Exchange& exchange);  // oneself: the person or the unit of the key

Status check_press_id(const std::string& id);

Result<Plan> position(const Exchange& exchange);
Result<Plan> sos(const Exchange& exchange);
// What her phone says when a number was given to open the app: where it is, and, under duress, a silent call
// for help. A plan without answer.
Result<Plan> opening(const Exchange& exchange, const v1::PinTry& pressed, bool duress);

}  // namespace haechi::api::own
