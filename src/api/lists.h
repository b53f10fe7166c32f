// The registers as lists, and the search over everything that has an id.
#pragma once

#include "api/exchange.h"

namespace haechi::api::lists {

// Of persons only those whose record the viewer may see, each with its record. ?role= picks one role.
Result<Plan> persons(const Exchange& exchange);
Result<Plan> devices(const Exchange& exchange);  // ?person_id=, each with what is known of its state
Result<Plan> orders(const Exchange& exchange);   // ?person_id=: he is bound by it or she is protected by it
Result<Plan> zones(const Exchange& exchange);
Result<Plan> jurisdictions(const Exchange& exchange);
Result<Plan> agencies(const Exchange& exchange);

// ?q=: ids that hold the text, and names that do; each hit is decided for itself. What begins with the text
// comes first.
Result<Plan> search(const Exchange& exchange);

// The codes that answers and requests use.
Result<Plan> vocabulary(const Exchange& exchange);

}  // namespace haechi::api::lists
