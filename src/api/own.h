// What somebody's own phone says through the app: where it is, and a call for help. Both become reports of
// the device that is registered for the person (or the unit), as if it had sent them over any other protocol.
//
// A call for help is never refused because of a place that cannot be right, nor because no order is in force;
// the same id rings once, across restarts too.
#pragma once

#include "api/exchange.h"

namespace haechi::api::own {

trust::Subject subject(const Exchange& exchange);  // oneself: the person or the unit of the key

Result<Plan> position(const Exchange& exchange);
Result<Plan> sos(const Exchange& exchange);

}  // namespace haechi::api::own
